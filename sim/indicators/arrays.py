"""What every indicator leans on: checked columns, one order of rows, serial sums, totals by group.

Rows are persons' households: `persons` is the weight, so every share and mean is one of persons. Sums run
serially in a fixed order, so that a number's last bit depends neither on the processor nor, where rows are
sorted first, on the order in which rows arrive.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.core.rule import kernel, rule

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_CHUNK = 8192  # rows summed at a time: a table of them stays in the processor's cache


def floats(values: ArrayLike, name: str, rows: int | None = None) -> Floats:
    """A column of finite numbers.

    Raises:
        ValueError: If it has more than one dimension, another length than `rows`, or a number that is not
            finite.
    """
    column = np.ascontiguousarray(values, dtype=np.float64)
    _check_rows(column, name, rows)
    if not np.isfinite(column).all():
        raise ValueError(f"{name} has a value that is not a finite number")
    return column


def weights(values: ArrayLike, name: str = "persons", rows: int | None = None) -> Floats:
    """A column of weights: finite and not negative.

    Raises:
        ValueError: As `floats`, or if a weight is negative.
    """
    column = floats(values, name, rows)
    if (column < 0).any():
        raise ValueError(f"{name} has a negative weight")
    return column


def bools(values: ArrayLike, name: str, rows: int | None = None) -> Bools:
    """A column of true and false.

    Raises:
        ValueError: If it is of another type, has more than one dimension, or another length than `rows`.
    """
    column = np.asarray(values)
    if column.dtype != np.bool_:
        raise ValueError(f"{name} holds {column.dtype}, not true and false")
    _check_rows(column, name, rows)
    return column


def _check_rows(column: NDArray[Any], name: str, rows: int | None) -> None:
    if column.ndim != 1:
        raise ValueError(f"{name} has {column.ndim} dimensions, not one")
    if rows is not None and column.size != rows:
        raise ValueError(f"{name} has {column.size} rows where {rows} are expected")


def stacked(masks: Mapping[str, ArrayLike], rows: int) -> Bools:
    """The groups' masks as one array, a group a row.

    Raises:
        ValueError: If a mask is not boolean or has another length than `rows`.
    """
    table = np.empty((len(masks), rows), dtype=np.bool_)
    for place, (group, mask) in enumerate(masks.items()):
        table[place] = bools(mask, f"the mask of group {group!r}", rows)
    return table


def ratio(part: float, whole: float) -> float:
    """part / whole, or not-a-number where there is nothing to divide by."""
    return part / whole if whole != 0 else float("nan")


def group_totals(
    columns: Mapping[str, ArrayLike], masks: Mapping[str, ArrayLike], persons: ArrayLike | None = None
) -> dict[str, dict[str, float]]:
    """Sum every column over every group.

    Args:
        columns: Columns of one length, by name; those that count households' yuan are summed as they are.
        masks: Which rows belong to a group, by group.
        persons: Weights by which the columns are multiplied first, if given.

    Returns:
        {group: {name: sum}}; an empty group sums to 0.

    Raises:
        ValueError: If lengths differ, a mask is not boolean or a weight is negative.
    """
    cells = {name: np.asarray(column) for name, column in columns.items()}
    rows = next(iter(cells.values())).size if cells else 0
    for name, column in cells.items():
        _check_rows(column, name, rows)
    heads = None if persons is None else weights(persons, rows=rows)[:, None]
    table = np.empty((min(rows, _CHUNK), len(cells)), dtype=np.float64)
    members_of = stacked(masks, rows)
    sums = np.zeros((len(masks), len(cells)))
    for start in range(0, rows, _CHUNK):
        stop = min(rows, start + _CHUNK)
        part = table[: stop - start]
        for place, column in enumerate(cells.values()):
            part[:, place] = column[start:stop]
        if heads is not None:
            part *= heads[start:stop]
        _sum_groups(part, members_of, start, sums)
    return {group: dict(zip(cells, row, strict=True)) for group, row in zip(masks, sums.tolist(), strict=True)}


def group_means(
    columns: Mapping[str, ArrayLike], masks: Mapping[str, ArrayLike], persons: ArrayLike
) -> dict[str, dict[str, float]]:
    """Person-weighted mean of every column in every group; not-a-number in a group without persons.

    Raises:
        ValueError: As `group_totals`.
    """
    people = group_totals({"persons": persons}, masks)
    sums = group_totals(columns, masks, persons)
    return {
        group: {name: ratio(part, people[group]["persons"]) for name, part in row.items()}
        for group, row in sums.items()
    }


@rule
def members(mask: Bools, order: NDArray[np.intp], found: NDArray[np.intp]) -> int:
    """Write the places of `order` whose row is in the mask to `found`, without a branch; return how many."""
    count = 0
    for place in range(order.size):
        found[count] = place
        count += int(mask[order[place]])
    return count


@kernel
def _sum_groups(table: Floats, masks: Bools, start: int, sums: Floats) -> None:
    """Add the rows of a table, which stands for the masks' places from `start` on, to the sums of their groups."""
    found = np.empty(table.shape[0], np.intp)
    for g in range(masks.shape[0]):
        count = 0
        for row in range(table.shape[0]):
            found[count] = row
            count += int(masks[g, start + row])
        for m in range(count):
            row = found[m]
            for column in range(table.shape[1]):
                sums[g, column] += table[row, column]
