"""What a household needs to close its gap: by one way alone, and by all of them, the cheapest first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.planning.channels import ANIMALS, WORK, Floats, Room

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Mix:
    """A plan for every household.

    Attributes:
        units: Units of each channel, a row a household.
        brings_yuan: What they bring in a year.
        short_yuan: What is still wanting, a year.
        cost_yuan: What setting them up costs.
    """

    units: Floats
    brings_yuan: Floats
    short_yuan: Floats
    cost_yuan: Floats


def units_for(yuan: Floats, brings: Floats, crowding: Floats) -> Floats:
    """Units that bring so much a year, where each further one brings less: n * brings - crowding * n^2 = yuan.

    Args:
        yuan: What is wanted, a household each.
        brings: What the first unit brings.
        crowding: What a unit takes off per unit.

    Returns:
        Units; infinite where no number of them brings as much.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        root = brings * brings - 4.0 * crowding * yuan
        curved = (brings - np.sqrt(np.maximum(0.0, root))) / (2.0 * crowding)
        straight = yuan / brings
    found = np.where(crowding > 0.0, np.where(root >= 0.0, curved, np.inf), straight)
    return np.where(yuan <= 0.0, 0.0, np.where(brings > 0.0, found, np.inf))


def alone(gap_yuan: Floats, room: Room, channel: int) -> tuple[Floats, Bools]:
    """Units that a channel alone would take, and whether there is room for so many; workers go whole."""
    crowding = room.crowding if channel == ANIMALS else np.zeros(len(gap_yuan))
    units = units_for(gap_yuan, room.brings_yuan[:, channel], crowding)
    if channel == WORK:
        units = np.ceil(units)
    return units, units <= room.room[:, channel]


def cheapest(gap_yuan: Floats, room: Room, channels: tuple[int, ...]) -> Mix:
    """Close each gap with the channel that costs least for a yuan a year, then the next, as far as there is room.

    Land, hands and workers that one channel takes are gone for the next. Only what a channel needs to close the gap is
    taken: a household without a gap gets nothing.
    """
    n = len(gap_yuan)
    units, cost = np.zeros((n, len(room.days_unit))), np.zeros(n)
    wanting = np.maximum(0.0, gap_yuan)
    days, land = room.days.copy(), room.land_mu.copy()
    with np.errstate(divide="ignore"):
        dear = np.where(room.brings_yuan > 0.0, room.cost_unit_yuan / room.brings_yuan, np.inf)
    order = np.argsort(dear[:, list(channels)], axis=1, kind="stable")
    for place in range(len(channels)):
        for k, channel in enumerate(channels):
            mine = (order[:, place] == k) & (wanting > 0.0) & np.isfinite(dear[:, channel])
            took, brought = _take(channel, wanting, days, land, room)
            took, brought = np.where(mine, took, 0.0), np.where(mine, brought, 0.0)
            units[:, channel] += took
            wanting = np.maximum(0.0, wanting - brought)
            days = np.maximum(0.0, days - took * room.days_unit[channel])
            land = np.maximum(0.0, land - took * room.land_unit[channel])
            cost += took * room.cost_unit_yuan[channel]
    return Mix(units, np.maximum(0.0, gap_yuan) - wanting, wanting, cost)


def _take(channel: int, wanting: Floats, days: Floats, land: Floats, room: Room) -> tuple[Floats, Floats]:
    """Units of a channel toward what is wanting, within the room that is left, and what they bring."""
    brings = room.brings_yuan[:, channel]
    crowding = room.crowding if channel == ANIMALS else np.zeros(len(wanting))
    most = room.room[:, channel]
    if room.land_unit[channel] > 0.0:
        most = np.minimum(most, land / room.land_unit[channel])
    if channel == WORK:
        # Who goes leaves a year's days; a line that was taken before keeps the hands that it needs.
        took = np.floor(np.minimum(np.ceil(units_for(wanting, brings, crowding)), most))
        took = np.minimum(took, np.floor(days / room.days_unit[channel]))
    else:
        most = np.minimum(most, days / room.days_unit[channel])
        with np.errstate(divide="ignore", invalid="ignore"):
            top = np.where(crowding > 0.0, brings / (2.0 * crowding), np.inf)  # beyond it one more brings less
        took = np.minimum(np.minimum(units_for(wanting, brings, crowding), most), top)
    took = np.maximum(0.0, took)
    return took, took * brings - crowding * took * took
