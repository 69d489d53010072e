"""The world on the eve of a run: laid out, one year lived, flags set."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.core.meaning import SHIPPED, Own
from sim.parameters.packed import P
from sim.population.first_year import Opened, begin
from sim.population.fitting import cuts_at, fitted
from sim.population.flags import income, per_head, set_flags
from sim.population.profile import Profile
from sim.population.roster import find_seats

__all__ = ["Opened", "income", "open_world", "per_head"]


def open_world(
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
    """Lay out a world, let it live its opening year, and set its flags.

    Args:
        profile: The county it resembles; the generator is fitted to it when it is first asked for.
        n_villages: How many villages.
        seed: Population seed.
        p: Parameters.
        row: The same as a record array.
        year: Calendar year in which the run opens.
        month: Its calendar month.
        threads: How many threads share the villages; changes nothing but time.
        own: Rules of the user's own.

    Raises:
        UserError: The profile's figures do not fit together.
    """
    knobs = fitted(profile, p, row, own)
    cuts = cuts_at(profile, p, row, year, month, own)
    opened = begin(profile, n_villages, seed, p, row, knobs, (year, month), threads, own=own)
    set_flags(opened.world, profile, p, cuts, opened.line_yuan, seed)
    if profile.roster:  # lived once more, with real households in the places of those they are most like
        seats = find_seats(profile.roster, opened.world)
        opened = begin(profile, n_villages, seed, p, row, knobs, (year, month), threads, own=own, seats=seats)
        seats.count(opened.world.households)
        set_flags(opened.world, profile, p, cuts, opened.line_yuan, seed, seats)
    return opened
