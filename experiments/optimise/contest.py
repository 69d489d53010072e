"""A contest: what other methods and equal shares reach with as many runs, judged on the same fresh seeds.

Every method proposes mixes that keep the limits (see `filling`), which run under two of the search's seeds each; its
best ten are ranked on the ranking's seeds, and its winner is read from the last ones, as the search's own, which may
have been preferred on them (see `finals`). What a unit of each lever costs they are told, also where the search has
measured it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.measure.statistics import Interval, mean_interval, paired_difference
from experiments.optimise.filling import mix_of
from experiments.optimise.measured import kept_in_runs
from experiments.optimise.problem import Mix
from experiments.optimise.rivals import RIVALS, Rival, left_out
from experiments.optimise.search import Found, Seeds
from experiments.optimise.trials import Trials
from experiments.pages.spreadsheet import csv_text

SEEDS_A_MIX = 2
PATIENCE = 50
"""Batches without a new mix after which a method has nothing more to say."""
OWN, EQUAL = "this search", "equal shares"


@dataclass(frozen=True)
class Entry:
    """How a method did.

    Attributes:
        method: Its name.
        runs: Runs of its search, without those of the finals.
        seen: Mean gain of its winner in its search; not-a-number without one.
        gain: Gain of its winner on the last seeds.
        behind: By how much that is less than the search's winner, paired.
        mix: The winner.
    """

    method: str
    runs: int
    seen: float
    gain: Interval
    behind: Interval
    mix: Mix


@dataclass(frozen=True)
class Contest:
    """How all methods did.

    Attributes:
        entries: One a method, the search itself first.
        left_out: Names of those whose package is not installed.
    """

    entries: tuple[Entry, ...]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judged:
    """Where winners are read: as the search's own, at the county if that is larger.

    Attributes:
        trials: What evaluates mixes there.
        seeds: The last seeds.
    """

    trials: Trials
    seeds: Seeds

    @classmethod
    def of(cls, trials: Trials, found: Found, county: Trials | None) -> Judged:
        """Where the winner of a search was read."""
        return cls(county or trials, found.effort.seeds[2][: found.finals.by_seed.size])

    def against(self, found: Found, mix: Mix) -> tuple[Interval, Interval]:
        """The gain of a mix, and by how much it is less than that of the search's winner, paired."""
        own, other = self.trials.gains([found.winner, mix], self.seeds, "the last look")
        return mean_interval(other), paired_difference(own, other)


def contest(trials: Trials, found: Found, county: Trials | None = None, seed: int = 1) -> Contest:
    """The search, every method that is installed with as many runs, and equal shares.

    Args:
        trials: What evaluated the search's mixes.
        found: What the search found.
        county: What evaluates mixes of the whole county, if the search went over fewer villages.
        seed: Seed of the methods.
    """
    judged, missing = Judged.of(trials, found, county), left_out()

    def entry(method: str, runs: int, seen: float, mix: Mix) -> Entry:
        return Entry(method, runs, seen, *judged.against(found, mix), mix)

    entries = [entry(OWN, found.runs_search, found.finals.standings[0].seen, found.winner)]
    for method, (make, _) in RIVALS.items():
        if method not in missing:
            rival = make(len(trials.problem.levers), seed)
            entries.append(entry(method, *_winner_of(trials, found, rival, method)))
    entries.append(entry(EQUAL, 0, float("nan"), found.finals.references[EQUAL].mix))
    return Contest(tuple(entries), missing)


def _winner_of(trials: Trials, found: Found, rival: Rival, method: str) -> tuple[int, float, Mix]:
    """How many runs a method took, what its winner looked like, and the winner."""
    searched, ranking, _ = found.effort.seeds
    some = searched[:SEEDS_A_MIX]
    scores = proposed(trials, rival, found.runs_search // len(some), some, method)
    order = sorted(scores, key=lambda mix: -scores[mix])
    best = [mix for mix in order if not kept_in_runs(trials, mix, some)][: found.effort.finalists]
    runs = len(scores) * len(some)
    if not best:
        return runs, float("nan"), trials.problem.nothing
    means = trials.gains(best, ranking, f"the best of {method} on fresh seeds").mean(axis=1)
    winner = best[int(np.argmax(means))]
    return runs, float(trials.gains([winner], some, "").mean()), winner


def proposed(trials: Trials, rival: Rival, most: int, seeds: Sequence[int], title: str) -> dict[Mix, float]:
    """So many different mixes that a method proposes, with their mean scores.

    A mix that breaks a limit in its own runs is told as the worst so far. One proposed again is not run again.

    Args:
        trials: What evaluates mixes.
        rival: The method.
        most: How many.
        seeds: The seeds of each.
        title: What is going on, for the progress.
    """
    scores: dict[Mix, float] = {}
    told: dict[Mix, float] = {}
    idle = 0
    while len(scores) < most and idle < PATIENCE and len(points := rival.ask()):
        mixes = [mix_of(trials.problem, point) for point in points]
        new = list(dict.fromkeys(mix for mix in mixes if mix not in scores))[: most - len(scores)]
        idle = 0 if new else idle + 1
        if new:
            going = f"{title}, {len(scores) + len(new)} of {most} mixes"
            scores |= zip(new, trials.scores(new, seeds, going).mean(axis=1).tolist(), strict=True)
        worst = min(scores.values())
        told |= {mix: worst if kept_in_runs(trials, mix, seeds) else scores[mix] for mix in new}
        if len(scores) < most:
            rival.tell([told[mix] for mix in mixes])
    return scores


def contest_csv(of: Contest, levers: Sequence[str]) -> str:
    """The table of a contest."""
    header = ["method", "runs", "seen", "gain", "gain_low", "gain_high", "behind", "behind_low", "behind_high", *levers]
    rows: list[list[object]] = []
    for one in of.entries:
        numbers = [value for part in (one.gain, one.behind) for value in (part.value, part.low, part.high)]
        seen = one.seen if math.isfinite(one.seen) else None
        rows.append([one.method, one.runs, seen, *numbers, *one.mix])
    return csv_text(header, rows)
