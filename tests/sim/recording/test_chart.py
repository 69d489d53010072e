"""What tasks are counted by, place by place: parts that sum to the whole, and nothing where there is no task."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from sim.running import RunResult, run
from sim.scenario import Plan

TITLE = {"en": "t", "zh": "任务"}
COUNTED = {
    "visits": "visited", "training": "trained", "microcredit": "lent_yuan", "publicity": "meetings",
    "industry": "started", "support_units": "begun",
}  # fmt: skip


def plan(tasks: Any) -> Plan:
    policies: list[dict[str, Any]] = [
        {"kind": "visits"}, {"kind": "training", "content": "farm", "places": 60}, {"kind": "publicity"},
        {"kind": "microcredit", "channel": "microlender", "told_share": 1.0, "quota_yuan": 300_000},
        {"kind": "industry", "line": "livestock"}, {"kind": "support_units"},
    ]  # fmt: skip
    return Plan.build(
        era="2012", title=TITLE, horizon_months=12, world={"profile": "five_villages", "villages": 5},
        campaign={"start": dt.date(2012, 12, 24), "days": 200}, policies=policies, tasks=tasks,
    )  # fmt: skip


@pytest.fixture(scope="module")
def charted() -> RunResult:
    return run(plan({k: {"title": TITLE, "measure": k, "counts": c, "amount": 9} for k, c in COUNTED.items()}), 2)


@pytest.mark.parametrize(("label", "count"), COUNTED.items())
def test_places_sum_to_the_county_and_to_the_book(charted: RunResult, label: str, count: str) -> None:
    rows = charted.table("task")
    mine = rows[rows["name"] == f"{label}/{count}"].pivot(index="item", columns="group", values="value")
    assert (mine.diff().dropna() >= 0.0).all(axis=None), "what is done is never undone"
    for kind in ("town_", "unit_"):
        np.testing.assert_allclose(mine.filter(like=kind).sum(axis=1), mine["all"])
    told = charted.table("delivery")
    told = told[(told["group"] == label) & (told["name"] == count)].sort_values("item")
    assert mine["all"].iloc[-1] == told["value"].iloc[-1] > 0.0
    weekly = dict(zip(told["item"] * 7, told["value"], strict=True))
    assert all(mine["all"][day] == value for day, value in weekly.items() if day in mine.index)


def test_without_tasks_nothing_is_kept() -> None:
    bare = run(plan({}), 2)
    assert not set(bare.records["table"]) & {"place", "task", "task_bound", "books"}
