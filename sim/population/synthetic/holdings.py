"""What a household has as the opening year begins: gifts, land, capital by line, savings and debts, a house."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.household import Household
from sim.agents.village import Village
from sim.core.draws import decision, uniform
from sim.core.numerics import exp, logistic, norm_cdf, norm_ppf
from sim.core.rule import kernel, rule
from sim.economy.fortune import first_fortune
from sim.facts.lines import BUSINESS, GREENHOUSE, LIVESTOCK, N_LINES, ORCHARD
from sim.parameters.packed import P
from sim.population.synthetic.people import gather
from sim.population.synthetic.recipe import Shape

GIFTS = decision("people.gifts")
HOLDINGS = decision("people.holdings")
SAVINGS = decision("people.savings")
LIVING = decision("people.living")
FIELDS = decision("people.land")


@rule
def normal(seed: int, what: int, key: int, k: int) -> float:
    """A standard normal draw."""
    return norm_ppf(uniform(seed, what, key, 0, k))


@rule
def lognormal(variance: float, z: float) -> float:
    """A factor of mean 1 from a normal draw, given the variance of its logarithm."""
    return exp(sqrt(variance) * z - 0.5 * variance)


@rule
def endow(h: Household, v: Village, p: P, k: Shape, seed: int) -> None:
    """What the household has and can: ability, talent, skills, land and capital by line."""
    z = normal(seed, GIFTS, h.key, 0)
    schooled = h.schooling - p.schooling_mean
    h.ability = exp(k.spread * z - 0.5 * k.spread * k.spread + p.ability_schooling * schooled)
    hand = normal(seed, GIFTS, h.key, 1)
    h.fortune = first_fortune(p, normal(seed, GIFTS, h.key, 5))
    h.talent = exp(p.talent_sd * hand - 0.5 * p.talent_sd * p.talent_sd)
    farm = p.farm_skill_mean + p.farm_skill_schooling * schooled + p.skill_sd * normal(seed, GIFTS, h.key, 2)
    h.farm_skill = min(p.nature_limits[1], max(p.nature_limits[0], farm))
    work = p.work_skill_mean + p.work_skill_schooling * schooled + p.skill_sd * normal(seed, GIFTS, h.key, 3)
    h.work_skill = min(p.work_skill_limits[1], max(p.work_skill_limits[0], work))
    land = k.land_mu * p.land_terrain[v.terrain] * (p.land_base + p.land_person * h.persons)
    h.land_mu = land * exp(p.land_sd * normal(seed, FIELDS, h.key, 0) - 0.5 * p.land_sd * p.land_sd)
    if uniform(seed, HOLDINGS, h.key, 0, 0) < p.orchard_households[v.terrain] and h.workers > 0:
        mu = p.orchard_mean_mu * lognormal(p.orchard_variance, normal(seed, HOLDINGS, h.key, 1))
        h.orchard_mu = min(p.orchard_land_open * h.land_mu, mu)
    if uniform(seed, HOLDINGS, h.key, 0, 2) < p.block_households[v.terrain] and h.workers > 0:
        mu = p.orchard_mean_mu * lognormal(p.orchard_variance, normal(seed, HOLDINGS, h.key, 3))
        h.block_mu = min(p.block_land_open * h.land_mu, mu)
        h.block_month = -int(p.block_age_months[0]) - int(p.block_age_months[1] * uniform(seed, HOLDINGS, h.key, 0, 4))
    if uniform(seed, HOLDINGS, h.key, 0, 5) < p.livestock_households[v.terrain] and h.persons > h.elders:
        h.livestock_head = p.livestock_mean_head * lognormal(p.livestock_variance, normal(seed, HOLDINGS, h.key, 6))
    if uniform(seed, HOLDINGS, h.key, 0, 7) < p.greenhouse_households[v.terrain] and h.workers > 1:
        h.greenhouse_mu = p.greenhouse_open_mu[0] + p.greenhouse_open_mu[1] * uniform(seed, HOLDINGS, h.key, 0, 8)
    # Those with a better hand are more often in business; on average over hands it is the stated share.
    apart = sqrt(1.0 + p.business_hand * p.business_hand)
    lean = norm_cdf(norm_ppf(p.business_households) * apart + p.business_hand * hand)
    if uniform(seed, HOLDINGS, h.key, 0, 9) < lean and h.workers > 0:
        spread = lognormal(p.business_variance, normal(seed, HOLDINGS, h.key, 10))
        h.business_yuan = p.business_mean_yuan * h.talent * spread
    if uniform(seed, HOLDINGS, h.key, 0, 11) < p.property_households:
        spread = lognormal(p.property_variance, normal(seed, HOLDINGS, h.key, 12))
        h.property_yuan = k.property_yuan * h.ability * spread
    odds = k.dibao - p.dibao_aim * z + p.dibao_elders * (h.elders > 0)
    odds -= p.dibao_workers * (h.workers - p.dibao_usual_workers)
    if uniform(seed, LIVING, h.key, 0, 0) < logistic(odds):
        h.dibao = h.persons


@rule
def furnish(h: Household, v: Village, p: P, k: Shape, seed: int, water_share: float) -> int:
    """What it owes, has saved, knows and lives in as the opening year begins.

    Returns:
        Months that its bank loan has to run (0: it has none).
    """
    term = 0
    h.expected_yuan = (k.a_head_yuan * h.persons + k.a_worker_yuan * h.workers * h.ability) * v.level / k.level
    for month in range(12):
        h.counted_yuan[month] = h.expected_yuan
    h.habit_yuan = h.expected_yuan
    saved = p.cash_months * h.expected_yuan * lognormal(p.cash_variance, normal(seed, SAVINGS, h.key, 0))
    h.cash_yuan = saved + p.cash_least_yuan
    likelier = min(p.bank_talent[2], p.bank_talent[0] + h.talent * p.bank_talent[1])
    if uniform(seed, SAVINGS, h.key, 0, 1) < p.bank_borrowers * likelier:
        h.debt_yuan = p.bank_loan_yuan * lognormal(p.bank_loan_variance, normal(seed, SAVINGS, h.key, 2))
        term = int(p.bank_term_months[0]) + int(p.bank_term_months[1] * uniform(seed, SAVINGS, h.key, 0, 3))
    if uniform(seed, SAVINGS, h.key, 0, 4) < p.informal_borrowers:
        spread = lognormal(p.informal_loan_variance, normal(seed, SAVINGS, h.key, 5))
        h.informal_yuan = p.informal_loan_yuan * spread
    h.labour_met = 1.0
    drive = p.drive_base + p.drive_sd * normal(seed, GIFTS, h.key, 4)
    h.drive = min(p.nature_limits[1], max(p.nature_limits[0], drive))
    h.awareness = p.awareness_open * 2.0 * uniform(seed, LIVING, h.key, 0, 1)
    h.satisfaction = p.satisfaction_base
    for line in range(ORCHARD, N_LINES):
        # What it believes of lines it has no part in can be wrong, and is so for the most part on the cautious side.
        z = normal(seed, LIVING, h.key, 20 + line)
        h.trust[line - 1] = p.believed_mean * exp(p.believed_sd * z - 0.5 * p.believed_sd * p.believed_sd)
        if uniform(seed, LIVING, h.key, 0, 10 + line) < p.knows_lines[line - 1]:
            h.knows |= 1 << line
    if h.orchard_mu + h.block_mu > 0.0:
        h.knows |= 1 << ORCHARD
        h.trust[ORCHARD - 1] = 1.0
    if h.livestock_head > 0.0:
        h.knows |= 1 << LIVESTOCK
        h.trust[LIVESTOCK - 1] = 1.0
    if h.greenhouse_mu > 0.0:
        h.knows |= 1 << GREENHOUSE
        h.trust[GREENHOUSE - 1] = 1.0
    if h.business_yuan > 0.0:
        h.knows |= 1 << BUSINESS
        h.trust[BUSINESS - 1] = 1.0
    richer = min(p.house_richer[2], h.ability * v.level / k.level)
    sound = p.house_sound * (p.house_richer[0] + p.house_richer[1] * richer)
    h.house = 1 if uniform(seed, LIVING, h.key, 0, 2) < sound else 0
    h.home_yuan = p.house_cost_yuan * (1.0 if h.house > 0 else p.home_open * uniform(seed, LIVING, h.key, 0, 5))
    h.water = 1 if uniform(seed, LIVING, h.key, 0, 3) < water_share else 0
    h.insured = 1 if uniform(seed, LIVING, h.key, 0, 4) < p.insured_share else 0
    h.first_loan = -1
    return term


@kernel
def settle(
    households: Any,
    villages: Any,
    params: Any,
    knobs: Any,
    seed: int,
    slots_a_village: int,
    water: NDArray[np.float64],
    terms: NDArray[np.int64],
    first: int,
    last: int,
) -> None:
    """Fill the households of villages `first` to `last` (exclusive)."""
    p = params[0]
    k = knobs[0]
    for i in range(first, last):
        v = villages[i]
        for j in range(v.first, v.last):
            h = households[j]
            h.key = v.key * slots_a_village + (j - v.first)
            h.village = i
            gather(h, p, k, seed)
            endow(h, v, p, k, seed)
            terms[j] = furnish(h, v, p, k, seed, water[i])
