"""Tables in memory: a column is its distinct cells and a number a row, so that a million rows cost little.

A spreadsheet's cells repeat: sixteen relations, four answers, a few hundred villages. Whatever is asked of a cell is
asked of each distinct one and handed out by number.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.roster.fields import fields
from experiments.roster.values import EMPTY, choice_of, date_of, number_of, text_of

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
_ODD = re.compile("[\\s\\x00-\\x1f\u200b\ufffd=＝@＠+＋'０-９Ａ-Ｚａ-ｚ]")


class Encoder:
    """Collects a column's cells: a number for each distinct one, in the order they come."""

    def __init__(self) -> None:
        self.numbers: defaultdict[Any, int] = defaultdict()
        self.numbers.default_factory = self.numbers.__len__  # the next number is how many there are
        self.parts: list[NDArray[np.int32]] = []

    def add(self, cells: Sequence[Any]) -> None:
        """Take the cells of some rows more."""
        self.parts.append(np.fromiter(map(self.numbers.__getitem__, cells), dtype=np.int32, count=len(cells)))

    def column(self, name: str) -> Column:
        """The column that was collected."""
        codes = np.concatenate(self.parts) if self.parts else np.zeros(0, dtype=np.int32)
        return Column(name, codes, list(self.numbers))


@dataclass
class Column:
    """A column: the field it holds, a number a row, and the distinct cells that the numbers stand for."""

    name: str
    codes: NDArray[np.int32]
    cells: list[Any]

    @cached_property
    def odd(self) -> list[int]:
        """Numbers of the distinct cells with anything in them besides letters, digits and usual signs."""
        odd = _ODD.search
        return [code for code, cell in enumerate(self.cells) if isinstance(cell, str) and odd(cell)]

    def each_odd(self, ask: Callable[[str], bool]) -> Mask:
        """What is asked of the odd cells, a row; no for all others."""
        answers = np.zeros(len(self.cells) or 1, dtype=np.bool_)
        for code in self.odd:
            answers[code] = ask(self.cells[code])
        return np.asarray(answers[self.codes])

    def each(self, ask: Callable[[Any], Any], dtype: Any) -> NDArray[Any]:
        """What is asked of each distinct cell, a row."""
        answers = np.empty(len(self.cells), dtype=dtype)
        for i, cell in enumerate(self.cells):
            answers[i] = ask(cell)
        return answers[self.codes] if len(answers) else np.zeros(len(self.codes), dtype=dtype)

    @cached_property
    def texts(self) -> list[str]:
        """Distinct cells as texts (`text_of`)."""
        return [text_of(cell) for cell in self.cells]

    @cached_property
    def keys(self) -> Ints:
        """A number a row, the same for cells that say the same; -1 where a cell is empty."""
        numbers: dict[str, int] = {}
        same = np.array([numbers.setdefault(text, len(numbers)) if text else -1 for text in self.texts] or [0])
        return np.asarray(same[self.codes], dtype=np.int64)

    @cached_property
    def filled(self) -> Mask:
        """Where a cell says anything."""
        return np.asarray(np.array([bool(text) for text in self.texts] or [False])[self.codes])

    @cached_property
    def numbers(self) -> Floats:
        """Numbers: NaN where a cell is empty, infinity where it holds something else."""
        return np.asarray(self.each(number_of, np.float64))

    @cached_property
    def amounts(self) -> Floats:
        """Numbers: NaN where there is none."""
        return np.where(np.isfinite(self.numbers), self.numbers, np.nan)

    @cached_property
    def _dates(self) -> tuple[Ints, list[str]]:
        found = [date_of(cell) for cell in self.cells] or [(EMPTY, "")]
        return np.array([day for day, _ in found], dtype=np.int64), [form for _, form in found]

    @cached_property
    def dates(self) -> Ints:
        """Dates as `values.date_of` gives them."""
        return np.asarray(self._dates[0][self.codes])

    def form(self, name: str) -> Mask:
        """Where a date is written in a form."""
        return np.asarray(np.array([form == name for form in self._dates[1]])[self.codes])

    @property
    def forms(self) -> dict[str, int]:
        """How often each form of a date occurs."""
        counts = np.bincount(self.codes, minlength=len(self.cells))
        found: dict[str, int] = {}
        for form, times in zip(self._dates[1], counts.tolist(), strict=False):
            if form and times:
                found[form] = found.get(form, 0) + times
        return found

    @cached_property
    def choices(self) -> Ints:
        """Places in the list that the field's cells come from; see `values.choice_of`."""
        kind = fields()[self.name].kind
        return np.asarray(self.each(lambda cell: choice_of(cell, kind), np.int64))


@dataclass(frozen=True)
class Sheet:
    """Where rows came from.

    Attributes:
        file: Name of the file.
        name: Name of the sheet (of a CSV file: empty).
        columns: Column of each field, counted from 1.
        heading: Row of the headings, counted from 1.
        hidden: Whether the sheet is hidden.
    """

    file: str
    name: str
    columns: dict[str, int]
    heading: int
    hidden: bool = False


@dataclass
class Table:
    """Rows of one kind from any number of sheets with the same headings.

    Attributes:
        kind: "people" (a row a person) or "households" (a row a household).
        columns: The fields that stand in it.
        sheets: The sheets it came from.
        sheet: Which of them, a row.
        row: Which row of it, counted from 1.
    """

    kind: str
    columns: dict[str, Column]
    sheets: list[Sheet] = field(default_factory=list)
    sheet: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    row: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, dtype=np.int32))

    def __len__(self) -> int:
        return len(self.row)

    def has(self, *names: str) -> bool:
        """Whether all of these fields stand in it."""
        return all(name in self.columns for name in names)

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    @cached_property
    def homes(self) -> Ints:
        """A number for each household (and year, where years stand side by side), a row; -1 without a number."""
        if not self.has("household"):
            return np.full(len(self), -1, dtype=np.int64)
        homes = self["household"].keys
        if self.has("year"):
            years = self["year"].keys + 1
            homes = np.where(homes >= 0, homes * (int(years.max(initial=0)) + 1) + years, -1)
        _, numbers = np.unique(homes, return_inverse=True)
        return np.asarray(np.where(homes >= 0, numbers, -1), dtype=np.int64)

    @cached_property
    def n_homes(self) -> int:
        """One more than the highest of `homes`."""
        return int(self.homes.max(initial=-1)) + 1

    def count(self, mask: Mask) -> Ints:
        """How many rows of a mask each household has."""
        return np.bincount(self.homes[mask & (self.homes >= 0)], minlength=self.n_homes)

    def first(self, homes: Mask) -> Ints:
        """The first row of each household of a mask over households."""
        firsts = self.first_rows
        return firsts[homes & (firsts >= 0)]

    @cached_property
    def first_rows(self) -> Ints:
        """The first row of each household; -1 for a number that no row has."""
        firsts = np.full(self.n_homes, -1, dtype=np.int64)
        rows = np.flatnonzero(self.homes >= 0)[::-1]
        firsts[self.homes[rows]] = rows
        return firsts

    def varies(self, values: NDArray[Any], known: Mask) -> Mask:
        """Households whose rows hold different values, among the rows that hold any; a mask over households."""
        values = np.asarray(values, dtype=np.float64)
        rows = known & (self.homes >= 0)
        low, high = np.full(self.n_homes, np.inf), np.full(self.n_homes, -np.inf)
        np.minimum.at(low, self.homes[rows], values[rows])
        np.maximum.at(high, self.homes[rows], values[rows])
        return np.asarray(high > low)
