"""Debts: what falls due, what is late, and what relatives lend."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.household import Household
from sim.agents.village import Village
from sim.calendar.today import Today
from sim.core.rule import rule
from sim.facts.sources import OPERATING
from sim.money.reasons import (
    ASSET_SALE,
    INFORMAL_LOAN,
    INFORMAL_REPAID,
    INTEREST,
    INTEREST_SUBSIDY,
    LOAN_SLOTS,
    PRINCIPAL,
    WRITTEN_OFF,
)
from sim.money.till import receive, spend
from sim.parameters.packed import P

PAID = 0.999  # share of what is due from which an instalment counts as paid: what is lost in rounding is not owed
FEN = 0.01  # the least money there is


@rule
def formal_debt(h: Household) -> float:
    """Principal owed to banks, funds and programmes, in yuan."""
    owed = 0.0
    for slot in range(LOAN_SLOTS):
        owed += h.debt_yuan[slot]
    return owed


@rule
def is_late(h: Household) -> bool:
    """Whether any loan is overdue: who is late gets no new one."""
    late = 0
    for slot in range(LOAN_SLOTS):
        late += h.overdue_months[slot]
    return late > 0


@rule
def falls_due_soon(h: Household, p: P, today: Today) -> float:
    """Lump sums due within the saving horizon, in yuan: money the household puts by."""
    owed = 0.0
    for slot in range(LOAN_SLOTS):
        if today.loan_lump[slot] > 0.0 and h.debt_yuan[slot] > 0.0 and h.term_months[slot] < p.saving_horizon_months:
            owed += h.debt_yuan[slot] * (1.0 - h.term_months[slot] / p.saving_horizon_months)
    return owed


@rule
def subsistence(h: Household, p: P, today: Today) -> float:
    """What the household must spend in a month, in yuan."""
    return p.subsistence_share * today.line_yuan / 12.0 * h.persons


@rule
def borrow_from_relatives(
    h: Household, v: Village, p: P, today: Today, till: NDArray[np.float64], wanted: float
) -> None:
    """Relatives and friends lend without interest, up to a share of what the household earns in a year."""
    room = p.informal_limit * v.cohesion * max(0.0, h.expected_yuan) * 12.0 - h.informal_yuan
    loan = max(0.0, min(wanted, room))
    if loan > 0.0:
        receive(h, till, loan, INFORMAL_LOAN)
        h.informal_yuan += loan


@rule
def sell_animals(h: Household, v: Village, p: P, today: Today, till: NDArray[np.float64], wanted: float) -> None:
    """Sell breeding stock in need, below its price and at most part of it in a month; not income."""
    price = p.ewe_price_yuan * today.farm_trend * p.distress_price
    heads = max(0.0, min(wanted / price, h.livestock_head * p.distress_share))
    if heads > 0.0:
        h.livestock_head -= heads
        receive(h, till, heads * price, ASSET_SALE)


@rule
def repay(h: Household, v: Village, p: P, today: Today, till: NDArray[np.float64]) -> None:
    """Interest and principal that fall due: from cash above subsistence, then relatives, then stock, then late.

    The part of interest that the state pays goes straight to the lender. A loan late for `write_off_months` is
    written off in the lender's books and bars new loans for the rest of the run.
    """
    for slot in range(LOAN_SLOTS):
        debt = h.debt_yuan[slot]
        if debt <= 0.0:
            continue
        if h.term_months[slot] > 0:
            h.term_months[slot] -= 1
        left = h.term_months[slot]
        interest = debt * today.loan_rate[slot] / 12.0
        subsidy = interest * today.loan_subsidy[slot] if h.overdue_months[slot] == 0 else 0.0
        till[INTEREST_SUBSIDY + slot] += subsidy
        interest -= subsidy
        if left == 0:
            principal = debt
        elif today.loan_lump[slot] > 0.0:
            principal = 0.0
        else:
            principal = debt / (left + 1.0)
        due = interest + principal
        keep = p.kept_before_repaying * subsistence(h, p, today)
        if h.cash_yuan - keep < due:
            borrow_from_relatives(h, v, p, today, till, due + keep - h.cash_yuan)
        if h.cash_yuan - keep < due:
            sell_animals(h, v, p, today, till, due + keep - h.cash_yuan)
        able = max(0.0, h.cash_yuan - keep)
        paid_interest = min(interest, able)
        paid_principal = min(principal, able - paid_interest)
        spend(h, till, paid_interest, INTEREST + slot)
        spend(h, till, paid_principal, PRINCIPAL + slot)
        h.debt_yuan[slot] = debt - paid_principal
        h.income_year[OPERATING] -= paid_interest
        if paid_interest + paid_principal < due * PAID:
            h.overdue_months[slot] = min(100, h.overdue_months[slot] + 1)
        elif h.overdue_months[slot] < p.write_off_months:
            h.overdue_months[slot] = 0
        if h.debt_yuan[slot] > 0.0 and h.overdue_months[slot] >= p.write_off_months:
            till[WRITTEN_OFF + slot] += h.debt_yuan[slot]
            h.debt_yuan[slot] = 0.0
        if h.debt_yuan[slot] < FEN:
            h.debt_yuan[slot] = 0.0 * h.debt_yuan[slot]


@rule
def repay_relatives(h: Household, p: P, till: NDArray[np.float64], spare: float) -> None:
    """Part of what can be spared each month goes back to relatives."""
    back = min(h.informal_yuan, max(0.0, spare) * p.informal_repay_share)
    if back > 0.0:
        spend(h, till, back, INFORMAL_REPAID)
        h.informal_yuan -= back
