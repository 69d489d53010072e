"""A plan: a scenario fully resolved. It cannot be changed; what `resolved_toml` writes loads back equal."""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SerializeAsAny

from sim.core.errors import UserError
from sim.core.frozen import FrozenDict, FrozenModel
from sim.money.purse import Purse
from sim.policies.policy import Policy, PolicySettings
from sim.scenario.code import CodeFile, reload_policy_class

ERA_YEARS = {"2012": (2008, 2020), "2023": (2021, 2030)}
"""Years in which a campaign of an era can start."""

Era = Annotated[
    Literal["2012", "2023"],
    BeforeValidator(lambda value: str(value) if type(value) is int else value, json_schema_input_type=str),
]
Closure = Literal["fixed", "endogenous"]
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
    from sim.parameters import load_parameters

    known = load_parameters()
    try:
        return FrozenDict(dict(known.checked(name, value, within_range=False) for name, value in table.items()))
    except UserError as error:
        raise ValueError(str(error)) from None


Place = Annotated[Mapping[str, float | tuple[float, ...]], BeforeValidator(_flat), AfterValidator(_known)]


class Title(FrozenModel):
    """What the scenario is called, in both languages."""

    en: str = Field(min_length=1, description="English title")
    zh: str = Field(min_length=1, description="Chinese title")


class World(FrozenModel):
    """Which county (or part of one) the scenario plays in."""

    profile: str = Field(min_length=1, description="a shipped profile, or the path of a profile file (.toml)")
    villages: int = Field(ge=1, le=200_000, description="first villages of the generated world")
    population_seed: int = Field(default=1, ge=0, lt=2**63, description="seed of the generated population")
    place: Place = Field(
        default_factory=FrozenDict, description="facts of another place, by parameter; ranges do not bind them"
    )


class Campaign(FrozenModel):
    """First day and number of days of the campaign."""

    start: dt.date = Field(description="first day")
    days: int = Field(ge=1, le=3650, description="number of days, the first and the last included")

    @property
    def end(self) -> dt.date:
        """The last day, which belongs to the campaign."""
        return self.start + dt.timedelta(days=self.days - 1)


class PolicyPlan(FrozenModel):
    """One policy of a plan: its kind, its name in this plan and its settings."""

    kind: str
    label: str
    settings: SerializeAsAny[PolicySettings]
    code: CodeFile | None = None

    def build(self) -> Policy:
        """The policy itself, of a class that ships or of one from the user's own file."""
        if self.code:
            return reload_policy_class(self.kind, self.code)(self.settings, self.label)
        from sim.policies import registry

        return registry()[self.kind](self.settings, self.label)

    def __reduce__(self) -> tuple[Any, ...]:
        # The class of a policy from a user's own file is in no importable module: load it again.
        if self.code:
            return _restore_policy, (self.kind, self.label, self.settings.model_dump(), self.code)
        return super().__reduce__()  # type: ignore[return-value]


def _restore_policy(kind: str, label: str, settings: Mapping[str, Any], code: CodeFile) -> PolicyPlan:
    model = reload_policy_class(kind, code).Settings
    return PolicyPlan(kind=kind, label=label, settings=model(**settings), code=code)


class Plan(FrozenModel):
    """A scenario, fully resolved. Immutable, hashable, picklable."""

    id: str
    title: Title
    era: Era
    horizon_months: int
    closure: Closure
    world: World
    campaign: Campaign
    policies: tuple[PolicyPlan, ...] = ()
    purses: tuple[Purse, ...] = ()
    uncertainties: Uncertainties = FrozenDict()
    profile_digest: str = ""

    @property
    def first_day(self) -> dt.date:
        """First day of the campaign's first calendar month; months are counted from it."""
        return self.campaign.start.replace(day=1)

    @property
    def last_day(self) -> dt.date:
        """Last day of the last month."""
        return month_end(self.first_day, self.horizon_months)

    def resolved(self) -> dict[str, Any]:
        """The content of the scenario file that gives this plan, with every default written out."""
        content = {
            "title": self.title.model_dump(),
            "era": self.era,
            "horizon_months": self.horizon_months,
            "closure": self.closure,
            "world": self.world.model_dump(),
            "campaign": self.campaign.model_dump(),
            "policies": [
                {"kind": policy.kind, "label": policy.label, **policy.settings.model_dump()} for policy in self.policies
            ],
            "purses": [purse.model_dump() for purse in self.purses],
            "uncertainties": dict(self.uncertainties),
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
        content["code"] = [policy.code.sha256 for policy in self.policies if policy.code]
        for purse in content.get("purses", ()):
            del purse["title_en"], purse["title_zh"]
        text = json.dumps(_canonical(content), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


_LISTS = ("policies", "purses", "uncertainties")


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


def month_end(first_day: dt.date, months: int) -> dt.date:
    """The last day of the last of so many calendar months."""
    month = first_day.month - 1 + months - 1
    year, month = first_day.year + month // 12, month % 12 + 1
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def check_same_era(plans: Sequence[Plan]) -> None:
    """Refuse plans of different eras.

    Raises:
        UserError: Era 2012 and era 2023 measure income and poverty differently and cannot be compared.
    """
    _check_same(plans, "era", lambda plan: plan.era, "eras differ in income concept, line and categories")


def check_comparable(plans: Sequence[Plan]) -> None:
    """Refuse plans whose paired differences would mean nothing.

    Raises:
        UserError: Era, world, horizon or first day differ.
    """
    check_same_era(plans)
    _check_same(plans, "world", _county, "give all the same profile and villages")
    _check_same(plans, "world.population_seed", lambda plan: plan.world.population_seed, "give all the same")
    _check_same(plans, "horizon_months", lambda plan: plan.horizon_months, "give all the same horizon")
    _check_same(plans, "campaign.start", lambda plan: plan.campaign.start, "give all the same first day")


def _county(plan: Plan) -> tuple[str, int]:
    return plan.profile_digest or plan.world.profile, plan.world.villages


def _check_same(plans: Sequence[Plan], field: str, value: Callable[[Plan], object], mend: str) -> None:
    found: dict[object, list[str]] = {}
    for plan in plans:
        found.setdefault(value(plan), []).append(plan.id)
    if len(found) > 1:
        groups = "; ".join(f"{', '.join(ids[:3])}{' ...' * (len(ids) > 3)}: {what}" for what, ids in found.items())
        raise UserError(f"these scenarios cannot be compared ({groups})", field=field, mend=mend)
