"""Supervision: cadres are examined by their books, by villagers' votes and by spot checks, and answer to their rank.

Two tasks compete (Holmstrom and Milgrom 1991): what counts in the score is what gets done. Votes and spot checks draw
effort into households' affairs; books alone draw entries, of which some were never made. An entry that was made up
stands in the place of a call, for a cadre goes out as long as the book wants calls. Who stands near the cut answers
most. Where incomes count, what the registry believes of them is written up too, and households sign it or refuse.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.core.draws import uniforms
from sim.core.numerics import norm_ppf_array, total
from sim.money.reasons import reason
from sim.policies.policy import County, Names, Policy, PolicySettings, RowsOf
from sim.policies.posts import GOES_WITH
from sim.policies.settings import BUDGET, Lever

EXAMINATION = reason("examinations of cadres", "干部考核支出")
Floats = NDArray[np.float64]


class ExaminationsSettings(PolicySettings):
    """Levers of the examinations."""

    every_days: int = Field(default=30, ge=7, le=365, description="days from one examination to the next")
    book: float = Field(default=1.0, ge=0, le=1, description="weight of the book: visits entered")
    vote: float = Field(default=0.0, ge=0, le=1, description="weight of the villagers' vote")
    spot: float = Field(default=0.0, ge=0, le=1, description="weight of spot checks: entries that households confirm")
    checks: int = Field(default=0, ge=0, le=100, description="entries of each cadre looked into at an examination")
    cut: float = Field(default=0.1, ge=0, le=0.5, description="share of cadres who count as the last")
    consequences: bool = Field(
        default=True, description="whether the last are talked to, and replaced at a second time"
    )
    incomes: bool = Field(default=False, description="whether incomes on the books count as part of the book")


class Examinations(Policy):
    """Examinations at set intervals, a ranking, and what cadres make of it until the next."""

    kind: ClassVar[str] = "examinations"
    title_en: ClassVar[str] = "Examinations of cadres"
    title_zh: ClassVar[str] = "干部考核督查"
    may_change: ClassVar[dict[str, Lever]] = {
        "book": Lever("Weight of the book", "台账权重", "share"),
        "vote": Lever("Weight of the villagers' vote", "群众评议权重", "share"),
        "spot": Lever("Weight of spot checks", "抽查权重", "share"),
        "checks": Lever("Entries of a cadre checked at an examination", "每次考核抽查条数"),
        **BUDGET,
    }
    counts: ClassVar[dict[str, Names]] = {
        "examined": ("Cadres examined", "考核干部人次"),
        "faked": ("Visits entered that were never made", "虚记走访户次"),
        "faked_found": ("Of entries checked, found untrue", "抽查发现不实条数"),
        "talks": ("Talks with the last", "诫勉谈话人次"),
        "replaced": ("Cadres replaced", "调整干部人数"),
        "written_up": ("Household incomes written up", "虚增收入户次"),
        "refused": ("Households that refused to sign", "拒签户次"),
    }
    beside: ClassVar[dict[str, dict[str, object]]] = {
        "checks": {"spot": 1.0},
        "incomes": {"cut": 0.5},
        "end_day": {"every_days": 30},
    }
    amounts: ClassVar[tuple[str, ...]] = ("budget_yuan",)
    village_wide: ClassVar[bool] = True
    most: ClassVar[int | None] = 1  # a cadre has one rank
    Settings: ClassVar[type[PolicySettings]] = ExaminationsSettings
    settings: ExaminationsSettings

    def open(self, county: County) -> None:
        """What each cadre would do unwatched, and nothing entered yet."""
        n = len(county.cadres)
        self._own: Floats = county.cadres["effort"].astype(np.float64)
        self._entered = np.zeros(n)
        self._true = np.zeros(n)
        self._made_up = np.zeros(n)
        self._pressure = np.zeros(n)
        self._times_last = np.zeros(n, dtype=np.int64)
        own = {"effort unwatched": self._own, "pressure": self._pressure, "times last": self._times_last}
        county.shared.update({GOES_WITH + name: kept for name, kept in own.items()})
        self.book.targets["examined"] = float(n * len(list(self.days(county))))

    def days(self, county: County) -> Iterable[int]:
        """Days of examinations: the first after one interval."""
        every = self.settings.every_days
        return range(self.settings.start_day + every - 1, self.last_day(county) + 1, every)

    def day(self, county: County) -> None:
        """An examination: books are filled up, cadres ranked, and everybody draws conclusions."""
        s, p, c = self.settings, county.p, county.cadres
        rows = self.villages_in_turn(county)
        team = (county.villages["last_cadre"] - county.villages["first_cadre"])[rows].astype(np.float64)
        each = (p.exam_yuan + p.exam_check_yuan * s.checks * team) * county.today.cpi
        paid = self.ration(county, rows, each)
        self.buy(county, total(each[: len(paid)]), "administration_yuan", EXAMINATION)
        who = np.flatnonzero(np.isin(c["village"], paid) & (c["count"] > 0)).astype(np.int64)
        for village in paid.tolist():
            self.book.reach(self.households_of(county, village))
        self.book.count("examined", float(len(who)))
        self._prepare(county, who)
        if not self.settings.effects or not len(who):
            return
        self._fill_up(county, who)
        found = self._found_untrue(county, who)
        self._rank(county, who, found)
        if s.incomes:
            self._write_up(county, paid)
        self._answer(county, who)

    def month_end(self, county: County) -> None:
        """After the last examination everybody works as before."""
        if self.settings.effects and county.today.campaign_day >= self.last_day(county) and self._pressure.any():
            self._pressure[:] = 0.0
            county.cadres["effort"] = self._own

    def _prepare(self, county: County, who: RowsOf) -> None:
        """Papers are put in order: field days that are not given to households."""
        c, n = county.cadres, len(county.villages)
        used = np.minimum(c["days_left"][who], county.p.exam_days)
        c["days_left"][who] -= used
        c["days_used"][who] += used
        where = c["village"][who]
        asked = np.bincount(where, minlength=n).astype(np.float64) * county.p.exam_days
        county.cadre_days.note(asked, np.bincount(where, weights=used, minlength=n).astype(np.float64))
        self.book.costs["cadre_days_yuan"] += float(used.sum()) * county.profile.support.day_cost_yuan

    def weights(self) -> tuple[float, float, float]:
        """Weights of book, vote and spot checks, which sum to one (or are all zero)."""
        s = self.settings
        whole = s.book + s.vote + s.spot
        return (s.book / whole, s.vote / whole, s.spot / whole) if whole > 0.0 else (0.0, 0.0, 0.0)

    def caught(self, county: County) -> float:
        """How surely a made-up entry is believed to come out."""
        return self.settings.checks / (self.settings.checks + county.p.exam_half_checks)

    def made_up(self, county: County, pressure: Floats) -> Floats:
        """Entries that are made up until the next examination, a household in the cadre's list."""
        book, _, spot = self.weights()
        worth = max(0.0, book - (book + spot) * self.caught(county))
        return county.p.exam_response * pressure * worth

    def _fill_up(self, county: County, who: RowsOf) -> None:
        """Enter calls that were not made: each stands where a call would have been."""
        c = county.cadres
        luck = self._luck(county, "fakes", who)
        wanted = np.floor(self.made_up(county, self._pressure[who]) * c["count"][who] + luck)
        fakes = wanted.astype(np.int64)
        c["visits"][who] += fakes
        c["next"][who] = (c["next"][who] + fakes) % c["count"][who]
        self._made_up[who] += fakes
        self.book.count("faked", float(fakes.sum()))
        for book in county.books.values():
            if "visited" in book.counts:
                book.count("visited", float(fakes.sum()), c["village"][who].astype(np.int64), fakes.astype(np.float64))

    def _found_untrue(self, county: County, who: RowsOf) -> NDArray[np.int64]:
        """How many of the entries looked into since the last examination households do not confirm."""
        entered = county.cadres["visits"][who] - self._entered[who]
        untrue = self._made_up[who] / np.maximum(1.0, entered)
        found = np.zeros(len(who), dtype=np.int64)
        for k in range(self.settings.checks):
            found += (k < entered) & (self._luck(county, "check", who, k) < untrue)
        self.book.count("faked_found", float(found.sum()))
        return found

    def _rank(self, county: County, who: RowsOf, found: NDArray[np.int64]) -> None:
        """Where each stands, from the last (0) to the first (1), and what that presses to."""
        p, s, c = county.p, self.settings, county.cadres
        entered = c["visits"][who] - self._entered[who]
        substance = c["substance"][who] - self._true[who]
        z = norm_ppf_array(self._luck(county, "vote", who))
        by_book = _places(np.where(found > 0, -1.0, entered / c["count"][who]), c["key"][who])
        by_vote = _places(c["standing"][who] + p.exam_vote_noise * z, c["key"][who])
        confirmed = _places(substance / np.maximum(1.0, entered), c["key"][who])
        book, vote, spot = self.weights()
        looked = spot if s.checks > 0 else 0.0
        place = _places(book * by_book + vote * by_vote + looked * confirmed, c["key"][who])
        near = np.maximum(0.0, 1.0 - np.abs(place - s.cut) / p.exam_width)
        self._pressure[who] = p.exam_far + (1.0 - p.exam_far) * near * s.consequences
        self._entered[who], self._true[who], self._made_up[who] = c["visits"][who], c["substance"][who], 0.0
        if s.consequences:
            self._call_to_account(county, who[place < s.cut], who[place >= s.cut])

    def _call_to_account(self, county: County, last: RowsOf, others: RowsOf) -> None:
        """The last are talked to; who is among them a second time running is replaced by somebody like any other."""
        c, p = county.cadres, county.p
        self._times_last[others] = 0
        self._times_last[last] += 1
        again = last[self._times_last[last] > 1]
        self._pressure[last] = 1.0
        self.book.count("talks", float(len(last) - len(again)))
        self.book.count("replaced", float(len(again)))
        z = norm_ppf_array(self._luck(county, "successor", again))
        self._own[again] = np.clip(p.cadre_effort + p.cadre_sd * z, p.effort_limits[0], p.effort_limits[1])
        c["standing"][again], c["fatigue"][again] = p.cadre_means[3], 0.0
        self._times_last[again], self._pressure[again] = 0, p.exam_far

    def _answer(self, county: County, who: RowsOf) -> None:
        """Effort until the next examination: what votes and spot checks see is worth it, what books see is not."""
        _, vote, spot = self.weights()
        seen = vote + (spot if self.settings.checks > 0 else 0.0)
        own = self._own[who]
        county.cadres["effort"][who] = own + county.p.exam_response * self._pressure[who] * seen * (1.0 - own)

    def _write_up(self, county: County, villages: RowsOf) -> None:
        """Incomes of the registered are written up toward the line; households sign, or refuse and are heard."""
        h, c, p, seen = county.households, county.cadres, county.p, county.world.perceived_yuan
        team = np.maximum(1, np.bincount(c["village"], minlength=len(county.villages)))
        pressed = np.bincount(c["village"], weights=self._pressure, minlength=len(county.villages)) / team
        rows = np.flatnonzero((h["registered"] == 1) & np.isin(h["village"], villages)).astype(np.int64)
        more = self.made_up(county, pressed[h["village"][rows]]) * np.maximum(0.0, county.line_now - seen[rows])
        rows, more = rows[more > 0.0], more[more > 0.0]
        refuses = self.luck(county, "signs", rows, county.day) < p.exam_refuses * h["awareness"][rows]
        signs = rows[~refuses]
        seen[signs] += more[~refuses]
        h["satisfaction"][signs] -= p.exam_untrue * h["satisfaction"][signs]
        self.book.count("written_up", float(len(signs)))
        self.book.count("refused", float(refuses.sum()))

    def _luck(self, county: County, name: str, who: RowsOf, k: int = 0) -> Floats:
        """One keyed uniform a cadre."""
        keys = county.cadres["key"][who].astype(np.int64)
        return uniforms(county.seed, self.number(name), keys, county.day, k)


def _places(values: Floats, keys: NDArray[np.int64]) -> Floats:
    """Places from 0 (least) to 1 (most); ties go by key."""
    places = np.empty(len(values))
    places[np.lexsort((keys, values))] = np.arange(len(values))
    return places / max(1, len(values) - 1)
