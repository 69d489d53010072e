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
def endow(h: Household, v: Village, p: P, k: Shape, seed: int) -> None:
    """What the household has and can: ability, talent, skills, land and capital by line."""
    z = normal(seed, GIFTS, h.key, 0)
    schooled = h.schooling - 7.0
    h.ability = exp(k.spread * z - 0.5 * k.spread * k.spread + p.ability_schooling * schooled)
    hand = normal(seed, GIFTS, h.key, 1)
    h.talent = exp(p.talent_sd * hand - 0.5 * p.talent_sd * p.talent_sd)
    farm = p.farm_skill_mean + 0.01 * schooled + p.skill_sd * normal(seed, GIFTS, h.key, 2)
    h.farm_skill = min(0.95, max(0.05, farm))
    work = p.work_skill_mean + 0.035 * schooled + p.skill_sd * normal(seed, GIFTS, h.key, 3)
    h.work_skill = min(0.95, max(0.02, work))
    land = k.land_mu * p.land_terrain[v.terrain] * (1.5 + 0.65 * h.persons)
    h.land_mu = land * exp(p.land_sd * normal(seed, FIELDS, h.key, 0) - 0.5 * p.land_sd * p.land_sd)
    if uniform(seed, HOLDINGS, h.key, 0, 0) < p.orchard_households[v.terrain] and h.workers > 0:
        h.orchard_mu = min(0.5 * h.land_mu, p.orchard_mean_mu * exp(0.6 * normal(seed, HOLDINGS, h.key, 1) - 0.18))
    if uniform(seed, HOLDINGS, h.key, 0, 2) < p.block_households[v.terrain] and h.workers > 0:
        h.block_mu = min(0.3 * h.land_mu, p.orchard_mean_mu * exp(0.6 * normal(seed, HOLDINGS, h.key, 3) - 0.18))
        h.block_month = -12 - int(60.0 * uniform(seed, HOLDINGS, h.key, 0, 4))
    if uniform(seed, HOLDINGS, h.key, 0, 5) < p.livestock_households[v.terrain] and h.persons > h.elders:
        h.livestock_head = p.livestock_mean_head * exp(0.8 * normal(seed, HOLDINGS, h.key, 6) - 0.32)
    if uniform(seed, HOLDINGS, h.key, 0, 7) < p.greenhouse_households[v.terrain] and h.workers > 1:
        h.greenhouse_mu = 0.5 + uniform(seed, HOLDINGS, h.key, 0, 8)
    # Those with a better hand are more often in business; on average over hands it is the stated share.
    apart = sqrt(1.0 + p.business_hand * p.business_hand)
    lean = norm_cdf(norm_ppf(p.business_households) * apart + p.business_hand * hand)
    if uniform(seed, HOLDINGS, h.key, 0, 9) < lean and h.workers > 0:
        h.business_yuan = p.business_mean_yuan * h.talent * exp(0.7 * normal(seed, HOLDINGS, h.key, 10) - 0.245)
    if uniform(seed, HOLDINGS, h.key, 0, 11) < p.property_households:
        h.property_yuan = k.property_yuan * h.ability * exp(0.8 * normal(seed, HOLDINGS, h.key, 12) - 0.32)
    odds = k.dibao - p.dibao_aim * z + 0.8 * (h.elders > 0) - 0.5 * (h.workers - 2)
    if uniform(seed, LIVING, h.key, 0, 0) < logistic(odds):
        h.dibao = h.persons


@rule
def furnish(h: Household, v: Village, p: P, k: Shape, seed: int, water_share: float) -> None:
    """What it owes, has saved, knows and lives in as the opening year begins."""
    h.expected_yuan = (k.a_head_yuan * h.persons + k.a_worker_yuan * h.workers * h.ability) * v.level / k.level
    h.cash_yuan = p.cash_months * h.expected_yuan * exp(0.8 * normal(seed, SAVINGS, h.key, 0) - 0.32) + 2000.0
    if uniform(seed, SAVINGS, h.key, 0, 1) < p.bank_borrowers * min(3.0, 0.5 + h.talent * 0.5):
        h.debt_yuan[0] = p.bank_loan_yuan * exp(0.6 * normal(seed, SAVINGS, h.key, 2) - 0.18)
        h.term_months[0] = 12 + int(36.0 * uniform(seed, SAVINGS, h.key, 0, 3))
    if uniform(seed, SAVINGS, h.key, 0, 4) < p.informal_borrowers:
        h.informal_yuan = p.informal_loan_yuan * exp(0.7 * normal(seed, SAVINGS, h.key, 5) - 0.245)
    h.care = 1.0
    h.drive = min(0.95, max(0.05, p.drive_base + 0.15 * normal(seed, GIFTS, h.key, 4)))
    h.awareness = p.awareness_open * 2.0 * uniform(seed, LIVING, h.key, 0, 1)
    h.satisfaction = p.satisfaction_base
    for line in range(ORCHARD, N_LINES):
        h.trust[line - 1] = 1.0
        if uniform(seed, LIVING, h.key, 0, 10 + line) < p.knows_lines[line - 1]:
            h.knows |= 1 << line
    if h.orchard_mu + h.block_mu > 0.0:
        h.knows |= 1 << ORCHARD
    if h.livestock_head > 0.0:
        h.knows |= 1 << LIVESTOCK
    if h.greenhouse_mu > 0.0:
        h.knows |= 1 << GREENHOUSE
    if h.business_yuan > 0.0:
        h.knows |= 1 << BUSINESS
    richer = min(1.5, h.ability * v.level / k.level)
    h.house = 1 if uniform(seed, LIVING, h.key, 0, 2) < p.house_sound * (0.4 + 0.6 * richer) else 0
    h.water = 1 if uniform(seed, LIVING, h.key, 0, 3) < water_share else 0
    h.insured = 1 if uniform(seed, LIVING, h.key, 0, 4) < p.insured_share else 0
    h.cadre = -1


@kernel
def settle(
    households: Any,
    villages: Any,
    params: Any,
    knobs: Any,
    seed: int,
    slots_a_village: int,
    water: NDArray[np.float64],
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
            furnish(h, v, p, k, seed, water[i])
