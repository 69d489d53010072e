"""Many runs' long records as one matrix a table: a row for each (month, group, name, item), a column for each seed.

Runs are read one at a time; what stays in memory is eight bytes a value, because runs of one scenario share their keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Keys = NDArray[np.int64]
_GROUP_BITS, _NAME_BITS, _MONTH_BITS, _ITEM_BITS = 20, 14, 8, 20


@dataclass(frozen=True)
class Matrix:
    """Values of one table for several seeds.

    Attributes:
        keys: One packed key a row, ascending.
        values: One column a seed, in the order asked for.
    """

    keys: Keys
    values: Floats

    def onto(self, keys: Keys, absent: float) -> Floats:
        """The values under other keys (ascending); `absent` where this matrix has none."""
        if np.array_equal(keys, self.keys):
            return self.values
        out = np.full((len(keys), self.values.shape[1]), absent)
        place = np.searchsorted(keys, self.keys)
        inside = place < len(keys)
        inside[inside] = keys[place[inside]] == self.keys[inside]
        out[place[inside]] = self.values[inside]
        return out


class Cells:
    """Collects runs' rows, table by table, and hands them out as matrices."""

    def __init__(self) -> None:
        self._groups: dict[str, int] = {}
        self._names: dict[str, int] = {}
        self._runs: dict[tuple[str, str, int], tuple[Keys, Floats]] = {}
        self._last_keys: dict[tuple[str, str], Keys] = {}

    def add(self, scenario: str, seed: int, rows: pa.Table) -> None:
        """Take in a run's rows (everything but households).

        Raises:
            ValueError: The rows are not a run's: a month, an item or a number of names beyond reason, or a key twice.
        """
        tables: dict[str, int] = {}
        table = _codes(rows["table"], tables)
        group, name = _codes(rows["group"], self._groups), _codes(rows["name"], self._names)
        month, item = rows["month"].to_numpy().astype(np.int64) + 1, rows["item"].to_numpy()
        value = rows["value"].to_numpy()
        packed = np.zeros(len(rows), np.int64)
        for part, bits in (
            (group, _GROUP_BITS),
            (name, _NAME_BITS),
            (month, _MONTH_BITS),
            (item, _ITEM_BITS),
        ):
            if ((part < 0) | (part >= 1 << bits)).any():
                raise ValueError(f"scenario {scenario}, seed {seed}: a month, item or name is out of range")
            packed = packed << bits | part
        for word, code in tables.items():
            here = table == code
            keys, values = packed[here], value[here]
            order = np.argsort(keys, kind="stable")
            keys, values = keys[order], values[order]
            if (np.diff(keys) == 0).any():
                raise ValueError(f"scenario {scenario}, seed {seed}: table {word!r} has two values for one key")
            last = self._last_keys.get((scenario, word))
            if last is not None and np.array_equal(last, keys):
                keys = last
            self._last_keys[scenario, word] = keys
            self._runs[scenario, word, seed] = keys, values

    def matrix(self, table: str, scenario: str, seeds: Sequence[int], absent: float = np.nan) -> Matrix:
        """The values of one table for these seeds; `absent` where a run has no such row."""
        empty = np.empty(0, np.int64), np.empty(0)
        runs = [self._runs.get((scenario, table, seed), empty) for seed in seeds]
        keys = runs[0][0] if runs else empty[0]
        if any(run[0] is not keys for run in runs):
            keys = np.unique(np.concatenate([run[0] for run in runs]))
        columns = [Matrix(run[0], run[1][:, None]).onto(keys, absent) for run in runs]
        return Matrix(keys, np.hstack([np.empty((len(keys), 0)), *columns]))

    def row(self, matrix: Matrix, group: str, name: str, month: int, item: int = 0) -> Floats | None:
        """One cell's values, a seed each; None if there is no such cell."""
        if group not in self._groups or name not in self._names:
            return None
        text = self._groups[group] << _NAME_BITS | self._names[name]
        key = (text << _MONTH_BITS | month + 1) << _ITEM_BITS | item
        place = int(np.searchsorted(matrix.keys, key))
        found = place < len(matrix.keys) and matrix.keys[place] == key
        return matrix.values[place] if found else None

    def labels(self, keys: Keys) -> dict[str, Any]:
        """The columns month, group, name and item that packed keys stand for."""
        groups, names = (
            np.array([*self._groups, ""], dtype=object),
            np.array([*self._names, ""], dtype=object),
        )
        text = keys >> (_MONTH_BITS + _ITEM_BITS)
        return {
            "month": ((keys >> _ITEM_BITS) & ((1 << _MONTH_BITS) - 1)) - 1,
            "group": groups[text >> _NAME_BITS],
            "name": names[text & ((1 << _NAME_BITS) - 1)],
            "item": keys & ((1 << _ITEM_BITS) - 1),
        }


def _codes(column: pa.ChunkedArray, words: dict[str, int]) -> Keys:
    array = column.combine_chunks()
    codes = np.array([words.setdefault(word, len(words)) for word in array.dictionary.to_pylist()], dtype=np.int64)
    found: Keys = codes[array.indices.to_numpy()]
    return found
