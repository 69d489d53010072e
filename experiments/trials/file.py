"""A trial file: which published trial is imitated, where, with whom, what was offered, measured and found.

What the model must simulate (world, design, arms, survey, what is estimated) decides the digest of a trial; what its
answer is held against (row, published estimate, rule) does not, so changing a rule never asks for new runs.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import tomli_w
from pydantic import AfterValidator, Field

from experiments.trials.outcome import Condition, TrialOutcome
from experiments.trials.percent import with_percent_signs
from sim.core.frozen import FrozenDict, FrozenModel
from sim.core.text import OneLine
from sim.facts.limits import MOST_COUNT
from sim.policies import registry
from sim.policies.policy import Policy
from sim.scenario.code import CodeFile, default_label, reload_policy_class
from sim.scenario.country import Country
from sim.scenario.parts import Closure, PolicyPlan
from sim.scenario.title import Title

LEAST_REPLICATES = 30
LAST_MONTH = 120
YEARS = (2008, 2020)
"""Years in which a trial can open: those of era 2012, whose income concept, prices and trend the model has."""
NEAR_ENOUGH = (1980, 2040)
"""Years of a trial that may be put in the nearest of those."""

Share = Annotated[float, Field(ge=0, le=1)]
Table = Annotated[Mapping[str, Any], AfterValidator(FrozenDict)]


class TrialWorld(FrozenModel):
    """Where and when the trial takes place."""

    profile: str = Field(min_length=1, description="base books: a shipped profile, or the path of a profile file")
    start: dt.date = Field(description="first day; the baseline survey is on its eve (month 0)")
    closure: Closure = "endogenous"
    books: Table = Field(default=FrozenDict(), description="fields of the profile replaced, by dotted name")
    place: Table = Field(default=FrozenDict(), description="parameters of that place, outside their ranges if need be")
    country: Country | None = Field(default=None, description="the country it is in: its price level, its years")

    @property
    def opens(self) -> dt.date:
        """First day in the model: `start`, or the same day of the nearest year that the model has."""
        return self.start.replace(year=min(max(self.start.year, YEARS[0]), YEARS[1]))


class Design(FrozenModel):
    """What is randomised, how many there are, and who is surveyed."""

    unit: Literal["village", "branch", "household"] = "village"
    clusters: int = Field(ge=4, le=100_000, description="villages, branches or (unit household) households")
    branch_villages: int | None = Field(default=None, ge=1, le=1000, description="villages a branch")
    villages: int | None = Field(default=None, ge=1, le=100_000, description="villages of a trial among households")
    sample: int = Field(
        default=0, ge=0, le=MOST_COUNT, description="eligible households surveyed in each village; 0 = all"
    )
    replicates: int = Field(default=LEAST_REPLICATES, ge=2, le=10_000, description="trials, each with its own chance")
    eligible: tuple[Condition, ...] = ()

    @property
    def village_count(self) -> int:
        """Villages of the trial's world."""
        if self.unit == "household":
            return self.villages or 1
        return self.clusters * (self.branch_villages or 1 if self.unit == "branch" else 1)


class ArmPolicy(FrozenModel):
    """A policy of an arm: its kind, its label and its settings as the file states them.

    An amount may be stated as `{ of_income = 0.35 }`: a share of the world's mean yearly household income.
    """

    kind: str
    label: str
    settings: Table = FrozenDict()
    code: CodeFile | None = None

    def plan(self, income_yuan: float) -> PolicyPlan:
        """The policy with every amount in yuan.

        Args:
            income_yuan: Mean yearly income of a household of the trial's world.
        """
        cls = self.policy_class()
        settings = cls.Settings.model_validate(in_yuan(self.settings, income_yuan), strict=True)
        settings = cls.Settings.model_validate(dict(settings), strict=True)  # a default 0 is 0.0 if stated
        return PolicyPlan(kind=self.kind, label=self.label, settings=settings, code=self.code)

    def policy_class(self) -> type[Policy]:
        """The class behind the kind."""
        if self.code:
            return reload_policy_class(self.kind, self.code)
        return registry()[self.kind]


def in_yuan(settings: Mapping[str, Any], income_yuan: float) -> dict[str, Any]:
    """Settings with each `{ of_income = share }` turned into yuan."""
    return {
        name: float(value["of_income"]) * income_yuan if is_of_income(value) else value
        for name, value in settings.items()
    }


def is_of_income(value: object) -> bool:
    """Whether an amount is stated as a share of the world's mean household income."""
    return isinstance(value, Mapping) and set(value) == {"of_income"}


class Crossover(FrozenModel):
    """Units of this arm that get what another arm is offered."""

    arm: str
    share: Share


class Arm(FrozenModel):
    """What a share of the units is offered."""

    name: OneLine = Field(min_length=1, max_length=60)
    label: Title | None = None
    share: float = Field(gt=0, lt=1, description="share of the units; the arms' shares add to 1")
    told: Share = Field(default=1.0, description="share of the offered who are told of it when it starts")
    told_first: str = Field(
        default="", description="column or measure: those with most of it in a village are told (-name: least)"
    )
    compliance: Share = Field(default=1.0, description="share of its units where the offer really comes")
    crossover: Crossover | None = None
    policies: tuple[ArmPolicy, ...] = ()


class Survey(FrozenModel):
    """When households are asked again, how many are lost, and how well they answer."""

    follow_ups: tuple[Annotated[int, Field(ge=1, le=1200)], ...] = Field(description="months")
    attrition: Annotated[float, Field(ge=0, lt=1)] | Table = Field(
        default=0.0, description="share lost by the last follow-up; or by arm"
    )
    error: float = Field(default=0.0, ge=0, le=2, description="sd of the log of what is reported, for amounts")

    def lost(self, arm: str) -> float:
        """Share of an arm's households lost by the last follow-up."""
        return float(self.attrition.get(arm, 0.0) if isinstance(self.attrition, Mapping) else self.attrition)


_NOT_SIMULATED = {"label", "row", "published", "pass", "like"}


class TrialTable(FrozenModel):
    """What a trial file states."""

    title: Title
    source: str = ""
    note: Title | None = None
    world: TrialWorld
    design: Design
    arms: tuple[Arm, ...]
    survey: Survey
    outcomes: tuple[TrialOutcome, ...]


class Trial(TrialTable):
    """A trial, fully resolved: labels, months and arms filled in. Immutable, picklable."""

    id: str
    file: str
    profile_digest: str = ""

    @property
    def control(self) -> Arm:
        """The first arm."""
        return self.arms[0]

    @property
    def months(self) -> int:
        """Months to run: the last follow-up."""
        return max(self.survey.follow_ups)

    def arm(self, name: str) -> Arm:
        """The arm of this name."""
        return next(arm for arm in self.arms if arm.name == name)

    def resolved_toml(self) -> str:
        """The trial as a file that loads back equal, with every default and every setting written out."""
        content = self.model_dump(exclude={"id", "file", "profile_digest"})
        for arm in content["arms"]:
            arm["policies"] = [
                {"kind": one["kind"], "label": one["label"], **one["settings"]} for one in arm["policies"]
            ]
        for outcome in content["outcomes"]:
            if outcome["unit"] in ("percent", "share"):
                for table in (outcome["published"], outcome["pass"], *outcome["like"]):
                    with_percent_signs(table)
        return tomli_w.dumps(_without_none(content))

    def digest(self) -> str:
        """A hash of all that decides what a replicate finds: no titles, no published figures, no number of them."""
        content = self.model_dump(mode="json", exclude={"id", "file", "title", "source", "note"})
        content["world"]["profile"] = self.profile_digest or self.world.profile
        content["world"] |= {"country": self.world.country.decides()} if self.world.country else {}
        if not content["world"]["country"]:
            del content["world"]["country"]
        del content["profile_digest"], content["design"]["replicates"]
        for arm in content["arms"]:
            del arm["label"]
            for policy in arm["policies"]:
                policy["code"] = policy["code"] and policy["code"]["sha256"]
        for outcome in content["outcomes"]:
            for key in _NOT_SIMULATED:
                del outcome[key]
        return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _without_none(value: Any) -> Any:
    """TOML has no null: what is not set is left out."""
    if isinstance(value, Mapping):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    return [_without_none(item) for item in value] if isinstance(value, (list, tuple)) else value


def policy_label(table: Mapping[str, Any]) -> str:
    """The label of a policy of a file that states none: its kind's."""
    return default_label(str(table.get("kind", "")))
