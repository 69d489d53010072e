"""A dear illness: what becomes of households that had to pay for one in 2012, beside those that had not.

One run without any campaign. An illness is dear if the household's own payment for one stay exceeds a year's net income
a head of the county: where critical-illness insurance begins to pay. The struck are compared with those of the same
tenth by income of 2011 who had none in that year, as studies do that match them: who is ill is older and poorer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.evidence.living import Bools, Floats, last_income, mean_income, part, persons, quiet_plan
from experiments.evidence.nulls import NullWorld
from experiments.evidence.registry import measure, view
from sim import VillageModel

FIRST, STRUCK, YEARS_AFTER = 2011, 2012, 5
MONTHS_TO_OWE = 6
TENTHS = 10


@dataclass
class Illness:
    """What was seen of the households struck and not struck in 2012.

    Attributes:
        income: Income a head against what it would have been, as a share, by year from the struck one on.
        assets: Net assets a head five years on, likewise.
        indebted: Share of the struck who owed more half a year later than before.
    """

    income: list[float]
    assets: float
    indebted: float


@view(villages=90, quick=20, seeds=16)
def illness(villages: int, seed: int, null: NullWorld | None = None) -> Illness:
    """One run from 2011 to 2016."""
    plan = quiet_plan(villages, seed, f"{FIRST}-01-01", 12 * (STRUCK - FIRST + YEARS_AFTER), null)
    model = VillageModel(plan, rng=seed, observers=())
    h = model.households
    struck = np.zeros(len(h), dtype=np.bool_)
    owed_before, owed_after = np.zeros(len(h)), np.zeros(len(h))
    due = np.zeros(len(h), dtype=np.int64)  # month in which it is asked whether more is owed
    incomes: list[Floats] = []
    assets: list[Floats] = []
    owed, dear_yuan = _owed(model), 0.0
    for month in model.months():
        if model.today.year == STRUCK:
            now = (h["medical_month_yuan"] > dear_yuan) & ~struck
            owed_before[now], due[now] = owed[now], month + MONTHS_TO_OWE
            struck |= now
        owed = _owed(model)
        owed_after[due == month] = owed[due == month]
        if month == 12 * (STRUCK - FIRST):
            dear_yuan = mean_income(model)
        if month % 12 == 0:
            incomes.append(last_income(model))
            assets.append(_assets(model) / persons(model))
    model.close()
    tenth = np.argsort(np.argsort(incomes[0], kind="stable")) * TENTHS // len(h)
    return Illness(
        income=[_change(incomes[0], then, struck, tenth) for then in incomes[1:]],
        assets=_change(assets[0], assets[-1], struck, tenth),
        indebted=part(float((owed_after > owed_before)[struck].sum()), float(struck.sum())),
    )


def _owed(model: VillageModel) -> Floats:
    """Debts to lenders, relatives and friends, yuan."""
    h = model.households
    return np.asarray(h["debt_yuan"] + np.maximum(0.0, h["informal_yuan"]))


def _assets(model: VillageModel) -> Floats:
    """Money, animals, business and what was put into the house, less debts, yuan; land belongs to the village."""
    h, p, today = model.households, model.county.p, model.today
    stock = h["livestock_head"] * p.ewe_price_yuan * today.farm_trend
    return np.asarray(
        h["cash_yuan"] + stock + h["business_yuan"] + h["home_yuan"] * today.cpi - h["debt_yuan"] - h["informal_yuan"]
    )


def _change(before: Floats, after: Floats, struck: Bools, tenth: NDArray[np.int64]) -> float:
    """Change of the struck's mean less that of the others of their tenth, as a share of what they would have had."""
    would, have = 0.0, 0.0
    for k in range(TENTHS):
        ill, well = struck & (tenth == k), ~struck & (tenth == k)
        if ill.any() and well.any():
            would += float(ill.sum() * (before[ill].mean() + (after[well] - before[well]).mean()))
            have += float(after[ill].sum())
    return part(have, would) - 1.0


@measure("illness")
def illness_income(seen: Illness) -> float:
    """Income a head after a dear illness, mean of the year and the four after it, against those without one."""
    return float(np.mean(seen.income))


@measure("illness")
def illness_income_later(seen: Illness) -> float:
    """The same in the third to fifth year alone."""
    return float(np.mean(seen.income[2:]))


@measure("illness")
def illness_assets(seen: Illness) -> float:
    """Net assets a head five years on, against those without a dear illness."""
    return seen.assets


@measure("illness")
def illness_debt(seen: Illness) -> float:
    """Households that owe more half a year after a dear illness than before it."""
    return seen.indebted
