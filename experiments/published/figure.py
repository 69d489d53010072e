"""A published figure and the rule by which the model passes: one class, and the one place where a verdict is reached.

What `village evidence` holds the model against, what a virtual trial repeats, and what a calibration fits are all
figures; the files they come from say more of each (`experiments.published.load`, a trial's file, a calibration's).
"""

from __future__ import annotations

import math
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from sim.core.frozen import FrozenModel

Number = int | float
Floats = NDArray[np.float64]
Quantity = TypeVar("Quantity", float, Floats)
Role = Literal["set", "fitted", "informed", "check", "input", "claim", "context"]
Group = Literal["start", "moving", "programmes", "claims"]
Confidence = Literal["read", "computed", "high", "medium", "low", ""]
Kind = Literal["range", "tolerance", "relative", "sign", "no_effect"]
Verdict = Literal["within", "outside", "not_modelled", "input", "claim", "context", "not_run", "waiting"]
SHARE = 0.95
"""Share of means that must have the sign, where a rule by sign names none."""
INFINITE = float("inf")
NAN = float("nan")


class Rule(FrozenModel):
    """What passes, decided before the run: limits, or a distance from the figure, or a sign, or the lack of an effect.

    Attributes:
        low: Least mean that passes (None: no lower limit), in the figure's unit.
        high: Largest mean that passes.
        tolerance: Distance from the figure that passes, in its unit.
        relative: The same as a share of the figure.
        sign: Direction in which the effect must go.
        no_effect: Margin about zero within which the whole 95% interval of the mean must lie, where what was found is
            that nothing happens: a mean near zero that is badly known does not pass (equivalence, not a lack of proof).
        share: Share of the bootstrap means over replicates that must have the sign; 0.95 by default.
        control_low: Least level of the control group that passes.
        control_high: Largest level of the control group that passes.
    """

    low: Number | None = None
    high: Number | None = None
    tolerance: Number | None = Field(default=None, gt=0)
    relative: Number | None = Field(default=None, gt=0)
    sign: Literal["positive", "negative"] | None = None
    no_effect: Number | None = Field(default=None, gt=0)
    share: Number | None = Field(default=None, gt=0.5, le=1)
    control_low: Number | None = None
    control_high: Number | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Rule:
        ways = (self.low is not None or self.high is not None, self.tolerance, self.relative, self.sign, self.no_effect)
        if sum(bool(way) for way in ways) != 1:
            one = "low and high, or tolerance, or relative, or sign and share, or no_effect"
            raise ValueError(f"a rule is {one}: one of them")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(f"low ({self.low:g}) must be less than high ({self.high:g})")
        return self

    @property
    def kind(self) -> Kind:
        """The one way in which it is stated."""
        if self.sign is not None:
            return "sign"
        if self.no_effect is not None:
            return "no_effect"
        return "tolerance" if self.tolerance is not None else "relative" if self.relative is not None else "range"

    @property
    def is_distance(self) -> bool:
        """Whether it counts from the figure, so that it needs one."""
        return self.kind in ("tolerance", "relative")

    @property
    def sign_share(self) -> float:
        """Share of means that must have the sign."""
        return SHARE if self.share is None else float(self.share)

    def limits(self, value: float | None) -> tuple[float, float]:
        """Least and largest mean that pass; infinite where there is no limit.

        Args:
            value: The published figure, from which a distance counts.
        """
        if self.no_effect is not None:
            return -float(self.no_effect), float(self.no_effect)
        if self.is_distance:
            at = 0.0 if value is None else float(value)
            off = float(self.tolerance) if self.tolerance is not None else float(self.relative or 0.0) * abs(at)
            return at - off, at + off
        return -INFINITE if self.low is None else float(self.low), INFINITE if self.high is None else float(self.high)

    def passes(
        self,
        mean: float,
        value: float | None,
        share: float = NAN,
        control: float | None = None,
        interval: tuple[float, float] = (NAN, NAN),
    ) -> bool:
        """Whether what the model gives passes.

        Args:
            mean: Mean over seeds or replicates.
            value: The published figure, from which a distance counts.
            share: Share of bootstrap means with the rule's sign.
            control: Level of the control group; None if there is no such group to look at.
            interval: 95% interval of the mean; not-a-number where there is none.
        """
        if control is not None and not _within(control, self.control_low, self.control_high):
            return False
        if self.sign is not None:
            return share >= self.sign_share
        if self.no_effect is not None:
            low, high = self.limits(value)
            return low <= interval[0] and interval[1] <= high
        return _within(mean, *self.limits(value))


class Figure(FrozenModel):
    """One published number (or range, or direction), where it comes from, and how it is held against the model.

    Attributes:
        id: Its name.
        label_en: What it says.
        label_zh: The same in Chinese.
        role: Its use. "set": the model takes it, and it is measured in the running world all the same; "fitted":
            numbers were turned toward it; "informed": seen when something was changed; "check": blind; "input": a
            parameter and nothing else; "claim": compared, never fitted; "context": for reading only.
        group: Where it is shown.
        value: The figure, in `unit`; a share is one of 0 to 1.
        range: A published range instead of one value.
        se: Its standard error, if published.
        unit: What it is counted in.
        place: Where.
        year: When.
        source: Who says so.
        confidence: How it was come by.
        rule: When the model passes; a range without a rule must contain the mean.
        why: What the rule rests on.
        turned: What was turned toward it, or changed with it in view.
        not_modelled: Why the model has nothing to hold against it.
        waits_for: What the model must have before the row can be put to it; the row is written before that is built.
        note: How to read it.
    """

    id: str
    label_en: str = Field(min_length=1)
    label_zh: str = Field(min_length=1)
    role: Role = "check"
    group: Group = "programmes"
    value: Number | None = None
    range: tuple[Number, Number] | None = None
    se: Number | None = Field(default=None, gt=0)
    unit: str = ""
    place: str = ""
    year: int | None = Field(default=None, ge=1900, le=2100)
    source: str = ""
    confidence: Confidence = ""
    rule: Rule | None = None
    why: str = ""
    turned: str = ""
    not_modelled: str = ""
    waits_for: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Figure:
        if self.range is not None and self.range[0] >= self.range[1]:
            raise ValueError("range must go from its lower to its higher end")
        if self.rule is not None and self.rule.is_distance and self.middle is None:
            raise ValueError("a distance counts from a value: give one")
        return self

    @property
    def middle(self) -> float | None:
        """The figure, or the middle of its range; None where only a direction is published."""
        if self.value is not None:
            return float(self.value)
        return None if self.range is None else (float(self.range[0]) + float(self.range[1])) / 2.0

    @property
    def limits(self) -> tuple[float, float]:
        """Least and largest mean that pass; infinite where there is no limit."""
        if self.rule is not None:
            return self.rule.limits(self.middle)
        if self.range is not None:
            return float(self.range[0]), float(self.range[1])
        return -INFINITE, INFINITE

    @property
    def monte_carlo_tolerance(self) -> float | None:
        """Most that the Monte Carlo error of the model's mean may be: a fifth of the published error.

        Where none is published, what passes is taken for a 95% interval; a rule by sign alone asks for none.
        """
        if self.se is not None:
            return float(self.se) / 5
        low, high = self.limits
        if self.rule is None or not (math.isfinite(low) and math.isfinite(high)):
            return None
        return (high - low) / (2 * 1.96) / 5

    def verdict(
        self,
        mean: float,
        share: float = NAN,
        control: float | None = None,
        interval: tuple[float, float] = (NAN, NAN),
    ) -> Verdict:
        """Within or outside where a rule is applied, else why none is.

        Args:
            mean: Mean of the model over seeds or replicates; not-a-number if there is none.
            share: Share of bootstrap means with the sign of the rule, where the rule is a sign.
            control: Level of the control group, where there is one.
            interval: 95% interval of the mean.
        """
        if self.role == "input":
            return "input"
        if self.waits_for:
            return "waiting"
        if self.not_modelled:
            return "claim" if self.role == "claim" else "not_modelled"
        if not math.isfinite(mean):
            return "not_run"
        if self.role in ("claim", "context"):
            return "claim" if self.role == "claim" else "context"
        if self.rule is not None:
            met = self.rule.passes(mean, self.middle, share, control, interval)
            return "within" if met else "outside"
        if self.range is None:
            return "context"
        return "within" if _within(mean, *self.limits) else "outside"

    def off(self, model: Quantity) -> Quantity:
        """How far the model is off, in half-widths of what passes: 0 its middle, -1 to 1 what passes.

        Not-a-number or infinite where what passes has no middle.
        """
        if self.rule is not None and self.rule.tolerance is not None and self.middle is not None:
            return (model - self.middle) / float(self.rule.tolerance)
        low, high = self.limits
        return (model - (low + high) / 2.0) / ((high - low) / 2.0)


def _within(value: float, low: Number | None, high: Number | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)
