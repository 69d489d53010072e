"""Posts of cadres: who comes to a post brings along what they know and how they work, and is a stranger there."""

from __future__ import annotations

import numpy as np

from sim.core.numerics import total
from sim.policies.policy import County, Policy, RowsOf

GOES_WITH = "goes with a cadre: "
"""Start of the names under which other policies share what they keep of each cadre, and would have go along."""


def change_posts(county: County, posts: RowsOf, comes: RowsOf, loses: float) -> None:
    """Have those of the posts `comes` take the posts `posts`, both of the same cadres; households, days and book stay.

    Args:
        county: The county.
        posts: Rows of `county.cadres`.
        comes: Who comes to each of them, by the row of the post held so far.
        loses: Share of their standing that strangers have not.
    """
    c = county.cadres
    c["key"][posts] = c["key"][comes]
    c["farm"][posts] = c["farm"][comes]
    c["finance"][posts] = c["finance"][comes]
    c["jobs"][posts] = c["jobs"][comes]
    c["effort"][posts] = c["effort"][comes]
    c["fatigue"][posts] = c["fatigue"][comes]
    c["standing"][posts] = c["standing"][comes] * (1.0 - loses)
    for name, kept in sorted(county.shared.items()):
        if name.startswith(GOES_WITH):
            kept[posts] = kept[comes]


def take_moving_days(policy: Policy, county: County, who: RowsOf) -> None:
    """Days for handing over, and for getting to know a place, as far as they have any."""
    c = county.cadres
    each = c["days_left"][who].clip(0.0, county.p.move_days)
    c["days_left"][who] -= each
    c["days_used"][who] += each
    by_village = np.bincount(c["village"][who], weights=each, minlength=len(county.villages)).astype(np.float64)
    county.cadre_days.note(by_village, by_village)
    cost_yuan = total(by_village) * county.profile.support.day_cost_yuan
    policy.book.costs["cadre_days_yuan"] += cost_yuan
    policy.book.met_yuan += cost_yuan
