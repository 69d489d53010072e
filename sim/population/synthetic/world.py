"""The rows of a world, and who knows whom in it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.money.lending import LoanBook

Network = tuple[NDArray[np.int64], NDArray[np.int32]]  # indptr and indices, as `contacts` gives them
SLOTS_A_VILLAGE = 1 << 20  # household keys: village key times this, plus the slot


@dataclass
class World:
    """All rows of a world and the contact network of its households."""

    households: NDArray[np.void]
    villages: NDArray[np.void]
    cadres: NDArray[np.void]
    units: NDArray[np.void]
    loans: LoanBook
    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    perceived_yuan: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    """Income a head as the registry sees it, with its errors."""

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Households of each village."""
        return np.asarray(self.villages["last"] - self.villages["first"])

    def copy(self) -> World:
        """A world of its own; the network is shared, since nothing writes it."""
        h, v, c, u = (rows.copy() for rows in (self.households, self.villages, self.cadres, self.units))
        return World(h, v, c, u, self.loans.copy(h), self.indptr, self.indices, self.perceived_yuan.copy())
