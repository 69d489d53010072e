"""The trend of the years: the poverty line, consumer prices, and what rises by itself."""

from __future__ import annotations

from typing import Any

from sim.calendar.today import Today
from sim.core.numerics import exp, log
from sim.parameters.packed import P

BASE_YEAR = 2012


def price_level(year: int, p: P) -> float:
    """Rural consumer prices of a calendar year, 2012 = 1; the last known rate goes on."""
    rates, first = p.cpi, int(p.first_year)
    level = 1.0
    for y in range(min(year, BASE_YEAR) + 1, max(year, BASE_YEAR) + 1):
        level *= 1.0 + rates[min(max(0, y - first), len(rates) - 1)]
    return level if year >= BASE_YEAR else 1.0 / level


def year_line(year: int, p: P) -> float:
    """Poverty line of a calendar year on the net-income series: published to 2013, then carried by rural prices."""
    known, first = p.line_yuan, int(p.first_year)
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
    today.cpi = between_years(y, m, lambda year: price_level(year, p))
    today.line_yuan = between_years(y, m, lambda year: year_line(year, p))
    today.wage_trend = grown(p.wage_growth, y, m)
    today.farm_trend = today.cpi * grown(p.farm_growth, y, m)
    today.business_trend = grown(p.business_growth, y, m)
    today.transfer_trend = grown(p.transfer_growth, y, m)
    today.property_trend = grown(p.property_growth, y, m)
