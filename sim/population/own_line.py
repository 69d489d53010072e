"""The poverty line of a place whose books have one of their own."""

from __future__ import annotations

from collections.abc import Mapping

from sim.calendar.trend import year_line
from sim.parameters import load_parameters
from sim.parameters.packed import as_python
from sim.population.profile import Profile

ROUNDED = 0.01  # a line so near the national one is the national one, as somebody rounded it

Values = Mapping[str, float | tuple[float, ...]]


def with_own_line(values: Values, profile: Profile) -> Values:
    """Parameters under which the poverty line is the profile's in the year of its books, and moves as the national one.

    Args:
        values: Parameters by name. A series that the scenario states itself stands before the profile's line.
        profile: The county.
    """
    shipped = load_parameters().values
    known = shipped["line_yuan"]
    share = profile.poverty.line_yuan / year_line(profile.income.year, as_python(shipped))
    if values["line_yuan"] != known or abs(share - 1.0) < ROUNDED or not isinstance(known, tuple):
        return values
    return {**values, "line_yuan": tuple(share * line for line in known)}
