"""What targets pin down, from the slopes of the residuals: rank, condition, widths, and what cannot be told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PRIOR_PRECISION = 12.0
"""Of a parameter that may be anywhere in its range: one over the variance of an even spread over 0 to 1."""
_PART = 0.35  # of a direction's largest part: smaller parts are not named
_UNSEEN = 0.05  # tolerances over a whole range: less is no slope at all


@dataclass(frozen=True)
class Direction:
    """A direction in the space of the parameters and how steep the residuals are along it.

    Attributes:
        steepness: Tolerances by which the targets move if one goes the length of a whole range this way.
        parts: Each parameter's part, between -1 and 1; the largest is positive.
    """

    steepness: float
    parts: Mapping[str, float]

    @property
    def pinned(self) -> bool:
        """Whether the targets say more about this direction than the ranges do."""
        return self.steepness**2 > PRIOR_PRECISION

    @property
    def leading(self) -> list[tuple[str, float]]:
        """The parameters that make it up, the largest part first."""
        most = max(abs(part) for part in self.parts.values())
        named = [(name, part) for name, part in self.parts.items() if abs(part) >= _PART * most]
        return sorted(named, key=lambda pair: -abs(pair[1]))


@dataclass(frozen=True)
class Identifiability:
    """What the targets pin down.

    Attributes:
        directions: From the steepest to the flattest.
        rank: Directions along which the targets move at all.
        pinned: Directions of which the targets say more than the ranges do.
        condition: Steepest over flattest of those `rank` directions.
        widths: For each parameter, what is left of the width of its range: 1 = the targets say nothing.
    """

    directions: Sequence[Direction]
    rank: int
    pinned: int
    condition: float
    widths: Mapping[str, float]


def pinned_directions(jacobian: Floats) -> int:
    """Of how many directions the targets say more than the ranges do."""
    return int((np.linalg.svd(jacobian, compute_uv=False) ** 2 > PRIOR_PRECISION).sum())


def identifiability(names: Sequence[str], jacobian: Floats) -> Identifiability:
    """What slopes say.

    Args:
        names: The parameters, in the order of the columns.
        jacobian: Slopes of the residuals (in tolerances) over whole ranges, a row a target.
    """
    count = len(names)
    _, values, rows = np.linalg.svd(jacobian, full_matrices=True)
    steepness = np.append(values, np.zeros(max(0, count - len(values))))[:count]
    directions = []
    for length, row in zip(steepness, rows, strict=True):
        sign = np.sign(row[np.argmax(np.abs(row))])
        directions.append(
            Direction(float(length), {name: float(sign * part) for name, part in zip(names, row, strict=True)})
        )
    covariance = np.linalg.inv(jacobian.T @ jacobian + PRIOR_PRECISION * np.eye(count))
    widths = np.sqrt(PRIOR_PRECISION * np.diag(covariance))
    moving = steepness[steepness > _UNSEEN]
    return Identifiability(
        directions,
        len(moving),
        pinned_directions(jacobian),
        float(moving[0] / moving[-1]) if len(moving) else float("inf"),
        {name: float(width) for name, width in zip(names, widths, strict=True)},
    )


def sentences(found: Identifiability, labels: Mapping[str, tuple[str, str]]) -> list[tuple[str, str]]:
    """What cannot be pinned down, a sentence a direction, in English and Chinese; the flattest first.

    Where everything is pinned, the one direction that is known least.

    Args:
        found: What the targets pin down.
        labels: English and Chinese name of each parameter.
    """
    loose = [direction for direction in reversed(found.directions) if not direction.pinned]
    if loose:
        return [_sentence(direction, labels) for direction in _plain(loose)]
    least = found.directions[-1]
    english, chinese = _sentence(least, labels)
    return [
        (
            f"The targets pin every direction down; least well this one: {english[0].lower()}{english[1:]}",
            f"各方向均可由目标确定，其中把握最小的一个方向为：{chinese}",
        )
    ]


def _plain(loose: Sequence[Direction]) -> list[Direction]:
    """Directions that span the same, each made up of as few parameters as can be (varimax rotation)."""
    names = list(loose[0].parts)
    parts = np.array([[one.parts[name] for name in names] for one in loose]).T
    # From a turn without symmetry: halfway between two plain answers the rotation would stand still.
    turned, before = np.linalg.qr(np.random.default_rng(1).standard_normal((len(loose), len(loose))))[0], 0.0
    for _ in range(100):
        now = parts @ turned
        left, sizes, right = np.linalg.svd(parts.T @ (now**3 - now * (now**2).mean(axis=0)))
        turned = left @ right
        if sizes.sum() <= before * (1 + 1e-9):
            break
        before = float(sizes.sum())
    steepness = np.array([one.steepness for one in loose])
    plain = []
    for way, row in zip(turned.T, (parts @ turned).T, strict=True):
        sign = np.sign(row[np.argmax(np.abs(row))])
        length = float(np.sqrt(((way * steepness) ** 2).sum()))
        plain.append(Direction(length, {name: float(sign * part) for name, part in zip(names, row, strict=True)}))
    return sorted(plain, key=lambda one: one.steepness)


def _sentence(direction: Direction, labels: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    named = direction.leading
    (first, part), others = named[0], named[1:]
    english, chinese = labels[first]
    if not others:
        return (
            f"The targets say little of {english}.",
            f"现有目标难以确定“{chinese}”。",
        )
    # Along a flat direction the parts cancel: what goes up together undoes one another.
    told = [("a fall" if other * part > 0 else "a rise", *labels[name], other * part > 0) for name, other in others]
    ways = " with ".join(f"{how} of {name}" for how, name, _, _ in told)
    ways_zh = "并".join(f"{name}{'下降' if falls else '上升'}" for _, _, name, falls in told)
    return (
        f"The targets cannot tell a rise of {english} from {ways}.",
        f"现有目标无法区分“{chinese}上升”与“{ways_zh}”。",
    )
