"""Screening and variance-based indices: SALib's designs and estimators, complete designs only.

Designs live in the unit cube. SALib turns one missing number into a zero for every index without a word, so whatever is
not finite is refused before it comes near.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.measure.statistics import Floats, t_critical
from sim.core.errors import UserError

LEVELS = 4
RESAMPLES = 1000
TOP = 5
WIDTH_OF_SCREENING = 0.25
"""Widest half-interval of mu* among the first five, as a share of the largest mu*, that is still narrow enough."""
WIDTH_OF_INDEX = 0.1
"""Widest half-interval of a total-effect index that is still narrow enough."""
SHOWN = 5


@dataclass(frozen=True)
class Index:
    """A number a parameter and half the width of its 95% bootstrap interval (see `_widened`)."""

    value: Floats
    half: Floats


@dataclass(frozen=True)
class Screening:
    """Elementary effects of moving each parameter from end to end: mean, mean size (mu*), spread (sigma)."""

    mu: Floats
    mu_star: Index
    sigma: Floats


@dataclass(frozen=True)
class Shares:
    """Shares of the outcome's variance: by a parameter alone (first order), and with all that it joins in (total)."""

    first: Index
    total: Index


@dataclass(frozen=True)
class Convergence:
    """Whether there were enough evaluations.

    Attributes:
        halves_agree: How many of the first five the two halves of the design have in common.
        of: Five, or as many parameters as there are with any effect.
        widest: Widest half-interval among the first five, as a share of the largest index (mu*) or as it is (Sobol).
        allowed: How wide it may be.
    """

    halves_agree: int
    of: int
    widest: float
    allowed: float

    @property
    def enough(self) -> bool:
        """Both halves name the same first five, and their intervals are narrow."""
        return self.halves_agree == self.of and self.widest <= self.allowed


def check_complete(values: Floats, names: Callable[[int], str] = lambda index: f"point {index + 1}") -> None:
    """Refuse a design with holes.

    Raises:
        UserError: Some values are not finite; the points are named.
    """
    holes = np.flatnonzero(~np.isfinite(values))
    if len(holes):
        shown = ", ".join(names(int(index)) for index in holes[:SHOWN])
        more = f" and {len(holes) - SHOWN} more" if len(holes) > SHOWN else ""
        raise UserError(
            f"{len(holes)} of {len(values)} points of the design have no value: {shown}{more}; indices of an "
            "incomplete design would be wrong",
            mend="fix the cause and run the command again with --retry-failed",
        )


def _problem(count: int) -> dict[str, Any]:
    return {"num_vars": count, "names": [f"x{index}" for index in range(count)], "bounds": [[0.0, 1.0]] * count}


# Morris


def morris_design(count: int, trajectories: int, seed: int) -> Floats:
    """Points of so many trajectories, each of count + 1 points that differ by one parameter."""
    from SALib.sample.morris import sample

    found: Floats = sample(_problem(count), trajectories, num_levels=LEVELS, seed=seed)
    return found


def screen(design: Floats, values: Floats) -> Screening:
    """Elementary effects from a complete Morris design.

    Raises:
        UserError: The design is not complete.
    """
    from SALib.analyze.morris import analyze

    check_complete(values)
    count = design.shape[1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = analyze(_problem(count), design, values, num_levels=LEVELS, num_resamples=RESAMPLES, seed=1)
    column = {name: np.asarray(found[name], dtype=np.float64) for name in ("mu", "mu_star", "sigma", "mu_star_conf")}
    half = _widened(column["mu_star_conf"], len(values) // (count + 1))
    return Screening(column["mu"], Index(column["mu_star"], half), column["sigma"])


def screening_convergence(design: Floats, values: Floats) -> Convergence:
    """Whether the two halves of a Morris design (which are designs of their own) say the same, and how surely."""
    whole = screen(design, values).mu_star
    trajectory = design.shape[1] + 1
    middle = len(values) // trajectory // 2 * trajectory
    halves = (screen(design[part], values[part]).mu_star.value for part in (slice(0, middle), slice(middle, None)))
    largest = float(whole.value.max())
    return _convergence(whole, list(halves), largest, WIDTH_OF_SCREENING)


# Sobol


def sobol_design(count: int, samples: int, seed: int) -> Floats:
    """Saltelli's points for first-order and total indices: samples x (count + 2) of them."""
    from SALib.sample.sobol import sample

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that samples is no power of two has been said already
        found: Floats = sample(_problem(count), samples, calc_second_order=False, seed=seed)
    return found


def shares(values: Floats, count: int) -> Shares:
    """First-order and total indices from a complete Saltelli design.

    Raises:
        UserError: The design is not complete, or the outcome is the same everywhere.
    """
    from SALib.analyze.sobol import analyze

    check_complete(values)
    if not varies(values):
        raise UserError("none of these parameters moves the outcome", field="--parameters", mend="choose others")
    found = analyze(_problem(count), values, calc_second_order=False, num_resamples=RESAMPLES, seed=1)
    column = {name: np.asarray(found[name], dtype=np.float64) for name in ("S1", "S1_conf", "ST", "ST_conf")}
    first, total = (_widened(column[name], len(values) // (count + 2)) for name in ("S1_conf", "ST_conf"))
    return Shares(Index(column["S1"], first), Index(column["ST"], total))


def shares_if_any(values: Floats, count: int) -> Shares:
    """The same; noughts where the outcome is the same everywhere."""
    if varies(values):
        return shares(values, count)
    nothing = Index(np.zeros(count), np.zeros(count))
    return Shares(nothing, nothing)


def shares_convergence(values: Floats, count: int) -> Convergence:
    """As `screening_convergence`, for total indices."""
    whole = shares(values, count).total
    middle = len(values) // (count + 2) // 2 * (count + 2)
    halves = [shares_if_any(part, count).total.value for part in (values[:middle], values[middle:])]
    return _convergence(whole, halves, 1.0, WIDTH_OF_INDEX)


# Both


def varies(values: Floats) -> bool:
    """Whether an outcome differs from point to point, by more than rounding."""
    return bool(np.ptp(values) > 1e-12 * max(1.0, float(np.abs(values).max())))


def _widened(half: Floats, drawn: int) -> Floats:
    """SALib's half-widths as Student's t has them for so few drawn.

    SALib multiplies the spread of the resampled means by 1.96. Of ten trajectories that is a fifth too little:
    resampling keeps (n - 1) / n of the variance, and the spread itself is only known from n.
    """
    if drawn < 2:
        return np.full_like(half, math.nan)
    return half * (t_critical(drawn - 1) / t_critical(10**9) * math.sqrt(drawn / (drawn - 1)))


def ranked(sizes: Floats) -> list[int]:
    """Parameters from the largest index to the least, without those that have none."""
    return [int(index) for index in np.argsort(-sizes, kind="stable") if sizes[index] > 0]


def _convergence(whole: Index, halves: Sequence[Floats], unit: float, allowed: float) -> Convergence:
    first = ranked(whole.value)[:TOP]
    common = set(ranked(halves[0])[: len(first)]) & set(ranked(halves[1])[: len(first)])
    widest = float(whole.half[first].max() / unit) if first else 0.0
    return Convergence(len(common), len(first), widest, allowed)
