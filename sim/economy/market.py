"""Prices, jobs and wages of a month: set for each county, then at each village's gate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.today import Today
from sim.core.numerics import exp, log, total
from sim.economy import weather
from sim.facts.lines import BUSINESS, N_LINES, ORCHARD, STAPLE
from sim.parameters.packed import P


class Market:
    """What each county's lines fetch, given the year and what its households bring to market.

    Supply is compared with the opening year's, in standard units (mu, head, yuan of takings), so that a dry
    year does not count as a smaller market. With closure `fixed` the comparison is left out: prices move with
    the years alone.
    """

    def __init__(
        self, villages: NDArray[np.void], p: P, wages: float = 1.0, prices: float = 1.0, away_months: float = 1.0
    ) -> None:
        """A market in which nothing has been sold yet.

        Args:
            villages: Rows of the villages that share it.
            p: Parameters.
            wages: What its migrants are paid, against the nation's.
            prices: What is paid for farm goods, against the parameters.
            away_months: Months that migrants work, against the calendar of `away_season`.
        """
        self.villages, self.p = villages, p
        self.wages, self.prices, self.away_months = wages, prices, away_months
        self.counties = int(villages["county"].max()) + 1
        self.opening_supply = np.ones((self.counties, N_LINES))
        self.supply_ratio = np.ones((self.counties, N_LINES))
        self.shock_log = np.zeros((self.counties, N_LINES))
        self.severity = np.zeros(self.counties, dtype=np.int64)
        self.lift()
        self.luck = np.ones(len(villages))  # how the year goes for a village's fields, beside the region's weather
        self.opening_spent = np.ones((self.counties, 12))  # in 2012's spending, by calendar month
        self.demand = np.ones(self.counties)  # what the county's households spend, against the opening year
        self.opening_hiring = np.ones((self.counties, 12))  # with what businesses and houses take, likewise
        self.hiring = np.ones(self.counties)  # that sum, against the opening year
        self._trend_then = 1.0

    def lift(self) -> None:
        """Nothing weighs on the month that has not been in the model's own years: what events write is as if never."""
        n = len(self.villages)
        self.struck = np.ones(n)  # what a disaster of its own leaves of a village's yield (1 = none)
        self.forced = np.full(n, -1)  # severity of a drought of its own (-1 = the region's year)
        self.struck_price = np.ones(N_LINES)
        self.struck_away = 1.0  # time worked away, against what it would have been

    def beside(self, villages: NDArray[np.void]) -> Market:
        """The same market, newly opened, for a copy of its villages."""
        twin = Market(villages, self.p, self.wages, self.prices, self.away_months)
        twin.opening_supply, twin.opening_spent = self.opening_supply.copy(), self.opening_spent.copy()
        twin.opening_hiring = self.opening_hiring.copy()
        twin._trend_then = self._trend_then
        return twin

    def county_supply(self) -> NDArray[np.float64]:
        """Supply by county and line, summed over villages in their order."""
        sums = np.zeros((self.counties, N_LINES))
        for county in range(self.counties):
            own = self.villages[self.villages["county"] == county]
            for line in range(N_LINES):
                sums[county, line] = total(np.ascontiguousarray(own["supply"][:, line]))
        return sums

    def county_spent(self) -> NDArray[np.float64]:
        """What households spent on living last month, by county, summed over villages in their order."""
        return self._by_county("spent_yuan")

    def county_hiring(self) -> NDArray[np.float64]:
        """That, with what businesses spent and what went into houses: what local jobs live on."""
        return self.county_spent() + self._by_county("trade_yuan")

    def _by_county(self, column: str) -> NDArray[np.float64]:
        """Yuan of last month, at 2012's spending."""
        county, yuan = self.villages["county"], self.villages[column]
        sums = [total(np.ascontiguousarray(yuan[county == c])) for c in range(self.counties)]
        return np.array(sums) / self._trend_then

    def remember_opening(self) -> None:
        """Take this month's supply as what the opening year's prices belong to."""
        self.opening_supply = np.maximum(self.county_supply(), 1.0)

    def open_year(self, today: Today) -> None:
        """Draw the year's weather and price shocks, one a region."""
        p = self.p
        for county in range(self.counties):
            region, seed = (today.county + county) // int(p.counties_a_region), today.region_seed
            self.severity[county] = 0 if today.normal_year else weather.drought(seed, region, today.year, p)
            for line in range(N_LINES):
                z = 0.0 if today.normal_year else weather.price_shock(seed, region, today.year, line, p)
                self.shock_log[county, line] = z
        if not today.normal_year:
            self.luck = weather.village_luck(today.seed, self.villages["key"].astype(np.int64), today.year, p)

    def open_month(self, today: Today) -> None:
        """Write prices, wages, weather and the local jobs of the month into every village."""
        p, v = self.p, self.villages
        if today.endogenous and not today.normal_year:
            self.supply_ratio = self.county_supply() / self.opening_supply
            last = today.calendar_month - 2
            self.demand = self.county_spent() / np.maximum(1.0, self.opening_spent[:, last])
            self.hiring = self.county_hiring() / np.maximum(1.0, self.opening_hiring[:, last])
        self._trend_then = today.spending_trend
        county = v["county"]
        expected = np.ones((self.counties, N_LINES))
        actual = np.ones((self.counties, N_LINES))
        for c in range(self.counties):
            for line in range(N_LINES):
                crowd = exp(-p.price_flexibility[line] * log(max(p.supply_least, self.supply_ratio[c, line])))
                sd = p.price_sd[line]
                expected[c, line] = p.price_yuan[line] * crowd
                actual[c, line] = expected[c, line] * exp(
                    self.shock_log[c, line] - 0.5 * sd * sd * (1 - today.normal_year)
                )
        actual *= self.struck_price
        margin = p.gate_margin * (1.0 - v["road"]) * (1.0 - v["contract"])
        premium = 1.0 + p.cooperative_premium * v["cooperative"]
        premium /= 1.0 - p.gate_margin * p.usual_remoteness  # published prices are those at an average gate
        for line in range(N_LINES):
            # A business sells in the village itself: no haul to pay for.
            net = (1.0 - margin) * premium * self.prices if line < N_LINES - 1 else np.ones(len(v))
            v["gate_price"][:, line] = actual[county, line] * net
            v["expected_price"][:, line] = expected[county, line] * net
        factors = np.array([weather.yield_factor(s, 0.0, p) for s in weather.SEVERITIES])
        sheltered = np.array([weather.yield_factor(s, 1.0, p) for s in weather.SEVERITIES])
        if today.normal_year:
            v["weather"] = 1.0
        else:
            severity = np.where(self.forced >= 0, self.forced, self.severity[county])
            v["weather"] = factors[severity] + (sheltered[severity] - factors[severity]) * v["irrigation"]
            v["weather"] *= self.struck * self.luck
        demand = 1.0 + p.local_demand * (self.demand[county] - 1.0)
        v["gate_price"][:, BUSINESS] *= demand
        v["expected_price"][:, BUSINESS] *= demand
        v["eaten_price"] = actual[county, STAPLE] * self.prices
        wanting = 1.0 - v["road"] - p.usual_remoteness  # against a usual road
        v["input_price"] = 1.0 + p.input_haul * wanting
        v["away_months"] = self.away_months * self.struck_away
        for line in range(ORCHARD, N_LINES):
            result = v["gate_price"][:, line] / v["expected_price"][:, line]
            if line == ORCHARD:
                result *= 1.0 - p.orchard_drought * (1.0 - v["weather"])
            v["seen_result"][:, line - 1] = result
        v["away_wage_yuan"] = p.migrant_wage_yuan * self.wages * today.wage_trend
        v["local_wage_yuan"] = p.local_wage_yuan * v["pay_nearby"] * today.wage_trend
        nearer = np.maximum(0.0, 1.0 - p.road_jobs * wanting)
        if p.slot_days > 0.0:
            self.share_out_slots(today, nearer)
        else:
            self.share_out_jobs(today)
            v["jobs_now"] *= demand * nearer
        v["works_yuan"] = 0.0

    def share_out_slots(self, today: Today, nearer: NDArray[np.float64]) -> None:
        """Slots of work of a township, and the chance that each of its free hands finds one.

        They are a share of its hands as the year opened, more or fewer as the county hires, and what is paid for works.
        Those that are held and do not end stay with who holds them; the rest is dealt among hands that have the days.
        In the opening year and under closure fixed a village is by itself, and as many are found as end.

        Args:
            today: The month.
            nearer: What its road makes of a village's jobs.
        """
        p, v = self.p, self.villages
        hiring = 1.0 + p.local_demand * (self.hiring[v["county"]] - 1.0)
        share = v["jobs"] * (p.work_days_month / p.slot_days) * hiring * nearer
        works = p.works_hands * v["works_yuan"] / (v["local_wage_yuan"] * p.slot_days)
        if today.endogenous and not today.normal_year:
            town = v["township"]
            slots, held, hands = (
                np.bincount(town, weights=sums)[town]
                for sums in (share * v["hands_open"] + works, v["slots"], v["hands"])
            )
            share = slots / np.maximum(1.0, hands)
            found = (slots - (1.0 - p.slot_ends) * held) / np.maximum(1.0, hands - held)
        else:
            share = np.minimum(1.0, share + works / np.maximum(1.0, v["hands_open"]))
            found = p.slot_ends * share / np.maximum(1e-9, 1.0 - share)
        v["finding"] = np.minimum(p.slot_search, np.maximum(0.0, found))
        v["jobs_now"] = np.minimum(1.0, share) * (p.slot_days / p.work_days_month)

    def share_out_jobs(self, today: Today) -> None:
        """The same jobs, more or fewer hands: local work gets scarcer when more days are free."""
        v = self.villages
        reference = v["free_days_open"][:, today.calendar_month - 2]  # last month, as it was in the opening year
        v["jobs_now"] = v["jobs"]
        if today.endogenous and not today.normal_year:
            known = (reference > 0.0) & (v["free_days"] > 0.0)
            ratio = np.ones(len(v))
            np.divide(reference, v["free_days"], out=ratio, where=known)
            v["jobs_now"] = v["jobs"] * np.minimum(self.p.jobs_most, np.maximum(self.p.jobs_least, ratio))

    def remember_month(self, today: Today) -> None:
        """Keep the opening year's free days, hands and spending, month by month."""
        self.opening_spent[:, today.calendar_month - 1] = self.county_spent()
        self.opening_hiring[:, today.calendar_month - 1] = self.county_hiring()
        self.villages["hands_open"] += self.villages["hands"] / 12.0
        self.villages["free_days_open"][:, today.calendar_month - 1] = self.villages["free_days"]
