"""The four lines a household can build up: orchard, livestock, greenhouse, small business.

Each has its own timing, limits and risk: an orchard bears nothing for four years; stock meets the limit of fodder;
a greenhouse wants hands and water; a business meets falling returns and a household's own hand for it. Hence the
gain from more money falls as money grows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.household import Household
from sim.agents.village import Village
from sim.calendar.today import Today
from sim.core.draws import decision, uniform
from sim.core.numerics import power
from sim.core.rule import rule
from sim.economy.crops import farm_quality
from sim.facts.lines import BUSINESS, GREENHOUSE, LIVESTOCK, ORCHARD
from sim.facts.sources import OPERATING
from sim.money.reasons import (
    ASSET_SALE,
    BUSINESS_TAKINGS,
    GREENHOUSE_SALE,
    LIVESTOCK_SALE,
    OPERATING_COST,
    ORCHARD_SALE,
)
from sim.money.till import receive, spend
from sim.parameters.packed import P

FROST = decision("orchard.frost")
DISEASE = decision("livestock.disease")
TRADE_LUCK = decision("business.luck")
GIVE_UP = decision("business.give_up")


@rule
def day_value(v: Village, p: P) -> float:
    """What a free working day could earn nearby, in yuan: the price of the household's own hands."""
    return v.local_wage_yuan * max(v.jobs_now, p.day_value_share)


@rule
def own_price(h: Household, v: Village, p: P, line: int) -> float:
    """What this household gets at its gate: more under a contract."""
    return v.gate_price[line] * (1.0 + p.contract_premium * h.contracted)


@rule
def bearing_share(age_years: float, p: P) -> float:
    """Share of a full crop that trees of this age bear: nothing before first fruit, all at full bearing."""
    if age_years < p.orchard_first_fruit_years:
        return 0.0
    span = p.orchard_full_years - p.orchard_first_fruit_years
    first = p.orchard_first_crop
    return min(1.0, first + (1.0 - first) * (age_years - p.orchard_first_fruit_years) / span)


@rule
def between(young: float, full: float, share: float) -> float:
    """What a mu of trees takes that bear `share` of a full crop."""
    return young + share * (full - young)


@rule
def tend_orchard(h: Household, v: Village, p: P, today: Today, till: NDArray[np.float64]) -> float:
    """Upkeep from March to August, apples in September and October.

    Returns:
        How far the crop fell short of a normal one, in yuan (negative: how far it was better).
    """
    if h.orchard_mu == 0.0 and h.block_mu == 0.0:
        return 0.0
    m = today.calendar_month - 1
    age_years = (today.month - h.block_month) / 12.0
    if h.block_mu > 0.0 and age_years >= p.orchard_full_years:
        h.orchard_mu += h.block_mu
        h.block_mu = 0.0
    bearing = h.orchard_mu + h.block_mu * bearing_share(age_years, p)
    v.supply[ORCHARD] += bearing
    young = between(p.block_cost_mu_yuan, p.orchard_cost_mu_yuan, bearing_share(age_years, p))
    upkeep = (h.orchard_mu * p.orchard_cost_mu_yuan + h.block_mu * young) * v.input_price * today.cpi
    cost = upkeep * p.orchard_cost_season[m]
    if cost > 0.0:
        spend(h, till, cost, OPERATING_COST)
        h.income_year[OPERATING] -= cost
    share = p.orchard_harvest_season[m]
    if share == 0.0 or bearing == 0.0:
        return 0.0
    normal = bearing * p.orchard_yield_kg_mu * p.orchard_terrain[v.terrain] * share
    normal *= farm_quality(h, v, p) * today.farm_trend
    frost = 1.0 + p.frost_luck * (2.0 * uniform(today.seed, FROST, h.key, today.year) - 1.0)
    takings = normal * frost * (1.0 - p.orchard_drought * (1.0 - v.weather)) * own_price(h, v, p, ORCHARD)
    receive(h, till, takings, ORCHARD_SALE)
    h.income_year[OPERATING] += takings
    return normal * v.expected_price[ORCHARD] - takings


@rule
def fodder_head(h: Household, v: Village, p: P) -> float:
    """How many ewe equivalents the household's straw and the village's grass can carry."""
    return p.fodder_base_head + h.land_mu * p.fodder_head_mu[v.terrain]


@rule
def keep_livestock(h: Household, v: Village, p: P, today: Today, till: NDArray[np.float64]) -> float:
    """Lambs and calves are sold over the year, most before the festival; more animals share the same fodder.

    Returns:
        The value of animals lost to disease, in yuan.
    """
    if h.livestock_head <= 0.0:
        return 0.0
    m = today.calendar_month - 1
    crowding = max(0.0, 1.0 - 0.5 * h.livestock_head / fodder_head(h, v, p))
    v.supply[LIVESTOCK] += h.livestock_head * crowding
    skill = 1.0 + p.skill_livestock * (h.farm_skill - p.farm_skill_mean)
    takings = (
        h.livestock_head
        * p.offspring_head
        * crowding
        * skill
        * h.labour_met
        * h.fortune
        * today.farm_trend
        * own_price(h, v, p, LIVESTOCK)
    )
    takings *= (
        p.livestock_season[m] * (1.0 - p.livestock_drought * max(0.0, 1.0 - v.weather)) * (1.0 - p.restocking_sales)
    )
    receive(h, till, takings, LIVESTOCK_SALE)
    h.income_year[OPERATING] += takings
    cost = h.livestock_head * p.livestock_cost_head_yuan * v.input_price * today.cpi / 12.0
    spend(h, till, cost, OPERATING_COST)
    h.income_year[OPERATING] -= cost
    # Beyond those that replace the old, some young are kept where there is fodder: they are not sold this year.
    kept = h.livestock_head * p.restocking / 12.0 * max(0.0, 1.0 - h.livestock_head / fodder_head(h, v, p))
    h.livestock_head += kept
    if uniform(today.seed, DISEASE, h.key, today.month) < p.disease_rate / 12.0:
        lost = h.livestock_head * p.disease_share
        h.livestock_head -= lost
        return lost * p.ewe_price_yuan * today.farm_trend
    return 0.0


@rule
def keep_greenhouse(h: Household, v: Village, p: P, today: Today, till: NDArray[np.float64]) -> None:
    """Vegetables out of season; film and frame wear out and are replaced."""
    if h.greenhouse_mu <= 0.0:
        return
    m = today.calendar_month - 1
    v.supply[GREENHOUSE] += h.greenhouse_mu
    skill = 1.0 + p.skill_greenhouse * (h.farm_skill - p.farm_skill_mean)
    takings = h.greenhouse_mu * p.greenhouse_yield_kg_mu * p.greenhouse_season[m] * v.level * skill * h.labour_met
    takings *= h.fortune * today.farm_trend * own_price(h, v, p, GREENHOUSE)
    receive(h, till, takings, GREENHOUSE_SALE)
    cost = (
        h.greenhouse_mu
        * v.input_price
        * today.cpi
        * (p.greenhouse_cost_mu_yuan * p.greenhouse_season[m] + p.greenhouse_wear_mu_yuan / 12.0)
    )
    spend(h, till, cost, OPERATING_COST)
    h.income_year[OPERATING] += takings - cost


@rule
def business_profit(h: Household, v: Village, p: P, capital_yuan: float) -> float:
    """A business's profit in a middling year at 2012 prices, before wear: falling returns to capital, less what must be
    paid each year however small it is."""
    takings = (
        h.talent * v.level * p.business_scale_yuan * power(capital_yuan / p.business_capital_yuan, p.business_alpha)
    )
    return takings - p.business_overhead_yuan


@rule
def run_business(h: Household, v: Village, p: P, today: Today, till: NDArray[np.float64]) -> None:
    """Takings net of goods bought, with luck month by month; wear of the capital is a cost and is made good.

    A business that no longer pays for the hands it takes is given up, and its capital sold below its worth.
    """
    if h.business_yuan <= 0.0:
        return
    overhead = p.business_overhead_yuan * today.spending_trend / 12.0
    normal = business_profit(h, v, p, h.business_yuan) * today.spending_trend / 12.0 + overhead
    v.supply[BUSINESS] += normal / today.spending_trend
    luck = 1.0 + p.trade_luck * (2.0 * uniform(today.seed, TRADE_LUCK, h.key, today.month) - 1.0)
    takings = normal * v.gate_price[BUSINESS] * luck * h.fortune * h.labour_met
    receive(h, till, takings, BUSINESS_TAKINGS)
    cost = overhead + h.business_yuan * p.business_wear / 12.0
    spend(h, till, cost, OPERATING_COST)
    v.trade_yuan += cost
    h.income_year[OPERATING] += takings - cost
    hands = p.business_days_month * day_value(v, p)
    weak = normal * v.gate_price[BUSINESS] - cost < p.business_patience * hands
    if weak and uniform(today.seed, GIVE_UP, h.key, today.month) < p.business_exit:
        receive(h, till, h.business_yuan * p.business_resale, ASSET_SALE)
        h.business_yuan = 0.0
