"""Regret: what a mix gives up against the best of the finalists, if the numbers nobody knows are others.

Every finalist is run under the same vectors and seeds. Under a vector its regret is the largest mean gain of any
finalist less its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.measure.statistics import Floats, Interval, mean_interval, wilson
from experiments.optimise.problem import Mix
from experiments.optimise.trials import Trials, Vector

ENOUGH = 40
"""Vectors from which the shares of vectors are worth reading."""


@dataclass(frozen=True)
class Regret:
    """Gains under vectors.

    Attributes:
        mixes: The mixes, the winner first.
        gains: Mean gain by mix and vector that the county's books allow.
        ruled_out: How many vectors they do not.
    """

    mixes: tuple[Mix, ...]
    gains: Floats
    ruled_out: int

    @property
    def vectors(self) -> int:
        """How many vectors count."""
        return int(self.gains.shape[1])

    @property
    def regrets(self) -> Floats:
        """By mix and vector."""
        regrets: Floats = self.gains.max(axis=0) - self.gains
        return regrets

    def mean(self, place: int) -> Interval:
        """Mean regret of a mix over the vectors."""
        return mean_interval(self.regrets[place])

    def gain(self, place: int) -> Interval:
        """Where the gain of a mix lies under another vector: it covers what nobody knows, not only chance."""
        return mean_interval(self.gains[place], of="draw")

    def leads(self, place: int) -> Interval:
        """The share of vectors under which a mix is first."""
        return wilson(int(np.sum(self.regrets[place] <= 1e-12)), self.vectors)

    def calmest(self) -> int:
        """The mix with the least mean regret."""
        return int(np.argmin(self.regrets.mean(axis=1)))


def regret(trials: Trials, mixes: Sequence[Mix], vectors: Sequence[Vector], seeds: Sequence[int]) -> Regret | None:
    """Run mixes under vectors; None without any vector that the books allow.

    Args:
        trials: What evaluates mixes.
        mixes: The winner and others.
        vectors: Values of parameters.
        seeds: The same for every vector.
    """
    found, ruled_out = [], 0
    for number, vector in enumerate(vectors):
        title = f"other parameters, vector {number + 1} of {len(vectors)}"
        gains = trials.gains(mixes, seeds, title, vector).mean(axis=1)
        if np.isfinite(gains).all():
            found.append(gains)
        else:
            ruled_out += 1
    if not found:
        return None
    return Regret(tuple(mixes), np.array(found).T, ruled_out)
