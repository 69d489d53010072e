"""Counties added up to a nation: which of their records add, how, and which cannot be had from them.

Sums are exact (`math.fsum`), so neither the order of counties nor who ran them moves a bit. A mean is the sum of the
counties' means, each times the persons (workers, debt) it is a mean of, exactly, over the sum of these. What is neither
is left out: a median, an index of inequality or a hundredth of all persons is not made of those of counties.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.compare.cells import Cells, Matrix
from experiments.runs.records import HOUSEHOLDS, RECORDS
from experiments.runs.runfile import Columns, RunFile

Floats = NDArray[np.float64]

SUMMED = ("delivery", "by_month", "cost", "purse", "money", "cadre_days", "spending")
"""Tables of amounts and counts."""
AVERAGED = ("panel", "day100", "monthly", "books")
"""Tables of means, but for the counts among them."""
COUNTS = ("persons", "households", "jobs_begun")
"""Counts among the means."""
REFUSED = ("income_median_yuan", "sen", "gini", "targeting_inclusion_error", "targeting_exclusion_error")
"""Names that a nation does not have: nothing that is kept of counties gives them exactly."""
LEFT_OUT = ("percentile", "binding", "pairing", "place", "task", "task_bound", "task_means", "weight")
"""Tables that a nation does not have: places of one county, and shares of what is not kept."""
_OF_A_UNIT = "unit_"
_SPLIT = 134_217_729.0  # 2**27 + 1, which halves a number's digits (Veltkamp)


def added(runs: Iterable[RunFile]) -> dict[str, Columns]:
    """The nation's run, from those of its counties in their order.

    Args:
        runs: The counties' runs.
    """
    cells, tables, everyone = Cells(), dict[str, None](), list[int]()
    for county, run in enumerate(runs):
        everyone.append(county)
        records = run.table(RECORDS)
        tables |= dict.fromkeys(records["table"].unique().to_pylist())
        cells.add("", county, records)
    weights = Weights(cells, everyone)
    rows: list[tuple[Any, ...]] = []
    for table in tables:
        if table not in LEFT_OUT:
            matrix = cells.matrix(table, "", everyone)
            rows += ((table, *row) for row in _rows(table, matrix, cells.labels(matrix.keys), weights))
    columns = zip(*rows, strict=True) if rows else ([] for _ in RECORDS.columns)
    kinds = {"text": object, "int16": np.int16, "int64": np.int64, "float64": np.float64}
    names = ("table", "month", "group", "name", "item", "value")
    found = {
        name: np.array(list(cells), kinds[RECORDS.columns[name]]) for name, cells in zip(names, columns, strict=True)
    }
    nobody = {name: np.empty(0, kinds[kind]) for name, kind in HOUSEHOLDS.columns.items()}
    return {RECORDS.name: found, HOUSEHOLDS.name: nobody}


class Weights:
    """What counties' means are means of."""

    def __init__(self, cells: Cells, counties: Sequence[int]) -> None:
        self._cells = cells
        self._tables = {table: cells.matrix(table, "", counties) for table in ("weight", "panel", "day100")}
        self._none = np.zeros(len(counties))

    def of(self, table: str, group: str, name: str, month: int) -> Floats:
        """The weight of each county's mean; nought where there is nobody."""
        mark = "_at_mark" if table in ("panel", "books") else ""
        persons = self._row("weight", group, f"persons{mark}", month)
        if name == "migrants_per_worker":
            return self._row("weight", group, f"workers{mark}", month)
        if name == "overdue_rate":
            return persons * self._row("panel", group, "debt_campaign_yuan", month)
        return persons

    def _row(self, table: str, group: str, name: str, month: int) -> Floats:
        found = self._cells.row(self._tables[table], group, name, month)
        return self._none if found is None else np.nan_to_num(found)


def _rows(table: str, matrix: Matrix, labels: Mapping[str, Any], weights: Weights) -> Iterator[tuple[Any, ...]]:
    """The nation's rows of a table: month, group, name, item, value."""
    names = ("month", "group", "name", "item")
    for values, (month, group, name, item) in zip(
        matrix.values, zip(*(labels[one] for one in names), strict=True), strict=True
    ):
        if name in REFUSED or str(group).startswith(_OF_A_UNIT):
            continue
        where = (int(month), str(group), str(name), int(item))
        if table == "start" or name.endswith("_deadline"):
            if not np.isnan(values).any():  # the day by which all had begun
                yield *where, float(values.max())
        elif table in SUMMED or name in COUNTS:
            yield *where, math.fsum(np.nan_to_num(values).tolist())
        elif table in AVERAGED:
            yield *where, weighted_mean(values, weights.of(table, group, name, month))


def weighted_mean(values: Floats, weights: Floats) -> float:
    """Σ w x / Σ w, each sum exact; not-a-number where there is nothing to weigh by.

    Args:
        values: A mean of each county.
        weights: What it is a mean of; a county with nought does not count, whatever its value.
    """
    there = weights > 0
    x, w = values[there], weights[there]
    if not len(x) or np.isnan(x).any():
        return math.nan
    if (x == x[0]).all():
        return float(x[0])
    return math.fsum(_exact_products(x, w)) / math.fsum(w.tolist())


def _exact_products(x: Floats, w: Floats) -> list[float]:
    """Numbers whose sum is Σ w x without any rounding: each product, and what its rounding lost (Dekker 1971)."""
    product = x * w
    x_high, w_high = _high(x), _high(w)
    x_low, w_low = x - x_high, w - w_high
    lost = ((x_high * w_high - product) + x_high * w_low + x_low * w_high) + x_low * w_low
    return [*product.tolist(), *lost.tolist()]


def _high(x: Floats) -> Floats:
    scaled = x * _SPLIT
    return scaled - (scaled - x)
