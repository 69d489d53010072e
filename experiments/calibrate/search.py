"""The search: from a Latin hypercube downhill by least squares, then a set of vectors that fit about equally well.

Vectors are searched in the unit cube of their ranges. Everything here is a pure function of the specification and of
what the model answers, so that a search that was interrupted takes the same way again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.stats import chi2, qmc

from experiments.calibrate.identifiability import PRIOR_PRECISION, pinned_directions
from experiments.calibrate.spec import Spec

Floats = NDArray[np.float64]
Vector = dict[str, float]
Residuals = Callable[[Sequence[Vector]], Floats]
"""Residuals (in tolerances, weighted) of each vector, a row each; a row of NaN where the model cannot be run."""

PENALTY = 30.0  # tolerances off, for every target, where the model cannot be run
EDGE = 1e-3
DIGITS = 6
TOLERANCE = 3e-3  # of a step or of the objective, relative: below it a start is at its end
PULL = 0.5
"""Weight of the pull towards the middle of the ranges on the way down, in squared tolerances over a whole range: little
enough not to move what the targets know, enough that all starts come to the same place along what they do not know."""
WORST = 2.0
"""Tolerances: no target may be farther off in a vector of the set, or a tolerance farther than in the best vector."""
_MOST_ROUNDS = 40


class SpentError(Exception):
    """No evaluation is left."""


@dataclass(frozen=True)
class Space:
    """The ranges of the parameters as a unit cube."""

    names: tuple[str, ...]
    low: Floats
    high: Floats
    log: NDArray[np.bool_]
    steps: Floats

    @classmethod
    def of(cls, spec: Spec) -> Space:
        """The space of a specification."""
        ranges = np.array([spec.range(name) for name in spec.names])
        log = np.array([one.scale == "log" for one in spec.parameters])
        return cls(tuple(spec.names), ranges[:, 0], ranges[:, 1], log, np.array([one.step for one in spec.parameters]))

    def vector(self, unit: Floats) -> Vector:
        """The parameter values at a point of the cube, to six digits."""
        low, high = np.where(self.log, np.log(np.maximum(self.low, 1e-300)), self.low), self.high
        high = np.where(self.log, np.log(np.maximum(high, 1e-300)), high)
        inner = low + np.clip(unit, 0.0, 1.0) * (high - low)
        values = np.where(self.log, np.exp(np.where(self.log, inner, 0.0)), inner)
        exact = np.clip(values, self.low, self.high)
        return {name: float(f"{value:.{DIGITS}g}") for name, value in zip(self.names, exact, strict=True)}

    def unit(self, vector: Vector) -> Floats:
        """The point of the cube where a vector is; may lie outside."""
        values = np.array([vector[name] for name in self.names])
        plain = (values - self.low) / (self.high - self.low)
        safe = np.where(self.log, self.low, 1.0), np.where(self.log, self.high, np.e), np.where(self.log, values, 1.0)
        low, high, at = (np.log(np.maximum(one, 1e-300)) for one in safe)
        return np.where(self.log, (at - low) / (high - low), plain)


@dataclass(frozen=True)
class Descent:
    """One start followed downhill; `cost` is the objective at its end with the pull to the middle."""

    start: Floats
    end: Floats
    first: float
    objective: float
    cost: float
    evaluations: int
    finished: bool


@dataclass
class Search:
    """A search under way: what has been asked, and what is left of the budget.

    Args:
        spec: The specification.
        residuals: Asks the model.
    """

    spec: Spec
    residuals: Residuals
    space: Space = field(init=False)
    answers: dict[tuple[float, ...], Floats] = field(default_factory=dict)
    limit: int = field(init=False)

    def __post_init__(self) -> None:
        self.space = Space.of(self.spec)
        self.limit = self.spec.effort.budget

    @property
    def used(self) -> int:
        """How many vectors have been evaluated."""
        return len(self.answers)

    def ask(self, units: Floats) -> Floats:
        """Residuals at points of the cube; points asked before cost nothing.

        Raises:
            SpentError: The limit does not allow so many more.
        """
        vectors = [self.space.vector(unit) for unit in np.atleast_2d(units)]
        keys = [tuple(vector.values()) for vector in vectors]
        new = {key: vector for key, vector in zip(keys, vectors, strict=True) if key not in self.answers}
        if self.used + len(new) > self.limit:
            raise SpentError
        if new:
            answers = self.residuals(list(new.values()))
            for key, answer in zip(new, answers, strict=True):
                self.answers[key] = np.where(np.isnan(answer).any(), PENALTY, answer)
        return np.array([self.answers[key] for key in keys])

    def objective(self, units: Floats) -> Floats:
        """Sum of squared residuals at points of the cube."""
        return np.asarray((self.ask(units) ** 2).sum(axis=1))

    def best(self) -> tuple[Floats, float]:
        """The best point so far and its objective."""
        key = min(self.answers, key=lambda key: float((self.answers[key] ** 2).sum()))
        unit = self.space.unit(dict(zip(self.space.names, key, strict=True)))
        return np.clip(unit, 0.0, 1.0), float((self.answers[key] ** 2).sum())

    # Downhill

    def jacobian(self, unit: Floats, both_sides: bool = False) -> Floats:
        """Slopes of the residuals over the cube, a column a parameter, by finite differences.

        A neighbour that cannot be run says nothing of slopes: the other side stands in, and where neither can be run
        the slope is nought, as of a parameter of which nothing is known.
        """
        steps = self.space.steps
        up = np.where(unit + steps <= 1.0, steps, -steps)
        down = np.where(both_sides & (unit - steps >= 0.0) & (unit + steps <= 1.0), -steps, 0.0)
        self.ask(np.vstack([unit, unit + np.diag(up), unit + np.diag(down)]))  # at once, for all workers
        if self._runs(unit).all():
            other = np.where((unit - up >= 0.0) & (unit - up <= 1.0), -up, 0.0)
            up = np.where(self._runs(unit + np.diag(up)), up, other)
            up = np.where(self._runs(unit + np.diag(up)), up, 0.0)
            down = np.where(self._runs(unit + np.diag(down)) & (down != up), down, 0.0)
        rise = self.ask(unit + np.diag(up)) - self.ask(unit + np.diag(down))
        wide = np.where(up == down, 1.0, up - down)
        return np.asarray((rise / wide[:, None]).T)

    def _runs(self, units: Floats) -> NDArray[np.bool_]:
        """Which points of the cube the model can be run at."""
        return np.asarray((self.ask(units) != PENALTY).any(axis=1))

    def starts(self) -> list[Floats]:
        """The points of a Latin hypercube from which to go downhill: the best of those looked at, apart from others."""
        effort = self.spec.effort
        cube = qmc.LatinHypercube(d=len(self.space.names), rng=np.random.default_rng(effort.start_seed))
        points = cube.random(effort.starts * effort.looked_at)
        objectives = self.objective(points)
        groups = np.arange(len(points)) % effort.starts
        return [points[groups == k][np.argmin(objectives[groups == k])] for k in range(effort.starts)]

    def descend(self, start: Floats, allowance: int) -> Descent:
        """Least squares from a start until it is at its end or the allowance is spent."""
        before, whole = self.used, self.limit
        self.limit = min(whole, self.used + allowance)
        seen: list[tuple[float, float, Floats]] = []
        pull = np.sqrt(PULL)

        def residuals(unit: Floats) -> Floats:
            answer = np.append(self.ask(unit)[0], pull * (unit - 0.5))
            plain = answer[: -len(unit)]
            seen.append((float(answer @ answer), float(plain @ plain), unit.copy()))
            return answer

        def slopes(unit: Floats) -> Floats:
            return np.vstack([self.jacobian(unit), pull * np.eye(len(unit))])

        finished = True
        try:
            least_squares(
                residuals,
                np.clip(start, EDGE, 1.0 - EDGE),
                jac=slopes,
                bounds=(0.0, 1.0),
                method="trf",
                xtol=TOLERANCE,
                ftol=TOLERANCE,
            )
        except SpentError:
            finished = False
        self.limit = whole
        cost, objective, end = min(seen, key=lambda one: one[0]) if seen else (np.inf, np.inf, start)
        return Descent(start, end, seen[0][1] if seen else np.inf, objective, cost, self.used - before, finished)

    # The set

    def threshold(self, jacobian: Floats) -> float:
        """How far above the best an objective may be: chi-square with as many degrees as directions are pinned."""
        return float(chi2.ppf(self.spec.effort.confidence, max(1, pinned_directions(jacobian))))

    def sample(self, centres: Sequence[Floats], jacobian: Floats) -> list[Floats]:
        """Points that fit about as well as the best: drawn from the Gaussian that the slopes imply within the ranges.

        A point that misses is moved once by a Gauss-Newton step and tried again, since what is flat along a straight
        line may be a curve. The draws narrow if too few fit.
        """
        wanted, count = self.spec.effort.vectors, len(self.space.names)
        precision = jacobian.T @ jacobian + PRIOR_PRECISION * np.eye(count)
        covariance = np.linalg.inv(precision)
        root = np.linalg.cholesky(0.5 * (covariance + covariance.T))
        rng = np.random.default_rng(self.spec.effort.start_seed)
        bound = self.threshold(jacobian)
        tried: list[Floats] = []
        width = 1.0
        for _ in range(_MOST_ROUNDS):
            missing = wanted - len(self._fitting(tried, bound))
            if missing <= 0:
                break
            size = min(self.limit - self.used, max(4, missing))
            if size < 1:
                break
            middles = np.array([centres[i % len(centres)] for i in range(size)])
            drawn = _folded(middles + width * rng.standard_normal((size, count)) @ root.T)
            answers = self.ask(drawn)
            tried += list(drawn)
            missed = ~self._fits(answers, bound)
            moved = _folded(drawn[missed] - (answers[missed] @ jacobian) @ covariance)
            moved = moved[: max(0, self.limit - self.used)]
            if len(moved):
                self.ask(moved)
                tried += list(moved)
            if missed.mean() > 0.5:
                width *= 0.8
        return self._fitting(tried, bound)[:wanted]

    def _fitting(self, tried: Sequence[Floats], bound: float) -> list[Floats]:
        """Those of the points that fit about as well as the best, after it; each vector once."""
        best = self.best()[0]
        fitting = {self._key(best): best}
        if tried:
            fits = self._fits(self.ask(np.array(tried)), bound)
            for point, fit in zip(tried, fits, strict=True):
                if fit:
                    fitting.setdefault(self._key(point), point)
        return list(fitting.values())

    def _key(self, unit: Floats) -> tuple[float, ...]:
        return tuple(self.space.vector(unit).values())

    def _fits(self, answers: Floats, bound: float) -> NDArray[np.bool_]:
        """Which residuals are about as good as the best: all together, and each for itself."""
        best = self.ask(self.best()[0])[0]
        worst = np.maximum(WORST, np.abs(best) + 1.0)
        return np.asarray(((answers**2).sum(axis=1) <= best @ best + bound) & (np.abs(answers) <= worst).all(axis=1))


def _folded(points: Floats) -> Floats:
    """Points outside the cube, folded back at its faces."""
    inside = np.mod(points, 2.0)
    return np.asarray(np.where(inside > 1.0, 2.0 - inside, inside))


@dataclass(frozen=True)
class SearchResult:
    """What a search found.

    Attributes:
        descents: Each start's way down.
        best: The best vector.
        objective: Its objective.
        jacobian: Slopes there, in tolerances over the whole range of a parameter; a row a target.
        threshold: See `Search.threshold`.
        vectors: The set, the best first.
        objectives: Their objectives.
        evaluations: Vectors evaluated in all.
    """

    descents: list[Descent]
    best: Vector
    objective: float
    jacobian: Floats
    threshold: float
    vectors: list[Vector]
    objectives: list[float]
    evaluations: int


def search(spec: Spec, residuals: Residuals, say: Callable[[str], Any] = lambda text: None) -> SearchResult:
    """Find the set.

    Args:
        spec: The specification.
        residuals: Asks the model.
        say: Told what goes on now.
    """
    work, effort = Search(spec, residuals), spec.effort
    count = len(spec.parameters)
    say("looking over the ranges")
    starts = work.starts() if effort.budget > effort.starts * effort.looked_at + effort.vectors + 3 * count else []
    if not starts:
        starts = [np.full(count, 0.5)]
    kept = max(effort.vectors + 2 * count + 1, (effort.budget - work.used) // 3)
    descents = []
    for number, start in enumerate(starts):
        say(f"going downhill from start {number + 1} of {len(starts)}")
        descents.append(work.descend(start, (effort.budget - kept - work.used) // (len(starts) - number)))
    say("measuring what the targets pin down")
    deepest = min(descents, key=lambda one: one.cost)
    jacobian = work.jacobian(deepest.end, both_sides=True)
    bound = work.threshold(jacobian)
    objective = work.best()[1]
    others = (one for one in descents if one is not deepest)
    centres = [deepest.end, *(one.end for one in others if one.objective <= objective + bound)]
    say("gathering vectors that fit about as well")
    points = work.sample(centres, jacobian)
    scored = sorted(zip(work.objective(np.array(points)), map(work.space.vector, points), strict=True), key=_first)
    vectors = [vector for _, vector in scored]
    objectives = [float(value) for value, _ in scored]
    return SearchResult(descents, vectors[0], objectives[0], jacobian, bound, vectors, objectives, work.used)


def _first(pair: tuple[float, Vector]) -> float:
    return float(pair[0])
