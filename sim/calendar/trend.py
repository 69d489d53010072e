"""The trend of the years: the poverty line, prices, wages, and what else rises by itself.

Published series, year by year, to the last year observed; after it the declared scenario of `later_growth` and
`later_cpi`. Everything but the line is an index whose 2012 is 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.calendar.today import Today
from sim.core.numerics import exp, log
from sim.parameters.packed import P

BASE_YEAR = 2012


def last_observed(p: P) -> int:
    """The last calendar year of the published series."""
    return int(p.first_year) + len(p.cpi) - 1


def growth_of(growth: Sequence[float], first: int, year: int, later: float) -> float:
    """A calendar year's growth in a series from `first` on: before it its first growth holds, after it `later`."""
    return growth[max(0, year - first)] if year < first + len(growth) else later


def level(growth: Sequence[float], later: float, year: int, p: P) -> float:
    """The index of a calendar year, 2012 = 1, from its yearly growth since `first_year` (`growth_of`)."""
    first, index = int(p.first_year), 1.0
    for y in range(min(year, BASE_YEAR) + 1, max(year, BASE_YEAR) + 1):
        index *= 1.0 + growth_of(growth, first, y, later)
    return index if year >= BASE_YEAR else 1.0 / index


def price_level(year: int, p: P) -> float:
    """Rural consumer prices of a calendar year, 2012 = 1."""
    return level(p.cpi, p.later_cpi, year, p)


def year_line(year: int, p: P) -> float:
    """Poverty line of a calendar year: as published, then carried on by rural prices."""
    known, first = p.line_yuan, int(p.line_first_year)
    at = min(max(0, year - first), len(known) - 1)
    return float(known[at] * price_level(year, p) / price_level(first + at, p))


def between_years(year: int, month: int, of_year: Any) -> float:
    """A yearly series at the middle of a month, in a straight line between mid-years."""
    along = (month - 0.5) / 12.0 - 0.5
    other = year + 1 if along >= 0 else year - 1
    return float(of_year(year) + abs(along) * (of_year(other) - of_year(year)))


def grown(rate: float, year: int, month: int) -> float:
    """What a yearly growth rate has made of 1 since the middle of 2012."""
    years = (year - BASE_YEAR) + (month - 6.5) / 12.0
    return exp(log(1.0 + rate) * years)


def write_month(today: Today, p: P) -> None:
    """Write line, prices and trends of today's month into the row that rules read."""
    y, m = today.year, today.calendar_month
    nominal = (1.0 + p.later_cpi) * (1.0 + p.later_growth) - 1.0
    today.cpi = between_years(y, m, lambda year: price_level(year, p))
    today.line_yuan = between_years(y, m, lambda year: year_line(year, p))
    today.wage_trend = between_years(y, m, lambda year: level(p.wage_growth, nominal, year, p))
    farm_prices = between_years(y, m, lambda year: level(p.farm_price_growth, p.later_cpi, year, p))
    today.farm_trend = farm_prices * grown(p.volume_growth, y, m)
    today.spending_trend = between_years(y, m, lambda year: level(p.spending_growth, nominal, year, p))
    today.transfer_trend = between_years(y, m, lambda year: level(p.transfer_growth, nominal, year, p))
