"""Borrowing: who wants a loan at a price, how much, and what becomes of it on the day it is paid."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.household import Household
from sim.agents.village import Village
from sim.calendar.today import Today
from sim.core.rule import kernel, rule
from sim.economy.investment import appeal, best_line, capacity_yuan, in_season, put_into, smallest
from sim.economy.labour import dares, is_inclined, set_out
from sim.economy.land import field_cost, field_loan, highest_rent
from sim.economy.needs import buffer
from sim.facts.topics import HELPED
from sim.money.reasons import INVESTMENT
from sim.money.till import spend
from sim.parameters.packed import P


@rule
def at_hand(h: Household, p: P, today: Today) -> float:
    """Cash over what the household likes to keep by it, in yuan; what is soon due is not taken off."""
    return max(0.0, h.cash_yuan - buffer(h, p, today))


@kernel
def cash_at_hand(
    rows: NDArray[np.int64], households: Any, villages: Any, params: Any, todays: Any, out: NDArray[np.float64]
) -> None:
    """`at_hand` of each household in `rows`."""
    for i in range(rows.shape[0]):
        out[i] = at_hand(households[rows[i]], params[0], todays[0])


@rule
def leaves_on_credit(h: Household, v: Village, p: P, today: Today) -> bool:
    """Whether a worker wants to leave for work and only the fare is wanting; a fare borrowed is lost like one's own."""
    needed = (p.leave_cost_yuan + p.leave_reserve_yuan) * today.cpi
    return h.cash_yuan < needed and is_inclined(h, v, p, today) and dares(h, p, today, 0.0)


@rule
def loan_wanted(
    h: Household, v: Village, p: P, today: Today, size: float, price: float, term_years: float, lump: int, papers: float
) -> float:
    """How much the household would borrow at a yearly price, in yuan (0: it would not).

    It borrows for the line that appeals most if the gain over the price covers the trouble of the papers; else for seed
    and rent of more land, likewise; else to pay for leaving for work if it cannot from its own money. Never more than
    it and a careful lender think can be repaid.
    """
    if h.overdue_months > 0 or h.workers == 0:
        return 0.0
    income = max(0.0, h.expected_yuan) * 12.0
    most = income * p.repay_burden * (max(1.0, term_years) + (p.lump_sum_ease if lump > 0 else 0.0)) - h.debt_yuan
    size = min(size, most)
    own = max(0.0, h.cash_yuan - buffer(h, p, today) - h.due_soon_yuan)
    trouble = papers * p.hassle_yuan * (p.hassle_helped if (h.knows >> HELPED) & 1 else 1.0) * (1.0 - v.papers_done)
    wanted = 0.0
    line = best_line(h, v, p, today, own + size, 1, price)
    if line > 0:
        amount = min(size, max(0.0, capacity_yuan(h, v, p, today, line, price) - own))
        # Trees bear long after such a loan falls due: it must be repaid out of other income.
        patient = line != 1 or amount <= p.orchard_of_loan * most
        gain = (appeal(h, v, p, today, line, own + amount) + p.required_return - price) * amount
        if amount + own >= smallest(h, p, today, line) and patient and gain * term_years > trouble:
            wanted = amount / (1.0 - p.loan_diverted)
            if price < p.cheap_money * p.required_return:
                # Money cheaper than it is worth to the household is taken as far as it is given.
                wanted = size
    amount = field_loan(h, v, p, today, size, price)
    if wanted == 0.0 and amount > 0.0:
        mu_cost = field_cost(v, p, today) + v.rent_yuan
        gain = (highest_rent(h, v, p, today, price) - v.rent_yuan) * amount / mu_cost
        if amount >= mu_cost and gain * term_years > trouble:
            wanted = amount / (1.0 - p.loan_diverted)
    if wanted == 0.0 and leaves_on_credit(h, v, p, today):
        needed = (p.leave_cost_yuan + p.leave_reserve_yuan) * today.cpi
        if size >= needed and trouble < p.leave_worth * p.leave_cost_yuan * today.cpi:
            wanted = needed
    return min(wanted, size)


@kernel
def loans_wanted(
    rows: NDArray[np.int64],
    households: Any,
    villages: Any,
    params: Any,
    todays: Any,
    size: float,
    price: float,
    term_years: float,
    lump: int,
    papers: float,
    out: NDArray[np.float64],
) -> None:
    """`loan_wanted` of each household in `rows`."""
    for i in range(rows.shape[0]):
        h = households[rows[i]]
        out[i] = loan_wanted(h, villages[h.village], params[0], todays[0], size, price, term_years, lump, papers)


@kernel
def put_loans_to_work(
    rows: NDArray[np.int64],
    households: Any,
    villages: Any,
    params: Any,
    todays: Any,
    amounts: NDArray[np.float64],
    tills: NDArray[np.float64],
    price: float,
    started: NDArray[np.bool_],
) -> None:
    """On the day of payment the borrower buys what the season allows, or sets out; the rest waits, or is diverted."""
    p = params[0]
    today = todays[0]
    for i in range(rows.shape[0]):
        h = households[rows[i]]
        v = villages[h.village]
        h.cash_yuan -= amounts[i]
        leaving = leaves_on_credit(h, v, p, today)
        h.cash_yuan += amounts[i]
        funds = amounts[i] * (1.0 - p.loan_diverted) + max(0.0, h.cash_yuan - amounts[i] - buffer(h, p, today))
        line = best_line(h, v, p, today, funds, 0, price)
        if line > 0 and in_season(today, line):
            amount = min(funds, capacity_yuan(h, v, p, today, line, price))
            spend(h, tills[h.village], amount, INVESTMENT)
            put_into(h, p, today, line, amount)
            started[i] = True
        elif leaving and h.cash_yuan >= p.leave_cost_yuan * today.cpi:
            set_out(h, p, today, tills[h.village])
            started[i] = True
