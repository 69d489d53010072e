"""Projects under way, at most one a village, whoever pays: built month by month, then they bring what they do."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.campaign.delivery import Delivery
from sim.county import County
from sim.facts.units import BUILT
from sim.policies.gifts import Gifts
from sim.policies.projects import LINES_GIVEN, NAMES, Site, bring, can_finish, gain_of

RowsOf = NDArray[np.int64]
Floats = NDArray[np.float64]


class UnderWay:
    """What one payer has begun.

    Attributes:
        kind: By village, the kind of its project (`sim.facts.units.PROJECTS`); -1 = none.
        worth_yuan: By village, what was paid for it.
    """

    def __init__(self, county: County) -> None:
        n = len(county.villages)
        self.kind = np.full(n, -1)
        self.worth_yuan, self._progress = np.zeros(n), np.zeros(n)
        self._gifts = {line: Gifts(county, line) for line in LINES_GIVEN}

    def begin(self, villages: RowsOf | int, kinds: NDArray[np.int64] | int, worth_yuan: Floats | float) -> None:
        """Begin projects in these villages."""
        self.kind[villages], self.worth_yuan[villages], self._progress[villages] = kinds, worth_yuan, 0.0

    def month(
        self,
        county: County,
        book: Delivery,
        effort: float,
        number: Callable[[str], int],
        luck: Callable[[RowsOf], Floats] | None,
    ) -> None:
        """A month of building in open ground; then what was given lives on, or not.

        Args:
            county: The county.
            book: Counts what is finished.
            effort: How hard those work who see to it.
            number: Numbers of the payer's chance events.
            luck: A keyed uniform a household, for whom a finished project reaches; None = nothing changes for anybody.
        """
        if not county.today.frozen:
            for village in np.flatnonzero(self.kind >= 0).tolist():
                self._build(county, book, village, effort, luck)
        for line, gifts in self._gifts.items():
            gifts.month(county, number(f"gift {line}"))

    def _build(
        self, county: County, book: Delivery, k: int, effort: float, luck: Callable[[RowsOf], Floats] | None
    ) -> None:
        """A month of building in village `k`, and what stands when it is done."""
        v, p, kind = county.villages, county.p, int(self.kind[k])
        lead = 1.0 + p.project_leadership * (v["leadership"][k] - 0.5)
        step, worth = float(effort * lead / p.project_months), float(self.worth_yuan[k])
        if NAMES[kind] in BUILT and luck is not None:
            v["works_yuan"][k] += min(step, max(0.0, 1.0 - self._progress[k])) * worth
        self._progress[k] += step
        if self._progress[k] < 1.0 or not can_finish(county, kind):
            return
        self.kind[k] = -1
        book.count("finished", 1.0, np.array([k]))
        rows = np.arange(v["first"][k], v["last"][k], dtype=np.int64)
        book.reach(rows, worth / len(rows))
        if luck is not None:
            gain = gain_of(p, kind) * worth / p.project_cost_yuan[kind]
            bring(county, NAMES[kind], Site(k, rows[luck(rows) < gain], gain, worth, self._gifts))
