"""What a spreadsheet makes of a cell, and how to keep it from that: the one place through which texts reach cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from sim.core.text import printable

_FORMULA_STARTS = tuple("=+-@＝＋－＠")
"""Full-width signs too: a spreadsheet in Chinese takes them for the others."""
_MARK = "\ufeff"
"""What Excel looks for to know that a CSV is UTF-8."""


def safe_cell(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula gets an apostrophe before it; other values pass.

    Space before a formula does not make it text, since some programs drop it. Control and direction characters are
    shown by their code points.
    """
    if not isinstance(value, str):
        return value
    text = printable(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA_STARTS) or text[:1] in ("\t", "\r", "\n") else text


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Any]], line_end: str = "\n", mark: bool = False) -> str:
    """The text of a CSV file whose cells are safe.

    Args:
        header: Names of the columns.
        rows: A cell for each of them.
        line_end: What ends a line.
        mark: Whether it begins with the mark that Excel looks for.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=line_end)
    writer.writerow(header)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return (_MARK if mark else "") + text.getvalue()
