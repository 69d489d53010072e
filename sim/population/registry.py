"""The poverty registry's yearly review: who is seen to be poor, whom the village votes for, who leaves and who enters.

Once a year, in December, villages look at everybody. The committee counts income, with errors, and looks at the "two
worries and three guarantees": food and clothing, school, health, house. Villagers vote, and know one another better
than any form does, with errors of their own. Those above the line leave; where too few do, those who look best off are
entered as having left, because exits are what is asked for. Entries have a quota.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.today import Today
from sim.core.draws import decision, uniforms
from sim.core.numerics import exp_array, log_array, norm_ppf_array
from sim.facts.causes import ILLNESS
from sim.facts.months import DECEMBER
from sim.parameters.packed import P
from sim.population.flags import causes_of
from sim.population.synthetic.world import World

COMMITTEE = decision("registry.review.committee")
VOTE = decision("registry.review.vote")
NEW_CAUSE = decision("registry.review.cause")
HELD = decision("registry.review.held")

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


def review(world: World, p: P, today: Today, known: Mask) -> None:
    """The review of a year; nothing happens in other months, or in villages that hold none.

    The registry that a run opens with is that of its first year, which is not reviewed again.

    Args:
        world: Its households are written: `registered`, and the cause of those who enter. What the registry believes of
            incomes (`perceived_yuan`) is new too.
        p: Parameters.
        today: Today's facts.
        known: Households that a cadre has visited with substance, so that the ledger errs less about them.
    """
    if today.calendar_month != DECEMBER or today.month < 12:
        return
    h, v = world.households, world.villages
    held = uniforms(today.seed, HELD, v["key"].astype(np.int64), today.year) < p.review_held
    if not held.any():
        return
    earned = earned_a_head(h)
    noise = p.review_noise * np.where(known, 1.0 - p.ledger_corrected, 1.0)
    committee = _seen(earned, noise, h, today, COMMITTEE)
    world.perceived_yuan = np.where(held[h["village"]], committee, world.perceived_yuan)
    villagers = _seen(earned, p.review_vote_noise, h, today, VOTE)
    well_off = (1.0 - p.review_vote) * log_array(committee) + p.review_vote * log_array(villagers)
    well_off -= log_array(np.full(1, today.line_yuan))[0] + p.review_worry * worries(h, p, today)
    was = h["registered"] == 1
    for i in np.flatnonzero(held):
        mine = slice(int(v["first"][i]), int(v["last"][i]))
        h["registered"][mine] = decided(well_off[mine], was[mine], h["key"][mine], p)
    new, causes = missing_causes(h, p, today)
    h["cause"][new] = causes


def missing_causes(
    h: NDArray[Any], p: P, today: Today, illness: bool = True
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A cause of poverty for everybody in the registry who has never had one.

    Args:
        h: All households.
        p: Parameters.
        today: Today's facts.
        illness: Whether illness may be named. Whoever is registered for it is ill more often (7.3), so that a list that
            names it makes people ill.

    Returns:
        Their rows, and the cause of each.
    """
    weights = p.cause_shares if illness else [0.0 if k + 1 == ILLNESS else w for k, w in enumerate(p.cause_shares)]
    new = np.flatnonzero((h["registered"] == 1) & (h["cause"] == 0)).astype(np.int64)
    return new, causes_of(h[new], p, weights, uniforms(today.seed, NEW_CAUSE, _keys(h[new]), today.year))


def earned_a_head(h: NDArray[Any]) -> Floats:
    """Income of the last twelve months, yuan a head."""
    return np.asarray(h["counted_yuan"].sum(axis=1) / h["persons"])


def worries(h: NDArray[Any], p: P, today: Today) -> Floats:
    """How many of food and clothing, school, health and house are wanting, 0 to 4.

    Food and clothing: it lives on less than a part of the line. School: somebody left school young. Health: outside the
    medical scheme, or ill. House: not sound.
    """
    fed = h["consumption_last_yuan"] >= p.review_food * today.line_yuan * h["persons"]
    healthy = (h["insured"] == 1) & (h["ill_months"] == 0)
    return np.asarray(1.0 * ~fed + (h["leavers"] > 0) + ~healthy + (h["house"] == 0))


def decided(well_off: Floats, was: Mask, keys: NDArray[np.int64], p: P) -> NDArray[np.int8]:
    """Who is registered after a village's review.

    Args:
        well_off: How well off each household seems, in log points above the line.
        was: Who was registered.
        keys: Stable keys: ties go by them.
        p: Parameters.
    """
    now = was.astype(np.int8)
    order = np.lexsort((keys, well_off))
    inside, outside = order[was[order]], order[~was[order]]
    leaves = int((well_off[inside] > p.review_margin).sum())
    asked = int(p.review_exits * len(inside))
    leaves += int(p.review_pressure * max(0, asked - leaves))
    now[inside[len(inside) - leaves :]] = 0
    enters = min(int((well_off[outside] < -p.review_margin).sum()), int(p.review_entries * len(inside) + 0.5))
    now[outside[:enters]] = 1
    return now


def _keys(h: NDArray[Any]) -> NDArray[np.int64]:
    return np.asarray(h["key"].astype(np.int64))


def _seen(earned: Floats, noise: Floats | float, h: NDArray[Any], today: Today, event: int) -> Floats:
    """Income a head as somebody sees it, at least a yuan."""
    z = norm_ppf_array(uniforms(today.seed, event, _keys(h), today.year))
    return np.asarray(np.maximum(1.0, np.maximum(earned, 1.0) * exp_array(noise * z)))
