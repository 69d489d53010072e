"""A run: a pure function of plan, seed and code."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from sim.core import kernel_cache
from sim.core.engine import EngineName
from sim.core.errors import UserError
from sim.model import VillageModel
from sim.money.audit import BALANCED, MEND
from sim.scenario.plan import Plan


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


def run(
    plan: Plan, seed: int, engine: EngineName = "compiled", threads: int = 1, days: int | None = None
) -> RunResult:
    """Run a plan to its horizon.

    Args:
        plan: A resolved scenario.
        seed: Run seed.
        engine: "compiled" or "agents"; the same bits either way.
        threads: Threads that share the villages; changes nothing but time.
        days: Stop after so many days from the opening one; None = the whole horizon.
    """
    model = VillageModel(plan, rng=seed, engine=engine, threads=threads)
    try:
        if days is None:
            model.run_model()
        else:
            for _ in range(days):
                model.step()
        model.finish()
        if (gap := model.county.accounts.audit()) > BALANCED:
            problem = f"money does not balance at the end of the run: {gap:.1e} of all that moved"
            raise UserError(problem, field="audit", mend=f"something wrote cash between steps; {MEND}")
        return RunResult(model.recorder.columns(), model.county.accounts.audit())
    finally:
        model.close()
        # A model stands in circles (Mesa's own step is one), which would keep its rows until the collector comes by.
        vars(model).clear()


def warm_up() -> None:
    """Compile every kernel, or load it from the cache, by a year of five villages under the policies that have any."""
    from sim.policies import registry
    from sim.population.profile import load_profile
    from sim.scenario import Campaign, Plan, PolicyPlan, Title, World

    policies = (
        PolicyPlan(kind=kind, label=kind, settings=policy.Settings.model_validate(policy.warm))
        for kind, policy in registry().items()
        if policy.warm is not None
    )
    plan = Plan(
        id="warm_up",
        title=Title(en="warming up", zh="预热"),
        era="2012",
        horizon_months=12,
        closure="endogenous",
        world=World(profile="five_villages", villages=5),
        campaign=Campaign(start=dt.date(2012, 12, 24), days=200),
        policies=tuple(policies),
        purses=load_profile("five_villages").purses,
    )
    run(plan, 1)
    kernel_cache.now_warm()
