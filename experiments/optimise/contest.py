"""A contest: what equal shares and random search reach with as many runs, judged on the same fresh seeds.

Random search draws mixes that use up the money: every lever is in or out by the toss of a coin, and those that are in
share the money as broken sticks. It runs each under two seeds, ranks the best ten on the ranking's seeds, and its
winner is read from the last ones, as the search's own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.measure.statistics import Interval, mean_interval, paired_difference
from experiments.optimise.measured import kept_in_runs
from experiments.optimise.problem import Mix, Problem
from experiments.optimise.search import Found
from experiments.optimise.trials import Trials
from experiments.pages.spreadsheet import csv_text

SEEDS_A_MIX = 2
TRIES = 200


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


def drawn(problem: Problem, chance: np.random.Generator) -> Mix:
    """A mix by chance that keeps the limits: less of everything until it does."""
    money = min(problem.total_yuan, sum(lever.most * lever.unit_cost_yuan for lever in problem.levers))
    within = chance.random(len(problem.levers)) < 0.5
    shares = np.where(within, chance.exponential(1.0, len(problem.levers)), 0.0)
    shares /= max(shares.sum(), 1e-12)
    raw = [
        lever.least + share * money / lever.unit_cost_yuan if lever.unit_cost_yuan else share * lever.most
        for lever, share in zip(problem.levers, shares, strict=True)
    ]
    for part in np.linspace(1.0, 0.0, TRIES):
        mix = tuple(
            lever.nearest_below(lever.least + part * (amount - lever.least))
            for lever, amount in zip(problem.levers, raw, strict=True)
        )
        if problem.fits(mix):
            return mix
    return problem.nothing


def random_search(trials: Trials, found: Found, runs: int, seed: int = 1) -> Entry:
    """The best of random mixes.

    Args:
        trials: What evaluates mixes.
        found: The search that it is compared with.
        runs: How many runs its search may use.
        seed: Seed of the mixes.
    """
    problem, effort, chance = trials.problem, found.effort, np.random.default_rng(seed)
    searched, ranking, _ = effort.seeds
    some = searched[:SEEDS_A_MIX]
    mixes = list(dict.fromkeys(drawn(problem, chance) for _ in range(runs // len(some))))
    seen = trials.gains(mixes, some, "random mixes").mean(axis=1)
    order = sorted(range(len(mixes)), key=lambda place: (-float(seen[place]), place))
    best = [mixes[place] for place in order if not kept_in_runs(trials, mixes[place], some)][: effort.finalists]
    if not best:
        return _entry(trials, found, "random search", runs, float("nan"), problem.nothing)
    means = trials.gains(best, ranking, "the best random mixes on fresh seeds").mean(axis=1)
    winner = best[int(np.argmax(means))]
    return _entry(trials, found, "random search", runs, float(seen[mixes.index(winner)]), winner)


def _entry(trials: Trials, found: Found, method: str, runs: int, seen: float, mix: Mix) -> Entry:
    own, other = trials.gains([found.winner, mix], found.effort.seeds[2], "the last look")
    return Entry(method, runs, seen, mean_interval(other), paired_difference(own, other), mix)


def contest(trials: Trials, found: Found) -> list[Entry]:
    """The search, random search with as many runs, and equal shares."""
    first = found.finals.standings[0]
    equal = found.finals.references["equal shares"].mix
    own = _entry(trials, found, "this search", found.runs_search, first.seen, found.winner)
    by_chance = random_search(trials, found, found.runs_search)
    return [own, by_chance, _entry(trials, found, "equal shares", 0, float("nan"), equal)]


def contest_csv(entries: list[Entry]) -> str:
    """The table of a contest."""
    header = ["method", "runs", "seen", "gain", "gain_low", "gain_high", "behind", "behind_low", "behind_high"]
    rows: list[list[object]] = []
    for one in entries:
        numbers = [value for part in (one.gain, one.behind) for value in (part.value, part.low, part.high)]
        rows.append([one.method, one.runs, one.seen, *numbers])
    return csv_text(header, rows)
