"""Places at school: who wants one, what it costs the household, and whether that is within its means."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.household import Household
from sim.agents.village import Village
from sim.calendar.today import Today
from sim.core.rule import kernel, rule
from sim.economy.kin import informal_room
from sim.economy.needs import subsistence
from sim.parameters.packed import P

STAGES = ("kindergarten", "vocational", "senior", "university")
"""Stages with places, in the order of the parameters; fees of the first two are paid at once."""
BABES, TRADE, SENIOR, STUDENTS = range(len(STAGES))


@rule
def remoteness(v: Village, p: P) -> float:
    """How far a village is from schools in town, 0 to 1: distance, less what a good road makes up for."""
    return min(1.0, v.distance_km / p.far_km) * (1.0 - p.far_road * v.road)


@rule
def boarding(v: Village, p: P) -> float:
    """Share of a village's pupils of junior school who board."""
    return p.education_boards[0] + (p.education_boards[1] - p.education_boards[0]) * remoteness(v, p)


@rule
def wish(v: Village, p: P, stage: int) -> float:
    """Chance that a household of this village wants a place of a stage at all: less, the farther away it is."""
    return p.education_wish[stage] * (1.0 - p.education_far[stage] * remoteness(v, p))


@rule
def fee_due(v: Village, p: P, today: Today, stage: int) -> float:
    """Half a year's fee of a place, in yuan, before aid."""
    fee = p.education_fee_yuan[min(stage, TRADE)]
    if stage == SENIOR:
        fee = p.senior_fee_yuan * (1.0 - v.fees_met)
    elif stage == STUDENTS:
        fee = p.university_fee_yuan
    return 0.5 * today.cpi * fee


@rule
def can_pay(h: Household, v: Village, p: P, today: Today, stage: int, own_yuan: float) -> bool:
    """Whether it has its own part of a term's fee beyond bare living.

    Kindergarten and vocational school are paid at once; of senior school and university a part can be owed, and kin
    are asked, as where fees fall due.
    """
    at_hand = max(0.0, h.cash_yuan - p.guaranteed_share * subsistence(h, p, today))
    if stage < SENIOR:
        return at_hand >= own_yuan
    return at_hand + max(0.0, informal_room(h, v, p)) >= p.fees_reach * own_yuan


@kernel
def ask(
    rows: NDArray[np.int64], households: Any, villages: Any, params: Any, todays: Any,
    stage: int, aid: float, luck: NDArray[np.float64], fee_yuan: NDArray[np.float64], out: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Which of `rows` want a place and can pay what `aid` leaves of a term's fee, which `fee_yuan` takes up."""
    for i in range(rows.shape[0]):
        h = households[rows[i]]
        v = villages[h.village]
        fee_yuan[i] = fee_due(v, params[0], todays[0], stage)
        able = can_pay(h, v, params[0], todays[0], stage, (1.0 - aid) * fee_yuan[i])
        out[i] = able and luck[i] < wish(v, params[0], stage)


@kernel
def at_board(
    rows: NDArray[np.int64], households: Any, villages: Any, params: Any, todays: Any, out: NDArray[np.float64]
) -> None:
    """The share of pupils who board where each of `rows` lives."""
    for i in range(rows.shape[0]):
        out[i] = boarding(villages[households[rows[i]].village], params[0])
