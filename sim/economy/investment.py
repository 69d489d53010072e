"""Investment: a household that knows of a line, with land, hands and money, takes it up if the gain covers the risk."""

from __future__ import annotations

from math import floor

import numpy as np
from numpy.typing import NDArray

from sim.agents.household import Household
from sim.agents.village import Village
from sim.calendar.today import Today
from sim.core.draws import decision, uniform
from sim.core.numerics import power
from sim.core.rule import rule
from sim.economy.crops import open_land, staple_land
from sim.economy.industries import (
    business_profit,
    day_value,
    fodder_head,
)
from sim.economy.nearby import home_days
from sim.economy.needs import buffer
from sim.facts.lines import BUSINESS, GREENHOUSE, LIVESTOCK, N_LINES, ORCHARD, STAPLE
from sim.facts.months import APRIL, MARCH, NOVEMBER
from sim.facts.terrains import HILLS
from sim.money.reasons import INVESTMENT
from sim.money.till import spend
from sim.parameters.packed import P

CAUTION = decision("investment.caution")
THINK = decision("investment.think")


@rule
def free_days_year(h: Household, p: P) -> float:
    """Working days a year that the household's own lines, family and house leave free."""
    days = max(0.0, float(h.workers - h.migrants)) * p.work_days_month * 12.0 - 12.0 * home_days(h, p)
    used = staple_land(h, p) * p.staple_days_mu + h.orchard_mu * p.orchard_days_mu + h.block_mu * p.block_days_mu
    used += h.livestock_head * p.livestock_days_head + h.greenhouse_mu * p.greenhouse_days_mu
    if h.business_yuan > 0.0:
        used += p.business_days_month * 12.0
    return max(0.0, days - used)


@rule
def takes_more_trees(h: Household, p: P, today: Today) -> bool:
    """Whether trees planted now may join the young orchard: where there is none, or it is young enough."""
    return h.block_mu == 0.0 or today.month - h.block_month < p.block_joins_months


@rule
def capacity_yuan(h: Household, v: Village, p: P, today: Today, line: int, money_price: float) -> float:
    """The most the household could still put to use in a line, in yuan: land, fodder, hands and talent set the limit.

    `money_price` is what the last yuan must earn in a year: what own money is worth, or what a loan costs.
    """
    if p.line_open[line - 1] == 0.0:
        return 0.0
    days = free_days_year(h, p)
    if line == ORCHARD:
        if not takes_more_trees(h, p, today):
            return 0.0
        land = min(p.orchard_land_share * h.land_mu - h.orchard_mu - h.block_mu - h.greenhouse_mu, open_land(h))
        days -= h.block_mu * (p.orchard_days_mu - p.block_days_mu)  # the hands must do for all when they bear
        return max(0.0, min(land, days / p.orchard_days_mu)) * p.orchard_plant_mu_yuan * today.cpi
    if line == LIVESTOCK:
        # More stock until what one more brings no longer covers its price at the required return.
        price = p.ewe_price_yuan * today.farm_trend
        keep = p.livestock_cost_head_yuan * v.input_price * today.cpi + p.livestock_days_head * day_value(v, p)
        keep += money_price * price
        gross = p.offspring_head * v.expected_price[LIVESTOCK] * today.farm_trend
        best = fodder_head(h, v, p) * max(0.0, 1.0 - keep / gross)
        return max(0.0, min(best - h.livestock_head, days / p.livestock_days_head)) * price
    if line == GREENHOUSE:
        if v.terrain == HILLS or v.irrigation < p.greenhouse_irrigation:
            return 0.0
        mu = min(p.greenhouse_max_mu - h.greenhouse_mu, days / p.greenhouse_days_mu)
        return max(0.0, min(mu, open_land(h))) * p.greenhouse_build_mu_yuan * today.cpi
    if h.business_yuan <= 0.0 and days < p.business_days_month * 12.0:
        return 0.0
    worth = (
        p.business_alpha
        * h.talent
        * v.level
        * p.business_scale_yuan
        * today.spending_trend
        * v.expected_price[BUSINESS]
    )
    best = power(worth / (p.business_capital_yuan * (money_price + p.business_wear)), 1.0 / (1.0 - p.business_alpha))
    return max(0.0, best * p.business_capital_yuan - h.business_yuan)


@rule
def yearly_return(h: Household, v: Village, p: P, today: Today, line: int, amount_yuan: float) -> float:
    """Net gain a year that the household expects from putting `amount_yuan` into a line, as a share of the amount.

    Own hands are priced at what they could earn nearby. What it saw a line bring (trust) scales its expectation.
    """
    labour = day_value(v, p)
    believed = h.trust[line - 1] * v.expected_price[line] * today.farm_trend
    skill = h.farm_skill - p.farm_skill_mean
    if line == ORCHARD:
        cost = p.orchard_plant_mu_yuan * today.cpi
        crop = (
            p.orchard_yield_kg_mu * v.level * h.ability * (1.0 + p.skill_yield * skill) * p.orchard_terrain[v.terrain]
        )
        net = crop * believed - p.orchard_cost_mu_yuan * v.input_price * today.cpi - p.orchard_days_mu * labour
        given_up = p.staple_yield_kg_mu * v.expected_price[STAPLE] * today.farm_trend
        given_up = (given_up - p.staple_cost_mu_yuan * v.input_price * today.cpi) * v.level
        return (net * p.orchard_patience - given_up) / cost
    if line == LIVESTOCK:
        price = p.ewe_price_yuan * today.farm_trend
        heads = amount_yuan / price
        crowding = max(0.0, 1.0 - (h.livestock_head + 0.5 * heads) / fodder_head(h, v, p))
        net = p.offspring_head * crowding * (1.0 + p.skill_livestock * skill) * believed
        net -= p.livestock_cost_head_yuan * v.input_price * today.cpi + p.livestock_days_head * labour
        return net / price - p.disease_rate * p.disease_share
    if line == GREENHOUSE:
        cost = p.greenhouse_build_mu_yuan * today.cpi
        net = p.greenhouse_yield_kg_mu * v.level * (1.0 + p.skill_greenhouse * skill) * believed
        net -= (p.greenhouse_cost_mu_yuan + p.greenhouse_wear_mu_yuan) * v.input_price * today.cpi
        net -= p.greenhouse_days_mu * labour
        return net / cost
    more = business_profit(h, v, p, h.business_yuan + amount_yuan)
    now = business_profit(h, v, p, h.business_yuan) if h.business_yuan > 0.0 else 0.0
    gain = (more - now) * today.spending_trend * h.trust[line - 1] * v.expected_price[BUSINESS]
    if h.business_yuan <= 0.0:
        gain -= p.business_days_month * 12.0 * labour
    return gain / amount_yuan - p.business_wear


@rule
def smallest(h: Household, p: P, today: Today, line: int) -> float:
    """The least that can be put into a line, in yuan."""
    if line == ORCHARD:
        return p.orchard_plant_mu_yuan * today.cpi
    if line == LIVESTOCK:
        return p.ewe_price_yuan * today.farm_trend
    if line == GREENHOUSE:
        return p.greenhouse_least_mu * p.greenhouse_build_mu_yuan * today.cpi
    return p.business_least_yuan if h.business_yuan <= 0.0 else p.business_step_yuan


@rule
def in_season(today: Today, line: int) -> bool:
    """Whether the calendar lets one start: nothing is planted or poured in frozen ground."""
    if line == ORCHARD:
        return today.calendar_month in (MARCH, APRIL, NOVEMBER)
    return not (line == GREENHOUSE and today.frozen > 0)


@rule
def holds(h: Household, line: int) -> bool:
    """Whether the household is in the line already."""
    if line == ORCHARD:
        return h.orchard_mu > 0.0
    if line == LIVESTOCK:
        return h.livestock_head > 0.0
    if line == GREENHOUSE:
        return h.greenhouse_mu > 0.0
    return h.business_yuan > 0.0


@rule
def fear(h: Household, v: Village, p: P, today: Today, line: int) -> float:
    """What a household without experience of a line asks for bearing its risk, as a share of the money a year.

    It asks more in risky lines, less with more drive and where an insurer bears a part; its caution belongs to the
    population, one draw a line.
    """
    caution = v.caution + p.caution_spread * uniform(today.people_seed, CAUTION, h.key, 0, line)
    asked = p.line_risk[line] * (1.0 + p.drive_base - h.drive) + caution
    if line <= LIVESTOCK and h.borne[line] > 0:
        asked *= 1.0 - h.borne[line] / 100.0 * p.insurance_calms
    return asked


@rule
def appeal(h: Household, v: Village, p: P, today: Today, line: int, amount_yuan: float) -> float:
    """Expected return over what the household asks for bearing the risk (positive: it is willing).

    Where it knows the line from its own work it fears much less.
    """
    known = p.caution_known if holds(h, line) else 1.0
    return yearly_return(h, v, p, today, line, amount_yuan) - p.required_return - fear(h, v, p, today, line) * known


@rule
def mean_month(h: Household, planted_mu: float, today: Today) -> int:
    """Month in which the young orchard was planted, on average over its trees, once `planted_mu` have joined it.

    None of them bears yet, so all trees together come to bear as much, if some of them sooner and some later.
    """
    if h.block_mu == 0.0:
        return int(today.month)
    weight = planted_mu / (h.block_mu + planted_mu)
    return floor(h.block_month + weight * (today.month - h.block_month) + 0.5)


@rule
def put_into(h: Household, p: P, today: Today, line: int, amount_yuan: float) -> None:
    """Turn an amount into trees, animals, greenhouse or business capital (the money is paid by the caller)."""
    if line == ORCHARD:
        planted = amount_yuan / (p.orchard_plant_mu_yuan * today.cpi)
        h.block_month = mean_month(h, planted, today)
        h.block_mu += planted
    elif line == LIVESTOCK:
        h.livestock_head += amount_yuan / (p.ewe_price_yuan * today.farm_trend)
    elif line == GREENHOUSE:
        h.greenhouse_mu += amount_yuan / (p.greenhouse_build_mu_yuan * today.cpi)
    else:
        h.business_yuan += amount_yuan


@rule
def best_line(h: Household, v: Village, p: P, today: Today, funds: float, any_season: int, money_price: float) -> int:
    """The line that appeals most at the given funds (0: none does)."""
    best = 0
    most = 0.0
    for line in range(ORCHARD, N_LINES):
        if not (h.knows >> line) & 1:
            continue
        if any_season == 0 and not in_season(today, line):
            continue
        least = smallest(h, p, today, line)
        amount = min(funds, capacity_yuan(h, v, p, today, line, money_price))
        if amount < least:
            continue
        liking = appeal(h, v, p, today, line, amount)
        if liking > most:
            most = liking
            best = line
    return best


@rule
def invest(h: Household, v: Village, p: P, today: Today, till: NDArray[np.float64]) -> None:
    """Put spare money into the line that appeals most; only some households sit down to it in a month."""
    funds = h.cash_yuan - buffer(h, p, today) - h.due_soon_yuan
    if funds < p.invest_least_yuan:
        return
    if uniform(today.seed, THINK, h.key, today.month) >= p.think_rate * (1.0 - p.drive_base + h.drive):
        return
    line = best_line(h, v, p, today, funds, 0, p.required_return)
    if line > 0:
        amount = min(funds, capacity_yuan(h, v, p, today, line, p.required_return))
        spend(h, till, amount, INVESTMENT)
        put_into(h, p, today, line, amount)
