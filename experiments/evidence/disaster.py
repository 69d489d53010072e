"""A village's own disaster: what is lost, how much of it reaches consumption, and how fast it is made good.

Two runs of the same seed. In one of them half of the year's harvest is lost in every third village in 2012. The same
households are compared, by the third of persons (by income per head) to which they belonged as that year began.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.evidence.living import Bools, Floats, last_income, part, persons, quiet_plan, thirds
from experiments.evidence.nulls import NullWorld
from experiments.evidence.registry import measure, view
from sim import VillageModel
from sim.scenario import Plan

FIRST, STRUCK, LAST = 2011, 2012, 2015
LEFT_OF_HARVEST = 0.5
ONE_IN = 3
POOREST, MIDDLE, RICHEST = 0, 1, 2


@dataclass
class Disaster:
    """Changes that the disaster made, yuan a person: a row a third, a column a year from the struck one on."""

    income: Floats
    consumption: Floats

    def left(self, third: int, years: int) -> float:
        """Share of the first year's loss of income that is still there so many years later."""
        return part(float(self.income[third, years]), float(self.income[third, 0]))

    def passed(self, third: int) -> float:
        """Change of consumption over the struck year and the next, over the change of income in them."""
        return part(float(self.consumption[third, :2].sum()), float(self.income[third, :2].sum()))

    @property
    def poorest_left(self) -> list[float]:
        """Share of the loss left by year, poorest third."""
        return [self.left(POOREST, k) for k in range(self.income.shape[1])]

    @property
    def richest_left(self) -> list[float]:
        """Share of the loss left by year, richest third."""
        return [self.left(RICHEST, k) for k in range(self.income.shape[1])]


@view(villages=45, quick=30, seeds=16, series=("poorest_left", "richest_left"))
def disaster(villages: int, seed: int, null: NullWorld | None = None) -> Disaster:
    """Two runs from 2011 to 2015, with and without the disaster of 2012 in every third village."""
    plan = quiet_plan(villages, seed, f"{FIRST}-01-01", 12 * (LAST - FIRST + 1), null)
    hit = (np.arange(villages) + seed) % ONE_IN == 0
    calm_income, calm_consumption, people, third = _live(plan, seed, hit, False)
    income, consumption, _, _ = _live(plan, seed, hit, True)

    def a_person(change: Floats) -> Floats:
        """Yuan a person: a row a third, a column a year."""
        return np.array([change[:, third == k].sum(axis=1) / people[third == k].sum() for k in range(3)])

    return Disaster(a_person(income - calm_income), a_person(consumption - calm_consumption))


def _live(plan: Plan, seed: int, hit: Bools, struck: bool) -> tuple[Floats, Floats, Floats, NDArray[np.int64]]:
    """Income and consumption of the hit villages' households, a row a year; their persons, and their thirds."""
    model = VillageModel(plan, rng=seed)
    mine = hit[model.households["village"]]
    people = persons(model)
    income, consumption, third = [], [], np.zeros(len(people), dtype=np.int64)
    for month in model.months():
        if month == 12 * (STRUCK - FIRST):
            third = thirds(last_income(model), people)
            if struck:
                model.market.struck[hit] = LEFT_OF_HARVEST
        if month == 12 * (STRUCK - FIRST + 1):
            model.market.struck[:] = 1.0
        if month % 12 == 0 and model.today.year >= STRUCK:
            income.append(model.households["income_last"].sum(axis=1)[mine])
            consumption.append(model.households["consumption_last_yuan"][mine].copy())
    model.close()
    return np.array(income), np.array(consumption), people[mine], third[mine]


@measure("disaster")
def passed_poor(seen: Disaster) -> float:
    """Poorest third: change of consumption over that of income, the struck year and the next together."""
    return seen.passed(POOREST)


@measure("disaster")
def passed_rich(seen: Disaster) -> float:
    """Richest third: change of consumption over that of income, the struck year and the next together."""
    return seen.passed(RICHEST)


@measure("disaster")
def recovery_slower(seen: Disaster) -> float:
    """Share of the loss of income left in the year after: poorest third less richest third."""
    return seen.left(POOREST, 1) - seen.left(RICHEST, 1)


@measure("disaster")
def recovery_left(seen: Disaster) -> float:
    """Share of the loss of income left three years after, poorest third."""
    return seen.left(POOREST, 3)


@measure("disaster")
def recovery_left_1(seen: Disaster) -> float:
    """Share of the loss of income left in the year after, poorest third."""
    return seen.left(POOREST, 1)


@measure("disaster")
def recovery_left_rich_1(seen: Disaster) -> float:
    """Share of the loss of income left in the year after, richest third."""
    return seen.left(RICHEST, 1)
