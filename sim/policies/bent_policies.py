"""Bent policies: where a policy is captured, held up, charged for or skimmed, who reports it, how it is mended.

What a bend does stands in `bends`. Who has felt it may say so, by the channels that are open; what is reported is taken
up after a while, looked into, and mended or not. A mended place is bent again where the committee is weak. Whoever
comes from outside, to visit, to hold a meeting or to inspect, takes days of villagers.
"""

from __future__ import annotations

from typing import ClassVar, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.core.draws import number_of, uniforms
from sim.core.numerics import add_up
from sim.facts.topics import CALLED
from sim.money.reasons import reason
from sim.policies import bends
from sim.policies.bends import TAKEN, WAYS, felt_of, places_of
from sim.policies.gifts import coached_in
from sim.policies.policy import County, Mask, Names, Policy, PolicySettings, RowsOf
from sim.policies.settings import BUDGET, Lever

CHANNELS_COST = reason("channels of report and inspections", "群众反映渠道及核查支出")
YEAR = 12

Floats = NDArray[np.float64]
Way = Literal["captured", "delayed", "charged", "skimmed"]
Channel = Literal["calls", "accounts", "hotline", "letters"]
CHANNELS = get_args(Channel)


class BentPoliciesSettings(PolicySettings):
    """Levers of the channels, and what is bent."""

    channels: tuple[Channel, ...] = Field(
        default=CHANNELS,
        description="how bends come out: calls (a cadre sees it), accounts (read out at meetings), hotline, letters",
    )
    ways: tuple[Way, ...] = Field(
        default=get_args(Way), description="ways in which places are bent: captured, delayed, charged, skimmed"
    )
    bent_times: float = Field(default=1.0, ge=0, le=20, description="factor on the share of places that are bent")
    end_day: int | None = Field(default=365, ge=1, le=3650, description="last campaign day on which channels are open")


class BentPolicies(Policy):
    """Every month's end: what is bent anew, what is felt, reported and mended, and who is called away from work."""

    kind: ClassVar[str] = "bent_policies"
    title_en: ClassVar[str] = "Bent policies and channels of report"
    title_zh: ClassVar[str] = "政策走样与群众反映渠道"
    by_months: ClassVar[bool] = True
    may_change: ClassVar[dict[str, Lever]] = {**BUDGET}
    counts: ClassVar[dict[str, Names]] = {
        "mended": ("Places where a bent policy was mended", "政策走样纠正处数"),
        "reported": ("Places reported", "群众反映处数"),
        "days_bent": ("Days until places were mended", "纠正所用天数合计"),
        "bent_months": ("Months of places in which a policy was bent", "政策走样处月数"),
        "place_months": ("Months of places in which a policy was asked for", "政策实施处月数"),
        "called": ("Household-months called to meetings and inspectors", "群众陪会迎检户月数"),
        "taken_yuan": ("Money charged and skimmed", "违规收费和截留金额"),
    }
    amounts: ClassVar[tuple[str, ...]] = ("bent_times",)
    village_wide: ClassVar[bool] = True
    warm: ClassVar[dict[str, object]] = {"bent_times": 20.0}
    most: ClassVar[int | None] = 1  # a place is bent in one way
    Settings: ClassVar[type[PolicySettings]] = BentPoliciesSettings
    settings: BentPoliciesSettings

    def open(self, county: County) -> None:
        """Some places are bent from the start, more of them where the committee is weak."""
        n = len(county.villages)
        others = [label for label in county.books if label != self.label]
        self._labels = others if self.settings.effects else []
        self._on = self.villages_on(county)
        share = np.array([county.p.bent_share[k] * (way in self.settings.ways) for k, way in enumerate(WAYS)])
        weak = 2.0 * (1.0 - county.villages["leadership"])
        chance = self.settings.bent_times * share * weak[:, None] * self._on[:, None]
        self._chance = chance / np.maximum(1.0, chance.sum(axis=1))[:, None]  # beyond certainty the mix of ways stays
        for label in self._labels:
            bends.set_up(county, label)
            self._bend(county, label, np.ones(n, dtype=np.bool_), 1.0)
        self._angered = {label: np.zeros(len(county.households), dtype=np.bool_) for label in self._labels}
        self._days_before = self._days_of_others(county)
        self.book.targets["mended"] = add_up((places_of(county, label)["way"] > 0).sum() for label in self._labels)

    def month_end(self, county: County) -> None:
        """The month."""
        listens = self._open_channels(county)
        witnesses = np.zeros(len(county.villages))
        for label in self._labels:
            places = places_of(county, label)
            asked = places["began"] >= 0
            self.book.count("bent_months", float((asked & (places["way"] > 0)).sum()))
            self.book.count("place_months", float(asked.sum()))
            self._anger(county, label)
            self._hear(county, label, listens)
            witnesses += self._look_into(county, label)
            self._bend(county, label, asked & (places["way"] == 0), county.p.bent_again / YEAR)
        self._call(county, witnesses, listens)
        taken = county.accounts.balances.get(TAKEN, 0.0)
        self.book.count("taken_yuan", taken - self.book.counts.get("taken_yuan", 0.0))

    def close(self, county: County) -> None:
        """Nobody is called any more."""
        county.households["knows"] &= ~(1 << CALLED)

    # ---- bending -----------------------------------------------------------------------------------------------

    @staticmethod
    def _luck_of(county: County, number: int, label: str, day: int) -> Floats:
        """One keyed uniform a place of a policy."""
        keys = county.villages["key"].astype(np.int64)
        return uniforms(county.seed, number, keys, day, number_of(label))

    def _bend(self, county: County, label: str, where: Mask, share: float) -> None:
        """Bend some places among `where`, each in one way; `share` is that of the chance as the run opened."""
        month = max(0, county.today.month)
        places, luck = places_of(county, label), self._luck_of(county, self.number("bend"), label, month)
        upto = np.cumsum(share * self._chance, axis=1)
        way = 1 + (luck[:, None] >= upto).sum(axis=1)
        bent = where & (way <= len(WAYS))
        places["way"][bent] = way[bent]
        places["since"][bent] = max(0, county.day)

    # ---- reporting ---------------------------------------------------------------------------------------------

    def _open_channels(self, county: County) -> Mask:
        """Villages whose channels are open this month: kept up as far as the money goes."""
        s, p, today = self.settings, county.p, county.today.campaign_day
        if not s.start_day <= today <= self.last_day(county) or not s.channels:
            return np.zeros(len(county.villages), dtype=np.bool_)
        open_now = (p.bent_channel_yuan[k] for k, name in enumerate(CHANNELS) if name in s.channels)
        each = county.today.cpi * add_up(open_now)
        turn = self.villages_in_turn(county)
        paid = self.ration(county, turn, np.full(len(turn), each))
        self.buy(county, each * len(paid), "administration_yuan", CHANNELS_COST)
        return np.isin(np.arange(len(county.villages)), paid)

    def _anger(self, county: County, label: str) -> None:
        """Whoever has felt it for the first time thinks less of the help."""
        felt, angered, satisfaction = felt_of(county, label), self._angered[label], county.households["satisfaction"]
        new = felt & ~angered
        satisfaction[new] -= county.p.bent_anger * satisfaction[new]
        angered |= felt

    def _hear(self, county: County, label: str, listens: Mask) -> None:
        """Who has felt it and knows what should be says so; the first channel by which it comes out counts."""
        p, h, month = county.p, county.households, county.today.month
        places = places_of(county, label)
        tells = listens & (places["way"] > 0) & (places["due"] < 0)
        rows = np.flatnonzero(felt_of(county, label) & tells[h["village"]]).astype(np.int64)
        if not len(rows):
            return
        self.book.reach(rows)
        where = h["village"][rows]
        for k, channel in enumerate(CHANNELS):
            if channel not in self.settings.channels:
                continue
            chance = p.bent_speaks[k] * h["awareness"][rows]
            if channel == "calls":
                chance = chance * (coached_in(county)[rows] == month)
            told = where[self.luck(county, "speaks", rows, month, k) < chance]
            due = county.day + int(p.bent_answer_days[k])
            told = told[(places["due"][told] < 0) | (places["due"][told] > due)]
            places["due"][told] = due
        self.book.count("reported", float((tells & (places["due"] >= 0)).sum()))

    def _look_into(self, county: County, label: str) -> Floats:
        """What is due is looked into as far as days and money reach; gives witnesses called, by village."""
        p, v, places = county.p, county.villages, places_of(county, label)
        turn = self.villages_in_turn(county)
        turn = turn[(places["due"][turn] >= 0) & (places["due"][turn] <= county.day)]
        each = p.bent_look_yuan * county.today.cpi
        turn = self.ration(county, turn, np.full(len(turn), each))
        homes = self.take_days(county, v["first"][turn].astype(np.int64), p.bent_look_days, each)
        looked = county.households["village"][homes].astype(np.int64)
        self.buy(county, each * len(looked), "administration_yuan", CHANNELS_COST)
        places["due"][looked] = -1
        luck = self._luck_of(county, self.number("mends"), label, county.today.month)[looked]
        self._mend(county, label, looked[luck < p.bent_mended])
        came = np.zeros(len(v))
        came[looked] = p.bent_witnesses
        return came

    def _mend(self, county: County, label: str, villages: RowsOf) -> None:
        """These places are straight again."""
        places = places_of(county, label)
        # What was bent before anybody asked there hurt nobody until then.
        since = np.maximum(places["since"], places["began"])[villages]
        self.book.count("mended", float(len(villages)), villages)
        self.book.count("days_bent", float((county.day - since).sum()))
        places["way"][villages] = 0
        there = np.isin(county.households["village"], villages)
        felt_of(county, label)[there] = False
        self._angered[label][there] = False

    # ---- burden ------------------------------------------------------------------------------------------------

    @staticmethod
    def _days_of_others(county: County) -> Floats:
        """Field days that all cadres have given so far, by village."""
        return np.asarray(county.cadre_days.used.sum(axis=0))

    def _call(self, county: County, witnesses: Floats, listens: Mask) -> None:
        """Who is called next month: as many as officials' days of this one, meetings and inspections took."""
        if not self.settings.effects:
            return
        p, h, v = county.p, county.households, county.villages
        days = self._days_of_others(county)
        came, self._days_before = days - self._days_before, days
        homes = (v["last"] - v["first"]).astype(np.float64)
        share = (p.bent_received * came + witnesses) / homes * self._on
        if "accounts" in self.settings.channels:
            share = share + p.meeting_comes[0] * listens
        everyone = np.arange(len(h), dtype=np.int64)
        called = self.luck(county, "called", everyone, county.today.month) < share[h["village"]]
        h["knows"] &= ~(1 << CALLED)
        h["knows"][called] |= 1 << CALLED
        self.book.count("called", float(called.sum()), h["village"][called].astype(np.int64))
