"""Who comes first when money, places or days are short: need, then a keyed lottery; a share by connections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.numerics import ascending
from sim.county import KNOWN, County
from sim.policies.settings import TargetedSettings

RowsOf = NDArray[np.int64]
Luck = Callable[[str, RowsOf], NDArray[np.float64]]


def by_lottery(county: County, rows: RowsOf, luck: Luck) -> RowsOf:
    """Order households by a keyed lottery alone."""
    return rows[ascending(luck("lottery", rows), county.keys[rows])]


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
    rows = by_lottery(county, rows, luck)
    rows = rows[np.argsort(_place(county, rows, settings.priority), kind="stable")]
    share = settings.capture * (1.0 - county.p.visits_watch * _known_share(county, rows))
    if share <= 0:
        return rows
    well_off = county.income_per_head[rows] > county.p.well_off_lines * county.line_yuan
    return by_connections(county, rows, well_off, share, luck)


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
    friends = np.flatnonzero(connected)
    friends = friends[ascending(luck("connections", rows[friends]), keys[friends])]
    # Position of each in a merged list: the k-th connected stands at k/share, the k-th in need where it is left.
    at = np.full(len(rows), np.inf)
    at[friends] = (np.arange(len(friends)) + 1) / share - 1.0
    at = np.minimum(at, np.arange(len(rows)) / (1.0 - share) if share < 1 else np.inf)
    return rows[ascending(at, keys)]


def _known_share(county: County, rows: RowsOf) -> float:
    """Share of the candidates whom a cadre knows."""
    return float(county.shared_mask(KNOWN)[rows].mean())


def _place(county: County, rows: RowsOf, priority: str) -> NDArray[Any]:
    """Lower comes first."""
    h = county.households
    if priority == "poorest":
        return county.world.perceived_yuan[rows]  # nobody knows incomes better than the registry does
    if priority == "registered":
        return np.asarray(h["registered"][rows] != 1, dtype=np.int8)
    if priority == "linked":
        return np.where(h["linked"][rows] == 1, 0, np.where(h["registered"][rows] == 1, 1, 2)).astype(np.int8)
    return np.zeros(len(rows), dtype=np.int8)
