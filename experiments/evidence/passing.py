"""Poverty that passes: the same households over seven years without any campaign, and what befell them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.evidence.living import Floats, by_reason, last_income, part, persons, quiet_plan
from experiments.evidence.nulls import NullWorld
from experiments.evidence.registry import measure, view
from sim import VillageModel

START, YEARS = "2012-01-01", 7
SIX = 6  # years over which the published share of the gap is counted
SURVEY_ERROR = 0.15
"""Spread of a survey's error in log consumption, where what error adds is asked."""


@dataclass
class Lives:
    """Yearly incomes and consumption of each household, yuan a head over the year's line; what happened in all."""

    income: Floats
    consumption: Floats
    people: Floats
    stays: float
    needed: float
    household_size: tuple[float, float]
    paid_a_month: float
    local_share: float


@view(villages=30, quick=10, seeds=16)
def passing(villages: int, seed: int, null: NullWorld | None = None) -> Lives:
    """Seven years from 2012 without policies, household by household."""
    model = VillageModel(quiet_plan(villages, seed, START, 12 * YEARS, null), rng=seed, observers=())
    h, p = model.households, model.county.p
    income: list[Floats] = []
    consumption: list[Floats] = []
    people: list[Floats] = []
    year_lines: list[float] = []
    stays = months_away = local_days = away_yuan = 0.0
    size = float(h["persons"].mean())
    before = by_reason(model)
    for month in model.months():
        year_lines.append(model.today.line_yuan)
        stays += float((h["medical_month_yuan"] > 0.0).sum())
        if month <= 12:
            now = by_reason(model)
            away_yuan += now.get("wages away", 0.0) - before.get("wages away", 0.0)
            local = now.get("local wages", 0.0) - before.get("local wages", 0.0)
            local_days += local / float(model.villages["local_wage_yuan"].mean())
            season = p.away_season[model.today.calendar_month - 1] * model.market.away_months
            months_away += float(h["migrants"].sum()) * min(1.0, season)
            before = now
        if month % 12 == 0:
            line = float(np.mean(year_lines))
            income.append(last_income(model) / line)
            consumption.append(h["consumption_last_yuan"] / persons(model) / line)
            people.append(persons(model))
            year_lines = []
    over = float(np.sum(people))
    model.close()
    nearby = local_days / p.work_days_month
    return Lives(
        income=np.array(income),
        consumption=np.array(consumption),
        people=np.array(people),
        stays=stays,
        needed=over * p.hospital_rate / (1.0 - p.care_forgone),
        household_size=(size, float(h["persons"].mean())),
        paid_a_month=part(away_yuan, months_away),
        local_share=part(nearby, nearby + months_away),
    )


def transient(over_line: Floats, people: Floats) -> float:
    """Share of the mean squared gap over years that would be gone, had each household its mean of all years."""
    squared = np.square(np.maximum(0.0, 1.0 - over_line))
    lasting = np.square(np.maximum(0.0, 1.0 - over_line.mean(axis=0)))
    weights = people.mean(axis=0)
    whole, chronic = float((squared.mean(axis=0) * weights).sum()), float((lasting * weights).sum())
    return 1.0 - part(chronic, whole)


@measure("passing")
def transient_consumption(seen: Lives) -> float:
    """Share of the squared poverty gap of consumption over six years that is transient (Jalan and Ravallion)."""
    return transient(seen.consumption[:SIX], seen.people[:SIX])


@measure("passing")
def transient_with_error(seen: Lives) -> float:
    """The same, had a survey measured each year's consumption with an error of 0.15 log points."""
    error = np.random.default_rng(1).normal(0.0, SURVEY_ERROR, seen.consumption.shape)
    return transient((seen.consumption * np.exp(error))[:SIX], seen.people[:SIX])


@measure("passing")
def transient_income(seen: Lives) -> float:
    """Share of the squared poverty gap of income over six years that is transient."""
    return transient(seen.income[:SIX], seen.people[:SIX])


@measure("passing")
def care_forgone(seen: Lives) -> float:
    """Hospital stays needed and not had, of all that were needed."""
    return 1.0 - part(seen.stays, seen.needed)


@measure("passing")
def size_kept(seen: Lives) -> float:
    """Change of mean household size over seven years, persons."""
    return seen.household_size[1] - seen.household_size[0]


@measure("passing")
def pay_a_month_away(seen: Lives) -> float:
    """What migrants were paid in 2012 for a month that they worked away, yuan."""
    return seen.paid_a_month


@measure("passing")
def local_share(seen: Lives) -> float:
    """Work off the farm nearby, of all such work, in worker-months of 2012."""
    return seen.local_share
