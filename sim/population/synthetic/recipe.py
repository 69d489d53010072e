"""What the generator is told: the knobs that are fitted to a profile, and what follows from the profile alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.errors import UserError
from sim.core.numerics import add_up
from sim.core.records import Record, real
from sim.core.rule import rule
from sim.parameters.packed import P
from sim.population.profile import Profile

N_SIZES, N_SCHOOLING = 8, 5  # classes of household size and of schooling
TILTS, HALVINGS = (0.1, 10.0), 60  # where the right tilt is looked for, and how closely


@dataclass(frozen=True)
class Knobs:
    """What is fitted so that the opening year ends in the profile's figures (see `sim.population.fitting`).

    Attributes:
        level: Factor on what land, stock, glass and shops bring (1 = as the parameters say).
        spread: Standard deviation of log ability.
        away_months: Months that migrants work, against the calendar of `away_season`: how many go for a season only.
        property_yuan: Rents and dividends of a household that has any, at ability 1 and 2012 prices.
        dibao: Log odds of the minimum living guarantee for a middling household.
        dependants: Share of members beyond two who are children.
        land_mu: Land a head, before terrain and household size.
    """

    level: float = 1.25
    spread: float = 0.2
    away_months: float = 0.6
    property_yuan: float = 1300.0
    dibao: float = -2.2
    dependants: float = 0.38
    land_mu: float = 2.35


class Shape(Record):
    """What rules read when they make up a household: the knobs, and what follows from the profile alone."""

    level: float = real("ratio", "as in the knobs")
    spread: float = real("log points", "as in the knobs")
    property_yuan: float = real("yuan/year", "as in the knobs")
    dibao: float = real("log odds", "as in the knobs")
    dependants: float = real("share", "as in the knobs")
    land_mu: float = real("mu/person", "as in the knobs")
    a_head_yuan: float = real("yuan/month", "income expected at first by each person")
    a_worker_yuan: float = real("yuan/month", "and by each worker of ability 1")
    sizes: Sequence[float] = real("share", "households with 1, 2, ... persons", N_SIZES)
    schooling: Sequence[float] = real("share", "classes of schooling of the best-schooled worker", N_SCHOOLING)


def shape(profile: Profile, p: P, knobs: Knobs) -> NDArray[np.void]:
    """The knobs and the profile's part in one row."""
    rows = Shape.rows(1)
    row, household = rows[0], profile.household
    for name, value in vars(knobs).items():
        if name in Shape.COLUMNS:
            row[name] = value
    household_yuan = profile.income_yuan / 12.0 * household.size
    row["a_head_yuan"] = p.expected_by_mouths * household_yuan / household.size
    row["a_worker_yuan"] = (1.0 - p.expected_by_mouths) * household_yuan / household.workers
    row["sizes"] = tilted(p.persons_shares, household.size)
    education = household.education
    unschooled, college = p.schooling_ends
    row["schooling"] = (
        education.primary * unschooled,
        education.primary * (1.0 - unschooled),
        education.junior,
        education.senior * (1.0 - college),
        education.senior * college,
    )
    return rows


def tilted(shares: Sequence[float], size: float) -> tuple[float, ...]:
    """Shares of households with 1, 2, ... persons, tilted from a known shape to another mean size.

    Raises:
        UserError: The shape cannot be tilted so far.
    """

    def tilt(x: float) -> tuple[list[float], float]:
        weights, factor = [], 1.0
        for share in shares:
            weights.append(share * factor)
            factor *= x
        whole = add_up(weights)
        weights = [weight / whole for weight in weights]
        return weights, add_up(n * weight for n, weight in enumerate(weights, start=1))

    low, high = TILTS
    least, most = tilt(low)[1], tilt(high)[1]
    if not least < size < most:
        raise UserError(
            f"households of {size:g} persons on average cannot be made up",
            field="household.size",
            allowed=f"{least:.1f} to {most:.1f}",
        )
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if tilt(middle)[1] < size:
            low = middle
        else:
            high = middle
    return tuple(tilt(low)[0])


@rule
def pick(u: float, shares: Any, n: int) -> int:
    """The first of `n` classes whose cumulated share exceeds `u`."""
    cumulated = 0.0
    for i in range(n - 1):
        cumulated += shares[i]
        if u < cumulated:
            return i
    return n - 1


def within(x: NDArray[np.float64], limits: Sequence[float]) -> NDArray[np.float64]:
    """What was drawn, kept between the least and the most that there is."""
    return np.clip(x, limits[0], limits[1])
