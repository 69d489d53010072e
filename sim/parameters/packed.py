"""Parameters as rules read them: `p.hospital_rate`, as plain Python numbers or as one row of an array for kernels."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from sim.parameters.typed import P

__all__ = ["P", "as_python", "as_row"]


def as_python(values: Mapping[str, float | tuple[float, ...]]) -> P:
    """Parameters as an object of Python floats and tuples of them."""
    plain: dict[str, Any] = {n: tuple(map(float, v)) if isinstance(v, tuple) else float(v) for n, v in values.items()}
    return cast(P, SimpleNamespace(**plain))


def as_row(values: Mapping[str, float | tuple[float, ...]]) -> NDArray[np.void]:
    """The same as a record array of one row, for compiled kernels."""
    fields = [(n, "f8", (len(v),)) if isinstance(v, tuple) else (n, "f8") for n, v in values.items()]
    row = np.zeros(1, dtype=np.dtype(fields, align=True))
    for name, value in values.items():
        row[name][0] = value
    return row
