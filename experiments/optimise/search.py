"""The whole search: curves, programme, exchanges, finals on fresh seeds, regret, shadow prices.

Why so: on this model a paired difference has a thirtieth of the spread of an unpaired one, so curves cost few runs and
a programme over them finds most of what there is; what levers do to one another is found by exchanges near it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from experiments.optimise.curve import Curve
from experiments.optimise.curves import SIZES, forecast, response_curves
from experiments.optimise.exchange import Climb, climb
from experiments.optimise.finals import FINALISTS, Beside, Finals, finalists, finals
from experiments.optimise.measured import settled
from experiments.optimise.problem import Mix, Problem
from experiments.optimise.programme import best_by_curves, possible, refusal
from experiments.optimise.regret import Regret, regret
from experiments.optimise.shadow import Price, shadow_prices
from experiments.optimise.trials import Trials, Vector
from sim.core.errors import UserError

Seeds = tuple[int, ...]
RESAMPLED = 4
"""Programmes over curves of resampled seeds: other mixes that the curves cannot tell from their best."""


@dataclass(frozen=True)
class Effort:
    """How thoroughly to search.

    Attributes:
        seeds_first: The first seed of the search.
        fresh_first: The first of the fresh seeds; those after the search's, if 0.
        search_seeds: Seeds of curves and exchanges.
        ranking_seeds: Fresh seeds on which finalists are ranked.
        last_seeds: Further ones, from which the answer is read.
        large_seeds: As many of them, where the last look is at the whole county.
        vector_seeds: Seeds under each parameter vector.
        sizes: At which shares of the largest amount each lever is run.
        steps: Money moved at a time, as shares of the money in all.
        finalists: How many go to the finals.
        most_runs: Runs after which no further exchange begins.
    """

    seeds_first: int = 1
    fresh_first: int = 0
    search_seeds: int = 8
    ranking_seeds: int = 16
    last_seeds: int = 16
    large_seeds: int = 6
    vector_seeds: int = 2
    sizes: tuple[float, ...] = SIZES
    steps: tuple[float, ...] = (0.1, 0.05, 0.025)
    finalists: int = FINALISTS
    most_runs: int = 2_500

    @property
    def seeds(self) -> tuple[Seeds, Seeds, Seeds]:
        """The seeds of the search, of the ranking and of the last look."""
        first, fresh = self.seeds_first, self.fresh_first or self.seeds_first + self.search_seeds
        last = fresh + self.ranking_seeds
        return (
            tuple(range(first, first + self.search_seeds)),
            tuple(range(fresh, last)),
            tuple(range(last, last + self.last_seeds)),
        )


@dataclass(frozen=True)
class Found:
    """What a search found.

    Attributes:
        problem: What was decided.
        effort: How thoroughly.
        curves: One a lever.
        programmed: The best mix by the curves alone.
        forecast: What the curves said it would gain.
        climbs: The exchanges, by where they began.
        finals: The finals.
        prices: What each limit is worth.
        regret: Under other parameters; None if that was not asked for.
        runs: Runs in all, without those of the whole county.
        runs_search: Runs until the finals.
    """

    problem: Problem
    effort: Effort
    curves: tuple[Curve, ...]
    programmed: Mix
    forecast: float
    climbs: Mapping[str, Climb]
    finals: Finals
    prices: tuple[Price, ...]
    regret: Regret | None
    runs: int
    runs_search: int
    outcomes: Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]] = field(default_factory=dict)
    """Of the winner and of the least of everything, on the last seeds: each outcome by seed."""

    @property
    def winner(self) -> Mix:
        """The best mix."""
        return self.finals.winner


def search(
    trials: Trials,
    effort: Effort,
    *,
    given: Mapping[str, Mix] | None = None,
    kept: Sequence[Mix] = (),
    vectors: Sequence[Vector] = (),
    beside: Beside = lambda winner: {},
    large: Trials | None = None,
) -> Found:
    """Find the best mix and say what it is worth.

    Args:
        trials: What evaluates mixes of the problem.
        effort: How thoroughly.
        given: Mixes to compare with, such as a shipped one; those that keep the limits are also starts.
        kept: Answers to narrower questions; see `finals.finals`.
        vectors: Parameter vectors for the regret.
        beside: See `finals.finals`.
        large: See `finals.finals`.

    Raises:
        UserError: No mix keeps the limits; the smallest set of limits that conflicts is named.
    """
    problem = trials.problem
    if not possible(problem):
        raise refusal(problem)
    seeds = effort.seeds
    given = dict(given or {})
    curves = response_curves(trials, seeds[0], effort.sizes)
    if problem.measured:
        trials.problem = problem = settled(trials, curves, seeds[0])
        if not possible(problem):
            raise refusal(problem)
    programmed = best_by_curves(problem, curves)
    equal = problem.equal_shares(problem.spendable_yuan)
    starts = {"programme": programmed, "equal shares": equal} | {
        name: mix for name, mix in given.items() if problem.fits(mix)
    }
    starts |= {f"kept {number + 1}": mix for number, mix in enumerate(kept) if problem.fits(mix)}
    resampled = _resampled(problem, curves, len(seeds[0]))
    trials.scores([*starts.values(), *resampled], seeds[0], "mixes to start from")
    climbs = _climbs(trials, starts, effort)
    runs_search = trials.runs
    stand = finalists(trials, seeds[0], effort.finalists, [mix for mix in kept if problem.fits(mix)])
    references = {"equal shares": equal, **given}
    if large:
        large.problem = problem
    fitting = [mix for mix in kept if problem.fits(mix)]
    ended = finals(trials, stand, references, _last(seeds, effort, large), fitting, beside, large)
    prices = shadow_prices(trials, curves, ended.winner, seeds[2])
    under = None
    if vectors:
        compared = [ended.winner, *(one.mix for one in ended.standings[1 : effort.finalists]), equal]
        under = regret(trials, list(dict.fromkeys(compared)), vectors, seeds[2][: effort.vector_seeds])
    last = _last(seeds, effort, large)[2]
    both = (large or trials).outcomes([ended.winner, problem.nothing], last, "the last look")
    levels = {
        name: (tuple(both[place, 0].tolist()), tuple(both[place, 1].tolist()))
        for place, name in enumerate(trials.evaluate.outcomes)
    }
    seen = forecast(curves, programmed)
    return Found(
        problem, effort, tuple(curves), programmed, seen, climbs, ended, tuple(prices), under, trials.runs, runs_search,
        levels,
    )  # fmt: skip


def _last(seeds: tuple[Seeds, Seeds, Seeds], effort: Effort, large: Trials | None) -> tuple[Seeds, Seeds, Seeds]:
    """The seeds, fewer for the last look if that is at the whole county."""
    return (seeds[0], seeds[1], seeds[2][: effort.large_seeds]) if large else seeds


def _resampled(problem: Problem, curves: Sequence[Curve], seeds: int) -> list[Mix]:
    chance = np.random.default_rng(1)
    found = [best_by_curves(problem, curves, seeds=chance.integers(0, seeds, seeds).tolist()) for _ in range(RESAMPLED)]
    return list(dict.fromkeys(found))


def _climbs(trials: Trials, starts: Mapping[str, Mix], effort: Effort) -> dict[str, Climb]:
    """Exchanges from the programme's mix, and from the best mix that spreads the money.

    A spread mix holds a little of everything, so levers that only work together show there and nowhere else.
    """
    seeds = effort.seeds[0]
    problem = trials.problem
    steps = [share * problem.spendable_yuan for share in effort.steps]
    spread = {name: mix for name, mix in starts.items() if name != "programme"}
    scores = trials.scores(list(spread.values()), seeds, "mixes to start from").mean(axis=1)
    best = max(zip(scores, spread, strict=True), key=lambda pair: pair[0])[1]
    half = trials.runs + max(0, effort.most_runs - trials.runs) // 2
    found = {"programme": climb(trials, starts["programme"], seeds, steps, half)}
    if spread[best] != starts["programme"]:
        found[best] = climb(trials, spread[best], seeds, steps, effort.most_runs)
    return found


def search_budgets(
    trials_of: Mapping[float, Trials],
    effort: Effort,
    *,
    given: Mapping[str, Mix] | None = None,
    vectors: Sequence[Vector] = (),
) -> dict[float, Found]:
    """The same question under several amounts of money, from the least: a smaller budget's answer stands in the next.

    Args:
        trials_of: What evaluates mixes, by the money in all.
        effort: As for `search`.
        given: As for `search`.
        vectors: As for `search`.
    """
    found: dict[float, Found] = {}
    for money in sorted(trials_of):
        kept = [one.winner for one in found.values()]
        found[money] = search(trials_of[money], effort, given=given, kept=kept, vectors=vectors)
    return found


def check_effort(effort: Effort) -> None:
    """Refuse what no search can be made of.

    Raises:
        UserError: Too few seeds, or no sizes.
    """
    for name in ("search_seeds", "ranking_seeds", "last_seeds"):
        if getattr(effort, name) < 2:
            raise UserError(f"{getattr(effort, name)} is not enough", field=name, allowed="2 or more")
    if not effort.sizes or not all(0 < size <= 1 for size in effort.sizes):
        raise UserError("sizes are shares of the largest amount", field="sizes", allowed="more than 0, at most 1")
