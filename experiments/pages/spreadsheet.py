"""What a spreadsheet makes of a cell, and how to keep it from that."""

from __future__ import annotations

from typing import Any

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula gets an apostrophe before it; other values pass."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
