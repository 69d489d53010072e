"""Which characters a text may hold that people write and others read."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

_UNSEEN = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
"""Control characters, and marks that turn the direction of writing round. Tabs and line breaks are none of them."""
_REFUSED = re.compile(f"[{_UNSEEN}]")
_BREAKS = re.compile(r"[\t\r\n]")


def refused_character(text: str, breaks: bool = False) -> str | None:
    """The first control or direction character of a text, as "U+001B"; None if there is none.

    They show nothing by themselves: a terminal obeys them, a table or a page shows other words than were written.

    Args:
        text: The text.
        breaks: Whether tabs and line breaks count as well.
    """
    found = _REFUSED.search(text) or (_BREAKS.search(text) if breaks else None)
    return f"U+{ord(found[0]):04X}" if found else None


def printable(text: str) -> str:
    """The same text with every control and direction character shown by its code point, for messages."""
    return _REFUSED.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)


def _in_one_line(text: str) -> str:
    if _BREAKS.search(text):
        raise ValueError("must stand in one line, without tabs")
    return text


OneLine = Annotated[str, AfterValidator(_in_one_line)]
"""A title or a name: it stands in headings and cells."""
