"""The line of an era and a place: the poverty line, or the monitoring line that stands for it after 2020."""

from __future__ import annotations

from collections.abc import Mapping

from sim.calendar.era import ERAS, Era
from sim.calendar.trend import price_level, year_line
from sim.parameters import Value, load_parameters
from sim.parameters.packed import as_python
from sim.population.profile import Profile

ROUNDED = 0.01  # a line so near the national one is the national one, as somebody rounded it

Values = Mapping[str, Value]


def with_own_line(values: Values, profile: Profile) -> Values:
    """Parameters under which `line_yuan` is the line of the profile's era, as high as its books have it in their year.

    It moves as the national one does.

    Args:
        values: Parameters by name. A series that the scenario states itself stands before the profile's line.
        profile: The county.
    """
    era, shipped = ERAS[profile.era], load_parameters().values
    stated = values[era.line_series] != shipped[era.line_series]
    values, known = _of_era(values, era), _of_era(shipped, era)
    share = profile.poverty.line_yuan / year_line(profile.income.year, as_python(known))
    line = values["line_yuan"]
    if stated or abs(share - 1.0) < ROUNDED or not isinstance(line, tuple):
        return values
    return {**values, "line_yuan": tuple(share * one for one in line)}


def _of_era(values: Values, era: Era) -> Values:
    """With the era's own series for the line, as many years as ever; before it begins it is carried back by prices."""
    line, series = values["line_yuan"], values[era.line_series]
    if era.line_from == 0 or not isinstance(series, tuple) or not isinstance(line, tuple):
        return values
    p = as_python(values)
    first, begins = era.line_from + len(series) - len(line), price_level(era.line_from, p)
    earlier = (series[0] * price_level(year, p) / begins for year in range(first, era.line_from))
    return {**values, "line_first_year": float(first), "line_yuan": (*earlier, *series)}
