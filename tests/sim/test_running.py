"""A run as a whole: what it gives back, and what it leaves in memory."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import running
from sim.core.errors import UserError
from sim.county import County
from sim.model import VillageModel
from sim.policies.microcredit import Microcredit
from sim.running import RunResult
from sim.scenario import Plan, load_plan
from tests.small_worlds import lived, plan_of

CASH = {"kind": "cash", "budget_yuan": 3_000_000, "months": 2}


def test_nothing_of_a_run_stays_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[weakref.ref[Any]] = []

    class Watched(VillageModel):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            made.append(weakref.ref(self.households))

    monkeypatch.setattr(running, "VillageModel", Watched)
    plan = plan_of(tmp_path, villages=1, months=5)
    gc.disable()  # without waiting for the collector: a county's rows would pile up meanwhile
    try:
        result = running.run(plan, 1)
        assert made[0]() is None
    finally:
        gc.enable()
    assert result.value("panel", "persons", month=0) > 0


def test_a_run_can_stop_after_so_many_days(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, villages=1, months=12)
    short, whole = running.run(plan, 1, days=150), running.run(plan, 1)
    months = {int(month) for month in short.records["month"][short.records["table"] == "monthly"]}
    assert months == {1, 2, 3, 4} and short.value("day100", "awareness") == whole.value("day100", "awareness")


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return plan_of(tmp_path_factory.mktemp("run"), [{"kind": "visits"}, CASH], villages=2, months=14)


@pytest.fixture(scope="module")
def result(plan: Plan) -> RunResult:
    return running.run(plan, 3, monthly=True)


def test_what_is_taken_at_the_end_says_so(plan: Plan, result: RunResult) -> None:
    """Nothing that the run brought about stands under month 0, the world as it opens."""
    r = result.records
    opening = r["month"] == 0
    at_start = set(zip(r["table"][opening], r["name"][opening], strict=True))
    households = {"persons", "village", "poor_at_start", "fifth", "income_yuan", "income_after_yuan"}
    assert {table for table, _ in at_start} == {"panel", "household", "percentile"}
    assert {name for table, name in at_start if table == "household"} == households
    for table in ("cost", "money", "purse", "spending", "binding"):
        assert set(r["month"][r["table"] == table]) == {14}, table
    early = running.run(plan, 3, days=150).records
    assert set(early["month"][early["name"] == "served"]) == {5}


def test_panels_are_data_frames(result: RunResult) -> None:
    panel, monthly = result.panel(), result.monthly()
    assert panel.loc[("fifth_1", 12), "income_yuan"] == result.value("panel", "income_yuan", "fifth_1", 12)
    assert list(panel.loc["all"].index) == [0, 12] and list(monthly.loc["all"].index) == list(range(1, 15))
    assert monthly.loc[("linked", 3), "income_yuan"] == result.value("monthly", "income_yuan", "linked", 3)


def test_households_at_a_month(plan: Plan, result: RunResult) -> None:
    model = lived(plan)
    h, end = model.households, result.households()
    assert end.index.tolist() == h["key"].tolist() and (end["persons"] == h["persons"]).all()
    assert (end["served_cash"] == model.county.books["cash"].served).all()
    assert 0 < end["served_cash"].sum() < len(h) and (end["cash_yuan"] == h["cash_yuan"].astype(np.float32)).all()
    closed, opened = result.households(12), result.households(0)
    whole = closed["income_yuan"] * closed["persons"]  # families have changed since
    assert whole.to_numpy() == pytest.approx(h["income_last"].sum(axis=1), rel=1e-6)
    assert "served_cash" not in opened and "cash_yuan" not in opened and len(opened) == len(h)


def test_months_add_up_to_the_year(result: RunResult) -> None:
    months = [result.households(month) for month in range(1, 13)]
    by_month = pd.concat([found["income_month_yuan"] * found["persons"] for found in months], axis=1)
    year = months[-1]["income_yuan"] * months[-1]["persons"]
    assert by_month.sum(axis=1).to_numpy() == pytest.approx(year.to_numpy(), abs=0.05)
    people = result.households(5)
    mean = np.average(people["income_month_yuan"], weights=people["persons"])
    assert mean == pytest.approx(result.value("monthly", "income_yuan", month=5), rel=1e-5)


def test_households_are_kept_by_month_only_on_request(plan: Plan) -> None:
    short = running.run(plan, 3, days=150)
    with pytest.raises(UserError, match=r"no household was recorded at month 2.*0, 5.*monthly=True"):
        short.households(2)


def test_what_is_booked_as_the_run_ends_stands_in_its_last_month(monkeypatch: pytest.MonkeyPatch) -> None:
    def close(policy: Microcredit, _: County) -> None:
        policy.book.costs["loan_losses_yuan"] += 1000.0

    monkeypatch.setattr(Microcredit, "close", close)
    small = ["world.profile=five_villages", "world.villages=5", "horizon_months=6"]
    found = running.run(load_plan("microcredit", small), 2)
    at_the_end = found.value("by_month", "cost_yuan", "microcredit", month=6)
    assert found.value("cost", "loan_losses_yuan", "microcredit") == 1000.0
    assert at_the_end == found.value("cost", "cost_yuan", "microcredit")
