"""The world as it moves without any campaign: opened on the books of 2010, lived from 2011 to the end of 2016."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from experiments.evidence.living import (
    COUNTY_VILLAGES,
    Floats,
    by_reason,
    last_income,
    mean_income,
    part,
    persons,
    quiet_plan,
    share_of_persons,
)
from experiments.evidence.nulls import NullWorld
from experiments.evidence.registry import measure, view
from sim import VillageModel
from sim.core.records import views_of
from sim.economy import weather
from sim.economy.crops import staple_land
from sim.facts.lines import GREENHOUSE, ORCHARD
from sim.facts.sources import SOURCES
from sim.indicators.inequality import gini
from sim.parameters.packed import P
from sim.population.describe import OWES_YUAN
from sim.recording.livelihoods import staple_yield_kg_mu

FIRST, LAST = 2011, 2016
BOOKS = FIRST - 1  # the year before the run opens
YEARS_DRAWN = 400


@dataclass
class Sales:
    """What a year's farming sold, and on how much: yuan and mu or head of the villages looked at."""

    orchard_yuan: float = 0.0
    orchard_mu: float = 0.0
    livestock_yuan: float = 0.0
    livestock_head: float = 0.0
    greenhouse_yuan: float = 0.0
    greenhouse_mu: float = 0.0
    crops_yuan: float = 0.0
    costs_yuan: float = 0.0
    cpi: float = 1.0


@dataclass
class Path:
    """Yearly series, the first entry being the books of the year before the run opens."""

    p: P
    villages: int
    seed: int
    income: list[float] = field(default_factory=list)
    headcount: list[float] = field(default_factory=list)
    inequality: list[float] = field(default_factory=list)
    line: list[float] = field(default_factory=list)
    wage: list[float] = field(default_factory=list)
    operating: list[float] = field(default_factory=list)
    property: list[float] = field(default_factory=list)
    transfer: list[float] = field(default_factory=list)
    migrants: list[float] = field(default_factory=list)
    away: list[float] = field(default_factory=list)
    business: list[float] = field(default_factory=list)
    informal: list[float] = field(default_factory=list)
    severity: list[float] = field(default_factory=list)
    wage_trend: list[float] = field(default_factory=list)
    sales: dict[int, Sales] = field(default_factory=dict)
    staple_kg: float = float("nan")

    def at(self, series: list[float], year: int) -> float:
        """A series in a calendar year."""
        return series[year - BOOKS]

    def growth(self, year: int) -> float:
        """Growth of mean income over the year before, as a share."""
        return self.at(self.income, year) / self.at(self.income, year - 1) - 1.0


SERIES = (
    "income", "headcount", "inequality", "line", "wage", "operating", "property", "transfer", "migrants", "business",
    "informal", "severity",
)  # fmt: skip


@view(villages=30, quick=10, seeds=64, series=SERIES)
def path(villages: int, seed: int, null: NullWorld | None = None) -> Path:
    """Six years without policies, from the books of 2010, under the seed's own weather, prices and population."""
    model = VillageModel(quiet_plan(villages, seed, f"{FIRST}-01-01", 12 * (LAST - FIRST + 1), null), rng=seed)
    seen = Path(model.p, villages, seed)
    _note(seen, model, model.county.line_yuan, 0.0, 1.0)
    lines: list[float] = []
    trends: list[float] = []
    year, before = Sales(), by_reason(model)
    for month in model.months():
        lines.append(model.today.line_yuan)
        trends.append(model.today.wage_trend)
        _farm_month(year, model)
        if month % 12 == 0:
            _note(seen, model, float(np.mean(lines)), float(model.market.severity[0]), float(np.mean(trends)))
            now = by_reason(model)
            _close(year, {reason: amount - before.get(reason, 0.0) for reason, amount in now.items()})
            calendar_year = FIRST + month // 12 - 1
            seen.sales[calendar_year] = year
            if calendar_year == 2012:
                seen.staple_kg = _staple_kg(model)
            lines, trends, year, before = [], [], Sales(), now
    model.close()
    return seen


def _note(seen: Path, model: VillageModel, line: float, severity: float, trend: float) -> None:
    """The state as a year has closed."""
    h, people, income = model.households, persons(model), last_income(model)
    seen.income.append(mean_income(model))
    seen.headcount.append(share_of_persons(income < line, people))
    seen.inequality.append(gini(income, people))
    seen.line.append(line)
    whole = h["income_last"].sum()
    for k, name in enumerate(SOURCES):
        getattr(seen, name).append(float(h["income_last"][:, k].sum() / whole))
    seen.migrants.append(float(h["migrants"].sum() / h["workers"].sum()))
    seen.away.append(float(h["migrants"].sum()))
    seen.business.append(float((h["business_yuan"] > 0).mean()))
    seen.informal.append(float((h["informal_yuan"] > OWES_YUAN).mean()))
    seen.severity.append(severity)
    seen.wage_trend.append(trend)


def _farm_month(year: Sales, model: VillageModel) -> None:
    """What the farms had this month."""
    p, m = model.p, int(model.today.calendar_month) - 1
    year.orchard_mu += float(model.villages["supply"][:, ORCHARD].sum()) * p.orchard_harvest_season[m]
    year.livestock_head += float(model.households["livestock_head"].sum()) / 12.0
    year.greenhouse_mu += float(model.villages["supply"][:, GREENHOUSE].sum()) * p.greenhouse_season[m]
    year.cpi += (model.today.cpi - 1.0) / 12.0
    business = model.households["business_yuan"]
    has = business > 0
    year.costs_yuan -= float(business.sum()) * p.business_wear / 12.0
    year.costs_yuan -= float(has.sum()) * p.business_overhead_yuan * model.today.spending_trend / 12.0


def _close(year: Sales, moved: dict[str, float]) -> None:
    """What the year's sales and farm costs were, by the money that moved."""
    year.orchard_yuan = moved.get("orchard sales", 0.0)
    year.livestock_yuan = moved.get("livestock sales", 0.0)
    year.greenhouse_yuan = moved.get("greenhouse sales", 0.0)
    year.crops_yuan = moved.get("crop sales", 0.0)
    year.costs_yuan += moved.get("operating costs", 0.0)


def _staple_kg(model: VillageModel) -> float:
    """Staple yield over the land under staples, weather and luck of the year apart."""
    land: Floats = np.array([staple_land(h, model.p) for h in views_of(model.households)])
    return float((staple_yield_kg_mu(model.county) * land).sum() / land.sum())


@measure("path")
def growth_2011(seen: Path) -> float:
    """Growth of mean net income per head from the books of 2010 to those of 2011."""
    return seen.growth(2011)


@measure("path")
def growth_2012(seen: Path) -> float:
    """Growth of mean net income per head, 2011-12, in the run that opened on the books of 2010."""
    return seen.growth(2012)


@measure("path")
def growth_2014(seen: Path) -> float:
    """Growth of mean net income per head, 2013-14, without a campaign."""
    return seen.growth(2014)


@measure("path")
def growth_2015(seen: Path) -> float:
    """Growth of mean net income per head, 2014-15, without a campaign."""
    return seen.growth(2015)


@measure("path")
def growth_2016(seen: Path) -> float:
    """Growth of mean net income per head, 2015-16, without a campaign."""
    return seen.growth(2016)


@measure("path")
def growth_2013_2015(seen: Path) -> float:
    """Growth of mean net income per head a year, 2012-15, without a campaign."""
    return float((seen.at(seen.income, 2015) / seen.at(seen.income, 2012)) ** (1.0 / 3.0) - 1.0)


@measure("path")
def wage_share_2011(seen: Path) -> float:
    """Wage income over net income, 2011."""
    return seen.at(seen.wage, 2011)


@measure("path")
def wage_share_2012(seen: Path) -> float:
    """Wage income over net income, 2012, two years into the run."""
    return seen.at(seen.wage, 2012)


@measure("path")
def operating_share_2012(seen: Path) -> float:
    """Operating income over net income, 2012, two years into the run."""
    return seen.at(seen.operating, 2012)


@measure("path")
def property_share_2012(seen: Path) -> float:
    """Property income over net income, 2012, two years into the run."""
    return seen.at(seen.property, 2012)


@measure("path")
def transfer_share_2012(seen: Path) -> float:
    """Transfer income over net income, 2012, two years into the run."""
    return seen.at(seen.transfer, 2012)


@measure("path")
def headcount_change_2011(seen: Path) -> float:
    """Share of persons below the year's line in 2011 less that in 2010."""
    return seen.at(seen.headcount, 2011) - seen.at(seen.headcount, 2010)


@measure("path")
def headcount_change_2012(seen: Path) -> float:
    """Share of persons below the year's line in 2012 less that in 2011."""
    return seen.at(seen.headcount, 2012) - seen.at(seen.headcount, 2011)


@measure("path")
def gini_2015(seen: Path) -> float:
    """Gini of income per head over persons, 2015."""
    return seen.at(seen.inequality, 2015)


@measure("path")
def migrants_2015(seen: Path) -> float:
    """Workers away as 2015 ends, over workers."""
    return seen.at(seen.migrants, 2015)


@measure("path")
def away_growth(seen: Path) -> float:
    """Growth of the number of workers away, 2010 to 2016."""
    return seen.at(seen.away, 2016) / seen.at(seen.away, 2010) - 1.0


@measure("path")
def away_growth_slows(seen: Path) -> float:
    """Growth of the number of workers away, 2010 to 2013, less that from 2013 to 2016."""
    early = seen.at(seen.away, 2013) / seen.at(seen.away, 2010)
    return early - seen.at(seen.away, 2016) / seen.at(seen.away, 2013)


@measure("path")
def business_2015(seen: Path) -> float:
    """Households with business capital as 2015 ends."""
    return seen.at(seen.business, 2015)


@measure("path")
def informal_2015(seen: Path) -> float:
    """Households that owe relatives and friends more than 100 yuan as 2015 ends."""
    return seen.at(seen.informal, 2015)


@measure("path")
def line_2010(seen: Path) -> float:
    """Mean poverty line of the months of 2010, yuan."""
    return seen.at(seen.line, 2010)


@measure("path")
def line_2011(seen: Path) -> float:
    """Mean poverty line of the months of 2011, yuan."""
    return seen.at(seen.line, 2011)


@measure("path")
def line_2012(seen: Path) -> float:
    """Mean poverty line of the months of 2012, yuan."""
    return seen.at(seen.line, 2012)


@measure("path")
def line_2013(seen: Path) -> float:
    """Mean poverty line of the months of 2013, yuan."""
    return seen.at(seen.line, 2013)


@measure("path")
def line_2014(seen: Path) -> float:
    """Mean poverty line of the months of 2014, yuan."""
    return seen.at(seen.line, 2014)


@measure("path")
def line_2015(seen: Path) -> float:
    """Mean poverty line of the months of 2015, yuan."""
    return seen.at(seen.line, 2015)


@measure("path")
def line_2016(seen: Path) -> float:
    """Mean poverty line of the months of 2016, yuan."""
    return seen.at(seen.line, 2016)


@measure("path")
def national_wage_2013(seen: Path) -> float:
    """What the nation's migrants are paid a month in 2013: the parameter of 2012 carried on by the trend, yuan."""
    return seen.p.migrant_wage_yuan * seen.at(seen.wage_trend, 2013)


@measure("path")
def away_months(seen: Path) -> float:
    """Months that a migrant works away in a year: the season's shares added up."""
    return float(sum(seen.p.away_season))


@measure("path")
def years_minor_drought(seen: Path) -> float:
    """Share of 400 years that the rule of weather makes a minor drought."""
    return _share_of_years(seen, weather.MINOR)


@measure("path")
def years_major_drought(seen: Path) -> float:
    """Share of 400 years that the rule of weather makes a major drought."""
    return _share_of_years(seen, weather.MAJOR)


def _share_of_years(seen: Path, severity: int) -> float:
    drawn = [weather.drought(seen.seed, 0, year, seen.p) for year in range(2000, 2000 + YEARS_DRAWN)]
    return float(np.mean(np.array(drawn) == severity))


@measure("path")
def staple_yield(seen: Path) -> float:
    """Kilograms of staple a mu of staple land as 2012 ends, by place, skill and care; weather and luck apart."""
    return seen.staple_kg


@measure("path")
def orchard_gross(seen: Path) -> float:
    """Apple sales of 2012 over the mu that bore (young trees by the share they bear), yuan."""
    year = seen.sales[2012]
    return part(year.orchard_yuan, year.orchard_mu)


@measure("path")
def orchard_net(seen: Path) -> float:
    """The same less the yearly cash cost of an orchard in full bearing, yuan a mu; own labour is not priced."""
    return orchard_gross(seen) - seen.p.orchard_cost_mu_yuan * seen.sales[2012].cpi


@measure("path")
def orchard_full_cost(seen: Path) -> float:
    """Cash cost of an orchard and its working days at the local day wage, yuan a mu of 2012; land is not priced."""
    return seen.p.orchard_cost_mu_yuan + seen.p.orchard_days_mu * seen.p.local_wage_yuan


@measure("path")
def greenhouse_net(seen: Path) -> float:
    """Vegetable sales of 2012 a mu of greenhouse, less its costs and wear, yuan."""
    year, p = seen.sales[2012], seen.p
    return part(year.greenhouse_yuan, year.greenhouse_mu) - year.cpi * (
        p.greenhouse_cost_mu_yuan + p.greenhouse_wear_mu_yuan
    )


@measure("path")
def ewe_net(seen: Path) -> float:
    """Livestock sales of 2012 over the mean flock in ewe equivalents, less bought inputs, yuan a head."""
    year = seen.sales[2012]
    return part(year.livestock_yuan, year.livestock_head) - seen.p.livestock_cost_head_yuan * year.cpi


@measure("path")
def sheep_mortality(seen: Path) -> float:
    """Share of the stock that the rule of disease takes in a year: outbreaks times the share of the stock lost."""
    return seen.p.disease_rate * seen.p.disease_share


@measure("path")
def opening_income(seen: Path) -> float:
    """Mean net income per head in 2012, in the run that opened on the books of 2010, yuan."""
    return seen.at(seen.income, 2012)


@measure("path")
def farm_value_added(seen: Path) -> float:
    """Sales of the four farm lines less bought inputs in 2012, for the county's 215 villages, yuan."""
    year = seen.sales[2012]
    sold = year.crops_yuan + year.orchard_yuan + year.livestock_yuan + year.greenhouse_yuan
    return (sold - year.costs_yuan) * COUNTY_VILLAGES / seen.villages
