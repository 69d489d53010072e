"""Relatives and friends: they lend, give and are repaid, and it is neighbours who do so, out of what they can spare.

A household has one balance with all its kin, `informal_yuan`: above zero it owes, below zero it is owed. During the month
it borrows, is helped out and pays back by itself; at the month's end the village settles: lenders put up what was lent
and given, in proportion to what each can spare, and what was paid back or let off goes by what each is owed. In between,
what stands between the two are sums of the village, so nothing depends on who comes first.
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

MOST_YUAN = 2.0**30
"""As much as the column of what kin would lend can hold; nobody is ever lent so much."""


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
    return min(room, float(h.kin_line_yuan)) if p.kin_within > 0.0 else room


@rule
def borrow_from_relatives(
    h: Household, v: Village, p: P, today: Today, till: NDArray[np.float64], wanted: float
) -> None:
    """Relatives and friends lend without interest, as far as there is room."""
    loan = max(0.0, min(wanted, informal_room(h, v, p)))
    if loan > 0.0:
        receive(h, till, loan, INFORMAL_LOAN)
        h.informal_yuan += loan
        h.kin_line_yuan = int(max(0.0, h.kin_line_yuan - loan))


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
    """Part of what it owes beyond what it would be lent today is forgiven, in yuan: who earns less cannot pay it back."""
    beyond = max(0.0, h.informal_yuan - informal_limit_yuan(h, v, p))
    forgiven = p.kin_forgiven / 12.0 * beyond
    h.informal_yuan -= forgiven
    return forgiven


@rule
def offer(h: Household, p: P, today: Today, contacts: int) -> float:
    """What it can put up for others, in yuan: a share of cash over its buffer for each contact, at most all of it."""
    spare = h.cash_yuan - buffer(h, p, today) - h.due_soon_yuan
    return max(0.0, spare) * min(1.0, p.kin_share * contacts)


@rule
def promise(h: Household, p: P, offered: float, contacts: int, all_contacts: int) -> None:
    """What kin would lend it until the next month's end: its contacts' part of what the village offers, whole yuan.

    Together that is no more than is offered; with kin elsewhere, who lend along with neighbours, so much more.
    """
    line = offered * contacts / max(1.0, float(all_contacts)) / p.kin_within
    h.kin_line_yuan = int(min(MOST_YUAN, line))


@rule
def settle_village(
    households: Any, v: Village, p: P, today: Today, till: NDArray[np.float64], indptr: NDArray[np.int64]
) -> None:
    """Neighbours put up what was lent and given this month, and get what was paid back; then what they offer next.

    What neighbours cannot put up comes from kin elsewhere (the account of relatives), who are repaid in proportion.
    """
    offered = 0.0
    owed = 0.0
    claims = 0.0
    forgiven = 0.0
    for j in range(v.first, v.last):
        h = households[j]
        forgiven += let_off(h, v, p)
        offered += offer(h, p, today, indptr[j + 1] - indptr[j])
        owed += max(0.0, h.informal_yuan)
        claims += max(0.0, -h.informal_yuan)
    lent = min(offered, p.kin_within * till[INFORMAL_LOAN])
    given = min(offered - lent, p.kin_within * till[INFORMAL_GIFT])
    elsewhere = max(0.0, owed - claims - till[INFORMAL_LOAN] + till[INFORMAL_REPAID] + forgiven)
    within = claims / (claims + elsewhere) if claims > 0.0 else 0.0
    repaid = min(claims, within * till[INFORMAL_REPAID])
    forgiven = min(claims - repaid, within * forgiven)
    to_lend = lent / offered if offered > 0.0 else 0.0
    to_give = given / offered if offered > 0.0 else 0.0
    to_get = repaid / claims if claims > 0.0 else 0.0
    to_lose = forgiven / claims if claims > 0.0 else 0.0
    left = offered - lent - given
    for j in range(v.first, v.last):
        h = households[j]
        contacts = indptr[j + 1] - indptr[j]
        offers = offer(h, p, today, contacts)
        claim = max(0.0, -h.informal_yuan)
        spend(h, till, to_lend * offers, KIN_LENT)
        spend(h, till, to_give * offers, KIN_GIVEN)
        receive(h, till, to_get * claim, KIN_COLLECTED)
        h.informal_yuan += (to_get + to_lose) * claim - to_lend * offers
        if p.kin_within > 0.0:
            promise(h, p, left, contacts, indptr[v.last] - indptr[v.first])


@kernel
def settle_kin(
    households: Any,
    villages: Any,
    params: Any,
    todays: Any,
    tills: NDArray[np.float64],
    indptr: NDArray[np.int64],
    first: int,
    last: int,
) -> None:
    """Kin settle in villages `first` to `last` (exclusive)."""
    for i in range(first, last):
        settle_village(households, villages[i], params[0], todays[0], tills[i], indptr)


# ---- the opening ---------------------------------------------------------------------------------------------------


@rule
def open_village(households: Any, v: Village, p: P, today: Today, indptr: NDArray[np.int64]) -> None:
    """Whoever owes kin as the opening year begins owes neighbours who do not, by what each can spare."""
    offered = 0.0
    to_lend = 0.0
    owed = 0.0
    for j in range(v.first, v.last):
        h = households[j]
        offers = offer(h, p, today, indptr[j + 1] - indptr[j])
        offered += offers
        owed += h.informal_yuan
        if h.informal_yuan == 0.0:
            to_lend += offers
    for j in range(v.first, v.last):
        h = households[j]
        contacts = indptr[j + 1] - indptr[j]
        if h.informal_yuan == 0.0 and to_lend > 0.0:
            h.informal_yuan = -p.kin_within * owed * offer(h, p, today, contacts) / to_lend
        if p.kin_within > 0.0:
            promise(h, p, offered, contacts, indptr[v.last] - indptr[v.first])


@kernel
def open_kin(
    households: Any, villages: Any, params: Any, todays: Any, indptr: NDArray[np.int64], first: int, last: int
) -> None:
    """The opening balances among kin in villages `first` to `last` (exclusive)."""
    for i in range(first, last):
        open_village(households, villages[i], params[0], todays[0], indptr)
