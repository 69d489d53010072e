"""How much of a sheet of A4 the parts of the brief take, so that the first is filled and nothing is cut off.

Sizes are those of `experiments/pages/brief.css`; a browser may break a line a little earlier, for which a margin is
left.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from math import ceil

SHEET_MM = 250.0
"""Height that may be filled: 297 less the edges and a margin for lines that break early."""
LINE_MM, SMALL_LINE_MM, ANSWER_LINE_MM, ROW_LINE_MM = 5.6, 4.8, 6.7, 4.6
HEADING_MM, HEAD_MM, GAP_MM, ROW_GAP_MM = 12.5, 20.0, 1.3, 2.2
TEXT_WIDTH, SMALL_WIDTH, ANSWER_WIDTH, NAME_WIDTH = 90, 106, 72, 26
"""How many letters a line holds; a Chinese character is as wide as two."""


def width(text: str) -> int:
    """Width of a text in letters."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in text)


def paragraph_mm(text: str, letters: int = TEXT_WIDTH, line_mm: float = LINE_MM) -> float:
    """Height of a paragraph or an item."""
    return ceil(width(text) / letters) * line_mm + GAP_MM


def head_mm(world: str, banner: str, answer: str, more: Sequence[str]) -> float:
    """Height of what stands above the tables."""
    small = sum(paragraph_mm(text, SMALL_WIDTH, SMALL_LINE_MM) for text in (world, banner) if text)
    return (
        HEAD_MM + small + HEADING_MM + paragraph_mm(answer, ANSWER_WIDTH, ANSWER_LINE_MM) + sum(map(paragraph_mm, more))
    )


def part_mm(lines: Sequence[str]) -> float:
    """Height of a heading and its items."""
    return HEADING_MM + sum(map(paragraph_mm, lines))


def table_mm(header: Sequence[str], rows: Sequence[Sequence[str]], notes: Sequence[str]) -> float:
    """Height of a table: its heading, its head, its rows (whose names may be broken) and its notes."""
    columns = max(1, len(header) - 1)
    head = max(ceil(width(text) / max(8, (TEXT_WIDTH - NAME_WIDTH) // columns)) for text in header)
    lines = head + sum(ceil(width(row[0]) / NAME_WIDTH) for row in rows)
    small = sum(paragraph_mm(note, SMALL_WIDTH, SMALL_LINE_MM) for note in notes)
    return HEADING_MM + lines * ROW_LINE_MM + (len(rows) + 1) * ROW_GAP_MM + small
