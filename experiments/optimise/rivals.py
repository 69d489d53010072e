"""Other methods that propose mixes, for the contest: by chance, and two that are in wide use (extra `rivals`).

Each proposes points of a cube (see `filling`) in batches, so that workers are kept busy, and is told their scores. A
batch has the same size whatever runs it, and every method draws from its own seed: a contest that was interrupted asks
for the same mixes again, whose runs are stored.

Sources: Bergstra, Bardenet, Bengio and Kegl (2011), "Algorithms for hyper-parameter optimization" (the tree-structured
Parzen estimator, as Optuna has it); Deb, Pratap, Agarwal and Meyarivan (2002), "A fast and elitist multiobjective
genetic algorithm: NSGA-II" (as pymoo has it; with one objective it keeps the best of parents and children).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np

from experiments.measure.statistics import Floats

BATCH = 16
"""Mixes that are asked for at a time."""
POPULATION = 48
"""Of NSGA-II: three batches."""
EXTRA = "rivals"


class Rival(Protocol):
    """A method that proposes points of the unit cube."""

    def ask(self) -> Sequence[Floats]:
        """The next points; none if it knows no more."""
        ...

    def tell(self, scores: Sequence[float]) -> None:
        """What the points asked for last scored; more is better."""
        ...


class Chance:
    """Points drawn evenly; see `Rival`."""

    def __init__(self, levers: int, seed: int) -> None:
        self._levers, self._chance = levers, np.random.default_rng(seed)

    def ask(self) -> Sequence[Floats]:
        """The next points."""
        return list(self._chance.random((BATCH, self._levers)))

    def tell(self, scores: Sequence[float]) -> None:
        """Chance learns nothing."""


class Parzen:
    """Optuna's tree-structured Parzen estimator with its own settings; points not yet scored count as bad ones."""

    def __init__(self, levers: int, seed: int) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that this way of asking in batches may change with a later version
            sampler = optuna.samplers.TPESampler(seed=seed, constant_liar=True)
        self._study = optuna.create_study(direction="maximize", sampler=sampler)
        self._space = {f"lever{number:03}": optuna.distributions.FloatDistribution(0, 1) for number in range(levers)}
        self._asked: list[Any] = []

    def ask(self) -> Sequence[Floats]:
        """The next points."""
        self._asked = [self._study.ask(self._space) for _ in range(BATCH)]
        return [np.array([one.params[name] for name in self._space]) for one in self._asked]

    def tell(self, scores: Sequence[float]) -> None:
        """Learn."""
        for one, score in zip(self._asked, scores, strict=True):
            self._study.tell(one, float(score))


class Genetic:
    """pymoo's NSGA-II with its own crossover and mutation."""

    def __init__(self, levers: int, seed: int) -> None:
        from pymoo.algorithms.moo.nsga2 import NSGA2
        from pymoo.core.problem import Problem
        from pymoo.core.termination import NoTermination

        self._cube = Problem(n_var=levers, n_obj=1, xl=0.0, xu=1.0)
        self._way = NSGA2(pop_size=POPULATION, n_offsprings=BATCH)
        self._way.setup(self._cube, termination=NoTermination(), seed=seed, verbose=False)
        self._asked: Any = None

    def ask(self) -> Sequence[Floats]:
        """The next points: a population, and then its children."""
        self._asked = self._way.ask()
        return [] if self._asked is None else list(self._asked.get("X"))

    def tell(self, scores: Sequence[float]) -> None:
        """Learn."""
        from pymoo.core.evaluator import Evaluator
        from pymoo.problems.static import StaticProblem

        Evaluator().eval(StaticProblem(self._cube, F=-np.array(scores, dtype=float)[:, None]), self._asked)
        self._way.tell(infills=self._asked)


RANDOM = "random search"
RIVALS: Mapping[str, tuple[Callable[[int, int], Rival], str]] = {
    RANDOM: (Chance, ""),
    "Optuna TPE": (Parzen, "optuna"),
    "NSGA-II": (Genetic, "pymoo"),
}
"""What makes each method, of the number of levers and a seed; and the package that it needs."""


def left_out() -> tuple[str, ...]:
    """Names of the methods whose package is not installed."""
    return tuple(name for name, (_, package) in RIVALS.items() if package and find_spec(package) is None)
