"""What stands where in the planner's workbook: read once from `words.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from sim.facts.trades import TRADES
from sim.facts.units import LEVELS

SHEETS = ("guide", "county", "townships", "units", "funds", "measures", "tasks", "plans", "others")
"""Sheets by id, in their order; `lists` comes last and holds what drop-downs offer."""
HEADING_ROW = 2
"""Row of the headings on every sheet of rows; above it stands what the sheet is for."""


class Field(NamedTuple):
    """One figure of a county, or one column of a sheet.

    Attributes:
        key: Its address in the table it fills, parts joined by dots.
        zh: What it is called.
        en: The same in English.
        type: How a cell of it is read (`sim.workbook.values`).
        listed: Name of the words that it may hold; "" = none.
        open: Whether other words will do as well.
        optional: Whether it may be left out.
        many: Columns of this name; 1 for most.
        unit_zh: Unit, for whoever fills it in.
        usual: What a blank form holds; None = nothing.
        from_zh: Where the figure usually stands.
        from_en: The same in English.
    """

    key: str
    zh: str
    en: str
    type: str
    listed: str = ""
    open: bool = False
    optional: bool = False
    many: int = 1
    unit_zh: str = ""
    usual: Any = None
    from_zh: str = ""
    from_en: str = ""

    def columns(self) -> list[str]:
        """What its columns are called."""
        return [self.zh] if self.many == 1 else [f"{self.zh}{n}" for n in range(1, self.many + 1)]

    def left_out(self) -> tuple[str, str]:
        """What is said where nothing is filled in, in Chinese and English: of a number, that nought is one too."""
        numbers = self.type not in ("text", "word", "date", "day")
        return f"“{self.zh}”没有填{'（0也要填0）' * numbers}", f"'{self.en}' is missing"


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


@cache
def fields(sheet: str) -> tuple[Field, ...]:
    """The figures (of "county") or columns of a sheet, in their order."""
    return tuple(
        Field(key, **{"listed" if name == "list" else name: value for name, value in entry.items()})
        for key, entry in _words()[sheet].items()
    )


def sheet_name(sheet: str, language: str = "zh") -> str:
    """What a sheet is called."""
    return str(_words()["sheet"][sheet][language])


@cache
def words(name: str) -> Mapping[str, str]:
    """The Chinese words of a list by what a scenario file says; empty where nothing is known of it."""
    if name == "trade":
        return {trade: zh for trade, (_, zh) in TRADES.items()}
    if name == "unit_level":
        return {level: zh for level, (_, zh) in LEVELS.items()}
    return dict(_words()["list"].get(name, {}))


def setting_names() -> Mapping[str, str]:
    """What settings of measures are called in Chinese, by their keys."""
    return dict(_words()["setting"])
