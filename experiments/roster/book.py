"""Workbooks that are written: cells that never become formulas, ids as text, headings that stay in view."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.pages.spreadsheet import safe_cell
from experiments.runs.files import write_atomic
from experiments.runs.outputs import check_output

CREATOR = "villagesim roster"
"""What a workbook of ours says of its origin, so that no other is written over."""
MOST_ROWS = 1_048_000


def is_ours(path: Path) -> bool:
    """Whether a workbook is one that was written here."""
    try:
        with zipfile.ZipFile(path) as packed:
            return CREATOR.encode() in packed.read("docProps/core.xml")
    except (OSError, KeyError, zipfile.BadZipFile):
        return False


def check_writable(path: Path, field: str) -> None:
    """Refuse to write over what is no workbook of ours, before any work is done.

    Raises:
        UserError: Something else is there, or the name is that of no workbook.
    """
    from sim.core.errors import UserError

    if path.suffix.lower() != ".xlsx":
        raise UserError(f"'{path.name}' is no name of a workbook", field=field, allowed="a name that ends in .xlsx")
    check_output(path, is_ours, field)


def new_book() -> Any:
    """An empty workbook that is written row by row."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    book.properties.creator = CREATOR
    return book


def plain(value: Any) -> Any:
    """A cell's value as it may be written: no formula, no number that is one only by its form."""
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return ""
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, (bool, int, dt.date, dt.time, dt.timedelta)) or value is None:
        return value
    return safe_cell(str(value))[:32_000]


def add_sheet(
    book: Any, name: str, head: Sequence[str], rows: Iterable[Sequence[Any]], widths: Sequence[int] = ()
) -> None:
    """A sheet of headings and rows."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    cells = []
    for text in head:
        cell = WriteOnlyCell(sheet, plain(text))
        cell.font = Font(bold=True)
        cells.append(cell)
    sheet.append(cells)
    n = 1
    for row in rows:
        sheet.append([plain(value) for value in row])
        n += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(max(1, len(head)))}{n}"


def save(book: Any, path: Path) -> None:
    """Put the workbook in place, whole or not at all."""
    buffer = io.BytesIO()
    book.save(buffer)
    write_atomic(path, buffer.getvalue())


def write_book(path: Path, sheets: Mapping[str, tuple[Sequence[str], Iterable[Sequence[Any]]]]) -> None:
    """Write a workbook of plain tables."""
    book = new_book()
    for name, (head, rows) in sheets.items():
        add_sheet(book, name, head, rows)
    save(book, path)
