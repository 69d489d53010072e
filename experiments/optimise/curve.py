"""What one lever does alone, by amount and seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.measure.statistics import Floats


@dataclass(frozen=True)
class Curve:
    """Gains of one lever alone.

    Attributes:
        at: Amounts, ascending, from the least one.
        gains: Gain by amount and seed against the least amount of everything; zeros in the first row.
    """

    at: Floats
    gains: Floats

    def mean(self, seeds: Sequence[int] | None = None) -> Floats:
        """Mean gain by amount, over the seeds at these places (with repetition, for a bootstrap)."""
        rows = self.gains if seeds is None else self.gains[:, np.asarray(seeds, dtype=np.int64)]
        mean: Floats = rows.mean(axis=1)
        return mean

    def gain(self, amount: float) -> float:
        """Mean gain of an amount, straight between those that were run."""
        return float(np.interp(amount, self.at, self.mean()))
