"""Cells made into numbers, dates, ids and words of a list: each distinct cell once, whatever the number of rows."""

from __future__ import annotations

import datetime as dt
import math
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

LISTS = Path(__file__).with_name("lists.toml")
EMPTY, UNKNOWN = -1, -2
"""Places in a list of what is not in it: a cell with nothing, and one with something else."""
_GAPS = re.compile(r"[\s\u3000\u200b\ufeff]+")
_PARTS = re.compile(r"[,、;/ ]+")
_WRAPPED = re.compile(r"""^'?="(.*)"$""", re.DOTALL)
_NOTHING = frozenset({"-", "--", "—", "——", "/", "null", "none", "nan", "n/a", "#n/a"})
_SERIALS = (14_611, 73_415)
"""Serial numbers that Excel gives days from 1940 to 2100: a number between them in a column of dates is one."""
_DAY_ZERO = dt.date(1899, 12, 30)
_DATE_FORMS = (
    ("ymd", re.compile(r"^(\d{4})(\d{2})(\d{2})$")),
    ("ym", re.compile(r"^(\d{4})(\d{2})$")),
    ("y", re.compile(r"^(\d{4})$")),
    ("年月日", re.compile(r"^(\d{4})年(\d{1,2})月(\d{1,2})[日号]?$")),
    ("年月", re.compile(r"^(\d{4})年(\d{1,2})月$")),
    ("年", re.compile(r"^(\d{4})年度?$")),
    ("y-m-d", re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[t ]?\d{1,2}:\d{2}(?::\d{2})?)?$")),
    ("y-m", re.compile(r"^(\d{4})-(\d{1,2})$")),
    ("y/m/d", re.compile(r"^(\d{4})/(\d{1,2})/(\d{1,2})(?:\d{1,2}:\d{2}(?::\d{2})?)?$")),
    ("y/m", re.compile(r"^(\d{4})/(\d{1,2})$")),
    ("y.m.d", re.compile(r"^(\d{4})\.(\d{1,2})\.(\d{1,2})$")),
    ("y.m", re.compile(r"^(\d{4})\.(\d{1,2})$")),
)


def unwrapped(cell: Any) -> Any:
    """A cell without the `="…"` by which a text is kept from being a number."""
    if isinstance(cell, str) and "=" in cell and (found := _WRAPPED.match(cell.strip())):
        return found[1]
    return cell


def text_of(cell: Any) -> str:
    """What a cell says, half-width and without space; numbers without the decimals that a spreadsheet adds."""
    cell = unwrapped(cell)
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, (int, float)):
        return _digits(float(cell))
    if isinstance(cell, (dt.datetime, dt.date)):
        return cell.isoformat()[:10]
    text = str(cell)
    if text.isalnum() and (text.isascii() or unicodedata.is_normalized("NFKC", text)):  # nearly every cell
        return "" if len(text) < 5 and text.lower() in _NOTHING else text
    text = _GAPS.sub("", unicodedata.normalize("NFKC", text))
    text = text.removeprefix("'")  # by which a spreadsheet is told that digits are text
    return "" if text.lower() in _NOTHING else text


def _digits(number: float) -> str:
    if math.isfinite(number) and number == int(number):
        return str(int(number))
    return repr(number)


def number_of(cell: Any) -> float:
    """A number; NaN for an empty cell, infinity for what is no number."""
    cell = unwrapped(cell)
    if isinstance(cell, bool):
        return math.inf
    if isinstance(cell, (int, float)):
        return float(cell) if math.isfinite(cell) else math.inf
    text = text_of(cell)
    if not text:
        return math.nan
    try:
        found = float(text.replace(",", ""))
    except ValueError:
        return math.inf
    return found if math.isfinite(found) and "_" not in text else math.inf


def date_of(cell: Any) -> tuple[int, str]:
    """A date as year * 10000 + month * 100 + day (0 for what is not said), and the form it is written in.

    Returns:
        (-1, "") for an empty cell, (-2, "") for what is no date. A day's serial number has the form "serial".
    """
    cell = unwrapped(cell)
    if isinstance(cell, (dt.datetime, dt.date)):
        return cell.year * 10_000 + cell.month * 100 + cell.day, "date"
    text = text_of(cell).lower()
    if not text or text == "0":
        return EMPTY, ""
    if text.isdigit() and len(text) == 5 and _SERIALS[0] <= int(text) <= _SERIALS[1]:
        day = _DAY_ZERO + dt.timedelta(days=int(text))
        return day.year * 10_000 + day.month * 100 + day.day, "serial"
    for form, pattern in _DATE_FORMS:
        if found := pattern.match(text):
            year, month, day_ = (*(int(part) for part in found.groups()), 0, 0)[:3]
            if 1900 <= year <= 2100 and _is_day(year, month, day_):
                return year * 10_000 + month * 100 + day_, form
    return UNKNOWN, ""


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        dt.date(year, month or 1, day or 1)
    except ValueError:
        return False
    return bool(month) or not day


@lru_cache
def choices(kind: str) -> tuple[str, ...]:
    """The values of a list, in its order."""
    return tuple(name for name in _lists()[kind] if name != "many")


@lru_cache
def _lists() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(LISTS.read_text(encoding="utf-8"))


@lru_cache
def _places(kind: str) -> Mapping[str, int]:
    places: dict[str, int] = {}
    for place, name in enumerate(choices(kind)):
        for spelling in (name, *_lists()[kind][name]):
            places.setdefault(_spelt(spelling), place)
    return places


def _spelt(text: str) -> str:
    return _GAPS.sub("", unicodedata.normalize("NFKC", text)).lower()


def is_list(kind: str) -> bool:
    """Whether the cells of a kind of column come from a list."""
    return kind in _lists()


def choice_of(cell: Any, kind: str) -> int:
    """The place of a cell in a list; EMPTY or UNKNOWN. Where several may be named, a bit for each of them."""
    text = text_of(cell).lower()
    if not text:
        return EMPTY
    places = _places(kind)
    if not _lists()[kind]["many"]:
        return places.get(text, UNKNOWN)
    raw = unicodedata.normalize("NFKC", str(unwrapped(cell)))
    found = [places.get(_spelt(part), UNKNOWN) for part in _PARTS.split(raw.strip()) if part]
    return UNKNOWN if UNKNOWN in found or not found else sum(1 << place for place in set(found))


def nearest(cell: Any, kind: str) -> str:
    """The word of a list that a cell most resembles; empty if none is near."""
    import difflib

    near = difflib.get_close_matches(text_of(cell), choices(kind), n=1)
    return near[0] if near else ""
