"""A household's month, from top to bottom, and the close of a month and a year for many households."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.household import Household
from sim.agents.village import Village
from sim.calendar.today import Today
from sim.core.records import views_of
from sim.core.rule import in_python, kernel, rule
from sim.economy.consumption import consume, expect
from sim.economy.credit import repay
from sim.economy.crops import farm
from sim.economy.events import fall_ill, pay_school
from sim.economy.family import grow
from sim.economy.fortune import turn_fortune
from sim.economy.industries import keep_greenhouse, keep_livestock, run_business, tend_orchard
from sim.economy.investment import invest
from sim.economy.kin import settle_village
from sim.economy.labour import decide_to_leave, share_out_labour
from sim.economy.land import settle_rent
from sim.economy.transfers import receive_transfers
from sim.facts.lines import N_LINES
from sim.facts.sources import N_SOURCES
from sim.parameters.packed import P


@rule
def household_month(
    h: Household,
    v: Village,
    p: P,
    today: Today,
    till: NDArray[np.float64],
    loans: Any,
    lenders: Any,
    lent: NDArray[np.float64],
) -> None:
    """A household's month, in the order in which it happens; `till` and `lent` are its village's tills."""
    income_before = h.income_year[0] + h.income_year[1] + h.income_year[2] + h.income_year[3]
    turn_fortune(h, p, today)
    grow(h, p, today, till)
    hardship = fall_ill(h, v, p, today, till)
    pay_school(h, v, p, today, till)
    decide_to_leave(h, v, p, today, till)
    share_out_labour(h, v, p, today, till)
    shortfall = farm(h, v, p, today, till) + tend_orchard(h, v, p, today, till)
    hardship += shortfall + keep_livestock(h, v, p, today, till)
    keep_greenhouse(h, v, p, today, till)
    run_business(h, v, p, today, till)
    settle_rent(h, v, p, today, till)
    receive_transfers(h, v, p, today, till)
    income_now = h.income_year[0] + h.income_year[1] + h.income_year[2] + h.income_year[3]
    # A bad or a good harvest passes: what it counts on for good moves with a normal one.
    expect(h, p, today, income_now - income_before + shortfall)
    repay(h, v, p, today, till, loans, lenders, lent)
    consume(h, v, p, today, till, hardship)
    invest(h, v, p, today, till)


def live_month(household: Household) -> None:
    """Let one Mesa agent live this calendar month (again): by the rules of the run, to read and to debug."""
    m = household.model
    county = m.county
    loans, lenders = views_of(county.loans.loans), views_of(county.loans.lenders)
    tills = county.tills[household.village], loans, lenders, county.loans.till[household.village]
    month = in_python(household_month, county.engine.own)
    month(household, m.village_of(household), county.p, county.today, *tills)


@kernel
def close_month(
    households: Any,
    villages: Any,
    params: Any,
    todays: Any,
    tills: NDArray[np.float64],
    loans: Any,
    lenders: Any,
    lent: NDArray[np.float64],
    indptr: NDArray[np.int64],
    first: int,
    last: int,
) -> None:
    """The month of every household in villages `first` to `last` (exclusive); then kin settle. `indptr`: contacts."""
    p = params[0]
    today = todays[0]
    for i in range(first, last):
        v = villages[i]
        v.free_days = 0.0
        v.spent_yuan = 0.0
        v.trade_yuan = 0.0
        v.slots = 0.0
        v.hands = 0.0
        for line in range(N_LINES):
            v.supply[line] = 0.0
        away = 0.0
        workers = 0.0
        for j in range(v.first, v.last):
            h = households[j]
            household_month(h, v, p, today, tills[i], loans, lenders, lent[i])
            away += h.migrants
            workers += h.workers
        settle_village(households, v, p, today, tills[i], indptr)
        v.away_share = away / max(1.0, workers)


@kernel
def close_year(households: Any, first: int, last: int) -> None:
    """Close the accounting year of households `first` to `last` (exclusive)."""
    for j in range(first, last):
        h = households[j]
        for source in range(N_SOURCES):
            h.income_last[source] = h.income_year[source]
            h.income_year[source] = 0.0
        h.burden_last_yuan = h.burden_year_yuan
        h.burden_year_yuan = 0.0
        h.consumption_last_yuan = h.consumption_year_yuan
        h.consumption_year_yuan = 0.0
