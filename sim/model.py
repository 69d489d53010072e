"""The model: `VillageModel._live_a_day` is one day of the world, to be read from top to bottom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Self, SupportsIndex, cast

import numpy as np
from numpy.typing import NDArray

from sim.agents.cadre import Cadre
from sim.agents.household import Household
from sim.agents.unit import Unit
from sim.agents.village import Village
from sim.calendar.clock import Clock
from sim.calendar.today import Today
from sim.calendar.trend import write_month
from sim.campaign.delivery import Delivery
from sim.core.engine import Engine, EngineName
from sim.core.errors import UserError
from sim.core.guard import only_reads
from sim.core.mesa_compat import MesaModel, count_from, in_repeated_batch, next_id
from sim.core.records import Record, RecordAgent, Rows, check_range, views_of
from sim.core.replay import FAILURES, Careful, explain
from sim.core.snapshot import Whole, copy_of, freeze, thaw
from sim.county import County
from sim.economy.land import let_land
from sim.economy.learning import Seen, learn_from_contacts, look_around
from sim.events import Events, Scene
from sim.facts.months import MARCH
from sim.indicators.land import check_land
from sim.money.audit import Audit
from sim.money.lending import Loan
from sim.money.reasons import FUNDS
from sim.month import close_month, close_year
from sim.parameters.own import of_model
from sim.parameters.packed import as_python, as_row
from sim.policies.agenda import Agenda, in_turn
from sim.policies.policy import Policy
from sim.population.kept import opened_world
from sim.population.own_line import with_own_line
from sim.population.placing import placing
from sim.population.profile import Profile
from sim.population.profile_file import load_profile
from sim.population.registry import review
from sim.recording.observer import Observer
from sim.recording.recorder import Recorder, watchers
from sim.recording.watch import Watch
from sim.scenario.counties import own_seed, refuse_nation
from sim.scenario.plan import Plan
from sim.scenario.tasks import follow

Reach = Callable[[County], NDArray[np.bool_]]
KINDS: dict[str, type[RecordAgent]] = {"households": Household, "villages": Village, "cadres": Cadre, "units": Unit}


class VillageModel(Whole, MesaModel):
    """Villages under a plan.

    Args:
        plan: A resolved scenario (`sim.load_plan`).
        rng: Run seed; an int, since every draw is keyed by it.
        engine: "compiled" runs rules over rows; "agents" runs the same source over Mesa agents, to the same bits.
        threads: Threads that share the villages; changes nothing but time.
        profile: A profile to take instead of the one that the plan names.
        reach: For policies by label, which households they are offered to: what a trial assigns.
        observers: Who watches the run beside the plan's own; by default a `Recorder`, which keeps the panels.

    Attributes:
        county: What policies and observers see: rows, books, calendar, chance.
        policies: The plan's policies, in its order.
    """

    def __init__(
        self,
        plan: Plan,
        rng: int = 17,
        engine: EngineName = "compiled",
        threads: int = 1,
        profile: Profile | None = None,
        reach: Mapping[str, Reach] | None = None,
        observers: Sequence[Observer] | None = None,
    ) -> None:
        if not isinstance(rng, (int, np.integer)) or isinstance(rng, bool) or not 0 <= int(rng) < 2**62:
            raise UserError(f"rng must be a whole number from 0 to 2**62, found {rng!r}", field="rng")
        if in_repeated_batch():
            mend = 'give one iteration, and seeds among the parameters: {"rng": [1, 2, 3]}'
            raise UserError("iterations of batch_run repeat one run, since the seed decides it", field="rng", mend=mend)
        refuse_nation(plan.world)
        super().__init__(rng=int(rng))  # for collectors and user code; no rule draws from Mesa's generators
        self.plan, self.seed, self.engine_name, self._reach = plan, int(rng), engine, dict(reach or {})
        self.clock = Clock(plan.campaign.start, plan.campaign.days, plan.horizon_months)
        self.parameters = plan.parameters()
        self.profile = profile or load_profile(plan.world.profile)
        values = with_own_line(self.parameters.values, self.profile)
        # Rules read a policy's own numbers only where rules of the user's own run.
        self.p, self._p_row = as_python(values), as_row(values if plan.rules else of_model(values))
        with placing(plan.world.profile):
            self._open_county(threads)
        self._open_policies()
        self.observers = watchers(plan.build_observers(), (Recorder(),) if observers is None else observers)
        self._tell(lambda observer: observer.open(self.county))

    def _open_county(self, threads: int) -> None:
        """The world as its opening year left it, today's facts, and the county that policies see."""
        opening, world, own = self.clock.opening, self.plan.world, self.plan.own_rules()
        people = own_seed(world.population_seed, world.county)
        who = (self.profile, world.villages, people, self.p, self._p_row)
        opened = opened_world(*who, opening.year, opening.month, threads, own)
        self.today_rows = Today.rows(1)
        self.today = cast(Today, Today.of(self.today_rows[0]))
        self.today.seed, self.today.people_seed = own_seed(self.seed, world.county), people
        self.today.region_seed, self.today.county = self.seed, world.county or 0
        self.today.endogenous = int(self.plan.closure == "endogenous")
        self.today.year, self.today.calendar_month = opening.year, opening.month
        write_month(self.today, self.p)
        self.today.year = 0  # the first day opens a year
        self.engine = Engine(self.engine_name, opened.world.sizes, threads, self._see, own)
        of = self.profile, (self.p, self._p_row), self.clock, self.today_rows, self.engine, self.plan.purses
        self.county = County(opened, *of)
        self.county.number = world.county
        self.market, self.seen = opened.market, Seen.rows(len(opened.world.households))
        self.households, self.villages = self.county.households, self.county.villages
        self.cadres, self.units = self.county.cadres, self.county.units
        self.events, self._scene = Events(self.plan.events, self.clock.start), Scene(self.county, self.market)
        self.day, self._ended = -1, False

    def _open_policies(self) -> None:
        self.policies: list[Policy] = [one.build() for one in self.plan.policies]
        for policy in self.policies:
            policy.book = Delivery(policy.label, policy.kind, len(self.households))
            self.county.books[policy.label] = policy.book
        county = self.county
        self._audit = Audit(self.households, county.accounts, county.purses, county.tills, county.loans)
        self._agenda, self._watch = Agenda(), Watch(self.policies, county)
        follow(self.plan.tasks, county.books, len(self.villages), self.clock)
        county.charted = bool(self.plan.tasks or self.plan.goals)
        for policy in in_turn(self.policies):
            if policy.label in self._reach:
                policy.reach = self._reach[policy.label](county)
            begin = self._promise if self._watch.waits(policy) else self._open_policy
            begin(policy)

    def _open_policy(self, policy: Policy) -> None:
        """Open a policy: with the run, or on the day after its condition was met."""
        self._audit.look()
        policy.count_days_from(self.county)
        policy.open(self.county)
        self._hold(policy, "open")
        self._promise(policy)
        self._agenda.enter(policy, self.county)

    def _promise(self, policy: Policy) -> None:
        """Enter the targets that the plan states; amounts for the whole county count by the world's share."""
        for name, amount, campaign_day in self.plan.targets_of(policy.label):
            policy.book.promise(name, amount * self.county.share, campaign_day)

    # ---- one day -----------------------------------------------------------------------------------------------

    def step(self) -> None:
        """One day, its failures explained."""
        if self.day >= self.clock.last_day_index:
            return
        self.day += 1
        self.county.day = self.day
        try:
            self._live_a_day(self.clock.calendar[self.day])
        except FAILURES as error:
            explain(error, self._live_again, str(self.county.date))
        self.running = self.day < self.clock.last_day_index
        if not self.running:
            self.finish()

    def _live_a_day(self, calendar: Any) -> None:
        """The day, from top to bottom."""
        self._turn_the_calendar(calendar)
        if calendar["day"] == 1:
            self.events.open_month(self._scene)
            self.market.open_month(self.today)
        self._change_settings()
        self.events.day(self._scene, self._audit)
        for policy in self._watch.take():
            self._open_policy(policy)
        if acting := self._agenda.on(self.day):
            self._audit.look()
        for policy in acting:
            policy.day(self.county)
            self._hold(policy, "day")
        if self.clock.is_campaign(self.day) and self._ends_week:
            self._tell(lambda observer: observer.week(self.county))
        if calendar["month_end"]:
            self._close_month()
        for book in self.county.books.values():
            book.end_day(self.today.campaign_day)
        if self.day == self.clock.last_campaign_day_index:
            self._tell(lambda observer: observer.campaign_end(self.county))

    def _live_again(self) -> None:
        """The whole run again, with care: a run is a pure function of plan and seed."""
        if type(self.engine) is Engine and self.engine.name == "compiled":
            twin = type(self)(self.plan, rng=self.seed, profile=self.profile, reach=self._reach)
            twin.engine = twin.county.engine = Careful(self.county.world.sizes, twin._see, self.engine.own)
            twin.run_model()

    def run_model(self) -> None:
        """All days to the end of the horizon."""
        while self.running:
            self.step()

    def months(self) -> Iterator[int]:
        """Live on, month by month; gives each month's number (1 = the campaign's first) at its end."""
        while self.running:
            self.step()
            if self.clock.calendar[self.day]["month_end"]:
                yield self.today.month

    def finish(self) -> None:
        """End the run today: policies book what is still to be booked, observers close. Done once, at the horizon."""
        if not self._ended:
            self._ended = True
            self._audit.look()
            for policy in self._agenda.opened:
                policy.close(self.county)
                self._hold(policy, "close")
                lost = policy.book.lost_yuan.get("purse", 0.0)
                self.county.purses.refuse(policy.kind, policy.settings.purses, lost)
            self._tell(lambda observer: observer.close(self.county))

    def _turn_the_calendar(self, calendar: Any) -> None:
        today = self.today
        today.day, today.campaign_day = self.day, int(calendar["campaign_day"])
        today.frozen, today.festival = int(calendar["frozen"]), int(calendar["festival"])
        self.county.cadre_days.turn_to(self.day)
        if calendar["day"] == 1:
            new_year = int(calendar["year"]) != today.year
            today.year, today.calendar_month = int(calendar["year"]), int(calendar["month"])
            today.month = int(calendar["month_index"])
            write_month(today, self.p)
            if new_year:
                self.market.open_year(today)

    def _change_settings(self) -> None:
        """What the plan changes today: settings of policies, and money put into purses by the state."""
        county = self.county
        for change in self.plan.changes:
            if change.date != county.date:
                continue
            for what, name, setting, value in change.addresses:
                if what == "purses":
                    county.accounts.pay("state", *county.purses.raise_to(name, value), FUNDS)
                    continue
                policy = next(policy for policy in self.policies if policy.label == name)
                policy.settings = policy.settings.model_copy(update={setting: value})
            for policy in self._agenda.opened:
                policy.settings_changed(county)

    def _close_month(self) -> None:
        """Households' accounts, then learn_from_contacts, then what units and policies do at a month's end."""
        county, loans, world = self.county, self.county.loans, self.county.world
        self._audit.look()
        county.everywhere(close_month, county.tills, loans.loans, loans.lenders, loans.till, world.indptr)
        self._audit.hold("a rule of the household's month", county.date)
        if self.today.calendar_month == MARCH:
            county.everywhere(let_land)
        for policy in self._agenda.with_hook("month_end"):
            policy.month_end(county)
            self._hold(policy, "month_end")
        review(world, self.p, self.today, county.well_known)
        county.accounts.post(county.tills)
        loans.post(county.accounts)
        for policy in self._agenda.with_hook("books_closed"):
            policy.books_closed(county)
            self._hold(policy, "books_closed")
        self.engine.run(look_around, self.households, self.villages, self.seen)
        county.everywhere(learn_from_contacts, self.seen, world.indptr, world.indices)
        self._check_ranges()
        self._tell(lambda observer: observer.month_end(county))
        if self.today.month % 12 == 0:
            self.engine.call(close_year, self.households, 0, len(self.households))
            self._tell(lambda observer: observer.year_end(county))
        self._watch.month_end(county)

    def _hold(self, policy: Policy, hook: str) -> None:
        """Hold what a policy has just done against the books."""
        self._audit.hold(f"policy '{policy.label}', `{hook}`", self.county.date)

    def _tell(self, what: Callable[[Observer], None]) -> None:
        for observer in self.observers:
            with only_reads(observer, self.county.rows, self.county.date):
                what(observer)

    def _check_ranges(self) -> None:
        checked: dict[type[Record], Rows] = {kind: getattr(self, name) for name, kind in KINDS.items()}
        for kind, rows in (checked | {Loan: self.county.loans.loans}).items():
            check_range(kind, rows, self.county.date)
        check_land(self.households, self.county.date)

    @property
    def _ends_week(self) -> bool:
        return self.today.campaign_day % 7 == 0 or self.today.campaign_day == self.clock.campaign_days

    @property
    def recorder(self) -> Recorder:
        """The recorder among the observers.

        Raises:
            LookupError: There is none.
        """
        if found := next((one for one in self.observers if isinstance(one, Recorder)), None):
            return found
        raise LookupError("this run has no recorder: its observers were given")

    @property
    def today_date(self) -> dt.date:
        """The date of the current day."""
        return self.county.date

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

    # ---- copies ------------------------------------------------------------------------------------------------

    def copy(self) -> Self:
        """The same model as it stands, which goes on by itself: both live on to the same bits.

        Observers, collectors and agents of your own are copied too; `copy.copy` and `copy.deepcopy` do the same.

        Raises:
            UserError: It holds something that cannot be copied: an open file, a running generator, a function that
                remembers the model.
        """
        return copy_of(self)

    def branch(self, settings: Mapping[str, object]) -> Self:
        """A copy that lives on with other settings from the next day on; chance and the past are the same.

        It is, to the bit, the run of a plan whose `[[changes]]` say so from the start (`branch.plan`), so it may change
        what those may.

        Args:
            settings: New values by address: `{"policies.microcredit.rate": 0.05}`.

        Raises:
            UserError: Something of it cannot change during a run, or no day has been lived or is left.
        """
        from_day = self.clock.date(min(self.day + 1, self.clock.last_day_index))
        if not self.running or self.day < 0:
            when = "before its first day: use plan.with_settings" if self.day < 0 else "after its last day"
            raise UserError(f"a run cannot branch {when}")
        plan = self.plan.with_settings({f"changes.{from_day}.{name}": value for name, value in settings.items()})
        twin = self.copy()
        twin.plan = plan
        return twin

    __copy__ = copy

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.copy()

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_next_id": next_id(self)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        count_from(self, state.pop("_next_id"))
        vars(self).update(state)

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        # The plan first: it brings the classes of policies from files of the user's own.
        return thaw, (self.plan, freeze(self, self.plan))

    def close(self) -> None:
        """Let go of the threads."""
        self.engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
