"""A family's years: births and deaths, marriages, growing old, moving to town, dividing, and what becomes of pupils.

A household is a row of counts; what befalls it are hazards on them. Rates are those of a population that ages and sends
its graduates to town, as published.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.household import Household
from sim.calendar.today import Today
from sim.core.draws import decision, uniform
from sim.core.rule import rule
from sim.facts.months import AUGUST
from sim.facts.sources import N_SOURCES
from sim.money.reasons import CEREMONY, DIVISION
from sim.money.till import spend
from sim.parameters.packed import P

FAMILY = decision("family.month")
SUMMER = decision("family.summer")
SENIOR_OUT, TO_UNIVERSITY, JUNIOR_OUT, TO_SENIOR = 3, 4, 5, 6
"""Draws of a summer: who is through with a school, and who then goes on; the lower the draw, the better the marks."""


@rule
def settle_counts(h: Household, persons_before: int) -> None:
    """After somebody came or went: nobody is away, or young, who is not there, and the guarantee covers who came.

    So the old of a household's workers grow old before the young do.
    """
    h.migrants = min(h.migrants, h.workers)
    h.younger = min(h.younger, h.workers)
    h.leavers = min(h.leavers, h.workers)
    if h.dibao > 0:
        h.dibao = max(1, min(h.persons, h.dibao + h.persons - persons_before))


@rule
def grow(h: Household, p: P, today: Today, till: NDArray[np.float64]) -> None:
    """A month of a family: at most one thing befalls it; in August pupils move on.

    A household of one goes on in its heir; the last worker neither marries out nor moves away.
    """
    persons = h.persons
    u = 12.0 * uniform(today.seed, FAMILY, h.key, today.month)
    couples = float(min(h.workers, p.parents))
    chance = p.birth_rate * couples
    if u < chance:
        h.persons += 1
        h.children += 1
    elif u < chance + p.death_rate * h.elders:
        if h.persons > 1:
            h.persons -= 1
            h.elders -= 1
        spend(h, till, p.funeral_yuan * today.spending_trend, CEREMONY)
    else:
        chance += p.death_rate * h.elders
        grow_up(h, p, today, till, u - chance)
    if today.calendar_month == AUGUST:
        finish_school(h, p, today)
    settle_counts(h, persons)


@rule
def grow_up(h: Household, p: P, today: Today, till: NDArray[np.float64], u: float) -> None:
    """A worker grows old, marries in or out, or moves to town, or a couple leaves; `u` is what is left of the month's
    draw (12: a year).
    """
    if h.workers == 0:
        return
    old = p.ageing * h.workers / p.working_years
    wed = old + p.marriage_rate * h.persons
    gone = wed + p.marriage_rate * h.persons + p.to_town_rate * h.workers
    if u < old:
        h.workers -= 1
        h.elders += 1
    elif u < wed:
        h.persons += 1
        join_workers(h)
        spend(h, till, p.wedding_yuan * today.spending_trend, CEREMONY)
    elif u < gone and h.workers > 1:
        h.persons -= 1
        h.workers -= 1
        h.younger = max(0, h.younger - 1)
    elif gone <= u < gone + p.split_rate and can_divide(h, p):
        divide(h, p, till)


@rule
def can_divide(h: Household, p: P) -> bool:
    """Whether there are two couples, one of them young, and all land is in hand: what is let cannot be shared out."""
    return h.workers >= 2 * p.parents and h.younger >= p.parents and h.rented_mu >= 0.0


@rule
def divide(h: Household, p: P, till: NDArray[np.float64]) -> None:
    """A young couple with its children sets up a household of its own and takes its share by heads of what there is.

    A household stays a row: who divides is no longer counted, and neither is what they earned and used up so far.
    Debts, a business and the house stay with the old.
    """
    couple = int(p.parents)
    small = h.children * couple // h.workers
    share = float(couple + small) / h.persons
    h.persons -= couple + small
    h.children -= small
    h.workers -= couple
    h.younger -= couple
    spend(h, till, share * max(0.0, h.cash_yuan), DIVISION)
    left = 1.0 - share
    h.land_mu *= left
    h.orchard_mu *= left
    h.block_mu *= left
    h.greenhouse_mu *= left
    h.livestock_head *= left
    h.expected_yuan *= left
    h.habit_yuan *= left
    for month in range(12):
        h.counted_yuan[month] *= left
    for source in range(N_SOURCES):
        h.income_year[source] *= left
        h.income_last[source] *= left
    h.consumption_year_yuan *= left
    h.consumption_last_yuan *= left
    h.burden_year_yuan *= left
    h.burden_last_yuan *= left


@rule
def join_workers(h: Household) -> None:
    """One worker more: whoever begins now is of the generation that grew up with going away."""
    h.workers += 1
    h.younger += 1


@rule
def finish_school(h: Household, p: P, today: Today) -> None:
    """One of each kind of pupil may be through this summer: to senior school, to university, to work, or to town.

    Who goes to work with no more than junior or senior school is a school leaver for some years.
    """
    key, year = h.key, today.year
    if h.leavers > 0 and uniform(today.seed, SUMMER, key, year, 0) < p.ageing * h.leavers / p.leaver_years:
        h.leavers -= 1
    through = p.ageing * h.university / p.university_years
    if h.university > 0 and uniform(today.seed, SUMMER, key, year, 1) < through:
        h.university -= 1
        if h.persons > 1 and uniform(today.seed, SUMMER, key, year, 2) < p.graduates_to_town:
            h.persons -= 1
        else:
            join_workers(h)
    if h.seniors > 0 and uniform(today.seed, SUMMER, key, year, SENIOR_OUT) < p.ageing * h.seniors / p.senior_years:
        h.seniors -= 1
        if uniform(today.seed, SUMMER, key, year, TO_UNIVERSITY) < p.to_university:
            h.university += 1
        else:
            start_work(h)
    if (
        h.children > 0
        and uniform(today.seed, SUMMER, key, year, JUNIOR_OUT) < p.ageing * h.children / p.childhood_years
    ):
        h.children -= 1
        if uniform(today.seed, SUMMER, key, year, TO_SENIOR) < p.to_senior:
            h.seniors += 1
        else:
            start_work(h)


@rule
def start_work(h: Household) -> None:
    """A pupil leaves school for work, untrained."""
    join_workers(h)
    h.leavers += 1
