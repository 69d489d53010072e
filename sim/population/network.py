"""Who is in touch with whom within a village.

Households stand on a ring in the order of their rows, which is the order of the hamlets. Each has a
sociability w between `network_least` and 1. Two households at ring distance d are in touch if
d <= reach * w1 * w2: kin and neighbours, who know one another's neighbours too. Besides, a household seeks
out `calls` * w others anywhere in the village, and each of those takes it up with chance w: friends and
in-laws, who tie the hamlets together. Degrees are as unequal as sociability; clustering comes from the near
ties, thinned by the far ones. (The family is that of geometric inhomogeneous random graphs: Bringmann, Keusch
and Lengler 2019.)

A village's network depends on the population seed, its own key and its own size, and on nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.draws import decision, uniform
from sim.core.rule import kernel, rule
from sim.parameters import load_parameters

Ints = NDArray[np.int64]
Indices = NDArray[np.int32]
Floats = NDArray[np.float64]

SOCIABILITY = decision("population.network.sociability")
CALLS = decision("population.network.calls")


def contacts(
    first: Ints, village_keys: Ints, seed: int, parameters: Mapping[str, Any] | None = None, threads: int = 1
) -> tuple[Ints, Indices]:
    """Draw the contacts of every household.

    Args:
        first: Row of each village's first household, then one past the last row (length: villages + 1).
        village_keys: Stable key of each village, at least 0.
        seed: Population seed.
        parameters: Values by name (the file parameters/network.toml by default).
        threads: Village ranges drawn at the same time; changes nothing in the result.

    Returns:
        `indptr` and `indices`: the contacts of row i, ascending, are `indices[indptr[i] : indptr[i + 1]]`.
        Symmetric; nobody is in touch with itself, or twice with another. A range of villages can be drawn
        alone: pass that range of `village_keys`, and of `first` one more; `indptr` then starts at the range's
        first row, while `indices` stay rows of the whole world.
    """
    values: Mapping[str, Any] = load_parameters().values if parameters is None else parameters
    shape = np.array([values["network_reach"], values["network_calls"], values["network_least"]])
    first = np.ascontiguousarray(first, dtype=np.int64)
    keys = np.ascontiguousarray(village_keys, dtype=np.int64)
    cuts = _cuts(first, threads)

    def draw(part: int) -> tuple[Ints, Indices]:
        a, b = cuts[part], cuts[part + 1]
        result: tuple[Ints, Indices] = _contacts(first[a : b + 1], keys[a:b], seed, shape)
        return result

    if len(cuts) == 2:
        return draw(0)
    with ThreadPoolExecutor(len(cuts) - 1) as pool:
        parts = list(pool.map(draw, range(len(cuts) - 1)))
    starts = np.cumsum([0, *(indptr[-1] for indptr, _ in parts)])
    joined = [indptr[:-1] + start for (indptr, _), start in zip(parts, starts, strict=False)]
    return np.concatenate([*joined, starts[-1:]]), np.concatenate([indices for _, indices in parts])


def _cuts(first: Ints, threads: int) -> list[int]:
    """Village ranges with about the same number of households each."""
    villages = len(first) - 1
    parts = max(1, min(threads, villages))
    marks = np.searchsorted(first, np.linspace(first[0], first[-1], parts + 1)[1:-1])
    return [0, *(int(m) for m in np.unique(marks) if 0 < m < villages), villages]


@rule
def _ties(a: Indices, b: Indices, w: Floats, key: int, seed: int, shape: Floats) -> int:
    """Fill `a` and `b` with the ties of one village (by slot, some of them twice); returns how many."""
    n = w.size
    reach, calls, least = shape[0], shape[1], shape[2]
    for i in range(n):
        u = uniform(seed, SOCIABILITY, key, i)
        w[i] = least + (1.0 - least) * (u * u)
    ties = 0
    for i in range(n):
        span = reach * w[i]
        for d in range(1, min(math.floor(span), n // 2) + 1):
            j = i + d if i + d < n else i + d - n
            if d <= span * w[j]:
                a[ties], b[ties] = i, j
                ties += 1
        for k in range(1, math.floor(calls * w[i] + uniform(seed, CALLS, key, i, 0)) + 1):
            # One draw says whom (its whole part) and whether the other takes it up (the rest).
            x = uniform(seed, CALLS, key, i, k) * n
            j = min(math.floor(x), n - 1)
            if j != i and x - j < w[j]:
                a[ties], b[ties] = i, j
                ties += 1
    return ties


@rule
def _insert(row: Indices, length: int, value: int) -> int:
    """Put a value into an ascending row unless it is there; returns the new length."""
    at = length
    while at > 0 and row[at - 1] > value:
        at -= 1
    if at > 0 and row[at - 1] == value:
        return length
    for m in range(length, at, -1):
        row[m] = row[m - 1]
    row[at] = value
    return length + 1


@kernel
def _contacts(first: Ints, keys: Ints, seed: int, shape: Floats) -> tuple[Ints, Indices]:
    villages = keys.shape[0]
    indptr = np.zeros(first[villages] - first[0] + 1, np.int64)
    indices = np.empty(10 * (first[villages] - first[0]) + 16, np.int32)
    total = 0
    for v in range(villages):
        n = first[v + 1] - first[v]
        most = n * (math.floor(shape[0]) + math.floor(shape[1]) + 1)
        a = np.empty(most, np.int32)
        b = np.empty(most, np.int32)
        ties = _ties(a, b, np.empty(n, np.float64), keys[v], seed, shape)
        start = np.zeros(n + 1, np.int64)
        for t in range(ties):
            start[a[t] + 1] += 1
            start[b[t] + 1] += 1
        for i in range(n):
            start[i + 1] += start[i]
        table = np.empty(2 * ties, np.int32)
        degree = np.zeros(n, np.int64)
        for t in range(ties):
            i, j = a[t], b[t]
            degree[i] = _insert(table[start[i] : start[i + 1]], degree[i], j)
            degree[j] = _insert(table[start[j] : start[j + 1]], degree[j], i)
        if total + 2 * ties > indices.size:
            longer = np.empty(total + 2 * ties + indices.size // 2, np.int32)
            for m in range(total):
                longer[m] = indices[m]
            indices = longer
        row = first[v] - first[0]
        for i in range(n):
            for m in range(start[i], start[i] + degree[i]):
                indices[total] = first[v] + table[m]
                total += 1
            indptr[row + i + 1] = total
    return indptr, indices[:total].copy()


@dataclass(frozen=True)
class DegreeStatistics:
    """What a contact network looks like.

    `clustering` is the mean over households of the share of their pairs of contacts who are in touch with one
    another (a household with fewer than two contacts counts as 0, as in networkx); `transitivity` is the same
    share over all pairs of contacts in the network.
    """

    mean: float
    sd: float
    p10: float
    p90: float
    clustering: float
    transitivity: float
    isolated: float


def degree_statistics(indptr: Ints, indices: Indices) -> DegreeStatistics:
    """Degrees and clustering of a network whose rows are numbered from 0.

    Returns:
        Contacts per household (mean, standard deviation, percentiles), two clustering indices, and the share
        of households without contacts.
    """
    degree = np.diff(indptr)
    closed = _closed_pairs(indptr, indices)
    pairs = degree * (degree - 1)
    p10, p90 = np.percentile(degree, [10, 90])
    return DegreeStatistics(
        mean=float(degree.mean()),
        sd=float(degree.std()),
        p10=float(p10),
        p90=float(p90),
        clustering=float((closed / np.maximum(pairs, 1)).mean()),
        transitivity=float(closed.sum() / max(pairs.sum(), 1)),
        isolated=float((degree == 0).mean()),
    )


@kernel
def _closed_pairs(indptr: Ints, indices: Indices) -> Ints:
    """For each row, ordered pairs of contacts who are in touch themselves."""
    closed = np.zeros(indptr.size - 1, np.int64)
    for i in range(indptr.size - 1):
        for m in range(indptr[i], indptr[i + 1]):
            j = indices[m]
            x, y = indptr[i], indptr[j]
            while x < indptr[i + 1] and y < indptr[j + 1]:
                if indices[x] == indices[y]:
                    closed[i] += 1
                if indices[x] <= indices[y]:
                    x += 1
                else:
                    y += 1
    return closed
