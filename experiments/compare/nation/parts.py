"""The runs that a nation's run is made of: one a county, each what it would be alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from experiments.designs.vectors import Drawn
from experiments.runs.estimate import BYTES_A_RUN, Size, mean_size
from experiments.runs.records import HOUSEHOLDS, stored_run
from experiments.runs.request import Request
from experiments.runs.runfile import Columns, RunKey
from sim.core.errors import UserError
from sim.core.text import printable
from sim.scenario import Plan, World

CALL = "experiments.compare.nation.parts:stored_county"
MARK = "@"
"""Between the scenario and the number of a county, in the name under which its runs are stored."""


@dataclass(frozen=True, eq=False)
class Part:
    """A county of a nation.

    Attributes:
        key: What its runs are stored under, with seed 0.
        plan: The plan of the first county of its kind, which all of the kind share.
        number: Its number.
    """

    key: RunKey
    plan: Any
    number: int

    def request(self, run: str, seed: int) -> Request:
        """Its run under a seed; a worker does one county after the other, since its world is kept for all scenarios."""
        return Request(replace(self.key, seed=seed), self.plan, (run, seed, self.number), together=(MARK, self.number))


def parts_of(plan: Plan, stamp: str, as_asked: Callable[[Plan], Any] = lambda plan: plan) -> list[Part]:
    """The counties of a nation; none if the plan is one county's.

    Args:
        plan: The scenario.
        stamp: The program, as a code version.
        as_asked: What is handed to a run in place of a plan.

    Raises:
        UserError: The scenario is not valid in one of its counties.
    """
    return list(_parts(plan, stamp, as_asked))


def _parts(plan: Plan, stamp: str, as_asked: Callable[[Plan], Any]) -> Iterator[Part]:
    for one, numbers in kinds_of(plan):
        shared = as_asked(one)
        for number in numbers:
            digest = as_asked(numbered(one, number)).digest()
            yield Part(RunKey(f"{plan.id}{MARK}{number}", 0, digest, stamp), shared, number)


def kinds_of(plan: Plan) -> Iterator[tuple[Plan, range]]:
    """The plan of the first county of each entry of a nation, and the numbers of all that are like it.

    Raises:
        UserError: The plan is not valid in one of its counties.
    """
    first = 0
    for entry in plan.world.counties:
        try:
            yield plan.with_settings({"world.county": first}), range(first, first + entry.count)
        except UserError as error:
            problem = f"'{printable(plan.id)}' is not valid in county {first} ({entry.profile or plan.world.profile})"
            raise UserError(f"{problem}: {error}", field="world.counties") from error
        first += entry.count


def numbered(plan: Plan, county: int) -> Plan:
    """A county's plan as that of another county like it."""
    return plan.model_copy(update={"world": plan.world.model_copy(update={"county": county})})


def stored_county(plan: Plan | Drawn, run: str, seed: int, number: int) -> dict[str, Columns]:
    """Execute the run of one county and give back what is stored of it: all but its households.

    Args:
        plan: The scenario in the first county of its kind.
        run: As of `stored_run`.
        seed: The nation's seed.
        number: Number of the county.
    """
    here = replace(plan, plan=numbered(plan.plan, number)) if isinstance(plan, Drawn) else numbered(plan, number)
    tables = stored_run(here, run, seed)
    nobody = {name: np.asarray(column)[:0] for name, column in tables[HOUSEHOLDS.name].items()}
    return {**tables, HOUSEHOLDS.name: nobody}


def size_of(world: World, months: int) -> Size:
    """What the run of a county takes, on average over the nation."""
    sizes: Sequence[tuple[Size, int]] = [
        (Size.of_world(entry.profile or world.profile, entry.villages or world.villages, months), entry.count)
        for entry in world.counties
    ]
    return replace(mean_size(sizes), disk_bytes=BYTES_A_RUN)
