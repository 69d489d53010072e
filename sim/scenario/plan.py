"""A plan: a scenario fully resolved. It cannot be changed; what `resolved_toml` writes loads back equal."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.calendar.era import EraId
from sim.core.dates import date_of
from sim.core.errors import UserError
from sim.core.frozen import FrozenDict, FrozenModel
from sim.core.meaning import Own
from sim.core.text import printable
from sim.money.purse import Purse
from sim.parameters import Parameter, Parameters, load_parameters
from sim.parameters.own import with_own
from sim.recording.observer import Observer
from sim.recording.own_results import Declared
from sim.scenario.catalogue import Catalogue, code_files
from sim.scenario.chain import chain_of
from sim.scenario.changes import Change
from sim.scenario.code import CodeFile, pinned
from sim.scenario.country import in_country
from sim.scenario.goals import Goals
from sim.scenario.own_observers import ObserverPlan, own_results
from sim.scenario.own_rules import RulePlan, own_rules
from sim.scenario.parts import (
    Campaign,
    Closure,
    Happenings,
    PolicyPlan,
    Targets,
    TaskList,
    Uncertainties,
    World,
    month_end,
)
from sim.scenario.resolve import Resolver
from sim.scenario.settings import given_settings, given_tables, value_at
from sim.scenario.title import Title
from sim.toml.source import TomlSource


class Plan(FrozenModel):
    """A scenario, fully resolved. Immutable, hashable, picklable."""

    id: str
    title: Title
    era: EraId
    horizon_months: int
    closure: Closure
    world: World
    campaign: Campaign
    policies: tuple[PolicyPlan, ...] = ()
    purses: tuple[Purse, ...] = ()
    uncertainties: Uncertainties = FrozenDict()
    targets: Targets = FrozenDict()
    goals: Goals = FrozenDict()
    changes: tuple[Change, ...] = ()
    events: Happenings = FrozenDict()
    tasks: TaskList = FrozenDict()
    rules: tuple[RulePlan, ...] = ()
    observers: tuple[ObserverPlan, ...] = ()
    profile_digest: str = ""

    @property
    def first_day(self) -> dt.date:
        """First day of the campaign's first calendar month; months are counted from it."""
        return self.campaign.start.replace(day=1)

    @property
    def last_day(self) -> dt.date:
        """Last day of the last month."""
        return month_end(self.first_day, self.horizon_months)

    def targets_of(self, label: str) -> Iterator[tuple[str, float, int]]:
        """What a policy is to deliver: the name, the amount in the whole county, the campaign day it is due.

        A task of the whole county that stands for something the policy delivers is a target of it.
        """
        stated = [(name, one.amount, one.deadline) for name, one in self.targets.get(label, {}).items()]
        tasks = (one for one in self.tasks.values() if one.measure == label and not one.townships)
        stated += [(one.counts, one.amount, one.deadline) for one in tasks if one.counts and one.amount]
        for name, amount, deadline in stated:
            day = date_of(deadline or self.campaign.end, self.campaign.start)
            yield name, amount, (day - self.campaign.start).days + 1

    def parameters(self) -> Parameters:
        """The model's numbers under this plan: those in force on the campaign's first day, and what the plan sets.

        Raises:
            UserError: What the plan sets is unknown or out of range.
        """
        known = load_parameters(place=self.world.place, on=self.campaign.start)
        known = with_own(known, self.own_parameters()).override(self.uncertainties)
        return in_country(known, self.world.country, self.world.place, self.campaign.start.year)

    def own_parameters(self) -> list[Parameter]:
        """The parameters that its policies declare themselves."""
        return [entry for policy in self.policies for entry in policy.own_parameters()]

    def code(self) -> list[CodeFile]:
        """The user's own files that it runs, each once."""
        return list(dict.fromkeys(self._pinned()))

    def _pinned(self) -> list[CodeFile]:
        named = [*(policy.code for policy in self.policies if policy.code), *(rule.code for rule in self.rules)]
        return [*named, *(observer.code for observer in self.observers)]

    def code_files(self) -> list[Path]:
        """Those files, and what they import from beside them."""
        return sorted({file for code in self.code() for file in code.files()})

    def own_rules(self) -> Own:
        """Rules of its own, by the rule in whose place each stands.

        Raises:
            UserError: A file has changed since the plan was read.
        """
        return own_rules(self.rules)

    def own_results(self) -> Declared:
        """The results and groups that its own observers declare."""
        return own_results(self.observers)

    def build_observers(self) -> tuple[Observer, ...]:
        """Its own observers.

        Raises:
            UserError: A file has changed since the plan was read, or one cannot be made.
        """
        return tuple(observer.build() for observer in self.observers)

    def with_settings(self, settings: Mapping[str, object], catalogue: Catalogue | None = None) -> Plan:
        """The same plan with other values, checked as a whole.

        Args:
            settings: Values by address, with the grammar of `--set` (see `sim.scenario.settings`):
                `{"policies.microcredit.quota_yuan": 5e6, "campaign.start": date(2013, 3, 1)}`. Another
                `world.profile` brings its own purses, as in a file.
            catalogue: What a scenario may name; what ships by default.

        Raises:
            UserError: A setting names nothing, or the plan with it is not valid; all problems are reported together.
        """
        code = {Path(one.path).stem: one for one in self.code()}

        def own_code(named: str) -> CodeFile:
            return code.get(named.partition(":")[0]) or pinned(named, [Path(one.path) for one in self.code()])

        resolver = Resolver(catalogue or Catalogue.shipped(), own_code)
        resolver.layers.unmatched = resolver.problems  # no other scenario could have what this one lacks
        resolver.layers.add(TomlSource(Path(f"plan '{self.id}'"), "", self.resolved()))
        fields = resolver.fields(given_settings(settings), has_purses_of=self.world.profile)
        if fields["world"].profile == self.world.profile and not self.profile_digest:
            del fields["profile_digest"]  # a plan made without one stays comparable with what is made of it
        return Plan(id=self.id, **fields)

    def setting(self, address: str) -> Any:
        """Where a setting stands that `with_settings` can move; None where the plan leaves it out.

        Args:
            address: With the grammar of `--set`; a parameter by its full name.

        Raises:
            UserError: The plan has no such policy, purse, task or event, or there is no such parameter.
        """
        found, value = value_at(self.resolved(), address)
        if not found:
            raise UserError(f"the plan '{self.id}' has nothing at '{printable(address)}'", field="address")
        if value is None and address.startswith("uncertainties."):
            return self.parameters().find(address.partition(".")[2]).value
        return value

    @classmethod
    def build(
        cls, *, id: str = "plan", code: Sequence[str | Path] = (), catalogue: Catalogue | None = None, **content: object
    ) -> Plan:
        """A plan from Python: the one that a scenario file of this content gives, after the same checks.

        Args:
            id: Its name, in place of the file's.
            code: Python files whose policy classes it may name as "module:Class".
            catalogue: What it may name; what ships by default.
            content: The keys of a scenario file, with tables as mappings, lists of tables as sequences and dates as
                `datetime.date`: `extends="baseline"`, `drop=["visits"]`, `title`, `era`, `horizon_months`, `closure`,
                `world`, `campaign`, `policies`, `purses`, `uncertainties`, `targets`, `goals`, `changes`, `events`,
                `tasks`, `rules`, `observers`.
                Paths in it start from the working folder.

        Raises:
            UserError: Something is wrong; all problems are reported together, each with its address.
        """
        catalogue = catalogue or Catalogue.shipped()
        if not _ID.fullmatch(id):
            raise UserError(f"'{printable(id)}' cannot name a plan", field="id", allowed="text without / and \\")
        source = given_tables("Plan.build", content)
        problems: list[UserError] = []
        allowed = code_files(code, problems)
        resolver = Resolver(catalogue, lambda named: pinned(named, allowed))
        resolver.problems += problems
        for layer in chain_of(source, Path()):
            resolver.layers.add(layer)
        return cls(id=id, **resolver.fields(()))

    def resolved(self) -> dict[str, Any]:
        """The content of the scenario file that gives this plan, with every default written out."""
        content = {
            "title": self.title.model_dump(),
            "era": self.era,
            "horizon_months": self.horizon_months,
            "closure": self.closure,
            "world": self.world.model_dump(exclude=None if self.world.counties else {"counties"}),
            "campaign": self.campaign.model_dump(),
            "policies": [
                {"kind": policy.kind, "label": policy.label, **policy.settings.model_dump()} for policy in self.policies
            ],
            "purses": [purse.model_dump() for purse in self.purses],
            "uncertainties": dict(self.uncertainties),
            "targets": {
                label: {name: target.model_dump() for name, target in named.items()}
                for label, named in self.targets.items()
            },
            "goals": {name: one.model_dump() for name, one in self.goals.items()},
            "changes": [{"date": change.date, **change.settings} for change in self.changes],
            "events": {name: {"kind": one.kind, **one.model_dump()} for name, one in self.events.items()},
            "tasks": {name: one.model_dump() for name, one in self.tasks.items()},
            "rules": {rule.name: rule.function for rule in self.rules},
            "observers": [observer.kind for observer in self.observers],
        }
        return {key: _without_none(value) for key, value in content.items() if value or key not in _LISTS}

    def resolved_toml(self) -> str:
        """The plan as a scenario file that loads back as an equal plan."""
        import tomli_w

        return tomli_w.dumps(self.resolved())

    def digest(self) -> str:
        """A hash of all that decides outcomes; titles do not, and files count by content, not by path."""
        content = self.resolved()
        del content["title"]
        content["world"]["profile"] = self.profile_digest or self.world.profile
        country = self.world.country.decides() if self.world.country else {}
        content["world"] = {key: value for key, value in content["world"].items() if key != "country"}
        content["world"] |= {"country": country} if country else {}
        if self.profile_digest and self.world.counties:
            content["world"]["counties"] = [entry.model_dump(exclude={"profile"}) for entry in self.world.counties]
        content["code"] = [one.sha256 for one in self._pinned()]
        for purse in content.get("purses", ()):
            del purse["title_en"], purse["title_zh"]
        text = json.dumps(_canonical(content), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


_ID = re.compile(r"[^/\\\s\x00-\x1f][^/\\\x00-\x1f]*")
_LISTS = ("policies", "purses", "uncertainties", "targets", "goals", "changes", "events", "tasks", "rules", "observers")


def _without_none(value: Any) -> Any:
    """TOML has no null: what is not set is left out."""
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    return [_without_none(item) for item in value] if isinstance(value, (list, tuple)) else value


def _canonical(value: Any) -> Any:
    """The same text for 1 and 1.0, and for dates."""
    if isinstance(value, dict):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_canonical(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, (bool, int, float, str)) else str(value)
