"""How a run goes on from what was reported instead of from where it stood itself.

A report says how much of a task was done in a place by the end of a day. Each run carries on from its own position: the
day on which it had done as much itself. From the day of the report on it lives its own working days from there,
one for one. So it keeps its own pace and its own limits (money that runs out, households that do not come), and a run
whose own figure is reported goes on exactly as it did. Runs are not weighted by how near they are to the report: with a
few dozen runs, all of them far from a county that is well behind, one or two would carry all the weight.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def working_days(open_days: Callable[[dt.date], bool], start: dt.date, last: int) -> Floats:
    """How many days a task can be worked on from the first campaign day to the end of each: index 0 is the eve."""
    is_open = [open_days(start + dt.timedelta(days=k)) for k in range(last)]
    return np.concatenate([[0.0], np.cumsum(np.array(is_open, dtype=np.float64))])


def position(done: Floats, reported: float, day: int) -> int:
    """The campaign day on which a run had done what was reported; of several, the one nearest to the day itself.

    Args:
        done: What it had done by the end of each campaign day; index 0 is the eve of the campaign.
        reported: What was reported.
        day: Campaign day of the report.
    """
    first = int(np.searchsorted(done, reported, side="left"))
    if first >= len(done):
        return len(done) - 1  # it never does as much
    level = done[first]
    last = int(np.searchsorted(done, level, side="right")) - 1
    if level > reported and first > 0:
        last = first - 1  # between two days
        first = int(np.searchsorted(done, done[last], side="left"))
    return int(np.clip(day, first, last))


def carried_on(done: Floats, reported: float, day: int, open_so_far: Floats, amount: float) -> Floats:
    """What a run has done by the end of each day from the report on.

    Args:
        done: What it had done by itself by the end of each campaign day, ascending; index 0 is the eve.
        reported: What was reported.
        day: Campaign day of the report.
        open_so_far: Days on which the task can be worked on, so far, likewise (`working_days`).
        amount: The task's amount: no more than that is looked for.

    Returns:
        A number for each day from `day` to the last: what is reported, then that and the run's own progress.
    """
    here, base = position(done, reported, day), min(reported, float(done[-1]))
    if here == day:
        onward = done[day:] - base
    else:
        x, firsts = np.unique(open_so_far, return_index=True)
        lasts = np.append(firsts[1:] - 1, len(done) - 1)  # the last day with as many working days
        wanted = open_so_far[here] + open_so_far[day:] - open_so_far[day]
        onward = np.interp(wanted, x, done[lasts]) - base
    most = max(amount, reported)
    return np.asarray(np.minimum(most, reported + np.maximum(0.0, onward)))
