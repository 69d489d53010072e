"""What a household comes to expect, and consumption: smoothed, partly insured, never below what there is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.household import Household
from sim.agents.village import Village
from sim.calendar.today import Today
from sim.core.rule import rule
from sim.economy.credit import sell_animals
from sim.economy.kin import borrow_from_relatives, help_out, repay_relatives
from sim.economy.needs import buffer, subsistence
from sim.money.reasons import CONSUMPTION, HOME
from sim.money.till import spend
from sim.parameters.packed import P


@rule
def expect(h: Household, p: P, today: Today, counted: float) -> None:
    """What the household has come to expect follows its last twelve months, so that no harvest raises it; what it has
    got used to living on follows that, over years.
    """
    h.counted_yuan[today.calendar_month - 1] = counted
    year = 0.0
    for month in range(12):
        year += h.counted_yuan[month]
    h.expected_yuan += p.expectation_rate * (year / 12.0 - h.expected_yuan)
    # It gets used to what is its own slowly, to what everybody spends at once.
    h.habit_yuan += p.habit_rate * (h.expected_yuan / today.spending_trend - h.habit_yuan)


@rule
def pass_through(h: Household, p: P, today: Today) -> float:
    """Share of a shock that reaches consumption: `passed_poor` for the poorest, `passed_rich` for the richest third."""
    relative = 12.0 * h.expected_yuan / (h.persons * today.line_yuan)
    place = min(1.0, max(0.0, (relative - p.passed_poor_lines) / (p.passed_rich_lines - p.passed_poor_lines)))
    return p.passed_poor + (p.passed_rich - p.passed_poor) * place


@rule
def consume(h: Household, v: Village, p: P, today: Today, till: NDArray[np.float64], hardship: float) -> None:
    """Spend what is expected to last, less what gets through of past shocks; borrow or sell before going short."""
    h.deferred_cut_yuan += hardship * pass_through(h, p, today)  # a windfall is a shock in reverse
    cut = p.squeeze_pace * h.deferred_cut_yuan
    h.deferred_cut_yuan -= cut
    floor = p.guaranteed_share * subsistence(h, p, today)
    due = h.due_soon_yuan
    spare = h.cash_yuan - buffer(h, p, today) - due
    put_by = p.saving_pace * max(0.0, due - max(0.0, h.cash_yuan - floor))
    wanted = p.consumption_share * h.habit_yuan * today.spending_trend + p.wealth_share / 12.0 * spare - cut - put_by
    wanted = max(floor, wanted)
    # Relatives help with what is needed and will be earned; not with keeping up what one was used to.
    needed = max(floor, min(wanted, p.consumption_share * h.expected_yuan))
    if h.cash_yuan < needed:
        borrow_from_relatives(h, v, p, today, till, needed - h.cash_yuan)
    if h.cash_yuan < floor:
        sell_animals(h, v, p, today, till, floor - h.cash_yuan)
    help_out(h, till, floor - h.cash_yuan)
    spent = max(0.0, min(wanted, h.cash_yuan))
    spend(h, till, spent, CONSUMPTION)
    h.consumption_year_yuan += spent
    v.spent_yuan += spent
    repay_relatives(h, p, till, spare - spent)
    furnish_home(h, v, p, today, till)


@rule
def for_the_home(h: Household, p: P, today: Today) -> float:
    """What the household puts into the house and what is in it this month, in yuan: part of what is to spare."""
    spare = h.cash_yuan - buffer(h, p, today) - h.due_soon_yuan
    return p.home_share / 12.0 * max(0.0, spare)


@rule
def furnish_home(h: Household, v: Village, p: P, today: Today, till: NDArray[np.float64]) -> None:
    """Put into the house what is for it; in the end the house is sound."""
    bought = for_the_home(h, p, today)
    if bought > 0.0:
        spend(h, till, bought, HOME)
        v.trade_yuan += bought
        h.home_yuan += bought / today.cpi
        if h.home_yuan >= p.house_cost_yuan:
            h.house = 1
