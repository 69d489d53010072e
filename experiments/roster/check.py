"""The check of a roster: files in, defects with their places out. Nothing is written here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.roster.defects import KINDS, Ask, Hit, Kind
from experiments.roster.fields import fields
from experiments.roster.layout import Builder, Note
from experiments.roster.reading import pages
from experiments.roster.table import Sheet, Table
from sim.core.errors import UserError

WHOLE_SHARE, WHOLE_LEAST = 0.5, 20
"""What is found in more than this share of a table of at least so many rows is said once of the column."""


@dataclass(frozen=True)
class Place:
    """One defect at its place.

    Attributes:
        kind: What it is.
        file: Name of the file.
        sheet: Name of the sheet; empty for a CSV file.
        row: Row, counted from 1 as spreadsheets do.
        column: Column, counted from 1; 0 for the whole row.
        detail: What stands for {detail} in the sentence; a field's name where the kind is about a heading.
        rows: How many rows have it, where it is said of the column as a whole.
    """

    kind: Kind
    file: str
    sheet: str
    row: int
    column: int
    detail: str = ""
    rows: int = 1

    def sentence(self, language: str) -> str:
        """What is said of it."""
        detail = self.detail
        if detail in fields() and self.kind.name.startswith("heading"):
            detail = getattr(fields()[detail], language)
        text = getattr(self.kind, language).replace("{detail}", detail)
        if self.rows > 1:
            text += f"（本栏共{self.rows:,}行）" if language == "zh" else f" ({self.rows:,} rows of this column)"
        return str(text)


@dataclass(frozen=True)
class Found:
    """Hits of a kind in a table."""

    kind: Kind
    table: Table
    hit: Hit

    @property
    def whole(self) -> bool:
        """Whether it is a matter of the column rather than of rows."""
        rows, all_rows = len(self.hit.rows), len(self.table)
        return all_rows >= WHOLE_LEAST and rows > WHOLE_SHARE * all_rows

    def places(self) -> Iterator[Place]:
        """Where it is; one place at the heading of each sheet if it is a matter of the column."""
        table, hit = self.table, self.hit
        sheets, rows = table.sheet[hit.rows].tolist(), table.row[hit.rows].tolist()
        if self.whole and hit.details is None:
            for number, times in Counter(sheets).items():
                yield self._at(table.sheets[number], table.sheets[number].heading, "", times)
            return
        for i, (number, row) in enumerate(zip(sheets, rows, strict=True)):
            yield self._at(table.sheets[number], row, hit.details[i] if hit.details else "", 1)

    def _at(self, sheet: Sheet, row: int, detail: str, rows: int) -> Place:
        return Place(self.kind, sheet.file, sheet.name, row, sheet.columns.get(self.hit.field, 0), detail, rows)


@dataclass(frozen=True)
class Checked:
    """A roster that was read and checked."""

    files: tuple[Path, ...]
    tables: tuple[Table, ...]
    notes: tuple[Note, ...]
    found: tuple[Found, ...]

    @property
    def people(self) -> int:
        """Rows that are persons."""
        return sum(len(table) for table in self.tables if table.kind == "people")

    @property
    def households(self) -> int:
        """Households: the most that a table tells apart by their numbers."""
        return max((int((table.first_rows >= 0).sum()) for table in self.tables), default=0)

    def counts(self) -> dict[str, int]:
        """How often each kind was found, in the order of the kinds; those that were not found are left out."""
        times: Counter[str] = Counter(note.kind for note in self.notes)
        for one in self.found:
            times[one.kind.name] += len(one.hit.rows)
        return {name: times[name] for name in KINDS if times[name]}

    @property
    def doubtful(self) -> bool:
        """Whether anything cannot be so or has to be looked at; what is for information is neither."""
        return any(KINDS[name].level != "note" for name in self.counts())

    def places(self) -> Iterator[Place]:
        """Every defect at its place, kind by kind."""
        for name, kind in KINDS.items():
            for note in self.notes:
                if note.kind == name:
                    yield Place(kind, note.file, note.sheet, note.row, note.column, note.detail)
            for one in self.found:
                if one.kind.name == name:
                    yield from one.places()

    def first(self, name: str) -> Place:
        """Where a kind was found first."""
        kind = KINDS[name]
        for note in self.notes:
            if note.kind == name:
                return Place(kind, note.file, note.sheet, note.row, note.column, note.detail)
        return next(next(one for one in self.found if one.kind.name == name).places())


def read(files: Sequence[Path]) -> tuple[list[Table], list[Note]]:
    """The tables of some files, and what is to be said of their sheets.

    Raises:
        UserError: A file is refused or cannot be read, two have one name, or none holds a roster.
    """
    names = Counter(file.name for file in files)
    for file in files:
        if names[file.name] > 1:
            raise UserError("two files have this name, so that places in them could not be told apart", file=file.name)
    builder = Builder()
    for file in files:
        for page in pages(file):
            builder.add(page)
    tables = builder.tables()
    if not tables:
        raise UserError(
            "no sheet has headings of a roster with rows below them / 没有找到花名册表头及数据行",
            file=files[0] if len(files) == 1 else None,
            allowed="headings such as 户编号 姓名 证件号码 与户主关系 行政村, in any order",
            mend="village roster example roster.xlsx writes one to compare with",
        )
    return tables, builder.notes


def check(files: Sequence[Path], ask: Ask) -> Checked:
    """Read some files and look for every kind of defect.

    Args:
        files: Files of one roster: .xlsx, .xls, .ods or .csv.
        ask: What is held against.

    Raises:
        UserError: See `read`.
    """
    tables, notes = read(files)
    found = [Found(kind, table, hit) for table in tables for kind in KINDS.values() for hit in kind.hits(table, ask)]
    return Checked(tuple(files), tuple(tables), tuple(notes), tuple(found))
