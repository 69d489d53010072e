"""One self-contained page of sections: the template and its style."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from experiments.pages.blocks import Section


def _file(name: str) -> str:
    return resources.files("experiments.pages").joinpath(name).read_text(encoding="utf-8")


def _environment() -> Environment:
    return Environment(
        loader=FunctionLoader(lambda name: _file(f"templates/{name}")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def fill(
    language: str, say: Callable[..., str], sections: Sequence[Section], kicker: str, world: str, calibrated: bool
) -> str:
    """A page of sections, the first of which is an `Answer`; other experiments' pages look the same.

    Args:
        language: "en" or "zh".
        say: The page's own words, by the keys that the template uses.
        sections: What the page holds.
        kicker: The line above the title.
        world: The line below it.
        calibrated: Whether to leave out the warning that the model is not.
    """
    return (
        _environment()
        .get_template("page.html")
        .render(
            lang="zh-CN" if language == "zh" else "en",
            say=say,
            css=Markup(_file("style.css")),
            sections=sections,
            kicker=kicker,
            world=world,
            calibrated=calibrated,
        )
    )


def fill_brief(language: str, say: Callable[..., str], **content: object) -> str:
    """A brief of two sheets of A4.

    Args:
        language: "en" or "zh".
        say: The brief's own words, by the keys that its template uses.
        content: What the template's blanks hold.
    """
    page = _environment().get_template("brief.html")
    lang = "zh-CN" if language == "zh" else "en"
    return page.render(lang=lang, say=say, css=Markup(_file("brief.css")), **content)
