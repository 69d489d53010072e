"""Relatives and friends, who are neighbours: they lend, give and are repaid, out of what they can spare.

A household has one balance with all its kin, `informal_yuan`: above zero it owes, below zero it is owed. During the
month it borrows, is helped out and pays back by itself; as the month ends the village settles: lenders put up what was
lent and given, by what each can spare, and what was paid back or let off goes by what each is owed. Between those who
need and those who help stand sums of the village alone, so that nothing depends on who comes first.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.household import Household
from sim.agents.village import Village
from sim.calendar.today import Today
from sim.core.rule import kernel, rule
from sim.economy.needs import buffer
from sim.money.reasons import INFORMAL_GIFT, INFORMAL_LOAN, INFORMAL_REPAID, KIN_COLLECTED, KIN_GIVEN, KIN_LENT
from sim.money.till import receive, spend
from sim.parameters.packed import P

MOST_YUAN = Household.COLUMNS["kin_line_yuan"].high  # nobody is ever lent so much


# ---- during a household's month ------------------------------------------------------------------------------------


@rule
def informal_limit_yuan(h: Household, v: Village, p: P) -> float:
    """What relatives and friends let it owe, in yuan: a share of what it earns in a year."""
    return p.informal_limit * v.cohesion * max(0.0, h.expected_yuan) * 12.0


@rule
def informal_room(h: Household, v: Village, p: P) -> float:
    """What relatives and friends would still lend it this month, in yuan (negative: it owes more than they would lend).

    Who is owed calls that in first. Where kin are neighbours, they lend no more than they can spare.
    """
    room = informal_limit_yuan(h, v, p) - h.informal_yuan
    return min(room, h.kin_line_yuan) if p.kin_within > 0.0 else room


@rule
def borrow_from_relatives(
    h: Household, v: Village, p: P, today: Today, till: NDArray[np.float64], wanted: float
) -> None:
    """Relatives and friends lend without interest, as far as there is room."""
    loan = max(0.0, min(wanted, informal_room(h, v, p)))
    if loan > 0.0:
        receive(h, till, loan, INFORMAL_LOAN)
        h.informal_yuan += loan
        h.kin_line_yuan = max(0.0, h.kin_line_yuan - loan)


@rule
def help_out(h: Household, till: NDArray[np.float64], needed: float) -> None:
    """Nobody is let go hungry: beyond what they lend, relatives and friends give, and nobody counts it as a debt."""
    if needed > 0.0:
        receive(h, till, needed, INFORMAL_GIFT)


@rule
def repay_relatives(h: Household, p: P, till: NDArray[np.float64], spare: float) -> None:
    """Part of what can be spared each month goes back to relatives."""
    back = min(h.informal_yuan, max(0.0, spare) * p.informal_repay_share)
    if back > 0.0:
        spend(h, till, back, INFORMAL_REPAID)
        h.informal_yuan -= back


# ---- a village's month end -----------------------------------------------------------------------------------------


@rule
def let_off(h: Household, v: Village, p: P) -> float:
    """Part of what it owes beyond what it would be lent today is forgiven, in yuan: it can no longer be earned."""
    beyond = max(0.0, h.informal_yuan - informal_limit_yuan(h, v, p))
    forgiven = p.kin_forgiven / 12.0 * beyond
    h.informal_yuan -= forgiven
    return forgiven


@rule
def spare_yuan(h: Household, p: P, today: Today) -> float:
    """What it can do without, in yuan: cash over its buffer and what it puts by for lump sums."""
    return max(0.0, h.cash_yuan - buffer(h, p, today) - h.due_soon_yuan)


@rule
def share_for(p: P, contacts: int) -> float:
    """Which share of that it lends: so much for each contact, at most all of it."""
    return min(1.0, p.kin_share * contacts)


@rule
def promised(p: P, offered: float, contacts: int) -> float:
    """What kin would lend a household for each of its contacts until the next month's end, in yuan.

    Together that is no more than the village offers; with kin elsewhere, who lend along with neighbours, so much more.
    """
    return offered / contacts / p.kin_within if contacts > 0 and p.kin_within > 0.0 else 0.0


@rule
def settle_village(
    households: Any, v: Village, p: P, today: Today, till: NDArray[np.float64], indptr: NDArray[np.int64]
) -> None:
    """Neighbours put up what was lent and given this month, and get what was paid back; then what they offer next.

    Loans come from what they offer, gifts from all that they can do without. What they cannot put up comes from kin
    elsewhere (the account of relatives), who are repaid in proportion.
    """
    offered = 0.0
    spare = 0.0
    balance = 0.0
    claims = 0.0
    forgiven = 0.0
    for j in range(v.first, v.last):
        h = households[j]
        forgiven += let_off(h, v, p)
        spares = spare_yuan(h, p, today)
        spare += spares
        offered += share_for(p, indptr[j + 1] - indptr[j]) * spares
        balance += h.informal_yuan
        claims += max(0.0, -h.informal_yuan)
    lent = min(offered, p.kin_within * till[INFORMAL_LOAN])
    given = min(spare - lent, p.kin_within * till[INFORMAL_GIFT])
    # What kin elsewhere were owed as the month began.
    elsewhere = max(0.0, balance - till[INFORMAL_LOAN] + till[INFORMAL_REPAID] + forgiven)
    within = claims / (claims + elsewhere) if claims > 0.0 else 0.0
    repaid = min(claims, within * till[INFORMAL_REPAID])
    forgiven = min(claims - repaid, within * forgiven)
    to_lend = lent / offered if offered > 0.0 else 0.0
    to_give = given / (spare - lent) if spare > lent else 0.0
    to_get = repaid / claims if claims > 0.0 else 0.0
    to_lose = forgiven / claims if claims > 0.0 else 0.0
    line = promised(p, (offered - lent) * (1.0 - to_give), indptr[v.last] - indptr[v.first])
    for j in range(v.first, v.last):
        h = households[j]
        contacts = indptr[j + 1] - indptr[j]
        spares = spare_yuan(h, p, today)
        lends = to_lend * share_for(p, contacts) * spares
        claim = max(0.0, -h.informal_yuan)
        h.cash_yuan += to_get * claim - (lends + to_give * (spares - lends))
        h.informal_yuan += (to_get + to_lose) * claim - lends
        h.kin_line_yuan = min(MOST_YUAN, line * contacts)
    till[KIN_LENT] += lent
    till[KIN_GIVEN] += given
    till[KIN_COLLECTED] += repaid


# ---- the opening ---------------------------------------------------------------------------------------------------


@rule
def open_village(households: Any, v: Village, p: P, today: Today, indptr: NDArray[np.int64]) -> None:
    """Whoever owes kin as the opening year begins owes neighbours who do not, by what each can spare."""
    offered = 0.0
    to_lend = 0.0
    owed = 0.0
    for j in range(v.first, v.last):
        h = households[j]
        offers = share_for(p, indptr[j + 1] - indptr[j]) * spare_yuan(h, p, today)
        offered += offers
        owed += h.informal_yuan
        if h.informal_yuan == 0.0:
            to_lend += offers
    line = promised(p, offered, indptr[v.last] - indptr[v.first])
    for j in range(v.first, v.last):
        h = households[j]
        contacts = indptr[j + 1] - indptr[j]
        if h.informal_yuan == 0.0 and to_lend > 0.0:
            h.informal_yuan = -p.kin_within * owed * share_for(p, contacts) * spare_yuan(h, p, today) / to_lend
        h.kin_line_yuan = min(MOST_YUAN, line * contacts)


@kernel
def open_kin(
    households: Any, villages: Any, params: Any, todays: Any, indptr: NDArray[np.int64], first: int, last: int
) -> None:
    """The opening balances among kin in villages `first` to `last` (exclusive)."""
    for i in range(first, last):
        open_village(households, villages[i], params[0], todays[0], indptr)
