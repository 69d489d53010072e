"""Who comes first when money, places or days are short: need, then a keyed lottery; a share by connections."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.county import KNOWN, County
from sim.policies.settings import TargetedSettings

RowsOf = NDArray[np.int64]
Luck = Callable[[str, RowsOf], NDArray[np.float64]]


def by_lottery(county: County, rows: RowsOf, luck: Luck) -> RowsOf:
    """Order households by a keyed lottery alone."""
    return rows[np.lexsort((county.keys[rows], luck("lottery", rows)))]


def by_need(county: County, rows: RowsOf, settings: TargetedSettings, luck: Luck) -> RowsOf:
    """Order households by `priority`, then by lottery; a captured share of places goes by connections.

    With `capture` 0.1 every tenth place goes to the next in line among the well-off, who know whom to ask; fewer where
    cadres know the candidates from visits.

    Args:
        county: The county.
        rows: Candidates, in any order.
        settings: Priority and capture.
        luck: The policy's keyed uniforms, by the event's name.
    """
    if not len(rows):
        return rows
    keys = county.keys[rows]
    in_need = np.lexsort((keys, luck("lottery", rows), _place(county, rows, settings.priority)))
    share = settings.capture * (1.0 - county.p.visits_watch * _known_share(county, rows))
    if share <= 0:
        return rows[in_need]
    well_off = county.income_per_head[rows] > county.p.well_off_lines * county.line_yuan
    return by_connections(county, rows[in_need], well_off[in_need], share, luck)


def by_connections(county: County, rows: RowsOf, connected: NDArray[np.bool_], share: float, luck: Luck) -> RowsOf:
    """Let a share of places go to the next in line among the connected, and the others to the next of all.

    Args:
        county: The county.
        rows: Candidates in the order in which they should come.
        connected: Which of them have connections.
        share: Share of places that go by them, above 0.
        luck: The policy's keyed uniforms, by the event's name.
    """
    keys = county.keys[rows]
    friends = np.lexsort((keys, luck("connections", rows)))
    friends = friends[connected[friends]]
    # Position of each in a merged list: the k-th connected stands at k/share, the k-th in need where it is left.
    at = np.full(len(rows), np.inf)
    at[friends] = (np.arange(len(friends)) + 1) / share - 1.0
    at = np.minimum(at, np.arange(len(rows)) / (1.0 - share) if share < 1 else np.inf)
    return rows[np.lexsort((keys, at))]


def _known_share(county: County, rows: RowsOf) -> float:
    """Share of the candidates whom a cadre knows."""
    return float(county.shared_mask(KNOWN)[rows].mean())


def _place(county: County, rows: RowsOf, priority: str) -> NDArray[np.float64]:
    """Lower comes first."""
    h = county.households
    if priority == "poorest":
        return county.world.perceived_yuan[rows]  # nobody knows incomes better than the registry does
    if priority == "registered":
        return np.where(h["registered"][rows] == 1, 0.0, 1.0)
    if priority == "linked":
        return np.where(h["linked"][rows] == 1, 0.0, np.where(h["registered"][rows] == 1, 0.5, 1.0))
    return np.zeros(len(rows))
