"""From layered tables to what a plan is made of: every value checked, every problem placed."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

from sim.calendar.era import ERAS, EraId
from sim.core.errors import UserError
from sim.core.frozen import FrozenDict, FrozenModel
from sim.money.purse import Purse
from sim.parameters.own import with_own
from sim.policies.policy import Policy
from sim.policies.settings import StartWhen
from sim.population.profile_file import named_by_path, profile_source
from sim.recording.panel import GROUPS, MEASURES, SHARES
from sim.scenario.catalogue import Catalogue
from sim.scenario.changes import changes_of
from sim.scenario.code import CodeFile, reload_policy_class
from sim.scenario.counties import county_at
from sim.scenario.goals import Goals, check_goals
from sim.scenario.happenings import events_of
from sim.scenario.layers import LISTS, Layers
from sim.scenario.opened import profile_bytes
from sim.scenario.own_observers import ObserverPlan, own_results
from sim.scenario.own_places import check_places
from sim.scenario.own_rules import RulePlan, checked_name
from sim.scenario.parts import Campaign, Closure, PolicyPlan, Targets, World, month_end
from sim.scenario.settings import Setting, as_called, folder_of
from sim.scenario.targets import check_once, check_targets
from sim.scenario.task_list import tasks_of
from sim.scenario.title import Title
from sim.scenario.uses import slip_of_use, uses_in_english
from sim.toml.check import check, frozen_lists
from sim.toml.reading import is_file
from sim.toml.source import Place, each_problem, meant, raise_all

MOST_POLICIES = 62
"""Policies of a scenario: whom they reached is recorded as one bit each."""
FILE_KEYS = ("extends", "drop", *LISTS, "uncertainties", "changes", "events", "tasks")
"""Keys of a scenario file beside those of `ScenarioHead`."""


class CampaignTable(FrozenModel):
    """`[campaign]` as a file may state it: days, or the last day, or both if they agree."""

    start: dt.date = Field(description="first day")
    days: int | None = Field(default=None, ge=1, le=3650, description="number of days, first and last included")
    end: dt.date | None = Field(default=None, description="last day, included")


class ScenarioHead(FrozenModel):
    """What a scenario file states once."""

    title: Title
    era: EraId
    horizon_months: int = Field(default=36, ge=1, le=120, description="months from the campaign's first calendar month")
    closure: Closure = Field(
        default="endogenous",
        description="endogenous: prices and queues respond; fixed: they stay as in the baseline",
    )
    world: World
    campaign: CampaignTable
    targets: Targets = Field(default_factory=FrozenDict, description="what policies are to deliver, and by when")
    goals: Goals = Field(default_factory=FrozenDict, description="what the county means to reach, and by when")
    rules: Mapping[str, str] = Field(
        default_factory=FrozenDict,
        description="rules of a household's month in whose place your own stand, as module:function",
    )
    observers: tuple[str, ...] = Field(
        default=(), description="observers of your own, whose results and groups are recorded, as module:Class"
    )


class Resolver:
    """One scenario on its way to a plan: layers to be filled, settings laid over them, every value checked.

    Args:
        catalogue: What a scenario may name.
        own_code: The file of the user's that "module:Name" means.
    """

    def __init__(self, catalogue: Catalogue, own_code: Callable[[str], CodeFile]) -> None:
        self.catalogue, self._own_code = catalogue, own_code
        self.layers = Layers(self._canonical)
        self.problems = self.layers.problems
        self._towns: list[str] = []
        self._purses_known = True

    def fields(self, settings: Sequence[Setting], has_purses_of: str | None = None) -> dict[str, Any]:
        """Every field of the plan but its id.

        Args:
            settings: Laid over the layers, in this order.
            has_purses_of: The profile whose purses the layers hold already.

        Raises:
            UserError: Something is wrong; all problems found are reported together.
        """
        for one in settings:
            if not _on_purse(one):
                self.layers.put(one)
        data = self.layers.data
        head = self._check(ScenarioHead, {k: v for k, v in data.items() if k not in FILE_KEYS}, also=FILE_KEYS)
        world, digest = self._world(head, has_purses_of)
        for one in filter(_on_purse, settings):  # once the profile's purses are there
            self.layers.put(one)
        purses = self._purses()
        policies = self._policies({purse.id: purse for purse in purses})
        campaign = self._campaign(head) if head else None
        uncertainties = self._uncertainties(campaign, policies)
        rules = self._rules(head.rules if head else {})
        observers = self._observers(head.observers if head else ())
        if head is not None and campaign is not None:
            first = campaign.start.replace(day=1)
            horizon = month_end(first, head.horizon_months)
            check_targets(self.layers, head.targets, policies, campaign, horizon, self.problems)
            declared = [*own_results(observers).results, *own_results(observers).groups]
            check_goals(self.layers, head.goals, declared, self.problems)
            changes = changes_of(self.layers, policies, purses, (first, horizon), self.problems)
            when = (campaign, head.horizon_months)
            tasks = tasks_of(self.layers, policies, purses, when, self._towns, self.problems)
            check_once(self.layers, head.targets, tasks, self.problems)
            events = events_of(self.layers, purses, self._towns, campaign, (first, horizon), self.problems)
        if self.problems or head is None or world is None or campaign is None:
            raise_all(self.problems)
        named = [*(one.code for one in policies), *(one.code for one in rules), *(one.code for one in observers)]
        check_places(code for code in named if code)
        return {
            "title": head.title,
            "era": head.era,
            "horizon_months": head.horizon_months,
            "closure": head.closure,
            "world": world,
            "campaign": campaign,
            "policies": tuple(policies),
            "purses": tuple(purses),
            "uncertainties": uncertainties,
            "targets": head.targets,
            "goals": head.goals,
            "changes": changes,
            "events": events,
            "tasks": tasks,
            "rules": rules,
            "observers": observers,
            "profile_digest": digest,
        }

    def _check(self, model: type[Any], table: object, **where: Any) -> Any:
        checked, problems = check(model, table, self.layers.place, **where)
        self.problems += problems
        return checked

    def _canonical(self, name: str) -> str:
        try:
            return self.catalogue.parameters.find(name).key
        except UserError:
            return name  # reported with its line later

    def _campaign(self, head: ScenarioHead) -> Campaign | None:
        start, days, end = head.campaign.start, head.campaign.days, head.campaign.end
        place = self.layers.place
        found = len(self.problems)
        if end is None and days is None:
            self.problems.append(
                place(("campaign",)).error("'days' is missing", field="campaign", mend="state days or end")
            )
        elif end is not None:
            spanned = (end - start).days + 1
            if spanned < 1:
                problem = f"ends on {end}, before it starts on {start}"
                self.problems.append(place(("campaign", "end")).error(problem, field="campaign.end"))
            elif days not in (None, spanned):
                problem = f"{start} to {end} are {spanned} days, not {days}"
                mend = "state either days or end"
                self.problems.append(place(("campaign", "end")).error(problem, field="campaign.end", mend=mend))
            days = spanned
        era = ERAS[head.era]
        if not era.first <= start <= era.last:
            problem = f"{start} is not in era {era.id}"
            where = place(("campaign", "start"))
            self.problems.append(where.error(problem, field="campaign.start", allowed=era.days))
        if len(self.problems) > found or days is None:
            return None
        campaign: Campaign | None = self._check(Campaign, {"start": start, "days": days}, at=("campaign",))
        if campaign is None:
            return None
        horizon = month_end(start.replace(day=1), head.horizon_months)
        if campaign.end > horizon:
            problem = f"the horizon ends on {horizon}, before the campaign does on {campaign.end}"
            self.problems.append(place(("horizon_months",)).error(problem, field="horizon_months"))
        return campaign

    def _world(self, head: ScenarioHead | None, has_purses_of: str | None) -> tuple[World | None, str]:
        """The world with its profile found, and the profile's hash; its purses go below the scenario's."""
        table = self.layers.data.get("world")
        world = head.world if head else check(World, table, self.layers.place)[0]
        if world is None:
            return None, ""
        place, county = self.layers.place(("world", "profile")), world.county
        if world.counties and county is not None:
            try:
                entry, world = county_at(world, county)
            except UserError as error:
                self.problems.append(self.layers.place(("world", "county")).of(error))
                return None, ""
            if self.layers.data["world"]["counties"][entry].get("profile"):
                place = self.layers.place(("world", "counties", entry, "profile"))
        name = world.profile
        path, by_path = self._profile_file(name, place)
        if not is_file(path):
            self._no_profile(name, place, "world.profile", by_path)
            return world, ""
        same = has_purses_of is not None and path.resolve() == self._profile_file(has_purses_of)[0].resolve()
        if not same:
            world = world.model_copy(update={"profile": path.resolve().as_posix() if by_path else name})
        elif has_purses_of:
            world = world.model_copy(update={"profile": has_purses_of})
        try:
            profile = self.catalogue.load_profile(world.profile, folder_of(place))
        except UserError as error:
            self.problems += each_problem(error)
            self._purses_known = False
            return world, ""
        self._towns = [name for town in getattr(profile, "townships", ()) for name in (town.name.en, town.name.zh)]
        era = self.layers.data.get("era")
        if era is not None and str(profile.era) != str(era):
            problem = f"era '{era}', but the profile '{name}' is of era '{profile.era}'; eras cannot be mixed"
            self.problems.append(self.layers.place(("era",)).error(problem, field="era"))
        if not same:
            if has_purses_of is not None:
                old = self.catalogue.load_profile(has_purses_of, Path()).purses
                self.layers.take_away([Purse.model_validate(dict(purse)).model_dump() for purse in old])
            tables = [dict(purse) for purse in profile.purses]  # tables, or Purse models
            self.layers.put_below(tables, profile_source(as_called(path, place)).place)
        digest = hashlib.sha256(profile_bytes(path)).hexdigest()
        return self._nation(world, digest) if world.counties else (world, digest)

    def _nation(self, world: World, digest: str) -> tuple[World, str]:
        """The world with the profiles of its counties found, and one hash of them all."""
        stirred, entries = hashlib.sha256(digest.encode()), []
        for number, entry in enumerate(world.counties):
            place = self.layers.place(("world", "counties", number, "profile"))
            path, by_path = self._profile_file(entry.profile or world.profile, place)
            if entry.profile and not is_file(path):
                self._no_profile(entry.profile, place, "world.counties", by_path)
                continue
            stirred.update(hashlib.sha256(profile_bytes(path)).digest())
            if entry.profile and by_path:
                entry = entry.model_copy(update={"profile": path.resolve().as_posix()})
            entries.append(entry)
        return world.model_copy(update={"counties": tuple(entries)}), stirred.hexdigest()

    def _no_profile(self, name: str, place: Place, field: str, by_path: bool) -> None:
        mend = {} if by_path else meant(name, [file.stem for file in self.catalogue.profiles.glob("*.toml")])
        self.problems.append(place.error(f"there is no profile '{name}'", field=field, **mend))

    def _profile_file(self, name: str, place: Place | None = None) -> tuple[Path, bool]:
        """The file of a profile that is named at a place, and whether it is named by its path."""
        if named_by_path(name):
            return folder_of(place) / name, True
        return self.catalogue.profiles / f"{name}.toml", False

    def _purses(self) -> list[Purse]:
        purses = []
        known = [*self.catalogue.policies, *(table["kind"] for table in self.layers.data["policies"].values())]
        for name, table in self.layers.data["purses"].items():
            purse = self._check(Purse, uses_in_english(table), at=("purses", name), name=f"purse.{name}")
            self._purses_known &= purse is not None
            if purse is None:
                continue
            near = [slip_of_use(use, known) for use in purse.uses]
            for index, (use, slip) in enumerate(zip(purse.uses, near, strict=True)):
                if slip is not None:
                    where, mend = self.layers.place(("purses", name, "uses", index)), f"did you mean '{slip}'?"
                    self.problems.append(where.error(f"unknown use '{use}'", field=f"purse.{name}.uses", mend=mend))
            uses = uses_in_english({"uses": [slip or use for slip, use in zip(near, purse.uses, strict=True)]})["uses"]
            purses.append(purse.model_copy(update={"uses": tuple(uses)}))
        return purses

    def _policies(self, purses: Mapping[str, Purse]) -> list[PolicyPlan]:
        plans = []
        for label, table in self.layers.data["policies"].items():
            kind = table["kind"]
            where = self.layers.place(("policies", label, "kind"))
            cls: type[Policy] | None
            code: CodeFile | None = None
            try:
                if ":" in kind:
                    code = self._own_code(kind)
                    cls = reload_policy_class(kind, code)
                elif kind in self.catalogue.policies:
                    cls = self.catalogue.policies[kind]
                else:
                    words = self.catalogue.policies
                    raise UserError(f"unknown kind '{kind}'", field=f"policy.{label}", **meant(kind, words))
            except UserError as error:
                self.problems.append(error if error.file else where.of(error))
                continue
            settings = self._settings(cls, label, table)
            if settings is not None:
                self._check_purses(cls.kind, label, settings.purses, purses)
                plans.append(PolicyPlan(kind=kind, label=label, settings=settings, code=code))
            of_kind = [plan.kind for plan in plans].count(kind)
            for number, what, most in (
                (of_kind, f"policies of kind '{kind}'", cls.most), (len(plans), "policies", MOST_POLICIES)
            ):  # fmt: skip
                if most is not None and number == most + 1:
                    self.problems.append(where.error(f"more than {most} {what}", field=f"policy.{label}"))
        return plans

    def _rules(self, named: Mapping[str, str]) -> tuple[RulePlan, ...]:
        """The rules of the scenario's own, each loaded once to see that it will do."""
        plans = []
        for name, function in sorted(named.items()):
            try:
                plans.append(RulePlan(name=checked_name(name), function=function, code=self._own_code(function)))
                plans[-1].load()
            except UserError as error:
                self.problems.append(error if error.file else self.layers.place(("rules", name)).of(error))
        return tuple(plans)

    def _observers(self, kinds: Sequence[str]) -> tuple[ObserverPlan, ...]:
        """The observers of the scenario's own, each loaded once to see that it will do."""
        plans: list[ObserverPlan] = []
        for index, kind in enumerate(kinds):
            try:
                plan = ObserverPlan(kind=kind, code=self._own_code(kind))
                if plan in plans:
                    raise UserError(f"'{kind}' is named twice", field="observers", mend="name it once")
                own_results([*plans, plan])
                plan.build()
                plans.append(plan)
            except UserError as error:
                place = self.layers.place(("observers", index))
                self.problems += [one if one.file else place.of(one) for one in each_problem(error)]
        return tuple(plans)

    def _settings(self, cls: type[Policy], label: str, table: Mapping[str, Any]) -> Any:
        own = {key: value for key, value in table.items() if key not in ("kind", "label")}
        at = ("policies", label)
        settings = self._check(cls.Settings, own, at=at, name=f"policy.{label}", also=("kind", "label"))
        if settings is None:
            return None
        settings = cls.Settings.model_validate(dict(settings), strict=True)  # a default 0 is 0.0 if stated
        self._check_start(label, settings.start_when)
        place = self.layers.place
        if settings.end_day is not None and settings.start_day > settings.end_day:
            problem = f"ends on day {settings.end_day}, before it starts on day {settings.start_day}"
            which = "end_day" if "end_day" in own else "start_day"
            self.problems.append(place((*at, which)).error(problem, field=f"policy.{label}.{which}"))
        try:
            hash(settings)
        except TypeError:
            problem = f"the settings of {cls.__name__} can be changed after loading"
            self.problems.append(
                place(at).error(problem, field=f"policy.{label}", mend="use tuples, not lists or dicts")
            )
        return settings

    def _check_start(self, label: str, when: StartWhen | None) -> None:
        """A start condition is on a measure and a group that the panel has, at a value that the measure can have."""
        if when is None:
            return

        def wrong(key: str, problem: str, **hint: str) -> None:
            where = self.layers.place(("policies", label, "start_when", key))
            self.problems.append(where.error(problem, field=f"policy.{label}.start_when.{key}", **hint))

        for key, what, known in (("measure", "measure", MEASURES), ("of", "group", GROUPS)):
            if (name := getattr(when, key)) not in known:
                wrong(key, f"there is no {what} '{name}'", **meant(name, known))
        for key in ("above", "below"):
            value = getattr(when, key)
            if value is not None and when.measure in SHARES and not 0 <= value <= 1:
                mend = f"{value:g}% is {value / 100:g}" if 1 < value <= 100 else ""
                wrong(key, f"'{when.measure}' is a share, found {value:g}", allowed="0 to 1", mend=mend)

    def _check_purses(self, kind: str, label: str, ids: Sequence[str], purses: Mapping[str, Purse]) -> None:
        for index, name in enumerate(ids):
            where, field = self.layers.place(("policies", label, "purses", index)), f"policy.{label}.purses"
            if name not in purses:
                if self._purses_known:  # otherwise what is wrong with the purses themselves is said already
                    self.problems.append(where.error(f"there is no purse '{name}'", field=field, **meant(name, purses)))
            elif kind not in purses[name].uses:
                problem, uses = f"the purse '{name}' may not pay for '{kind}'", ", ".join(purses[name].uses)
                self.problems.append(where.error(problem, field=field, allowed=uses))

    def _uncertainties(
        self, campaign: Campaign | None, policies: Sequence[PolicyPlan]
    ) -> dict[str, float | tuple[float, ...]]:
        checked = {}
        known = self.catalogue.parameters
        for policy in policies:
            if policy.code:
                try:
                    known = with_own(known, policy.own_parameters())
                except UserError as error:
                    self.problems += each_problem(error)
        if campaign is not None:
            try:
                known = known.on(campaign.start)
            except UserError as error:
                self.problems += [self.layers.place(("campaign", "start")).of(one) for one in each_problem(error)]
        for name, value in self.layers.data["uncertainties"].items():
            try:
                key, number = known.checked(name, frozen_lists(value))
                checked[key] = number
            except UserError as error:
                self.problems.append(self.layers.place(("uncertainties", name)).of(error))
        return checked


def _on_purse(setting: Setting) -> bool:
    return LISTS.get(setting.keys[0], setting.keys[0]) == "purse"
