"""The long records of a run: table, month, group, name, item, value."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.numerics import add_up

COLUMNS = {"table": object, "month": np.int16, "group": object, "name": object, "item": np.int64, "value": np.float64}


class Records:
    """Rows of the long table, gathered column by column."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, int, str, str, int, float]] = []
        self._blocks: list[tuple[str, int, str, str, NDArray[np.int64], NDArray[np.float64]]] = []

    def add(self, table: str, month: int, group: str, name: str, value: float, item: int = 0) -> None:
        """One number."""
        self._rows.append((table, month, group, name, item, float(value)))

    def add_block(
        self, table: str, month: int, group: str, name: str, items: NDArray[np.int64], values: NDArray[Any]
    ) -> None:
        """One number for each item."""
        self._blocks.append((table, month, group, name, items, np.array(values)))  # a small type stays small

    def columns(self) -> dict[str, NDArray[Any]]:
        """All rows as equally long arrays."""
        rows = len(self._rows) + add_up(len(items) for *_, items, _ in self._blocks)
        columns: dict[str, NDArray[Any]] = {key: np.empty(rows, dtype=kind) for key, kind in COLUMNS.items()}
        at = len(self._rows)
        for key, cells in zip(columns, zip(*self._rows, strict=True), strict=False):
            columns[key][:at] = cells
        for block in self._blocks:
            stop = at + len(block[4])
            for key, cell in zip(columns, block, strict=True):
                if isinstance(cell, np.ndarray):
                    columns[key][at:stop] = cell
                else:
                    columns[key][at:stop].fill(cell)  # the one string; NumPy would copy it for every row
            at = stop
        return columns
