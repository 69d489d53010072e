"""The same household with and without: who gained, who lost, and what the served and the others got.

Works on the household rows of two runs under one seed at a time and keeps only sums, so that memory does not grow
with the number of runs. Households are weighted by their persons at the start; within townships, by those at the mark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.runs.records import household_rows
from experiments.runs.runfile import RunFile
from sim.indicators.movement import movers

Floats = NDArray[np.float64]
MOVED = 0.01  # of the poverty line: less than this is neither gained nor lost
SHARES = ("gained_share", "lost_share", "unchanged_share")


@dataclass(frozen=True)
class Households:
    """One run's household rows: for each (month, name) one value a household, in the order of `keys`."""

    keys: NDArray[np.int64]
    columns: dict[tuple[int, str], Floats]

    @classmethod
    def read(cls, run: RunFile) -> Households | None:
        """Read a run's household rows; None if it has none."""
        found = household_rows(run)
        if (0, "persons") not in found:
            return None
        keys = found[0, "persons"]["household"]
        same = {where: rows["value"] for where, rows in found.items() if np.array_equal(rows["household"], keys)}
        return cls(keys, same)

    def among(self, keys: NDArray[np.int64]) -> Households:
        """Only the households with these keys."""
        if np.array_equal(keys, self.keys):
            return self
        here = np.isin(self.keys, keys)
        return Households(self.keys[here], {where: values[here] for where, values in self.columns.items()})

    def served(self, policies: int = -1) -> NDArray[np.bool_]:
        """Whether any of these policies (bits, in the order of the plan) served the household."""
        last = max((month for month, name in self.columns if name == "served"), default=None)
        if last is None:
            return np.zeros(len(self.keys), dtype=bool)
        mask = self.columns[last, "served"]
        return np.asarray((mask.astype(np.int64) & policies) != 0)


@dataclass
class Pairs:
    """Collects one scenario's household pairs, seed by seed.

    Attributes:
        of_village: Township of each village; none where townships are not told apart.
        levels: For each (month, group, name) the values (baseline, scenario) of every seed.
        moved: For each (month, group) the three shares of every seed.
        towns: For each (month, name) the values of every seed by run and township, the whole county last.
        homes: Households of each township, the fewest of all seeds.
    """

    of_village: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    levels: dict[tuple[int, str, str], list[tuple[float, float]]] = field(default_factory=dict)
    moved: dict[tuple[int, str], list[tuple[float, ...]]] = field(default_factory=dict)
    towns: dict[tuple[int, str], list[Floats]] = field(default_factory=dict)
    homes: NDArray[np.int64] | None = None

    def add(self, base: Households, other: Households, lines: dict[int, float], policies: int) -> None:
        """Take in one seed's pair of runs.

        Args:
            base: Households of the baseline.
            other: Households of the scenario.
            lines: The poverty line (yuan a head a year) at each mark.
            policies: Bits of the scenario's policies that the baseline does not have.
        """
        if len(self.of_village):
            self._add_towns(base, other, lines)
        keys = np.intersect1d(base.keys, other.keys, assume_unique=True)
        base, other = base.among(keys), other.among(keys)
        persons = base.columns[0, "persons"]
        groups = _groups(base, other.served(policies))
        for month, line in lines.items():
            without, with_it = base.columns[month, "income_yuan"], other.columns[month, "income_yuan"]
            for group, inside in groups.items():
                weight = persons[inside]
                shares = movers(without[inside], with_it[inside], weight, MOVED * line)
                self.moved.setdefault((month, group), []).append(shares)
                if group in ("served", "not_served"):
                    for name, before, after in (
                        ("income_yuan", without, with_it),
                        ("headcount", without < line, with_it < line),
                    ):
                        pair = _mean(before[inside], weight), _mean(after[inside], weight)
                        self.levels.setdefault((month, group, name), []).append(pair)

    def _add_towns(self, base: Households, other: Households, lines: dict[int, float]) -> None:
        count = int(self.of_village.max()) + 1
        where = [self.of_village[rows.columns[0, "village"].astype(np.int64)] for rows in (base, other)]
        homes = np.bincount(where[0], minlength=count)
        self.homes = homes if self.homes is None else np.minimum(self.homes, homes)
        for month, line in lines.items():
            for name in ("income_yuan", "headcount"):
                means = []
                for rows, town in zip((base, other), where, strict=True):
                    income, persons = rows.columns[month, "income_yuan"], rows.columns[month, "persons"]
                    values = income if name == "income_yuan" else (income < line).astype(np.float64)
                    both = [np.bincount(town, weights=one, minlength=count) for one in (values * persons, persons)]
                    sums, heads = (np.append(one, one.sum()) for one in both)
                    means.append(np.divide(sums, heads, out=np.full(count + 1, np.nan), where=heads > 0))
                self.towns.setdefault((month, name), []).append(np.array(means))


def _groups(base: Households, served: NDArray[np.bool_]) -> dict[str, NDArray[np.bool_]]:
    groups = {"all": np.ones(len(base.keys), dtype=bool), "served": served, "not_served": ~served}
    if (poor := base.columns.get((0, "poor_at_start"))) is not None:
        groups["poor_at_start"], groups["not_poor_at_start"] = poor != 0, poor == 0
    if (fifth := base.columns.get((0, "fifth"))) is not None:
        groups.update({f"fifth_{number}": fifth == number for number in range(1, 6)})
    return groups


def _mean(values: NDArray[Any], weight: Floats) -> float:
    total = weight.sum()
    return float((values * weight).sum() / total) if total > 0 else float("nan")


def new_policies(policies: Sequence[Any], baseline: Sequence[Any]) -> int:
    """Bits of the policies (in order) that the baseline does not have with the same settings."""
    return sum(1 << place for place, policy in enumerate(policies) if policy not in baseline)
