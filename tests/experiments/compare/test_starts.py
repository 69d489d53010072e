"""Measures that wait for a condition, as a comparison tells of them: in how many runs they started, and when."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from experiments.compare.report.context import Context
from experiments.compare.report.data import Experiment
from experiments.compare.report.sections import day100
from experiments.compare.report.sections.answer import said_with_caveats
from experiments.compare.run import compare
from experiments.compare.summary import said_with
from experiments.compare.tables import Comparison
from experiments.pages.blocks import Bullets, Text
from sim.running import run
from sim.scenario import Plan

PURSE: dict[str, Any] = {"id": "aid", "title_en": "Aid", "title_zh": "补助", "amount_yuan": 4e6, "uses": ["cash"]}
SEEDS = (1, 2, 3, 4)


def plan(name: str, when: dict[str, Any] | None = None) -> Plan:
    cash = [{"kind": "cash", "months": 2, "start_when": when}] if when else []
    return Plan.build(
        id=name, title={"en": name.title(), "zh": f"方案{name}"}, era="2012", horizon_months=14,
        world={"profile": "five_villages", "villages": 2}, campaign={"start": dt.date(2012, 12, 24), "days": 100},
        policies=[{"kind": "visits"}, *cash], purses=[PURSE],
    )  # fmt: skip


@pytest.fixture(scope="module")
def middle() -> tuple[float, dict[int, bool]]:
    """A headcount that some seeds pass at month 12 and others do not, and which do."""
    heads = {seed: run(plan("baseline"), seed).value("panel", "headcount", month=12) for seed in SEEDS}
    ordered = sorted(heads.values())
    value = 0.5 * (ordered[1] + ordered[2])
    return value, {seed: head > value for seed, head in heads.items()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, middle: tuple[float, dict[int, bool]]) -> Path:
    late = {"measure": "headcount", "not_before": dt.date(2013, 11, 1)}
    plans = [
        plan("baseline"), plan("some", {**late, "above": middle[0]}), plan("never", {**late, "above": 0.99}),
        plan("all", {**late, "above": 0.01}),
    ]  # fmt: skip
    return compare(
        plans, name="t", results=tmp_path_factory.mktemp("results"), replicates=len(SEEDS), workers=0, progress=False,
        program="test", command="x",
    )  # fmt: skip


def test_starts_are_counted_with_their_days(folder: Path, middle: tuple[float, dict[int, bool]]) -> None:
    table = Comparison.load(folder).table("start").set_index("scenario")
    day = (dt.date(2013, 12, 1) - dt.date(2012, 12, 24)).days + 1
    assert table["started"].to_dict() == {"all": 4, "never": 0, "some": sum(middle[1].values())}
    assert set(table["replicates"]) == {4}
    assert table.loc["some", ["median_day", "first_day", "last_day"]].tolist() == [day] * 3
    assert table.loc["never", ["median_day", "first_day", "last_day"]].isna().all()


def test_one_that_started_in_no_run_is_said_before_anything_else(folder: Path) -> None:
    said = {one["kind"]: one for one in said_with(folder)["caveats"] if "start" in one["kind"]}
    assert set(said) == {"started_in_no_run", "started"}
    for language, words in (("en", ("none of the 4 runs", "above 99%")), ("zh", ("一次也没有启动", "高于99%"))):
        first, more = said_with_caveats(Context(Experiment(folder), language))
        assert all(word in first for word in words) and first == said["started_in_no_run"][language]
        assert not any("reached nobody" in text or "未惠及" in text for text in more)


def test_how_many_runs_it_started_in_is_said_with_the_answer(folder: Path) -> None:
    for language, some, every in (
        ("en", "started in 2 of 4 runs (on 1 December 2013)", "started in 4 of 4 runs"),
        ("zh", "4次模拟中有2次启动（2013年12月1日）", "4次模拟中有4次启动"),
    ):
        text = " ".join(said_with_caveats(Context(Experiment(folder), language))[1])
        assert some in text and every in text
        assert text.count("means over all runs" if language == "en" else "差异为全部模拟的平均") == 1


def test_the_page_has_the_schedule_of_each_scenario(folder: Path) -> None:
    blocks = day100.build(Context(Experiment(folder), "en")).blocks
    (bullets,) = [block for block in blocks if isinstance(block, Bullets)]
    assert any(isinstance(block, Text) and "counts its days from its own start" in block.text for block in blocks)
    assert len(bullets.items) == 3
    assert all("as each month ends from 1 November 2013 on" in text for text in bullets.items)
    assert all("which changes on 30 November 2013." in text for text in bullets.items)


def test_a_run_in_which_it_never_started_meets_no_target_and_lacks_no_takers(folder: Path) -> None:
    comparison = Comparison.load(folder)
    targets = comparison.table("delivery").query("policy == 'cash' and name == 'paid'").groupby("scenario").last()
    assert "never" not in targets.index
    assert targets.loc["some", "target"] == pytest.approx(targets.loc["all", "target"], rel=0.2)
    assert targets.loc["some", "chance_met"] == 0.0  # it starts after the campaign's last week
    short = comparison.table("binding").query("group == 'cash' and name == 'demand'").set_index("scenario")
    assert short.loc["never", "mean"] == 0.0
