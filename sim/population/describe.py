"""The starting world beside the profile and beside published figures, line by line.

Figures, tolerances and their reasons stand in published.toml, decided beforehand. A world smaller than its profile
(or than 120 villages) is held against totals in proportion to its villages (those that come to less than one are left
out), and its means may be off by chance as well:
how far is found between groups of as many villages of the reference world.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.calendar.era import ERAS
from sim.core.frozen import FrozenModel
from sim.core.numerics import add_up, total
from sim.facts.causes import CAUSES, ILLNESS
from sim.facts.sources import OPERATING, PROPERTY, TRANSFER, WAGE
from sim.facts.units import LEVELS
from sim.indicators.arrays import ratio
from sim.indicators.inequality import gini
from sim.money.purse import Purse
from sim.parameters import load_parameters
from sim.parameters.packed import P, as_python, as_row
from sim.population.fitting import (
    LEAST_VILLAGES,
    REFERENCE_SEED,
    Told,
    fitted,
    reference_start,
    reference_villages,
)
from sim.population.network import DegreeStatistics, degree_statistics
from sim.population.opening import Opened, income, open_world, per_head
from sim.population.own_line import with_own_line
from sim.population.profile import Profile
from sim.toml.check import check
from sim.toml.source import raise_all, read_toml

PUBLISHED = Path(__file__).with_name("published.toml")
OWES_YUAN = 100.0
COMPACT_HOUSEHOLDS = 100
LARGEST_GROUP = 15  # villages: about a township
MOST_TRIES, ENOUGH_HOUSEHOLDS = 4, 40_000  # a small reference world is drawn more than once
CHANCE = 3.0  # standard errors by which chance may widen a tolerance


class Figure(FrozenModel):
    """One line to hold the model against; see published.toml."""

    label_en: str
    label_zh: str
    unit: str
    role: Literal["set", "fitted", "free"]
    why: str = Field(min_length=1)
    measure: str = Field(min_length=1)
    tolerance: float | None = Field(default=None, ge=0)
    relative: float | None = Field(default=None, gt=0)
    compact: float | None = Field(default=None, ge=0)
    total: bool = False
    value: float | tuple[float, float] | None = None
    place: str = ""
    year: int | None = None
    source: str = ""
    confidence: str = ""

    @property
    def published(self) -> float | None:
        """The published figure, or the middle of its range; None if the profile gives it."""
        return add_up(self.value) / 2.0 if isinstance(self.value, tuple) else self.value

    def allowed(self, figure: float, compact: bool = False) -> float:
        """How far the model may be from the figure (in compact villages, if so)."""
        if compact and self.compact is not None:
            return self.compact
        return self.tolerance if self.tolerance is not None else (self.relative or 0.0) * abs(figure)


@dataclass(frozen=True)
class Line:
    """Model beside figure."""

    name: str
    label_en: str
    label_zh: str
    model: float
    profile: float
    difference: float
    tolerance: float
    within: bool
    unit: str
    role: str


@lru_cache
def figures() -> Mapping[str, Figure]:
    """Every line of published.toml, in its order."""
    source = read_toml(PUBLISHED)
    read: dict[str, Figure] = {}
    problems = []
    for name, table in source.data.items():
        figure, found = check(Figure, table, source.place, at=(name,))
        problems += found
        if figure is not None:
            read[name] = figure
    if problems:
        raise_all(problems)
    return read


def describe(
    profile: Profile,
    villages: int | None = None,
    seed: int = 1,
    values: Mapping[str, Any] | None = None,
    purses: Sequence[Purse] | None = None,
    told: Told | None = None,
) -> list[Line]:
    """The generated world beside the profile and published figures.

    The world is taken at the end of the profile's year, when the books were closed.

    Args:
        profile: The county.
        villages: Size of the world; the profile's own by default.
        seed: Population seed.
        values: Parameters by name; the shipped ones by default.
        purses: Purses that a plan has; the profile's own by default.
        told: As `fitting.fit`.

    Raises:
        UserError: The profile's figures do not fit together.
    """
    n = villages or profile.villages
    values = load_parameters(on=profile.books_closed_on).values if values is None else values
    values = with_own_line(values, profile)
    purses = profile.purses if purses is None else purses
    p, row = as_python(values), as_row(values)
    fitted(profile, p, row, told=told)

    def opened(villages: int, population_seed: int) -> Opened:
        return open_world(profile, villages, population_seed, p, row, *reference_start(profile))

    whole = _part(opened(n, seed), p, 0, n)
    chance: Mapping[str, float] = {}
    if n < LEAST_VILLAGES or n % profile.villages != 0:
        size = reference_villages(profile)
        tries = max(1, min(MOST_TRIES, round(ENOUGH_HOUSEHOLDS / (size * profile.size.households_per_village))))
        chance = _chance([opened(size, REFERENCE_SEED + k) for k in range(tries)], p, n)
    scale = n / profile.villages
    lines = []
    for name, figure in figures().items():
        if name == "purse":
            lines += _purse_lines(figure, profile, purses, n)
            continue
        if figure.published is not None and ERAS[profile.era].concept != "net":
            continue  # published of net income
        model = MEASURES[name](whole)
        if math.isnan(model):
            continue  # nobody to measure it on
        value = figure.published if figure.published is not None else PROFILE[name](profile)
        if figure.total and scale < 1.0 and value * scale < 1.0:
            continue  # less than one in so few villages: nothing to hold the world against
        tolerance = figure.allowed(value, compact=profile.size.households_per_village < COMPACT_HOUSEHOLDS)
        lines.append(_line(name, figure, model, value, tolerance, n, scale, chance.get(name)))
    says = ERAS[profile.era].says
    return [replace(line, label_en=says(line.label_en), label_zh=says(line.label_zh)) for line in lines]


def _line(
    name: str, figure: Figure, model: float, value: float, tolerance: float, n: int, scale: float, chance: float | None
) -> Line:
    """One line; totals in proportion to the villages, tolerances widened by chance in a small world."""
    english, chinese = figure.label_en, figure.label_zh
    if figure.total and scale != 1.0:
        value, tolerance = value * scale, tolerance * scale + 1.0  # what is shared out falls on whole places
        english, chinese = f"{english} (in proportion to {n:,} villages)", f"{chinese}（按{n}个村折算）"
    if chance is not None and name != "villages":
        tolerance += CHANCE * chance * (n if figure.total else 1.0)
        if chance > 0.0 and not figure.total:
            english = f"{english} (wider tolerance for {n:,} villages)"
            chinese = f"{chinese}（仅{n}个村，放宽允许差额）"
    off = model - value
    within = abs(off) <= tolerance * (1.0 + 1e-9) + 1e-9
    return Line(name, english, chinese, model, value, off, tolerance, within, figure.unit, figure.role)


def _purse_lines(figure: Figure, profile: Profile, purses: Sequence[Purse], n: int) -> list[Line]:
    """A line for every purse of the books, and for every one that the run has beside."""
    held = {purse.id: purse for purse in purses}
    booked = {purse.id: purse for purse in profile.purses}
    scale = n / profile.villages
    lines = []
    for key in (*booked, *(k for k in held if k not in booked)):
        value = booked[key].amount_yuan if key in booked else 0.0
        model = held[key].amount_yuan * scale if key in held else 0.0
        line = _line(f"purse_{key}", figure, model, value, figure.allowed(value), n, scale, None)
        purse = booked.get(key) or held[key]
        english, chinese = line.label_en.format(name=purse.title_en), line.label_zh.format(name=purse.title_zh)
        lines.append(replace(line, label_en=english, label_zh=chinese))
    return lines


# ---- what is measured ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """Some villages of an opened world, and what belongs to them."""

    households: NDArray[np.void]
    villages: int
    cadres: int
    units: NDArray[np.void]
    persons: NDArray[np.float64]
    income_yuan: NDArray[np.float64]
    per_head_yuan: NDArray[np.float64]
    poor: NDArray[np.bool_]
    contacts: DegreeStatistics
    line_yuan: float
    p: P

    def share(self, flag: NDArray[Any], among: NDArray[Any] | None = None) -> float:
        """Share of the persons who have a flag (among those who have another)."""
        base = self.persons if among is None else self.persons * among
        return ratio(total(base * flag), total(base))

    def source(self, k: int) -> float:
        """Share of an income source."""
        return ratio(total(np.ascontiguousarray(self.households["income_last"][:, k])), total(self.income_yuan))

    def of_households(self, flag: NDArray[Any]) -> float:
        """Share of the households that have a flag."""
        return ratio(float(np.count_nonzero(flag)), float(len(self.households)))


def _part(opened: Opened, p: P, first: int, last: int) -> Part:
    """Villages `first` to `last` (exclusive)."""
    world = opened.world
    v = world.villages[first:last]
    a, b = int(v["first"][0]), int(v["last"][-1])
    h = world.households[a:b]
    start, stop = world.indptr[a], world.indptr[b]
    starts = world.units["first_village"]
    beyond = last if last < len(world.villages) else last + 1  # units without a village stand at the end
    means = per_head(h)
    return Part(
        households=h,
        villages=len(v),
        cadres=int(v["last_cadre"][-1] - v["first_cadre"][0]),
        units=world.units[(starts >= first) & (starts < beyond)],
        persons=h["persons"].astype(np.float64),
        income_yuan=income(h),
        per_head_yuan=means,
        poor=means < opened.line_yuan,
        contacts=degree_statistics(world.indptr[a : b + 1] - start, world.indices[start:stop] - a),
        line_yuan=opened.line_yuan,
        p=p,
    )


def _chance(worlds: Sequence[Opened], p: P, n: int) -> dict[str, float]:
    """How far a world of n villages may be off by chance: a standard error for each line (of totals, a village)."""
    size = min(n, LARGEST_GROUP)
    squares: dict[str, list[float]] = {name: [] for name in MEASURES}
    for opened in worlds:
        villages = len(opened.world.villages)
        whole = _part(opened, p, 0, villages)
        groups = [_part(opened, p, at, at + size) for at in range(0, villages - size + 1, size)]
        for name, measure in MEASURES.items():
            each = figures()[name].total
            center = measure(whole) / (villages if each else 1)
            off = (measure(group) / (size if each else 1) - center for group in groups)
            squares[name] += [x * x for x in off if not math.isnan(x)]
    return {name: math.sqrt(add_up(x) / max(1, len(x)) * size / n) for name, x in squares.items()}


def _hospital(part: Part) -> float:
    """Stays a person and year that the rule of illness gives (see `sim.economy.events.fall_ill`)."""
    h, p = part.households, part.p
    frail = np.where(h["cause"] == ILLNESS, p.frail_illness, 1.0)
    weight = (1.0 + p.elder_illness * h["elders"] / h["persons"]) * frail
    return p.hospital_rate / p.illness_weight_mean * ratio(total(part.persons * weight), total(part.persons))


def _units_at(level: int) -> Callable[[Part], float]:
    return lambda part: float(np.count_nonzero(part.units["level"] == level))


def _booked_units_at(level: str) -> Callable[[Profile], float]:
    return lambda profile: add_up(kind.count for kind in profile.support.unit_kinds if kind.level == level)


def _registered_for(cause: int) -> Callable[[Part], float]:
    """Share of the registered households with this main cause."""

    def measure(part: Part) -> float:
        registered = part.households["registered"] == 1
        has = registered & (part.households["cause"] == cause)
        return ratio(float(np.count_nonzero(has)), float(np.count_nonzero(registered)))

    return measure


MEASURES: Mapping[str, Callable[[Part], float]] = {
    "villages": lambda w: float(w.villages),
    "households": lambda w: float(len(w.households)),
    "persons": lambda w: total(w.persons),
    "cadres": lambda w: float(w.cadres),
    "linked_households": lambda w: float(np.count_nonzero(w.households["linked"])),
    "units": lambda w: float(len(w.units)),
    **{f"units_{level}": _units_at(k) for k, level in enumerate(LEVELS)},
    "unit_money": lambda w: total(np.ascontiguousarray(w.units["money_yuan"])),
    "household_size": lambda w: ratio(total(w.persons), float(len(w.households))),
    "workers": lambda w: ratio(float(w.households["workers"].sum()), float(len(w.households))),
    "land": lambda w: ratio(total(np.ascontiguousarray(w.households["land_mu"])), total(w.persons)),
    "education_primary": lambda w: w.of_households(w.households["schooling"] <= 5),
    "education_junior": lambda w: w.of_households((w.households["schooling"] > 5) & (w.households["schooling"] <= 9)),
    "education_senior": lambda w: w.of_households(w.households["schooling"] > 9),
    "income": lambda w: ratio(total(w.income_yuan), total(w.persons)),
    "poverty_line": lambda w: w.line_yuan,
    "headcount": lambda w: w.share(w.poor),
    "gini": lambda w: gini(w.per_head_yuan, w.persons),
    "share_wage": lambda w: w.source(WAGE),
    "share_operating": lambda w: w.source(OPERATING),
    "share_property": lambda w: w.source(PROPERTY),
    "share_transfer": lambda w: w.source(TRANSFER),
    "registered": lambda w: w.share(w.households["registered"]),
    "inclusion_error": lambda w: w.share(~w.poor, among=w.households["registered"]),
    "exclusion_error": lambda w: w.share(w.households["registered"] == 0, among=w.poor),
    "contacts_mean": lambda w: w.contacts.mean,
    "contacts_sd": lambda w: w.contacts.sd,
    "contacts_p10": lambda w: w.contacts.p10,
    "contacts_p90": lambda w: w.contacts.p90,
    "clustering": lambda w: w.contacts.clustering,
    "migrants": lambda w: ratio(float(w.households["migrants"].sum()), float(w.households["workers"].sum())),
    "business": lambda w: w.of_households(w.households["business_yuan"] > 0.0),
    "informal": lambda w: w.of_households(w.households["informal_yuan"] > OWES_YUAN),
    "hospital": _hospital,
    "dibao": lambda w: ratio(float(w.households["dibao"].sum()), total(w.persons)),
    "house": lambda w: w.of_households(w.households["house"]),
    **{f"cause_{cause}": _registered_for(k) for k, cause in enumerate(CAUSES) if k > 0},
}

PROFILE: Mapping[str, Callable[[Profile], float]] = {
    "villages": lambda q: q.villages,
    "households": lambda q: q.households,
    "persons": lambda q: q.persons,
    "cadres": lambda q: q.cadres,
    "linked_households": lambda q: q.linked,
    "units": lambda q: q.units,
    **{f"units_{level}": _booked_units_at(level) for level in LEVELS},
    "unit_money": lambda q: q.unit_money_yuan,
    "household_size": lambda q: q.household.size,
    "workers": lambda q: q.household.workers,
    "land": lambda q: q.household.land_mu_per_head,
    "education_primary": lambda q: q.household.education.primary,
    "education_junior": lambda q: q.household.education.junior,
    "education_senior": lambda q: q.household.education.senior,
    "income": lambda q: q.income_yuan,
    "poverty_line": lambda q: q.poverty.line_yuan,
    "headcount": lambda q: q.headcount,
    "gini": lambda q: q.income.gini,
    "share_wage": lambda q: q.income.sources.wage,
    "share_operating": lambda q: q.income.sources.operating,
    "share_property": lambda q: q.income.sources.property,
    "share_transfer": lambda q: q.income.sources.transfer,
    "registered": lambda q: q.registered_share,
    "inclusion_error": lambda q: q.flags.inclusion_error,
    "exclusion_error": lambda q: q.flags.exclusion_error,
}
