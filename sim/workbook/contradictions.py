"""Official figures of a form that contradict each other a little: which is kept, and by how much the others differ.

Offices count at different times, so that townships rarely add up to their county, nor rounded shares to the whole. The
county's figure, or the whole, is kept, and the parts are scaled to it in proportion, which leaves them as near to what
was stated as their sum allows. What differs by more than `TOLERATED` is more likely a slip and stays to be refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sim.core.numerics import add_up
from sim.toml.source import KeyPath
from sim.workbook.errors import CellPlace

TOLERATED = 0.1
"""Of the whole."""
_ROUNDED = 0.001
"""By how much shares may miss the whole without a word, as in a profile's file."""
_SHARES: Sequence[KeyPath] = (("income", "sources"), ("household", "education"))


def settle(data: dict[str, Any], place: Callable[[KeyPath], CellPlace]) -> list[str]:
    """Make parts add up to their whole where they nearly do.

    Args:
        data: The tables of a profile as they were read; changed in place.
        place: The cell of a key.

    Returns:
        A sentence for each contradiction, in both languages, with its cell.
    """
    notes = [*_villages(data, place)]
    towns = data.get("townships", ())
    for path in (*_SHARES, *(("townships", n, "terrain") for n in range(len(towns)))):
        notes += _shares(data, path, place)
    return notes


def _villages(data: dict[str, Any], place: Callable[[KeyPath], CellPlace]) -> Iterator[str]:
    whole = data.get("size", {}).get("villages")
    towns = data.get("townships", ())
    stated = [town.get("villages") for town in towns]
    if not _counts([whole, *stated]) or not stated:
        return
    total = int(add_up(stated))
    if total == whole or abs(total - whole) > TOLERATED * whole or whole < len(stated):
        return
    scaled = _in_proportion(stated, whole)
    changed = [n for n in range(len(towns)) if scaled[n] != stated[n]]
    for n in changed:
        towns[n]["villages"] = scaled[n]
    at = place(("size", "villages"))
    cells = [place(("townships", n, "villages")).cell for n in changed]
    zh = "、".join(f"{cell} {stated[n]}→{scaled[n]}" for n, cell in zip(changed, cells, strict=True))
    en = ", ".join(f"{cell} {stated[n]} to {scaled[n]}" for n, cell in zip(changed, cells, strict=True))
    sheet = place(("townships", changed[0])).sheet
    apart = f"{total - whole:+d}"
    yield (
        f"“{sheet}”表各乡镇贫困村合计{total}个，与“{at.sheet}”{at.cell}的{whole}个相差{apart}个："
        f"已以{whole}个为准，乡镇数按比例折算（{zh}），请核对 / "
        f"the townships have {total} villages, {at.sheet}!{at.cell} says {whole} ({apart}): "
        f"{whole} is kept and townships are scaled ({en})"
    )


def _shares(data: dict[str, Any], path: KeyPath, place: Callable[[KeyPath], CellPlace]) -> Iterator[str]:
    parts: Any = data
    for key in path:
        parts = parts.get(key, {}) if isinstance(parts, dict) else parts[key]
    values = list(parts.values())
    if not values or not all(isinstance(one, float | int) and 0 <= one <= 1 for one in values):
        return
    total = add_up(float(one) for one in values)
    if not _ROUNDED < abs(total - 1.0) <= TOLERATED:
        return
    for key in parts:
        parts[key] = parts[key] / total
    at, apart = place((*path, next(iter(parts)))), f"{100 * (total - 1):+.1f}"
    yield (
        f"“{at.sheet}”{at.cell}起{len(values)}项占比合计{total:.1%}，相差{apart}个百分点："
        "已按比例折算为合计100%，请核对 / "
        f"{len(values)} shares from {at.sheet}!{at.cell} add to {total:.1%} ({apart} points): "
        "100% is kept and they are scaled"
    )


def _counts(values: Sequence[Any]) -> bool:
    return all(isinstance(one, int) and not isinstance(one, bool) and one >= 1 for one in values)


def _in_proportion(stated: Sequence[int], whole: int) -> list[int]:
    """Whole numbers from 1 that add up to `whole`, nearest to being in proportion (largest remainder)."""
    total = add_up(stated)
    exact = [one * whole / total for one in stated]
    found = [max(1, math.floor(one)) for one in exact]
    order = sorted(range(len(exact)), key=lambda n: (found[n] - exact[n], n))
    left = whole - int(add_up(found))
    for n in order[: max(left, 0)]:
        found[n] += 1
    for _ in range(-left):
        found[max(range(len(found)), key=lambda n: (found[n], -n))] -= 1
    return found
