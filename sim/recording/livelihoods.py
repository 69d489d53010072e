"""What surveys ask of a livelihood: a business's sales and profit, a field's yield."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.rule import kernel
from sim.county import County
from sim.economy.crops import farm_quality
from sim.economy.industries import business_profit
from sim.facts.lines import BUSINESS


@kernel
def _businesses(
    rows: NDArray[np.int64],
    households: Any,
    villages: Any,
    params: Any,
    todays: Any,
    revenue: NDArray[np.float64],
    profit: NDArray[np.float64],
) -> None:
    p = params[0]
    today = todays[0]
    for i in rows:
        h = households[i]
        if h.business_yuan > 0.0:
            v = villages[h.village]
            overhead = p.business_overhead_yuan * today.spending_trend
            takings = business_profit(h, v, p, h.business_yuan) * today.spending_trend + overhead
            revenue[i] = takings * v.gate_price[BUSINESS] * h.fortune * h.labour_met
            profit[i] = revenue[i] - overhead - h.business_yuan * p.business_wear


@kernel
def _yields(
    rows: NDArray[np.int64], households: Any, villages: Any, params: Any, todays: Any, out: NDArray[np.float64]
) -> None:
    p = params[0]
    for i in rows:
        h = households[i]
        v = villages[h.village]
        watered = 1.0 + p.irrigation_yield * (v.irrigation - p.irrigation_mean)
        out[i] = p.staple_yield_kg_mu * watered * farm_quality(h, v, p)


def business_result(county: County) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sales (net of goods bought) and profit of each household's business, yuan a year, at today's capital and prices.

    Luck of the month is left out; a household without a business has none of either.
    """
    revenue, profit = np.zeros(len(county.keys)), np.zeros(len(county.keys))
    county.apply(_businesses, np.arange(len(county.keys)), revenue, profit)
    return revenue, profit


def staple_yield_kg_mu(county: County) -> NDArray[np.float64]:
    """What each household's fields would bear in a year of normal weather and luck, kg a mu."""
    out = np.zeros(len(county.keys))
    county.apply(_yields, np.arange(len(county.keys)), out)
    return out
