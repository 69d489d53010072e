"""How a phase is run: compiled over rows, or as plain Python over Mesa agents; the same source, the same bits.

Phases are cut at village boundaries, and a household writes only itself, its village and that village's cadres: the
number of threads changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.errors import UserError
from sim.records import Views

EngineName = Literal["compiled", "agents"]


def cut(weights: NDArray[np.int64], parts: int) -> list[tuple[int, int]]:
    """Split villages into `parts` runs of about equal weight (households)."""
    ends = np.cumsum(weights)
    goals = ends[-1] * np.arange(1, parts + 1) / parts
    stops = np.searchsorted(ends, goals, side="left") + 1
    starts = np.append(0, stops[:-1])
    return [(int(a), int(b)) for a, b in zip(starts, np.minimum(stops, len(ends)), strict=True) if b > a]


class Engine:
    """Runs kernels over ranges of villages."""

    def __init__(self, name: EngineName, sizes: NDArray[np.int64], threads: int = 1) -> None:
        if name not in ("compiled", "agents"):
            raise UserError(f"unknown engine {name!r}", field="engine", allowed="compiled, agents")
        self.name = name
        self.ranges = cut(sizes, max(1, threads))
        self._pool = ThreadPoolExecutor(threads) if threads > 1 and name == "compiled" else None

    def run(self, kernel: Callable[..., Any], *args: Any) -> None:
        """Run `kernel(*args, first_village, last_village)`.

        With the engine `agents` the kernel's Python source runs and record arrays must come as `Views`.
        """
        if self.name == "agents":
            source = kernel.py_func  # type: ignore[attr-defined]
            source(*args, 0, self.ranges[-1][1])
        elif self._pool is None:
            for first, last in self.ranges:
                kernel(*args, first, last)
        else:
            for done in [self._pool.submit(kernel, *args, first, last) for first, last in self.ranges]:
                done.result()

    def close(self) -> None:
        """Let the threads go."""
        if self._pool is not None:
            self._pool.shutdown()


__all__ = ["Engine", "EngineName", "Views", "cut"]
