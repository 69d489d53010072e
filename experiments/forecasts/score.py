"""Forecasts held against results: coverage, the continuous ranked probability score, and a rival without a model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.forecasts.entries import Entry


@dataclass(frozen=True)
class Score:
    """How one forecast did, once its result was entered.

    Attributes:
        inside_50: Whether the result lies in the 50% interval.
        inside_80: Whether it lies in the 80% interval.
        crps: Continuous ranked probability score, in standard deviations of the control group.
        rival: The rival's, in the same; None without a rival.
        relative: Distance of the forecast's mean from the result, as a share of the result; not-a-number of a zero.
    """

    inside_50: bool
    inside_80: bool
    crps: float
    rival: float | None
    relative: float


def score(entry: Entry) -> Score | None:
    """The score of an entry; None as long as it has no result."""
    if entry.result is None:
        return None
    one, found = entry.outcome, entry.result.estimate
    return Score(
        inside_50=one.interval_50[0] <= found <= one.interval_50[1],
        inside_80=one.interval_80[0] <= found <= one.interval_80[1],
        crps=one.forecast.crps(found) / one.scale,
        rival=None if one.rival is None else one.rival.forecast.crps(found) / one.scale,
        relative=abs(one.mean - found) / abs(found) if found else math.nan,
    )


@dataclass(frozen=True)
class Totals:
    """How the forecasts of one standing did together.

    Attributes:
        forecasts: How many there are.
        scored: How many have a result.
        inside_50: How many results lie in the 50% interval.
        inside_80: How many lie in the 80% interval.
        crps: Mean score, in standard deviations of the control group.
        beside: Mean score of those that have a rival.
        rival: The rival's mean score over the same.
        against_rival: How many these are.
        relative: Median distance from the result, as a share of it.
    """

    forecasts: int
    scored: int
    inside_50: int
    inside_80: int
    crps: float
    beside: float
    rival: float
    against_rival: int
    relative: float

    @property
    def skill(self) -> float:
        """By how much the model's score is smaller than the rival's: 1 is perfect, 0 no better, below 0 worse."""
        return 1 - self.beside / self.rival if self.rival > 0 else math.nan


def totals(entries: Sequence[Entry]) -> Totals:
    """Scores of several forecasts together."""
    scores = [found for entry in entries if (found := score(entry)) is not None]
    pairs = [(one.crps, one.rival) for one in scores if one.rival is not None and math.isfinite(one.crps)]
    relative = sorted(one.relative for one in scores if math.isfinite(one.relative))
    return Totals(
        forecasts=len(entries),
        scored=len(scores),
        inside_50=sum(one.inside_50 for one in scores),
        inside_80=sum(one.inside_80 for one in scores),
        crps=_mean([one.crps for one in scores if math.isfinite(one.crps)]),
        beside=_mean([crps for crps, _ in pairs]),
        rival=_mean([rival for _, rival in pairs]),
        against_rival=len(pairs),
        relative=_median(relative),
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else math.nan


def _median(values: Sequence[float]) -> float:
    middle = len(values) // 2
    if not values:
        return math.nan
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2
