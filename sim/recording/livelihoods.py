"""What surveys ask of a livelihood: a business's sales and profit, a field's yield, days of work."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.rule import kernel
from sim.county import County
from sim.economy.crops import farm_quality, staple_land
from sim.economy.industries import business_profit
from sim.economy.labour import days_needed, farm_days, hands_days, months_at_work
from sim.economy.nearby import days_at_home, days_nearby
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


@kernel
def _days(
    rows: NDArray[np.int64],
    households: Any,
    villages: Any,
    params: Any,
    todays: Any,
    months: Any,
    farm: NDArray[np.float64],
    local: NDArray[np.float64],
) -> None:
    p = params[0]
    for i in rows:
        h = households[i]
        v = villages[h.village]
        for month in months:
            days = hands_days(h, p, months_at_work(h, v, p, month))
            m, grain = month.calendar_month - 1, staple_land(h, p)
            needed = days_needed(h, p, month, m, grain)
            farm[i] += farm_days(h, p, month, m, grain) * min(1.0, days / needed) if needed > 0.0 else 0.0
            local[i] += days_nearby(h, v, p, max(0.0, days - needed - days_at_home(h, p, month)))


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


def work_days(county: County, year: bool = False) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Days of each household on its own farm (fields, trees, animals, greenhouses) and in paid work nearby.

    Reckoned by the rules of labour from how a household stands now, at a month's end: no column keeps them.

    Args:
        county: The county at a month's end, or on the eve of the run.
        year: Whether to count the twelve months of a calendar year as it stands now, instead of this month.
    """
    months = county.today.repeated(12 if year else 1)
    if year:
        months["calendar_month"], months["year"] = np.arange(1, 13), county.clock.opening.year - 1
    farm, local = np.zeros(len(county.keys)), np.zeros(len(county.keys))
    county.apply(_days, np.arange(len(county.keys)), months, farm, local)
    return farm, local
