"""The country of a world: its price level, and its own years of wages and prices.

The model's amounts are yuan of 2012 in a Chinese county, and its trends are China's. A world elsewhere says how far its
prices are from those, and how wages and prices have gone there, in the form of sim/parameters/trend.toml; whatever it
does not say is China's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from sim.calendar.trend import growth_of, price_level
from sim.core.frozen import FrozenModel
from sim.parameters import Parameter, Parameters, Value
from sim.parameters.packed import as_python
from sim.scenario.title import Title

HOME = "China"
"""The English name of the country whose prices and trends the model has."""
SERIES = ("wage_growth", "cpi", "farm_price_growth", "spending_growth", "transfer_growth")
"""The yearly series of a country, by the names of sim/parameters/trend.toml."""
_BEFORE = 2  # years before the first day from which a trend is read: the opening year, and half a year before it
_INDEX = ("farm.price_yuan", 4)  # of its numbers one is no amount: the index of business

Rising = Annotated[tuple[Annotated[float, Field(ge=0.0, le=1.0)], ...], Field(min_length=1, max_length=60)]
Moving = Annotated[tuple[Annotated[float, Field(ge=-0.5, le=1.0)], ...], Field(min_length=1, max_length=60)]


class Country(FrozenModel):
    """Which country a world is in, and what is its own there."""

    name: Title = Field(description=f"what it is called; {HOME} has all that follows")
    price_level: float | None = Field(
        default=None, ge=0.02, le=50, description="its prices of 2012, in the money of the books, over the model's"
    )
    first_year: int | None = Field(default=None, ge=1980, le=2040, description="first year of the series that follow")
    wage_growth: Rising | None = Field(default=None, description="growth of wages, share a year")
    cpi: Moving | None = Field(default=None, description="growth of rural consumer prices, share a year")
    farm_price_growth: Moving | None = Field(default=None, description="growth of farm prices, share a year")
    spending_growth: Rising | None = Field(default=None, description="growth of rural spending, share a year")
    transfer_growth: Rising | None = Field(default=None, description="growth of transfers, share a year")

    @model_validator(mode="after")
    def _dated(self) -> Self:
        given = [name for name in SERIES if getattr(self, name) is not None]
        if given and self.first_year is None:
            raise ValueError(f"'first_year' is missing: it says in which year {given[0]} begins")
        if not given and self.first_year is not None:
            raise ValueError(f"'first_year' dates a series, and there is none; allowed: {', '.join(SERIES)}")
        return self

    def decides(self) -> dict[str, Any]:
        """What of it changes a run, for digests: neither its name nor a price level of 1."""
        stated = self.model_dump(exclude={"name"}, exclude_none=True)
        return {key: value for key, value in stated.items() if (key, value) != ("price_level", 1.0)}

    @property
    def last_year(self) -> int | None:
        """The last year that all its own series have; None where it has none."""
        lengths = [len(getattr(self, name)) for name in SERIES if getattr(self, name) is not None]
        return None if self.first_year is None else self.first_year + min(lengths) - 1

    def amount(self, entry: Parameter, value: Value) -> Value:
        """A number of the model at this country's prices; what is no amount of money stays."""
        if self.price_level is not None and "/yuan" in entry.unit and not isinstance(value, tuple):
            return value / self.price_level
        if self.price_level is None or not entry.unit.startswith("yuan"):
            return value
        if not isinstance(value, tuple):
            return value * self.price_level
        return tuple(n if (entry.key, i) == _INDEX else n * self.price_level for i, n in enumerate(value))

    def not_given(self, place: Collection[str]) -> tuple[str, ...]:
        """What a world here takes from China, though it lies elsewhere.

        Args:
            place: Full names of the parameters that the world states itself.
        """
        if self.name.en == HOME:
            return ()
        left = [name for name in SERIES if getattr(self, name) is None and f"trend.{name}" not in place]
        return (*(["price_level"] if self.price_level is None else []), *left)

    def twice(self, place: Collection[str]) -> str | None:
        """A series that the place states too, if there is one."""
        return next((name for name in SERIES if getattr(self, name) is not None and f"trend.{name}" in place), None)


def in_country(known: Parameters, country: Country | None, place: Mapping[str, Value], year: int) -> Parameters:
    """The model's numbers in a country.

    Every amount in yuan that the place does not state itself is multiplied by the price level. Series are the country's
    own: before their first year its growth holds, after their last the declared scenario of `later_growth` and
    `later_cpi`, as for those that ship.

    Args:
        known: The numbers with what the place states.
        country: The country; None is the model's own.
        place: What the place states, by full names.
        year: The year in which the world opens.
    """
    if country is None:
        return known
    entries = (one if one.key in place else _priced(country, one) for one in known.entries)
    return _with_series(Parameters(tuple(entries)), country, year)


def _priced(country: Country, entry: Parameter) -> Parameter:
    """An amount of money, and the range that it is thought to lie in, at the country's prices."""
    value, low, high = (country.amount(entry, number) for number in (entry.value, entry.low, entry.high))
    return replace(entry, value=value, low=low, high=high)


def _with_series(known: Parameters, country: Country, year: int) -> Parameters:
    """The trends, put in the years that the model then needs: as many as before, from an earlier first year if the
    country's series begin before those that ship."""
    if country.first_year is None:
        return known
    p = as_python(known.values)
    begun = int(p.first_year)
    first = min(begun, max(country.first_year, year - _BEFORE))
    nominal = (1.0 + p.later_cpi) * (1.0 + p.later_growth) - 1.0
    new: dict[str, Value] = {"trend.first_year": float(first)}
    for name in SERIES:
        own, shipped = getattr(country, name), getattr(p, name)
        series, start = (shipped, begun) if own is None else (own, country.first_year)
        later = p.later_cpi if name in ("cpi", "farm_price_growth") else nominal
        new[f"trend.{name}"] = tuple(growth_of(series, start, first + i, later) for i in range(len(shipped)))
    dated = known.override(new, within_range=False)
    q = as_python(dated.values)
    line = tuple(
        p.line_yuan[max(0, first + i - begun)] * price_level(min(first + i, begun), q) / price_level(begun, q)
        for i in range(len(p.line_yuan))
    )
    return dated.override({"trend.line_yuan": line, "trend.line_first_year": float(first)}, within_range=False)
