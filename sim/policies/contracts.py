"""Contracts to sell: who has one by whom, so that one that ends leaves those of others standing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.county import County

CONTRACTS = "contracts and memberships of each household"


def sign(county: County, rows: NDArray[np.int64]) -> None:
    """Each of `rows` has one more contract."""
    held = _held(county)
    held[rows] += 1
    county.households["contracted"][rows] = 1


def end(county: County, rows: NDArray[np.int64]) -> None:
    """Each of `rows` has one contract less; who has none left sells like anybody."""
    held = _held(county)
    held[rows] -= 1
    county.households["contracted"][rows[held[rows] <= 0]] = 0


def _held(county: County) -> NDArray[np.int64]:
    return county.shared.setdefault(CONTRACTS, county.households["contracted"].astype(np.int64))
