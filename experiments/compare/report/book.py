"""A workbook being filled: words in both languages, numbers as numbers, the same bytes each time."""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from experiments.compare.report.context import Context
from experiments.compare.report.data import Experiment
from experiments.pages.spreadsheet import safe_cell

_EPOCH = datetime(2012, 12, 24)
_FORMATS = {
    "yuan": "#,##0.0",
    "money": "#,##0",
    "points": "0.00%",
    "share": "0.0%",
    "count": "#,##0",
    "index": "0.0000",
    "fine": "0.00",
    "": "General",
}
_HEAD = PatternFill("solid", fgColor="E8E6DF")


@dataclass(frozen=True)
class Value:
    """A number with the unit that decides its format."""

    number: float
    unit: str = ""


Content = str | Value


class Book:
    """A workbook being filled, with words in both languages."""

    def __init__(self, experiment: Experiment) -> None:
        self.exp = experiment
        self.en, self.zh = Context(experiment, "en"), Context(experiment, "zh")
        self.words = (self.zh.say, self.en.say)
        self.book = Workbook()
        self.book.remove(self.book.active)

    def header(self, keys: str) -> list[str]:
        """Headers in both languages; `keys` are separated by spaces."""
        return [self.both(key) for key in keys.split()]

    def both(self, key: str, **values: object) -> str:
        """Chinese and English of a sentence, one below the other."""
        zh, en = (w(key, **values) for w in self.words)
        return zh if zh == en else f"{zh}\n{en}"

    def term(self, kind: str, name: str) -> str:
        """Chinese and English of a term."""
        zh, en = (w.term(kind, name) for w in self.words)
        return zh if zh == en else f"{zh} {en}"

    def unit(self, name: str) -> str:
        """Chinese and English of the unit in which a column's numbers are stored: money in yuan, never in 万元."""
        return " ".join(ctx.num.unit("yuan" if name == "money" else name).axis for ctx in (self.zh, self.en)).strip()

    def title(self, scenario: str) -> str:
        """Chinese and English title of a scenario."""
        zh, en = self.zh.title(scenario), self.en.title(scenario)
        return zh if zh == en else f"{zh} {en}"

    def policy(self, label: str, scenario: str) -> str:
        """Chinese and English name of a policy."""
        zh, en = self.zh.policy(label, scenario), self.en.policy(label, scenario)
        return zh if zh == en else f"{zh} {en}"

    def sheet(
        self, key: str, header: Sequence[str], rows: Iterable[Sequence[Content]], top: Sequence[str] = ()
    ) -> None:
        """Add a sheet: lines of text, a frozen header, rows; a sheet without rows says so."""
        zh, en = (w("sheet_" + key) for w in self.words)
        sheet = self.book.create_sheet(f"{zh} {en}"[:31])
        for place, text in enumerate(top, 1):
            sheet.append([safe_cell(text)])
            sheet.cell(place, 1).alignment = Alignment(wrap_text=True, vertical="top")
            sheet.merge_cells(start_row=place, start_column=1, end_row=place, end_column=max(len(header), 6))
            sheet.row_dimensions[place].height = 16 * max(1, math.ceil(_width(text) / 105) + text.count("\n"))
        body = [list(row) for row in rows]
        if not body:
            sheet.append([safe_cell(self.both("not_computed"))])
            sheet.column_dimensions["A"].width = 60
            return
        sheet.append([safe_cell(h) for h in header])
        head = len(top) + 1
        for cell in sheet[head]:
            cell.font, cell.fill = Font(name="Calibri", size=11, bold=True), _HEAD
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[head].height = 16 * max(h.count("\n") + math.ceil(_width(h) / 34) for h in header) + 6
        for place, row in enumerate(body, head + 1):
            sheet.append([_number(c) if isinstance(c, Value) else safe_cell(c) for c in row])
            for k, content in enumerate(row, 1):
                if isinstance(content, Value):
                    sheet.cell(place, k).number_format = _FORMATS.get(content.unit, "General")
        sheet.freeze_panes = sheet.cell(head + 1, 2)
        sheet.auto_filter.ref = f"A{head}:{get_column_letter(len(header))}{head + len(body)}"
        for k in range(1, len(header) + 1):
            texts = [r[k - 1] for r in body[:400]]
            widest = max((_width(t) if isinstance(t, str) else 12.0 for t in texts), default=10.0)
            head_width = max(_width(line) for line in header[k - 1].split("\n"))
            sheet.column_dimensions[get_column_letter(k)].width = min(max(widest, min(head_width, 26), 9) + 3, 90)
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_title_rows = f"{head}:{head}"


def _width(text: str) -> float:
    return sum(2.0 if ord(c) >= 0x2E80 else 1.0 for c in text)


def _number(value: Value) -> float | int | None:
    if not math.isfinite(value.number):
        return None
    return int(value.number) if value.unit == "count" and value.number == int(value.number) else value.number


def value(number: Any, unit: str = "") -> Value:
    """A cell's number; what is none becomes an empty cell."""
    try:
        return Value(float(number), unit)
    except (TypeError, ValueError):
        return Value(math.nan, unit)


def fixed_bytes(book: Workbook) -> bytes:
    """Save without the hour: fixed dates inside, fixed stamps on the parts of the archive."""
    book.properties.creator = "villagesim"
    book.properties.created = _EPOCH
    raw, out = io.BytesIO(), io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2012-12-24T00:00:00Z", content)
            entry = zipfile.ZipInfo(name, date_time=(2012, 12, 24, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    return out.getvalue()
