"""Who stays poor, who leaves and who comes back: the same households over the years, as panels of surveys count them.

Shares come from surveys, whose errors make people look more mobile than they are: where that is what a figure rests on,
each year's income is multiplied by an error as in `passing`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from experiments.evidence.living import Bools, Floats, part
from experiments.evidence.passing import SURVEY_ERROR, Lives
from experiments.evidence.registry import measure
from sim.indicators.inequality import gini

FIFTHS = 5


def surveyed(seen: Lives) -> Floats:
    """Income over the line as a survey would have found it, years by households."""
    error = np.random.default_rng(2).normal(0.0, SURVEY_ERROR, seen.income.shape)
    return np.asarray(seen.income * np.exp(error))


def fifth(income: Floats) -> NDArray[np.int64]:
    """Fifth of each household by income a head, 0 the lowest."""
    place = np.empty(len(income), dtype=np.int64)
    place[np.argsort(income, kind="stable")] = np.arange(len(income))
    return place * FIFTHS // len(income)


def stays_lowest(income: Floats, years: int) -> float:
    """Of the lowest fifth of the first year, who are in the lowest fifth so many years later."""
    return float((fifth(income[years])[fifth(income[0]) == 0] == 0).mean())


def exit_rate(poor: Bools, years: int) -> float:
    """Of those who became poor within the panel and have been so for so many years, who are not the year after."""
    left = stayed = 0
    for t in range(1, len(poor) - years):
        spell = ~poor[t - 1] & poor[t : t + years].all(axis=0)
        left += int((spell & ~poor[t + years]).sum())
        stayed += int((spell & poor[t + years]).sum())
    return part(left, left + stayed)


def return_rate(poor: Bools, first: int, last: int) -> float:
    """Of those who left poverty within the panel, who are poor again for the first time `first` to `last` years on."""
    left = back = 0
    for t in range(1, len(poor) - last):
        out = poor[t - 1] & ~poor[t]
        away = ~poor[t : t + first].any(axis=0)
        left += int(out.sum())
        back += int((out & away & poor[t + first : t + last + 1].any(axis=0)).sum())
    return part(back, left)


def evened_out(income: Floats, people: Floats, years: int) -> float:
    """By how much a Gini of mean income over years lies under the mean of the years' Ginis, as a share (Shorrocks)."""
    weights = people[:years].mean(axis=0)
    yearly = float(np.mean([gini(income[t], weights) for t in range(years)]))
    return 1.0 - gini(income[:years].mean(axis=0), weights) / yearly


@measure("passing")
def lowest_after_5_years(seen: Lives) -> float:
    """Households of the lowest fifth that a survey finds there five years later."""
    return stays_lowest(surveyed(seen), 5)


@measure("passing")
def persistence_fades(seen: Lives) -> float:
    """Share still in the lowest fifth after one year, less that after six, as surveys find them."""
    income = surveyed(seen)
    return stays_lowest(income, 1) - stays_lowest(income, 6)


@measure("passing")
def exit_after_1_year(seen: Lives) -> float:
    """Newly poor for one year, and not the year after, as surveys find them."""
    return exit_rate(surveyed(seen) < 1.0, 1)


@measure("passing")
def exit_after_5_years(seen: Lives) -> float:
    """Poor for five years since they became so, and not the year after, as surveys find them."""
    return exit_rate(surveyed(seen) < 1.0, 5)


@measure("passing")
def back_after_3_to_5_years(seen: Lives) -> float:
    """Left poverty, and poor again for the first time three to five years later, as surveys find them."""
    return return_rate(surveyed(seen) < 1.0, 3, 5)


@measure("passing")
def gini_evened_out(seen: Lives) -> float:
    """Gini of the mean income of six years under the mean Gini of one, as a share of it; from accounts, no error."""
    return evened_out(seen.income, seen.people, 6)


@measure("passing")
def gini_evens_out_further(seen: Lives) -> float:
    """The same over seven years, less that over three."""
    return evened_out(seen.income, seen.people, 7) - evened_out(seen.income, seen.people, 3)


@measure("passing")
def ever_poor_in_3_years(seen: Lives) -> float:
    """Persons poor in at least one of three years over the mean share poor in a year, as surveys find them."""
    poor, weights = surveyed(seen)[:3] < 1.0, seen.people[0]
    ever = float((poor.any(axis=0) * weights).sum())
    return part(ever, float((poor.mean(axis=0) * weights).sum()))
