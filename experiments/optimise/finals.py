"""The finals: the best of the search once more on seeds that nobody has chosen by.

Whoever picks the best of many picks luck too (the winner's curse). So the finalists are ranked on fresh seeds, and what
the winner reaches is read from further ones, which neither the search nor the ranking has seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.stats import spearmanr

from experiments.measure.statistics import Floats, Interval, mean_interval, paired_difference
from experiments.optimise.measured import kept_in_runs
from experiments.optimise.problem import Mix
from experiments.optimise.trials import Trials, Vector
from sim.core.errors import UserError

FINALISTS = 10
LARGE = 5
"""How many of the ranking go on to the whole county."""
Beside = Callable[[Mix], Mapping[str, Vector]]


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
    broken: Mapping[Mix, tuple[str, ...]]
    """Finalists that did not keep a limit in their own runs, and which: none of them can win."""
    agreement: float = float("nan")
    """Rank correlation between the small world and the county, if the last look was there."""

    promised: Floats = field(default_factory=lambda: np.zeros(0))
    """Gains on either half of the ranking's seeds of what the other half chooses, by seed; see `crossed_gains`."""

    @property
    def luck(self) -> float:
        """By what share the winner looked better than it is on the seeds that it was searched with."""
        first = self.standings[0]
        return (first.seen - first.gain.value) / first.gain.value if first.gain.value else float("nan")

    @property
    def optimism(self) -> Interval:
        """By what share more was promised before the last look than it shows; the interval is of both samples."""
        promised, said = mean_interval(self.promised), mean_interval(self.by_seed)
        per = 1 / said.value if said.value else float("nan")
        half = math.hypot(promised.halfwidth, said.halfwidth) * abs(per)
        share = (promised.value - said.value) * per
        return Interval(share, share - half, share + half, said.replicates)


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
    beside: Beside = lambda winner: {},
    large: Trials | None = None,
) -> Finals:
    """Rank candidates and say what the winner reaches.

    Args:
        trials: What evaluates mixes.
        candidates: The finalists.
        references: Mixes to compare with, by name.
        seeds: Those of the search, of the ranking and of the last look: no seed twice.
        kept: Answers to narrower questions (a smaller budget): one of them wins unless the winner is better than it on
            the last seeds too, so that more room never gives a worse plan.
        beside: What else to run beside the winner, by name: vectors that name other plans.
        large: What evaluates mixes of the whole county, if the search went over fewer villages: the last look is there,
            at the best of the ranking alone.

    Raises:
        UserError: No finalist keeps the limits in its own runs.
    """
    searched, ranking, last = seeds
    broken = {mix: names for mix in candidates if (names := kept_in_runs(trials, mix, searched))}
    candidates = [mix for mix in candidates if mix not in broken]
    if not candidates:
        raise _none_keeps(broken)
    ranked_by = trials.gains(candidates, ranking, "the best again on fresh seeds")
    means = ranked_by.mean(axis=1)
    order = sorted(range(len(candidates)), key=lambda place: (-float(means[place]), place))
    shown = [candidates[place] for place in order][: LARGE if large else None]
    look = large or trials
    every = list(dict.fromkeys([*shown, *kept, *references.values()]))
    gains = dict(zip(every, look.gains(every, last, "the last look"), strict=True))
    winner = _winner(shown, [mix for mix in kept if mix not in broken], gains)
    ranked = list(dict.fromkeys([winner, *shown]))
    firsts = np.max([gains[mix] for mix in ranked], axis=0)
    known = set(trials.mixes(searched))

    def standing(mix: Mix, comparisons: int, gain: Floats) -> Standing:
        behind = paired_difference(gains[winner], gain, comparisons=max(1, comparisons))
        seen = float(trials.gains([mix], searched, "").mean()) if mix in known else float("nan")
        leads = float(np.mean(gain >= firsts - 1e-12))
        return Standing(mix, seen, mean_interval(gain), behind, leads, behind.low > 0)

    compared = {name: standing(mix, 1, gains[mix]) for name, mix in references.items()}
    nothing = look.scores([look.problem.nothing], last, "the last look")[0]
    for name, vector in beside(winner).items():
        scores = look.scores([look.problem.nothing], last, name, vector)[0]
        compared[name] = standing((), 1, scores - nothing)
    return Finals(
        winner,
        tuple(standing(mix, len(ranked) - 1, gains[mix]) for mix in ranked),
        compared,
        gains[winner],
        broken,
        _agreement(trials, every, ranking, gains) if large else float("nan"),
        crossed_gains(ranked_by),
    )


def crossed_gains(gains: Floats) -> Floats:
    """What the mix that one half of the seeds chooses gains on the other half, by seed.

    No seed has a say in the choice that is read on it, so the mean promises no more than the choice is worth; the
    chosen mix on the seeds that chose it would (the winner's curse). A choice by half of the seeds is a little worse
    than one by all, so that rather too little is promised. Halves, since with every seed left out in turn the choices
    differ by single seeds, and where mixes are nearly equal the mean then varies far more than its interval says.

    Args:
        gains: By mix and seed.
    """
    crossed = np.empty(gains.shape[1])
    for half in (slice(0, None, 2), slice(1, None, 2)):
        other = slice(1 - half.start, None, 2)
        crossed[half] = gains[np.argmax(gains[:, other].mean(axis=1)), half]
    return crossed


def _winner(shown: Sequence[Mix], kept: Sequence[Mix], gains: Mapping[Mix, Floats]) -> Mix:
    """The first of the ranking, unless the last look knows another to be better, or likes a kept one more."""
    winner = shown[0]
    for mix in shown[1:]:
        if paired_difference(gains[mix], gains[winner], comparisons=max(1, len(shown) - 1)).low > 0:
            winner = mix
    for mix in kept:
        if float(gains[mix].mean()) > float(gains[winner].mean()):
            winner = mix
    return winner


def _agreement(trials: Trials, mixes: Sequence[Mix], ranking: Sequence[int], gains: Mapping[Mix, Floats]) -> float:
    """Rank correlation of what the small world and the county say of the same mixes; NaN where one has no ranking."""
    small = trials.gains(mixes, ranking, "the best again on fresh seeds").mean(axis=1)
    county = np.array([gains[mix].mean() for mix in mixes])
    if np.ptp(small) == 0 or np.ptp(county) == 0:
        return float("nan")
    return float(spearmanr(small, county).statistic)


def _none_keeps(broken: Mapping[Mix, tuple[str, ...]]) -> UserError:
    names = sorted({name for names in broken.values() for name in names})
    return UserError(
        f"none of the best {len(broken)} mixes keeps these limits when it is run: {', '.join(names)}",
        mend="raise them, or state what a unit of each lever uses (yuan_each, days_each)",
    )
