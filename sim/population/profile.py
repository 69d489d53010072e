"""A local profile: the totals of one county, as its offices fill them in, and what follows for its villages.

A profile is one TOML file (scenarios/profiles/*.toml). The generated world agrees with it at the profile's
own size. A smaller world is the first villages of that, a bigger one repeats its townships; the villages they
have in common are the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field, model_validator

from sim.calendar.era import EraId
from sim.core.draws import decision, uniforms
from sim.core.frozen import FrozenDict, FrozenModel
from sim.core.numerics import add_up
from sim.core.text import OneLine
from sim.facts.limits import MOST_COUNT, MOST_YUAN
from sim.facts.trades import TRADES
from sim.facts.units import LEVELS
from sim.money.purse import Purse
from sim.population.roster import Roster
from sim.population.sharing import Ints, in_pairs, interleave, share_out
from sim.toml.source import meant

__all__ = ["Profile", "Purse", "share_out", "terrains", "village_sizes"]

VILLAGE_SIZE = decision("population.village.size")

Share = Annotated[float, Field(ge=0, le=1)]


class Named(FrozenModel):
    """A name in both languages."""

    en: OneLine = Field(min_length=1)
    zh: OneLine = Field(min_length=1)


class _Parts(FrozenModel):
    """Shares that make up a whole."""

    @model_validator(mode="after")
    def _whole(self) -> _Parts:
        parts = dict(self)
        if abs(add_up(parts.values()) - 1.0) > 0.001:
            raise ValueError(f"{', '.join(parts)} must add to 1, found {add_up(parts.values()):.6g}")
        return self


class Size(FrozenModel):
    """How many villages and households there are."""

    villages: int = Field(ge=1, le=200_000)
    households_per_village: float = Field(ge=1, le=5000, description="mean")
    village_spread: float = Field(default=0.0, ge=0, le=0.9, description="half-width, share of the mean")
    persons: int | None = Field(
        default=None, ge=1, le=MOST_COUNT, description="whole population, where the books give it"
    )


class Education(_Parts):
    """Adults by schooling: primary or less, junior middle, senior or more."""

    primary: Share
    junior: Share
    senior: Share


class Household(FrozenModel):
    """The mean household."""

    size: float = Field(ge=1, le=15, description="persons")
    workers: float = Field(ge=0.1, le=15)
    land_mu_per_head: float = Field(ge=0, le=500)
    education: Education


class Sources(_Parts):
    """Income by source, as shares."""

    wage: Share
    operating: Share
    property: Share
    transfer: Share


class Income(FrozenModel):
    """Income of a head and a year, and how unequal it is."""

    concept: Literal["net", "disposable"]
    year: int = Field(ge=2005, le=2030)
    yuan_per_head: float = Field(ge=1, le=200_000)
    gini: float = Field(ge=0.01, lt=0.9)
    sources: Sources


class Poverty(FrozenModel):
    """The headcount, with the name of its series; other series stand beside it and are never mixed in."""

    series: str = Field(min_length=1)
    line_yuan: float = Field(ge=1, le=100_000)
    headcount: float = Field(ge=0.0001, lt=1)
    other_series: Annotated[Mapping[str, Share], AfterValidator(FrozenDict)] = FrozenDict()


class Flags(FrozenModel):
    """Who is registered and who is linked. Neither is the same as being income-poor."""

    registered_share: Share = Field(description="share of persons")
    inclusion_error: Share = Field(description="share of the registered who are not income-poor")
    exclusion_error: Share = Field(description="share of the income-poor who are not registered")
    linked_households: int = Field(ge=0, le=MOST_COUNT)


def known_trade(word: str) -> str:
    """The word itself.

    Raises:
        ValueError: It is not a trade; the nearest one is given.
    """
    if word not in TRADES:
        near = meant(word, TRADES)
        raise ValueError(f"unknown trade '{word}'; {near.get('mend') or 'allowed: ' + near['allowed']}")
    return word


class UnitKind(FrozenModel):
    """So many units of one trade at one level."""

    trade: Annotated[str, AfterValidator(known_trade)]
    level: Literal["province", "city", "county", "township"]
    count: int = Field(ge=1, le=100_000)


class Support(FrozenModel):
    """Support units with their own money, and cadres with their field days."""

    units: int = Field(ge=1, le=100_000)
    unit_money_yuan: float = Field(ge=0, le=MOST_YUAN, description="own money of all units together, in a year")
    unit_kinds: tuple[UnitKind, ...]
    cadres: int = Field(ge=0, le=1_000_000)
    field_days_per_month: float = Field(ge=0, le=31, description="days a cadre can give to the villages")
    day_cost_yuan: float = Field(ge=0, le=10_000, description="what a cadre's day costs")


class Prices(FrozenModel):
    """Where prices and wages stand."""

    region: str = Field(min_length=1, description="region whose prices and weather it shares")
    wage_level: float | None = Field(
        default=None,
        ge=0.01,
        le=5,
        description="migrants' pay against the nation's (else 1, and the wage share says how many months they work)",
    )
    price_level: float = Field(default=1.0, ge=0.01, le=5, description="against the parameter files' prices")


class Terrain(_Parts):
    """A township's villages by terrain, as shares in the order of `sim.facts.terrains.TERRAINS`."""

    tableland: Share
    river: Share
    hills: Share


class Township(FrozenModel):
    """A township: its name, its villages, its terrain."""

    name: Named
    villages: int = Field(ge=1, le=200_000)
    terrain: Terrain


class Fitted(FrozenModel):
    """What the generator found when it was fitted to the profile (see `sim.population.fitting`)."""

    of: str = Field(description="hash of profile, parameters and rules; when it no longer agrees, the fit is made anew")
    knobs: Annotated[Mapping[str, float], AfterValidator(FrozenDict)]
    fifths: tuple[float, ...]
    registry_line: float
    registry_noise: float
    causes: tuple[float, ...]


class Profile(FrozenModel):
    """A county as its books show it. Totals are those at its own size."""

    title: Named
    county: Named
    era: EraId
    size: Size
    household: Household
    income: Income
    poverty: Poverty
    flags: Flags
    support: Support
    prices: Prices
    townships: tuple[Township, ...] = Field(min_length=1)
    purses: tuple[Purse, ...] = ()
    roster: Roster | None = None
    fitted: Fitted | None = None

    @property
    def books_closed_on(self) -> dt.date:
        """The last day of the year of its books: the parameters in force then are those it is fitted under."""
        return dt.date(self.income.year + 1, 1, 1) - dt.timedelta(days=1)

    @property
    def villages(self) -> int:
        """Villages."""
        return self.size.villages

    @property
    def households(self) -> int:
        """Households."""
        return int(share_out(self.size.households_per_village, self.villages).sum())

    @property
    def persons(self) -> float:
        """Persons: as counted, or households times their mean size."""
        return float(self.size.persons or self.households * self.household.size)

    @property
    def income_yuan(self) -> float:
        """Mean income, yuan a head and year."""
        return self.income.yuan_per_head

    @property
    def headcount(self) -> float:
        """Share of persons who are income-poor."""
        return self.poverty.headcount

    @property
    def registered_share(self) -> float:
        """Share of persons in the register."""
        return self.flags.registered_share

    @property
    def linked(self) -> int:
        """Linked households."""
        return self.flags.linked_households

    @property
    def linked_share(self) -> float:
        """Share of households that are linked."""
        return self.linked / self.households

    @property
    def cadres(self) -> int:
        """Cadres."""
        return self.support.cadres

    @property
    def units(self) -> int:
        """Support units."""
        return self.support.units

    @property
    def unit_money_yuan(self) -> float:
        """Own money of all units together, yuan a year."""
        return self.support.unit_money_yuan

    def unit_levels_and_trades(self, n: int) -> tuple[Ints, Ints]:
        """Level (as in `sim.facts.units.LEVELS`) and trade (as in `TRADES`) of n units, well mixed."""
        kinds = self.support.unit_kinds
        order = interleave([kind.count for kind in kinds], self.units)[np.arange(n) % self.units]
        levels = np.array([list(LEVELS).index(kind.level) for kind in kinds], dtype=np.int64)
        trades = np.array([list(TRADES).index(kind.trade) for kind in kinds], dtype=np.int64)
        return levels[order], trades[order]


def village_sizes(profile: Profile, n: int, seed: int) -> Ints:
    """Households of each of the first n villages.

    Villages come in pairs, one as much above the mean as the other is below, so that totals agree with the
    profile whatever the seed. If the profile has an odd number of villages, the first one has the mean.

    Args:
        profile: The county.
        n: Villages.
        seed: Population seed.
    """
    sizes = share_out(profile.size.households_per_village, n)
    reach = profile.size.village_spread * profile.size.households_per_village
    pair, sign = in_pairs(n, profile.villages)
    more = np.floor(reach * (2.0 * uniforms(seed, VILLAGE_SIZE, pair, 0) - 1.0) + 0.5).astype(np.int64)
    return np.maximum(sizes + sign * more, 1)


def terrains(profile: Profile, n: int) -> tuple[Ints, Ints]:
    """Where each of the first n villages lies.

    Returns:
        Terrain (as in `sim.facts.terrains.TERRAINS`), mixed within each township; and township, counted from
        0. Beyond the profile's own villages its townships repeat, under new numbers.
    """
    towns = profile.townships
    terrain = np.concatenate([interleave(list(dict(t.terrain).values()), t.villages) for t in towns])
    township = np.repeat(np.arange(len(towns), dtype=np.int64), [t.villages for t in towns])
    i = np.arange(n, dtype=np.int64)
    here = i % profile.villages
    return terrain[here], township[here] + i // profile.villages * len(towns)
