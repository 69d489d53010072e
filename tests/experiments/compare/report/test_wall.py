"""The wall chart says what runs have done of each task, week by week, and what kept it from more."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from experiments.compare.report.context import Context
from experiments.compare.report.data import Experiment
from experiments.compare.report.sections.wall import tables
from experiments.compare.run import compare
from experiments.pages.blocks import Table
from experiments.pages.timetable import Timetable
from sim.scenario import Plan
from sim.scenario.tasks import Tasks

TITLE = {"en": "Courses", "zh": "培训"}
TASKS = {
    "pairing": {"title": {"en": "Pairing", "zh": "结对"}, "working_days": 5, "deadline": dt.date(2013, 1, 5)},
    "few": {"title": TITLE, "measure": "few", "amount": 5, "after": ["pairing"], "working_days": 5},
    "many": {"title": TITLE, "measure": "many", "amount": 5000, "deadline": 60},
}


def plan(name: str, tasks: bool) -> Plan:
    taught = {"few": "farm", "many": "work"}
    courses = [{"kind": "training", "content": content, "label": label} for label, content in taught.items()]
    return Plan.build(
        id=name, era="2012", title={"en": name, "zh": "方案"}, horizon_months=12, tasks=TASKS if tasks else {},
        world={"profile": "five_villages", "villages": 5}, campaign={"start": dt.date(2012, 12, 24), "days": 100},
        policies=[{"kind": "visits"}, *(courses if tasks else [])],
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    results = tmp_path_factory.mktemp("results")
    plans = [plan("baseline", False), plan("courses", True)]
    return compare(plans, name="wall", results=results, replicates=2, workers=0, spillovers=(), progress=False)


@pytest.fixture(scope="module")
def chart(folder: Path) -> Table:
    (one,) = tables(Context(Experiment(folder), "en"))
    return one


def row(chart: Table, name: str, nth: int = 0) -> dict[str, str]:
    found = [cells for cells in chart.rows if cells[0].text == name][nth]
    return dict(zip(chart.header, (cell.text for cell in found), strict=True))


def test_a_task_that_is_met_is_ticked_and_one_that_cannot_be_says_what_binds(chart: Table) -> None:
    by_amount = {row(chart, "Courses", nth)["Amount"]: row(chart, "Courses", nth) for nth in (0, 1)}
    few, many = by_amount["5"], by_amount["5,000"]
    assert few["15"] == "✓" and few["In time"] == "in 2 of 2 runs" and few["What stands against it"] == "–"
    assert many["In time"] == "in 0 of 2 runs" and many["What stands against it"] != "–"
    assert many["8"].endswith("▼") and int(many["8"].rstrip("▼")) < 90


def test_a_task_that_nothing_delivers_is_in_the_timetable_alone(chart: Table) -> None:
    pairing = row(chart, "Pairing")
    assert pairing["In time"] == "not simulated" and [pairing[str(week)] for week in (1, 2, 3)] == ["■", "□", "·"]


def test_weeks_are_the_campaigns_and_chinese_is_chinese(folder: Path, chart: Table) -> None:
    assert list(chart.header[1:16]) == [str(week) for week in range(1, 16)]
    (chinese,) = tables(Context(Experiment(folder), "zh"))
    assert "挂图作战" in chinese.caption and {cells[0].text for cells in chinese.rows} == {"结对", "培训"}


def test_what_is_planned_by_a_week_is_the_share_of_working_days_gone() -> None:
    found = Tasks.of(plan("x", True).resolved())
    assert found is not None
    timetable = Timetable(found, "en")
    assert timetable.planned("pairing", 1) == pytest.approx(6 / 12)  # 24 to 29 December of 24 December to 5 January
    assert timetable.planned("pairing", 2) == 1.0 and 0.0 < timetable.planned("few", 1) < 0.02, "begun on the 29th"
