"""A kind of agent, declared once.

    class Household(RecordAgent):
        cash_yuan: float = real("yuan", "money in hand")

From the one declaration come a NumPy structured array (one row an agent), the Mesa agent whose attributes read and
write its row, and the table of state variables in docs/ODD.md. A compiled kernel indexes the array (`rows[i].cash_yuan`);
the same source, run as Python over agents, reads the same row through the view, so both give the same bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.errors import UserError
from sim.mesa_compat import MesaAgent

Rows = NDArray[np.void]


@dataclass(frozen=True)
class Column:
    """One state variable: what it holds, in which unit, and between which limits."""

    dtype: str
    unit: str
    meaning: str
    length: int = 0
    low: float = float("-inf")
    high: float = float("inf")
    name: str = ""

    @property
    def field(self) -> tuple[Any, ...]:
        """The NumPy description of this column."""
        return (self.name, self.dtype, (self.length,)) if self.length else (self.name, self.dtype)

    @property
    def is_integer(self) -> bool:
        """Whether the column holds whole numbers."""
        return self.dtype[0] == "i"


def real(unit: str, meaning: str, length: int = 0) -> Any:
    """A float64 column (an array of them if `length` is given)."""
    return Column("f8", unit, meaning, length)


def whole(dtype: str, meaning: str, low: float, high: float, unit: str = "", length: int = 0) -> Any:
    """An integer column; `low` and `high` are checked at month ends, because compiled integers wrap silently."""
    return Column(dtype, unit, meaning, length, low, high)


class _Cells:
    """An array field of one row; hands out Python numbers."""

    __slots__ = ("_cells",)

    def __init__(self, cells: NDArray[Any]) -> None:
        self._cells = cells

    def __getitem__(self, i: int) -> Any:
        return self._cells[i].item()

    def __setitem__(self, i: int, value: float) -> None:
        self._cells[i] = value

    def __len__(self) -> int:
        return len(self._cells)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._cells.tolist())

    def __repr__(self) -> str:
        return repr(self._cells.tolist())


def _view(column: Column) -> property:
    name = column.name
    if column.length:
        return property(lambda self: _Cells(self._row[name]), doc=column.meaning)

    def read(self: Any) -> Any:
        return self._row[name].item()

    def write(self: Any, value: Any) -> None:
        self._row[name] = value

    return property(read, write, doc=f"{column.meaning} [{column.unit}]" if column.unit else column.meaning)


class Record:
    """A row of declared columns seen as an object: typed attributes in, Python numbers out."""

    COLUMNS: ClassVar[dict[str, Column]] = {}
    DTYPE: ClassVar[np.dtype[np.void]]
    _row: Any

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        declared = {n: replace(c, name=n) for n, c in vars(cls).items() if isinstance(c, Column)}
        if not declared:
            return
        cls.COLUMNS = declared
        # Widest first: aligned without holes.
        by_width = sorted(declared.values(), key=lambda c: -np.dtype(c.dtype).itemsize)
        cls.DTYPE = np.dtype([c.field for c in by_width], align=True)
        _RECORDS[cls.DTYPE] = cls
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

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.COLUMNS and name[0] != "_" and name not in _MESA_OWN:
            raise AttributeError(f"{type(self).__name__} has no column {name!r}; declared: {', '.join(self.COLUMNS)}")
        object.__setattr__(self, name, value)


_RECORDS: dict[np.dtype[np.void], type[Record]] = {}
# What Mesa itself writes on an agent.
_MESA_OWN = frozenset({"unique_id", "model", "pos", "cell"})


class RecordAgent(Record, MesaAgent):
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


def out_of_range(record: type[Record], rows: Rows) -> list[str]:
    """Names of integer columns that left their declared range, and of real columns that are not finite."""
    bad = []
    for column in record.COLUMNS.values():
        values = rows[column.name]
        if not values.size:
            continue
        if column.is_integer:
            if values.min() < column.low or values.max() > column.high:
                bad.append(column.name)
        elif not np.isfinite(values).all():
            bad.append(column.name)
    return bad


def state_table(record: type[Record]) -> str:
    """The state variables as a Markdown table, for docs/ODD.md."""
    lines = ["| variable | type | unit | meaning |", "|---|---|---|---|"]
    for c in record.COLUMNS.values():
        kind = f"{c.dtype}[{c.length}]" if c.length else c.dtype
        lines.append(f"| `{c.name}` | {kind} | {c.unit or '-'} | {c.meaning} |")
    return "\n".join(lines)
