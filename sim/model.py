"""The model: `VillageModel._live_a_day` is one day of the world, to be read from top to bottom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from sim.agents.cadre import Cadre
from sim.agents.household import Household
from sim.agents.unit import Unit
from sim.agents.village import Village
from sim.calendar.clock import Clock
from sim.calendar.era import ERAS
from sim.calendar.today import Today
from sim.calendar.trend import write_month
from sim.campaign.cadre_days import CadreDays
from sim.core.engine import Engine, EngineName
from sim.core.errors import UserError
from sim.core.mesa_compat import MesaModel
from sim.core.records import RecordAgent, Rows, out_of_range, views_of
from sim.core.replay import FAILURES, Careful, explain
from sim.economy.learning import Seen, look_around, talk
from sim.money.accounts import Accounts
from sim.money.purses import PurseBook
from sim.money.reasons import INTEREST_SUBSIDY, LOAN_SLOTS, N_REASONS, PRINCIPAL, WRITTEN_OFF
from sim.month import close_month, close_year
from sim.parameters.packed import as_python, as_row
from sim.population.kept import opened_world
from sim.population.opening import per_head
from sim.population.profile import Profile, load_profile
from sim.recording.recorder import Recorder

if TYPE_CHECKING:
    from sim.policies.policy import Policy
    from sim.scenario import Plan

Reach = Callable[["VillageModel"], NDArray[np.bool_]]
KINDS: dict[str, type[RecordAgent]] = {
    "households": Household,
    "villages": Village,
    "cadres": Cadre,
    "units": Unit,
}


class VillageModel(MesaModel):
    """Villages under a plan.

    Args:
        plan: A resolved scenario (`sim.load_plan`).
        rng: Run seed; an int, since every draw is keyed by it.
        engine: "compiled" runs rules over rows; "agents" runs the same source over Mesa agents, to the same bits.
        threads: Threads that share the villages; changes nothing but time.
        profile: A profile to take instead of the one that the plan names.
        reach: For policies by label, which households they are offered to: what a trial assigns.
    """

    def __init__(
        self,
        plan: Plan,
        rng: int = 17,
        engine: EngineName = "compiled",
        threads: int = 1,
        profile: Profile | None = None,
        reach: Mapping[str, Reach] | None = None,
    ) -> None:
        if not isinstance(rng, (int, np.integer)) or isinstance(rng, bool) or not 0 <= int(rng) < 2**62:
            raise UserError(f"rng must be a whole number from 0 to 2**62, found {rng!r}", field="rng")
        if why_not := ERAS[plan.era].not_runnable:
            allowed = ", ".join(era.id for era in ERAS.values() if era.runnable)
            raise UserError(f"era '{plan.era}' cannot be run yet: {why_not}", field="era", allowed=allowed)
        super().__init__(rng=int(rng))  # for collectors and user code; no rule draws from Mesa's generators
        self.plan, self.seed, self.engine_name = plan, int(rng), engine
        self.clock = Clock(plan.campaign.start, plan.campaign.days, plan.horizon_months)
        self.parameters = plan.parameters()
        self.p, self._p_row = as_python(self.parameters.values), as_row(self.parameters.values)
        self.profile = profile or load_profile(plan.world.profile)
        self._reach = dict(reach or {})
        self._open_world(threads)
        self._open_books()
        self._open_policies()
        self.recorder = Recorder(self)

    # ---- opening -----------------------------------------------------------------------------------------------

    def _open_world(self, threads: int) -> None:
        opening = self.clock.opening
        world = self.plan.world
        who, when = (self.profile, world.villages, world.population_seed), (opening.year, opening.month)
        opened = opened_world(*who, self.p, self._p_row, *when, threads)
        self.world = opened.world
        self.households, self.villages = opened.world.households, opened.world.villages
        self.cadres, self.units = opened.world.cadres, opened.world.units
        self.keys: NDArray[np.int64] = self.households["key"].astype(np.int64)
        self.line_yuan = opened.line_yuan
        self.income_per_head = per_head(self.households)
        self.today_rows = Today.rows(1)
        self.today = cast(Today, Today.of(self.today_rows[0]))
        self.today.seed, self.today.people_seed = self.seed, world.population_seed
        self.today.endogenous = int(self.plan.closure == "endogenous")
        self.today.loan_rate[0] = self.p.bank_rate
        self.today.year, self.today.calendar_month = opening.year, opening.month
        write_month(self.today, self.p)
        self.today.year = 0  # the first day opens a year
        self.market = opened.market
        self.seen = Seen.rows(len(self.households))
        self.tills = np.zeros((len(self.villages), N_REASONS))
        self.engine = Engine(self.engine_name, self.world.sizes, threads, self._see)
        self.day = -1

    def _open_books(self) -> None:
        self.accounts = Accounts(self.households)
        self.county_share = self.plan.world.villages / self.profile.villages
        self.purses = PurseBook(self.plan.purses, self.plan.campaign.start, self.county_share)
        for held in self.purses.held:
            self.accounts.open(held.account, held.amount_yuan)
        days = self.profile.support.field_days_per_month * self.clock.campaign_days / 30.4
        self.cadre_days = CadreDays(self.households, self.villages, self.cadres, days, self.clock)

    def _open_policies(self) -> None:
        self.policies: list[Policy] = [one.build() for one in self.plan.policies]
        for bit, policy in enumerate(self.policies):
            policy.bit = bit
        # Who acts first on a day, and has which loan slot, goes by kind and label: not by the order of the list.
        self._acting = sorted(self.policies, key=lambda policy: (policy.kind, policy.label))
        lenders = (policy.label for policy in self._acting if policy.kind == "microcredit")
        self.loan_slots = {label: slot for slot, label in enumerate(lenders, start=1)}
        self.common: dict[str, NDArray[Any]] = {}  # what policies of one kind share, by name
        self._agenda: dict[int, list[Policy]] = {}
        first = self.clock.day_index(self.clock.start)
        for policy in self._acting:
            if policy.label in self._reach:
                policy.reach = self._reach[policy.label](self)
            policy.begin(self)
            for campaign_day in policy.days(self):
                self._agenda.setdefault(first + campaign_day - 1, []).append(policy)

    # ---- one day -----------------------------------------------------------------------------------------------

    def step(self) -> None:
        """One day, its failures explained."""
        if self.day >= self.clock.last_day_index:
            return
        self.day += 1
        try:
            self._live_a_day(self.clock.calendar[self.day])
        except FAILURES as error:
            explain(error, self._live_again, str(self.today_date))
        self.running = self.day < self.clock.last_day_index

    def _live_a_day(self, calendar: Any) -> None:
        """The day, from top to bottom."""
        self._turn_the_calendar(calendar)
        if calendar["day"] == 1:
            self.market.open_month(self.today)
        for policy in self._agenda.get(self.day, ()):
            policy.day(self)
        if self.clock.is_campaign(self.day) and self._ends_week:
            self.recorder.week()
        if calendar["month_end"]:
            self._close_month()
        if self.day == self.clock.last_campaign_day_index:
            self.recorder.end_of_campaign()

    def _live_again(self) -> None:
        """The whole run again, with care: a run is a pure function of plan and seed."""
        if type(self.engine) is Engine and self.engine.name == "compiled":
            twin = type(self)(self.plan, rng=self.seed, profile=self.profile, reach=self._reach)
            twin.engine = Careful(self.world.sizes, twin._see)
            twin.run_model()

    def run_model(self) -> None:
        """All days to the end of the horizon."""
        while self.running:
            self.step()

    def _turn_the_calendar(self, calendar: Any) -> None:
        today = self.today
        today.day, today.campaign_day = self.day, int(calendar["campaign_day"])
        today.frozen, today.festival = int(calendar["frozen"]), int(calendar["festival"])
        self.cadre_days.turn_to(self.day)
        if calendar["day"] == 1:
            year = int(calendar["year"])
            new_year = year != today.year
            today.year, today.calendar_month, today.month = year, int(calendar["month"]), int(calendar["month_index"])
            write_month(today, self.p)
            if new_year:
                self.market.open_year(today)

    def _close_month(self) -> None:
        """Households' accounts, then talk, then what units and policies do at a month's end."""
        everyone = self.households, self.villages, self._p_row, self.today_rows
        self.engine.run(close_month, *everyone, self.tills)
        for policy in self._acting:
            policy.month_end(self)
        sums = self.accounts.post(self.tills)
        self.interest_subsidy_yuan = sums[INTEREST_SUBSIDY : INTEREST_SUBSIDY + LOAN_SLOTS]
        self.repaid_yuan = sums[PRINCIPAL : PRINCIPAL + LOAN_SLOTS]
        self.written_off_yuan = sums[WRITTEN_OFF : WRITTEN_OFF + LOAN_SLOTS]
        for policy in self._acting:
            policy.books_closed(self)
        self.engine.run(look_around, self.households, self.villages, self.seen)
        self.engine.run(talk, *everyone, self.seen, self.world.indptr, self.world.indices)
        self._check_ranges()
        self.recorder.month_end()
        if self.today.month % 12 == 0:
            self.engine.call(close_year, self.households, 0, len(self.households))
            self.recorder.year_end()

    def _check_ranges(self) -> None:
        for name, kind in KINDS.items():
            rows = getattr(self, name)
            for column, row in out_of_range(kind, rows).items():
                found = rows[column][row].tolist()
                raise ArithmeticError(f"{self.today_date}: {column} of {kind.__name__} {rows['key'][row]} is {found}")

    @property
    def _ends_week(self) -> bool:
        return self.today.campaign_day % 7 == 0 or self.today.campaign_day == self.clock.campaign_days

    @property
    def line_now(self) -> float:
        """Poverty line of this month (of the closed year before the run opens), yuan a head and year."""
        return self.today.line_yuan if self.day >= 0 else self.line_yuan

    @property
    def today_date(self) -> dt.date:
        """The date of the current day."""
        return self.clock.date(max(0, self.day))

    # ---- what rules see ----------------------------------------------------------------------------------------

    def _see(self, rows: Rows) -> Sequence[Any]:
        """What stands for a record array in the engine of agents."""
        if rows is self._p_row:
            return (self.p,)
        for name, agents in self._mesa_agents.items():
            if rows is getattr(self, name):
                return agents
        return views_of(rows)

    # ---- Mesa --------------------------------------------------------------------------------------------------

    @cached_property
    def _mesa_agents(self) -> dict[str, list[RecordAgent]]:
        """A Mesa agent for every row, made when first asked for: a compiled run pays nothing for them."""
        return {name: [kind(self, row, i) for i, row in enumerate(getattr(self, name))] for name, kind in KINDS.items()}

    def _register(self, name: str) -> Any:
        """One of Mesa's own registers of agents, once every row has its agent."""
        _ = self._mesa_agents
        return getattr(super(), name)

    @property
    def agents(self) -> Any:
        """Every household, village, cadre and unit, and whoever else was made, as Mesa's AgentSet."""
        return self._register("agents")

    @property
    def agents_by_type(self) -> Any:
        """AgentSets by class."""
        return self._register("agents_by_type")

    @property
    def agent_types(self) -> Any:
        """The kinds of agent there are."""
        return self._register("agent_types")

    def village_of(self, agent: Household | Cadre) -> Village:
        """The village of a household or cadre (`agent.village` is its row)."""
        return cast(Village, self._mesa_agents["villages"][agent.village])

    def close(self) -> None:
        """Let go of the threads."""
        self.engine.close()
