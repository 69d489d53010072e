"""Which points a design asks for: response curves, a grid, a list, or points spread over all levers.

Point 0 is where every lever stands; all others are compared with it under the same chance events.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from math import prod

from experiments.designs.design import Design, Value
from experiments.runs.estimate import MOST_RUNS
from sim.core.errors import UserError

Points = tuple[Mapping[str, Value], ...]


def points_of(design: Design) -> Points:
    """The points of a design, each with the levers that it moves; the first moves none.

    Raises:
        UserError: There are too many, or a sequence asks for a number that does not balance it.
    """
    method = design.sample.method
    found: list[dict[str, Value]]
    if method == "one_at_a_time":
        moved = ((lever.id, value) for lever in design.levers for value in lever.levels)
        found = [{lever: value} for lever, value in moved if not _stands(design, lever, value)]
    elif method == "grid":
        if (count := prod(len(lever.levels) for lever in design.levers)) > MOST_RUNS:
            raise UserError(f"the grid has {count:,} points", field="levers", mend="give levers fewer values")
        ids = [lever.id for lever in design.levers]
        found = [dict(zip(ids, values, strict=True)) for values in product(*(one.levels for one in design.levers))]
    elif method == "list":
        found = [dict(one) for one in design.points]
    else:
        found = _spread(design)
    return ({}, *found)


def _stands(design: Design, lever: str, value: Value) -> bool:
    """Whether a lever stands at a value already, in every scenario."""
    at = [design.at(plan).get(lever) for plan in design.scenarios]
    return all(one is None or (type(one) is not bool and one == value) for one in at)


def _spread(design: Design) -> list[dict[str, Value]]:
    """A Latin hypercube or Sobol's sequence, scrambled; the same for the same seed."""
    from scipy.stats import qmc

    sample, size = design.sample, len(design.levers)
    if sample.method == "sobol":
        if sample.points & (sample.points - 1):
            near = 1 << sample.points.bit_length()
            problem, allowed = f"{sample.points} points do not balance Sobol's sequence", f"{near // 2} or {near}"
            raise UserError(problem, field="sample.points", allowed=allowed)
        places = qmc.Sobol(size, scramble=True, rng=sample.seed).random(sample.points)
    else:
        places = qmc.LatinHypercube(size, rng=sample.seed).random(sample.points)
    return [
        {lever.id: lever.at_quantile(float(place)) for lever, place in zip(design.levers, row, strict=True)}
        for row in places
    ]
