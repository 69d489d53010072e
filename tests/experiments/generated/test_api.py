"""The page of the public names is that of the sources, and has every name that the documents use."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import experiments
import sim
from experiments.generated import api
from tests.test_docs import DOCS, blocks

EXAMPLES = Path(__file__).parents[3] / "examples"


def public() -> list[Any]:
    return [api.named(name) for group in api.groups() for name in group["names"]]


def test_the_page_is_that_of_the_sources() -> None:
    assert api.PAGE.read_text(encoding="utf-8") == api.page(), "run python -m experiments.generated.api"


@pytest.mark.parametrize("package", [sim, experiments])
def test_every_name_of_a_package_is_on_it_under_that_name(package: Any) -> None:
    listed = {name for group in api.groups() for name in group["names"]}
    assert package.__all__
    for name in package.__all__:
        assert f"{package.__name__}.{name}" in listed
        assert getattr(package, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'no_such_name'"):
        _ = package.no_such_name


def imports() -> Iterator[tuple[str, str, str]]:
    """Every name of the packages that documents and examples import: where, from what, which."""
    texts = [(f"extending.md:{line}", text) for line, _, text in blocks(DOCS / "extending.md", "python")]
    texts += [(path.name, path.read_text(encoding="utf-8")) for path in EXAMPLES.rglob("*.py")]
    for where, text in texts:
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] in ("sim", "experiments"):
                yield from ((where, str(node.module), alias.name) for alias in node.names)


def test_every_name_that_the_documents_import_is_on_it() -> None:
    listed = public()
    used = list(imports())
    assert len(used) > 20
    for where, module, name in used:
        thing = getattr(import_module(module), name)
        if inspect.isclass(thing) or callable(thing):
            assert any(thing is one for one in listed), f"{where} uses {module}.{name}, which docs/api.md does not list"


def test_a_name_without_a_docstring_or_a_member_that_is_not_there_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, members in (("sim.running.run_nothing", []), ("sim.Policy", ["no_such_hook"])):
        monkeypatch.setattr(api, "groups", lambda n=name, m=members: [{"title": "", "about": "", "names": {n: m}}])
        with pytest.raises(AttributeError, match=r"run_nothing|no_such_hook"):
            api.page()
