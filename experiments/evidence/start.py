"""The starting world: every line of `village population describe`, and a few figures beside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from experiments.evidence.living import COUNTY_VILLAGES, part
from experiments.evidence.nulls import NullWorld
from experiments.evidence.registry import add_measure, measure, view
from sim.parameters import load_parameters
from sim.parameters.packed import P, as_python, as_row
from sim.population.consistency import lognormal_headcount
from sim.population.describe import describe, figures
from sim.population.fitting import reference_start
from sim.population.opening import Opened, open_world
from sim.population.profile import Profile
from sim.population.profile_file import load_profile

PURSES = "purse"


@dataclass(frozen=True)
class Start:
    """A county as generated from a population seed."""

    lines: Mapping[str, float]
    opened: Opened
    profile: Profile
    p: P


@view(villages=COUNTY_VILLAGES, quick=COUNTY_VILLAGES, seeds=8)
def start(villages: int, seed: int, null: NullWorld | None = None) -> Start:
    """The whole county on the eve of 2013, generated from this population seed; the same in every null world."""
    profile, values = load_profile("gansu_county"), load_parameters().values
    p, row = as_python(values), as_row(values)
    lines = {line.name: line.model for line in describe(profile, villages, seed)}
    return Start(lines, open_world(profile, villages, seed, p, row, *reference_start(profile)), profile, p)


def _line(name: str) -> Callable[[Start], float]:
    def take(seen: Start) -> float:
        return seen.lines[name]

    take.__doc__ = figures()[name].measure
    return take


for _name in figures():
    if _name != PURSES:
        add_measure(f"describe.{_name}", "start", _line(_name))


@measure("start")
def households_per_village(seen: Start) -> float:
    """Households over villages."""
    return part(seen.lines["households"], seen.lines["villages"])


@measure("start")
def linked_per_cadre(seen: Start) -> float:
    """Linked households over cadres."""
    return part(seen.lines["linked_households"], seen.lines["cadres"])


@measure("start")
def unit_money_each(seen: Start) -> float:
    """Own money of support units over their number, yuan."""
    return part(seen.lines["unit_money"], seen.lines["units"])


@measure("start")
def schooling_return(seen: Start) -> float:
    """Slope of the log of pay away on years of schooling, over households with workers (least squares)."""
    h, p = seen.opened.world.households, seen.p
    h = h[h["workers"] > 0]
    pay = h["ability"] * (1.0 + p.work_skill_wage * (h["work_skill"] - p.work_skill_mean))
    return float(np.polyfit(h["schooling"].astype(np.float64), np.log(pay), 1)[0])


@measure("start")
def lognormal_registry(seen: Start) -> float:
    """Headcount that a lognormal distribution gives for the profile's mean, line and Gini."""
    return lognormal_headcount(seen.profile.income_yuan, seen.profile.income.gini, seen.profile.poverty.line_yuan)


@measure("start")
def lognormal_survey(seen: Start) -> float:
    """The same for a Gini of .321."""
    return lognormal_headcount(seen.profile.income_yuan, 0.321, seen.profile.poverty.line_yuan)
