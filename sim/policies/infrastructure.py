"""Infrastructure and living conditions: works that a department has built in the villages that lack them most.

A work is prepared, begun with an advance, built in open ground and paid by progress, accepted, and then kept up or worn
down. What roads, water, irrigation, markets and houses bring is what the same works of support units bring, as long as
they stand; the other kinds end a lack of living conditions and bring no income.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.core.numerics import add_up
from sim.core.rule import rule
from sim.facts.limits import MOST_WORKS
from sim.facts.units import BUILT
from sim.facts.works import INFRASTRUCTURE
from sim.money.reasons import reason
from sim.parameters.packed import P
from sim.policies.duplicates import DUPLICATES, begin, consulted, finish, not_found
from sim.policies.graft import STAGES, Watch, leaning_of, missing
from sim.policies.policy import County, Mask, Names, Policy, PolicySettings, RowsOf, Yuan
from sim.policies.projects import NAMES, Site, bring, built_in_month, cut_off, gain_of, needs, pay_hands, prices_yuan
from sim.policies.settings import BUDGET, Lever

WORKS = reason("works of infrastructure", "基础设施工程款")
UPKEEP = reason("upkeep of infrastructure", "基础设施管护支出")
KINDS = tuple(INFRASTRUCTURE)
N_KINDS = len(KINDS)
COLUMNS = {"road": ("road",), "irrigation": ("irrigation",), "market": ("cooperative", "contract")}
"""What a village has of a work, as columns of it; other works are had by households."""
LIVED_IN = ("water", "house")
"""Works that households have by a column of their own; the policy keeps who has the others."""
STATES = ("none", "prepared", "building", "standing")
NONE, PREPARED, BUILDING, STANDING = range(len(STATES))
DURING = STAGES.index("during")


@rule
def share_due(p: P, progress: float) -> float:
    """Share of a work's price that is due: the advance, then by progress, the last of it when it is finished."""
    if progress >= 1.0:
        return 1.0
    return p.infra_paid[0] + (1.0 - p.infra_paid[0] - p.infra_paid[1]) * progress


@rule
def worn(condition: float, wear: float, kept: float) -> float:
    """Condition of a work a month later.

    Args:
        condition: What stands of what was built, 0 to 1.
        wear: Share that it loses in a year without upkeep.
        kept: Part of its upkeep that is paid.
    """
    return condition * (1.0 - wear * (1.0 - kept) / 12.0)


def _number(kind: str) -> Any:
    """A lever: how many works of a kind, at most one a village."""
    return Field(default=0, ge=0, le=MOST_WORKS, description=f"works in the whole county: {INFRASTRUCTURE[kind][0]}")


class InfrastructureSettings(PolicySettings):
    """Levers of the works."""

    road: int = _number("road")
    water: int = _number("water")
    irrigation: int = _number("irrigation")
    market: int = _number("market")
    house: int = _number("house")
    power: int = _number("power")
    terraces: int = _number("terraces")
    culture: int = _number("culture")
    learning: int = _number("learning")
    toilets: int = _number("toilets")
    rubbish: int = _number("rubbish")
    sewage: int = _number("sewage")
    biogas: int = _number("biogas")
    supervision: float = Field(default=0.5, ge=0, le=1, description="share of works with a supervisor on the site")
    upkeep: float = Field(default=1.0, ge=0, le=1, description="part of the upkeep of finished works that is paid")
    due_day: int = Field(default=365, ge=1, le=3650, description="campaign day by which works are due")
    end_day: int | None = Field(default=365, ge=1, le=3650, description="last campaign day on which works are chosen")


class Infrastructure(Policy):
    """One work of a kind a village, where need is greatest; whatever is under way is paid before anything new.

    Attributes:
        stage: Of each village's work of each kind (villages x kinds); likewise the next ones.
        progress: Part that is built.
        condition: What stands of what was built.
        price_yuan: What was agreed when it was begun, the supervisor's fee with it.
        paid_yuan: What has been paid of it.
    """

    kind: ClassVar[str] = "infrastructure"
    title_en: ClassVar[str] = "Infrastructure and living conditions"
    title_zh: ClassVar[str] = "基础设施与人居环境"
    by_months: ClassVar[bool] = True
    may_change: ClassVar[dict[str, Lever]] = {
        **{kind: Lever(f"Works: {en}", f"{zh}项目数") for kind, (en, zh) in INFRASTRUCTURE.items()},
        "supervision": Lever("Share of works with a supervisor", "有监理的项目比例", "share"),
        "upkeep": Lever("Part of the upkeep that is paid", "管护经费到位比例", "share"),
        **BUDGET,
    }
    counts: ClassVar[dict[str, Names]] = {
        "finished": ("Projects finished", "完工项目"),
        "begun": ("Projects begun", "开工项目"),
        "on_time": ("Projects finished on time", "按期完工项目"),
        "use_months": ("Household-months in which projects are used", "项目受益户月数"),
        "upkeep_yuan": ("Paid for upkeep", "管护支出"),
        "missing_yuan": ("Project money missing at the end", "项目资金流失额"),
        **DUPLICATES,
        **{f"{kind}_finished": (f"Finished: {en}", f"完工：{zh}") for kind, (en, zh) in INFRASTRUCTURE.items()},
    }
    village_wide: ClassVar[bool] = True
    any_of: ClassVar[tuple[str, ...]] = KINDS
    beside: ClassVar[dict[str, dict[str, object]]] = {"start_day": {"end_day": 3650}}  # winter hides a month of it
    warm: ClassVar[dict[str, object]] = {"water": 3, "rubbish": 3}
    Settings: ClassVar[type[PolicySettings]] = InfrastructureSettings
    settings: InfrastructureSettings

    def open(self, county: County) -> None:
        """Nothing is begun; by lot, who will run each work and whether a supervisor comes."""
        n = len(county.villages)
        shape = (n, N_KINDS)
        self.stage, self.progress, self.condition = np.zeros(shape, dtype=np.int8), np.zeros(shape), np.zeros(shape)
        self.price_yuan, self.paid_yuan = np.zeros(shape), np.zeros(shape)
        self._since = np.full(shape, -1)  # month from which it is prepared
        self._missing, self._supervised = np.zeros(shape), np.zeros(shape, dtype=np.bool_)
        self._entered = np.zeros(shape, dtype=np.bool_)  # works that other payers can see
        self._waiting_yuan = 0.0  # price of what is prepared and cannot be begun for want of money
        self._queue: list[tuple[int, int]] = []  # village and kind, in the order in which they were chosen
        self._has: dict[int, Mask] = {}  # households that have it, of kinds without a column
        self._given: dict[int, Mask] = {}  # households that have it by a work that stands
        self._brought = {name: np.zeros(n) for names in COLUMNS.values() for name in names}
        self._turn = np.argsort(self._everywhere(county, "turn"), kind="stable")
        self.settings_changed(county)

    def settings_changed(self, county: County) -> None:
        """The world's part of the works; a keyed draw decides about the last one of each kind."""
        first = np.zeros(1, dtype=np.int64)
        self._wanted = []
        for k, kind in enumerate(KINDS):
            works = getattr(self.settings, kind) * county.share
            luck = county.village_luck(self.number("remainder"), first, k)[0]
            self._wanted.append(int(works) + int(luck < works - int(works)))
        whole = float(add_up(self._wanted))
        self.book.targets |= {"finished": whole, "begun": whole}
        self.book.targets |= {f"{KINDS[k]}_finished": float(n) for k, n in enumerate(self._wanted) if n}

    def month_end(self, county: County) -> None:
        """A month: choose, pay, build, use and wear."""
        if self.settings.start_day <= county.today.campaign_day <= self.last_day(county):
            self._choose(county)
        kept = self._pay(county)
        self._wear(county, kept)
        if not county.today.frozen:
            for village, k in self._queue:
                if self.stage[village, k] == BUILDING:
                    self._build(county, village, k)
        self._use(county)

    # ---- which works, and their money --------------------------------------------------------------------------

    def _choose(self, county: County) -> None:
        """Works that are still wanted, for the villages that lack them most; who lacks nothing gets nothing."""
        on, free = self.villages_on(county), self._free_yuan(county)
        chosen: list[tuple[float, int, int, int]] = []
        for k in range(N_KINDS):
            more = self._wanted[k] - int((self.stage[:, k] != NONE).sum())
            rows = self._turn[on[self._turn] & (self.stage[self._turn, k] == NONE)]
            if more <= 0 or not len(rows):
                continue
            need = self._need(county, rows, k)
            best = np.argsort(-need, kind="stable")[:more]
            chosen += [(-float(need[i]), int(i), k, int(rows[i])) for i in best if need[i] > 0.0]
        for _, _, k, village in sorted(chosen):
            self.stage[village, k], self._since[village, k] = PREPARED, county.today.month
            self._queue.append((village, k))
            cost = self._cost_yuan(county, k)
            if cost <= free:  # others hear of what is planned as soon as there is money for it
                self._enter(county, village, k, cost)
                free -= cost

    def _need(self, county: County, villages: RowsOf, k: int) -> Yuan:
        """How far these villages lack a work, 0 to 1."""
        if KINDS[k] in BUILT:
            number = [NAMES.index(KINDS[k])]
            need = needs(county, villages, number)
            return not_found(self, county, villages, number, need, consulted(county))[:, 0]
        has = self._who_has(county, k)
        return np.array([1.0 - has[self.households_of(county, int(village))].mean() for village in villages])

    def _who_has(self, county: County, k: int) -> Mask:
        """Households that have it: by a column of theirs, or as the run opened and since."""
        if KINDS[k] in LIVED_IN:
            return np.asarray(county.households[KINDS[k]] == 1)
        if k not in self._has:
            everyone = np.arange(len(county.households), dtype=np.int64)
            self._has[k] = self.luck(county, "has", everyone, 0, k) < county.p.infra_open[k - len(BUILT)]
        return self._has[k]

    def _cost_yuan(self, county: County, k: int) -> float:
        p, kind = county.p, KINDS[k]
        if kind in BUILT:
            return float(prices_yuan(county)[NAMES.index(kind)])
        return p.infra_cost_yuan[k - len(BUILT)] * county.today.cpi

    def _pay(self, county: County) -> NDArray[np.float64]:
        """Upkeep, then what is due of works under way, then advances on new ones, as far as the money goes.

        Returns:
            Part of each work's upkeep that is paid.
        """
        p, s = county.p, self.settings
        claims: list[tuple[int, int, int, float]] = []  # stage, village, kind, yuan
        for village, k in self._queue:
            if self.stage[village, k] == STANDING and s.upkeep > 0.0:
                yuan = s.upkeep * p.infra_upkeep[k] / 12.0 * self._cost_yuan(county, k)
                claims.append((NONE, village, k, yuan))
        for village, k in self._queue:
            if self.stage[village, k] >= BUILDING:
                due = share_due(p, float(self.progress[village, k])) * float(self.price_yuan[village, k])
                claims.append((BUILDING, village, k, due - float(self.paid_yuan[village, k])))
        claims += self._ready(county)
        each = np.array([yuan for *_, yuan in claims])
        paid = self.ration(county, np.arange(len(claims), dtype=np.int64), each)
        self.book.lost_yuan["purse"] += self._waiting_yuan
        kept, self._unpaid = np.zeros_like(self.progress), self.stage == BUILDING
        for i in paid.tolist():
            what, village, k, yuan = claims[i]
            if what == NONE:
                kept[village, k] = s.upkeep
                self.book.count("upkeep_yuan", yuan)
                self.buy(county, yuan, "administration_yuan", UPKEEP)
                continue
            if what == PREPARED:
                self._begin(county, village, k)
            self.paid_yuan[village, k] += yuan
            self._unpaid[village, k] = False
            self.buy(county, yuan, "grants_yuan", WORKS)
        return kept

    def _ready(self, county: County) -> list[tuple[int, int, int, float]]:
        """Advances on what is prepared, in open ground, as far as the purse could pay for the whole of it."""
        p, month, claims = county.p, county.today.month, []
        free = self._free_yuan(county)
        if county.today.frozen:
            return []
        self._waiting_yuan = 0.0
        for village, k in self._queue:
            ready = month - self._since[village, k] >= p.infra_prepare_months
            if self.stage[village, k] != PREPARED or not ready:
                continue
            fee = 1.0 + p.infra_supervisor * self._lot(county, "supervisor", village, k, self.settings.supervision)
            price = self._cost_yuan(county, k) * fee
            if price > free or self._waiting_yuan > 0.0:  # nothing goes before what has waited longer
                self._waiting_yuan += price
                self._withdraw(county, village, k)
                continue
            free -= price
            self.price_yuan[village, k] = price
            claims.append((PREPARED, village, k, share_due(p, 0.0) * price))
        return claims

    def _free_yuan(self, county: County) -> float:
        """What it has in all, less what is still to be paid of works under way."""
        under_way = self.stage >= BUILDING
        return self._in_all_yuan(county) - add_up((self.price_yuan - self.paid_yuan)[under_way].tolist())

    def _enter(self, county: County, village: int, k: int, yuan: float) -> None:
        """Let other payers see the work, from which there is money for it."""
        if KINDS[k] in BUILT and not self._entered[village, k]:
            self._entered[village, k] = True
            begin(self, county, village, NAMES.index(KINDS[k]), yuan)

    def _withdraw(self, county: County, village: int, k: int) -> None:
        """What waits for money is in nobody's way, and neither is what stands."""
        if self._entered[village, k]:
            self._entered[village, k] = False
            finish(self, county, village, NAMES.index(KINDS[k]))

    def _in_all_yuan(self, county: County) -> float:
        """What its purses hold and are still to release, or its budget leaves."""
        until = max(county.date, self.campaign_end(county))
        held = county.purses.available(self.kind, self.settings.purses, until)
        if self.settings.budget_yuan is None:
            return held
        return min(held, self.settings.budget_yuan * county.share - self.book.cash_outlay_yuan)

    def _lot(self, county: County, name: str, village: int, k: int, chance: float) -> bool:
        return bool(self._luck_of(county, name, village, k) < chance)

    def _luck_of(self, county: County, name: str, village: int, k: int, month: int = 0) -> float:
        """A keyed uniform of one work, and month."""
        return float(county.village_luck(self.number(name), np.array([village]), month * N_KINDS + k)[0])

    def _everywhere(self, county: County, name: str) -> Yuan:
        return county.village_luck(self.number(name), np.arange(len(county.villages), dtype=np.int64))

    def _begin(self, county: County, village: int, k: int) -> None:
        """Who runs it decides what to take, knowing how often a supervisor comes."""
        p = county.p
        supervised = self._lot(county, "supervisor", village, k, self.settings.supervision)
        luck = np.array([self._luck_of(county, "who runs it", village, k)])
        leaning = leaning_of(p, luck, county.villages["leadership"][[village]])
        finds = p.audit_finds[DURING]
        watch = Watch(np.array([self.settings.supervision]), finds, 1.0 + p.audit_sanction, 0.0)
        _, kept = missing(p, leaning, watch, np.array([finds * supervised]))
        self._missing[village, k], self._supervised[village, k] = kept[0], supervised
        self.stage[village, k] = BUILDING
        self.book.count("begun", 1.0, np.array([village]))
        self._enter(county, village, k, float(self.price_yuan[village, k]))
        self.book.count("missing_yuan", float(kept[0]) * self._works_yuan(p, village, k))

    def _works_yuan(self, p: P, village: int, k: int) -> float:
        """What is paid to who builds it, in the whole: the price less the supervisor's fee."""
        return float(self.price_yuan[village, k] / (1.0 + p.infra_supervisor * self._supervised[village, k]))

    # ---- what is built, used and worn --------------------------------------------------------------------------

    def _build(self, county: County, village: int, k: int) -> None:
        """A month of building, unless money or the contractor stays away, and what stands at its end."""
        p, stops = county.p, county.p.infra_stops[int(self._supervised[village, k])]
        if self._unpaid[village, k] or self._luck_of(county, "stops", village, k, county.today.month) < stops:
            return
        step = built_in_month(p, float(county.villages["leadership"][village]), 1.0)
        if self.settings.effects:
            worth = self._works_yuan(p, village, k) * float(1.0 - self._missing[village, k])
            pay_hands(county, village, step, float(self.progress[village, k]), worth)
        self.progress[village, k] += step
        if self.progress[village, k] < 1.0:
            return
        self.stage[village, k], self.condition[village, k] = STANDING, 1.0
        self._withdraw(county, village, k)
        where = np.array([village])
        self.book.count("finished", 1.0, where)
        self.book.count(f"{KINDS[k]}_finished", 1.0, where)
        on_time = county.today.campaign_day <= self.settings.due_day + self.late_days
        self.book.count("on_time", float(on_time), where)
        self._hand_over(county, village, k)

    def _gain(self, county: County, village: int, k: int) -> float:
        """What the work brings of what is left: as much as its kind does, less what is missing of its money."""
        p, kind = county.p, KINDS[k]
        whole = gain_of(p, NAMES.index(kind)) if kind in BUILT else p.infra_reach[k - len(BUILT)]
        return float(whole * (1.0 - self._missing[village, k]))

    def _hand_over(self, county: County, village: int, k: int) -> None:
        """Whom it reaches, and what it brings the village."""
        v, kind, rows = county.villages, KINDS[k], self.households_of(county, village)
        gain = self._gain(county, village, k)
        lucky = rows[~self._who_has(county, k)[rows]] if kind not in COLUMNS else rows
        if kind not in COLUMNS:
            lucky = lucky[self.luck(county, "reached", lucky, 0, k) < gain]
            given = self._given.setdefault(k, np.zeros(len(county.households), dtype=np.bool_))
            given[lucky] = True
        if k in self._has:
            self._has[k][lucky] = True
        self.book.reach(lucky, float(self.price_yuan[village, k]) / max(1, len(lucky)))
        if not self.settings.effects or kind not in BUILT:
            return
        names = COLUMNS.get(kind, ())
        before = [float(v[name][village]) for name in names]
        bring(county, kind, Site(village, lucky, gain, 0.0, {}))
        for name, was in zip(names, before, strict=True):
            self._brought[name][village] = float(v[name][village]) - was

    def _wear(self, county: County, kept: NDArray[np.float64]) -> None:
        """Works whose upkeep is not paid wear, and what they brought goes with them."""
        for village, k in self._queue:
            wear = county.p.infra_wear[k]
            if self.stage[village, k] != STANDING or wear == 0.0 or kept[village, k] == 1.0:
                continue
            before = float(self.condition[village, k])
            now = worn(before, wear, float(kept[village, k]))
            self.condition[village, k] = now
            if KINDS[k] in COLUMNS:
                for name in COLUMNS[KINDS[k]]:
                    lost = self._brought[name][village] * (before - now)
                    county.villages[name][village] = max(0.0, county.villages[name][village] - lost)
                continue
            rows = self.households_of(county, village)
            rows = rows[self._given[k][rows]]
            cut = self.luck(county, "reached", rows, 0, k) >= self._gain(county, village, k) * now
            self._cut_off(county, rows[cut], k)

    def _cut_off(self, county: County, rows: RowsOf, k: int) -> None:
        """These households have it no longer."""
        self._given[k][rows] = False
        if KINDS[k] not in LIVED_IN:
            self._has[k][rows] = False
        elif self.settings.effects:
            cut_off(county, KINDS[k], rows)

    def _use(self, county: County) -> None:
        """Households that use works this month: those reached, of what still stands."""
        homes = (county.villages["last"] - county.villages["first"]).astype(np.float64)
        used = [float(given.sum()) for given in self._given.values()]
        used += [add_up((homes * self.condition[:, KINDS.index(kind)]).tolist()) for kind in COLUMNS]
        self.book.count("use_months", add_up(used))
