"""How far the model misses beyond chance and parameters, estimated from the rows already known.

Effects come in several units, so they are compared in standard deviations of the control group. One spread is
estimated for all of them: the rows are few, and each unit of its own would rest on two or three.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.trials.outcome import Unit

SD_OF_A_SHARE = 0.5
"""Standard deviation of a yes or no that half say: points of a share are counted in it, since a control group in which
nobody does it has none."""
_STEPS = 4000
_FARTHEST = 6.0  # times the size of the effects: beyond it the prior leaves nothing


def control_sds(unit: Unit, control_mean: float, control_sd: float) -> float:
    """What a standard deviation of the control group is in the outcome's unit; not-a-number if it has none.

    Args:
        unit: The outcome's unit.
        control_mean: Mean among controls, in the measure's own unit.
        control_sd: Standard deviation among controls.
    """
    if unit == "sd":
        return 1.0
    if unit == "share":
        return SD_OF_A_SHARE
    size = control_sd / control_mean if unit == "percent" and control_mean else control_sd
    return size if math.isfinite(size) and size > 0 else math.nan


@dataclass(frozen=True)
class Miss:
    """By how much a forecast without discrepancy missed a known result, in standard deviations of the control group.

    Attributes:
        study: The trial it belongs to.
        off: Result less forecast.
        variance: What of it chance, parameters and the published standard error account for.
        effect: The result itself.
    """

    study: str
    off: float
    variance: float
    effect: float


def discrepancy(misses: Sequence[Miss]) -> float:
    """The standard deviation of the model's own discrepancy, about zero.

    What the misses spread beyond their variances, as a normal about zero. The likelihood alone would say zero whenever
    a few misses happen to be small, so a half-normal prior stands beside it (Gelman 2006) whose scale is that of the
    known effects: so far off would be a model that always says "no effect". Many misses outweigh it, few do not. What
    is given back is the root of the posterior mean of the square, since that is what a forecast's variance takes up.

    Args:
        misses: Those of known rows; at least one.
    """
    off, variance, effects = (np.array(column) for column in zip(*map(_numbers, misses), strict=True))
    size = max(float(np.sqrt(np.mean(effects**2))), float(np.sqrt(np.mean(off**2))))
    if size <= 0:
        return 0.0
    grid = (np.arange(_STEPS) + 0.5) / _STEPS * _FARTHEST * size
    whole = variance + grid[:, None] ** 2
    log = -0.5 * (grid / size) ** 2 - 0.5 * (np.log(whole) + off**2 / whole).sum(axis=1)
    weight = np.exp(log - log.max())
    return float(np.sqrt((weight * grid**2).sum() / weight.sum()))


def _numbers(miss: Miss) -> tuple[float, float, float]:
    return miss.off, miss.variance, miss.effect
