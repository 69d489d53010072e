"""The terminal, on which whatever users wrote is text."""

from __future__ import annotations

from typing import Any

from rich.console import Console


def screen(**how: Any) -> Console:
    """A console that prints what it is given: square brackets and colons in a title mean nothing to it.

    Args:
        how: As for `rich.console.Console`; the standard output by default.
    """
    return Console(markup=False, emoji=False, **how)
