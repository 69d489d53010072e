"""What runs of a campaign delivered, day by day and place by place, read from their records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from experiments.runs.records import RECORDS
from experiments.runs.runfile import RunFile
from sim.recording.chart import OF_PLACES, TOWN, UNIT

Floats = NDArray[np.float64]
TABLES = ("place", "task", "task_bound", "task_means")
COUNTY = "all"


@dataclass
class Curves:
    """Runs of one variant of a campaign.

    Attributes:
        days: Campaign days whose end was noted, ascending.
        done: What was delivered by then, by place and "LABEL/COUNT": a row a run, a column a day.
        bound: What bound by then, by "LABEL/CONSTRAINT", likewise.
        means: What means allowed, by "LABEL/COUNT", a run each.
        sizes: How large each place is, by name.
        share: The world's share of the county.
    """

    days: NDArray[np.int64]
    done: dict[tuple[str, str], Floats] = field(default_factory=dict)
    bound: dict[str, Floats] = field(default_factory=dict)
    means: dict[str, Floats] = field(default_factory=dict)
    sizes: dict[str, dict[str, float]] = field(default_factory=dict)
    share: float = 1.0

    def at(self, place: str, count: str, day: int) -> Floats:
        """What each run had delivered by the end of a campaign day; straight between the days noted."""
        rows = self.done.get((place, count))
        if rows is None:
            return np.zeros(0)
        days, before = np.concatenate([[0], self.days]), np.zeros((len(rows), 1))
        whole = np.concatenate([before, rows], axis=1)
        return np.array([np.interp(day, days, row) for row in whole])

    @property
    def towns(self) -> list[str]:
        """Townships, in their order."""
        return sorted((place for place in self.sizes if place.startswith(TOWN)), key=_number)

    @property
    def units(self) -> list[str]:
        """Support units that are paired with a village, in the order of their numbers."""
        paired = (place for place, size in self.sizes.items() if place.startswith(UNIT) and size.get("villages"))
        return sorted(paired, key=_number)


def _number(place: str) -> int:
    return int(place.rpartition("_")[2])


def read_curves(seeds: Sequence[int], read: Callable[[int], RunFile]) -> Curves:
    """The curves of some runs.

    Args:
        seeds: Their seeds; a row each, in this order.
        read: Opens the run of a seed.
    """
    found = [_of_run(read(seed)) for seed in seeds]
    days = np.array(sorted({item for one in found for table, _, _, item in one if table == "task"}), dtype=np.int64)
    curves = Curves(days)
    place_of = {int(day): k for k, day in enumerate(days)}
    for row, one in enumerate(found):
        for (table, group, name, item), value in one.items():
            if table == "place":
                curves.sizes.setdefault(group, {})[name] = value
            elif table == "task_means":
                curves.means.setdefault(name, np.full(len(seeds), np.nan))[row] = value
            else:
                at: dict[Any, Floats] = curves.done if table == "task" else curves.bound
                key = (group, name) if table == "task" else name
                at.setdefault(key, np.zeros((len(seeds), len(days))))[row, place_of[item]] = value
    curves.share = curves.sizes.get(COUNTY, {}).pop("share", 1.0)
    return curves


def _of_run(run: RunFile) -> Mapping[tuple[str, str, str, int], float]:
    rows = run.table(RECORDS)
    rows = rows.filter(pc.is_in(rows["table"].cast("string"), _texts(TABLES)))
    columns = (rows[name].to_pylist() for name in ("table", "group", "name", "item"))
    return dict(zip(zip(*columns, strict=True), rows["value"].to_pylist(), strict=True))


def _texts(names: Iterable[str]) -> pa.Array:
    return pa.array(list(names), pa.string())


def size_of(curves: Curves, place: str, split: str) -> float:
    """How large a place is, in what a task's amount is divided by (`OF_PLACES`)."""
    if split not in OF_PLACES:
        raise ValueError(f"there is no way {split!r} to divide an amount")
    return curves.sizes.get(place, {}).get(split, 0.0)
