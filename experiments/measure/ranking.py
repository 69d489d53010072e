"""How often a ranking holds: who comes first, and who stays ahead of whom, replicate by replicate.

Each replicate ranks the scenarios under its own chance events, and under its own parameter vector where replicates
differ in these. Scenarios that are level count neither as ahead nor as behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from experiments.measure.outcome import better
from experiments.measure.statistics import Floats, Interval, wilson

RANKED_BY = {name: better(name) for name in ("income_yuan", "headcount", "poverty_gap")}
"""What scenarios are ranked by, and whether more (1) or less (-1) of it is better."""


@dataclass(frozen=True)
class RankFrequency:
    """How often a scenario is ahead.

    Attributes:
        scenario: Which.
        other: Of which other one; "" = of all others.
        times: In how many replicates.
        share: The share of replicates, with Wilson's interval.
    """

    scenario: str
    other: str
    times: int
    share: Interval


def rank_frequencies(samples: Mapping[str, Floats]) -> Iterator[RankFrequency]:
    """How often each scenario comes first, and how often it is ahead of each other one.

    Args:
        samples: For each scenario one number a replicate, more being better; a replicate counts where all are known.
    """
    if not samples:
        return
    names = list(samples)
    table = np.stack([samples[name] for name in names])
    table = table[:, np.isfinite(table).all(axis=0)]
    for row, name in enumerate(names):
        ahead = table[row] > table
        rest = np.delete(ahead, row, axis=0)
        yield _frequency(name, "", rest.all(axis=0))
        for place, other in enumerate(names):
            if other != name:
                yield _frequency(name, other, ahead[place])


def _frequency(scenario: str, other: str, ahead: np.ndarray) -> RankFrequency:
    times = int(np.count_nonzero(ahead))
    return RankFrequency(scenario, other, times, wilson(times, ahead.size))
