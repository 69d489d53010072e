"""Visits by cadres to the households they are linked to, or to every household."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, Literal, get_args

import numpy as np
from pydantic import Field

from sim.campaign.visits import cadres_go_out
from sim.core.numerics import add_up, total
from sim.county import KNOWN
from sim.facts.channels import CHANNELS
from sim.facts.trades import FIELDS, TRADES
from sim.policies.gifts import coached_in
from sim.policies.policy import County, Names, Policy, PolicySettings, RowsOf
from sim.policies.settings import Lever

ENTRIES = ("visited", "visited_substance", "told", "days", "asked")  # what a field day enters, village by village

Channel = Literal["cause", "papers", "advice", "warning", "follow_up", "targeting", "ledger", "trade"]


class VisitsSettings(PolicySettings):
    """Levers of the visits."""

    no_use: ClassVar[dict[str, str]] = {
        "budget_yuan": "visits take field days of cadres, and pay nobody",
        "purses": "visits take field days of cadres, and pay nobody",
    }

    coverage: Literal["linked", "everyone"] = Field(default="linked", description="who has a contact cadre")
    pairing: Literal["listed", "random", "hardest"] = Field(
        default="listed", description="how households are dealt out to cadres, and who is called on first"
    )
    again_days: int = Field(
        default=0, ge=0, le=3650, description="days after which all are paired anew, by a rule that moves; 0 = never"
    )
    visits_per_household: float = Field(default=4.0, ge=0, le=60, description="visits each should get in the campaign")
    visits_per_day: float = Field(default=3.0, ge=1, le=20, description="calls a cadre can make on a good field day")
    substance: float = Field(
        default=1.0, ge=0, le=2, description="factor on the chance of substance (training, preparation, spot checks)"
    )
    channels: tuple[Channel, ...] = Field(
        default=get_args(Channel), description=f"ways in which visits act beside telling: {', '.join(CHANNELS)}"
    )


class Visits(Policy):
    """Cadres call on households; some calls have substance, and act through the channels that are open.

    Channels: `cause` (what fits the registered cause is told of too), `papers` (papers in order), `advice` (wrong
    hopes and fears of a line set right), `warning` (the uninsured entered in the scheme, the ill brought to care
    sooner), `follow_up` (what was given is looked after), `targeting` (fewer places go by connections where households
    are known), `ledger` (errors of the registry corrected), `trade` (cadres know what their unit's trade knows).
    """

    kind: ClassVar[str] = "visits"
    title_en: ClassVar[str] = "Household visits"
    title_zh: ClassVar[str] = "入户走访"
    may_change: ClassVar[dict[str, Lever]] = {
        "visits_per_household": Lever("Visits to each household", "每户走访次数"),
        "visits_per_day": Lever("Calls of a cadre in a day", "干部每日走访户数"),
        "substance": Lever("Factor on visits with substance", "走访实效系数"),
    }
    from_purses: ClassVar[bool] = False
    amounts: ClassVar[tuple[str, ...]] = ("visits_per_household",)
    counts: ClassVar[dict[str, Names]] = {
        "visited": ("Visits made", "走访户次"),
        "reached": ("Households visited at least once", "走访到户数"),
        "visited_substance": ("Visits with substance", "有实效的走访户次"),
        "told": ("Times told of a programme", "政策告知户次"),
        "re_paired": ("Households given another cadre", "调整联系干部户数"),
    }
    beside: ClassVar[dict[str, dict[str, object]]] = {"again_days": {"pairing": "random"}}
    warm: ClassVar[dict[str, object]] = {}
    Settings: ClassVar[type[PolicySettings]] = VisitsSettings
    settings: VisitsSettings
    most: ClassVar[int | None] = 1  # a cadre has one list of households

    @classmethod
    def ways(cls, settings: PolicySettings) -> Mapping[str, tuple[Names, Mapping[str, object]]]:
        """Its open channels."""
        open_ = settings.channels if isinstance(settings, VisitsSettings) and settings.effects else ()
        return {one: (CHANNELS[one], {"channels": tuple(each for each in open_ if each != one)}) for one in open_}

    @classmethod
    def without_ways(cls, settings: PolicySettings) -> Mapping[str, object]:
        """No channel at all."""
        return {"channels": ()} if cls.ways(settings) else {}

    def open(self, county: County) -> None:
        """Give every cadre their households: those of the village, dealt out in turn."""
        h, v, c = county.households, county.villages, county.cadres
        covered = np.ones(len(h), dtype=np.bool_) if self.settings.coverage == "everyone" else h["linked"] == 1
        covered = covered & self.households_on(county)
        self._on = self.villages_on(county)
        lists: list[np.ndarray] = []
        start = 0
        for i in range(len(v)):
            mine = v["first"][i] + np.flatnonzero(covered[v["first"][i] : v["last"][i]])
            team = range(int(v["first_cadre"][i]), int(v["last_cadre"][i]))
            if not self._on[i] or not len(team):
                continue
            mine = self._in_order(county, mine)
            for k, cadre in enumerate(team):
                hers = mine[k :: len(team)]
                c["first"][cadre], c["count"][cadre] = start, len(hers)
                lists.append(hers)
                start += len(hers)
        self._helped = np.zeros(len(h), dtype=np.int64)  # month of a household's last visit with substance
        self._corrected = self._helped.copy()
        if "trade" in self.settings.channels and self.settings.effects:
            self._learn_trades(county)
        self._paired_on = 0
        self.contacts = np.concatenate(lists).astype(np.int64) if lists else np.zeros(0, dtype=np.int64)
        self._told = np.zeros((len(v), len(ENTRIES)))
        self.book.targets["visited"] = float(len(self.contacts)) * self.settings.visits_per_household
        self.book.targets["reached"] = float(len(self.contacts))
        self.settings_changed(county)

    def _in_order(self, county: County, mine: RowsOf) -> RowsOf:
        """A village's households in the order in which they are dealt out and called on."""
        if self.settings.pairing == "random":
            by = self.luck(county, "pair", mine, max(0, county.day))
        elif self.settings.pairing == "hardest":
            by = county.world.perceived_yuan[mine]
        else:
            return mine
        return mine[np.lexsort((county.keys[mine], by))]

    def _pair_again(self, county: County) -> None:
        """Deal each village's households out anew: every cadre has as many as before, and begins with the first."""
        c, v = county.cadres, county.villages
        for i in np.flatnonzero(self._on).tolist():
            team = np.arange(v["first_cadre"][i], v["last_cadre"][i])
            if not len(team) or not c["count"][team].any():
                continue
            first, number = int(c["first"][team[0]]), int(c["count"][team].sum())
            whose = np.repeat(team, c["count"][team])
            before = dict(zip(self.contacts[first : first + number].tolist(), whose.tolist(), strict=True))
            mine = self._in_order(county, np.sort(self.contacts[first : first + number], kind="stable"))
            dealt = np.concatenate([mine[k :: len(team)] for k in range(len(team))])
            self.contacts[first : first + number] = dealt
            c["next"][team] = 0
            moved = add_up(before[row] != cadre for row, cadre in zip(dealt.tolist(), whose.tolist(), strict=True))
            self.book.count("re_paired", moved, np.array([i]), np.array([moved]))

    def settings_changed(self, county: County) -> None:
        """What cadres go by."""
        s = self.settings
        bits = add_up(1 << bit for bit, name in enumerate(CHANNELS) if name in s.channels)
        self._lever = np.array([s.visits_per_day, s.visits_per_household, s.substance, float(s.effects), float(bits)])

    def _learn_trades(self, county: County) -> None:
        """Cadres know the field of their unit's trade better than others do."""
        c, fields = county.cadres, [FIELDS.get(trade, "") for trade in TRADES]
        field = np.array(fields)[county.units["trade"][c["unit"]]]
        for name in ("farm", "finance", "jobs"):
            at_home = np.where(field == name, county.p.cadre_trade, 0.0)
            c[name] += at_home * (1.0 - c[name])

    def days(self, county: County) -> Iterable[int]:
        """Working days of the campaign."""
        first = county.clock.day_index(county.clock.start)
        working = [d for d in self.rounds(county, 1) if county.clock.is_working_day(first + d - 1)]
        self._to_come = {d: len(working) - n for n, d in enumerate(working)}
        return working

    def day(self, county: County) -> None:
        """Every cadre's day."""
        s, since = self.settings, county.today.campaign_day - self.settings.start_day
        if s.again_days and s.pairing != "listed" and since >= self._paired_on + s.again_days:
            self._paired_on = since
            self._pair_again(county)
        before = self._told.copy()
        county.everywhere(
            cadres_go_out, county.cadres, self.contacts, self._lever, self._to_come[county.today.campaign_day],
            self._on, self._told, self.book.served, self._helped,
        )  # fmt: skip
        if self.settings.effects:
            self._pass_on(county)
        by_village = self._told - before
        gained = by_village.sum(axis=0)
        everywhere = np.arange(len(by_village), dtype=np.int64)
        for k, name in enumerate(ENTRIES[:3]):
            self.book.count(name, float(gained[k]), everywhere, by_village[:, k])
        self._count_reached(county)
        county.cadre_days.note(by_village[:, 4], by_village[:, 3])
        self.book.costs["cadre_days_yuan"] += float(gained[3]) * county.profile.support.day_cost_yuan

    def _count_reached(self, county: County) -> None:
        """How many have been visited at least once."""
        served = self.book.served
        self.book.counts["reached"] = float(served.sum())
        if "reached" in self.book.followed:
            self.book.followed["reached"][:] = 0.0
            self.book.count("reached", 0.0, county.households["village"][served])  # counted above

    def _pass_on(self, county: County) -> None:
        """What others make of today's visits with substance: who looks after gifts, who is known, what is entered."""
        channels = self.settings.channels
        if "follow_up" in channels:
            coached = coached_in(county)
            coached[:] = np.maximum(coached, self._helped)
        if "targeting" in channels:
            county.shared_mask(KNOWN)[:] |= self._helped > 0
        if "ledger" in channels:
            self._correct(county)

    def _correct(self, county: County) -> None:
        """What the registry believes of those visited for the first time this month comes nearer to what they earn."""
        h, seen, month = county.households, county.world.perceived_yuan, county.today.month
        new = np.flatnonzero((self._helped == month) & (self._corrected < month))
        self._corrected[new] = month
        earned = h["counted_yuan"][new].sum(axis=1) / h["persons"][new]
        seen[new] += county.p.ledger_corrected * (np.maximum(0.0, earned) - seen[new])

    def month_end(self, county: County) -> None:
        """What visits asked for and could not have: households still short of their visits on the last day."""
        last = max(county.clock.campaign_days, self.last_day(county))
        if county.today.campaign_day >= last and not self.book.met_yuan:
            call_yuan = county.profile.support.day_cost_yuan / self.settings.visits_per_day
            self.book.met_yuan = self.book.counts["visited"] * call_yuan
            c = county.cadres
            short = np.maximum(0.0, self.settings.visits_per_household * c["count"] - c["visits"])
            spent = c["days_left"] < 1.0
            # Cadres without a day left were short of days; the others of working days or of road.
            self.book.lost_yuan["cadre_days"] = total(np.where(spent, short, 0.0)) * call_yuan
            self.book.lost_yuan["season"] = total(np.where(spent, 0.0, short)) * call_yuan
