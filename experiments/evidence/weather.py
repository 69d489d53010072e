"""Dry years: the same households, seed and years, but for the weather of one year.

Three runs are opened on the books of 2008 and live 2009-11 under the same draws; then 2012 is made a year without
drought, with a minor or with a major one; then the same draws go on. Who had been poor and stood above the line at the
end of 2011 has left poverty; who of these is below the line a year later has returned. So would a county's report
count: by households, on the year's line, all who have left so far. The reports of the 2000s do not say how they
count; households that keep books by the year go below a line more easily than those that an official looks at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from experiments.evidence.living import Bools, last_income, mean_income, part, quiet_plan
from experiments.evidence.nulls import NullWorld
from experiments.evidence.registry import measure, view
from sim import VillageModel
from sim.calendar.today import Today
from sim.economy.weather import MAJOR, MINOR, NORMAL
from sim.facts.sources import OPERATING, WAGE
from sim.parameters.packed import P

FIRST, FORCED, LAST = 2009, 2012, 2015
SHIFTED = (FORCED, FORCED + 1)
"""Years over which it is asked what work elsewhere makes good."""


@dataclass
class Branch:
    """One of the three runs.

    Attributes:
        income: Mean income per head from the forced year on.
        returned: Of all households that had left poverty, who are back in the forced year.
        returned_recent: Of those that had left it the year before, likewise.
        harvest: Mean of what the weather leaves of the forced year's harvest.
        farmed_yuan: Income from the household's own lines in the forced year and the next.
        worked_yuan: Income from wages in them.
        away: Workers away in them, summed over months.
    """

    income: list[float]
    returned: float
    returned_recent: float
    harvest: float
    farmed_yuan: float
    worked_yuan: float
    away: float


@dataclass
class Weather:
    """The three runs by the severity of the forced year's drought."""

    p: P
    of: dict[int, Branch]

    @property
    def normal_income(self) -> list[float]:
        """Mean income per head from the forced year on, without drought."""
        return self.of[NORMAL].income

    @property
    def minor_income(self) -> list[float]:
        """The same with a minor drought."""
        return self.of[MINOR].income

    @property
    def major_income(self) -> list[float]:
        """The same with a major drought."""
        return self.of[MAJOR].income


@view(villages=20, quick=10, seeds=48, series=("normal_income", "minor_income", "major_income"))
def droughts(villages: int, seed: int, null: NullWorld | None = None) -> Weather:
    """Three runs from 2009 to 2015 that differ in the weather of 2012 only."""
    plan = quiet_plan(villages, seed, f"{FIRST}-01-01", 12 * (LAST - FIRST + 1), null)
    of = {}
    for severity in (NORMAL, MINOR, MAJOR):
        model = VillageModel(plan, rng=seed)
        _force(model, severity)
        of[severity] = _live(model)
        model.close()
    return Weather(model.p, of)


def _force(model: VillageModel, severity: int) -> None:
    """Give one year its weather; all other years keep theirs."""
    market = model.market
    open_year = market.open_year

    def opened(today: Today) -> None:
        open_year(today)
        if today.year == FORCED:
            market.severity[:] = severity

    market.open_year = opened


def _live(model: VillageModel) -> Branch:
    poor: list[Bools] = [model.households["poor_at_start"] == 1]
    income, lines, harvest = [], [], 0.0
    farmed = worked = away = 0.0
    for month in model.months():
        lines.append(model.today.line_yuan)
        if model.today.year in SHIFTED:
            away += float(model.households["migrants"].sum())
        if model.today.year == FORCED and model.today.calendar_month == 7:
            harvest = float(model.villages["weather"].mean())
        if month % 12 == 0:
            poor.append(last_income(model) < np.mean(lines))
            lines = []
            if model.today.year in SHIFTED:
                farmed += float(model.households["income_last"][:, OPERATING].sum())
                worked += float(model.households["income_last"][:, WAGE].sum())
            if model.today.year >= FORCED:
                income.append(mean_income(model))
    at = FORCED - FIRST + 1
    ever = np.logical_or.reduce(poor[:at])
    left, recent = ever & ~poor[at - 1], poor[at - 2] & ~poor[at - 1]
    return Branch(income, _returned(left, poor[at]), _returned(recent, poor[at]), harvest, farmed, worked, away)


def _returned(left: Bools, poor: Bools) -> float:
    return part(float((left & poor).sum()), float(left.sum()))


@measure("droughts")
def relapse_normal(seen: Weather) -> float:
    """Households back below the line, of all that had left poverty, in a year without drought or with a minor one.

    The two are weighed by how often they occur: a minor drought is a normal year in Gansu.
    """
    return _normal(seen, lambda branch: branch.returned)


@measure("droughts")
def relapse_drought(seen: Weather) -> float:
    """Households back below the line, of all that had left poverty, in a year of major drought."""
    return seen.of[MAJOR].returned


@measure("droughts")
def relapse_recent_normal(seen: Weather) -> float:
    """As relapse_normal, counting only households that had left poverty in the year before."""
    return _normal(seen, lambda branch: branch.returned_recent)


@measure("droughts")
def relapse_recent_drought(seen: Weather) -> float:
    """As relapse_drought, counting only households that had left poverty in the year before."""
    return seen.of[MAJOR].returned_recent


def _normal(seen: Weather, number: Callable[[Branch], float]) -> float:
    minor, major = seen.p.drought_minor, seen.p.drought_major
    none = 1.0 - minor - major
    return float((none * number(seen.of[NORMAL]) + minor * number(seen.of[MINOR])) / (none + minor))


@measure("droughts")
def drought_income(seen: Weather) -> float:
    """Mean income per head in a year of major drought against the same year without one, as a share."""
    return seen.of[MAJOR].income[0] / seen.of[NORMAL].income[0] - 1.0


@measure("droughts")
def drought_income_left(seen: Weather) -> float:
    """What is left of that loss a year later, as a share of it."""
    first = seen.of[MAJOR].income[0] - seen.of[NORMAL].income[0]
    return part(seen.of[MAJOR].income[1] - seen.of[NORMAL].income[1], first)


@measure("droughts")
def major_drought_yield_loss(seen: Weather) -> float:
    """Share of the staple harvest that a major drought takes, against a year without one."""
    return 1.0 - seen.of[MAJOR].harvest / seen.of[NORMAL].harvest


@measure("droughts")
def dry_year_away(seen: Weather) -> float:
    """Workers away in a year of minor drought and the year after it, against the same years without one."""
    return seen.of[MINOR].away / seen.of[NORMAL].away - 1.0


@measure("droughts")
def work_makes_good(seen: Weather) -> float:
    """Part of the farm income that a major drought takes, in its year and the next, that wages make good."""
    lost = seen.of[NORMAL].farmed_yuan - seen.of[MAJOR].farmed_yuan
    return part(seen.of[MAJOR].worked_yuan - seen.of[NORMAL].worked_yuan, lost)
