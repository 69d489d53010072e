"""A synthetic world from published margins: villages, households, cadres, units and who knows whom.

Every draw is keyed by the population seed and the agent's own key, so a bigger world leaves the first villages as they
were. Income is not drawn. Households get land, hands, skills and capital, and live an opening year under the model's
own rules (see `sim.population.opening`); their income is what comes of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.cadre import Cadre
from sim.agents.household import Household
from sim.agents.unit import Unit
from sim.agents.village import Village
from sim.core.draws import decision, uniform, uniforms
from sim.core.engine import Engine
from sim.core.errors import UserError
from sim.core.numerics import add_up, exp, logistic, norm_cdf, norm_ppf, norm_ppf_array
from sim.core.records import Record, real
from sim.core.rule import kernel, rule
from sim.money.lending import BANK, LoanBook
from sim.parameters.packed import P
from sim.population.network import contacts
from sim.population.profile import Profile, terrains, village_sizes
from sim.population.sharing import in_pairs, share_out

PEOPLE = decision("people.composition")
SCHOOLING = decision("people.schooling")
GIFTS = decision("people.gifts")
HOLDINGS = decision("people.holdings")
SAVINGS = decision("people.savings")
LIVING = decision("people.living")
FIELDS = decision("people.land")
PLACE = decision("village.place")
CADRE = decision("cadre.nature")
Network = tuple[NDArray[np.int64], NDArray[np.int32]]  # indptr and indices, as `contacts` gives them
EXPECTED_BY_MOUTHS = 0.42  # share of the income a household expects at first that goes by mouths, not by hands
SLOTS_A_VILLAGE = 1 << 20  # household keys: village key times this, plus the slot


@dataclass
class World:
    """All rows of a world and the contact network of its households."""

    households: NDArray[np.void]
    villages: NDArray[np.void]
    cadres: NDArray[np.void]
    units: NDArray[np.void]
    loans: LoanBook
    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    perceived_yuan: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    """Income a head as the registry sees it, with its errors."""

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Households of each village."""
        return np.asarray(self.villages["last"] - self.villages["first"])

    def copy(self) -> World:
        """A world of its own; the network is shared, since nothing writes it."""
        h, v, c, u = (rows.copy() for rows in (self.households, self.villages, self.cadres, self.units))
        return World(h, v, c, u, self.loans.copy(h), self.indptr, self.indices, self.perceived_yuan)


@dataclass(frozen=True)
class Knobs:
    """What is fitted so that the opening year ends in the profile's figures (see `sim.population.fitting`).

    Attributes:
        level: Factor on what land, stock, glass and shops bring (1 = as the parameters say).
        spread: Standard deviation of log ability.
        wages: What the county's migrants are paid, against the nation's.
        property_yuan: Rents and dividends of a household that has any, at ability 1 and 2012 prices.
        dibao: Log odds of the minimum living guarantee for a middling household.
        dependants: Share of members beyond two who are children.
        land_mu: Land a head, before terrain and household size.
    """

    level: float = 1.25
    spread: float = 0.2
    wages: float = 0.61
    property_yuan: float = 1300.0
    dibao: float = -2.2
    dependants: float = 0.38
    land_mu: float = 2.35


class Shape(Record):
    """What rules read when they make up a household: the knobs, and what follows from the profile alone."""

    level: float = real("ratio", "as in the knobs")
    spread: float = real("log points", "as in the knobs")
    property_yuan: float = real("yuan/year", "as in the knobs")
    dibao: float = real("log odds", "as in the knobs")
    dependants: float = real("share", "as in the knobs")
    land_mu: float = real("mu/person", "as in the knobs")
    a_head_yuan: float = real("yuan/month", "income expected at first by each person")
    a_worker_yuan: float = real("yuan/month", "and by each worker of ability 1")
    sizes: Sequence[float] = real("share", "households with 1, 2, ... persons", 8)
    schooling: Sequence[float] = real("share", "classes of schooling of the best-schooled worker", 5)


def shape(profile: Profile, p: P, knobs: Knobs) -> NDArray[np.void]:
    """The knobs and the profile's part in one row."""
    rows = Shape.rows(1)
    row, household = rows[0], profile.household
    for name, value in vars(knobs).items():
        if name in Shape.COLUMNS:
            row[name] = value
    household_yuan = profile.income_yuan / 12.0 * household.size
    row["a_head_yuan"] = EXPECTED_BY_MOUTHS * household_yuan / household.size
    row["a_worker_yuan"] = (1.0 - EXPECTED_BY_MOUTHS) * household_yuan / household.workers
    row["sizes"] = tilted(p.persons_shares, household.size)
    education = household.education
    unschooled, college = p.schooling_ends
    row["schooling"] = (
        education.primary * unschooled,
        education.primary * (1.0 - unschooled),
        education.junior,
        education.senior * (1.0 - college),
        education.senior * college,
    )
    return rows


def tilted(shares: Sequence[float], size: float) -> tuple[float, ...]:
    """Shares of households with 1, 2, ... persons, tilted from a known shape to another mean size.

    Raises:
        UserError: The shape cannot be tilted so far.
    """

    def tilt(x: float) -> tuple[list[float], float]:
        weights, factor = [], 1.0
        for share in shares:
            weights.append(share * factor)
            factor *= x
        whole = add_up(weights)
        weights = [weight / whole for weight in weights]
        return weights, add_up(n * weight for n, weight in enumerate(weights, start=1))

    low, high = 0.1, 10.0
    least, most = tilt(low)[1], tilt(high)[1]
    if not least < size < most:
        raise UserError(
            f"households of {size:g} persons on average cannot be made up",
            field="household.size",
            allowed=f"{least:.1f} to {most:.1f}",
        )
    for _ in range(60):
        middle = 0.5 * (low + high)
        if tilt(middle)[1] < size:
            low = middle
        else:
            high = middle
    return tuple(tilt(low)[0])


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
def gather(h: Household, p: P, k: Shape, seed: int) -> None:
    """Who lives in the household: persons, elders, children, students, workers."""
    h.persons = 1 + pick(uniform(seed, PEOPLE, h.key, 0, 0), k.sizes, 8)
    u = uniform(seed, PEOPLE, h.key, 0, 1)
    h.elders = 0
    if u > p.elder_none:
        h.elders = min(h.persons, 1 if u < p.elder_none + p.elder_one else 2)
    rest = h.persons - h.elders
    disabled = 1 if rest >= 2 and uniform(seed, PEOPLE, h.key, 0, 2) < p.disabled_share else 0
    rest -= disabled
    h.children = h.seniors = h.university = h.leavers = 0
    for member in range(max(0, rest - 2)):
        if uniform(seed, PEOPLE, h.key, 0, 10 + member) < k.dependants:
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
    years = pick(uniform(seed, SCHOOLING, h.key, 0), k.schooling, 5)
    h.schooling = 0 if years == 0 else 3 + 3 * years - (1 if years <= 2 else 0) + (1 if years == 4 else 0)


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
def furnish(h: Household, v: Village, p: P, k: Shape, seed: int, water_share: float) -> int:
    """What it owes, has saved, knows and lives in as the opening year begins.

    Returns:
        Months that its bank loan has to run (0: it has none).
    """
    term = 0
    h.expected_yuan = (k.a_head_yuan * h.persons + k.a_worker_yuan * h.workers * h.ability) * v.level / k.level
    h.cash_yuan = p.cash_months * h.expected_yuan * exp(0.8 * normal(seed, SAVINGS, h.key, 0) - 0.32) + 2000.0
    if uniform(seed, SAVINGS, h.key, 0, 1) < p.bank_borrowers * min(3.0, 0.5 + h.talent * 0.5):
        h.debt_yuan = p.bank_loan_yuan * exp(0.6 * normal(seed, SAVINGS, h.key, 2) - 0.18)
        term = 12 + int(36.0 * uniform(seed, SAVINGS, h.key, 0, 3))
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
    richer = min(1.5, h.ability * v.level / k.level)
    h.house = 1 if uniform(seed, LIVING, h.key, 0, 2) < p.house_sound * (0.4 + 0.6 * richer) else 0
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


def _normals(seed: int, keys: NDArray[np.int64], k: int) -> NDArray[np.float64]:
    return norm_ppf_array(uniforms(seed, PLACE, keys, 0, k))


def lay_out_villages(
    profile: Profile, n: int, seed: int, p: P, knobs: Knobs
) -> tuple[NDArray[np.void], NDArray[np.float64]]:
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
    pair, sign = in_pairs(n, profile.villages)
    z = sign * _normals(seed, pair + 1, 0)
    level = knobs.level * np.array(p.level_terrain)[terrain]
    villages["level"] = level * (1.0 + p.level_sd * np.clip(z, -2.5, 2.5))
    villages["road"] = np.clip(np.array(p.road_mean)[terrain] + 0.2 * _normals(seed, keys, 1), 0.05, 1.0)
    villages["distance_km"] = 4.0 + 36.0 * uniforms(seed, PLACE, keys, 0, 2)
    watered = np.array(p.irrigation_terrain)[terrain] * (0.5 + uniforms(seed, PLACE, keys, 0, 3))
    villages["irrigation"] = np.clip(watered, 0.0, 1.0)
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


def pair_units(
    profile: Profile, villages: NDArray[np.void], cadres: NDArray[np.void], seed: int, p: P
) -> NDArray[np.void]:
    """Support units, each paired with villages side by side, and the cadres they send."""
    unit_of = np.floor(np.arange(len(villages)) * (profile.units / profile.villages) + 1e-9).astype(np.int64)
    units = Unit.rows(max(int(unit_of.max()) + 1, int(len(villages) * profile.units / profile.villages + 1e-9)))
    index = np.arange(len(units))
    units["key"] = index + 1
    levels, trades = profile.unit_levels_and_trades(len(units))
    units["level"], units["trade"] = levels, trades
    units["first_village"] = np.searchsorted(unit_of, index, side="left")
    units["last_village"] = np.searchsorted(unit_of, index, side="right")
    units["group"] = villages["county"][np.minimum(units["first_village"], len(villages) - 1)]
    units["project"] = -1
    pair, sign = in_pairs(len(units), profile.units)
    more = 0.6 * sign * (2.0 * uniforms(seed, CADRE, pair, 0, 20) - 1.0)
    units["money_yuan"] = profile.unit_money_yuan / profile.units * (1.0 + more)
    units["effort"] = np.array(p.level_effort)[levels]
    units["standing"] = 0.5
    villages["unit"] = unit_of
    cadres["unit"] = unit_of[cadres["village"]]
    cadres["effort"] = np.clip(cadres["effort"] * units["effort"][cadres["unit"]] / p.level_effort[2], 0.05, 1.0)
    return units


def lay_out(
    profile: Profile,
    n_villages: int,
    seed: int,
    p: P,
    row: NDArray[np.void],
    knobs: Knobs,
    network: Network | None = None,
    threads: int = 1,
) -> World:
    """A world before its opening year.

    Args:
        profile: The county it resembles.
        n_villages: How many villages; beyond the profile's own number more counties of the same kind follow.
        seed: Population seed.
        p: Parameters.
        row: The same as a record array.
        knobs: What was fitted to the profile.
        network: The contacts of these villages, if already drawn: knobs leave them as they are.
        threads: How many threads share the villages; changes nothing but time.
    """
    villages, water = lay_out_villages(profile, n_villages, seed, p, knobs)
    households = Household.rows(int(villages["last"][-1]))
    engine = Engine("compiled", villages["last"] - villages["first"], threads)
    terms = np.zeros(len(households), dtype=np.int64)
    engine.run(settle, households, villages, row, shape(profile, p, knobs), seed, SLOTS_A_VILLAGE, water, terms)
    engine.close()
    cadres = post_cadres(profile, villages, seed, p)
    units = pair_units(profile, villages, cadres, seed, p)
    if network is None:
        offsets = np.append(villages["first"], villages["last"][-1]).astype(np.int64)
        network = contacts(offsets, villages["key"].astype(np.int64), seed, vars(p), threads)
    loans = LoanBook(households, n_villages, row)
    loans.add_lender("bank", p.bank_rate, campaign=False)
    owing = np.flatnonzero(terms).astype(np.int64)
    loans.lend(BANK, owing, households["debt_yuan"][owing], terms[owing])
    return World(households, villages, cadres, units, loans, *network)
