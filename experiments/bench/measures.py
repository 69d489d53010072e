"""What `village bench` measures in its own process: rules, engines, bytes, shared luck, workers."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.measure.statistics import variance_ratio
from experiments.runs.request import MODEL
from experiments.runs.selftest import WorkersCheck, check_workers
from sim.core.engine import Engine, EngineName, Kernel
from sim.model import VillageModel
from sim.running import RunResult, run
from sim.scenario import Plan, load_plan

MONTH_KERNELS = ("close_month", "look_around", "learn_from_contacts", "close_year")
VISIT_KERNEL = "cadres_go_out"


class ClockedEngine(Engine):
    """An engine on one thread that notes how long each kernel took, call by call."""

    def __init__(self, sizes: NDArray[np.int64]) -> None:
        super().__init__("compiled", sizes)
        self.seconds: defaultdict[str, list[float]] = defaultdict(list)

    def call(self, kernel: Kernel, *args: Any) -> None:
        """Run a kernel and note the time."""
        start = time.perf_counter()
        super().call(kernel, *args)
        self.seconds[kernel.__name__].append(time.perf_counter() - start)


@dataclass(frozen=True)
class Kernels:
    """Compiled rules over a county.

    Attributes:
        households: In the county.
        month_ns: A household's month: accounts, contacts, talk.
        by_kernel_ns: The same by kernel.
        visit_ns: A visit, with the going out and the staying at the desk.
        month_seconds: A month of all households.
        copy_seconds: Copying their rows once.
        bytes_a_household: A row.
        bytes_with_contacts: A row, its contacts and what it shows them.
    """

    households: int
    month_ns: float
    by_kernel_ns: dict[str, float]
    visit_ns: float
    month_seconds: float
    copy_seconds: float
    bytes_a_household: int
    bytes_with_contacts: float


def measure_kernels(plan: Plan, repeats: int = 3) -> Kernels:
    """Run a plan several times; of every kernel's every call the fastest counts, since all runs do the same work."""
    calls: list[dict[str, list[float]]] = []
    for _ in range(repeats):
        model = VillageModel(plan, rng=1)
        model.engine = model.county.engine = clocked = ClockedEngine(model.villages["last"] - model.villages["first"])
        model.run_model()
        calls.append(clocked.seconds)
    fastest = {name: float(np.min([one[name] for one in calls], axis=0).sum()) for name in calls[0]}
    n = len(model.households)
    months = n * plan.horizon_months
    by_kernel = {name: fastest[name] / months * 1e9 for name in MONTH_KERNELS if name in fastest}
    visits = sum(book.counts.get("visited", 0.0) for book in model.county.books.values())
    world = model.county.world
    return Kernels(
        households=n,
        month_ns=sum(by_kernel.values()),
        by_kernel_ns=by_kernel,
        visit_ns=fastest.get(VISIT_KERNEL, 0.0) / max(1.0, visits) * 1e9,
        month_seconds=sum(by_kernel.values()) * n / 1e9,
        copy_seconds=copy_seconds(model.households),
        bytes_a_household=model.households.itemsize,
        bytes_with_contacts=model.households.itemsize
        + (world.indptr.nbytes + world.indices.nbytes + model.seen.nbytes) / n,
    )


def copy_seconds(rows: NDArray[np.void], repeats: int = 9) -> float:
    """The fastest of several copies of an array into another that is there already."""
    source, there = rows.view(np.uint8), np.empty(rows.nbytes, dtype=np.uint8)
    return min(_seconds(lambda: np.copyto(there, source)) for _ in range(repeats + 1))


def _seconds(what: Callable[[], object]) -> float:
    start = time.perf_counter()
    what()
    return time.perf_counter() - start


def household_month_seconds(plan: Plan, engine: EngineName, repeats: int) -> float:
    """Seconds a household for the run's second month, all that happens in it; the fastest of several."""
    found = []
    for _ in range(repeats):
        model = VillageModel(plan, rng=1, engine=engine)
        while model.today.month < 1 or model.day < model.clock.month_end_index(1):
            model.step()
        start = time.perf_counter()
        while model.day < model.clock.month_end_index(2):
            model.step()
        found.append((time.perf_counter() - start) / len(model.households))
        model.close()
    return min(found)


def shared_luck(plan: Plan, baseline: Plan, seeds: int) -> dict[str, dict[int, float]]:
    """How many times fewer replicates shared chance events need than independent seeds, by outcome and month."""
    months = list(range(12, plan.horizon_months + 1, 12))
    cells = [(name, month) for name in ("income_yuan", "headcount") for month in months]
    left, right = (
        np.array([[result.value("panel", name, month=month) for name, month in cells] for result in _runs(one, seeds)])
        for one in (plan, baseline)
    )
    ratios = [variance_ratio(*pair) for pair in zip(left.T, right.T, strict=True)]
    found: dict[str, dict[int, float]] = {}
    for (name, month), ratio in zip(cells, ratios, strict=True):
        found.setdefault(name, {})[month] = ratio
    return found


def _runs(plan: Plan, seeds: int) -> Iterator[RunResult]:
    return (run(plan, seed) for seed in range(1, seeds + 1))


def busy_workers(plan: Plan, runs: int, workers: int) -> WorkersCheck:
    """Real small runs in one process and with warm workers."""
    return check_workers([plan], MODEL, runs, workers)


def plan_of(scenario: str, villages: int, months: int) -> Plan:
    """A shipped scenario in a world of another size."""
    return load_plan(scenario, [f"world.villages={villages}", f"horizon_months={months}"])
