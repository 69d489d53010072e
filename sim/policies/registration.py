"""The registry drawn up anew: by villagers who rank one another, or by a formula on what a survey can see.

Both fill as many places as a village has now. Villagers know much that no form asks, err as people do, tire as the
meeting goes on, and mean by poor something other than little consumption a head. A formula errs by what it cannot see.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.core.draws import uniforms
from sim.core.numerics import add_up, log_array, norm_ppf_array, total
from sim.money.reasons import reason
from sim.parameters.packed import P
from sim.policies.policy import County, Names, Policy, PolicySettings, RowsOf
from sim.policies.settings import BUDGET
from sim.population.registry import earned_a_head, missing_causes, worries

RANKING = reason("ranking meetings of villages", "村民评议会支出")
SURVEY = reason("surveys of assets", "资产入户调查支出")
ROUND_DAYS = 30
RIDGE = 1e-6  # so that something that nobody has divides by no zero
PAIRS = 2_654_435_761  # spreads keys of observers so that a pair has one of its own

Floats = NDArray[np.float64]


class RegistrationSettings(PolicySettings):
    """Levers of the new list."""

    method: Literal["vote", "formula"] = Field(default="vote", description="who decides: villagers, or a formula")
    survey_share: float = Field(
        default=0.1, gt=0, le=1, description="share of households whose consumption is surveyed to find the formula"
    )


class Registration(Policy):
    """Once in each village: everybody is ranked, and the poorest take the places that the registry has there."""

    kind: ClassVar[str] = "registration"
    title_en: ClassVar[str] = "Registry drawn up anew"
    title_zh: ClassVar[str] = "重新识别建档"
    may_change: ClassVar[dict[str, Any]] = {**BUDGET}
    counts: ClassVar[dict[str, Names]] = {
        "ranked": ("Villages ranked anew", "重新识别的村"),
        "entered": ("Households entered anew in the registry", "新纳入建档立卡户数"),
        "left": ("Households taken off the registry", "调出建档立卡户数"),
    }
    beside: ClassVar[dict[str, dict[str, object]]] = {
        "survey_share": {"method": "formula"},
        "end_day": {"purses": ("second",)},  # it opens later
    }
    village_wide: ClassVar[bool] = True
    Settings: ClassVar[type[PolicySettings]] = RegistrationSettings
    settings: RegistrationSettings

    def open(self, county: County) -> None:
        """No village has been ranked."""
        self._ranked = np.zeros(len(county.villages), dtype=np.bool_)
        self.book.targets["ranked"] = float(self.villages_on(county).sum())

    def days(self, county: County) -> Iterable[int]:
        """Monthly rounds: a village that could not be paid for waits for the next."""
        return self.rounds(county, ROUND_DAYS)

    def day(self, county: County) -> None:
        """Rank villages in turn, as far as the money goes."""
        rows = self.villages_in_turn(county)
        rows = rows[~self._ranked[rows]]
        p, v = county.p, county.villages
        vote = self.settings.method == "vote"
        homes = (v["last"] - v["first"])[rows].astype(np.float64)
        each = np.full(len(rows), p.vote_cost_yuan) if vote else p.formula_cost_yuan * homes
        rows = self.ration(county, rows, each)
        if not len(rows):
            return
        self.buy(county, add_up(each[: len(rows)].tolist()), "administration_yuan", RANKING if vote else SURVEY)
        self._ranked[rows] = True
        self.book.count("ranked", float(len(rows)))
        for village in rows.tolist():
            self.book.reach(self.households_of(county, village))
        if self.settings.effects:
            self._draw_up(county, rows, vote)

    def _draw_up(self, county: County, villages: RowsOf, vote: bool) -> None:
        """The new list of these villages, and what households think of it."""
        h = county.households
        meant = as_villagers_see(h, county.p, worries(h, county.p, county.today))
        standing = self._voted(county, meant) if vote else self._predicted(county)
        was = h["registered"].copy()
        for village in villages.tolist():
            rows = self.households_of(county, village)
            places = int(h["registered"][rows].sum())
            order = rows[np.lexsort((county.keys[rows], standing[rows]))]
            h["registered"][rows] = 0
            h["registered"][order[:places]] = 1
            self._judge(county, rows, meant, places)
        new, causes = missing_causes(h, county.p, county.today, illness=False)
        h["cause"][new] = causes
        self.book.count("entered", float(((h["registered"] == 1) & (was == 0)).sum()))
        self.book.count("left", float(((h["registered"] == 0) & (was == 1)).sum()))

    def _voted(self, county: County, meant: Floats) -> Floats:
        """How well off each household seems to the meeting; who comes up late is looked at less carefully."""
        h, p, everyone = county.households, county.p, np.arange(len(county.households), dtype=np.int64)
        turn = self.luck(county, "turn", everyone)
        place = np.empty(len(h))
        order = np.lexsort((county.keys, turn, h["village"]))
        first = county.villages["first"][h["village"][order]]
        homes = (county.villages["last"] - county.villages["first"])[h["village"][order]]
        place[order] = (np.arange(len(h)) - first) / homes
        noise = p.review_vote_noise * (1.0 + p.vote_fatigue * place)
        return np.asarray(meant + noise * norm_ppf_array(self.luck(county, "seen", everyone)))

    def _predicted(self, county: County) -> Floats:
        """Log consumption a head as the formula has it, found on those surveyed of all villages that take part."""
        h, everyone = county.households, np.arange(len(county.households), dtype=np.int64)
        seen = visible(h)
        asked = self.households_on(county) & (self.luck(county, "survey", everyone) < self.settings.survey_share)
        eaten = log_array(np.maximum(1.0, h["consumption_last_yuan"] / h["persons"]))
        weights = least_squares(seen[asked], eaten[asked])
        found = np.zeros(len(h))
        for k in range(len(weights)):
            found += weights[k] * seen[:, k]
        return found

    def _judge(self, county: County, rows: RowsOf, meant: Floats, places: int) -> None:
        """A village's households hold the list against what each thinks of those it is in touch with."""
        h, p, world = county.households, county.p, county.world
        if not 0 < places < len(rows):
            return
        cut = np.sort(meant[rows], kind="stable")[places]
        first, last = world.indptr[rows[0]], world.indptr[rows[-1] + 1]
        seen = world.indices[first:last].astype(np.int64)
        degree = np.diff(world.indptr[rows[0] : rows[-1] + 2])
        who = np.repeat(rows, degree)
        pairs = (county.keys[who] * PAIRS + county.keys[seen]) & (2**62 - 1)
        z = norm_ppf_array(uniforms(county.seed, self.number("opinion"), pairs, county.day))
        agrees = (meant[seen] + p.review_vote_noise * z < cut) == (h["registered"][seen] == 1)
        content = np.bincount(who - rows[0], weights=agrees, minlength=len(rows)) / np.maximum(1, degree)
        known = rows[degree > 0]
        gap = content[degree > 0] - h["satisfaction"][known]
        h["satisfaction"][known] += p.list_satisfaction * gap


def as_villagers_see(h: NDArray[Any], p: P, worry: Floats) -> Floats:
    """How well off households are in villagers' meaning of it, in log points and without error.

    Income over size to the power `vote_scale`, for large households live more cheaply; more for able hands, which could
    earn; less for each of the worries that everybody sees.

    Args:
        h: Households.
        p: Parameters.
        worry: How many of the worries of the review each has.
    """
    persons = h["persons"].astype(np.float64)
    earned = log_array(np.maximum(1.0, earned_a_head(h)))
    hands = p.vote_hands * h["workers"] / persons
    return np.asarray(earned + (1.0 - p.vote_scale) * log_array(persons) + hands - p.review_worry * worry)


def visible(h: NDArray[Any]) -> Floats:
    """What a survey of assets sees of each household, a column each; the first is 1."""
    persons = h["persons"].astype(np.float64)
    columns = (
        np.ones(len(h)),
        log_array(persons),
        h["workers"] / persons,
        h["elders"] / persons,
        h["schooling"] / 10.0,
        h["migrants"] / persons,
        h["land_mu"] / persons,
        (h["orchard_mu"] + h["block_mu"]) / persons,
        h["livestock_head"] / persons,
        h["greenhouse_mu"] / persons,
        h["business_yuan"] > 0.0,
        h["house"],
        h["home_yuan"] / persons / 10_000.0,
    )
    return np.column_stack([np.asarray(column, dtype=np.float64) for column in columns])


def least_squares(x: Floats, y: Floats) -> Floats:
    """Weights by which the columns of `x` come nearest to `y`, by the normal equations and elimination.

    Args:
        x: Rows by columns.
        y: One number a row.
    """
    n = x.shape[1]
    a = np.array([[total(x[:, i] * x[:, j]) for j in range(n)] for i in range(n)])
    b = np.array([total(x[:, i] * y) for i in range(n)])
    a[np.arange(n), np.arange(n)] += RIDGE * max(1, len(y))
    for i in range(n):
        for j in range(i + 1, n):
            factor = a[j, i] / a[i, i]
            a[j, i:] -= factor * a[i, i:]
            b[j] -= factor * b[i]
    weights = np.zeros(n)
    for i in range(n - 1, -1, -1):
        weights[i] = (b[i] - add_up((a[i, i + 1 :] * weights[i + 1 :]).tolist())) / a[i, i]
    return weights
