"""The sheets of the form: the county's figures, and rows by heading, without what offices leave in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sim.core.errors import UserError
from sim.toml.source import KeyPath, TomlSource, each_problem, meant
from sim.workbook import values
from sim.workbook.errors import CellError, CellPlace
from sim.workbook.grid import Grid, place, read_grids
from sim.workbook.layout import HEADING_ROW, Field, fields, sheet_name, words
from sim.workbook.values import Cell, plain_name, tidy

READERS: Mapping[str, Callable[[Cell], Any]] = {
    "whole": values.whole,
    "number": values.number,
    "yuan": values.yuan,
    "wan": values.wan,
    "share": values.share,
    "date": values.date,
    "day": values.day,
    "text": lambda cell: cell.text,
}
_TOTALS = ("合计", "总计", "小计", "共计", "全县合计", "total", "totals", "sum")


class Row(NamedTuple):
    """A row of a sheet.

    Attributes:
        cells: Its cells by the key of their column, but for empty ones; several where a column stands several times.
        place: Where it begins.
        missing: Where a column's cell would be.
    """

    cells: Mapping[str, list[Cell]]
    place: CellPlace
    missing: Mapping[str, CellPlace]

    def one(self, key: str) -> Cell | None:
        """The cell of a column; None where it is empty."""
        return next(iter(self.cells.get(key, ())), None)

    def where(self, key: str) -> CellPlace:
        """Where a column's cell stands, empty or not."""
        cell = self.one(key)
        return cell.place if cell else self.missing.get(key, self.place)


class SheetTables(TomlSource):
    """What a workbook says, as the tables of a TOML file; its places are cells.

    Attributes:
        notes: What was read otherwise than it stands there, and how.
    """

    notes: list[str]

    def __init__(self, path: Path, data: dict[str, Any], cells: Mapping[KeyPath, CellPlace], whole: CellPlace) -> None:
        super().__init__(path, "", data)
        object.__setattr__(self, "notes", [])
        object.__setattr__(self, "cells", cells)
        object.__setattr__(self, "whole", whole)

    def place(self, path: KeyPath = ()) -> CellPlace:
        """The cell that a key was read from, or the nearest table around it."""
        cells: Mapping[KeyPath, CellPlace] = self.cells  # type: ignore[attr-defined]
        while path and path not in cells:
            path = path[:-1]
        return cells.get(path, self.whole)  # type: ignore[attr-defined]


class Workbook:
    """A form that was filled in.

    Args:
        path: The file.

    Raises:
        UserError: It cannot be read, or lacks a sheet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._grids = {plain_name(grid.name): grid for grid in read_grids(path)}
        self.problems: list[UserError] = []
        self.notes: list[str] = []
        self.blanks: dict[str, CellPlace] = {}

    def grid(self, sheet: str, needed: bool = True) -> Grid | None:
        """A sheet by its id; its Chinese and its English name will do."""
        for language in ("zh", "en"):
            if found := self._grids.get(plain_name(sheet_name(sheet, language))):
                return found
        if needed:
            here = "、".join(grid.name for grid in self._grids.values())
            name = sheet_name(sheet)
            raise CellError(
                f"there is no sheet '{name}' ({here})",
                zh=f"没有“{name}”工作表（现有：{here}）；填报表由 village template 生成",
                file=self.path, sheet=name, cell="", mend="write a form with: village template FILE.xlsx",
            )  # fmt: skip
        return None

    def figures(self) -> dict[str, Cell]:
        """The county's figures by address; empty ones are left out. Unknown lines are noted as problems.

        Where figures that were left out would stand is kept in `blanks`.
        """
        try:
            grid = self.grid("county")
        except UserError as error:
            self.problems.append(error)
            grid = None
        if grid is None:
            return {}
        known = {plain_name(name): field.key for field in fields("county") for name in (field.zh, field.en, field.key)}
        found: dict[str, Cell] = {}
        for row in range(HEADING_ROW, grid.rows + 1):
            label = grid.at(row, 1)
            value = grid.at(row, 2)
            key = known.get(plain_name(label.text))
            if key is not None:
                self.blanks.setdefault(key, value.place)
            if label.empty or value.empty:
                continue
            if key is None:
                if row > HEADING_ROW:
                    near = meant(label.text, [field.zh for field in fields("county")])
                    self.problems.append(
                        label.wrong(f"不认识“{label.text}”这一行", f"unknown figure '{label.text}'", **near)
                    )
            elif key in found:
                self.problems.append(label.wrong(f"“{label.text}”填了两次", f"'{label.text}' is stated twice"))
            else:
                found[key] = value
        return found

    def missing(self, field: Field) -> None:
        """Note that a figure of the county was left out."""
        here = self.blanks.get(field.key) or CellPlace(str(self.path), None, sheet_name("county"), "")
        self.problems.append(here.says(*field.left_out()))

    def rows(self, sheet: str, needed: bool = True) -> Iterator[Row]:
        """The rows of a sheet, by heading; blank and totals rows are passed over, hidden ones noted."""
        try:
            if (grid := self.grid(sheet, needed)) is None:
                return
            head, columns = self._headings(grid, sheet)
        except UserError as error:
            self.problems.append(error)
            return
        for number in range(head + 1, grid.rows + 1):
            cells: dict[str, list[Cell]] = {}
            for column, key in columns.items():
                if not (cell := grid.at(number, column)).empty:
                    cells.setdefault(key, []).append(cell)
            first = min(columns)
            if not cells or any(tidy(cell.text).lower() in _TOTALS for cell in cells.get(columns[first], ())):
                continue
            if number in grid.hidden:
                self.notes.append(
                    f"“{grid.name}”表第{number}行是隐藏的，已照样计入 / row {number} is hidden and counts"
                )
            spots = {key: place(grid.path, grid.name, number, column) for column, key in reversed(columns.items())}
            yield Row(cells, place(grid.path, grid.name, number, first), spots)

    def _headings(self, grid: Grid, sheet: str) -> tuple[int, dict[int, str]]:
        """The row of the headings, and the key of each column; the row that has most of them is taken."""
        names = {plain_name(name): f.key for f in fields(sheet) for name in (*f.columns(), f.zh, f.en, f.key)}
        names |= {plain_name(f"{f.en}{n}"): f.key for f in fields(sheet) for n in range(1, 30) if f.many > 1}
        names |= {plain_name(f"{f.zh}{n}"): f.key for f in fields(sheet) for n in range(1, 30) if f.many > 1}
        best: tuple[int, dict[int, str]] = (0, {})
        for row in range(1, min(grid.rows, 10) + 1):
            seen = {c: plain_name(grid.at(row, c).text) for c in range(1, grid.columns + 1)}
            columns = {c: names[name] for c, name in seen.items() if name in names}
            if len(columns) > len(best[1]):
                best = (row, columns)
        lacking = [f.zh for f in fields(sheet) if not f.optional and f.key not in best[1].values()]
        if lacking:
            said = "、".join(lacking)
            zh = f"“{grid.name}”表缺少这些列：{said}；表头请勿改动"
            where = place(grid.path, grid.name, max(best[0], 1), 1)
            raise where.says(zh, f"columns are missing: {said}", mend="keep the headings of the form")
        return best

    def read(self, field: Field, cell: Cell) -> Any:
        """What a cell says; None, with a problem noted, where it says nothing that could be meant."""
        try:
            if cell.trouble:
                raise cell.trouble
            if field.type == "word":
                return word(field.listed, cell, field.open)
            return READERS[field.type](cell)
        except UserError as error:
            self.problems += each_problem(error)
            return None


def word(name: str, cell: Cell, open_list: bool = False, among: Mapping[str, str] | None = None) -> str:
    """The word of a scenario file that a cell means: one of a list, in Chinese or as files have it.

    Args:
        name: The list.
        cell: The cell.
        open_list: Whether another word will do as well.
        among: The list itself, where `words.toml` does not have it.

    Raises:
        CellError: It is none of them.
    """
    known = among if among is not None else words(name)
    said = tidy(cell.text)
    for key, zh in known.items():
        if said.lower() in (key.lower(), tidy(zh).lower()):
            return key
    if open_list:
        return cell.text
    choices = "、".join(known.values())
    near = meant(said, [*known.values(), *known])
    hint = f"；是不是“{near['mend'].split(chr(39))[1]}”？" if "mend" in near else ""
    raise cell.wrong(f"不认识“{cell.text}”{hint}可填：{choices}", f"unknown word '{cell.text}'", **near)


def several(text: str) -> list[str]:
    """The names in a cell that holds several, separated by 、 or commas or lines."""
    for sign in "，,；;\n":
        text = text.replace(sign, "、")
    return [part.strip() for part in text.split("、") if part.strip()]


def put(data: dict[str, Any], address: str, value: Any) -> None:
    """Lay a value into tables at an address of parts joined by dots."""
    *around, last = address.split(".")
    for part in around:
        data = data.setdefault(part, {})
    data[last] = value
