"""Where the headings of a sheet are, and what they mean: by what they say, never by where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from experiments.roster.fields import Field, match, plain
from experiments.roster.reading import Page, Row
from experiments.roster.table import Encoder, Sheet, Table
from experiments.roster.values import text_of

SEARCHED = 30
"""Rows in which the headings are looked for: titles and notes stand above them."""
LEAST_FIELDS = 3
PIECE = 20_000
MOST_BLANKS = 200
_TOTALS = ("合计", "总计", "小计", "共计", "总和")
_PEOPLE = ("relation", "person", "schooling", "skill", "pupil", "working")
_TELLS = ("household", "name", "id", "head_name", "head_id")
"""Fields of which at least one stands in every roster: without any of them rows belong to nobody."""


@dataclass(frozen=True)
class Note:
    """Something about a sheet as a whole, or about a row that is none of its people: see `defects.sheets`."""

    kind: str
    file: str
    sheet: str
    row: int
    column: int = 0
    detail: str = ""


@dataclass
class Layout:
    """The headings of a sheet.

    Attributes:
        row: Row of the (lower) headings, counted from 1.
        places: Place of each field in a row, counted from 0.
        cells: The headings, as they stand.
        misspelt: Fields whose heading was guessed at.
        twice: Places of fields that had a column already.
        unknown: Places whose heading means nothing to the program.
    """

    row: int
    places: dict[str, int] = field(default_factory=dict)
    cells: list[str] = field(default_factory=list)
    misspelt: list[str] = field(default_factory=list)
    twice: list[int] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """What a row is: one of the people, or one of the households."""
        return "people" if any(name in self.places for name in _PEOPLE) else "households"


def find(top: Sequence[Row]) -> Layout | None:
    """The headings among a sheet's first rows; None if there are none.

    A heading over two rows (a merged one above its parts) is read as one.
    """
    best: Layout | None = None
    for number, row in enumerate(top):
        above = _carried(top[number - 1]) if number else []
        for layout in (_layout(number + 1, row, []), _layout(number + 1, row, above) if above else None):
            if layout and (best is None or _worth(layout) > _worth(best)):
                best = layout
    if best is None or len(best.places) < LEAST_FIELDS or not any(name in best.places for name in _TELLS):
        return None
    return best


def _worth(layout: Layout) -> int:
    return 2 * len(layout.places) - len(layout.misspelt)


def _carried(row: Row) -> list[Any]:
    """A row of merged cells: what stands in the first of them holds for the empty ones behind it."""
    carried: list[Any] = []
    for cell in row:
        carried.append(cell if text_of(cell) or not carried else carried[-1])
    return carried


def _layout(number: int, row: Row, above: Sequence[Any]) -> Layout:
    layout = Layout(number)
    guessed: list[tuple[int, Field]] = []
    for place, cell in enumerate(row):
        over = above[place] if place < len(above) else ""
        said = [text for text in (_heading(cell), _heading(over) + _heading(cell)) if text]
        if not _heading(cell):
            said = [_heading(over)] if over and _heading(over) else []
        layout.cells.append(said[0] if said else "")
        exact = next((found for text in said if (found := match(text, guess=False))), None)
        if exact is None:
            near = match(said[0]) if said else None
            if near:
                guessed.append((place, near.field))
            elif said:
                layout.unknown.append(place)
        elif exact.field.name in layout.places:
            layout.twice.append(place)
        else:
            layout.places[exact.field.name] = place
    for place, near_field in guessed:  # a heading that is right goes before one that is nearly so
        if near_field.name in layout.places:
            layout.unknown.append(place)
        else:
            layout.places[near_field.name] = place
            layout.misspelt.append(near_field.name)
    return layout


def _heading(cell: Any) -> str:
    return cell if isinstance(cell, str) and len(cell) <= 60 and not cell.strip().isdigit() else ""


class Builder:
    """Sheets put together into tables: those of one kind with the same headings become one."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self._found: dict[tuple[str, frozenset[str]], _Rows] = {}

    def add(self, page: Page) -> bool:
        """Take the rows of a sheet. False if it is no roster."""
        rows = iter(page.rows)
        top = list(islice(rows, SEARCHED))
        layout = find(top)
        if layout is None:
            if any(text_of(cell) for row in top for cell in row):
                self.notes.append(Note("sheet_unread", page.file, page.name, 1))
            return False
        sheet = Sheet(
            page.file,
            page.name,
            {name: place + page.left + 1 for name, place in layout.places.items()},
            layout.row,
            page.hidden,
        )
        self._say(page, layout)
        key = (layout.kind, frozenset(layout.places))
        into = self._found.setdefault(key, _Rows(layout.kind, list(layout.places)))
        into.sheets.append(sheet)
        self._take(into, layout, page, chain(top[layout.row :], rows))
        return True

    def _say(self, page: Page, layout: Layout) -> None:
        at = (page.file, page.name, layout.row)
        if page.hidden:
            self.notes.append(Note("sheet_hidden", page.file, page.name, 1))
        for name in layout.misspelt:
            self.notes.append(Note("heading_misspelt", *at, layout.places[name] + page.left + 1, name))
        for place in layout.twice:
            self.notes.append(Note("heading_twice", *at, place + page.left + 1))
        for place in layout.unknown:
            self.notes.append(Note("heading_unknown", *at, place + page.left + 1))
        if "household" not in layout.places:
            self.notes.append(Note("heading_missing", *at, 0, "household"))

    def _take(self, into: _Rows, layout: Layout, page: Page, rows: Iterator[Row]) -> None:
        headings = {place: plain(text) for place, text in enumerate(layout.cells) if text}
        first = min(headings)
        number, blank = layout.row, []
        while piece := list(islice(rows, PIECE)):
            kept: list[Row] = []
            numbers: list[int] = []
            for row in piece:
                number += 1
                said = next((cell for cell in row if cell != "" and cell is not None), None)
                nothing = said is None or (isinstance(said, str) and not said.strip())
                if nothing and not any(text_of(cell) for cell in row):
                    blank.append(number)
                    continue
                if blank:
                    self.notes += [Note("row_blank", page.file, page.name, at) for at in blank[:MOST_BLANKS]]
                    blank = []
                if isinstance(said, str) and (kind := _other_row(said, row, headings, first)):
                    self.notes.append(Note(kind, page.file, page.name, number))
                    continue
                kept.append(row)
                numbers.append(number)
            into.add(kept, numbers, list(layout.places.items()))

    def tables(self) -> list[Table]:
        """The tables, and nothing is left behind."""
        found = [rows.table() for rows in self._found.values()]
        self._found = {}
        return [table for table in found if len(table)]


def _other_row(said: str, row: Row, headings: dict[int, str], first: int) -> str:
    """What a row is that is none of the people: a total, headings again, or a note below the table."""
    text = text_of(said)
    if text.startswith(_TOTALS):
        return "row_total"
    if first < len(row) and plain(row[first]) == headings[first]:
        same = sum(place < len(row) and plain(row[place]) == text for place, text in headings.items())
        if 2 * same > len(headings):
            return "row_heading"
    if text.startswith(("注:", "备注:", "说明:", "填表人", "制表", "审核人", "填报人", "填报单位")):
        return "row_note"
    return ""


class _Rows:
    """The rows of a table as they come in."""

    def __init__(self, kind: str, names: list[str]) -> None:
        self.kind, self.sheets = kind, list[Sheet]()
        self._encoders = {name: Encoder() for name in names}
        self._sheet: list[int] = []
        self._row: list[int] = []

    def add(self, rows: list[Row], numbers: list[int], places: Sequence[tuple[str, int]]) -> None:
        """Take some rows of the last sheet."""
        if not rows:
            return
        width = max(place for _, place in places) + 1
        if min(map(len, rows)) < width:
            rows = [row + [""] * (width - len(row)) for row in rows]
        columns = list(zip(*rows, strict=False))  # rows of a CSV may be longer than their headings
        for name, place in places:
            self._encoders[name].add(columns[place])
        self._sheet += [len(self.sheets) - 1] * len(rows)
        self._row += numbers

    def table(self) -> Table:
        """The table."""
        import numpy as np

        columns = {name: encoder.column(name) for name, encoder in self._encoders.items()}
        row, sheet = np.array(self._row, dtype=np.int32), np.array(self._sheet, dtype=np.int32)
        return Table(self.kind, columns, self.sheets, sheet, row)
