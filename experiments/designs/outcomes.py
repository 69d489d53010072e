"""What a design keeps of a run: outcomes as everywhere (`experiments.measure.outcome`), and sums over the whole plan.

Sums are of the whole county, also where fewer villages are run, so that they stand beside what a design says of money
and days.

    plan/cost_yuan            what all measures cost, but for the worth of cadres' days, which are counted apart
    plan/cost_yuan:LABEL      what one costs
    plan/outlay_yuan          money that left purses and lenders' books for good; `:LABEL` likewise
    plan/spent_yuan:PURSE     what was spent of a purse
    plan/cadre_days           cadre-days used in the campaign
    plan/cadre_days_week      cadre-days used in the fullest week
    plan/income_share:GROUP   part of all net income that a group has at the run's last mark (such as fifth_1)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from experiments.measure.outcome import EVERYONE, SPELLING, Outcome, last_mark, parse_outcome, take_apart
from sim.core.errors import UserError
from sim.recording.own_results import NOTHING, Declared
from sim.scenario import Plan
from sim.toml.source import meant

PREFIX = "plan"
RUN = "experiments.designs.outcomes:values"


class Sum(NamedTuple):
    """A sum over a plan.

    Attributes:
        title: English and Chinese.
        unit: "yuan", "days" or "share".
        better: 1.0 if more of it is better, -1.0 if less.
        of: Works it out from a run's records, for a group or label, and the run's last yearly mark.
        scaled: Whether it grows with the number of villages.
    """

    title: tuple[str, str]
    unit: str
    better: float
    of: Callable[[Mapping[str, Any], str, int], float]
    scaled: bool = True


def _cost(records: Mapping[str, Any], label: str, mark: int) -> float:
    whole = _total(records, "cost", "cost_yuan", label)
    return whole - _total(records, "cost", "cadre_days_yuan", label)


def _outlay(records: Mapping[str, Any], label: str, mark: int) -> float:
    return _total(records, "cost", "cash_outlay_yuan", label)


def _spent(records: Mapping[str, Any], purse: str, mark: int) -> float:
    return _total(records, "purse", "spent_yuan", purse)


def _days(records: Mapping[str, Any], group: str, mark: int) -> float:
    return float(_values(records, "cadre_days", "used", "all").sum())


def _fullest_week(records: Mapping[str, Any], group: str, mark: int) -> float:
    return float(_values(records, "cadre_days", "used", "all").max(initial=0.0))


def _income_share(records: Mapping[str, Any], group: str, mark: int) -> float:
    def income(of: str) -> float:
        return Outcome("income_yuan", mark, of).of(records) * Outcome("persons", mark, of).of(records)

    return income(group) / income(EVERYONE)


SUMS: Mapping[str, Sum] = {
    "cost_yuan": Sum(("Cost of the plan", "方案成本"), "yuan", -1.0, _cost),
    "outlay_yuan": Sum(("Money paid out for good", "资金净支出"), "yuan", -1.0, _outlay),
    "spent_yuan": Sum(("Spent of the purse", "该项资金支出"), "yuan", -1.0, _spent),
    "cadre_days": Sum(("Cadre-days used", "干部工作日"), "days", -1.0, _days),
    "cadre_days_week": Sum(("Cadre-days in the fullest week", "最忙一周干部工作日"), "days", -1.0, _fullest_week),
    "income_share": Sum(("Share of all income", "占总收入比重"), "share", 1.0, _income_share, scaled=False),
}


class Kept(NamedTuple):
    """An outcome that a design keeps.

    Attributes:
        text: As written.
        outcome: One of the run's own; None for a sum.
        sum: A sum's name; "" for one of the run's own.
        group: Whom, which measure or which purse a sum is of.
    """

    text: str
    outcome: Outcome | None = None
    sum: str = ""
    group: str = EVERYONE

    @property
    def title(self) -> tuple[str, str]:
        """What readers call it, in English and Chinese, without its group and month."""
        return self.outcome.title if self.outcome else SUMS[self.sum].title

    @property
    def unit(self) -> str:
        """Its unit: as `Outcome.unit` has it, or "yuan", "days", "share"."""
        return self.outcome.unit() if self.outcome else SUMS[self.sum].unit

    @property
    def better(self) -> float:
        """1.0 if more of it is better, -1.0 if less."""
        return self.outcome.better if self.outcome else SUMS[self.sum].better

    @property
    def is_amount(self) -> bool:
        """Whether it is in yuan or a count, and not a share or an index between 0 and 1."""
        return self.outcome.is_amount if self.outcome else SUMS[self.sum].unit != "share"

    def of(self, records: Mapping[str, Any], horizon_months: int, scale: float) -> float:
        """The number in a run's records.

        Args:
            records: The records.
            horizon_months: Months of the run.
            scale: Villages of the county over those that were run.

        Raises:
            UserError: The run reports no such number.
        """
        if self.outcome:
            return self.outcome.of(records)
        one = SUMS[self.sum]
        return one.of(records, self.group, last_mark(horizon_months)) * (scale if one.scaled else 1.0)


def parse(text: str, horizon_months: int, own: Declared = NOTHING) -> Kept:
    """The outcome that a text names.

    Args:
        text: The text.
        horizon_months: Months of the run.
        own: What the user's own observers declare.

    Raises:
        UserError: It is written otherwise, or there is no such sum.
    """
    if not text.startswith(f"{PREFIX}/"):
        return Kept(text, parse_outcome(text, horizon_months, own))
    said = take_apart(text, allowed=f"{SPELLING}, or {PREFIX}/SUM[:GROUP]")
    if said.name not in SUMS:
        raise UserError(f"there is no sum '{PREFIX}/{said.name}'", field="outcomes", **meant(said.name, SUMS))
    if said.month is not None or said.item is not None:
        raise UserError(f"'{text}': a sum is of the whole run", field="outcomes", mend="leave @ and # out")
    if said.name == "spent_yuan" and said.group is None:
        raise UserError(f"'{text}' names no purse", field="outcomes", mend=f"write {text}:PURSE")
    return Kept(text, None, said.name, said.group or EVERYONE)


def values(plan: Plan, seed: int, outcomes: Sequence[str]) -> list[float]:
    """Run the model and read outcomes.

    Raises:
        UserError: One is misspelt, or the run reports no such number.
    """
    from sim.running import run

    wanted = [parse(text, plan.horizon_months) for text in outcomes]
    records = run(plan, seed).records
    scale = scale_of(plan)
    return [one.of(records, plan.horizon_months, scale) for one in wanted]


def scale_of(plan: Plan) -> float:
    """Villages of the county over those that a plan runs."""
    from sim.population.profile_file import load_profile

    return float(load_profile(plan.world.profile).size.villages) / plan.world.villages


def warm_up() -> None:
    """Compile the model once, before workers start."""
    from sim.running import warm_up as compile_all

    compile_all()


def _values(records: Mapping[str, Any], table: str, name: str, group: str) -> Any:
    rows = (records["table"] == table) & (records["name"] == name)
    if group != EVERYONE or table == "cadre_days":
        rows &= records["group"] == group
    return records["value"][np.flatnonzero(rows)]


def _total(records: Mapping[str, Any], table: str, name: str, group: str) -> float:
    """A sum over all groups, or one group's number."""
    return float(np.sum(_values(records, table, name, group)))
