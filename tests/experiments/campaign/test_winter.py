"""The winter campaign as it ships, in a few of its villages: what winter, festival, frost and late money do to it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from sim.calendar.clock import Clock
from sim.model import VillageModel
from sim.running import RunResult, run
from sim.scenario import Plan, load_plan
from sim.scenario.tasks import timetable

START = dt.date(2012, 12, 24)
SMALL = ["world.villages=6", "horizon_months=12"]
FOLLOWED = {
    "loans": ("microcredit", "lent_yuan"), "taught": ("training", "trained"), "known": ("publicity", "meetings"),
    "stock": ("industry", "started"), "built": ("support_units", "finished"), "walked": ("visits", "visited"),
}  # fmt: skip
LATE = {"kind": "purse_late", "purse": "bank_women", "days": 30, "start": 1}


def day(date: dt.date) -> int:
    """Its campaign day."""
    return (date - START).days + 1


BEFORE_FESTIVAL, FESTIVAL_ENDS = dt.date(2013, 2, 4), dt.date(2013, 2, 18)
MARCH, SOWING = dt.date(2013, 3, 1), dt.date(2013, 3, 14)


def watched(plan: Plan) -> Plan:
    """The campaign with two tasks more, so that a run notes visits and works too, and the festival's last day."""
    title = {"en": "t", "zh": "任务"}
    tasks: dict[str, Any] = {
        name: {"title": title, "measure": label, "counts": count, "amount": 1.0, "deadline": FESTIVAL_ENDS}
        for name, (label, count) in FOLLOWED.items()
        if name in ("built", "walked")
    }
    return plan.with_settings({"tasks": tasks})


@pytest.fixture(scope="module")
def winter() -> Plan:
    return load_plan("winter_campaign", SMALL)


def curve(result: RunResult, name: str) -> dict[int, float]:
    """What was done of a task by campaign day."""
    rows = result.table("task")
    mine = rows[(rows["group"] == "all") & (rows["name"] == "/".join(FOLLOWED[name]))]
    return dict(zip(mine["item"].astype(int), mine["value"], strict=True))


@pytest.fixture(scope="module")
def lived(winter: Plan) -> RunResult:
    return run(watched(winter), 4)


@pytest.fixture(scope="module")
def delayed(winter: Plan) -> RunResult:
    return run(watched(winter).with_settings({"events": {"late": LATE}}), 4)


def test_loans_of_late_january_are_out_before_sowing(lived: RunResult) -> None:
    loans = curve(lived, "loans")
    assert loans[day(dt.date(2013, 1, 20))] == 0.0, "a bank takes its time"
    assert loans[day(BEFORE_FESTIVAL)] > 0.5 * loans[day(SOWING)] > 0.0
    assert loans[day(SOWING)] >= 0.99 * max(loans.values())


def test_nothing_is_poured_in_frozen_ground(lived: RunResult) -> None:
    built = curve(lived, "built")
    assert built[day(MARCH) - 1] == 0.0, "the ground is frozen until the end of February"
    begun = lived.table("by_month")
    begun = begun[(begun["group"] == "support_units") & (begun["name"] == "begun")].set_index("month")["value"]
    assert begun[3] > 0.0, "projects are chosen all the same"
    ended = lived.table("by_month")
    ended = ended[(ended["group"] == "support_units") & (ended["name"] == "finished")].set_index("month")["value"]
    assert ended[12] > 0.0 and ended[3] == 0.0, "and finished once the ground is open"


def test_the_festival_stops_everything(lived: RunResult) -> None:
    for name in FOLLOWED:
        done = curve(lived, name)
        assert done[day(BEFORE_FESTIVAL)] == done[day(FESTIVAL_ENDS)], name
    moved = [name for name in FOLLOWED if curve(lived, name)[day(SOWING)] > curve(lived, name)[day(FESTIVAL_ENDS)]]
    assert {"taught", "walked"} <= set(moved), "it goes on after it"


def test_classes_meet_in_the_idle_season(winter: Plan, lived: RunResult) -> None:
    taught = curve(lived, "taught")
    assert taught[day(MARCH) - 1] > 0.6 * max(taught.values())
    model = VillageModel(winter, rng=4)
    training = next(policy for policy in model.policies if policy.kind == "training")
    rows, come = np.arange(len(model.households), dtype=np.int64), {}
    for date in (dt.date(2013, 1, 7), dt.date(2013, 3, 20)):
        while model.today_date < date:
            model.step()
        come[date.month] = float((training.accepts(model.county, rows) > 0.0).mean())
    model.close()
    assert come[1] > 1.2 * come[3], "sowing keeps people away"


def income(result: RunResult) -> float:
    return result.value("panel", "income_yuan", month=12)


def test_thirty_days_of_delay_show_in_the_chart_and_in_income(lived: RunResult, delayed: RunResult) -> None:
    prompt, late = curve(lived, "loans"), curve(delayed, "loans")
    for when in (day(BEFORE_FESTIVAL), day(FESTIVAL_ENDS)):
        assert late[when] == 0.0 < prompt[when], "nothing is out before the festival"
    assert income(delayed) != income(lived)


def test_the_longer_the_quota_is_late_the_more_income_it_costs() -> None:
    plan = load_plan("winter_campaign", ["world.villages=20", "horizon_months=12"])
    days = {0: plan} | {days: plan.with_settings({"events": {"late": {**LATE, "days": days}}}) for days in (30, 90)}
    mean = {late: float(np.mean([income(run(one, seed)) for seed in (1, 2, 3, 4)])) for late, one in days.items()}
    assert mean[90] < mean[30] < mean[0]


def test_the_sprint_delivers_what_can_be_measured_and_is_examined_last() -> None:
    plan = load_plan("2023/sprint", ["world.villages=4", "horizon_months=5"])
    slots = timetable(plan.tasks, Clock(plan.campaign.start, plan.campaign.days, plan.horizon_months))
    examined = slots["examination"]
    assert examined.latest_finish <= dt.date(2023, 12, 31)
    assert all(slot.latest_finish < examined.latest_start for name, slot in slots.items() if name != "examination")
    rows = run(plan, 1).table("task")
    done = rows[rows["group"] == "all"].groupby("name")["value"].max()
    followed = {f"{task.measure}/{task.counts}" for task in plan.tasks.values() if task.followed}
    assert set(done.index) == followed and len(followed) == 4 and (done > 0.0).all()


def test_the_yearly_programme_and_the_progress_meeting_run() -> None:
    for name in ("yearly_programme", "progress_meeting"):
        small = ["world.profile=five_villages", "world.villages=5", "horizon_months=13"]
        rows = run(load_plan(name, small), 1).table("task")
        assert rows[rows["group"] == "all"]["value"].max() > 0.0
