"""The table of defects: each kind has a name, a sentence in both languages, and a small function that finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from experiments.roster.table import Ints, Mask, Table

Level = Literal["error", "doubt", "note"]
LEVELS: Mapping[str, tuple[str, str]] = {
    "error": ("cannot be so", "错误"),
    "doubt": ("to be looked at", "存疑"),
    "note": ("for information", "提示"),
}


@dataclass(frozen=True)
class Ask:
    """What a check goes by.

    Attributes:
        day: The day that ages and dates are held against, as year * 10000 + month * 100 + day.
        most_households: Households a helper is in charge of at most, before it is a matter to look at.
    """

    day: int
    most_households: int = 15


@dataclass(frozen=True)
class Hit:
    """Rows of a table in which something was found, in one column."""

    field: str
    rows: Ints
    details: tuple[str, ...] | None = None
    """What the sentence says of each row, in place of {detail}; made of our own words and counts, never of a cell."""


Find = Callable[[Table, Ask], "Mask | Iterable[Hit]"]


@dataclass(frozen=True)
class Kind:
    """A kind of defect.

    Attributes:
        name: Its name.
        level: How grave it is.
        zh: What is said of it in Chinese.
        en: What is said of it in English.
        needs: Fields without which it cannot be looked for.
        at: The field in which it is placed.
        find: What finds it; None for what is found while a sheet is read.
    """

    name: str
    level: Level
    zh: str
    en: str
    needs: tuple[str, ...] = ()
    at: str = ""
    find: Find | None = None

    def hits(self, table: Table, ask: Ask) -> list[Hit]:
        """Where it is found in a table; nothing if the table lacks what it needs."""
        if self.find is None or not len(table) or not table.has(*self.needs):
            return []
        found = self.find(table, ask)
        if isinstance(found, np.ndarray):
            found = [Hit(self.at, np.flatnonzero(found))]
        return [hit for hit in found if len(hit.rows)]


KINDS: dict[str, Kind] = {}
"""Every kind, in the order in which they are listed."""


def defect(
    name: str, level: Level, zh: str, en: str, needs: tuple[str, ...] = (), at: str = ""
) -> Callable[[Find], Find]:
    """Enter the function that finds a kind of defect; `at` is the first field it needs, unless said otherwise."""

    def enter(find: Find) -> Find:
        KINDS[name] = Kind(name, level, zh, en, needs, at or (needs[0] if needs else ""), find)
        return find

    return enter


def said(name: str, level: Level, zh: str, en: str) -> None:
    """Enter a kind that is found while a sheet is read."""
    KINDS[name] = Kind(name, level, zh, en)
