"""Shapley shares: what each measure of a mix adds, averaged over every order in which they could have been begun.

Shapley (1953). The shares add up to what the mix does. With at most six measures every subset is run and the shares
are exact but for chance; with more, orders are sampled in pairs (an order and its reverse), and the standard error of
sampling enters the interval beside chance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np

from experiments.measure.statistics import Floats, Interval, mean_interval, t_critical

EXACT = 6
"""Measures up to which every subset is run."""
ORDERS = 16
"""Sampled orders of more measures."""

Group = frozenset[str]
Values = Callable[[Sequence[Group]], dict[Group, Floats]]
"""Runs groups of measures: outcome by seed, the same seeds for every group."""


@dataclass(frozen=True)
class Share:
    """What a measure adds.

    Attributes:
        measure: Its label.
        share: By how much, with its interval.
        exact: Whether every subset was run.
    """

    measure: str
    share: Interval
    exact: bool


def shapley(measures: Sequence[str], values: Values, orders: int = ORDERS, seed: int = 1) -> list[Share]:
    """The share of every measure.

    Args:
        measures: Labels of the measures.
        values: What runs groups of them.
        orders: How many orders are sampled, of more than `EXACT` measures.
        seed: Seed of the sampling.
    """
    if len(measures) <= EXACT:
        return _exact(measures, values)
    return _sampled(measures, values, orders, seed)


def _exact(measures: Sequence[str], values: Values) -> list[Share]:
    count = len(measures)
    groups = [frozenset(some) for size in range(count + 1) for some in combinations(measures, size)]
    found = values(groups)
    shares = []
    for measure in measures:
        total = np.zeros_like(found[frozenset()])
        for group in groups:
            if measure not in group:
                weight = factorial(len(group)) * factorial(count - len(group) - 1) / factorial(count)
                total = total + weight * (found[group | {measure}] - found[group])
        shares.append(Share(measure, mean_interval(total), True))
    return shares


def _sampled(measures: Sequence[str], values: Values, orders: int, seed: int) -> list[Share]:
    chance = np.random.default_rng(seed)
    drawn: list[list[str]] = []
    for _ in range(max(2, orders // 2)):
        order = [measures[place] for place in chance.permutation(len(measures))]
        drawn += [order, order[::-1]]
    groups = dict.fromkeys(frozenset(order[:size]) for order in drawn for size in range(len(measures) + 1))
    found = values(list(groups))
    shares = []
    for measure in measures:
        added = [found[frozenset(order[: order.index(measure) + 1])] - found[frozenset(order[: order.index(measure)])]
                 for order in drawn]  # fmt: skip
        table = np.array(added)  # by order and seed
        pairs = table.reshape(len(drawn) // 2, 2, -1).mean(axis=(1, 2))
        by_seed = table.mean(axis=0)
        error = np.sqrt(pairs.var(ddof=1) / len(pairs) + by_seed.var(ddof=1) / by_seed.size)
        half = float(error) * t_critical(min(len(pairs), by_seed.size) - 1)
        mean = float(table.mean())
        shares.append(Share(measure, Interval(mean, mean - half, mean + half, by_seed.size), False))
    return shares
