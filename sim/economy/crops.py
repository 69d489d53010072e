"""Staple crops: wheat in July, maize in October, rain or no rain."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.household import Household
from sim.agents.village import Village
from sim.calendar.today import Today
from sim.core.draws import decision, uniform
from sim.core.rule import rule
from sim.facts.lines import STAPLE
from sim.facts.sources import OPERATING
from sim.money.reasons import CROP_SALE, OPERATING_COST
from sim.money.till import receive, spend
from sim.parameters.packed import P

FIELD_LUCK = decision("crops.field_luck")


@rule
def farm_quality(h: Household, v: Village, p: P) -> float:
    """How well this household farms: its place, itself, its skill, the labour it gave (1 = middling)."""
    skill = 1.0 + p.skill_yield * (h.farm_skill - p.farm_skill_mean)
    return v.level * h.ability * h.fortune * skill * h.labour_met / p.usual_care


@rule
def open_land(h: Household) -> float:
    """Land of its own that it has in hand, in mu, without trees or a greenhouse: land is used once."""
    return h.land_mu + min(0.0, h.rented_mu) - h.orchard_mu - h.block_mu - h.greenhouse_mu


@rule
def staple_land(h: Household, p: P) -> float:
    """Land under staple crops, its own and rented, in mu; between young trees there is room for some."""
    return max(0.0, h.land_mu + h.rented_mu - h.orchard_mu - h.block_mu * (1.0 - p.intercropped) - h.greenhouse_mu)


@rule
def farm(h: Household, v: Village, p: P, today: Today, till: NDArray[np.float64]) -> float:
    """Sow in April and September, harvest in July and October; what is eaten at home is valued at the county's price,
    the road counts for what is sold.

    Returns:
        How far the harvest fell short of a normal one, in yuan (negative: how far it was better).
    """
    mu = staple_land(h, p)
    m = today.calendar_month - 1
    cost = mu * p.staple_cost_mu_yuan * v.input_price * today.cpi * p.staple_cost_season[m]
    if cost > 0.0:
        spend(h, till, cost, OPERATING_COST)
        h.income_year[OPERATING] -= cost
    share = p.staple_harvest_season[m]
    v.supply[STAPLE] += mu
    if share == 0.0 or mu == 0.0:
        return 0.0
    normal = mu * p.staple_yield_kg_mu * (1.0 + p.irrigation_yield * (v.irrigation - p.irrigation_mean)) * share
    normal *= farm_quality(h, v, p) * today.farm_trend
    luck = 1.0 + p.field_luck * (2.0 * uniform(today.seed, FIELD_LUCK, h.key, today.month) - 1.0)
    kilos = normal * v.weather * luck / today.farm_trend
    eaten = min(kilos, share * p.grain_eaten_kg * h.persons)
    takings = today.farm_trend * (eaten * v.eaten_price + (kilos - eaten) * v.gate_price[STAPLE])
    receive(h, till, takings, CROP_SALE)
    h.income_year[OPERATING] += takings
    usual = normal / today.farm_trend
    eaten = min(usual, share * p.grain_eaten_kg * h.persons)
    worth = eaten * v.eaten_price / v.gate_price[STAPLE] + usual - eaten
    return today.farm_trend * worth * v.expected_price[STAPLE] - takings
