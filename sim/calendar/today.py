"""What is true everywhere today: the date, the seasons, the trend of the years."""

from __future__ import annotations

from sim.core.records import Record, real, whole
from sim.facts.limits import MOST_SEED


class Today(Record):
    """One row that rules read; the model writes it each day and each month."""

    seed: int = whole("i8", "run seed", 0, MOST_SEED)
    region_seed: int = whole("i8", "run seed of the nation: a region's years are drawn by it", 0, MOST_SEED)
    county: int = whole("i8", "number of the world's first county in the nation", 0, 10_000)
    people_seed: int = whole("i8", "population seed: what people are like does not change with the run", 0, MOST_SEED)
    month: int = whole(
        "i4", "months since the campaign's first calendar month (that one is 1; earlier ones <= 0)", -1200, 1200
    )
    day: int = whole("i4", "days since the run opened", -4000, 8000)
    campaign_day: int = whole("i4", "campaign day (first = 1)", -4000, 8000)
    year: int = whole("i4", "calendar year", 0, 2100)
    calendar_month: int = whole("i4", "January = 1", 1, 12)
    frozen: int = whole("i4", "1 while nothing can be planted or poured", 0, 1)
    festival: int = whole("i4", "1 around Spring Festival and National Day", 0, 1)
    normal_year: int = whole("i4", "1 in the opening year: no weather or price shock", 0, 1)
    endogenous: int = whole("i4", "1 if prices and jobs answer to what households do", 0, 1)
    cpi: float = real("ratio", "rural consumer prices, 2012 = 1")
    line_yuan: float = real("yuan/person/year", "poverty line this month")
    wage_trend: float = real("ratio", "wages, 2012 = 1")
    farm_trend: float = real("ratio", "farm prices and yields together, 2012 = 1")
    spending_trend: float = real("ratio", "what rural households spend, 2012 = 1")
    transfer_trend: float = real("ratio", "transfers, 2012 = 1")
