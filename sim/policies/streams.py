"""Project money in streams: thirteen purposes, each with an office, a date of release and works that it may pay for.

Apart, each office looks in its own purpose for what is needed most, and pays the whole of it or leaves it. Bundled,
projects follow one plan and money follows the projects: whatever fits a project's purpose pays for it together. Either
way no stream pays for what it is not meant for, until the day by which it has to be spent: part of what is left then is
put to some other use.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.core.draws import uniforms
from sim.core.numerics import add_up, total
from sim.facts.units import COUNTY
from sim.money.reasons import reason
from sim.policies.duplicates import DUPLICATES, consulted, not_found
from sim.policies.policy import County, Names, Policy, PolicySettings
from sim.policies.projects import NAMES, needs, prices_yuan
from sim.policies.under_way import UnderWay

WORK = reason("projects paid from streams", "专项资金项目支出")
MISUSED = reason("stream money put to another use", "专项资金挪作他用")
STREAMS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "ecology": ("ecology", "生态建设", ("trees",)),
    "industry": ("industry", "产业发展", ("stock", "trees", "market")),
    "roads": ("roads", "道路建设", ("road",)),
    "infrastructure": ("infrastructure", "基础设施", ("road", "water", "irrigation")),
    "houses": ("houses", "危房改造", ("house",)),
    "land": ("land consolidation", "土地整治", ("irrigation",)),
    "poverty": ("poverty funds", "财政扶贫", ("road", "water", "irrigation", "market", "house", "trees", "stock")),
    "resettlement": ("resettlement", "易地搬迁", ("house",)),
    "agriculture": ("agricultural development", "农业综合开发", ("irrigation", "market", "teaching")),
    "environment": ("environment", "环境整治", ("water",)),
    "clean": ("clean villages", "清洁村庄", ("water", "road")),
    "libraries": ("libraries", "农家书屋", ("news",)),
    "training": ("training", "培训", ("teaching", "jobs")),
}
"""English and Chinese names of the streams, and the kinds of project that each may pay for: a reading of the names."""

PLANNED = sorted({NAMES.index(kind) for *_, kinds in STREAMS.values() for kind in kinds})
"""Kinds of project that any stream may pay for, by their number."""
FITS = np.array([[NAMES[kind] in kinds for kind in PLANNED] for *_, kinds in STREAMS.values()])
"""Whether a stream (rows) may pay for a planned kind (columns)."""
NARROW_FIRST = np.argsort(FITS.sum(axis=1), kind="stable")
"""Money that could serve nothing else is spent first."""


class StreamsSettings(PolicySettings):
    """Levers of the streams."""

    bundled: bool = Field(default=True, description="whether streams pay together for the projects of one plan")
    late_days: float = Field(default=0.0, ge=0, le=730, description="days by which streams are late, on the mean")
    in_full: float = Field(default=1.0, ge=0, le=1, description="share of what was announced that is released")
    end_day: int | None = Field(
        default=365, ge=1, le=3650, description="campaign day by which it has to be spent; projects go on after it"
    )


class Streams(Policy):
    """Each month: what is released, what is begun with it, what is built; at the end, what becomes of the rest.

    Attributes:
        left_of: By stream, what it holds and may spend, in yuan.
        spent_by: By stream, what it has paid for projects, in yuan.
        works: Projects under way.
    """

    kind: ClassVar[str] = "streams"
    title_en: ClassVar[str] = "Project money in streams"
    title_zh: ClassVar[str] = "专项资金与统筹捆绑"
    by_months: ClassVar[bool] = True
    village_wide: ClassVar[bool] = True
    most: ClassVar[int | None] = 1
    amounts: ClassVar[tuple[str, ...]] = ("in_full",)
    counts: ClassVar[dict[str, Names]] = {
        "finished": ("Projects finished", "完工项目"),
        "begun": ("Projects begun", "开工项目"),
        "released_yuan": ("Stream money released", "已下达专项资金额"),
        "late_yuan": ("Stream money released late", "逾期下达专项资金额"),
        "withheld_yuan": ("Stream money announced and never released", "应下达未下达专项资金额"),
        "unspent_yuan": ("Stream money left unspent", "结余未用专项资金额"),
        "misused_yuan": ("Stream money put to another use", "挪用专项资金额"),
        **DUPLICATES,
    }
    Settings: ClassVar[type[PolicySettings]] = StreamsSettings
    settings: StreamsSettings

    def open(self, county: County) -> None:
        """What each stream was announced to hold, and when it comes."""
        p, n = county.p, len(STREAMS)
        share = np.array(p.stream_share)
        whole = add_up(share.tolist())
        self._announced = self.money_yuan(county) * share / whole if whole > 0.0 else np.zeros(n)
        late = 2.0 * uniforms(county.seed, self.number("late"), np.arange(n, dtype=np.int64), 0)
        self._due = self.settings.start_day + self.settings.late_days * late
        self._released = np.zeros(n, dtype=np.bool_)
        self._closed = False
        self.left_of, self.spent_by = np.zeros(n), np.zeros(n)
        self.works = UnderWay(county)
        self._cost = prices_yuan(county)[PLANNED]
        self.book.targets["finished"] = float(int(total(self._announced) / float(self._cost.mean())))

    def month_end(self, county: County) -> None:
        """A month of the streams, and of what is built from them."""
        today = county.today.campaign_day
        if today < self.settings.start_day:
            return
        if today <= self.last_day(county):
            self._release(today)
            self._choose(county)
        elif not self._closed:
            self._close(county)
        effort, month = county.p.level_effort[COUNTY], county.today.month
        luck = (lambda rows, kind: self.luck(county, "reached", rows, month, kind)) if self.settings.effects else None
        self.works.month(self, county, effort, luck)

    def close(self, county: County) -> None:
        """A run that ends before the day counts what is left, and nothing has been put to another use yet."""
        if not self._closed:
            self.book.count("unspent_yuan", total(self.left_of))

    def _release(self, today: int) -> None:
        """Streams that have come."""
        now = (self._due <= today) & ~self._released
        amount = self.settings.in_full * self._announced[now]
        self._released |= now
        self.left_of[now] += amount
        self.book.count("released_yuan", total(amount))
        self.book.count("late_yuan", total(amount[self._due[now] > self.settings.start_day]))

    def _choose(self, county: County) -> None:
        """Begin projects where they are needed most: all streams by one plan, or each office for itself."""
        villages = np.flatnonzero(self.villages_on(county)).astype(np.int64)
        if not len(villages):
            return
        self._cost = prices_yuan(county)[PLANNED]
        need = not_found(self, county, villages, PLANNED, needs(county, villages, PLANNED), consulted(county))
        need[self.works.worth_yuan[villages][:, PLANNED] > 0.0] = 0.0
        offices = [NARROW_FIRST] if self.settings.bundled else list(NARROW_FIRST[:, None])
        for streams in offices:
            while self._begin_one(county, villages, need, streams):
                pass
        wanting = need.any(axis=1)
        self.book.lost_yuan["purse"] = total(self._cost[np.argmax(need[wanting], axis=1)])

    def _begin_one(
        self, county: County, villages: NDArray[np.int64], need: NDArray[np.float64], streams: NDArray[np.int64]
    ) -> bool:
        """Begin the project needed most of those that these streams can pay for in full; False if there is none."""
        held = np.minimum((self.left_of[streams, None] * FITS[streams]).sum(axis=0), self.left_yuan(county))
        can = np.where(held >= self._cost, need, 0.0)
        where, which = divmod(int(np.argmax(can)), len(PLANNED))
        if can[where, which] <= 0.0:
            return False
        cost = wanted = float(self._cost[which])
        for stream in streams[FITS[streams, which]].tolist():
            part = min(wanted, float(self.left_of[stream]))
            self.left_of[stream] -= part
            self.spent_by[stream] += part
            wanted -= part
        self.buy(county, cost, "grants_yuan", WORK)
        self.book.met_yuan += cost
        self.works.begin(self, county, int(villages[where]), PLANNED[which], cost)
        self.book.count("begun", 1.0, villages[[where]])
        need[where, which] = 0.0
        return True

    def _close(self, county: County) -> None:
        """The day has passed: of what is left a part is put to another use, and the rest can no longer be spent."""
        self._closed = True
        left = min(total(self.left_of), self.left_yuan(county))
        misused = county.p.stream_diverts * left
        self.buy(county, misused, "administration_yuan", MISUSED)
        self.book.count("misused_yuan", misused)
        self.book.count("unspent_yuan", left - misused)
        came = self.book.counts.get("released_yuan", 0.0)
        self.book.count("withheld_yuan", max(0.0, total(self._announced) - came))
        self.left_of[:] = 0.0
