"""Village projects under supervision: money that somebody runs and may take from, audits, and meetings on the accounts.

Who runs a project weighs what can be taken against what being found costs. An audit finds a part of what is missing
in papers and on the site; a meeting finds what villagers can see, which is who was paid for work and little else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.core.numerics import add_up
from sim.money.reasons import reason
from sim.parameters.packed import P
from sim.policies.duplicates import DUPLICATES, begin, consulted, finish, not_found
from sim.policies.graft import STAGES, Floats, Watch, leaning_of, missing
from sim.policies.policy import County, Names, Policy, PolicySettings, RowsOf
from sim.policies.projects import NAMES, Site, bring, built_in_month, gain_of, pay_hands, prices_yuan
from sim.policies.settings import BUDGET, Lever

PROJECT = reason("village projects", "村级项目支出")
AUDIT = reason("audits of projects", "项目审计支出")
MEETING = reason("meetings on project accounts", "项目公开会支出")
MISSING = "project money missing in a village, share"
"""Name of an array that all policies of this kind share: what is missing of a village's project, -1 without one."""
ROUND_DAYS = 30


class VillageProjectsSettings(PolicySettings):
    """Levers of the projects and of how they are watched."""

    grant_yuan: float = Field(default=150_000.0, ge=0, le=10_000_000, description="money of a village's project")
    work: Literal["road", "water", "irrigation", "market"] = Field(default="road", description="what is built")
    audit_share: float = Field(default=0.0, ge=0, le=1, description="share of projects that are audited, by lot")
    announced: bool = Field(default=True, description="whether those who run a project are told that share beforehand")
    audit_when: Literal["before", "during", "after"] = Field(
        default="after", description="when auditors come: to the budget, to the site, or to the finished work"
    )
    clawback: float = Field(
        default=1.0, ge=0, le=1, description="part of what an audit after the work finds that is repaid"
    )
    meetings: bool = Field(default=True, description="whether the accounts are read out at a village meeting")
    invited_share: float = Field(default=0.0, ge=0, le=1, description="share of households invited to it in person")


class VillageProjects(Policy):
    """One project a village: the money is paid, a part of it taken, some of that found and put into the work."""

    kind: ClassVar[str] = "village_projects"
    title_en: ClassVar[str] = "Village projects under supervision"
    title_zh: ClassVar[str] = "村级项目与资金监管"
    moved_as: ClassVar[Literal["", "projects", "credit"]] = "projects"
    may_change: ClassVar[dict[str, Lever]] = {
        "audit_share": Lever("Share of projects audited", "项目审计比例", "share"),
        "invited_share": Lever("Share of households invited to the accounts", "受邀参加项目公开会的农户比例", "share"),
        **BUDGET,
    }
    counts: ClassVar[dict[str, Names]] = {
        "projects": ("Village projects begun", "开工村级项目"),
        "projects_done": ("Village projects finished", "完工村级项目"),
        "audits": ("Projects audited", "审计项目"),
        "missing_yuan": ("Project money missing at the end", "项目资金流失额"),
        "recovered_yuan": ("Project money found and made good", "追回项目资金额"),
        **DUPLICATES,
    }
    beside: ClassVar[dict[str, dict[str, object]]] = {
        "end_day": {"purses": ("first", "second")},  # of which one opens later
        "audit_when": {"audit_share": 1.0},
        "announced": {"audit_share": 1.0},
        "clawback": {"audit_share": 1.0},
    }
    amounts: ClassVar[tuple[str, ...]] = ("grant_yuan",)
    village_wide: ClassVar[bool] = True
    Settings: ClassVar[type[PolicySettings]] = VillageProjectsSettings
    settings: VillageProjectsSettings

    def open(self, county: County) -> None:
        """Nothing is begun; whoever will run a village's project is as inclined to take as the lot says."""
        n = len(county.villages)
        everywhere = np.arange(n, dtype=np.int64)
        self._who = county.village_luck(self.number("who runs it"), everywhere)
        self._lot = county.village_luck(self.number("audit"), everywhere)
        self._missing = county.shared.setdefault(MISSING, np.full(n, -1.0))
        self._begun = np.zeros(n, dtype=np.bool_)
        self._building = np.zeros(n, dtype=np.bool_)
        self._progress = np.zeros(n)
        self._worth = np.zeros(n)
        self._price_yuan = np.ones(n)  # of the whole of such a work when it was begun
        self.book.targets["projects"] = float(self.villages_on(county).sum())

    def days(self, county: County) -> Iterable[int]:
        """Monthly rounds: a village that could not be paid asks again."""
        return self.rounds(county, ROUND_DAYS)

    def day(self, county: County) -> None:
        """Pay for projects, in turn: a village's money with what watching it costs."""
        s = self.settings
        if s.grant_yuan <= 0.0:
            return
        rows = self.villages_in_turn(county)
        rows = rows[~self._begun[rows]]
        kinds, waits = [NAMES.index(s.work)], np.ones((len(rows), 1))
        rows = rows[not_found(self, county, rows, kinds, waits, consulted(county))[:, 0] > 0.0]
        audits = np.where(self._lot[rows] < s.audit_share, county.p.audit_cost_yuan, 0.0)
        talk = self._talk_yuan(county, rows)
        rows = self.ration(county, rows, s.grant_yuan + audits + talk)
        self.buy(county, s.grant_yuan * len(rows), "grants_yuan", PROJECT)
        self.buy(county, add_up(audits[: len(rows)].tolist()), "administration_yuan", AUDIT)
        self.buy(county, add_up(talk[: len(rows)].tolist()), "administration_yuan", MEETING)
        self.book.count("projects", float(len(rows)))
        self._begun[rows] = self._building[rows] = True
        begin(self, county, rows, kinds, s.grant_yuan)
        for village in rows:
            homes = self.households_of(county, int(village))
            self.book.reach(homes, s.grant_yuan / len(homes))
        self._run(county, rows)

    def _talk_yuan(self, county: County, rows: RowsOf) -> Floats:
        """What the meeting on a project's accounts costs, with invitations to it."""
        if not self.settings.meetings:
            return np.zeros(len(rows))
        homes = (county.villages["last"] - county.villages["first"])[rows].astype(np.float64)
        each = county.p.meeting_hold_yuan + county.p.invitation_yuan * self.settings.invited_share * homes
        return np.asarray(each, dtype=np.float64)

    def _run(self, county: County, rows: RowsOf) -> None:
        """Who runs a project decides what to take; who watches it finds what they find."""
        s, p = self.settings, county.p
        expected = np.full(len(rows), s.audit_share if s.announced else p.audit_expected)
        watch = self._watch(p, expected)
        leaning = leaning_of(p, self._who[rows], county.villages["leadership"][rows])
        audited = self._lot[rows] < s.audit_share
        self.book.count("audits", float(audited.sum()))
        back = np.asarray((s.clawback if s.audit_when == "after" else 1.0) * watch.finds * audited, dtype=np.float64)
        took, kept = missing(p, leaning, watch, back)
        self._missing[rows] = kept
        self._worth[rows] = s.grant_yuan * (1.0 - kept)
        self._price_yuan[rows] = prices_yuan(county)[NAMES.index(s.work)]
        self.book.count("missing_yuan", s.grant_yuan * add_up(kept.tolist()))
        self.book.count("recovered_yuan", s.grant_yuan * add_up((took - kept).tolist()))

    def _watch(self, p: P, audited: Floats) -> Watch:
        s = self.settings
        stage = STAGES.index(s.audit_when)
        # What is struck from a budget was never taken: nobody is punished for it.
        loss = (1.0, 1.0 + p.audit_sanction, s.clawback + p.audit_sanction)[stage]
        comes = p.meeting_comes[0] + s.invited_share * (p.meeting_comes[1] - p.meeting_comes[0])
        return Watch(audited, p.audit_finds[stage], loss, comes if s.meetings else 0.0)

    def month_end(self, county: County) -> None:
        """A month of building where the ground is open, and what stands at its end."""
        if county.today.frozen:
            return
        s, p, v = self.settings, county.p, county.villages
        kind = NAMES.index(s.work)
        for k in np.flatnonzero(self._building).tolist():
            step = built_in_month(p, v["leadership"][k], 1.0)
            if s.effects:
                pay_hands(county, k, step, self._progress[k], self._worth[k])
            self._progress[k] += step
            if self._progress[k] < 1.0:
                continue
            self._building[k] = False
            finish(self, county, k, kind)
            self.book.count("projects_done", 1.0)
            gain = min(1.0, gain_of(p, kind) * float(self._worth[k] / self._price_yuan[k]))
            rows = self.households_of(county, k)
            reached = rows[self.luck(county, "reached", rows) < gain]
            if s.effects:
                bring(county, s.work, Site(k, reached, gain, float(self._worth[k]), {}))
