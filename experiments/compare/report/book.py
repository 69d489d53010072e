"""A workbook being filled: words in one language, numbers as numbers, the same bytes each time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from experiments.compare.report.context import Context
from experiments.compare.report.data import Experiment
from experiments.pages.spreadsheet import safe_cell

_FORMATS = {
    "yuan": "#,##0.0",
    "money": "#,##0.0",
    "points": "0.00",
    "share": "0.0%",
    "count": "#,##0",
    "index": "0.0000",
    "fine": "0.00",
    "": "General",
}
MOST_PRINTED = 60
"""Rows that fit on the one page that a sheet prints; the most asked for stand first."""
_HEAD = PatternFill("solid", fgColor="E8E6DF")
_FONT = "Microsoft YaHei"


@dataclass(frozen=True)
class Value:
    """A number with the unit that decides its format."""

    number: float
    unit: str = ""


Content = str | Value


class Book:
    """A workbook being filled.

    Args:
        experiment: The experiment.
        language: "en" or "zh".
    """

    def __init__(self, experiment: Experiment, language: str) -> None:
        self.exp, self.ctx = experiment, Context(experiment, language)
        self.say = self.ctx.say
        self.book = Workbook()
        self.book.remove(self.book.active)

    def header(self, keys: str) -> list[str]:
        """Headers; `keys` are separated by spaces."""
        return [self.say(key) for key in keys.split()]

    def term(self, kind: str, name: str) -> str:
        """A term."""
        return self.say.term(kind, name)

    def unit(self, name: str) -> str:
        """The unit in which a column's numbers stand: money in 万元 in Chinese and in yuan in English."""
        return self.ctx.num.unit("yuan" if name == "money" and not self.ctx.zh else name).axis

    def with_unit(self, text: str, unit: str) -> str:
        """A heading with its unit."""
        return self.say("with_unit", name=text, unit=self.unit(unit))

    def sheet(
        self, key: str, header: Sequence[str], rows: Iterable[Sequence[Content]], below: Sequence[str] = ()
    ) -> Any:
        """Add a sheet: headings in its first row, which alone is frozen, rows, and what is to be said below them.

        A sheet without rows says that nothing was computed.

        Returns:
            The sheet.
        """
        sheet = self.book.create_sheet(self.say("sheet_" + key)[:31])
        body = [list(row) for row in rows]
        sheet.append([safe_cell(text) for text in header])
        for cell in sheet[1]:
            cell.font, cell.fill = Font(name=_FONT, size=11, bold=True), _HEAD
            number = any(isinstance(row[cell.column - 1], Value) for row in body[:1])
            cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal="right" if number else "left")
        sheet.row_dimensions[1].height = 16 * max(math.ceil(_width(text) / 14) for text in header) + 6
        for place, row in enumerate(body, 2):
            sheet.append([self._cell(content) for content in row])
            for k, content in enumerate(row, 1):
                cell = sheet.cell(place, k)
                cell.font = Font(name=_FONT, size=11)
                if isinstance(content, Value):
                    cell.number_format = _FORMATS.get(content.unit, "General")
        sheet.freeze_panes = "A2"
        self._widths(sheet, header, body)
        if body:
            sheet.auto_filter.ref = f"A1:{get_column_letter(len(header))}{len(body) + 1}"
        last = 1 + len(body)
        for text in below if body else [self.say("not_computed"), *below]:
            last += 1
            sheet.cell(last, 1, safe_cell(text)).alignment = Alignment(wrap_text=True, vertical="top")
            sheet.merge_cells(start_row=last, start_column=1, end_row=last, end_column=len(header))
            room = sum(sheet.column_dimensions[get_column_letter(k)].width for k in range(1, len(header) + 1))
            sheet.row_dimensions[last].height = 16 * (math.ceil(_width(text) / max(room - 4, 20)) + text.count("\n"))
        printed = last if len(body) <= MOST_PRINTED else MOST_PRINTED + 1
        self._paper(sheet, f"A1:{get_column_letter(len(header))}{printed}")
        return sheet

    def _widths(self, sheet: Any, header: Sequence[str], body: Sequence[Sequence[Content]]) -> None:
        for k, head in enumerate(header):
            texts = [_width(text) if isinstance(text := row[k], str) else 11.0 for row in body[:400]]
            width = min(max([*texts, min(_width(head), 14), 8]) + 2, 60)
            sheet.column_dimensions[get_column_letter(k + 1)].width = width

    def _paper(self, sheet: Any, area: str) -> None:
        """One page a sheet."""
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
        sheet.page_setup.fitToWidth = sheet.page_setup.fitToHeight = 1
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_area = area
        sheet.oddFooter.center.text = "&A  &P/&N"

    def _cell(self, content: Content) -> Any:
        if isinstance(content, str):
            return safe_cell(content)
        if not math.isfinite(content.number):
            return None
        factor = {"points": 100.0, "money": 1e-4 if self.ctx.zh else 1.0}.get(content.unit, 1.0)
        number = content.number * factor
        return int(number) if content.unit == "count" and number == int(number) else number


def _width(text: str) -> float:
    return sum(2.0 if ord(c) >= 0x2E80 else 1.0 for c in text)


def value(number: Any, unit: str = "") -> Value:
    """A cell's number; what is none becomes an empty cell."""
    try:
        return Value(float(number), unit)
    except (TypeError, ValueError):
        return Value(math.nan, unit)
