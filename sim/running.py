"""A run: a pure function of plan, seed and code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from sim.engine import EngineName
from sim.model import VillageModel

if TYPE_CHECKING:
    from sim.scenario import Plan


@dataclass(frozen=True)
class RunResult:
    """What came out of one run.

    Attributes:
        records: The long records: columns table, month, group, name, item, value, equally long.
        audit: Largest imbalance of money found, relative to all money that moved.
    """

    records: dict[str, NDArray[Any]]
    audit: float

    def value(self, table: str, name: str, group: str = "all", month: int | None = None, item: int = 0) -> float:
        """One number out of the records."""
        r = self.records
        found = (r["table"] == table) & (r["name"] == name) & (r["group"] == group) & (r["item"] == item)
        if month is not None:
            found &= r["month"] == month
        values = r["value"][found]
        if len(values) != 1:
            raise KeyError(f"{len(values)} values for {table}/{name}/{group}/{month}/{item}")
        return float(values[0])


def run(plan: Plan, seed: int, engine: EngineName = "compiled", threads: int = 1) -> RunResult:
    """Run a plan to its horizon.

    Args:
        plan: A resolved scenario.
        seed: Run seed.
        engine: "compiled" or "agents"; the same bits either way.
        threads: Threads that share the villages; changes nothing but time.
    """
    model = VillageModel(plan, rng=seed, engine=engine, threads=threads)
    try:
        model.run_model()
        return RunResult(model.recorder.finish(), model.accounts.audit())
    finally:
        model.close()


def warm_up() -> None:
    """Compile every kernel (or load it from the cache) by running a tiny world for a short while."""
    from sim.scenario import warm_up_plan

    run(warm_up_plan(), 1)
