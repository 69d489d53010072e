"""A synthetic world from published margins: villages, households, cadres, units and who knows whom.

Every draw is keyed by the population seed and the agent's own key, so a bigger world leaves the first villages as they
were. Income is not drawn. Households get land, hands, skills and capital, and live an opening year under the model's
own rules (see `sim.population.opening`); their income is what comes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.cadre import Cadre
from sim.agents.household import Household
from sim.agents.unit import Unit
from sim.agents.village import Village
from sim.draws import decision, uniform, uniforms
from sim.numerics import exp, logistic, norm_ppf, norm_ppf_array
from sim.population.network import contacts
from sim.population.profile import Profile, terrains, village_sizes
from sim.population.sharing import share_out
from sim.rule import kernel, rule

if TYPE_CHECKING:
    from sim.parameters.packed import P

PEOPLE = decision("people.composition")
SCHOOLING = decision("people.schooling")
GIFTS = decision("people.gifts")
HOLDINGS = decision("people.holdings")
SAVINGS = decision("people.savings")
LIVING = decision("people.living")
FIELDS = decision("people.land")
PLACE = decision("village.place")
CADRE = decision("cadre.nature")
SLOTS_A_VILLAGE = 1 << 20  # household keys: village key times this, plus the slot


@dataclass
class World:
    """All rows of a world and the contact network of its households."""

    households: NDArray[np.void]
    villages: NDArray[np.void]
    cadres: NDArray[np.void]
    units: NDArray[np.void]
    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Households of each village."""
        return np.asarray(self.villages["last"] - self.villages["first"])

    def copy(self) -> World:
        """A world of its own; the network is shared, since nothing writes it."""
        return World(
            self.households.copy(), self.villages.copy(), self.cadres.copy(), self.units.copy(), self.indptr, self.indices
        )


@dataclass(frozen=True)
class Knobs:
    """What is fitted so that the opening year gives the profile's mean income, headcount and registry.

    Attributes:
        level: Factor on what land, hands and capital bring (1 = as the parameters say).
        spread: Standard deviation of log ability.
        registry_line: Income per head below which, seen with error, a household is registered (share of the line).
    """

    level: float = 1.0
    spread: float = 0.45
    registry_line: float = 1.0


@rule
def pick(u: float, shares: Any, n: int) -> int:
    """The first of `n` classes whose cumulated share exceeds `u`."""
    cumulated = 0.0
    for i in range(n - 1):
        cumulated += shares[i]
        if u < cumulated:
            return i
    return n - 1


@rule
def gather(h: Household, p: P, seed: int) -> None:
    """Who lives in the household: persons, elders, children, students, workers."""
    h.persons = 1 + pick(uniform(seed, PEOPLE, h.key, 0, 0), p.persons_shares, 8)
    u = uniform(seed, PEOPLE, h.key, 0, 1)
    h.elders = 0
    if u > p.elder_none:
        h.elders = min(h.persons, 1 if u < p.elder_none + p.elder_one else 2)
    rest = h.persons - h.elders
    disabled = 1 if rest >= 2 and uniform(seed, PEOPLE, h.key, 0, 2) < p.disabled_share else 0
    rest -= disabled
    h.children = h.seniors = h.university = h.leavers = 0
    for member in range(max(0, rest - 2)):
        if uniform(seed, PEOPLE, h.key, 0, 10 + member) < p.dependants_share:
            h.children += 1
    rest -= h.children
    if h.persons >= 3 and rest >= 3 and uniform(seed, PEOPLE, h.key, 0, 3) < p.senior_share * 2.0:
        h.seniors = 1
        rest -= 1
    if h.persons >= 3 and rest >= 3 and uniform(seed, PEOPLE, h.key, 0, 4) < p.university_share * 2.0:
        h.university = 1
        rest -= 1
    h.workers = max(0, rest)
    if h.workers >= 2 and h.persons >= 3 and uniform(seed, PEOPLE, h.key, 0, 5) < p.leaver_share * 1.5:
        h.leavers = 1
    years = pick(uniform(seed, SCHOOLING, h.key, 0), p.schooling_shares, 5)
    h.schooling = 0 if years == 0 else 3 + 3 * years - (1 if years <= 2 else 0) + (1 if years == 4 else 0)


@rule
def normal(seed: int, what: int, key: int, k: int) -> float:
    """A standard normal draw."""
    return norm_ppf(uniform(seed, what, key, 0, k))


@rule
def endow(h: Household, v: Village, p: P, seed: int, spread: float) -> None:
    """What the household has and can: ability, talent, skills, land and capital by line."""
    z = normal(seed, GIFTS, h.key, 0)
    schooled = h.schooling - 7.0
    h.ability = exp(spread * z - 0.5 * spread * spread + p.ability_schooling * schooled)
    hand = normal(seed, GIFTS, h.key, 1)
    h.talent = exp(p.talent_sd * hand - 0.5 * p.talent_sd * p.talent_sd)
    h.farm_skill = min(0.95, max(0.05, p.farm_skill_mean + 0.01 * schooled + p.skill_sd * normal(seed, GIFTS, h.key, 2)))
    work = p.work_skill_mean + 0.035 * schooled + p.skill_sd * normal(seed, GIFTS, h.key, 3)
    h.work_skill = min(0.95, max(0.02, work))
    land = p.land_head_mu * p.land_terrain[v.terrain] * (1.5 + 0.65 * h.persons)
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
    # Those with a better hand are more often in business: the odds rise with talent.
    lean = p.business_households * exp(0.9 * hand - 0.405)
    if uniform(seed, HOLDINGS, h.key, 0, 9) < lean and h.workers > 0:
        h.business_yuan = p.business_mean_yuan * h.talent * exp(0.7 * normal(seed, HOLDINGS, h.key, 10) - 0.245)
    if uniform(seed, HOLDINGS, h.key, 0, 11) < p.property_households:
        h.property_yuan = p.property_mean_yuan * h.ability * exp(0.8 * normal(seed, HOLDINGS, h.key, 12) - 0.32)
    odds = -0.9 - p.dibao_aim * z + 0.8 * (h.elders > 0) - 0.5 * (h.workers - 2) + p.dibao_aim * (p.dibao_share - 0.16) * 6.0
    if uniform(seed, LIVING, h.key, 0, 0) < logistic(odds - 1.5):
        h.dibao = h.persons


@rule
def furnish(h: Household, v: Village, p: P, seed: int, water_share: float) -> None:
    """What it owes, has saved, knows and lives in as the opening year begins."""
    rough = 150.0 * h.persons + 320.0 * h.workers * h.ability
    h.expected_yuan = rough * v.level
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
    for line in range(1, 5):
        h.trust[line - 1] = 1.0
        if uniform(seed, LIVING, h.key, 0, 10 + line) < p.knows_lines[line - 1]:
            h.knows |= 1 << line
    if h.orchard_mu + h.block_mu > 0.0:
        h.knows |= 1 << 1
    if h.livestock_head > 0.0:
        h.knows |= 1 << 2
    if h.greenhouse_mu > 0.0:
        h.knows |= 1 << 3
    if h.business_yuan > 0.0:
        h.knows |= 1 << 4
    richer = min(1.5, h.ability * v.level)
    h.house = 1 if uniform(seed, LIVING, h.key, 0, 2) < p.house_sound * (0.4 + 0.6 * richer) * 1.05 else 0
    h.water = 1 if uniform(seed, LIVING, h.key, 0, 3) < water_share else 0
    h.insured = 1 if uniform(seed, LIVING, h.key, 0, 4) < p.insured_share else 0
    h.cadre = -1


@kernel
def settle(
    households: Any,
    villages: Any,
    params: Any,
    seed: int,
    spread: float,
    slots_a_village: int,
    water: NDArray[np.float64],
    first: int,
    last: int,
) -> None:
    """Fill the households of villages `first` to `last` (exclusive)."""
    p = params[0]
    for i in range(first, last):
        v = villages[i]
        for j in range(v.first, v.last):
            h = households[j]
            h.key = v.key * slots_a_village + (j - v.first)
            h.village = i
            gather(h, p, seed)
            endow(h, v, p, seed, spread)
            furnish(h, v, p, seed, water[i])


def _normals(seed: int, keys: NDArray[np.int64], k: int) -> NDArray[np.float64]:
    return norm_ppf_array(uniforms(seed, PLACE, keys, 0, k))


def lay_out_villages(profile: Profile, n: int, seed: int, p: P, knobs: Knobs) -> tuple[NDArray[np.void], NDArray[np.float64]]:
    """The villages' places, and the share of households with safe water in each."""
    villages = Village.rows(n)
    keys = np.arange(1, n + 1, dtype=np.int64)
    villages["key"] = keys
    sizes = village_sizes(profile, n, seed)
    ends = np.cumsum(sizes)
    villages["first"], villages["last"] = ends - sizes, ends
    a_county = profile.villages
    villages["county"] = np.arange(n) // a_county
    terrain, township = terrains(profile, n)
    villages["terrain"], villages["township"] = terrain, township
    z = _normals(seed, keys, 0)
    level = knobs.level * np.array(p.level_terrain)[terrain]
    villages["level"] = level * (1.0 + p.level_sd * np.clip(z, -2.5, 2.5))
    villages["road"] = np.clip(np.array(p.road_mean)[terrain] + 0.2 * _normals(seed, keys, 1), 0.05, 1.0)
    villages["distance_km"] = 4.0 + 36.0 * uniforms(seed, PLACE, keys, 0, 2)
    villages["irrigation"] = np.clip(np.array(p.irrigation_terrain)[terrain] * (0.5 + uniforms(seed, PLACE, keys, 0, 3)), 0, 1)
    villages["leadership"] = np.clip(0.5 + 0.18 * _normals(seed, keys, 4), 0.05, 0.95)
    villages["cohesion"] = np.clip(0.5 + 0.15 * _normals(seed, keys, 5), 0.1, 0.95)
    has_coop = uniforms(seed, PLACE, keys, 0, 6) < 0.25
    villages["cooperative"] = np.where(has_coop, 0.15 + 0.25 * uniforms(seed, PLACE, keys, 0, 7), 0.0)
    villages["contract"] = 0.5 * villages["cooperative"]
    jobs = p.jobs_mean * (0.4 + 1.2 * uniforms(seed, PLACE, keys, 0, 8))
    villages["jobs"] = jobs * (1.2 - 0.01 * villages["distance_km"])
    villages["jobs_now"] = villages["jobs"]
    villages["away_share"] = 0.2
    villages["weather"] = 1.0
    water = np.clip(np.array(p.water_mean)[terrain] + 0.15 * _normals(seed, keys, 9), 0.05, 1.0)
    return villages, water


def post_cadres(profile: Profile, villages: NDArray[np.void], seed: int, p: P) -> NDArray[np.void]:
    """Cadres in their villages; the profile's total is met exactly at the profile's size."""
    n = len(villages)
    counts = share_out(profile.cadres / profile.villages, n)
    ends = np.cumsum(counts)
    villages["first_cadre"], villages["last_cadre"] = ends - counts, ends
    cadres = Cadre.rows(int(ends[-1]))
    cadres["village"] = np.repeat(np.arange(n), counts)
    slot = np.arange(len(cadres)) - np.repeat(ends - counts, counts)
    keys = villages["key"][cadres["village"]] * SLOTS_A_VILLAGE + slot
    cadres["key"] = keys
    for k, (name, mean) in enumerate((("farm", 0.45), ("finance", 0.4), ("jobs", 0.4), ("standing", 0.5))):
        z = norm_ppf_array(uniforms(seed, CADRE, keys, 0, k))
        cadres[name] = np.clip(mean + 0.15 * z, 0.05, 0.95)
    z = norm_ppf_array(uniforms(seed, CADRE, keys, 0, 9))
    cadres["effort"] = np.clip(p.cadre_effort + 0.15 * z, 0.05, 1.0)
    return cadres


def pair_units(profile: Profile, villages: NDArray[np.void], cadres: NDArray[np.void], seed: int, p: P) -> NDArray[np.void]:
    """Support units, each paired with villages side by side, and the cadres they send."""
    unit_of = np.floor(np.arange(len(villages)) * (profile.units / profile.villages) + 1e-9).astype(np.int64)
    units = Unit.rows(int(unit_of.max()) + 1)
    index = np.arange(len(units))
    units["key"] = index + 1
    levels, trades = profile.unit_levels_and_trades(len(units))
    units["level"], units["trade"] = levels, trades
    units["first_village"] = np.searchsorted(unit_of, index, side="left")
    units["last_village"] = np.searchsorted(unit_of, index, side="right")
    units["group"] = villages["county"][units["first_village"]]
    units["project"] = -1
    spread = 0.4 + 1.2 * uniforms(seed, CADRE, units["key"].astype(np.int64), 0, 20)
    units["money_yuan"] = profile.unit_money_yuan / profile.units * spread
    units["effort"] = np.array(p.level_effort)[levels]
    units["standing"] = 0.5
    villages["unit"] = unit_of
    cadres["unit"] = unit_of[cadres["village"]]
    cadres["effort"] = np.clip(cadres["effort"] * units["effort"][cadres["unit"]] / p.level_effort[2], 0.05, 1.0)
    return units


def lay_out(profile: Profile, n_villages: int, seed: int, p: P, row: NDArray[np.void], knobs: Knobs) -> World:
    """A world before its opening year.

    Args:
        profile: The county it resembles.
        n_villages: How many villages; beyond the profile's own number more counties of the same kind follow.
        seed: Population seed.
        p: Parameters.
        row: The same as a record array.
        knobs: Fitted level, spread and registry line.
    """
    villages, water = lay_out_villages(profile, n_villages, seed, p, knobs)
    households = Household.rows(int(villages["last"][-1]))
    settle(households, villages, row, seed, knobs.spread, SLOTS_A_VILLAGE, water, 0, n_villages)
    cadres = post_cadres(profile, villages, seed, p)
    units = pair_units(profile, villages, cadres, seed, p)
    offsets = np.append(villages["first"], villages["last"][-1]).astype(np.int64)
    indptr, indices = contacts(offsets, villages["key"].astype(np.int64), seed, vars(p))
    return World(households, villages, cadres, units, indptr, indices)
