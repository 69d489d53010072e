"""Trees planted in the run: when they bear for the first time, and when in full."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.evidence.living import by_reason, quiet_plan
from experiments.evidence.nulls import NullWorld
from experiments.evidence.registry import measure, view
from sim import VillageModel
from sim.indicators.land import own_mu

START, MONTHS = "2011-01-01", 120
PLANTED_MONTH = 3
BLOCK_MU = 0.5


@dataclass
class Orchards:
    """Years from planting (March) to the first month with apples to sell, and to full bearing."""

    first_fruit_years: float = float("nan")
    full_bearing_years: float = float("nan")


@view(villages=3, quick=3, seeds=4)
def orchards(villages: int, seed: int, null: NullWorld | None = None) -> Orchards:
    """Every orchard is cleared and every household plants half a mu, as far as its land goes; ten years are watched."""
    model = VillageModel(quiet_plan(villages, seed, START, MONTHS, null), rng=seed)
    h = model.households
    h["orchard_mu"], h["block_month"] = 0.0, PLANTED_MONTH
    h["block_mu"] = np.minimum(BLOCK_MU, own_mu(h) - h["greenhouse_mu"])
    seen, sold = Orchards(), 0.0
    for month in model.months():
        years = (month - PLANTED_MONTH) / 12.0
        now = by_reason(model).get("orchard sales", 0.0)
        if now > sold and seen.first_fruit_years != seen.first_fruit_years:
            seen.first_fruit_years = years
        sold = now
        if (h["orchard_mu"] > 0.0).any():
            seen.full_bearing_years = years
            break
    model.close()
    return seen


@measure("orchards")
def orchard_first_fruit(seen: Orchards) -> float:
    """Years from planting in March to the first apples sold."""
    return seen.first_fruit_years


@measure("orchards")
def orchard_full_bearing(seen: Orchards) -> float:
    """Years from planting in March to a full crop."""
    return seen.full_bearing_years
