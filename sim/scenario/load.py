"""From layered tables to a plan: every value checked, every problem placed."""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

from sim.core.errors import UserError
from sim.core.frozen import FrozenModel
from sim.money.purse import Purse
from sim.policies.policy import Policy
from sim.scenario.catalogue import Catalogue, find_scenario
from sim.scenario.code import CodeFile, load_policy_class
from sim.scenario.layers import LISTS, Layers, read_chain
from sim.scenario.plan import (
    ERA_YEARS,
    Campaign,
    Closure,
    Era,
    Plan,
    PolicyPlan,
    Title,
    World,
    month_end,
)
from sim.toml.check import check, frozen_lists
from sim.toml.source import Place, each_problem, meant, raise_all

FILE_KEYS = ("extends", "drop", *LISTS, "uncertainties")
"""Keys of a scenario file beside those of `ScenarioHead`."""


class CampaignTable(FrozenModel):
    """`[campaign]` as a file may state it: days, or the last day, or both if they agree."""

    start: dt.date = Field(description="first day")
    days: int | None = Field(default=None, ge=1, le=3650, description="number of days, first and last included")
    end: dt.date | None = Field(default=None, description="last day, included")


class ScenarioHead(FrozenModel):
    """What a scenario file states once."""

    title: Title
    era: Era
    horizon_months: int = Field(default=36, ge=1, le=120, description="months from the campaign's first calendar month")
    closure: Closure = Field(
        default="endogenous",
        description="endogenous: prices and queues respond; fixed: they stay as in the baseline",
    )
    world: World
    campaign: CampaignTable


def load_plan(
    path: str | Path,
    overrides: Sequence[str] = (),
    code: Sequence[str | Path] = (),
    catalogue: Catalogue | None = None,
) -> Plan:
    """Read a scenario.

    Args:
        path: A scenario file, or the name of a shipped one.
        overrides: Settings laid over the file, such as "policy.microcredit.quota_yuan=1000000".
        code: Python files whose policy classes the scenario may name as "module:Class".
        catalogue: What a scenario may name; what ships by default.

    Raises:
        UserError: Something is wrong; all problems found are reported together, each with its file and line.
    """
    return load_plans([path], overrides, code, catalogue)[0]


def load_plans(
    paths: Sequence[str | Path],
    overrides: Sequence[str] = (),
    code: Sequence[str | Path] = (),
    catalogue: Catalogue | None = None,
) -> list[Plan]:
    """Read scenarios that belong together, with the arguments of `load_plan`.

    An override of a policy or purse is applied wherever there is one; it is wrong only if no scenario has it.

    Raises:
        UserError: As `load_plan`; or two files have the same name.
    """
    catalogue = catalogue or Catalogue.shipped()
    problems = [UserError("there is no such code file", file=file) for file in code if not Path(file).is_file()]
    plans: list[Plan] = []
    unmatched: list[list[UserError]] = []
    files: dict[str, Path] = {}
    for path in paths:
        try:
            file = find_scenario(path)
            if file.stem in files:
                raise UserError(f"has the same name as {files[file.stem]}", file=file, mend="rename one of them")
            files[file.stem] = file
            loader = _Loader(file, catalogue, [Path(one) for one in code])
            unmatched.append(loader.layers.unmatched)
            plans.append(loader.load(overrides))
        except UserError as error:
            problems += each_problem(error)
    problems += _unmatched_everywhere(unmatched)
    if problems:
        raise_all(problems)
    return plans


def _unmatched_everywhere(unmatched: Sequence[Sequence[UserError]]) -> list[UserError]:
    if not unmatched:
        return []
    common = set.intersection(*({str(error.file) for error in errors} for errors in unmatched))
    return [error for error in unmatched[0] if str(error.file) in common]


class _Loader:
    """One scenario on its way to a plan."""

    def __init__(self, path: Path, catalogue: Catalogue, code: Sequence[Path]) -> None:
        self.path, self.catalogue, self.code = path, catalogue, code
        self.layers = Layers(self._canonical)
        self.problems = self.layers.problems

    def load(self, overrides: Sequence[str]) -> Plan:
        for source in read_chain(self.path):
            self.layers.add(source)
        on_purses = [text for text in overrides if text.partition(".")[0] in ("purse", "purses")]
        for text in overrides:
            if text not in on_purses:
                self.layers.set(text)
        data = self.layers.data
        head = self._check(ScenarioHead, {k: v for k, v in data.items() if k not in FILE_KEYS}, also=FILE_KEYS)
        world, digest = self._world(head)
        for text in on_purses:  # once the profile's purses are there
            self.layers.set(text)
        purses = self._purses()
        policies = self._policies({purse.id: purse for purse in purses})
        uncertainties = self._uncertainties()
        campaign = self._campaign(head) if head else None
        if self.problems or head is None or world is None or campaign is None:
            raise_all(self.problems)
        return Plan(
            id=self.path.stem,
            title=head.title,
            era=head.era,
            horizon_months=head.horizon_months,
            closure=head.closure,
            world=world,
            campaign=campaign,
            policies=tuple(policies),
            purses=tuple(purses),
            uncertainties=uncertainties,
            profile_digest=digest,
        )

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
        first, last = ERA_YEARS[head.era]
        if not first <= start.year <= last:
            problem = f"{start} is not in era {head.era}"
            self.problems.append(
                place(("campaign", "start")).error(problem, field="campaign.start", allowed=f"{first} to {last}")
            )
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

    def _world(self, head: ScenarioHead | None) -> tuple[World | None, str]:
        """The world with its profile found, and the profile's hash; its purses go below the scenario's."""
        table = self.layers.data.get("world")
        world = head.world if head else check(World, table, self.layers.place)[0]
        if world is None:
            return None, ""
        place = self.layers.place(("world", "profile"))
        name = world.profile
        is_path = name.endswith(".toml") or "/" in name or "\\" in name
        folder = Path() if place.file.startswith("--set") else Path(place.file).parent
        path = folder / name if is_path else self.catalogue.profiles / f"{name}.toml"
        if not path.is_file():
            known = [file.stem for file in self.catalogue.profiles.glob("*.toml")]
            mend = meant(name, known) if not is_path else {}
            self.problems.append(place.error(f"there is no profile '{name}'", field="world.profile", **mend))
            return world, ""
        world = world.model_copy(update={"profile": path.resolve().as_posix() if is_path else name})
        try:
            profile = self.catalogue.load_profile(world.profile, folder)
        except UserError as error:
            self.problems += each_problem(error)
            return world, ""
        era = self.layers.data.get("era")
        if era is not None and str(profile.era) != str(era):
            problem = f"era '{era}', but the profile '{name}' is of era '{profile.era}'; eras cannot be mixed"
            self.problems.append(self.layers.place(("era",)).error(problem, field="era"))
        tables = [dict(purse) for purse in profile.purses]  # tables, or Purse models
        self.layers.put_below(tables, lambda _: Place(str(path)))
        return world, hashlib.sha256(path.read_bytes()).hexdigest()

    def _purses(self) -> list[Purse]:
        purses = []
        kinds = [
            *self.catalogue.policies,
            *(table["kind"] for table in self.layers.data["policies"].values()),
        ]
        for name, table in self.layers.data["purses"].items():
            purse = self._check(Purse, table, at=("purses", name), name=f"purse.{name}")
            if purse is None:
                continue
            purses.append(purse)
            for index, use in enumerate(purse.uses):
                near = difflib.get_close_matches(use, kinds, n=1, cutoff=0.8)
                if use not in kinds and near:  # a use that no policy has yet is allowed, a slip of the pen is not
                    where = self.layers.place(("purses", name, "uses", index))
                    mend = f"did you mean '{near[0]}'?"
                    self.problems.append(where.error(f"unknown use '{use}'", field=f"purse.{name}.uses", mend=mend))
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
                    cls, code = load_policy_class(kind, self.code)
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
            for number, what, most in ((of_kind, f"policies of kind '{kind}'", cls.most), (len(plans), "policies", 31)):
                if number == most + 1:
                    self.problems.append(where.error(f"more than {most} {what}", field=f"policy.{label}"))
        return plans

    def _settings(self, cls: type[Policy], label: str, table: Mapping[str, Any]) -> Any:
        own = {key: value for key, value in table.items() if key not in ("kind", "label")}
        at = ("policies", label)
        settings = self._check(cls.Settings, own, at=at, name=f"policy.{label}", also=("kind", "label"))
        if settings is None:
            return None
        settings = cls.Settings.model_validate(dict(settings), strict=True)  # a default 0 is 0.0 if stated
        place = self.layers.place
        if settings.start_day > settings.end_day:
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

    def _check_purses(self, kind: str, label: str, ids: Sequence[str], purses: Mapping[str, Purse]) -> None:
        for index, name in enumerate(ids):
            where = self.layers.place(("policies", label, "purses", index))
            field = f"policy.{label}.purses"
            if name not in purses:
                self.problems.append(where.error(f"there is no purse '{name}'", field=field, **meant(name, purses)))
            elif kind not in purses[name].uses:
                uses = ", ".join(purses[name].uses)
                problem = f"the purse '{name}' may not pay for '{kind}'"
                self.problems.append(where.error(problem, field=field, allowed=uses))

    def _uncertainties(self) -> dict[str, float | tuple[float, ...]]:
        checked = {}
        for name, value in self.layers.data["uncertainties"].items():
            try:
                key, number = self.catalogue.parameters.checked(name, frozen_lists(value))
                checked[key] = number
            except UserError as error:
                self.problems.append(self.layers.place(("uncertainties", name)).of(error))
        return checked
