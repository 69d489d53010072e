"""The finals: the best of the search once more on seeds that nobody has chosen by.

Whoever picks the best of many picks luck too (the winner's curse). So the finalists are ranked on fresh seeds, and what
the winner reaches is read from further ones, which neither the search nor the ranking has seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.measure.statistics import Floats, Interval, mean_interval, paired_difference
from experiments.optimise.problem import Mix
from experiments.optimise.trials import Trials

FINALISTS = 10


@dataclass(frozen=True)
class Standing:
    """How a mix did.

    Attributes:
        mix: The mix.
        seen: Mean gain in the search; not-a-number if it was not run there.
        gain: Gain on the last fresh seeds, over the least of everything.
        behind: The winner's gain less this one's, paired; intervals of all of them hold together.
        leads: In what share of the replicates it was first, or equal to the first, among those that stand here.
        told_apart: Whether the interval of `behind` leaves nothing out.
    """

    mix: Mix
    seen: float
    gain: Interval
    behind: Interval
    leads: float
    told_apart: bool


@dataclass(frozen=True)
class Finals:
    """What came of the finals.

    Attributes:
        winner: The mix that led.
        standings: The winner and those it was compared with, the winner first.
        references: Likewise of mixes that nobody searched for, by name.
        by_seed: Gain of the winner on the last fresh seeds, by seed.
    """

    winner: Mix
    standings: tuple[Standing, ...]
    references: Mapping[str, Standing]
    by_seed: Floats

    @property
    def optimism(self) -> float:
        """By what share the search saw the winner better than it is."""
        first = self.standings[0]
        return (first.seen - first.gain.value) / first.gain.value if first.gain.value else float("nan")


def finalists(trials: Trials, seeds: Sequence[int], count: int = FINALISTS, always: Sequence[Mix] = ()) -> list[Mix]:
    """The best mixes that keep the limits of all that ran under the search's seeds; some in any case.

    Args:
        trials: What was run.
        seeds: The search's seeds.
        count: How many.
        always: Mixes that stand in the finals whatever they did.
    """
    mixes = [mix for mix in trials.mixes(seeds) if trials.problem.fits(mix)]
    means = trials.scores(mixes, seeds, "finalists").mean(axis=1)
    order = sorted(range(len(mixes)), key=lambda place: (-float(means[place]), place))
    return list(dict.fromkeys([*always, *(mixes[place] for place in order)]))[: max(count, len(always))]


def finals(
    trials: Trials,
    candidates: Sequence[Mix],
    references: Mapping[str, Mix],
    seeds: tuple[Sequence[int], Sequence[int], Sequence[int]],
    kept: Sequence[Mix] = (),
) -> Finals:
    """Rank candidates and say what the winner reaches.

    Args:
        trials: What evaluates mixes.
        candidates: The finalists.
        references: Mixes to compare with, by name.
        seeds: Those of the search, of the ranking and of the last look: no seed twice.
        kept: Answers to narrower questions (a smaller budget): one of them wins unless the winner is better than it on
            the last seeds too, so that more room never gives a worse plan.
    """
    searched, ranking, last = seeds
    means = trials.gains(candidates, ranking, "the best again on fresh seeds").mean(axis=1)
    order = sorted(range(len(candidates)), key=lambda place: (-float(means[place]), place))
    shown = [candidates[place] for place in order]
    every = list(dict.fromkeys([*shown, *kept, *references.values()]))
    gains = dict(zip(every, trials.gains(every, last, "the last look"), strict=True))
    winner = shown[0]
    for mix in kept:
        if float(gains[mix].mean()) > float(gains[winner].mean()):
            winner = mix
    ranked = list(dict.fromkeys([winner, *shown]))
    firsts = np.max([gains[mix] for mix in ranked], axis=0)

    def standing(mix: Mix, comparisons: int) -> Standing:
        behind = paired_difference(gains[winner], gains[mix], comparisons=max(1, comparisons))
        seen = float(trials.gains([mix], searched, "").mean()) if mix in known else float("nan")
        leads = float(np.mean(gains[mix] >= firsts - 1e-12))
        return Standing(mix, seen, mean_interval(gains[mix]), behind, leads, behind.low > 0)

    known = set(trials.mixes(searched))
    return Finals(
        winner,
        tuple(standing(mix, len(ranked) - 1) for mix in ranked),
        {name: standing(mix, 1) for name, mix in references.items()},
        gains[winner],
    )
