"""What surveys ask of a livelihood: a business's sales and profit, a field's yield."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.core.rule import kernel
from sim.economy.crops import farm_quality
from sim.economy.industries import business_profit
from sim.facts.lines import BUSINESS

if TYPE_CHECKING:
    from sim.model import VillageModel


@kernel
def _businesses(
    households: Any,
    villages: Any,
    params: Any,
    todays: Any,
    revenue: NDArray[np.float64],
    profit: NDArray[np.float64],
) -> None:
    p = params[0]
    today = todays[0]
    for i in range(households.shape[0]):
        h = households[i]
        if h.business_yuan > 0.0:
            v = villages[h.village]
            overhead = p.business_overhead_yuan * today.business_trend
            takings = business_profit(h, v, p, h.business_yuan) * today.business_trend + overhead
            revenue[i] = takings * v.gate_price[BUSINESS] * h.care
            profit[i] = revenue[i] - overhead - h.business_yuan * p.business_wear


@kernel
def _yields(households: Any, villages: Any, params: Any, out: NDArray[np.float64]) -> None:
    p = params[0]
    for i in range(households.shape[0]):
        h = households[i]
        v = villages[h.village]
        watered = 1.0 + p.irrigation_yield * (v.irrigation - p.irrigation_mean)
        out[i] = p.staple_yield_kg_mu * watered * farm_quality(h, v, p)


def business_result(model: VillageModel) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sales (net of goods bought) and profit of each household's business, yuan a year, at today's capital and prices.

    Luck of the month is left out; a household without a business has none of either.
    """
    revenue, profit = np.zeros(len(model.households)), np.zeros(len(model.households))
    model.engine.call(
        _businesses, model.households, model.villages, model._p_row, model.today_rows, revenue, profit
    )
    return revenue, profit


def staple_yield_kg_mu(model: VillageModel) -> NDArray[np.float64]:
    """What each household's fields would bear in a year of normal weather and luck, kg a mu."""
    out = np.zeros(len(model.households))
    model.engine.call(_yields, model.households, model.villages, model._p_row, out)
    return out
