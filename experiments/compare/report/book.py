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
ONE_PAGE_ROWS = 40
"""Rows up to which a sheet prints on one page; a longer one goes on, each page under the headings."""
MOST_PRINTED = 240
"""Rows that a sheet prints at most, six pages; the most asked for stand first."""
WIDEST, WRAPPED = 60, 30
"""Widest column, and widest column of words in a sheet that would else print too small; in characters."""
PAGE_WIDTH = 200.0
"""Characters of a landscape A4 page at about 65% of their size, below which they are hard to read."""
ROW_POINTS = 16
"""Height of a line of a row."""
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
        self._paper(sheet, f"A1:{get_column_letter(len(header))}{printed}", len(body))
        return sheet

    def _widths(self, sheet: Any, header: Sequence[str], body: Sequence[Sequence[Content]]) -> None:
        """As wide as what stands there; where that is too wide for a page, words go on in the next line."""
        wide = [self._wide(head, [row[k] for row in body[:400]]) for k, head in enumerate(header)]
        wraps = sum(wide) > PAGE_WIDTH
        for place in range(2, len(body) + 2):  # said, not left to the fonts of a machine, which move its page breaks
            sheet.row_dimensions[place].height = ROW_POINTS
        for k, width in enumerate(wide):
            narrow = min(width, WRAPPED) if wraps else width
            sheet.column_dimensions[get_column_letter(k + 1)].width = narrow
        for place, row in enumerate(body if wraps else (), 2):
            lines = 1
            for k, content in enumerate(row):
                if isinstance(content, str) and _width(content) + 2 > WRAPPED:
                    lines = max(lines, math.ceil(_width(content) / (WRAPPED - 4)))
                    sheet.cell(place, k + 1).alignment = Alignment(wrap_text=True, vertical="top")
            sheet.row_dimensions[place].height = ROW_POINTS * lines

    def _wide(self, head: str, column: Sequence[Content]) -> float:
        texts = [_width(one) if isinstance(one, str) else len(self._shown(one)) for one in column]
        return min(max([*texts, min(_width(head), 14), 6]) + 2, WIDEST)

    def _shown(self, number: Value) -> str:
        """A number as its format has it, for its width."""
        cell = self._cell(number)
        places = _FORMATS.get(number.unit, "General").partition(".")[2].rstrip("%")
        return "" if cell is None else f"{cell:,.{len(places)}f}" if number.unit else f"{cell:g}"

    def _paper(self, sheet: Any, area: str, rows: int) -> None:
        """A page across, and as many down as rows need, under the headings."""
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, int(rows <= ONE_PAGE_ROWS)
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_margins.left = sheet.page_margins.right = 0.4  # inches
        sheet.print_area, sheet.print_title_rows = area, "1:1"
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
