"""A run as a whole: what it gives back, and what it leaves in memory."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import pytest

from sim import running
from sim.county import County
from sim.model import VillageModel
from sim.policies.microcredit import Microcredit
from sim.scenario import load_plan
from tests.small_worlds import plan_of


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


def test_what_is_booked_as_the_run_ends_stands_in_its_last_month(monkeypatch: pytest.MonkeyPatch) -> None:
    def close(policy: Microcredit, _: County) -> None:
        policy.book.costs["loan_losses_yuan"] += 1000.0

    monkeypatch.setattr(Microcredit, "close", close)
    small = ["world.profile=five_villages", "world.villages=5", "horizon_months=6"]
    found = running.run(load_plan("microcredit", small), 2)
    at_the_end = found.value("by_month", "cost_yuan", "microcredit", month=6)
    assert found.value("cost", "loan_losses_yuan", "microcredit") == 1000.0
    assert at_the_end == found.value("cost", "cost_yuan", "microcredit")
