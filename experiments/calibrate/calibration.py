"""What comes of a calibration: the set, the search that found it, and how the model stands beside the targets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.calibrate.identifiability import Identifiability
from experiments.calibrate.search import SearchResult, Vector
from experiments.calibrate.spec import Spec
from experiments.designs.sets import CalibratedSet

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """What came of a calibration.

    Attributes:
        spec: The specification (of a recovery: with the model's own figures as targets).
        found: The search.
        set: The vectors that fit about equally well.
        identifiability: What the targets pin down.
        before: The values of the parameter files; `before_answers` are the targets' measures there (None: cannot be
            run).
        answers: The targets' measures of each vector of the set, a row each.
        errors: Monte Carlo standard errors of the best vector's measures.
        failures: How many vectors could not be run.
        truth: Of a recovery: the vector that made the targets.
    """

    spec: Spec
    found: SearchResult
    set: CalibratedSet
    identifiability: Identifiability
    before: Vector
    before_answers: Floats | None
    answers: Floats
    errors: Floats
    failures: int
    truth: Vector | None = None

    def off(self, answers: Floats) -> Floats:
        """How many tolerances measures are off their targets."""
        columns = [target.published.off(answers[..., i]) for i, target in enumerate(self.spec.targets)]
        return np.stack(columns, axis=-1)

    def objective(self, answers: Floats) -> float:
        """The weighted sum of squares over the fitted targets."""
        weights = np.array([target.weight * (target.role == "fitted") for target in self.spec.targets])
        return float((weights * self.off(answers) ** 2).sum())
