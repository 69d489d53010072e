"""What a check leaves beside the user's file when asked: the list of doubtful rows, and a copy with comments.

The list says where (file, sheet, row, column) and what, and quotes no cell, so it can be handed on. The marked copy
holds what the user's own file holds, and is to be kept as that is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from experiments.roster.book import add_sheet, new_book, plain, save
from experiments.roster.check import Checked, Place
from experiments.roster.defects import KINDS, LEVELS
from experiments.roster.reading import pages
from experiments.roster.totals import Total, rows
from sim.core.errors import UserError

MOST_LISTED = 200_000
_REFUSED = re.compile(r"[\\/*?:\[\]]")
MOST_MARKED = 100_000
"""Rows of a file of which a marked copy is made: a larger one opens slowly everywhere."""
COLOURS = {"error": "FFF4CCCC", "doubt": "FFFFF2CC", "note": "FFDDEBF7"}
HEADS = {
    "zh": (("级别", "文件", "工作表", "行", "列", "问题"), ("级别", "问题", "处数", "代码"), ("汇总", "可疑行")),
    "en": (
        ("level", "file", "sheet", "row", "column", "what"),
        ("level", "what", "places", "kind"),
        ("summary", "doubtful rows"),
    ),
}


def letter(column: int) -> str:
    """A column as spreadsheets call it; empty for 0."""
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(column)) if column else ""


def level(name: str, language: str) -> str:
    """The level of a kind, in words."""
    return LEVELS[KINDS[name].level][int(language == "zh")]


def write_list(path: Path, checked: Checked, totals: dict[str, list[Total]], language: str) -> int:
    """Write the list of doubtful rows, with totals behind it.

    Returns:
        How many places were left out because there are too many.
    """
    listed, summed, names = HEADS[language]
    counts = checked.counts()
    book = new_book()
    summary = [(level(k, language), checked.first(k).sentence(language), n, k) for k, n in counts.items()]
    add_sheet(book, names[0], summed, summary, (10, 70, 10, 22))
    places = checked.places()
    add_sheet(book, names[1], listed, _listed(islice(places, MOST_LISTED), language), (10, 24, 14, 10, 8, 80))
    for title, (head, cells) in rows(totals, language).items():
        add_sheet(book, title, head, cells, (30, 12, 12, 16))
    save(book, path)
    return sum(1 for _ in places)


def _listed(places: Iterator[Place], language: str) -> Iterator[list[Any]]:
    for place in places:
        said = level(place.kind.name, language), place.file, place.sheet, place.row, letter(place.column)
        yield [*said, place.sentence(language)]


def marked_path(file: Path, language: str) -> Path:
    """Where the marked copy of a file goes: beside it."""
    return file.with_name(f"{file.stem}{'_标注' if language == 'zh' else '_marked'}.xlsx")


def check_markable(checked: Checked) -> None:
    """Refuse marked copies of very large files.

    Raises:
        UserError: There are too many rows.
    """
    n = sum(len(table) for table in checked.tables)
    if n > MOST_MARKED:
        raise UserError(
            f"a marked copy of {n:,} rows would hardly open / 行数过多，无法生成标注副本",
            field="--marked",
            allowed=f"{MOST_MARKED:,} rows",
            mend="take the list of doubtful rows (--list), or one township at a time / 请用可疑行清单，或按乡镇分开",
        )


def write_marked(file: Path, out: Path, checked: Checked, language: str) -> None:
    """Write a copy of a file, cell by cell at the same places, with a comment at each defect; formats are not kept."""
    at: defaultdict[str, defaultdict[int, dict[int, list[Place]]]] = defaultdict(lambda: defaultdict(dict))
    for place in checked.places():
        if place.file == file.name:
            at[place.sheet][place.row].setdefault(max(1, place.column), []).append(place)
    book = new_book()
    for page in pages(file):
        sheet = book.create_sheet(_REFUSED.sub("_", page.name or file.stem)[:31])
        here = at[page.name]
        for number, row in enumerate(page.rows, 1):
            cells: list[Any] = [None] * page.left + [plain(cell) for cell in row]
            for column, places in here.get(number, {}).items():
                cells += [None] * (column - len(cells))
                cells[column - 1] = _commented(sheet, cells[column - 1], places, language)
            sheet.append(cells)
    save(book, out)


def _commented(sheet: Any, value: Any, places: list[Place], language: str) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    cell = WriteOnlyCell(sheet, value)
    cell.comment = Comment("\n".join(place.sentence(language) for place in places), "villagesim", 120, 320)
    worst = min((place.kind.level for place in places), key=list(LEVELS).index)
    cell.fill = PatternFill("solid", fgColor=COLOURS[worst])
    return cell
