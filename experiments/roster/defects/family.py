"""Households as families: one head, one spouse, as many rows as persons, ages that go with the relation."""

from __future__ import annotations

import numpy as np

from experiments.roster.defects.ids import FEMALE, MALE, UNSAID, read_ids
from experiments.roster.defects.kinds import Ask, Hit, defect
from experiments.roster.table import Ints, Mask, Table
from experiments.roster.values import choices

HEAD, SPOUSE, OTHER = "户主", "配偶", "其他"
CHILDREN = ("之子", "之女", "之儿媳", "之女婿")
OWN_CHILDREN = ("之子", "之女")
GRANDCHILDREN = ("之孙子", "之孙女", "之外孙子", "之外孙女", "之孙媳", "之孙女婿")
PARENTS = ("之父", "之母", "之岳父", "之岳母", "之公公", "之婆婆")
GRANDPARENTS = ("之祖父", "之祖母", "之外祖父", "之外祖母")
MEN = ("之子", "之女婿", "之孙子", "之外孙子", "之父", "之岳父", "之公公", "之祖父", "之外祖父", "之曾孙子", "之孙女婿")
WOMEN = ("之女", "之儿媳", "之孙女", "之外孙女", "之母", "之岳母", "之婆婆", "之祖母", "之外祖母", "之曾孙女", "之孙媳")
GENERATION = 14
"""Years between parents and children at least, before it is a matter to look at."""
MARRIED, LEADS = 16, 16
"""Ages below which a spouse or a head is a matter to look at."""
MOST_APART = 40
UNKNOWN_AGE = -999


def is_a(t: Table, *relations: str) -> Mask:
    """Where the relation to the head is one of these."""
    places = [choices("relation").index(name) for name in relations]
    return np.isin(t["relation"].choices, places)


def ages(t: Table, ask: Ask) -> Ints:
    """Age in years by the id, else by the column for the date of birth; UNKNOWN_AGE where neither says it."""
    birth = np.zeros(len(t), dtype=np.int64)
    if t.has("birth"):
        birth = np.maximum(t["birth"].dates, 0)
    if t.has("id"):
        of_id = read_ids(t["id"]).birth
        birth = np.where(of_id > 0, of_id, birth)
    return np.where(birth > 0, (ask.day - birth) // 10_000, UNKNOWN_AGE)


def sexes(t: Table) -> Ints:
    """MALE or FEMALE by the id, else by the column; UNSAID where neither says it."""
    said = np.where(t["sex"].choices >= 0, t["sex"].choices, UNSAID) if t.has("sex") else np.full(len(t), UNSAID)
    if t.has("id"):
        of_id = read_ids(t["id"]).sex
        said = np.where(of_id >= 0, of_id, said)
    return np.asarray(said, dtype=np.int64)


def of_head(t: Table, values: Ints, unknown: int) -> Ints:
    """The value of the head of each row's household; unknown without a head, or for the head itself."""
    heads = is_a(t, HEAD) & (t.homes >= 0)
    by_home = np.full(t.n_homes + 1, unknown, dtype=np.int64)
    by_home[t.homes[heads]] = values[heads]
    return np.asarray(np.where((t.homes >= 0) & ~heads, by_home[t.homes], unknown))


@defect("household_missing", "error", "户编号为空。", "There is no household number.", ("household",))
def household_missing(t: Table, ask: Ask) -> Mask:
    return t.homes < 0


@defect(
    "household_twice",
    "error",
    "同一户编号在户表中出现两行。",
    "The same household has two rows in a table of households.",
    ("household",),
)
def household_twice(t: Table, ask: Ask) -> Mask:
    if t.kind != "households":
        return np.zeros(len(t), dtype=np.bool_)
    counts = np.bincount(t.homes[t.homes >= 0], minlength=t.n_homes + 1)
    return np.asarray((t.homes >= 0) & (counts[np.maximum(t.homes, 0)] > 1))


@defect("relation_missing", "error", "与户主关系为空。", "The relation to the head is not said.", ("relation",))
def relation_missing(t: Table, ask: Ask) -> Mask:
    return ~t["relation"].filled


@defect("head_none", "error", "本户没有户主。", "The household has no head.", ("relation", "household"))
def head_none(t: Table, ask: Ask) -> list[Hit]:
    return [Hit("relation", t.first(t.count(is_a(t, HEAD)) == 0))]


@defect("head_two", "error", "本户有两个户主。", "The household has two heads.", ("relation", "household"))
def head_two(t: Table, ask: Ask) -> Mask:
    return _more_than_one(t, is_a(t, HEAD))


@defect("spouse_two", "error", "本户户主有两个配偶。", "The head has two spouses.", ("relation", "household"))
def spouse_two(t: Table, ask: Ask) -> Mask:
    return _more_than_one(t, is_a(t, SPOUSE))


def _more_than_one(t: Table, mask: Mask) -> Mask:
    counts = np.append(t.count(mask), 0)
    return np.asarray(mask & (t.homes >= 0) & (counts[t.homes] > 1))


@defect(
    "name_twice", "doubt", "同户内两人同名。", "Two persons of one household have the same name.", ("name", "household")
)
def name_twice(t: Table, ask: Ask) -> Mask:
    if t.kind != "people":
        return np.zeros(len(t), dtype=np.bool_)
    keys = np.where((t["name"].keys >= 0) & (t.homes >= 0), t.homes * (len(t) + 1) + t["name"].keys, -1)
    _, numbers, counts = np.unique(keys, return_inverse=True, return_counts=True)
    return np.asarray((keys >= 0) & (counts[numbers] > 1))


@defect(
    "persons_differ",
    "error",
    "人数与本户行数不符（本户{detail}行）。",
    "The number of persons is not that of its rows ({detail}).",
    ("persons", "household", "relation"),
)
def persons_differ(t: Table, ask: Ask) -> list[Hit]:
    rows_a_home = np.append(t.count(np.ones(len(t), dtype=np.bool_)), 0)
    said, firsts = t["persons"].amounts, t.first_rows
    firsts = firsts[firsts >= 0]
    wrong = firsts[np.isfinite(said[firsts]) & (said[firsts] != rows_a_home[t.homes[firsts]])]
    return [Hit("persons", wrong, tuple(str(n) for n in rows_a_home[t.homes[wrong]].tolist()))]


@defect(
    "persons_vary",
    "error",
    "同户各行人数不一致。",
    "The rows of one household give different numbers of persons.",
    ("persons", "household"),
)
def persons_vary(t: Table, ask: Ask) -> list[Hit]:
    said = t["persons"].amounts
    return [Hit("persons", t.first(t.varies(said, np.isfinite(said))))]


@defect(
    "home_two_villages",
    "error",
    "同一户编号出现在两个村。",
    "One household stands in two villages.",
    ("village", "household"),
)
def home_two_villages(t: Table, ask: Ask) -> list[Hit]:
    keys = t["village"].keys
    return [Hit("village", t.first(t.varies(keys.astype(np.float64), keys >= 0)))]


@defect("head_young", "doubt", "户主不满16周岁。", "The head is under 16.", ("relation",))
def head_young(t: Table, ask: Ask) -> Mask:
    age = ages(t, ask)
    return is_a(t, HEAD) & (age >= 0) & (age < LEADS)


@defect("spouse_young", "doubt", "配偶不满16周岁。", "The spouse is under 16.", ("relation",))
def spouse_young(t: Table, ask: Ask) -> Mask:
    age = ages(t, ask)
    return is_a(t, SPOUSE) & (age >= 0) & (age < MARRIED)


@defect(
    "spouse_apart",
    "doubt",
    "配偶与户主年龄相差超过40岁。",
    "Head and spouse are more than 40 years apart.",
    ("relation", "household"),
)
def spouse_apart(t: Table, ask: Ask) -> Mask:
    age = ages(t, ask)
    head = of_head(t, age, UNKNOWN_AGE)
    known = (age > UNKNOWN_AGE) & (head > UNKNOWN_AGE)
    return np.asarray(is_a(t, SPOUSE) & known & (np.abs(age - head) > MOST_APART) & (age >= MARRIED))


@defect(
    "child_old",
    "doubt",
    "子女与户主年龄相差不足14岁。",
    "A child of the head is less than 14 years younger.",
    ("relation", "household"),
)
def child_old(t: Table, ask: Ask) -> Mask:
    return _too_near(t, ask, CHILDREN, GENERATION) & is_a(t, *OWN_CHILDREN)


@defect(
    "grandchild_old",
    "doubt",
    "孙辈与户主年龄相差不足28岁。",
    "A grandchild of the head is less than 28 years younger.",
    ("relation", "household"),
)
def grandchild_old(t: Table, ask: Ask) -> Mask:
    return _too_near(t, ask, GRANDCHILDREN, 2 * GENERATION)


@defect(
    "parent_young",
    "doubt",
    "父母辈与户主年龄相差不足14岁。",
    "A parent of the head or spouse is less than 14 years older.",
    ("relation", "household"),
)
def parent_young(t: Table, ask: Ask) -> Mask:
    return _too_near(t, ask, PARENTS, -GENERATION)


@defect(
    "grandparent_young",
    "doubt",
    "祖父母辈与户主年龄相差不足28岁。",
    "A grandparent of the head is less than 28 years older.",
    ("relation", "household"),
)
def grandparent_young(t: Table, ask: Ask) -> Mask:
    return _too_near(t, ask, GRANDPARENTS, -2 * GENERATION)


def _too_near(t: Table, ask: Ask, relations: tuple[str, ...], years: int) -> Mask:
    """Where a relative is less than so many years younger (older, if below 0) than the head."""
    age = ages(t, ask)
    head = of_head(t, age, UNKNOWN_AGE)
    known = (age >= 0) & (head >= 0)
    apart = head - age
    near = apart < years if years > 0 else apart > years
    return np.asarray(is_a(t, *relations) & known & near)


@defect(
    "relation_sex",
    "error",
    "与户主关系与性别不符。",
    "The relation to the head does not go with the sex.",
    ("relation",),
)
def relation_sex(t: Table, ask: Ask) -> Mask:
    sex = sexes(t)
    return np.asarray((is_a(t, *MEN) & (sex == FEMALE)) | (is_a(t, *WOMEN) & (sex == MALE)))


@defect("spouse_sex", "error", "配偶与户主性别相同。", "Head and spouse have the same sex.", ("relation", "household"))
def spouse_sex(t: Table, ask: Ask) -> Mask:
    sex = sexes(t)
    head = of_head(t, sex, UNSAID)
    return np.asarray(is_a(t, SPOUSE) & (sex >= 0) & (sex == head))
