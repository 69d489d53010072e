"""Names of places that differ by a character, and helpers with more households than one can visit."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np

from experiments.roster.defects.kinds import Ask, Hit, defect
from experiments.roster.defects.register import registered
from experiments.roster.fields import one_off
from experiments.roster.table import Ints, Mask, Table

RARER = 10
"""A name is taken for a slip if another that differs by a character occurs at least so many times as often."""

TWINS = frozenset("东西南北中上下前后左右大小新老高低内外里一二三四五六七八九十甲乙丙丁0123456789")
"""Characters by which neighbouring villages are told apart: such a difference is no slip."""


@defect("village_missing", "error", "行政村为空。", "The village is not said.", ("village",))
def village_missing(t: Table, ask: Ask) -> Mask:
    return ~t["village"].filled


@defect("township_missing", "error", "乡镇为空。", "The township is not said.", ("township",))
def township_missing(t: Table, ask: Ask) -> Mask:
    return ~t["township"].filled


@defect(
    "village_name",
    "doubt",
    "村名与本乡镇常见村名“{detail}”差一个字。",
    "The village's name differs by one character from '{detail}', common in this township.",
    ("village",),
)
def village_name(t: Table, ask: Ask) -> list[Hit]:
    over = t["township"].keys if t.has("township") else np.zeros(len(t), dtype=np.int64)
    return _slips(t, "village", over.astype(np.int64))


@defect(
    "township_name",
    "doubt",
    "乡镇名与常见乡镇名“{detail}”差一个字。",
    "The township's name differs by one character from '{detail}', common in this file.",
    ("township",),
)
def township_name(t: Table, ask: Ask) -> list[Hit]:
    return _slips(t, "township", np.zeros(len(t), dtype=np.int64))


def _slips(t: Table, name: str, over: Ints) -> list[Hit]:
    """Rows whose name is rare and one character from a common one under the same township."""
    column = t[name]
    pairs, numbers, counts = np.unique(
        np.column_stack([over, column.codes]), axis=0, return_inverse=True, return_counts=True
    )
    by_place: defaultdict[int, list[tuple[int, str, int]]] = defaultdict(list)
    for pair, ((place, code), times) in enumerate(zip(pairs.tolist(), counts.tolist(), strict=True)):
        by_place[place].append((pair, column.texts[code], times))
    slips: dict[int, str] = {}
    for names in by_place.values():
        for pair, text, times in names:
            likely = [(n, other) for _, other, n in names if n >= RARER * times and _slip(text, other)]
            if text and likely:
                slips[pair] = max(likely)[1]
    numbers = numbers.reshape(-1)
    rows = np.flatnonzero(np.isin(numbers, list(slips)))
    return [Hit(name, rows, tuple(slips[pair] for pair in numbers[rows].tolist()))]


def _slip(one: str, other: str) -> bool:
    return one_off(one, other) and not (len(one) == len(other) and set(one) ^ set(other) <= TWINS)


@defect("helper_missing", "doubt", "建档立卡户没有帮扶责任人。", "Registered without a helper.", ("helper",))
def helper_missing(t: Table, ask: Ask) -> Mask:
    return registered(t) & ~t["helper"].filled


@defect(
    "helper_many",
    "doubt",
    "一名帮扶责任人联系户数过多（{detail}户）。",
    "One helper is in charge of many households ({detail}).",
    ("helper", "household"),
)
def helper_many(t: Table, ask: Ask) -> list[Hit]:
    firsts = t.first_rows[t.first_rows >= 0]
    helpers = t["helper"].keys[firsts]
    loads = Counter(helpers[helpers >= 0].tolist())
    # Two helpers of one name in two units are two helpers.
    if t.has("helper_unit"):
        units = t["helper_unit"].keys[firsts]
        helpers = np.where(helpers >= 0, helpers * (len(t) + 2) + units + 1, -1)
        loads = Counter(helpers[helpers >= 0].tolist())
    many = {helper: n for helper, n in loads.items() if n > ask.most_households}
    first_of: dict[int, int] = {}
    for row, helper in zip(firsts.tolist(), helpers.tolist(), strict=True):
        if helper in many:
            first_of.setdefault(helper, row)
    rows = np.array(sorted(first_of.values()), dtype=np.int64)
    by_row = {row: str(many[helper]) for helper, row in first_of.items()}
    return [Hit("helper", rows, tuple(by_row[row] for row in rows.tolist()))]
