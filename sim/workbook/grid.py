"""The cells of a workbook as rows of plain values, whoever wrote it: Excel, WPS, LibreOffice, or a program."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

from sim.core.errors import UserError
from sim.toml.reading import read_bytes
from sim.workbook.archive import parts_of
from sim.workbook.errors import CellError, CellPlace
from sim.workbook.values import Cell, tidy

MOST_ROWS, MOST_COLUMNS = 5_000, 60
"""Rows and columns of a sheet that are looked at; a form has far fewer."""


class Grid(NamedTuple):
    """A sheet.

    Attributes:
        name: Its name.
        path: The workbook, for messages.
        cells: What is not empty, by row and column, both counted from 1.
        hidden: Rows that are not shown.
    """

    name: str
    path: str
    cells: Mapping[tuple[int, int], Cell]
    hidden: frozenset[int]

    def at(self, row: int, column: int) -> Cell:
        """A cell; one that is empty where nothing stands."""
        return self.cells.get((row, column)) or Cell(None, place(self.path, self.name, row, column))

    @property
    def rows(self) -> int:
        """Number of its last row."""
        return max((row for row, _ in self.cells), default=0)

    @property
    def columns(self) -> int:
        """Number of its last column."""
        return max((column for _, column in self.cells), default=0)


def place(path: str, sheet: str, row: int, column: int) -> CellPlace:
    """Where a cell stands."""
    letters, n = "", column
    while n:
        n, rest = divmod(n - 1, 26)
        letters = chr(65 + rest) + letters
    return CellPlace(path, None, sheet, f"{letters}{row}")


def read_grids(path: Path) -> tuple[Grid, ...]:
    """The sheets of a workbook.

    Raises:
        UserError: It cannot be read, or must not be (see `sim.workbook.archive`).
    """
    return _grids(path, read_bytes(path))


@lru_cache(maxsize=8)
def _grids(path: Path, content: bytes) -> tuple[Grid, ...]:
    parts = parts_of(path, content)
    try:
        if "content.xml" in parts:
            return tuple(_of_ods(str(path), parts["content.xml"]))
        return tuple(_of_xlsx(str(path), content))
    except UserError:
        raise
    except Exception as error:  # openpyxl meets a damaged part with whatever error comes to it
        problem = f"读不出来，文件可能已损坏 / cannot be read as a workbook ({type(error).__name__})"
        raise UserError(problem, file=path, mend="用Excel或WPS另存为 .xlsx / save it again as .xlsx") from None


def _of_xlsx(path: str, content: bytes) -> Iterator[Grid]:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content))
    formulas = any(cell.data_type == "f" for sheet in book.worksheets for row in _of(sheet) for cell in row)
    known = load_workbook(io.BytesIO(content), data_only=True) if formulas else book
    for sheet in book.worksheets:
        cells: dict[tuple[int, int], Cell] = {}
        for row in _of(sheet):
            for cell in row:
                where = place(path, sheet.title, cell.row, cell.column)
                value = cell.value
                if cell.data_type == "f":
                    value = known[sheet.title].cell(cell.row, cell.column).value
                if (trouble := _trouble(where, cell.data_type, value)) or value is not None:
                    percent = "%" in (cell.number_format or "")
                    cells[cell.row, cell.column] = Cell(_plain(value), where, percent, trouble)
        for merged in sheet.merged_cells.ranges:
            first = cells.get((merged.min_row, merged.min_col))
            if first is None or merged.size["rows"] * merged.size["columns"] > MOST_ROWS:
                continue
            for row_n in range(merged.min_row + 1, merged.max_row + 1):  # downward: one name for several rows
                at = (row_n, merged.min_col)
                cells.setdefault(at, first._replace(place=place(path, sheet.title, *at)))
        hidden = frozenset(n for n, shown in sheet.row_dimensions.items() if shown.hidden)
        yield Grid(sheet.title, path, cells, hidden)


def _trouble(where: CellPlace, kind: str, value: Any) -> CellError | None:
    """Why a formula or an error cannot be read."""
    if kind == "f" and value is None:
        zh = "公式没有算出结果；请用Excel或WPS打开并保存一次，或直接填数"
        return where.says(zh, "the formula has no result", mend="save it in Excel once, or type the value")
    if kind == "e" or (kind == "f" and isinstance(value, str) and value.startswith("#")):
        return where.says(f"公式出错（{value}）", f"the cell holds the error {value}", mend="correct it")
    return None


def _of(sheet: Any) -> Iterator[tuple[Any, ...]]:
    last_row, last_column = min(sheet.max_row, MOST_ROWS), min(sheet.max_column, MOST_COLUMNS)
    yield from sheet.iter_rows(max_row=last_row, max_col=last_column)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.date()
    return value if value is None or isinstance(value, str | int | float | bool | dt.date) else str(value)


_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def _of_ods(path: str, content: bytes) -> Iterator[Grid]:
    tree = ElementTree.fromstring(content)
    for table in tree.iter(f"{_TABLE}table"):
        name = table.get(f"{_TABLE}name") or ""
        cells: dict[tuple[int, int], Cell] = {}
        hidden: set[int] = set()
        row = 1
        for line in table.iter(f"{_TABLE}table-row"):
            times = int(line.get(f"{_TABLE}number-rows-repeated") or 1)
            found = list(_cells_of_ods(line))
            for again in range(min(times, MOST_ROWS - row + 1) if found else 0):
                if line.get(f"{_TABLE}visibility"):
                    hidden.add(row + again)
                for column, value, percent, rows in found:
                    for below in range(rows):
                        at = (row + again + below, column)
                        cells.setdefault(at, Cell(value, place(path, name, *at), percent))
            row += times
            if row > MOST_ROWS:
                break
        yield Grid(name, path, cells, frozenset(hidden))


def _cells_of_ods(line: Any) -> Iterator[tuple[int, Any, bool, int]]:
    column = 1
    for cell in line:
        if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        times = int(cell.get(f"{_TABLE}number-columns-repeated") or 1)
        kind = cell.get(f"{_OFFICE}value-type")
        value: Any = None
        if kind in ("float", "currency", "percentage"):
            number = float(cell.get(f"{_OFFICE}value") or 0)
            value = int(number) if number.is_integer() else number
        elif kind == "date":
            value = dt.date.fromisoformat((cell.get(f"{_OFFICE}date-value") or "")[:10])
        elif kind == "boolean":
            value = cell.get(f"{_OFFICE}boolean-value") == "true"
        elif kind:
            value = "\n".join("".join(p.itertext()) for p in cell.findall(f"{_TEXT}p"))
        if value is not None and (not isinstance(value, str) or tidy(value)):
            rows = min(int(cell.get(f"{_TABLE}number-rows-spanned") or 1), MOST_ROWS)
            for n in range(min(times, MOST_COLUMNS - column + 1)):
                yield column + n, value, kind == "percentage", rows
        column += times
        if column > MOST_COLUMNS:
            break
