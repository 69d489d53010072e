"""A reference: the best that many runs find, so that it can be said how far the answer is from it.

The search goes on with the runs that are left of those allowed. Half of them go to mixes by chance, spread over all
that the limits allow: all run under two seeds, the better half under twice as many, and so on (successive halving:
Jamieson and Talwalkar 2016). The other half goes to exchanges, around the answer with smaller steps first and then
around the best of these mixes. The best of everything is ranked on the ranking's seeds, and read beside the answer on
the last ones. It is a best known mix, not a proven one.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from experiments.measure.statistics import Interval
from experiments.optimise.contest import Judged
from experiments.optimise.exchange import climb
from experiments.optimise.filling import mix_of
from experiments.optimise.finals import finalists
from experiments.optimise.measured import kept_in_runs
from experiments.optimise.problem import Mix
from experiments.optimise.search import Found
from experiments.optimise.trials import Trials
from experiments.pages.spreadsheet import csv_text

FIRST = 2
"""Seeds under which every mix by chance is run."""
CHANCE = 2
"""Seed of the mixes, another than the contest's."""


@dataclass(frozen=True)
class Reference:
    """The best that many runs found.

    Attributes:
        runs: How many, those of the search among them.
        mix: The best.
        gain: Its gain on the last seeds.
        above: By how much that is more than the answer's, paired.
    """

    runs: int
    mix: Mix
    gain: Interval
    above: Interval

    @property
    def share(self) -> Interval:
        """By what share of the reference's gain the answer is below it; not-a-number if that is nothing."""
        per = 1 / self.gain.value if self.gain.value > 0 else float("nan")
        return Interval(self.above.value * per, self.above.low * per, self.above.high * per, self.above.replicates)


def reference(trials: Trials, found: Found, runs: int, county: Trials | None = None) -> Reference:
    """Search on.

    Args:
        trials: What evaluated the search's mixes.
        found: What the search found.
        runs: How many runs in all, those of the search among them.
        county: What evaluates mixes of the whole county, if the search went over fewer villages.
    """
    effort, chance = found.effort, np.random.default_rng(CHANCE)
    searched, ranking, _ = effort.seeds
    before, left = trials.runs, max(0, runs - found.runs_search)
    ends = before + left
    coarse = [share * trials.problem.spendable_yuan for share in effort.steps]
    fine = [step / 2 for step in coarse]
    spread = _halved(trials, chance, searched, left // 2)
    for start, steps in [(found.winner, fine), *((mix, coarse) for mix in spread)]:
        if climb(trials, start, searched, steps, ends).stopped:
            break
    _halved(trials, chance, searched, ends - trials.runs)  # too few are left for another look at all levers
    spent = trials.runs - before
    ranked = finalists(trials, searched, sys.maxsize, [found.winner])
    keeping = (mix for mix in ranked if mix == found.winner or not kept_in_runs(trials, mix, searched))
    best = list(islice(keeping, effort.finalists))
    means = trials.gains(best, ranking, "the best of the reference on fresh seeds").mean(axis=1)
    mix = best[int(np.argmax(means))]
    judged = Judged.of(trials, found, county)
    gain, behind = judged.against(found, mix)
    above = Interval(0.0 - behind.value, 0.0 - behind.high, 0.0 - behind.low, behind.replicates)
    return Reference(found.runs_search + spent, mix, gain, above)


def _halved(trials: Trials, chance: np.random.Generator, seeds: Sequence[int], runs: int) -> list[Mix]:
    """Mixes by chance that led under all seeds, the best first; half of them are given up at every doubling."""
    counts = [min(FIRST, len(seeds))]
    while counts[-1] < len(seeds):
        counts.append(min(2 * counts[-1], len(seeds)))
    each = sum(
        (count - before) / 2**turn for turn, (before, count) in enumerate(zip([0, *counts], counts, strict=False))
    )
    points = chance.random((int(runs / each), len(trials.problem.levers)))
    mixes = list(dict.fromkeys(mix_of(trials.problem, point) for point in points))
    for turn, count in enumerate(counts):
        if turn:
            mixes = mixes[: len(mixes) // 2]
        if mixes:
            means = trials.scores(mixes, seeds[:count], "mixes by chance for the reference").mean(axis=1)
            mixes = [mixes[place] for place in np.argsort(-means, kind="stable")]
    return mixes


def reference_csv(of: Reference, found: Found) -> str:
    """The table of a reference: it and the answer."""
    names = [lever.name for lever in found.problem.levers]
    above, share = of.above, of.share
    header = ["plan", "runs", "gain", "gain_low", "gain_high", "below", "below_low", "below_high", "below_percent",
              "below_percent_low", "below_percent_high", *names]  # fmt: skip
    percent = [100 * value for value in (share.value, share.low, share.high)]
    own = found.finals.standings[0].gain
    return csv_text(header, [
        ["reference", of.runs, of.gain.value, of.gain.low, of.gain.high, *[0.0] * 6, *of.mix],
        ["answer", found.runs_search, own.value, own.low, own.high, above.value, above.low, above.high, *percent,
         *found.winner],
    ])  # fmt: skip
