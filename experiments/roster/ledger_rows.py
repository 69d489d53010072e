"""The rows of a ledger: what its columns are called, and what offices have filled in, whichever program saved it."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from experiments.roster.reading import pages
from sim.core.errors import UserError
from sim.workbook.errors import CellPlace
from sim.workbook.grid import place
from sim.workbook.values import plain_name

HEADS = {
    "zh": (
        ("户", "村", "人口", "劳动力", "户属性", "监测对象类别", "致贫原因", "缺项", "原因所对应的帮扶", "已登记措施",
         "帮扶责任人", "期限", "计划措施", "计划完成日期", "实际完成日期", "实际金额（元）", "实际数量（不填为1）",
         "备注"),
        ("帮扶责任人", "联系户数", "缺项户数"),
        ("一户一策", "帮扶责任人", "其他乡镇"),
    ),
    "en": (
        ("household", "village", "persons", "workers", "category", "monitored", "cause", "missing",
         "help that fits the cause", "measures entered", "helper", "deadline", "measure planned", "planned for",
         "done on", "yuan spent", "number done (1 if empty)", "remarks"),
        ("helper", "households", "of these with something missing"),
        ("households", "helpers", "other townships"),
    ),
}  # fmt: skip
"""In each language the columns of households, those of helpers, and what sheets and the last workbook are called."""
FIXED, WHOLE = 12, 18
"""Columns before those to fill in, and all columns."""
MEASURE, _PLANNED, DONE_ON, SPENT, NUMBER, _REMARKS = range(FIXED, WHOLE)
"""Columns to fill in, from 0 as in `HEADS`."""
OLDER = frozenset({NUMBER})
"""Columns that an older ledger may lack."""


class Entry(NamedTuple):
    """A row in which something was filled in.

    Attributes:
        household: Whose row it is, as the ledger has it.
        cells: What stands in the columns to fill in, None where nothing does.
        file: The ledger.
        sheet: Its sheet.
        row: The row, from 1.
        columns: Where each column of `HEADS` stands, from 1.
    """

    household: str
    cells: tuple[Any, ...]
    file: Path
    sheet: str
    row: int
    columns: dict[int, int]

    def cell(self, column: int) -> Any:
        """What stands in a column to fill in, by its place in `HEADS`."""
        return self.cells[column - FIXED]

    def place(self, column: int) -> CellPlace:
        """Where that is; the row's first cell if the ledger lacks the column."""
        return place(str(self.file), self.sheet, self.row, self.columns.get(column, self.columns[0]))


def entries(path: Path) -> Iterator[Entry]:
    """The rows of a ledger that something was filled in in.

    Raises:
        UserError: The file cannot be read, or is no ledger.
    """
    for page in pages(path):
        rows = iter(page.rows)
        columns = _columns(next(rows, []), page.left)
        if not columns:
            continue
        for number, row in enumerate(rows, 2):
            cells = {k: row[c - 1 - page.left] if c - 1 - page.left < len(row) else None for k, c in columns.items()}
            filled = tuple(_value(cells.get(k)) for k in range(FIXED, WHOLE))
            who = _text(cells[0])
            if who and any(cell is not None for cell in filled):
                yield Entry(who, filled, path, page.name, number, columns)
        return
    heads = "、".join(HEADS["zh"][0][k] for k in (0, MEASURE, DONE_ON, SPENT))
    problem = f"没有台账的表头（{heads}等），不是台账 / this is no ledger: its headings are missing"
    raise UserError(problem, file=path, mend="表头须与village roster ledgers写出的相同 / leave the headings as written")


def is_ledger(path: Path) -> bool:
    """Whether a workbook has a sheet with the headings of a ledger.

    Raises:
        UserError: It cannot be read.
    """
    return any(_columns(next(iter(page.rows), []), page.left) for page in pages(path))


def _columns(head: list[Any], left: int) -> dict[int, int]:
    """Where each column stands, from 1; empty if the headings are not those of a ledger in one of the languages."""
    names = [plain_name(_text(cell)) for cell in head]
    for heads, _, _ in HEADS.values():
        found = {k: names.index(plain_name(one)) + left + 1 for k, one in enumerate(heads) if plain_name(one) in names}
        if 0 in found and found.keys() >= set(range(FIXED, WHOLE)) - OLDER:
            return found
    return {}


def _text(cell: Any) -> str:
    """What identifies a household: a number that a program has made of it is its digits again."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return unicodedata.normalize("NFC", str(cell)).strip() if cell is not None else ""


def _value(cell: Any) -> Any:
    """What is filled in; midnight of a day is the day, and space is nothing."""
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date()
    if isinstance(cell, str):
        return cell.strip() or None
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell
