"""Fitting the generator to a profile: what a household must have so that its opening year ends in the county's books.

Mean income sets the level of the place, headcount the spread of ability, the wage share how many months migrants work
(unless the profile says what they are paid), and land, hands, rents and the guarantee follow theirs. The fit is made on
a reference world of the profile's own size and a fixed seed, so that the size of the world that is then built, and its
seed, change nothing in the households they share. A small profile is repeated until chance averages out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from sim.agents.household import Household
from sim.core.errors import Unfittable
from sim.core.meaning import SHIPPED, Own
from sim.core.numerics import add_up, exp, log, total
from sim.core.rule import all_mean, kernel
from sim.core.sources import SIM, reached_from
from sim.facts.sources import N_SOURCES, OPERATING, PROPERTY, WAGE
from sim.parameters import load_parameters
from sim.parameters.packed import P
from sim.population.first_year import Month, Opened, begin
from sim.population.flags import Cuts, find_cuts, income, per_head
from sim.population.network import contacts
from sim.population.profile import Profile, village_sizes
from sim.population.synthetic.people import gather
from sim.population.synthetic.recipe import Knobs, shape
from sim.population.synthetic.world import SLOTS_A_VILLAGE, Network

Told = Callable[[int], None]
REFERENCE_SEED = 3
LEAST_VILLAGES, LEAST_HOUSEHOLDS = 120, 7000
ROUNDS = 16
MOST_SPREAD = 1.2
CLOSE = 0.001
"""How closely a fit meets the mean (relative) and the headcount (share of persons)."""
NEAR = 0.02
"""How far books may contradict themselves: the nearest headcount that goes with the mean is taken, and marked."""
LEVELS, AWAY = (0.05, 20.0), (0.1, 1.2)
# What log mean income, wage share and headcount (rows) do when log level, log months away and spread (columns) rise:
# found on the county, where to begin with others.
SLOPES = ((0.71, 0.74, 0.18), (-0.28, 0.55, 0.16), (-0.40, -0.35, 0.36))


def reference_start(profile: Profile) -> Month:
    """Year and month at which the year that the profile describes is over."""
    return profile.income.year, 12


def reference_villages(profile: Profile) -> int:
    """Size of the reference world: the profile's own, or as many times that as chance needs to average out."""
    wanted = max(LEAST_VILLAGES, LEAST_HOUSEHOLDS / profile.size.households_per_village)
    return profile.villages * ceil(wanted / profile.villages)


def fitted(profile: Profile, p: P, row: NDArray[np.void], own: Own = SHIPPED, told: Told | None = None) -> Knobs:
    """The knobs for a profile: as its file has them if they still hold, else fitted now (once a process).

    Arguments are those of `fit`.

    Raises:
        UserError: The profile's figures do not fit together.
    """
    return _fit_of(profile, p, row, own, told)[0]


def cuts_at(profile: Profile, p: P, row: NDArray[np.void], year: int, month: int, own: Own = SHIPPED) -> Cuts:
    """What tells households apart (fifths, registry) when a run opens in that month."""
    knobs, cuts = _fit_of(profile, p, row, own)
    if (year, month) not in cuts:
        opened = _Reference(profile, p, row, own).live(knobs, (year, month))
        cuts[year, month] = find_cuts(opened.world.households, profile, p, opened.line_yuan, REFERENCE_SEED)
    return cuts[year, month]


_FITS: dict[tuple[str, str], tuple[Knobs, dict[Month, Cuts]]] = {}


def _fit_of(
    profile: Profile, p: P, row: NDArray[np.void], own: Own, told: Told | None = None
) -> tuple[Knobs, dict[Month, Cuts]]:
    of, known = digest(profile, row), profile.fitted
    key = of, all_mean(own)
    if key not in _FITS:
        if known is not None and known.of == of and not own and known.knobs.keys() == vars(Knobs()).keys():
            knobs = Knobs(**known.knobs)
            cuts = Cuts(known.fifths, known.registry_line, known.registry_noise, known.causes)
        else:
            knobs, cuts = fit(profile, p, row, own, told)
        _FITS[key] = (knobs, {reference_start(profile): cuts})
    return _FITS[key]


def digest(profile: Profile, row: NDArray[np.void]) -> str:
    """What a fit depends on, hashed: the profile, the parameters that are not a policy's, the rules."""
    stir = hashlib.blake2b(_sources(), digest_size=8)
    stir.update(profile.model_dump_json(exclude={"fitted", "title", "county", "purses", "roster"}).encode())
    for name in _shaping():
        stir.update(row[name].tobytes())
    return stir.hexdigest()


@lru_cache
def _sources() -> bytes:
    """What stands in the sources that opening a world reaches; not where they stand or when they were written."""
    files = reached_from("sim.population.opening")
    return b"".join(file.relative_to(SIM).as_posix().encode() + b"\0" + file.read_bytes() for file in files)


@lru_cache
def _shaping() -> tuple[str, ...]:
    return tuple(entry.name for entry in load_parameters().entries if entry.topic != "policies")


@dataclass(frozen=True)
class _Found:
    """What a reference world shows; yuan, mu and shares a head."""

    mean: float
    wage: float
    operating: float
    property: float
    headcount: float
    land: float
    dibao: float


class _Reference:
    """The reference world of a profile, lived again and again with other knobs."""

    def __init__(
        self, profile: Profile, p: P, row: NDArray[np.void], own: Own = SHIPPED, told: Told | None = None
    ) -> None:
        self.profile, self.p, self.row, self.own = profile, p, row, own
        self._told, self._tries = told, 0
        self.villages = reference_villages(profile)
        sizes = village_sizes(profile, self.villages, REFERENCE_SEED)
        first, keys = np.append(0, np.cumsum(sizes)).astype(np.int64), np.arange(1, self.villages + 1)
        self.network: Network = contacts(first, keys, REFERENCE_SEED, vars(p))
        self.keys = np.repeat(keys * SLOTS_A_VILLAGE - first[:-1], sizes) + np.arange(first[-1])

    def live(self, knobs: Knobs, start: Month) -> Opened:
        """A world with these knobs at the end of its first year."""
        self._tries += 1
        if self._told:
            self._told(self._tries)
        who = (self.profile, self.villages, REFERENCE_SEED)
        return begin(*who, self.p, self.row, knobs, start, network=self.network, own=self.own)

    def workers(self, knobs: Knobs) -> float:
        """Workers a household."""
        households = Household.rows(len(self.keys))
        households["key"] = self.keys
        _gather(households, self.row, shape(self.profile, self.p, knobs), REFERENCE_SEED)
        return float(households["workers"].sum() / len(households))


@kernel
def _gather(households: Any, params: Any, knobs: Any, seed: int) -> None:
    for i in range(households.shape[0]):
        gather(households[i], params[0], knobs[0], seed)


def fit(
    profile: Profile, p: P, row: NDArray[np.void], own: Own = SHIPPED, told: Told | None = None
) -> tuple[Knobs, Cuts]:
    """Fit the generator to a profile.

    Args:
        profile: The county.
        p: Parameters.
        row: The same as a record array.
        own: Rules of the user's own.
        told: Called with the number of each try, since a fit may take a while.

    Returns:
        The knobs, and the cuts at `reference_start`.

    Raises:
        UserError: The profile's figures do not fit together; it says what could be reached.
    """
    reference = _Reference(profile, p, row, own, told)
    start = replace(Knobs(), dependants=_dependants(reference))
    knobs, opened, found = _solve(reference, start, None)
    if not _agrees(profile, found):
        ends = [_solve(reference, start, spread)[2] for spread in (0.0, MOST_SPREAD)]
        if not _between(profile, ends, found):
            _refuse(profile, ends, found)  # at once: no spread in between would do
        knobs, opened, found = _halve(reference, start)
        if not _agrees(profile, found, NEAR):
            _refuse(profile, ends, found)
    return knobs, find_cuts(opened.world.households, profile, p, opened.line_yuan, REFERENCE_SEED)


def _dependants(reference: _Reference) -> float:
    """The share of dependants that leaves the profile's workers; the more of the former, the fewer of the latter."""
    goal, low, high = reference.profile.household.workers, 0.0, 1.0
    most, least = (reference.workers(replace(Knobs(), dependants=share)) for share in (low, high))
    if not least < goal < most:
        problem = f"{goal:g} workers in a household of {reference.profile.household.size:g}"
        raise Unfittable(problem, field="household.workers", allowed=f"{least:.1f} to {most:.1f}")
    for _ in range(12):
        middle = 0.5 * (low + high)
        if reference.workers(replace(Knobs(), dependants=middle)) > goal:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _solve(reference: _Reference, knobs: Knobs, spread: float | None) -> tuple[Knobs, Opened, _Found]:
    """Turn the knobs until the reference world shows the profile's figures (Broyden's method: the slopes are learnt).

    With `spread` given it stays there, and the headcount comes as it comes.
    """
    profile = reference.profile
    knobs = knobs if spread is None else replace(knobs, spread=spread)
    free = [0, *([1] if profile.prices.wage_level is None else []), *([2] if spread is None else [])]
    slopes = [[SLOPES[i][j] for j in free] for i in free]
    before: list[float] = []
    step: list[float] = []
    for left in range(ROUNDS - 1, -1, -1):
        opened = reference.live(knobs, reference_start(profile))
        found = _look(opened)
        if left == 0 or _agrees(profile, found, CLOSE if spread is None else 1.0):
            break
        missing = _missing(profile, found)
        off = [missing[i] for i in free]
        size = add_up(x * x for x in step)
        if size > 0.0:
            for i, row in enumerate(slopes):
                learnt = (before[i] - off[i] - add_up(a * x for a, x in zip(row, step, strict=True))) / size
                slopes[i] = [a + learnt * x for a, x in zip(row, step, strict=True)]
            if any(row[i] <= 0.0 for i, row in enumerate(slopes)):
                slopes = [[SLOPES[i][j] for j in free] for i in free]  # a step against the grain taught nonsense
        asked = dict(zip(free, _equation(slopes, off), strict=True))
        if knobs.away_months == AWAY[1] and asked.get(1, 0.0) > 0.0:
            asked = _held(slopes, off, free)
        new = _turn(knobs, profile, reference.p, found, asked)
        moved = (log(new.level / knobs.level), log(new.away_months / knobs.away_months), new.spread - knobs.spread)
        before, step, knobs = off, [moved[i] for i in free], new
    return knobs, opened, found


def _halve(reference: _Reference, start: Knobs) -> tuple[Knobs, Opened, _Found]:
    """The same by halving the range of the spread, for a headcount that moves in jumps: slower, and hard to mislead."""
    low, high, knobs = 0.0, MOST_SPREAD, start
    for _ in range(ROUNDS):
        spread = 0.5 * (low + high)
        knobs, opened, found = _solve(reference, knobs, spread)
        if _agrees(reference.profile, found):
            break
        low, high = (spread, high) if found.headcount < reference.profile.headcount else (low, spread)
    return knobs, opened, found


def _held(slopes: list[list[float]], off: list[float], free: list[int]) -> dict[int, float]:
    """The step of the other knobs where the months away are at their most: nobody is away for longer."""
    k = free.index(1)
    others = [i for i in range(len(free)) if i != k]
    step = _equation([[slopes[i][j] for j in others] for i in others], [off[i] for i in others])
    return {1: 0.0, **dict(zip([free[i] for i in others], step, strict=True))}


def _equation(a: list[list[float]], b: list[float]) -> list[float]:
    """Solve a x = b (a few unknowns, by elimination)."""
    rows = [[*row, value] for row, value in zip(a, b, strict=True)]
    n = len(rows)
    for i in range(n):
        best = max(range(i, n), key=lambda r: abs(rows[r][i]))
        rows[i], rows[best] = rows[best], rows[i]
        for r in range(n):
            if r != i:
                factor = rows[r][i] / (rows[i][i] or 1e-9)
                rows[r] = [x - factor * y for x, y in zip(rows[r], rows[i], strict=True)]
    return [rows[i][n] / (rows[i][i] or 1e-9) for i in range(n)]


def _look(opened: Opened) -> _Found:
    h = opened.world.households
    persons = h["persons"].astype(np.float64)
    people = total(persons)
    parts = [total(np.ascontiguousarray(h["income_last"][:, k])) / people for k in range(N_SOURCES)]
    poor = per_head(h) < opened.line_yuan
    return _Found(
        mean=total(income(h)) / people,
        wage=parts[WAGE],
        operating=parts[OPERATING],
        property=parts[PROPERTY],
        headcount=total(persons * poor) / people,
        land=total(h["land_mu"]) / people,
        dibao=total(h["dibao"].astype(np.float64)) / people,
    )


def _agrees(profile: Profile, found: _Found, headcount: float = CLOSE) -> bool:
    """Whether income is within 0.1%, and the headcount within `headcount` (share of persons)."""
    wage = profile.income.sources.wage
    return (
        abs(found.mean / profile.income_yuan - 1.0) < CLOSE
        and abs(found.headcount - profile.headcount) < headcount
        and (profile.prices.wage_level is not None or abs(found.wage / profile.income_yuan - wage) < 0.003)
        and abs(found.land - profile.household.land_mu_per_head) < 0.01
    )


def _missing(profile: Profile, found: _Found) -> tuple[float, float, float]:
    """What is missing in log mean income, wage share and headcount."""
    return (
        log(profile.income_yuan / max(found.mean, 1.0)),
        profile.income.sources.wage - found.wage / max(found.mean, 1.0),
        profile.headcount - found.headcount,
    )


def _turn(knobs: Knobs, profile: Profile, p: P, found: _Found, asked: dict[int, float]) -> Knobs:
    """The knobs after a step; land, rents and guarantee go straight where they belong."""
    rents = profile.income.sources.property * profile.income_yuan
    return replace(
        knobs,
        level=_within(LEVELS, knobs.level * exp(_within((-0.7, 0.7), asked[0]))),
        away_months=_within(AWAY, knobs.away_months * exp(_within((-0.4, 0.4), asked.get(1, 0.0)))),
        spread=_within((0.0, MOST_SPREAD), knobs.spread + _within((-0.3, 0.3), asked.get(2, 0.0))),
        property_yuan=knobs.property_yuan * rents / found.property if found.property > 0.0 else knobs.property_yuan,
        dibao=knobs.dibao + _within((-1.0, 1.0), (p.dibao_share - found.dibao) / (0.7 * max(0.01, p.dibao_share))),
        land_mu=knobs.land_mu * profile.household.land_mu_per_head / found.land if found.land > 0.0 else 0.0,
    )


def _within(limits: tuple[float, float], x: float) -> float:
    return min(limits[1], max(limits[0], x))


def _reached(profile: Profile, worlds: Sequence[_Found]) -> list[bool]:
    """Whether each of some worlds, such as those of the least and the greatest spread, has the profile's mean."""
    return [abs(one.mean / profile.income_yuan - 1.0) < 0.01 for one in worlds]


def _between(profile: Profile, ends: Sequence[_Found], found: _Found) -> bool:
    """Whether some spread may give the figures: the mean is not out of reach, nor is the headcount beyond the ends'."""
    low, high = _reached(profile, ends)
    if not low and not high and not _reached(profile, [found])[0]:
        return False
    return not (low and profile.headcount < ends[0].headcount - NEAR) and not (
        high and profile.headcount > ends[1].headcount + NEAR
    )


def _refuse(profile: Profile, ends: Sequence[_Found], found: _Found) -> NoReturn:
    """Say which figures do not go together, and what would."""
    low, high = _reached(profile, ends)
    if not low and not high:
        raise Unfittable(
            f"a mean of {profile.income_yuan:,.0f} yuan cannot be reached with this land, these hands and these wages",
            field="income.yuan_per_head",
            allowed=f"the nearest found is {found.mean:,.0f} yuan",
            mend="correct it, income.sources or household / 人均收入与耕地、劳动力、工资对不上，请核对",
        )
    least = f"from about {ends[0].headcount:.1%}" if low else ""
    most = f"up to about {ends[1].headcount:.1%}" if high else ""
    raise Unfittable(
        f"a headcount of {profile.headcount:.1%} does not go with a mean of {profile.income_yuan:,.0f} yuan "
        f"and a line of {profile.poverty.line_yuan:,.0f}",
        field="poverty.headcount",
        allowed=f"{least} {most}".strip() + " at that mean",
        mend="correct it, or income.yuan_per_head / 贫困发生率与人均收入、贫困线相互矛盾，请核对是否出自同一口径",
    )
