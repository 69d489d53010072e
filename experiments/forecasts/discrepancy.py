"""How far the model misses beyond chance and parameters, estimated from the rows already known.

Effects come in several units, so they are compared in standard deviations of the control group. One spread is
estimated for all of them: the rows are few, and each unit of its own would rest on two or three.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.trials.outcome import Unit

SD_OF_A_SHARE = 0.5
"""Standard deviation of a yes or no that half say: points of a share are counted in it, since a control group in which
nobody does it has none."""
_STEPS = 200


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
    """

    study: str
    off: float
    variance: float


def discrepancy(misses: Sequence[Miss]) -> float:
    """The standard deviation of the model's own discrepancy, about zero.

    The estimator of Paule and Mandel (1982), with a known mean of zero: the spread at which squared misses over their
    variance add up to their number; 0 where chance and parameters account for all of it.

    Args:
        misses: Those of known rows; at least one.
    """

    def surplus(spread: float) -> float:
        return sum(one.off**2 / (one.variance + spread**2) for one in misses) - len(misses)

    if all(one.variance > 0 for one in misses) and surplus(0.0) <= 0:
        return 0.0
    low, high = 0.0, max(abs(one.off) for one in misses) * math.sqrt(len(misses)) + 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if surplus(middle) > 0 else (low, middle)
    return (low + high) / 2
