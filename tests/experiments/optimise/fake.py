"""Evaluators with known answers, which cost nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from experiments.optimise.problem import Lever, Objective, Problem
from experiments.optimise.trials import Trials

Truth = Callable[[np.ndarray], float]


class Fake:
    """A truth, with chance that is shared by all mixes of a seed, and a little that is not."""

    outcomes = ("gain",)

    def __init__(self, truth: Truth, shared: float = 250.0, own: float = 0.0, world: int = 0) -> None:
        self.truth, self.shared, self.own, self.world = truth, shared, own, world

    def __call__(
        self, mixes: Sequence[tuple[float, ...]], seeds: Sequence[int], vector: Mapping[str, Any], title: str
    ) -> np.ndarray:
        found = np.zeros((1, len(mixes), len(seeds)))
        for place, mix in enumerate(mixes):
            for at, seed in enumerate(seeds):
                shared = np.random.default_rng((self.world, seed)).normal(0, self.shared)
                key = tuple(round(amount) for amount in mix)
                own = np.random.default_rng((self.world, seed, *key)).normal(0, self.own) if self.own else 0.0
                found[0, place, at] = self.truth(np.array(mix) * vector.get("factor", 1.0)) + shared + own
        return found


def problem(*most: float, total: float, **more: Any) -> Problem:
    levers = tuple(Lever(f"lever{number + 1}", one) for number, one in enumerate(most))
    return Problem(levers, (Objective("gain"),), total, **more)


def trials(asked: Problem, truth: Truth, **how: Any) -> Trials:
    return Trials(asked, Fake(truth, **how))
