"""Tasks of a campaign: a timetable that can be worked out by hand, and mistakes that are said where they stand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from sim.calendar.clock import Clock
from sim.core.errors import UserError
from sim.running import run
from sim.scenario import Plan, load_plan
from sim.scenario.tasks import Slot, Task, Tasks, timetable

START = dt.date(
    2012, 12, 24
)  # a Monday; the festival is from 5 to 18 February, Sundays are off, frost ends with February
CLOCK = Clock(START, 100, 12)


def day(month: int, number: int) -> dt.date:
    return dt.date(2012 if month == 12 else 2013, month, number)


def task(**settings: Any) -> Task:
    return Task.model_validate({"title": {"en": "t", "zh": "任务"}, **settings})


def slots(**tasks: Task) -> dict[str, Slot]:
    return timetable(tasks, CLOCK)


def test_a_task_takes_working_days_and_is_counted_back_from_its_deadline() -> None:
    (one,) = slots(a=task(working_days=6, deadline=day(1, 12))).values()
    assert (one.earliest_start, one.earliest_finish) == (day(12, 24), day(12, 29)), "Monday to Saturday"
    assert (one.latest_start, one.latest_finish) == (day(1, 7), day(1, 12))
    assert one.slack_days == 12 and (one.waits_for, one.decides) == ("", "")


def test_festival_frost_and_season_move_it() -> None:
    after_festival = slots(a=task(start=day(2, 4), working_days=3, deadline=day(2, 28)))["a"]
    assert after_festival.earliest_start == day(2, 4) and after_festival.earliest_finish == day(2, 20)
    assert slots(a=task(season="open_ground"))["a"].earliest_start == day(3, 1)
    assert slots(a=task(season="sowing"))["a"].earliest_start == day(3, 15)
    assert slots(a=task(season="idle_season", working_days=2))["a"].latest_finish == day(2, 28)


def test_what_comes_after_waits_and_what_comes_before_hurries() -> None:
    found = slots(a=task(working_days=5), b=task(working_days=5, after=("a",), deadline=day(1, 12)))
    assert found["b"].earliest_start == day(12, 29) and found["b"].waits_for == "a"
    assert found["a"].latest_finish == day(1, 7) and found["a"].decides == "b", "b begins on the 8th at the latest"
    assert found["a"].slack_days == found["b"].slack_days


def test_a_deadline_before_the_earliest_end_is_said_with_what_binds() -> None:
    tasks = {"a": task(working_days=10), "b": task(working_days=5, after=("a",), deadline=day(1, 8))}
    with pytest.raises(
        UserError, match=r"is due on 2013-01-08 and cannot be done before 2013-01-09: it takes 5 working"
    ) as e:
        timetable(tasks, CLOCK)
    assert e.value.field == "tasks.b" and "after 'a' is done on 2013-01-03" in str(e.value)
    with pytest.raises(UserError, match=r"on days of open ground"):
        slots(a=task(season="open_ground", deadline=day(2, 20)))


def test_a_circle_is_named() -> None:
    with pytest.raises(UserError, match="a -> b -> a"):
        slots(a=task(after=("b",)), b=task(after=("a",)))


@pytest.mark.parametrize("late", range(0, 60, 7))
def test_a_later_deadline_never_hurts(late: int) -> None:
    tight = slots(a=task(working_days=4), b=task(working_days=3, after=("a",), deadline=day(1, 20)))
    loose = slots(
        a=task(working_days=4), b=task(working_days=3, after=("a",), deadline=day(1, 20) + dt.timedelta(late))
    )
    for name in ("a", "b"):
        assert loose[name].slack_days >= tight[name].slack_days
        assert loose[name].earliest_start == tight[name].earliest_start


def plan(tasks: Any, **content: Any) -> Plan:
    return Plan.build(
        era="2012", title={"en": "x", "zh": "x"}, horizon_months=12, tasks=tasks,
        world={"profile": "five_villages", "villages": 5}, campaign={"start": START, "days": 100},
        policies=[{"kind": "visits"}, {"kind": "training", "content": "farm"}], **content,
    )  # fmt: skip


TITLE = {"en": "Teach", "zh": "培训"}
TAUGHT = {"title": TITLE, "measure": "training", "amount": 60, "deadline": 80}


def test_a_task_is_a_target_of_its_measure_to_the_last_bit(tmp_path: Any) -> None:
    with_task = plan({"teach": TAUGHT})
    target = plan({}, targets={"training": {"trained": {"amount": 60, "deadline": 80}}})
    assert list(with_task.targets_of("training")) == list(target.targets_of("training")) == [("trained", 60.0, 80)]
    one, other = run(with_task, 3).records, run(target, 3).records
    rest = ~np.isin(one["table"], ("place", "task", "task_bound", "task_means", "books"))  # the chart's own rows
    assert all(one[name][rest].tobytes() == other[name].tobytes() for name in ("month", "item", "value"))
    file = tmp_path / "again.toml"
    file.write_text(with_task.resolved_toml(), encoding="utf-8")
    again = load_plan(file)
    assert again.digest() == with_task.digest() and again.tasks == with_task.tasks
    found = Tasks.of(with_task.resolved())
    assert found is not None and found.tasks == dict(with_task.tasks) and Tasks.of(plan({}).resolved()) is None
    assert with_task.with_settings({"tasks.teach.amount": 70}).tasks["teach"].amount == 70


@pytest.mark.parametrize(
    ("tasks", "words"),
    [
        ({"a": {"title": TITLE, "measure": "trainings"}}, "did you mean 'training'"),
        ({"a": {"title": TITLE, "measure": "training", "counts": "taught"}}, "does not count 'taught'"),
        ({"a": {"title": TITLE, "amount": 5}}, "there is no measure to count it by"),
        ({"a": {"title": TITLE, "after": ["b"]}}, "there is no task 'b'"),
        ({"a": {"title": TITLE, "purse": "till"}}, "there is no purse 'till'"),
        ({"a": {"title": TITLE, "deadline": dt.date(2015, 1, 1)}}, "the days of the run"),
        ({"a": {"title": TITLE, "townships": ["nowhere"]}}, "there is no township 'nowhere'"),
        ({"a": {"title": TITLE, "season": "summer"}}, "tasks.a.season"),
        ({"a": {"title": TITLE, "working_days": 90}}, "cannot be done before"),
        ({"a": {}}, "'title' is missing"),
        ({"1": {"title": TITLE}}, "cannot name a task"),
        ([{"title": TITLE}], "NAME"),
    ],
)
def test_mistakes_are_said(tasks: Any, words: str) -> None:
    with pytest.raises(UserError, match=words):
        plan(tasks)


def test_what_is_to_be_delivered_is_said_once() -> None:
    with pytest.raises(UserError, match="has a target already"):
        plan({"teach": TAUGHT}, targets={"training": {"trained": {"amount": 50}}})


def test_townships_may_each_have_a_task_of_their_own() -> None:
    there = {**TAUGHT, "townships": ["township 1"]}
    assert list(plan({"teach": there}).targets_of("training")) == [], "no target of the whole county"
    with pytest.raises(UserError, match="has a target already"):
        plan({"teach": there, "again": there})


@pytest.mark.parametrize(
    ("goal", "words"),
    [
        ({"indicator": "income_yuan"}, "state either change or level"),
        ({"indicator": "income", "change": 0.1}, "there is no indicator 'income'"),
        ({"indicator": "income_yuan", "change": 0.1, "group": "everyone"}, "there is no group 'everyone'"),
        ({"indicator": "income_yuan", "change": 0.1, "month": 18}, "multiple of 12"),
    ],
)
def test_mistakes_in_goals_are_said(goal: Any, words: str) -> None:
    with pytest.raises(UserError, match=words):
        plan({}, goals={"more": {"title": TITLE, **goal}})


def test_a_goal_is_met_from_its_own_side() -> None:
    goals = plan({}, goals={
        "up": {"title": TITLE, "indicator": "income_yuan", "change": 0.18},
        "down": {"title": TITLE, "indicator": "registered_headcount", "change": -0.2},
        "level": {"title": TITLE, "indicator": "headcount", "level": 0.1},
    }).goals  # fmt: skip
    assert goals["up"].met(1000.0, 1180.0) and not goals["up"].met(1000.0, 1179.0)
    assert goals["down"].met(0.3, 0.24) and not goals["down"].met(0.3, 0.25)
    assert goals["level"].met(0.3, 0.1) and not goals["level"].met(0.3, 0.11)
