"""Land changes hands for a year: each March a village's land is let at the rent at which it finds takers.

Who lacks the hands for its land, or to whom it is worth less than the rent, offers it; who has hands and money to spare
and to whom it is worth more asks for it. Where not even free land finds a taker, what is offered lies idle.
"""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.household import Household
from sim.agents.village import Village
from sim.calendar.today import Today
from sim.core.draws import decision, uniform
from sim.core.rule import kernel, rule
from sim.economy.crops import open_land, staple_land
from sim.economy.industries import day_value
from sim.economy.investment import fear
from sim.economy.labour import days_needed
from sim.economy.needs import buffer
from sim.facts.lines import STAPLE
from sim.facts.months import MARCH, NOVEMBER
from sim.facts.sources import OPERATING, PROPERTY
from sim.money.reasons import RENT_PAID, RENT_RECEIVED
from sim.money.till import receive, spend
from sim.parameters.packed import P

DARE = decision("land.dare")
HALVINGS = 12  # of the range in which the rent is looked for: to a fen or so
BROUGHT = ("lowest rent", "highest rent", "mu over hands", "mu beyond grain", "mu to spare hands for", "yuan to put in")
"""What a household brings to the market."""
LOWEST, HIGHEST, OVER, BEYOND, SPARE, MONEY = range(len(BROUGHT))


@rule
def usual_kilos(h: Household, v: Village, p: P) -> float:
    """Kilos of grain that the household reckons with from a mu in a year, at usual care and in a usual year."""
    water = 1.0 + p.irrigation_yield * (v.irrigation - p.irrigation_mean)
    skill = 1.0 + p.skill_yield * (h.farm_skill - p.farm_skill_mean)
    return p.staple_yield_kg_mu * water * v.level * h.ability * skill


@rule
def field_cost(v: Village, p: P, today: Today) -> float:
    """What a mu under grain takes in cash in a year, in yuan."""
    return p.staple_cost_mu_yuan * v.input_price * today.cpi


@rule
def field_return(h: Household, v: Village, p: P, today: Today) -> float:
    """What the household reckons that a mu of grain brings in a year, in yuan, its hands paid, before what is sown."""
    return usual_kilos(h, v, p) * v.expected_price[STAPLE] * today.farm_trend - p.staple_days_mu * day_value(v, p)


@rule
def lowest_rent(h: Household, v: Village, p: P, today: Today) -> float:
    """Rent under which it would rather work a mu itself, in yuan: what the mu leaves it, its money paid."""
    return field_return(h, v, p, today) - field_cost(v, p, today) * (1.0 + p.required_return)


@rule
def highest_rent(h: Household, v: Village, p: P, today: Today, money_price: float) -> float:
    """Rent up to which it would take a mu more, in yuan: seed and rent must earn the price of money and cover the risk.

    Who rents already fears it much less.

    `money_price` is what the money must earn in a year: what own money is worth, or what a loan costs.
    """
    known = p.caution_known if h.rented_mu > 0.0 else 1.0
    asked = money_price + fear(h, v, p, today, STAPLE) * known
    return field_return(h, v, p, today) / (1.0 + asked) - field_cost(v, p, today)


@rule
def busiest_month(p: P) -> int:
    """The month in which grain takes most days (0 = January; the later of two alike)."""
    most = 0
    for m in range(12):
        if p.staple_days_season[m] >= p.staple_days_season[most]:
            most = m
    return most


@rule
def workable_mu(h: Household, v: Village, p: P, today: Today) -> float:
    """Land under grain that the hands at home can work in its busiest month, when other lines have theirs."""
    m = busiest_month(p)
    days_mu = p.staple_days_mu * p.staple_days_season[m]
    if days_mu == 0.0:
        return inf
    hands = max(0.0, h.workers - h.migrants * min(1.0, p.away_season[m] * v.away_months))
    days = hands * p.work_days_month + h.elders * p.elder_days_month - days_needed(h, p, today, m, 0.0)
    return max(0.0, days / days_mu)


@rule
def come_to_market(h: Household, v: Village, p: P, today: Today, place: NDArray[np.float64]) -> None:
    """What the household brings to the market, its contracts having ended.

    Args:
        place: To be filled: the lowest rent for which it would let, the highest at which it would rent; of land that it
            would let, mu that its hands cannot work and mu beyond the grain it eats; mu that its hands could work
            besides; money that it could put into them.
    """
    place[HIGHEST] = highest_rent(h, v, p, today, p.required_return)
    h.rented_mu = 0.0
    over = staple_land(h, p) - workable_mu(h, v, p, today)
    place[LOWEST] = lowest_rent(h, v, p, today)
    place[SPARE] = max(0.0, -over)
    place[MONEY] = max(0.0, h.cash_yuan - buffer(h, p, today) - h.due_soon_yuan)
    place[OVER] = place[BEYOND] = 0.0
    if uniform(today.people_seed, DARE, h.key, 0) < p.land_letters:
        free = max(0.0, open_land(h))
        eaten = p.grain_eaten_kg * h.persons / usual_kilos(h, v, p)
        place[OVER] = min(free, max(0.0, over))
        place[BEYOND] = max(place[OVER], free - eaten)


@rule
def offered_mu(place: NDArray[np.float64], rent_yuan: float) -> float:
    """Land that a household offers at a rent: all but what feeds it where it would let, or would not sow."""
    return float(place[BEYOND] if place[LOWEST] < rent_yuan else place[OVER])


@rule
def asked_mu(place: NDArray[np.float64], rent_yuan: float, cost_yuan: float) -> float:
    """Land that a household asks for at a rent, where a mu costs `cost_yuan` to sow: as far as hands and money go."""
    if place[HIGHEST] <= rent_yuan:
        return 0.0
    return float(min(place[SPARE], place[MONEY] / (cost_yuan + rent_yuan)))


@rule
def wanting_mu(places: NDArray[np.float64], rent_yuan: float, cost_yuan: float) -> float:
    """How much more land a village asks for than it offers at a rent."""
    wanting = 0.0
    for i in range(places.shape[0]):
        wanting += asked_mu(places[i], rent_yuan, cost_yuan) - offered_mu(places[i], rent_yuan)
    return wanting


@rule
def market_rent(places: NDArray[np.float64], cost_yuan: float) -> float:
    """The highest rent, in yuan a mu, at which all that is offered finds takers (0: not even free land does)."""
    low = 0.0
    high = 0.0
    if wanting_mu(places, low, cost_yuan) <= 0.0:
        return low
    for i in range(places.shape[0]):
        high = max(high, places[i, HIGHEST])
    for _ in range(HALVINGS):
        rent = 0.5 * (low + high)
        if wanting_mu(places, rent, cost_yuan) >= 0.0:
            low = rent
        else:
            high = rent
    return low


@kernel
def let_land(households: Any, villages: Any, params: Any, todays: Any, first: int, last: int) -> None:
    """Let the land of villages `first` to `last` (exclusive) for a year; the longer side is served in proportion."""
    p = params[0]
    today = todays[0]
    for i in range(first, last):
        v = villages[i]
        places = np.zeros((v.last - v.first, MONEY + 1))
        for j in range(v.first, v.last):
            come_to_market(households[j], v, p, today, places[j - v.first])
        cost = field_cost(v, p, today)
        v.rent_yuan = market_rent(places, cost)
        asked = 0.0
        offered = 0.0
        for k in range(places.shape[0]):
            asked += asked_mu(places[k], v.rent_yuan, cost)
            offered += offered_mu(places[k], v.rent_yuan)
        if offered == 0.0:
            v.rent_yuan = 0.0  # there is no market
        v.taken = min(1.0, asked / offered) if offered > 0.0 else 0.0
        served = min(1.0, offered / asked) if asked > 0.0 else 0.0
        for j in range(v.first, v.last):
            place = places[j - v.first]
            households[j].rented_mu = served * asked_mu(place, v.rent_yuan, cost) - offered_mu(place, v.rent_yuan)


@rule
def field_loan(h: Household, v: Village, p: P, today: Today, size: float, price: float) -> float:
    """How much of a loan the household would put into land to be rented and sown this spring, in yuan.

    It reckons with the rent of the year that ends. Only who rents already has land in sight before it is let.
    """
    if h.rented_mu <= 0.0 or MARCH < today.calendar_month < NOVEMBER:
        return 0.0
    if highest_rent(h, v, p, today, price) <= v.rent_yuan:
        return 0.0
    own = max(0.0, h.cash_yuan - buffer(h, p, today) - h.due_soon_yuan)
    spare = max(0.0, workable_mu(h, v, p, today) - staple_land(h, p))
    return max(0.0, min(size, spare * (field_cost(v, p, today) + v.rent_yuan) - own))


@rule
def settle_rent(h: Household, v: Village, p: P, today: Today, till: NDArray[np.float64]) -> None:
    """In November, the harvest sold, the rent of the year is paid; land that found no taker brings none."""
    if today.calendar_month != NOVEMBER or h.rented_mu == 0.0:
        return
    if h.rented_mu > 0.0:
        rent = h.rented_mu * v.rent_yuan
        spend(h, till, rent, RENT_PAID)
        h.income_year[OPERATING] -= rent
    else:
        rent = -h.rented_mu * v.taken * v.rent_yuan
        receive(h, till, rent, RENT_RECEIVED)
        h.income_year[PROPERTY] += rent
