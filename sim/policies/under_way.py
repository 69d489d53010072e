"""Projects under way, whoever pays for them: built month by month, then they bring what they do."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.county import County
from sim.facts.units import BUILT
from sim.policies.duplicates import begin, finish
from sim.policies.gifts import Gifts
from sim.policies.policy import Policy
from sim.policies.projects import (
    LINES_GIVEN,
    NAMES,
    Site,
    bring,
    built_in_month,
    can_finish,
    gain_of,
    pay_hands,
    prices_yuan,
)

RowsOf = NDArray[np.int64]
Floats = NDArray[np.float64]
Luck = Callable[[RowsOf, int], Floats]


class UnderWay:
    """What one payer has begun.

    Attributes:
        worth_yuan: By village and kind (`sim.facts.units.PROJECTS`), what was paid for it; 0 = none under way.
    """

    def __init__(self, county: County) -> None:
        shape = len(county.villages), len(NAMES)
        self.worth_yuan, self._progress = np.zeros(shape), np.zeros(shape)
        self._price_yuan = np.ones(shape)
        self._gifts = {line: Gifts(county, line) for line in LINES_GIVEN}

    def begin(
        self, policy: Policy, county: County, villages: RowsOf | int, kinds: RowsOf | int, worth_yuan: Floats | float
    ) -> None:
        """Begin a project of its kind in each of these villages, at today's prices."""
        begin(policy, county, villages, kinds, worth_yuan)
        self._price_yuan[villages, kinds] = prices_yuan(county)[kinds]
        self.worth_yuan[villages, kinds], self._progress[villages, kinds] = worth_yuan, 0.0

    def month(self, policy: Policy, county: County, effort: float, luck: Luck | None) -> None:
        """A month of building in open ground; then what was given lives on, or not.

        Args:
            policy: The payer, whose book counts what is finished.
            county: The county.
            effort: How hard those work who see to it.
            luck: Keyed uniforms of households, by the kind: whom a finished project reaches; None = nothing changes.
        """
        if not county.today.frozen:
            for village, kind in np.argwhere(self.worth_yuan > 0.0).tolist():
                self._build(policy, county, (village, kind), effort, luck)
        for line, gifts in self._gifts.items():
            gifts.month(county, policy.number(f"gift {line}"))

    def _build(self, policy: Policy, county: County, what: tuple[int, int], effort: float, luck: Luck | None) -> None:
        """A month of building a project, a village's and of a kind, and what stands when it is done."""
        v, p, (k, kind) = county.villages, county.p, what
        step, worth = built_in_month(p, v["leadership"][k], effort), float(self.worth_yuan[what])
        if NAMES[kind] in BUILT and luck is not None:
            pay_hands(county, k, step, self._progress[what], worth)
        self._progress[what] += step
        if self._progress[what] < 1.0 or not can_finish(county, kind):
            return
        self.worth_yuan[what] = 0.0
        finish(policy, county, k, kind)
        policy.book.count("finished", 1.0, np.array([k]))
        rows = np.arange(v["first"][k], v["last"][k], dtype=np.int64)
        policy.book.reach(rows, worth / len(rows))
        if luck is not None:
            gain = gain_of(p, kind) * worth / float(self._price_yuan[what])
            bring(county, NAMES[kind], Site(k, rows[luck(rows, kind) < gain], gain, worth, self._gifts))
