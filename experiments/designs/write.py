"""A design as the file that gives it again from within an experiment's folder."""

from __future__ import annotations

from typing import Any

from experiments.designs.design import Design

DESIGN = "design.toml"


def design_toml(design: Design, scenarios: str = "scenarios") -> str:
    """The text of a design file over stored scenarios; settings and overrides are in these already.

    Args:
        design: The design.
        scenarios: Folder of the resolved scenarios, from where the file will stand.
    """
    import tomli_w

    content: dict[str, Any] = {
        "title": design.title.model_dump(),
        "note": design.note,
        "scenarios": [f"{scenarios}/{plan.id}.toml" for plan in design.scenarios],
        "parameters": design.parameters,
        "outcomes": list(design.outcomes),
        "front": design.front,
        "sample": design.sample.model_dump(),
        "seeds": design.seeds.model_dump(),
    }
    for name in ("levers", "uncertainties", "points", "constraints", "objectives"):
        tables = [one if isinstance(one, dict) else one.model_dump() for one in getattr(design, name)]
        if tables:
            content[name] = [_stated(one) for one in tables]
    return tomli_w.dumps(_stated(content))


def _stated(value: Any) -> Any:
    """Without what is left out: TOML has no null, and an empty list says nothing."""
    if isinstance(value, dict):
        kept = {str(key): _stated(inside) for key, inside in value.items()}
        return {key: inside for key, inside in kept.items() if inside is not None and inside not in ([], "")}
    return [_stated(inside) for inside in value] if isinstance(value, (list, tuple)) else value
