"""Going from house to house: so many households of a village a month, until all have had a turn, and again."""

from __future__ import annotations

import numpy as np

from sim.policies.policy import County, RowsOf, Yuan


class GoingRound:
    """Whose turn it is, village by village.

    Args:
        county: The county.
        luck: A number a household: their order in each village.
    """

    def __init__(self, county: County, luck: Yuan) -> None:
        self._villages = county.villages
        self._next = np.zeros(len(county.villages), dtype=np.int64)
        self._way = np.lexsort((county.keys, luck, county.households["village"]))

    def households(self, village: int, most: int) -> RowsOf:
        """The next `most` households of a village (all of them where it has fewer), from where it ended last time."""
        first, last = int(self._villages["first"][village]), int(self._villages["last"][village])
        number = min(most, last - first)
        places = first + (self._next[village] + np.arange(number)) % (last - first)
        self._next[village] = (self._next[village] + number) % (last - first)
        return np.asarray(self._way[places], dtype=np.int64)
