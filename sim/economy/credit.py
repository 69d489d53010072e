"""Debts to lenders: what falls due, and what is late."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.household import Household
from sim.agents.village import Village
from sim.calendar.today import Today
from sim.core.rule import rule
from sim.economy.kin import borrow_from_relatives
from sim.economy.needs import subsistence
from sim.facts.sources import OPERATING
from sim.money.lending import INTEREST, PRINCIPAL, SUBSIDY, WRITTEN_OFF, Lender, Loan, tally_debts
from sim.money.reasons import ASSET_SALE
from sim.money.till import receive
from sim.parameters.packed import P

PAID = 0.999  # share of what is due from which an instalment counts as paid: what is lost in rounding is not owed
FEN = 0.01  # the least money there is


@rule
def sell_animals(h: Household, v: Village, p: P, today: Today, till: NDArray[np.float64], wanted: float) -> None:
    """Sell breeding stock in need, below its price and at most part of it in a month; not income."""
    price = p.ewe_price_yuan * today.farm_trend * p.distress_price
    heads = max(0.0, min(wanted / price, h.livestock_head * p.distress_share))
    if heads > 0.0:
        h.livestock_head -= heads
        receive(h, till, heads * price, ASSET_SALE)


@rule
def repay(
    h: Household,
    v: Village,
    p: P,
    today: Today,
    till: NDArray[np.float64],
    loans: Any,
    lenders: Any,
    lent: NDArray[np.float64],
) -> None:
    """What falls due this month, loan by loan; a loan repaid leaves the household's chain.

    `lent` is the village's till of loans: lenders by principal, interest, subsidy, written off.
    """
    before = -1
    k = h.first_loan
    while k >= 0:
        loan = loans[k]
        after = loan.next
        if loan.principal_yuan > 0.0:
            pay_instalment(h, v, p, today, till, loan, lenders[loan.lender], lent)
        if loan.principal_yuan > 0.0 or loan.overdue_months >= p.write_off_months:
            before = k
        elif before < 0:
            h.first_loan = after
        else:
            loans[before].next = after
        k = after
    tally_debts(h, p, loans, lenders)


@rule
def pay_instalment(
    h: Household,
    v: Village,
    p: P,
    today: Today,
    till: NDArray[np.float64],
    loan: Loan,
    lender: Lender,
    lent: NDArray[np.float64],
) -> None:
    """Interest and principal that fall due: from cash above subsistence, then relatives, then stock, then late.

    The part of interest that the state pays goes straight to the lender; what the household cannot pay of its own part
    stays owed, without interest of its own, and is paid before principal. A loan late for `write_off_months` is
    written off in the lender's books and bars new loans for the rest of the run.
    """
    debt = loan.principal_yuan
    if loan.term_months > 0:
        loan.term_months -= 1
    left = loan.term_months
    interest = debt * lender.rate / 12.0
    subsidy = interest * lender.subsidy if loan.overdue_months == 0 else 0.0
    lent[loan.lender, SUBSIDY] += subsidy
    interest += loan.interest_yuan - subsidy
    if left == 0:
        principal = debt
    elif lender.lump > 0:
        principal = 0.0
    else:
        principal = debt / (left + 1.0)
    due = interest + principal
    keep = p.kept_before_repaying * (1.0 - lender.pressed) * subsistence(h, p, today)
    if h.cash_yuan - keep < due:
        borrow_from_relatives(h, v, p, today, till, due + keep - h.cash_yuan)
    if h.cash_yuan - keep < due:
        sell_animals(h, v, p, today, till, due + keep - h.cash_yuan)
    able = max(0.0, h.cash_yuan - keep)
    paid_interest = min(interest, able)
    paid_principal = min(principal, able - paid_interest)
    h.cash_yuan -= paid_interest
    h.cash_yuan -= paid_principal
    lent[loan.lender, INTEREST] += paid_interest
    lent[loan.lender, PRINCIPAL] += paid_principal
    loan.principal_yuan = debt - paid_principal
    loan.interest_yuan = interest - paid_interest
    h.income_year[OPERATING] -= paid_interest
    if paid_interest + paid_principal < due * PAID:
        loan.overdue_months = loan.overdue_months + 1
    elif loan.overdue_months < p.write_off_months:
        loan.overdue_months = 0
    if loan.principal_yuan > 0.0 and loan.overdue_months >= p.write_off_months:
        lent[loan.lender, WRITTEN_OFF] += loan.principal_yuan
        loan.principal_yuan = 0.0
    if loan.principal_yuan < FEN:
        loan.principal_yuan = 0.0
        loan.interest_yuan = 0.0
