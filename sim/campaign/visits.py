"""A cadre's day in the field, and what a visit is worth.

A visit is entered in the book whether or not it had substance. One with substance finds what the household needs and
carries one service: it tells of a programme, helps with papers, connects to work. Beside it comes what a good
conversation brings through the channels that are open: papers, advice, early warning. One without leaves the door a
little less open than before.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.cadre import Cadre
from sim.agents.household import Household
from sim.agents.village import Village
from sim.calendar.today import Today
from sim.core.draws import decision, pair_key, uniform
from sim.core.rule import kernel, rule
from sim.facts.causes import FITS
from sim.facts.channels import ADVICE, CAUSE, PAPERS, WARNING
from sim.facts.lines import N_LINES
from sim.facts.topics import HELPED, KNOWS_CREDIT, KNOWS_INDUSTRY, KNOWS_JOBS, KNOWS_TRAINING
from sim.parameters.packed import P

GO_OUT = decision("visits.go_out")
SUBSTANCE = decision("visits.substance")
LAST_CALL = decision("visits.last_call")


@rule
def need(h: Household) -> int:
    """The first thing a good conversation would come to: work, credit, an industry, a course, or help with papers."""
    if h.workers - h.migrants >= 2 and not (h.knows >> KNOWS_JOBS) & 1:
        return KNOWS_JOBS
    if not (h.knows >> KNOWS_CREDIT) & 1:
        return KNOWS_CREDIT
    if not (h.knows >> KNOWS_INDUSTRY) & 1:
        return KNOWS_INDUSTRY
    if not (h.knows >> KNOWS_TRAINING) & 1:
        return KNOWS_TRAINING
    return HELPED


@rule
def match(c: Cadre, service: int) -> float:
    """How well the cadre's own knowledge fits what is needed."""
    if service == KNOWS_JOBS:
        return c.jobs
    if service in (KNOWS_CREDIT, HELPED):
        return c.finance
    return c.farm


@rule
def bring(c: Cadre, h: Household, p: P, channels: int) -> None:
    """What comes with a visit that has substance, by channel.

    What fits the registered cause is told of too; papers are put in order; a cadre who knows farming sets wrong hopes
    and fears of a line right; who is uninsured is entered in the medical scheme, and who is ill is brought to a doctor
    sooner.
    """
    if (channels >> CAUSE) & 1 and h.registered > 0 and FITS[h.cause] >= 0:
        h.knows |= 1 << FITS[h.cause]
    if (channels >> PAPERS) & 1:
        h.knows |= 1 << HELPED
    if (channels >> ADVICE) & 1:
        for line in range(N_LINES - 1):
            h.trust[line] += p.visit_advice * c.farm * (1.0 - h.trust[line])
    if (channels >> WARNING) & 1:
        h.insured = 1
        h.ill_months = int(h.ill_months * (1.0 - p.visit_referral))


@rule
def visit(c: Cadre, h: Household, p: P, today: Today, substance_lever: float, effects: int, channels: int) -> int:
    """One visit; `channels` has a bit for each way in which it acts.

    Returns:
        -1 if it had no substance, otherwise the service it carried.
    """
    service = need(h)
    chance = p.substance_base * substance_lever * c.effort * (1.0 - p.substance_standing * (1.0 - c.standing))
    chance *= 1.0 + p.substance_match * (match(c, service) - p.cadre_knowledge)
    chance *= 1.0 - p.substance_fatigue * c.fatigue
    c.visits += 1
    if uniform(today.seed, SUBSTANCE, pair_key(c.key, h.key), today.day) >= chance:
        if effects > 0:
            h.satisfaction = max(0.0, h.satisfaction - p.empty_visit)
            c.standing = max(0.0, c.standing - p.standing_rate * p.empty_visit)
        return -1
    c.substance += 1
    if effects > 0:
        if service < HELPED:
            h.knows |= 1 << service
        bring(c, h, p, channels)
        h.awareness += p.visit_awareness * (1.0 - h.awareness)
        h.drive += p.visit_drive * (1.0 - h.drive)
        h.satisfaction += p.visit_satisfaction * (1.0 - h.satisfaction)
        c.standing += p.standing_rate * p.visit_satisfaction * (1.0 - c.standing)
    return service


@rule
def field_day(
    c: Cadre,
    v: Village,
    households: Any,
    mine: NDArray[np.int64],
    p: P,
    today: Today,
    lever: NDArray[np.float64],
    days_to_come: int,
    told: NDArray[np.float64],
    reached: NDArray[np.bool_],
    helped: NDArray[np.int64],
) -> float:
    """A cadre goes out, or not; if so, calls on as many of their households as the road allows, in turn.

    Field days are spread over the working days to come; a cadre whose households have all had their visits stays
    at the desk. A day is asked for (`told[4]`) where visits call for one, whether or not the cadre has one left.
    `helped` keeps the month of a household's last visit with substance.

    Returns:
        Days used (0 or 1).
    """
    per_day, wanted_visits, substance, effects = lever[0], lever[1], lever[2], int(lever[3])
    channels = int(lever[4])
    c.fatigue *= 1.0 - p.rest_rate
    if c.count == 0 or c.visits >= wanted_visits * c.count:
        return 0.0
    turn = uniform(today.seed, GO_OUT, c.key, today.day) * max(1.0, float(days_to_come))
    if turn >= (wanted_visits * c.count - c.visits) / per_day + 1.0:
        return 0.0
    told[4] += 1.0
    if c.days_left < 1.0 or turn >= c.days_left:
        return 0.0
    c.days_left -= 1.0
    c.days_used += 1.0
    c.fatigue = min(1.0, c.fatigue + p.tire_rate)
    slow = 1.0 - p.far_loss * min(1.0, v.distance_km / p.far_km) * (1.0 - p.far_road * v.road)
    # The part of a call left over is made on some days: one keyed draw.
    calls = min(c.count, max(1, int(per_day * slow + uniform(today.seed, LAST_CALL, c.key, today.day))))
    for _ in range(calls):
        j = mine[c.first + c.next]
        c.next = (c.next + 1) % c.count
        service = visit(c, households[j], p, today, substance, effects, channels)
        reached[j] = True
        told[0] += 1.0
        if service >= 0:
            told[1] += 1.0
            helped[j] = today.month
            if service < HELPED:
                told[2] += 1.0
    return 1.0


@kernel
def cadres_go_out(
    households: Any,
    villages: Any,
    params: Any,
    todays: Any,
    cadres: Any,
    mine: NDArray[np.int64],
    lever: NDArray[np.float64],
    days_to_come: int,
    on: NDArray[np.bool_],
    told: NDArray[np.float64],
    reached: NDArray[np.bool_],
    helped: NDArray[np.int64],
    first: int,
    last: int,
) -> None:
    """A field day of every cadre in villages `first` to `last` (exclusive); `told` has one row a village."""
    p = params[0]
    today = todays[0]
    for i in range(first, last):
        if not on[i]:
            continue
        v = villages[i]
        for k in range(v.first_cadre, v.last_cadre):
            used = field_day(cadres[k], v, households, mine, p, today, lever, days_to_come, told[i], reached, helped)
            told[i, 3] += used
