"""An outcome of a trial file: what is asked of whom, when, how arms are compared, and what it is held against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from experiments.published import Rule
from sim.core.frozen import FrozenModel
from sim.core.text import OneLine
from sim.scenario.title import Title
from sim.toml.source import show

Unit = Literal["yuan", "percent", "sd", "share", "level"]
Estimator = Literal["difference", "ancova", "late", "quantile", "control", "arm"]
OverVillages = Literal["spread", "least", "greatest"]
Who = Literal["eligible", "told", "not_told", "treated", "not_treated", "not_eligible"]
Names = tuple[Annotated[str, Field(min_length=1)], ...]


class _Aliased(FrozenModel):
    """A table with a key that Python has other uses for (`is`, `pass`)."""

    model_config = ConfigDict(serialize_by_alias=True)


class Condition(_Aliased):
    """Who is meant: a household column or measure, when it is read, and what it must be."""

    column: str = Field(min_length=1, description="household column or measure")
    month: int = Field(default=0, ge=0, le=1200, description="when: 0 before the trial; later, what has come of it")
    equals: float | None = Field(default=None, alias="is", description="exactly this")
    min: float | None = Field(default=None, description="at least this")
    max: float | None = Field(default=None, description="at most this")
    lowest: float | None = Field(default=None, gt=0, le=1, description="this share of households, lowest first")
    highest: float | None = Field(default=None, gt=0, le=1, description="this share of households, highest first")
    all_but: bool = Field(default=False, description="true: all households of which the rest is not true")

    @model_validator(mode="after")
    def _says_something(self) -> Condition:
        if self.equals is self.min is self.max is self.lowest is self.highest is None:
            raise ValueError("says nothing about the column: state is, min, max, lowest or highest")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min:g} is above max {self.max:g}")
        return self


class Combination(FrozenModel):
    """An outcome made of several: exactly one of the three. A name with a minus counts the other way."""

    sum: Names | None = Field(default=None, min_length=2, description="their sum")
    ratio: Names | None = Field(default=None, min_length=2, max_length=2, description="the first over the second")
    index: Names | None = Field(
        default=None, min_length=2, description="mean of each in standard deviations about its mean in the control arm"
    )

    @model_validator(mode="after")
    def _one(self) -> Combination:
        if sum(one is not None for one in (self.sum, self.ratio, self.index)) != 1:
            raise ValueError("an outcome of several is a sum, a ratio or an index of them: one of these")
        if self.ratio is not None and any(name.startswith("-") for name in self.ratio):
            raise ValueError("a ratio is of two outcomes as they are")
        return self

    @property
    def kind(self) -> str:
        """Which of the three."""
        return "sum" if self.sum is not None else "ratio" if self.ratio is not None else "index"

    @property
    def signed(self) -> tuple[tuple[str, float], ...]:
        """Each name with the sign by which it counts."""
        found = self.sum or self.ratio or self.index or ()
        return tuple((name.removeprefix("-"), -1.0 if name.startswith("-") else 1.0) for name in found)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns and measures that it is made of."""
        return tuple(name for name, _ in self.signed)

    @property
    def text(self) -> str:
        """In a line."""
        return f"{self.kind} of {', '.join(self.sum or self.ratio or self.index or ())}"


def _measure(value: object) -> str | Combination:
    """A name, or a table of several; what is wrong with the table is said of it, not of names."""
    form = '{ sum = ["a", "b"] }, or ratio or index in place of sum'
    if isinstance(value, str) and value:
        return value
    if isinstance(value, Combination):
        return value
    if not isinstance(value, Mapping):
        raise ValueError(f"must be a name in quotes, or of several {form}; found {show(value)}")
    try:
        return Combination.model_validate(value, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] == "extra_forbidden":
            raise ValueError(f"unknown key '{first['loc'][-1]}': an outcome of several is {form}") from None
        if first["type"] == "value_error":
            raise ValueError(str(first["ctx"]["error"])) from None
        raise ValueError(f"an outcome of several is {form}; {first['msg'].lower()}") from None


class PublishedEstimate(FrozenModel):
    """What was published, in the outcome's unit (percent: 0.21 is 21%)."""

    estimate: float | None = None
    se: float | None = Field(default=None, gt=0)
    source: str = ""


class TrialOutcome(_Aliased):
    """What is estimated, for whom, how, and what it is held against."""

    name: OneLine = Field(min_length=1, max_length=60)
    label: Title | None = None
    measure: Annotated[str | Combination, BeforeValidator(_measure)] = Field(
        description="household column (income_last[1]), measure, or { sum, ratio or index = [...] } of them"
    )
    month: int = Field(default=0, ge=0, le=1200, description="a follow-up; the last one by default")
    unit: Unit = Field(default="level", description="percent: of the control mean (0.21 = 21%); sd: of control")
    estimator: Estimator = Field(
        default="difference",
        description="late: effect on those who took it up; control, arm: that arm's mean; quantile: at `quantile`",
    )
    quantile: float | None = Field(default=None, gt=0, lt=1, description="where the arms are compared")
    villages: OverVillages | None = Field(default=None, description="of village means: their spread, least or greatest")
    who: Who = Field(default="eligible", description="who is asked in the arm, beside everyone eligible in the other")
    arm: str = Field(default="", description="the arm compared; the only one beside the first by default")
    against: str = Field(default="", description="the arm it is compared with; the first by default")
    through: str = Field(
        default="took_up", min_length=1, description="late: what the offer moves and the effect goes through"
    )
    quantiles: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = ()
    among: tuple[Condition, ...] = Field(default=(), description="subgroup; all conditions hold")
    minus: tuple[Condition, ...] = Field(default=(), description="second subgroup, whose effect is subtracted")
    row: str | None = Field(default=None, description="id of a published row: estimate, error and rule from there")
    published: PublishedEstimate | None = None
    rule: Rule | None = Field(default=None, alias="pass")
    like: tuple[PublishedEstimate, ...] = Field(default=(), description="like trials: rivals of a forecast")

    @model_validator(mode="after")
    def _counts_from_something(self) -> TrialOutcome:
        stated = self.published is not None and self.published.estimate is not None
        if self.rule is not None and self.rule.is_distance and not stated and self.row is None:
            raise ValueError("a distance counts from a published estimate: give one, or state low and high")
        if (self.estimator == "quantile") != (self.quantile is not None):
            raise ValueError('estimator = "quantile" and quantile = 0.9 (or another) go together')
        if self.villages is not None and self.estimator not in ("difference", "control", "arm"):
            raise ValueError("over villages the estimator is difference, control or arm")
        if any(one.estimate is None for one in self.like):
            raise ValueError("each like trial has an estimate")
        return self

    @property
    def asked(self) -> str:
        """The measure in a line."""
        return self.measure if isinstance(self.measure, str) else self.measure.text

    @property
    def parts(self) -> tuple[str, ...]:
        """The columns and measures that it is made of."""
        return (self.measure,) if isinstance(self.measure, str) else self.measure.names

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Those of both subgroups."""
        return (*self.among, *self.minus)
