"""Id numbers: digits that a spreadsheet lost, check digits, dates of birth, and persons who stand in two places."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.roster.defects.kinds import Ask, Hit, defect
from experiments.roster.table import Column, Ints, Mask, Table

WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
CHECKS = np.frombuffer(b"10X98765432", dtype=np.uint8)
"""GB 11643: the check digit by the weighted sum of the first seventeen, modulo eleven."""
LENGTH, OLD, CARDS = 18, 15, (20, 22)
MALE, FEMALE, UNSAID = 0, 1, -1
_SCIENTIFIC = re.compile(r"^\d(\.\d+)?E\+?\d+$")


@dataclass(frozen=True)
class Ids:
    """What a column of id numbers says, a row.

    Attributes:
        empty: No id.
        lost: Kept as a number, so that its last digits are gone.
        old: Of fifteen digits.
        length: Of a length that no id has.
        signs: Of the right length, with signs that no id has.
        form: Eighteen right signs (of a card for the disabled, the first eighteen).
        check: The check digit agrees.
        zeros: It ends in three zeros and does not agree.
        x_lost: It ends in 0 where X should stand.
        birth: Date of birth (year * 10000 + month * 100 + day); 0 if it says none.
        dated: Its date of birth is a day.
        sex: MALE, FEMALE or UNSAID.
    """

    empty: Mask
    lost: Mask
    old: Mask
    length: Mask
    signs: Mask
    form: Mask
    check: Mask
    zeros: Mask
    x_lost: Mask
    birth: Ints
    dated: Mask
    sex: Ints


def read_ids(column: Column) -> Ids:
    """The ids of a column, read once."""
    found = column.__dict__.get("_ids")
    if found is None:
        found = column.__dict__["_ids"] = _read(column)
    return found


def _read(column: Column) -> Ids:
    texts = [text.upper() for text in column.texts] or [""]
    lost = np.array([_is_lost(cell, text) for cell, text in zip(column.cells or [""], texts, strict=True)])
    lengths = np.array([len(text) for text in texts])
    signs = np.array([text[:LENGTH].encode("ascii", "replace") for text in texts], dtype=f"S{LENGTH}")
    matrix = signs.view(np.uint8).reshape(-1, LENGTH)
    digit = (matrix >= 48) & (matrix <= 57)
    right_length = (lengths == LENGTH) | np.isin(lengths, CARDS)
    form = right_length & digit[:, :-1].all(axis=1) & (digit[:, -1] | (matrix[:, -1] == ord("X"))) & ~lost
    values = np.where(form[:, None], matrix[:, :-1].astype(np.int64) - 48, 0)
    should = CHECKS[(values * WEIGHTS).sum(axis=1) % 11]
    check = form & (should == matrix[:, -1])
    year = values[:, 6] * 1000 + values[:, 7] * 100 + values[:, 8] * 10 + values[:, 9]
    month, day = values[:, 10] * 10 + values[:, 11], values[:, 12] * 10 + values[:, 13]
    dated = form & (year >= 1880) & (year <= 2100) & (month >= 1) & (month <= 12) & (day >= 1)
    dated &= day <= _days(year, month)
    zeros = form & ~check & (matrix[:, -3:] == ord("0")).all(axis=1)
    empty = lengths == 0
    old = (lengths == OLD) & digit[:, :OLD].all(axis=1) & ~lost
    of = column.codes
    return Ids(
        empty=empty[of],
        lost=lost[of],
        old=old[of],
        length=(~empty & ~right_length & ~old & ~lost)[of],
        signs=(right_length & ~form & ~lost)[of],
        form=form[of],
        check=check[of],
        zeros=zeros[of],
        x_lost=(form & ~check & ~zeros & (matrix[:, -1] == ord("0")) & (should == ord("X")))[of],
        birth=np.where(dated, year * 10_000 + month * 100 + day, 0)[of],
        dated=dated[of],
        sex=np.where(form, np.where(values[:, 16] % 2 == 1, MALE, FEMALE), UNSAID)[of],
    )


def _is_lost(cell: Any, text: str) -> bool:
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return abs(cell) >= 1e15
    return bool(_SCIENTIFIC.match(text))


def _days(year: Ints, month: Ints) -> Ints:
    days = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])[np.clip(month, 0, 12)]
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    return np.asarray(days + (leap & (month == 2)))


@defect("id_missing", "error", "证件号码为空。", "There is no id number.", ("id",))
def id_missing(t: Table, ask: Ask) -> Mask:
    return read_ids(t["id"]).empty


@defect(
    "id_number",
    "error",
    "证件号码存成了数字，末几位已丢失，请从原系统重新导出（该栏设为文本）。",
    "The id is kept as a number and its last digits are lost: export it anew, with this column as text.",
    ("id",),
)
def id_number(t: Table, ask: Ask) -> Mask:
    return read_ids(t["id"]).lost


@defect("id_old", "doubt", "证件号码为15位旧号码。", "An id of the old form, with 15 digits.", ("id",))
def id_old(t: Table, ask: Ask) -> Mask:
    return read_ids(t["id"]).old


@defect(
    "id_length",
    "error",
    "证件号码应为18位（残疾证20或22位）。",
    "An id has 18 digits, a card for the disabled 20 or 22.",
    ("id",),
)
def id_length(t: Table, ask: Ask) -> Mask:
    return read_ids(t["id"]).length


@defect("id_signs", "error", "证件号码含不应有的字符。", "The id has signs that no id has.", ("id",))
def id_signs(t: Table, ask: Ask) -> Mask:
    return read_ids(t["id"]).signs


@defect(
    "id_zeros",
    "error",
    "证件号码末三位为000且校验不符，可能被当作数字保存过。",
    "The id ends in 000 and does not agree with its check digit: it was probably kept as a number once.",
    ("id",),
)
def id_zeros(t: Table, ask: Ask) -> Mask:
    return read_ids(t["id"]).zeros


@defect("id_x_lost", "error", "证件号码末位应为X，现为0。", "The last sign of the id should be X, and is 0.", ("id",))
def id_x_lost(t: Table, ask: Ask) -> Mask:
    return read_ids(t["id"]).x_lost


@defect(
    "id_check_digit",
    "error",
    "证件号码校验位不符，可能有一位输错。",
    "The check digit of the id does not agree: one digit is probably wrong.",
    ("id",),
)
def id_check_digit(t: Table, ask: Ask) -> Mask:
    ids = read_ids(t["id"])
    return ids.form & ~ids.check & ~ids.zeros & ~ids.x_lost


@defect("id_birth", "error", "证件号码中的出生日期不存在。", "The date of birth within the id is no day.", ("id",))
def id_birth(t: Table, ask: Ask) -> Mask:
    ids = read_ids(t["id"])
    return ids.form & ~ids.dated


@defect(
    "birth_future",
    "error",
    "出生日期晚于核对日期，或年龄超过120岁。",
    "Born after the day of this check, or more than 120 years ago.",
    ("id",),
)
def birth_future(t: Table, ask: Ask) -> Mask:
    birth = read_ids(t["id"]).birth
    return (birth > ask.day) | ((birth > 0) & (birth < ask.day - 1_200_000))


@defect(
    "birth_differs", "error", "出生日期与证件号码不一致。", "The date of birth is not that of the id.", ("birth", "id")
)
def birth_differs(t: Table, ask: Ask) -> Mask:
    said, of_id = t["birth"].dates, read_ids(t["id"]).birth
    less = np.where(said % 100 == 0, of_id // 100 * 100, of_id)
    less = np.where(said % 10_000 == 0, of_id // 10_000 * 10_000, less)
    return np.asarray((said > 0) & (of_id > 0) & (said != less))


@defect("sex_differs", "error", "性别与证件号码不一致。", "The sex is not that of the id.", ("sex", "id"))
def sex_differs(t: Table, ask: Ask) -> Mask:
    said, of_id = t["sex"].choices, read_ids(t["id"]).sex
    return np.asarray((said >= 0) & (of_id >= 0) & (said != of_id))


def person_keys(t: Table) -> Ints:
    """A number for each id (and year), a row; -1 without an id of the right form."""
    keys = t["id"].keys
    if t.has("year"):
        years = t["year"].keys + 1
        keys = np.where(keys >= 0, keys * (int(years.max(initial=0)) + 1) + years, -1)
    return np.where(read_ids(t["id"]).form, keys, -1)


def repeated(keys: Ints) -> Mask:
    """Where a key of at least 0 occurs more than once."""
    _, numbers, counts = np.unique(keys, return_inverse=True, return_counts=True)
    return np.asarray((counts[numbers] > 1) & (keys >= 0))


def in_several_homes(t: Table, keys: Ints) -> Mask:
    """Where a key occurs in more than one household."""
    _, numbers = np.unique(keys, return_inverse=True)
    known = t.homes >= 0
    low, high = np.full(numbers.max(initial=0) + 1, t.n_homes), np.full(numbers.max(initial=0) + 1, -1)
    np.minimum.at(low, numbers[known], t.homes[known])
    np.maximum.at(high, numbers[known], t.homes[known])
    return np.asarray((low < high)[numbers] & known & (keys >= 0))


@defect(
    "id_twice", "error", "同一户内证件号码重复。", "The same id stands twice in one household.", ("id", "household")
)
def id_twice(t: Table, ask: Ask) -> Mask:
    keys = person_keys(t)
    return repeated(keys) & repeated(np.where(keys >= 0, _pair(keys, t.homes), -1))


@defect(
    "id_two_homes", "error", "同一证件号码出现在两户中。", "The same id stands in two households.", ("id", "household")
)
def id_two_homes(t: Table, ask: Ask) -> Mask:
    keys = person_keys(t)
    rows = np.flatnonzero(repeated(keys))
    found = np.zeros(len(t), dtype=np.bool_)
    if len(rows):
        few = Table(t.kind, {}, t.sheets, t.sheet[rows], t.row[rows])
        few.__dict__["homes"] = t.homes[rows]
        found[rows] = in_several_homes(few, keys[rows])
    return found


def _pair(one: Ints, other: Ints) -> Ints:
    return np.asarray(one * (int(other.max(initial=0)) + 2) + other + 1)


@defect("person_twice", "error", "人编号重复。", "The same person number stands twice.", ("person",))
def person_twice(t: Table, ask: Ask) -> Mask:
    keys = t["person"].keys
    if t.has("year"):
        keys = np.where(keys >= 0, _pair(keys, t["year"].keys), -1)
    return repeated(keys)


@defect("person_missing", "error", "人编号为空。", "There is no person number.", ("person",))
def person_missing(t: Table, ask: Ask) -> Mask:
    return ~t["person"].filled


@defect(
    "head_id_differs",
    "error",
    "户主证件号码与同户户主行的证件号码不一致。",
    "The id of the head is not that of the head's own row.",
    ("head_id", "id", "relation", "household"),
)
def head_id_differs(t: Table, ask: Ask) -> list[Hit]:
    texts: dict[str, int] = {}
    of = {
        name: np.array([texts.setdefault(x, len(texts)) for x in t[name].texts] or [0])[t[name].codes]
        for name in ("id", "head_id")
    }
    head = np.full(t.n_homes, -1, dtype=np.int64)
    rows = np.flatnonzero((t["relation"].choices == 0) & (t.homes >= 0))
    head[t.homes[rows]] = of["id"][rows]
    wanted = np.where(t.homes >= 0, head[np.maximum(t.homes, 0)] if t.n_homes else -1, -1)
    wrong = t["head_id"].filled & (wanted >= 0) & (of["head_id"] != wanted)
    return [Hit("head_id", np.flatnonzero(wrong))]
