"""A kind of agent, declared once.

    class Household(RecordAgent):
        cash_yuan: float = real("yuan", "money in hand")

From the one declaration come a NumPy structured array (one row an agent), the Mesa agent whose attributes read and
write its row, and the table of state variables in docs/ODD.md. A compiled kernel indexes the array
(`rows[i].cash_yuan`); the same source, run as Python over agents, reads the same row through the view, so both give the
same bits. A view refuses a value out of range where it is written; for compiled rows the model looks at month ends.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.core.errors import UserError
from sim.core.mesa_compat import Live, MesaAgent
from sim.core.rule import kernel
from sim.core.snapshot import Part

Rows = NDArray[np.void]
Stretch = tuple[list[str], int, NDArray[Any], NDArray[Any]]


@dataclass(frozen=True)
class Column:
    """One state variable: what it holds, in which unit, and between which limits."""

    dtype: str
    unit: str
    meaning: str
    length: int = 0
    low: float = -sys.float_info.max  # so that nan and inf lie outside
    high: float = sys.float_info.max
    name: str = ""

    @property
    def field(self) -> tuple[Any, ...]:
        """The NumPy description of this column."""
        return (self.name, self.dtype, (self.length,)) if self.length else (self.name, self.dtype)

    def checked(self, value: float) -> float:
        """The value, if the column may hold it.

        Raises:
            ValueError: It is out of range, or not finite.
        """
        if not self.low <= value <= self.high:
            raise ValueError(f"{self.name} cannot be {value!r}; it goes from {self.low:g} to {self.high:g}")
        return value


def real(unit: str, meaning: str, length: int = 0) -> Any:
    """A float64 column (an array of them if `length` is given)."""
    return Column("f8", unit, meaning, length)


def index(unit: str, meaning: str, high: float = 1.0) -> Any:
    """A float32 column from 0 to `high`: for what nobody measures to more than a few digits, in half the room."""
    return Column("f4", unit, meaning, low=0.0, high=high)


def whole(dtype: str, meaning: str, low: float, high: float, unit: str = "", length: int = 0) -> Any:
    """An integer column; `low` and `high` are checked at month ends, because compiled integers wrap silently."""
    return Column(dtype, unit, meaning, length, low, high)


class _Cells(Live):
    """An array field of one row; hands out Python numbers."""

    __slots__ = ("_cells", "_column")

    def __init__(self, cells: NDArray[Any], column: Column) -> None:
        self._cells, self._column = cells, column

    def __getitem__(self, i: int) -> Any:
        return self._cells[i].item()

    def __setitem__(self, i: int, value: float) -> None:
        self._cells[i] = self._column.checked(value)

    def __len__(self) -> int:
        return len(self._cells)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._cells.tolist())

    def __deepcopy__(self, memo: object) -> list[Any]:
        found: list[Any] = self._cells.tolist()
        return found

    def __repr__(self) -> str:
        return repr(self._cells.tolist())


def _view(column: Column) -> property:
    name = column.name
    if column.length:
        return property(lambda self: _Cells(self._row[name], column), doc=column.meaning)

    def read(self: Any) -> Any:
        return self._row[name].item()

    def write(self: Any, value: Any) -> None:
        self._row[name] = column.checked(value)

    return property(read, write, doc=f"{column.meaning} [{column.unit}]" if column.unit else column.meaning)


class Record:
    """A row of declared columns seen as an object: typed attributes in, Python numbers out."""

    COLUMNS: ClassVar[dict[str, Column]] = {}
    DTYPE: ClassVar[np.dtype[np.void]]
    LIMITS: ClassVar[list[Stretch]]
    _row: Any

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        declared = {n: replace(c, name=n) for n, c in vars(cls).items() if isinstance(c, Column)}
        if not declared:
            return
        cls.COLUMNS = declared
        # Widest first: aligned without holes.
        by_width = sorted(declared.values(), key=lambda c: -np.dtype(c.dtype).itemsize)
        fields = [c.field for c in by_width]
        packed, aligned = np.dtype(fields).itemsize, np.dtype(fields, align=True).itemsize
        if aligned > packed:
            # What is left at the end is a field too, so that a copy has all the bytes of its original.
            fields.append(("_", "u1", (aligned - packed,)))
        cls.DTYPE = np.dtype(fields, align=True)
        _RECORDS[cls.DTYPE] = cls
        cls.LIMITS = _limits(cls)
        for name, column in declared.items():
            setattr(cls, name, _view(column))

    @classmethod
    def rows(cls, n: int) -> Rows:
        """An array of `n` rows, all zero."""
        return np.zeros(n, dtype=cls.DTYPE)

    @classmethod
    def of(cls, row: Any) -> Any:
        """A view of one row, without Mesa."""
        view = object.__new__(cls)
        object.__setattr__(view, "_row", row)
        return view

    def repeated(self, n: int) -> Rows:
        """`n` rows of their own, each of which holds what this one holds now."""
        rows = self.rows(n)
        rows[:] = self._row
        return rows

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.COLUMNS and name[0] != "_" and name not in _MESA_OWN:
            raise AttributeError(f"{type(self).__name__} has no column {name!r}; declared: {', '.join(self.COLUMNS)}")
        object.__setattr__(self, name, value)


_RECORDS: dict[np.dtype[np.void], type[Record]] = {}
# What Mesa itself writes on an agent.
_MESA_OWN = frozenset({"unique_id", "model", "pos", "cell"})


class RecordAgent(Part, Record, MesaAgent):
    """A Mesa agent whose state is one row of a record array.

    Its identity is `key`; Mesa's `unique_id` depends on who was made first.
    """

    key: int

    def __init__(self, model: Any, row: Any, index: int) -> None:
        self._row, self._index = row, index
        MesaAgent.__init__(self, model)

    @property
    def row(self) -> int:
        """Which row of its array this agent is: `model.households[household.row]`."""
        return self._index

    def remove(self) -> None:
        """Refused: nobody enters or leaves the world during a run."""
        raise UserError(f"a {type(self).__name__} cannot be removed; who is in the world is fixed when it is built")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.key}>"


def views_of(rows: Rows) -> list[Any]:
    """A view of every row, without Mesa."""
    record = _RECORDS[rows.dtype]
    return [record.of(row) for row in rows]


def _limits(record: type[Record]) -> list[Stretch]:
    """For each stretch of columns of one type: the name of every cell, the place of the first, least and most."""
    stretches: list[Stretch] = []
    in_place = [record.COLUMNS[name] for name in record.DTYPE.names or () if name in record.COLUMNS]
    for kind, group in groupby(in_place, key=lambda column: column.dtype):
        columns = [column for column in group for _ in range(max(1, column.length))]
        low, high = (np.array([getattr(c, end) for c in columns], dtype=kind) for end in ("low", "high"))
        start = record.DTYPE.fields[columns[0].name][1] // low.itemsize  # type: ignore[index]
        stretches.append(([c.name for c in columns], start, low, high))
    return stretches


@kernel
def _first_outside(
    cells: NDArray[Any], start: int, low: NDArray[Any], high: NDArray[Any], found: NDArray[np.int64]
) -> None:
    width = low.shape[0]
    for i in range(cells.shape[0]):
        row = cells[i, start : start + width]
        inside = True
        for c in range(width):  # no branch: several columns at a time
            inside &= (row[c] >= low[c]) & (row[c] <= high[c])
        if not inside:
            for c in range(width):
                if not low[c] <= row[c] <= high[c] and found[c] < 0:
                    found[c] = i


def out_of_range(record: type[Record], rows: Rows) -> dict[str, int]:
    """Columns that left their declared range or are not finite, each with the first row in which it did."""
    bad: dict[str, int] = {}
    for names, start, low, high in record.LIMITS:
        cells = rows.view(low.dtype).reshape(len(rows), record.DTYPE.itemsize // low.itemsize)
        found = np.full(len(names), -1)
        _first_outside(cells, start, low, high, found)
        for name, row in zip(names, found.tolist(), strict=True):
            if row >= 0:
                bad[name] = min(row, bad.get(name, row))
    return bad


def check_range(record: type[Record], rows: Rows, when: object) -> None:
    """Refuse rows that hold something outside of what was declared.

    Raises:
        ArithmeticError: One does; says whose (its key, or the household whose row it is), and when.
    """
    for column, row in out_of_range(record, rows).items():
        who = rows["key" if "key" in record.COLUMNS else "household"][row]
        raise ArithmeticError(f"{when}: {column} of {record.__name__} {who} is {rows[column][row].tolist()}")


def in_range(rows: NDArray[Any]) -> bool:
    """Whether a record array holds only what was declared; true of other arrays."""
    record = _RECORDS.get(rows.dtype)
    return record is None or not out_of_range(record, rows)


def state_table(record: type[Record]) -> str:
    """The state variables as a Markdown table, for docs/ODD.md."""
    lines = ["| variable | type | unit | meaning |", "|---|---|---|---|"]
    for c in record.COLUMNS.values():
        kind = f"{c.dtype}[{c.length}]" if c.length else c.dtype
        lines.append(f"| `{c.name}` | {kind} | {c.unit or '-'} | {c.meaning} |")
    return "\n".join(lines)
