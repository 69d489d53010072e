"""What is wrong in a workbook, said in a copy of it: each cell marked, with a comment in both languages."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.pages.spreadsheet import safe_cell
from experiments.workbook.fixed import fixed_bytes
from sim.core.errors import UserError
from sim.scenario import Plan, load_plans
from sim.scenario.settings import Setting
from sim.toml.source import Problems, each_problem
from sim.workbook.errors import CellError

ENDING = "-标注"
"""What the name of a marked copy ends in."""


def load_or_mark(files: Sequence[str], settings: Sequence[str | Setting], code: Sequence[Path]) -> list[Plan]:
    """Plans, as `load_plans`; where cells of a workbook are wrong, a marked copy is written beside it.

    Raises:
        UserError: As `load_plans`, the last of them saying where the marked copies are.
    """
    try:
        return load_plans(files, settings, code)
    except UserError as error:
        wrong = [one for one in each_problem(error) if isinstance(one, CellError)]
        if not wrong:
            raise
        books: dict[Path, list[CellError]] = {}
        for one in wrong:  # a workbook may be named as it was given and as it was found
            books.setdefault(Path(str(one.file)).resolve(), []).append(one)
        copies = [said for book in books.values() if (said := _mark(str(book[0].file), book))]
        raise Problems([*each_problem(error), *copies]) from None


def _mark(name: str, mine: Sequence[CellError]) -> UserError | None:
    """Write the marked copy of a workbook; None where that cannot be."""
    path = Path(name)
    if path.suffix.lower() != ".xlsx":
        return None
    from experiments.runs.files import write_atomic

    copy = path.with_name(f"{path.stem}{ENDING}.xlsx")
    try:
        if copy.exists() and not _is_marked(copy):
            return None
        write_atomic(copy, marked_bytes(path.read_bytes(), mine))
    except (OSError, UserError):
        return None  # the problems are said all the same
    zh, en = f"共{len(mine)}处需要改，已另存带批注的副本", f"{len(mine)} cells to mend; this copy has comments"
    return UserError(f"{zh} / {en}", file=copy)


def _is_marked(path: Path) -> bool:
    from openpyxl import load_workbook

    try:
        return bool(load_workbook(path, read_only=True).properties.keywords == ENDING)
    except Exception:  # whatever else is there is not ours
        return False


def marked_bytes(content: bytes, problems: Sequence[CellError]) -> bytes:
    """A copy of a workbook in which each wrong cell is red and says why; formulas in it are text.

    Args:
        content: The workbook.
        problems: What is wrong, and where.
    """
    from openpyxl import load_workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    book = load_workbook(io.BytesIO(content))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    cell.value = safe_cell(_formula(cell.value))
    said: dict[tuple[str, str], list[str]] = {}
    for one in problems:
        if one.sheet in book.sheetnames:
            said.setdefault((one.sheet, one.cell or "A1"), []).append(f"{one.zh}\n{one.problem}")
    for (sheet_name, at), texts in said.items():
        cell = _top_left(book[sheet_name], at)
        cell.fill = PatternFill("solid", fgColor="FF9C9C")
        cell.comment = Comment("\n".join(texts), "villagesim", width=360, height=60 + 50 * len(texts))
    book.active = book.sheetnames.index(next(iter(said))[0]) if said else 0
    book.properties.keywords = ENDING
    return fixed_bytes(book)


def _formula(value: Any) -> str:
    return str(getattr(value, "text", None) or value)


def _top_left(sheet: Any, at: str) -> Any:
    for merged in sheet.merged_cells.ranges:
        if at in merged:
            return sheet.cell(merged.min_row, merged.min_col)
    return sheet[at]
