"""The households of a roster: what all its tables say of each, put together by the household number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from experiments.roster.defects import Ask
from experiments.roster.defects.family import ages, is_a
from experiments.roster.defects.people import among, at_school, away
from experiments.roster.defects.register import HELPS, helped
from experiments.roster.fields import fields
from experiments.roster.table import Ints, Mask, Table
from experiments.roster.values import choices, is_list

TEXTS = ("township", "village", "helper", "helper_unit", "head_name")
WORDS = ("attribute", "status", "household_kind", "cause", "monitored", "risk", "unsafe_house", "safe_water")
AMOUNTS = ("land", "net_income", "net_per_head", "exit_year")
COUNTS = ("persons", "workers", "children", "seniors", "university", "elders", "migrants", "disabled", "ill", "dibao")
ADULT, ELDER = 16, 60
_HANDS = ("普通劳动力", "技能劳动力", "弱劳动力或半劳动力")
_COMPULSORY = ("学龄前儿童", "学前教育", "小学", "七年级", "八年级", "九年级")
_SENIOR = ("高中一年级", "高中二年级", "高中三年级", "中职一年级", "中职二年级", "中职三年级")
_UNIVERSITY = ("高职一年级", "高职二年级", "高职三年级", "本科", "研究生")


def homes(tables: Sequence[Table], ask: Ask) -> pd.DataFrame:
    """A row a household, by its number: place, people, land, register; what no table says is missing.

    Where years stand side by side, the last of a household's years counts. Rows without a household number are in
    none of it.

    Args:
        tables: Of one roster.
        ask: The day that ages are reckoned at.
    """
    whole: pd.DataFrame | None = None
    for table in sorted(tables, key=lambda one: one.kind == "households"):
        if table.has("household"):
            part = _homes(table, ask)
            whole = part if whole is None else whole.combine_first(part)
    if whole is None:
        whole = pd.DataFrame(index=pd.Index([], name="household"))
    for name in (*TEXTS, *WORDS, "measures", *AMOUNTS, *COUNTS):
        if name not in whole:
            whole[name] = np.nan if name in AMOUNTS or name in COUNTS else None
    return whole[[*TEXTS, *WORDS, "measures", *AMOUNTS, *COUNTS]]


def _homes(table: Table, ask: Ask) -> pd.DataFrame:
    rows = table.first_rows[table.first_rows >= 0]
    columns: dict[str, Any] = {"household": _texts(table, "household", rows)}
    for name in TEXTS:
        if table.has(name):
            columns[name] = _first_filled(table, name, rows)
    for name in WORDS:
        if table.has(name):
            columns[name] = _words(table, name, rows)
    for name in AMOUNTS:
        if table.has(name):
            columns[name] = table[name].amounts[rows]
    if helps := [name for name in HELPS if table.has(name)]:
        columns["measures"] = _measures(table, helps, rows)
    columns |= _counts(table, ask, rows)
    if table.has("year"):
        columns["_year"] = np.nan_to_num(table["year"].amounts[rows])
    found = pd.DataFrame(columns)
    if "_year" in found:
        found = found.sort_values("_year", kind="stable").drop(columns="_year")
    return found.drop_duplicates("household", keep="last").set_index("household")


def _texts(table: Table, name: str, rows: Ints) -> Any:
    return np.array([*table[name].texts, ""], dtype=object)[table[name].codes[rows]]


def _first_filled(table: Table, name: str, rows: Ints) -> Any:
    texts = _texts(table, name, rows)
    return np.where(texts == "", None, texts)


def _words(table: Table, name: str, rows: Ints) -> Any:
    words = choices(fields()[name].kind)
    assert is_list(fields()[name].kind)
    place = table[name].choices[rows]
    return np.array([*words, None, None], dtype=object)[np.where(place >= 0, place, -1)]


def _measures(table: Table, helps: Sequence[str], rows: Ints) -> Any:
    """The measures entered for each household: their fields' names, with spaces between."""
    entered = [(name, helped(table, name)[rows]) for name in helps]
    return np.array([" ".join(name for name, yes in entered if yes[i]) for i in range(len(rows))], dtype=object)


def _counts(table: Table, ask: Ask, rows: Ints) -> dict[str, Any]:
    """How many people of each kind a household has; only what its columns can say."""
    at = table.homes[rows]
    if table.kind != "people":
        name = next((one for one in ("persons", "persons_year") if table.has(one)), None)
        return {"persons": table[name].amounts[rows]} if name else {}
    everyone = np.ones(len(table), dtype=np.bool_)
    found: dict[str, Mask] = {"persons": everyone}
    age = ages(table, ask)
    old = age >= ELDER
    found["elders"] = old
    young = (age >= 0) & (age < ADULT)
    if table.has("pupil"):
        senior, university = among(table, "pupil", *_SENIOR), among(table, "pupil", *_UNIVERSITY)
        young = (young | among(table, "pupil", *_COMPULSORY)) & ~senior & ~university
        found["seniors"], found["university"] = senior, university
    found["children"] = young & ~old
    if table.has("skill"):
        hands = among(table, "skill", *_HANDS) & ~young & ~old
        found["workers"] = hands & ~at_school(table) if table.has("pupil") else hands
    elif table.has("relation"):
        found["workers"] = ~young & ~old & (age >= 0) & ~is_a(table, "其他")
    if table.has("work_place"):
        found["migrants"] = away(table) & ~young
    if table.has("health"):
        bits = table["health"].choices
        for name, words in (("disabled", ("残疾",)), ("ill", ("长期慢性病", "患有大病"))):
            mask = sum(1 << choices("health").index(word) for word in words)
            found[name] = np.asarray((bits > 0) & (bits & mask != 0))
    if table.has("dibao"):
        found["dibao"] = np.asarray(table["dibao"].choices == 0)
    return {name: table.count(mask)[at].astype(np.float64) for name, mask in found.items()}
