"""How a phase is run: compiled over rows, or as plain Python over Mesa agents; the same source, the same bits.

Phases are cut at village boundaries, and a household writes only itself, its village and that village's cadres: the
number of threads changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.core.errors import UserError
from sim.core.records import Rows, views_of

EngineName = Literal["compiled", "agents"]
Kernel = Callable[..., None]


def cut(weights: NDArray[np.int64], parts: int) -> list[tuple[int, int]]:
    """Split villages into `parts` runs of about equal weight (households)."""
    ends = np.cumsum(weights)
    goals = ends[-1] * np.arange(1, parts + 1) / parts
    stops = np.searchsorted(ends, goals, side="left") + 1
    starts = np.append(0, stops[:-1])
    return [(int(a), int(b)) for a, b in zip(starts, np.minimum(stops, len(ends)), strict=True) if b > a]


class Engine:
    """Runs kernels.

    Args:
        name: "compiled", or "agents": the kernel's Python source, with agents in the place of record arrays.
        sizes: Households of each village.
        threads: Threads that share the villages of a compiled run.
        see: The agents (or views) that stand for the rows of a record array.
    """

    def __init__(
        self,
        name: EngineName,
        sizes: NDArray[np.int64],
        threads: int = 1,
        see: Callable[[Rows], Sequence[Any]] = views_of,
    ) -> None:
        if name not in ("compiled", "agents"):
            raise UserError(f"unknown engine {name!r}", field="engine", allowed="compiled, agents")
        self.name = name
        self.ranges = cut(sizes, max(1, threads))
        self.see = see
        self._threads = threads if name == "compiled" else 1
        self._open()

    def _open(self) -> None:
        self._pool = ThreadPoolExecutor(self._threads) if self._threads > 1 else None

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the threads: a copy has its own."""
        return {name: value for name, value in vars(self).items() if name != "_pool"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """A copy with threads of its own."""
        vars(self).update(state)
        self._open()

    @property
    def villages(self) -> int:
        """How many villages there are."""
        return self.ranges[-1][1]

    def run(self, kernel: Kernel, *args: Any) -> None:
        """Run `kernel(*args, first_village, last_village)` over all villages."""
        if self._pool is not None:
            for done in [self._pool.submit(kernel, *args, *part) for part in self.ranges]:
                done.result()
        else:
            self.call(kernel, *args, 0, self.villages)

    def call(self, kernel: Kernel, *args: Any) -> None:
        """Run `kernel(*args)`, whatever it loops over."""
        if self.name == "agents":
            self.in_python(kernel, *args)
        else:
            kernel(*args)

    def in_python(self, kernel: Kernel, *args: Any) -> None:
        """Run the kernel's Python source over agents."""
        source: Kernel = kernel.py_func  # type: ignore[attr-defined]
        source(*(self.see(a) if isinstance(a, np.ndarray) and a.dtype.names else a for a in args))

    def close(self) -> None:
        """Let the threads go."""
        if self._pool is not None:
            self._pool.shutdown()
