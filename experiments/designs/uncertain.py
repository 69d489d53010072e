"""What a design draws itself: numbers that nobody knows, under each seed."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.designs.design import Uncertainty
from sim.core.draws import number_of, uniform


def drawn(uncertainties: Sequence[Uncertainty], seed: int) -> dict[str, float]:
    """What a design draws itself under a seed, evenly in each range: keyed by parameter and seed alone."""
    return {
        one.name: one.low + (one.high - one.low) * uniform(0, number_of(f"design.{one.name}"), seed, 0)
        for one in uncertainties
        if one.low is not None and one.high is not None
    }
