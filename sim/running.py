"""A run: a pure function of plan, seed and code."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.core import kernel_cache
from sim.core.engine import EngineName
from sim.core.errors import UserError
from sim.model import VillageModel
from sim.money.audit import BALANCED, MEND
from sim.recording.recorder import Recorder
from sim.scenario.plan import Plan

if TYPE_CHECKING:
    from pandas import DataFrame


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

    def table(self, name: str) -> DataFrame:
        """The rows of one table of the records: month, group, name, item, value."""
        import pandas as pd

        rows = self.records["table"] == name
        return pd.DataFrame({column: cells[rows] for column, cells in self.records.items() if column != "table"})

    def panel(self) -> DataFrame:
        """Every measure (a column each) of every group at each 12-month mark; month 0 is the world as it opens."""
        return self.table("panel").pivot(index=["group", "month"], columns="name", values="value")

    def monthly(self) -> DataFrame:
        """Income by source and consumption of each month, yuan a head, of the groups that are followed by month."""
        return self.table("monthly").pivot(index=["group", "month"], columns="name", values="value")

    def households(self, month: int | None = None) -> DataFrame:
        """Every household (a row each, by its key) at one month.

        Columns: its persons; what is fixed (village, poor_at_start, fifth); net income of the accounting year that ends
        there, yuan a head; in the last month `served_LABEL`, whether a policy reached it; and in every month of a run
        with `monthly=True` income and consumption of that month, a head, and what it holds and owes.

        Args:
            month: 0 for the world as it opens, 12, 24, ...; the last one by default.

        Raises:
            UserError: Households were not recorded at that month.
        """
        import pandas as pd

        rows = self.table("household")
        months = sorted(set(rows["month"]))
        month = months[-1] if month is None else month
        if month not in months:
            allowed = ", ".join(map(str, months))
            mend = "" if {1, 2} & set(months) else "run(plan, seed, monthly=True) keeps every month"
            raise UserError(f"no household was recorded at month {month}", field="month", allowed=allowed, mend=mend)
        names = pd.unique(rows["name"])
        fixed = rows[(rows["month"] == 0) & ~rows["name"].str.endswith("_yuan")]
        here = pd.concat([fixed, rows[rows["month"] == month]]).drop_duplicates(["name", "item"], keep="last")
        wide = here.pivot(index="item", columns="name", values="value").rename_axis(index="household", columns=None)
        wide = wide[[name for name in names if name in wide]]
        whole = [name for name in wide if not name.endswith("_yuan")]
        wide[whole] = wide[whole].astype(np.int64)
        if "served" in wide:
            bits = wide.pop("served")
            for bit, label in enumerate(pd.unique(self.table("cost")["group"])):
                wide[f"served_{label}"] = (bits.to_numpy() >> bit) & 1 == 1
        return wide


def run(
    plan: Plan,
    seed: int,
    engine: EngineName = "compiled",
    threads: int = 1,
    days: int | None = None,
    monthly: bool = False,
) -> RunResult:
    """Run a plan to its horizon.

    Args:
        plan: A resolved scenario.
        seed: Run seed.
        engine: "compiled" or "agents"; the same bits either way.
        threads: Threads that share the villages; changes nothing but time.
        days: Stop after so many days from the opening one; None = the whole horizon.
        monthly: Whether to record every household at each month's end, not at yearly marks alone.
    """
    model = VillageModel(plan, rng=seed, engine=engine, threads=threads, observers=[Recorder(monthly)])
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
    from sim.population.profile_file import load_profile
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
