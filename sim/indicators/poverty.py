"""Poverty: headcount, gap, severity (Foster-Greer-Thorbecke), Watts and Sen, for many groups at once.

Poor is who has less than the line; who has just the line is not poor. All measures are weighted by persons.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.core.numerics import ascending, log_array
from sim.core.rule import kernel
from sim.indicators.arrays import Bools, Floats, floats, members, stacked, weights
from sim.indicators.inequality import gini_of

MEASURES = (
    "persons",
    "households",
    "income_yuan",
    "income_median_yuan",
    "headcount",
    "poverty_gap",
    "severity",
    "watts",
    "sen",
    "gini",
)
"""What `PovertyTable` says of a group; all but the two counts are not-a-number where there is nobody."""


class PovertyTable:
    """One distribution of income, sorted once and then measured for any number of groups.

    Args:
        income: Yuan a head, a household a row; may be zero or negative.
        persons: Persons in the household.
        line: The poverty line, yuan a head.
        floor_yuan: Watts counts lower incomes as this much, because the logarithm of zero has no end.

    Raises:
        ValueError: If lengths differ, an income is not finite, a weight is negative, the line is not positive
            or the floor is not within 0..line (0 excluded).
    """

    def __init__(self, income: ArrayLike, persons: ArrayLike, line: float, *, floor_yuan: float) -> None:
        if not 0 < line < np.inf:
            raise ValueError(f"the poverty line is {line}, not a positive number")
        if not 0 < floor_yuan <= line:
            raise ValueError(f"floor_yuan is {floor_yuan}, not within 0..{line} (0 excluded)")
        rows = floats(income, "income")
        heads = weights(persons, rows=rows.size)
        # Rows alike in income and persons are interchangeable: any order of rows gives the same bits.
        self._order = ascending(rows, heads)
        self._income = rows[self._order]
        self._persons = heads[self._order]
        self._line = float(line)
        poor = int(np.searchsorted(self._income, line, side="left"))
        self._log_gap = np.zeros(rows.size)
        self._log_gap[:poor] = log_array(line / np.maximum(self._income[:poor], floor_yuan))

    def for_groups(self, masks: Mapping[str, ArrayLike]) -> dict[str, dict[str, float]]:
        """Measure every group.

        Args:
            masks: Which rows (as first given) belong to a group, by group.

        Returns:
            {group: {measure: value}}, the measures of `MEASURES` in their order.

        Raises:
            ValueError: If a mask is not boolean or has another length than the income.
        """
        values = np.full((len(masks), len(MEASURES)), np.nan)
        table = stacked(masks, self._order.size)
        _measure(self._order, self._income, self._persons, self._log_gap, table, self._line, values)
        return {group: dict(zip(MEASURES, row, strict=True)) for group, row in zip(masks, values.tolist(), strict=True)}

    def overall(self) -> dict[str, float]:
        """Measure everybody."""
        return self.for_groups({"all": np.ones(self._order.size, dtype=np.bool_)})["all"]


def fgt(income: ArrayLike, persons: ArrayLike, line: float, alpha: int) -> float:
    """Foster-Greer-Thorbecke index: mean of (shortfall / line) to the power alpha.

    Args:
        income: Yuan a head.
        persons: Weights.
        line: The poverty line, yuan a head.
        alpha: 0 (headcount), 1 (gap) or 2 (severity).

    Raises:
        ValueError: For another alpha, or as `PovertyTable`.
    """
    if alpha not in (0, 1, 2):
        raise ValueError(f"alpha is {alpha}, not 0, 1 or 2")
    measures = PovertyTable(income, persons, line, floor_yuan=line).overall()
    return (measures["headcount"], measures["poverty_gap"], measures["severity"])[alpha]


def headcount(income: ArrayLike, persons: ArrayLike, line: float) -> float:
    """Share of persons below the line; see `fgt`."""
    return fgt(income, persons, line, 0)


def watts(income: ArrayLike, persons: ArrayLike, line: float, *, floor_yuan: float) -> float:
    """Watts index: mean over everybody of log(line / income), 0 for who is not poor; see `PovertyTable`."""
    return PovertyTable(income, persons, line, floor_yuan=floor_yuan).overall()["watts"]


def sen(income: ArrayLike, persons: ArrayLike, line: float) -> float:
    """Sen's index (1976) in the form that replication leaves alone: H (I + (1 - I) G).

    H is the headcount, I the mean shortfall of the poor over the line, G the Gini among the poor. Sen's own
    sum of ranks has G q/(q+1) for q poor rows and tends to this as the population is repeated.

    Raises:
        ValueError: As `PovertyTable`.
    """
    return PovertyTable(income, persons, line, floor_yuan=line).overall()["sen"]


@kernel
def _measure(
    order: NDArray[np.intp],
    income: Floats,
    persons: Floats,
    log_gap: Floats,
    masks: Bools,
    line: float,
    values: Floats,
) -> None:
    """Fill `values`, a group a row, in the order of `MEASURES`; all but `masks` is sorted by income."""
    found = np.empty(order.size, np.intp)
    for g in range(masks.shape[0]):
        count = members(masks[g], order, found)
        people = 0.0
        for m in range(count):
            people += persons[found[m]]
        values[g, 0], values[g, 1] = people, count
        if people <= 0.0:
            continue
        reached = money = area = gap = severity = depth = 0.0
        poor = poor_money = poor_area = 0.0
        middle, lower, met = np.nan, 0.0, False
        for m in range(count):
            w, x = persons[found[m]], income[found[m]]
            if w == 0.0:
                continue
            area += w * x * (reached + 0.5 * w)
            money += w * x
            reached += w
            if x < line:
                short = (line - x) / line
                gap += w * short
                severity += w * short * short
                depth += w * log_gap[found[m]]
                poor, poor_money, poor_area = reached, money, area
            # The median: the mean of two neighbours when a row ends on exactly half the persons.
            if met:
                middle, met = lower + 0.5 * (x - lower), False
            elif middle != middle and reached + reached >= people:
                met = reached + reached == people
                lower = x
                if not met:
                    middle = x
        values[g, 2] = money / people
        values[g, 3] = middle
        values[g, 4] = poor / people
        values[g, 5] = gap / people
        values[g, 6] = severity / people
        values[g, 7] = depth / people
        # H (1 - I) G with G written out, so that poor people whose incomes add up to nothing are no special
        # case.
        spread = max(0.0, 2.0 * poor_area / poor - poor_money) if poor > 0.0 else 0.0
        values[g, 8] = (gap + spread / line) / people
        values[g, 9] = gini_of(area, people, money)
