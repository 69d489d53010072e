"""The parts of a plan: its title, its world, its campaign, its policies."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, SerializeAsAny, model_validator

from sim.core.dates import CampaignDay
from sim.core.errors import UserError
from sim.core.frozen import FrozenDict, FrozenModel
from sim.events import Event
from sim.facts.limits import MOST_SEED, MOST_YUAN
from sim.parameters import Parameter, load_parameters
from sim.parameters.own import declared
from sim.policies import registry
from sim.policies.policy import Policy, PolicySettings
from sim.scenario.code import CodeFile, reload_policy_class
from sim.scenario.country import Country
from sim.scenario.tasks import Task

Closure = Literal["fixed", "endogenous"]
MOST_COUNTIES = 10_000
"""Of one nation: three times as many as the largest country has."""

Uncertainties = Annotated[Mapping[str, float | tuple[float, ...]], AfterValidator(FrozenDict)]


def _flat(table: Any) -> Any:
    """Full names for parameters that a file gives topic by topic."""
    if not isinstance(table, Mapping):
        return table
    flat: dict[str, Any] = {}
    for key, value in table.items():
        inner = {f"{key}.{name}": item for name, item in value.items()} if isinstance(value, Mapping) else {key: value}
        flat |= inner
    return flat


def _known(table: Mapping[str, Any]) -> Mapping[str, float | tuple[float, ...]]:
    """Parameters by their full names, once known to exist."""
    known = load_parameters()
    try:
        return FrozenDict(dict(known.checked(name, value, within_range=False) for name, value in table.items()))
    except UserError as error:
        raise ValueError(str(error)) from None


Place = Annotated[Mapping[str, float | tuple[float, ...]], BeforeValidator(_flat), AfterValidator(_known)]


def _frozen_tables(table: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Mapping[str, Any]]:
    return FrozenDict({key: FrozenDict(inner) for key, inner in table.items()})


class Counties(FrozenModel):
    """So many counties of a nation that are alike but for chance."""

    count: int = Field(default=1, ge=1, le=MOST_COUNTIES, description="how many")
    profile: str | None = Field(
        default=None,
        min_length=1,
        description="a shipped profile, or the path of a profile file; the world's if left out",
    )
    villages: int | None = Field(
        default=None, ge=1, le=200_000, description="villages of each; the world's if left out"
    )


class World(FrozenModel):
    """Which county (or part of one) the scenario plays in."""

    profile: str = Field(min_length=1, description="a shipped profile, or the path of a profile file (.toml)")
    villages: int = Field(ge=1, le=200_000, description="first villages of the generated world")
    population_seed: int = Field(default=1, ge=0, le=MOST_SEED, description="seed of the generated population")
    place: Place = Field(
        default_factory=FrozenDict, description="facts of another place, by parameter; ranges do not bind them"
    )
    country: Country | None = Field(
        default=None, description="the country it is in: its price level, its years; China if left out"
    )
    county: int | None = Field(
        default=None, ge=0, le=MOST_COUNTIES, description="its number in a nation: its chance and its region go by it"
    )
    counties: tuple[Counties, ...] = Field(
        default=(), description="the counties of a nation, one after the other, ten to a region"
    )

    @model_validator(mode="after")
    def _stated_once(self) -> Self:
        if self.country and (name := self.country.twice(self.place)):
            raise ValueError(f"{name} is stated in world.country and, as trend.{name}, in world.place; leave one out")
        return self


class Campaign(FrozenModel):
    """First day and number of days of the campaign."""

    start: dt.date = Field(description="first day")
    days: int = Field(ge=1, le=3650, description="number of days, the first and the last included")

    @property
    def end(self) -> dt.date:
        """The last day, which belongs to the campaign."""
        return self.start + dt.timedelta(days=self.days - 1)


class Target(FrozenModel):
    """What a plan means one of its policies to have delivered by a day."""

    amount: float = Field(gt=0, le=MOST_YUAN, description="how many, or how much, in the whole county")
    deadline: CampaignDay | None = Field(
        default=None, description="date or campaign day (1 = first); the campaign's last day by default"
    )


Targets = Annotated[Mapping[str, Mapping[str, Target]], AfterValidator(_frozen_tables)]
"""Targets by the policy's label and the name of what it counts."""


Happenings = Annotated[Mapping[str, SerializeAsAny[Event]], AfterValidator(FrozenDict)]
"""Events by the name that the plan gives each."""


TaskList = Annotated[Mapping[str, Task], AfterValidator(FrozenDict)]
"""Tasks of the campaign by the name that the plan gives each."""


class PolicyPlan(FrozenModel):
    """One policy of a plan: its kind, its name in this plan and its settings."""

    kind: str
    label: str
    settings: SerializeAsAny[PolicySettings]
    code: CodeFile | None = None

    def policy_class(self) -> type[Policy]:
        """Its class: one that ships, or one from the user's own file."""
        if self.code:
            return reload_policy_class(self.kind, self.code)
        shipped = registry()
        if self.kind not in shipped:
            problem = f"the class of '{self.kind}' is in no file, so that no run could find it"
            mend = "save it in a file of its own, name it as 'module:Class' and allow the file with code=[...]"
            raise UserError(problem, field=f"policy.{self.label}", mend=mend)
        return shipped[self.kind]

    def own_parameters(self) -> tuple[Parameter, ...]:
        """The parameters that its class declares; those of policies that ship are the model's.

        Raises:
            UserError: One is declared wrongly.
        """
        if not self.code:
            return ()
        cls = self.policy_class()
        return declared(cls.kind, cls.parameters, Path(self.code.path))

    def build(self) -> Policy:
        """The policy itself."""
        return self.policy_class()(self.settings, self.label)

    def __reduce__(self) -> tuple[Any, ...]:
        # The class of a policy from a user's own file is in no importable module: load it again.
        if self.code:
            return _restore_policy, (self.kind, self.label, self.settings.model_dump(), self.code)
        return super().__reduce__()  # type: ignore[return-value]


def _restore_policy(kind: str, label: str, settings: Mapping[str, Any], code: CodeFile) -> PolicyPlan:
    model = reload_policy_class(kind, code).Settings
    return PolicyPlan(kind=kind, label=label, settings=model(**settings), code=code)


def month_end(first_day: dt.date, months: int) -> dt.date:
    """The last day of the last of so many calendar months."""
    month = first_day.month - 1 + months - 1
    year, month = first_day.year + month // 12, month % 12 + 1
    return dt.date(year, month, calendar.monthrange(year, month)[1])
