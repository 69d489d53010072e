"""Opened worlds kept for the next run: the runs of a comparison differ in policies and seeds, not in who lives there.

Opening a county takes about a third of the time of a run. A process keeps the last worlds it opened, untouched, and
hands out copies. Big worlds are not kept: their copies would cost more memory than they save time.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.meaning import SHIPPED, Own
from sim.core.numerics import add_up
from sim.core.rule import all_mean
from sim.parameters.packed import P
from sim.population.memory import check_memory
from sim.population.opening import Opened, open_world
from sim.population.profile import Profile

MOST_VILLAGES = 2000  # kept by a process in all, some 180 MB
_KEPT: OrderedDict[tuple[Any, ...], Opened] = OrderedDict()


def opened_world(
    profile: Profile,
    n_villages: int,
    seed: int,
    p: P,
    row: NDArray[np.void],
    year: int,
    month: int,
    threads: int = 1,
    own: Own = SHIPPED,
) -> Opened:
    """As `open_world`, from what is kept if the same world has been opened before; the caller owns what it gets.

    Raises:
        UserError: As `open_world`, or this machine cannot hold the world.
    """
    check_memory(n_villages, profile.size.households_per_village)
    if n_villages > MOST_VILLAGES:
        return open_world(profile, n_villages, seed, p, row, year, month, threads, own)
    key = (n_villages, profile.model_dump_json(), seed, row.tobytes(), year, month, all_mean(own))
    if key in _KEPT:
        _KEPT.move_to_end(key)
    else:
        _KEPT[key] = open_world(profile, n_villages, seed, p, row, year, month, threads, own)
        while add_up(villages for villages, *_ in _KEPT) > MOST_VILLAGES:
            _KEPT.popitem(last=False)
    return _KEPT[key].copy()
