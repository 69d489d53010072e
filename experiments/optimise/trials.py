"""Evaluations of mixes: asked for as often as anyone likes, done once, counted, and turned into scores and gains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any, Protocol

import numpy as np

from experiments.measure.statistics import Floats
from experiments.optimise.problem import Mix, Objective, Problem
from sim.core.errors import UserError

Vector = Mapping[str, Any]


class Evaluate(Protocol):
    """What runs mixes.

    Called with mixes, seeds, a parameter vector ({} = every parameter at its value) and a title for the progress, it
    gives back each outcome of `outcomes`, by outcome, mix and seed; not-a-number where a vector rules the world out. A
    vector holds values of parameters, and `purses.ID.amount_yuan` where a purse is to hold more or less.
    The same mix, seed and vector give the same numbers whenever they are asked for.
    """

    @property
    def outcomes(self) -> tuple[str, ...]:
        """What is read of each run."""
        ...

    def __call__(self, mixes: Sequence[Mix], seeds: Sequence[int], vector: Vector, title: str) -> Floats:
        """Evaluate."""
        ...


class Trials:
    """Memory and count of evaluations.

    Args:
        problem: What is decided.
        evaluate: What runs mixes.
    """

    def __init__(self, problem: Problem, evaluate: Evaluate) -> None:
        self.problem, self.evaluate = problem, evaluate
        self._known: dict[tuple[Mix, int, int], Floats] = {}
        self._vectors: list[Vector] = [{}]
        self._weights = self._weights_of(problem.objectives)

    def weighted(self, objectives: Sequence[Objective]) -> Trials:
        """The same runs, scored by other objectives."""
        other = copy(self)
        other._weights = self._weights_of(objectives)
        return other

    def _weights_of(self, objectives: Sequence[Objective]) -> Floats:
        known = self.evaluate.outcomes
        if missing := {one.outcome for one in objectives} - set(known):
            raise UserError(f"nothing evaluates the objective {min(missing)!r}")
        return np.array([sum(one.weight for one in objectives if one.outcome == name) for name in known], dtype=float)

    @property
    def runs(self) -> int:
        """How many runs have been asked for so far, each once."""
        return len(self._known)

    def mixes(self, seeds: Sequence[int]) -> list[Mix]:
        """The mixes that have been run under all these seeds, every parameter at its value, in the order of running."""
        wanted = set(seeds)
        under: dict[Mix, int] = {}
        for mix, seed, vector in self._known:
            if vector == 0 and seed in wanted:
                under[mix] = under.get(mix, 0) + 1
        return [mix for mix, count in under.items() if count == len(wanted)]

    def outcomes(self, mixes: Sequence[Mix], seeds: Sequence[int], title: str, vector: Vector | None = None) -> Floats:
        """Outcomes by outcome, mix and seed."""
        number = self._number(vector or {})
        new = [mix for mix in dict.fromkeys(mixes) if any((mix, seed, number) not in self._known for seed in seeds)]
        missing: dict[tuple[int, ...], list[Mix]] = {}
        for mix in new:
            need = tuple(seed for seed in seeds if (mix, seed, number) not in self._known)
            missing.setdefault(need, []).append(mix)
        for need, some in missing.items():
            found = self.evaluate(some, need, self._vectors[number], title)
            for place, mix in enumerate(some):
                for at, seed in enumerate(need):
                    self._known[mix, seed, number] = found[:, place, at]
        cube = [[self._known[mix, seed, number] for seed in seeds] for mix in mixes]
        shape = (len(mixes), len(seeds), len(self.evaluate.outcomes))
        return np.moveaxis(np.array(cube, dtype=np.float64).reshape(shape), 2, 0)

    def scores(self, mixes: Sequence[Mix], seeds: Sequence[int], title: str, vector: Vector | None = None) -> Floats:
        """The weighted objective by mix and seed."""
        scores: Floats = np.tensordot(self._weights, self.outcomes(mixes, seeds, title, vector), axes=1)
        return scores

    def outcome(self, name: str, mixes: Sequence[Mix], seeds: Sequence[int], title: str) -> Floats:
        """One outcome by mix and seed, every parameter at its value."""
        found: Floats = self.outcomes(mixes, seeds, title)[self.evaluate.outcomes.index(name)]
        return found

    def gains(self, mixes: Sequence[Mix], seeds: Sequence[int], title: str, vector: Vector | None = None) -> Floats:
        """Scores by mix and seed, less that of the least of everything under the same seed."""
        scores = self.scores([self.problem.nothing, *mixes], seeds, title, vector)
        gains: Floats = scores[1:] - scores[0]
        return gains

    def _number(self, vector: Vector) -> int:
        if vector not in self._vectors:
            self._vectors.append(vector)
        return self._vectors.index(vector)
