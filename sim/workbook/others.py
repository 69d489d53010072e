"""Settings of a workbook that no column is for: an address and a value as scenario files have them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator
from typing import Any

from sim.workbook.errors import CellPlace
from sim.workbook.sheets import Workbook, several
from sim.workbook.values import Cell, tidy

ALL, COUNTY = "全部", "本县"
"""Whose a setting is: of all plans, or of the county's profile."""


def settings_for(book: Workbook, whose: Collection[str]) -> Iterator[tuple[str, Any, CellPlace]]:
    """Address, value and place of the settings of some plans, or of the county."""
    for row in book.rows("others", needed=False):
        named, address, value = (row.one(key) for key in ("plans", "address", "value"))
        if address is None or value is None:
            where = row.where("address" if address is None else "value")
            book.problems.append(where.says("这一格没有填", "this cell is empty"))
            continue
        if set(several(named.text) if named else [ALL]) & set(whose):
            try:
                yield tidy(address.text), toml_value(value), value.place
            except ValueError:
                zh, en = f"读不懂“{value.text}”", "must be a value as in a scenario file"
                book.problems.append(value.wrong(zh, en, mend='write 0.5, "text", 2013-03-01, true or [1, 2]'))


def toml_value(cell: Cell) -> Any:
    """The value that a cell states as scenario files do.

    Raises:
        ValueError: It states none.
    """
    if not isinstance(cell.value, str):
        return cell.value
    try:
        return tomllib.loads(f"value = {cell.value}")["value"]
    except (ValueError, RecursionError, KeyError):
        if re.fullmatch(r"[A-Za-z_][\w:-]*", cell.value.strip()):
            return cell.value.strip()
        raise ValueError from None
