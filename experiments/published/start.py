"""The lines of `village population describe` as published figures: what those lines say, not repeated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.population.describe import PROFILE, figures
from sim.population.profile_file import load_profile
from sim.toml.source import TomlSource, meant

__all__ = ["described", "figures"]


def described(row: Mapping[str, Any], source: TomlSource, name: str) -> dict[str, Any]:
    """A row of a file that stands for such a line, with what the line says.

    Args:
        row: The row, whose `describe` names the line; what it says itself stays.
        source: The file.
        name: The row's table in it.

    Raises:
        UserError: There is no such line.
    """
    line = str(row["describe"])
    if line not in figures():
        known = meant(line, figures())
        raise source.place((name, "describe")).error(f"there is no such line '{line}'", field=str(row["id"]), **known)
    figure = figures()[line]
    value = figure.published if figure.published is not None else PROFILE[line](load_profile("gansu_county"))
    low, high = value - figure.allowed(value), value + figure.allowed(value)
    slack = 1e-9 * max(1.0, abs(value))
    said = {
        "label_en": figure.label_en, "label_zh": figure.label_zh, "unit": figure.unit, "value": value,
        "role": "check" if figure.role == "free" else figure.role, "why": figure.why, "group": "start",
        "turned": "the generator, to its books" if figure.role == "fitted" else "",
        "rule": {"low": low - slack, "high": high + slack}, "measure": f"describe.{line}",
    }  # fmt: skip
    for key in ("place", "source", "confidence"):
        if not row.get(key):
            said[key] = getattr(figure, key) or ("the profile's books" if key == "source" else "")
    for key in ("role", "turned"):
        if row.get(key):  # a claim; or a line toward which more was turned than the generator alone
            del said[key]
    return {**row, **said}
