"""Incomes that do not add up."""

from __future__ import annotations

import numpy as np

from experiments.roster.defects.kinds import Ask, Hit, defect
from experiments.roster.table import Floats, Mask, Table

NEAR_YUAN = 1.0
"""Sums may be off by so much, since offices round."""
LEAST_YUAN, MOST_YUAN = 100.0, 200_000.0
"""Incomes a head outside which the unit is a matter to look at."""
PARTS = {
    "wage": ("wage_post", "wage_other"),
    "property": ("dividend", "property_other"),
    "transfer": (
        "transfer_family", "transfer_dibao", "transfer_destitute", "transfer_pension", "transfer_ecology",
        "transfer_other",
    ),
}  # fmt: skip
SOURCES = ("wage", "business", "property", "transfer")


def amounts(t: Table, *names: str) -> Floats:
    """Sum of columns, where nothing is said counts as nothing."""
    whole = np.zeros(len(t))
    for name in names:
        if t.has(name):
            whole = whole + np.nan_to_num(t[name].amounts)
    return whole


def unequal(one: Floats, other: Floats, near: Floats | float = NEAR_YUAN) -> Mask:
    """Where two amounts are known and apart."""
    return np.asarray(np.isfinite(one) & np.isfinite(other) & (np.abs(one - other) > near))


@defect("income_parts", "error", "分项之和与该项收入不符。", "The parts do not add to this income.")
def income_parts(t: Table, ask: Ask) -> list[Hit]:
    hits = []
    for whole, parts in PARTS.items():
        if t.has(whole, *parts):
            hits.append(Hit(whole, np.flatnonzero(unequal(t[whole].amounts, amounts(t, *parts)))))
    return hits


@defect(
    "income_total",
    "error",
    "四项收入之和与年收入不符。",
    "The four incomes do not add to the income of the year.",
    ("income", *SOURCES),
)
def income_total(t: Table, ask: Ask) -> Mask:
    return unequal(t["income"].amounts, amounts(t, *SOURCES))


@defect(
    "income_net",
    "error",
    "年收入减生产经营性支出（加补贴）与纯收入不符。",
    "Income less costs (with grants toward them) is not the net income.",
    ("net_income", "income", "cost"),
)
def income_net(t: Table, ask: Ask) -> Mask:
    return unequal(t["net_income"].amounts, amounts(t, "income", "cost_grant") - amounts(t, "cost"))


@defect(
    "income_per_head",
    "error",
    "人均纯收入乘以人数与纯收入不符。",
    "Income a head times persons is not the net income.",
    ("net_per_head", "net_income"),
)
def income_per_head(t: Table, ask: Ask) -> Mask:
    name = "persons" if t.has("persons") else "persons_year"
    if not t.has(name):
        return np.zeros(len(t), dtype=np.bool_)
    persons = t[name].amounts
    return unequal(t["net_per_head"].amounts * persons, t["net_income"].amounts, NEAR_YUAN + 0.5 * np.abs(persons))


@defect(
    "per_head_varies",
    "error",
    "同户各行人均纯收入不一致。",
    "The rows of one household give different incomes a head.",
    ("net_per_head", "household"),
)
def per_head_varies(t: Table, ask: Ask) -> list[Hit]:
    said = t["net_per_head"].amounts
    return [Hit("net_per_head", t.first(t.varies(said, np.isfinite(said))))]


@defect(
    "income_unit",
    "doubt",
    "人均纯收入低于100元或高于20万元，请核实单位是元还是万元。",
    "Less than 100 or more than 200,000 yuan a head: is the unit yuan or ten thousand yuan?",
    ("net_per_head",),
)
def income_unit(t: Table, ask: Ask) -> Mask:
    said = t["net_per_head"].amounts
    return ((said > 0) & (said < LEAST_YUAN)) | (said > MOST_YUAN)


@defect("income_zero", "doubt", "人均纯收入为0。", "No income at all.", ("net_per_head",))
def income_zero(t: Table, ask: Ask) -> Mask:
    return np.asarray(t["net_per_head"].amounts == 0)


@defect(
    "wage_no_work",
    "doubt",
    "务工12个月，人均纯收入却低于1,000元。",
    "Twelve months of work, and less than 1,000 yuan a head.",
    ("net_per_head", "work_months"),
)
def wage_no_work(t: Table, ask: Ask) -> Mask:
    said = t["net_per_head"].amounts
    return (t["work_months"].amounts >= 12) & (said > LEAST_YUAN) & (said < 1_000)


@defect("land_much", "doubt", "耕地面积超过500亩，请核实单位。", "More than 500 mu of land: is the unit mu?", ("land",))
def land_much(t: Table, ask: Ask) -> Mask:
    return t["land"].amounts > 500


@defect(
    "house_small",
    "doubt",
    "人均住房面积不足5平方米或超过200平方米。",
    "Less than 5 or more than 200 square metres of floor a head.",
    ("house_area", "persons"),
)
def house_small(t: Table, ask: Ask) -> Mask:
    area, persons = t["house_area"].amounts, t["persons"].amounts
    return (area > 0) & (persons > 0) & ((area < 5 * persons) | (area > 200 * persons))


@defect(
    "persons_range", "doubt", "家庭人口数为0或超过15人。", "No person, or more than 15, in a household.", ("persons",)
)
def persons_range(t: Table, ask: Ask) -> Mask:
    said = t["persons"].amounts
    return np.asarray((said == 0) | (said > 15))
