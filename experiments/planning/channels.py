"""Ways to earn more, household by household: what a unit brings in a year, how many there is room for, what each takes.

Reckoned by the rules of the model at a year's normal prices, without the luck of a year. Hands that a line takes are
priced at what they could earn nearby.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.rule import kernel
from sim.county import County
from sim.economy.crops import farm_quality, open_land
from sim.economy.industries import day_value, fodder_head
from sim.economy.investment import free_days_year, takes_more_trees
from sim.economy.labour import pay_away
from sim.facts.lines import GREENHOUSE, LIVESTOCK, ORCHARD, STAPLE
from sim.facts.terrains import HILLS

Floats = NDArray[np.float64]
CHANNELS = {
    "fruit": ("Fruit trees", "果园", "mu", "亩"),
    "animals": ("Sheep (ewe equivalents)", "养羊（折合母羊）", "head", "只"),
    "vegetables": ("Vegetables under glass", "大棚蔬菜", "mu", "亩"),
    "work": ("Skilled work away", "技能外出务工", "workers", "人"),
}
"""Each way: its name and unit in English and Chinese."""
FRUIT, ANIMALS, VEGETABLES, WORK = range(len(CHANNELS))


@dataclass(frozen=True)
class Room:
    """What the households could do more, a row a household.

    Attributes:
        brings_yuan: What a unit brings in a year, by channel; of animals the first head, where fodder is plenty.
        room: How many units there is room for, each channel alone.
        days_unit: Working days a year that a unit takes.
        land_unit: Land that a unit takes, mu.
        cost_unit_yuan: What it costs to set up a unit.
        days: Working days a year that are free.
        land_mu: Land in hand without trees or glass.
        crowding: What each further head takes off what a head brings, yuan a head and year.
    """

    brings_yuan: Floats
    room: Floats
    days_unit: Floats
    land_unit: Floats
    cost_unit_yuan: Floats
    days: Floats
    land_mu: Floats
    crowding: Floats


@kernel
def _reckon(rows: NDArray[np.int64], households: Any, villages: Any, params: Any, todays: Any, out: Floats) -> None:
    """For each household: what a unit of each channel brings, room for each, free days, free land, crowding."""
    p = params[0]
    today = todays[0]
    months = 0.0
    for m in range(12):
        months += p.away_season[m]
    for i in range(rows.shape[0]):
        h = households[rows[i]]
        v = villages[h.village]
        days = free_days_year(h, p)
        land = max(0.0, open_land(h))
        wage = day_value(v, p)
        inputs = v.input_price * today.cpi
        quality = farm_quality(h, v, p)
        grain = p.staple_yield_kg_mu * v.expected_price[STAPLE] * today.farm_trend - p.staple_cost_mu_yuan * inputs
        crop = p.orchard_yield_kg_mu * p.orchard_terrain[v.terrain] * quality * today.farm_trend
        out[i, 0] = crop * v.expected_price[ORCHARD] - p.orchard_cost_mu_yuan * inputs
        out[i, 0] -= p.orchard_days_mu * wage + max(0.0, grain * v.level)
        skill = h.farm_skill - p.farm_skill_mean
        head = p.offspring_head * (1.0 + p.skill_livestock * skill) * h.labour_met * today.farm_trend
        head *= v.expected_price[LIVESTOCK]
        fodder = fodder_head(h, v, p)
        crowded = max(0.0, 1.0 - h.livestock_head / fodder)
        loss = p.disease_rate * p.disease_share * p.ewe_price_yuan * today.farm_trend
        out[i, 1] = head * crowded - p.livestock_cost_head_yuan * inputs - p.livestock_days_head * wage - loss
        glass = p.greenhouse_yield_kg_mu * v.level * (1.0 + p.skill_greenhouse * skill) * h.labour_met
        out[i, 2] = glass * today.farm_trend * v.expected_price[GREENHOUSE]
        out[i, 2] -= (p.greenhouse_cost_mu_yuan + p.greenhouse_wear_mu_yuan) * inputs + p.greenhouse_days_mu * wage
        paid = (1.0 - p.kept_away) * pay_away(h, v, p) - p.living_away_yuan * today.wage_trend
        out[i, 3] = months * v.away_months * (paid - p.work_days_month * wage)
        own = p.orchard_land_share * h.land_mu - h.orchard_mu - h.block_mu - h.greenhouse_mu
        if takes_more_trees(h, p, today):
            out[i, 4] = max(0.0, min(own, land, days / p.orchard_days_mu)) * p.line_open[ORCHARD - 1]
        out[i, 5] = max(0.0, min(fodder - h.livestock_head, days / p.livestock_days_head)) * p.line_open[LIVESTOCK - 1]
        if v.terrain != HILLS and v.irrigation >= p.greenhouse_irrigation:
            mu = min(p.greenhouse_max_mu - h.greenhouse_mu, land, days / p.greenhouse_days_mu)
            out[i, 6] = max(0.0, mu) * p.line_open[GREENHOUSE - 1]
        out[i, 7] = float(max(0, h.workers - h.migrants))
        out[i, 8] = days
        out[i, 9] = land
        out[i, 10] = 0.5 * head / fodder


def room_of(county: County, training_yuan: float) -> Room:
    """What every household could do more, as it stands at this moment.

    Args:
        county: A county on any day; its prices and wages are those of today.
        training_yuan: What teaching one worker a trade costs.
    """
    n, p, today = len(county.households), county.p, county.today
    found = np.zeros((n, 11))
    county.apply(_reckon, np.arange(n), found)
    days_away = p.work_days_month * float(sum(p.away_season))
    return Room(
        brings_yuan=found[:, :4],
        room=found[:, 4:8],
        days_unit=np.array([p.orchard_days_mu, p.livestock_days_head, p.greenhouse_days_mu, days_away]),
        land_unit=np.array([1.0, 0.0, 1.0, 0.0]),
        cost_unit_yuan=np.array(
            [
                p.orchard_plant_mu_yuan * today.cpi,
                p.ewe_price_yuan * today.farm_trend,
                p.greenhouse_build_mu_yuan * today.cpi,
                training_yuan + p.leave_cost_yuan * today.cpi,
            ]
        ),
        days=found[:, 8],
        land_mu=found[:, 9],
        crowding=found[:, 10],
    )


def within(then: Room, now: Room) -> Room:
    """What there is room for both as it is set up and in the year it is for, at the prices of both."""
    return Room(
        brings_yuan=then.brings_yuan,
        room=np.minimum(then.room, now.room),
        days_unit=then.days_unit,
        land_unit=then.land_unit,
        cost_unit_yuan=now.cost_unit_yuan,
        days=np.minimum(then.days, now.days),
        land_mu=np.minimum(then.land_mu, now.land_mu),
        crowding=then.crowding,
    )
