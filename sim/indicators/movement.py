"""Movement: who enters and leaves poverty between marks, who falls back, who gains and loses by a policy."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sim.core.numerics import total
from sim.indicators.arrays import Bools, bools, floats, ratio, weights


class Transitions(NamedTuple):
    """What happened to each household between the last two marks, true or false a row."""

    entries: Bools
    exits: Bools
    returns: Bools


class Movers(NamedTuple):
    """Shares of persons who gained, lost and stayed within the threshold; they add up to one."""

    gained: float
    lost: float
    unchanged: float


def transitions(*poor: ArrayLike) -> Transitions:
    """Entries, exits and returns between the last two marks.

    Args:
        poor: Who is poor at each mark, oldest first; at least one mark.

    Returns:
        Flags a household. A return is an entry by a household that was poor at an earlier mark: it was poor,
        stood above the line at a mark, and is poor again. With one mark only nothing has happened yet.

    Raises:
        ValueError: If there is no mark, marks differ in length or are not boolean.
    """
    if not poor:
        raise ValueError("transitions need at least one mark")
    marks = [bools(poor[0], "the first mark")]
    marks += [bools(mark, "a later mark", marks[0].size) for mark in poor[1:]]
    nobody = np.zeros(marks[0].size, dtype=np.bool_)
    if len(marks) == 1:
        return Transitions(nobody, nobody.copy(), nobody.copy())
    now, last = marks[-1], marks[-2]
    once = np.logical_or.reduce(marks[:-1])
    entries = now & ~last
    return Transitions(entries, last & ~now, entries & once)


def movers(without: ArrayLike, with_policy: ArrayLike, persons: ArrayLike, threshold_yuan: float) -> Movers:
    """Compare the same households with and without a policy.

    Args:
        without: Income a head in the baseline, a household a row.
        with_policy: Income a head of the same households with the policy.
        persons: Weights.
        threshold_yuan: Smaller differences count as unchanged.

    Returns:
        Shares of persons; not-a-number where there is nobody.

    Raises:
        ValueError: If lengths differ, a value is not finite, a weight or the threshold is negative.
    """
    if not threshold_yuan >= 0:
        raise ValueError(f"threshold_yuan is {threshold_yuan}, not zero or more")
    before = floats(without, "without")
    change = floats(with_policy, "with_policy", before.size) - before
    w = weights(persons, rows=before.size)
    people, up, down = total(w), total(w * (change > threshold_yuan)), total(w * (change < -threshold_yuan))
    return Movers(ratio(up, people), ratio(down, people), ratio(people - up - down, people))
