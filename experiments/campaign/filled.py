"""The sheet of a campaign's workbook that offices fill in: what is done in fact, task by task and place by place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill

from experiments.campaign.actual import HEADS, heading_of
from experiments.campaign.blocks import Shown
from experiments.pages.numbers import delivery_unit
from experiments.pages.spreadsheet import safe_cell
from sim.scenario.tasks import deadline_of

Filled = Mapping[tuple[str, str], Sequence[Sequence[Any]]]
"""What stands in the columns to fill in, row by row, by what the rows call their task and place."""
_HEADS = {
    "zh": ("任务", "地点", "应完成", "单位", "期限", "截至日期（填写）", "实际完成（填写）", "备注（填写）"),
    "en": ("Task", "Place", "To be done", "Unit", "Deadline", "Date (fill in)", "Actual (fill in)", "Remark (fill in)"),
}
_SHEETS = {"zh": "任务进度", "en": "Progress of tasks"}
_YUAN = {"zh": "元", "en": "yuan"}
_FIXED = 5
"""Columns before those to fill in."""
_WIDTHS = (46, 32, 12, 8, 14, 16, 16, 30)
_OPEN = PatternFill("solid", fgColor="FFF8DC")


def add_filled(book: Workbook, shown: Shown, kept: Filled) -> None:
    """Add the sheet, with what was filled in before.

    Args:
        book: The workbook.
        shown: The campaign.
        kept: What was filled in, as `filled` gives it; what the campaign no longer has stands at the end.
    """
    sheet = book.create_sheet(_SHEETS[shown.language])
    sheet.append(_HEADS[shown.language])
    for cell in sheet[1]:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    left = dict(kept)
    results = shown.results
    for name in results.followed:
        unit = _YUAN[shown.language] if delivery_unit(str(results.task(name).counts)) == "money" else ""
        due = deadline_of(results.task(name), results.tasks.clock)
        for place in results.places_of(name):
            key = shown.title(name), shown.place(place)
            row = [*map(safe_cell, key), round(results.amount(name, place.ident), 1), unit, due]
            for cells in left.pop(key, [()]):
                sheet.append([*row, *cells])
    for key, cells in ((key, cells) for key, rows in left.items() for cells in rows):
        sheet.append([*map(safe_cell, key), None, None, None, *cells])
    for row in sheet.iter_rows(min_row=2, min_col=_FIXED, max_col=len(_WIDTHS)):
        for cell in row[:2]:
            cell.number_format = "yyyy-mm-dd"
        for cell in row[1:]:
            cell.fill = _OPEN
    for letter, width in zip("ABCDEFGH", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes, sheet.print_title_rows = "C2", "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def filled(path: Path) -> Filled:
    """What was filled in in a campaign's workbook, in either language; nothing where there is none yet.

    Raises:
        UserError: The workbook cannot be read; what stands in it is not written over.
    """
    if not path.is_file():
        return {}
    from sim.workbook.grid import read_grids

    found: dict[tuple[str, str], list[Sequence[Any]]] = {}
    for grid in read_grids(path):
        if grid.name not in _SHEETS.values() or heading_of(grid.at(1, 1).value) not in HEADS["task"]:
            continue
        for row in range(2, grid.rows + 1):
            cells = [grid.at(row, column).value for column in range(_FIXED + 1, len(_WIDTHS) + 1)]
            if any(cell is not None for cell in cells):
                key = grid.at(row, 1).text, grid.at(row, 2).text
                found.setdefault(key, []).append([safe_cell(cell) for cell in cells])
    return found
