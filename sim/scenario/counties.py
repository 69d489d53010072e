"""A nation is counties: which there are, and which of them a plan is about.

Counties have nothing in common but the years of their region: prices, jobs, purses and rankings are each county's own.
So a run is always of one county; whoever wants the nation runs them all and adds up (`experiments.compare.nation`).
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.core.draws import mix
from sim.core.errors import UserError
from sim.core.numerics import add_up
from sim.scenario.parts import World


def own_seed(seed: int, county: int | None) -> int:
    """The seed of a county's chance under a seed of the nation; that of the first county, or of none, is the nation's.

    Args:
        seed: Run seed or population seed.
        county: Number of the county; None = the plan knows of one county only.
    """
    return mix(seed, county) // 2 if county else seed


def county_at(world: World, number: int) -> tuple[int, World]:
    """Which entry of `world.counties` a county belongs to, and the world that it is alone.

    Raises:
        UserError: There is no such county.
    """
    end = 0
    for place, entry in enumerate(world.counties):
        end += entry.count
        if number < end:
            own = {"profile": entry.profile or world.profile, "villages": entry.villages or world.villages}
            return place, world.model_copy(update={**own, "county": number, "counties": ()})
    problem = f"there is no county {number}: the world has {count_of(world):,}, counted from 0"
    raise UserError(problem, field="world.county", allowed=f"0 to {count_of(world) - 1}")


def count_of(world: World) -> int:
    """How many counties a world has; 0 if it lists none."""
    return add_up(entry.count for entry in world.counties)


def profiles_of(worlds: Sequence[World]) -> list[str]:
    """Every profile that worlds name, each once."""
    named = [name for world in worlds for name in (world.profile, *(entry.profile for entry in world.counties))]
    return list(dict.fromkeys(name for name in named if name))


def refuse_nation(world: World) -> None:
    """Refuse to run many counties as one.

    Raises:
        UserError: The world lists counties.
    """
    if world.counties:
        raise UserError(
            f"this world is a nation of {count_of(world):,} counties, and this runs one county",
            field="world.counties",
            mend="village compare runs them all and adds up; --set world.county=0 takes the first of them alone",
        )
