"""A comparison ends the same way whatever happens on its way."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fake_runs
import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from experiments.compare.run import compare, print_summary
from experiments.compare.tables import Comparison
from experiments.measure.outcome import Outcome
from experiments.measure.precision import judge, parse_outcomes
from experiments.measure.statistics import MOST_NEEDED
from experiments.runs.progress import Progress
from sim.core.errors import UserError

Knobs = Callable[..., None]


@pytest.fixture
def knobs(monkeypatch: pytest.MonkeyPatch) -> Knobs:
    return lambda **values: monkeypatch.setenv("FAKE", json.dumps(values))


def compared(results: Path, name: str = "trial", **more: Any) -> Path:
    """A comparison in this process, so that it is quick."""
    settings = {"workers": 0, "progress": False, "program": "test", "command": "x", "run": fake_runs.RUN}
    return compare(fake_runs.four_plans(), name=name, results=results, **{**settings, **more})


def content(folder: Path) -> dict[str, str]:
    """Every file of a folder by a hash of its bytes."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"]
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)
    }


def process(results: Path, delay: float, pids: Path | None = None, **more: Any) -> subprocess.Popen[str]:
    knobs = {"delay": delay, "fail": {"credit": [2]}} | ({"pids": str(pids)} if pids else {})
    environment = {**os.environ, "FAKE": json.dumps(knobs), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, fake_runs.__file__, str(results), "trial", json.dumps(more)]
    return subprocess.Popen(command, env=environment, text=True, stderr=subprocess.PIPE)


def stored(results: Path) -> int:
    return len(list((results / "trial" / "runs").glob("*/[0-9]*")))


def test_killed_at_any_moment_and_resumed_it_ends_with_the_same_bytes(tmp_path: Path, knobs: Knobs) -> None:
    knobs(fail={"credit": [2]})
    more = {"precision": 0.012, "limit": 12, "step": 4}
    whole = compared(tmp_path / "whole", **more)
    expected = content(whole)
    assert json.loads((whole / "manifest.json").read_text())["replicates"]["asked"] == 12
    moments = random.Random(5)
    pids = tmp_path / "pids"
    pids.mkdir()
    kills = 0
    while kills < 3:
        had = stored(tmp_path)
        running = process(tmp_path, 0.04, pids, workers=2, progress=False, **more)
        goal = had + moments.randint(1, 12)
        while running.poll() is None and stored(tmp_path) < goal:
            time.sleep(0.005)
        time.sleep(moments.random() * 0.05)
        running.kill()
        running.communicate()
        if running.returncode == 0:
            break
        kills += 1
        assert stored(tmp_path) >= had
    assert kills >= 3
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "trial" / "runs").glob("*/*")}
    last = process(tmp_path, 0.0, workers=2, progress=False, **more)
    _, errors = last.communicate()
    assert last.returncode == 0, errors
    assert content(tmp_path / "trial") == expected
    assert all(path.stat().st_mtime_ns == moment for path, moment in before.items() if path.exists())
    assert fake_runs.all_gone((int(entry.name) for entry in pids.iterdir()), 1.0)


def test_ctrl_c_stops_cleanly_and_the_second_process_is_refused(tmp_path: Path) -> None:
    first = process(tmp_path, 0.2, workers=2, replicates=30)
    while stored(tmp_path) < 2:
        assert first.poll() is None
        time.sleep(0.01)
    with pytest.raises(UserError, match=rf"another process \(pid {first.pid}\)"):
        compared(tmp_path)
    first.send_signal(signal.SIGINT)
    _, errors = first.communicate(timeout=60)
    assert first.returncode == -signal.SIGINT
    assert "stopped; what is done is stored, and the same command continues" in errors
    assert not list((tmp_path / "trial").rglob(".part-*"))


def test_a_repeat_does_nothing_and_changes_nothing(tmp_path: Path, knobs: Knobs) -> None:
    folder = compared(tmp_path, replicates=3)
    expected = content(folder)
    knobs(fail={plan.id: [1, 2, 3] for plan in fake_runs.four_plans()})  # nothing may run again
    compared(tmp_path, replicates=3)
    assert content(folder) == expected


def test_more_runs_than_asked_for_do_not_change_the_answer(tmp_path: Path) -> None:
    three = content(compared(tmp_path, "three", replicates=3))
    compared(tmp_path, "five", replicates=5)
    five = content(compared(tmp_path, "five", replicates=3))
    tables = {name: digest for name, digest in three.items() if name.startswith(("tables/", "summary"))}
    assert len(tables) > 15 and {name: five[name] for name in tables} == tables


def test_the_order_of_scenarios_does_not_matter(tmp_path: Path) -> None:
    first = content(compared(tmp_path, "first", replicates=3))
    settings: dict[str, Any] = {"workers": 0, "progress": False, "program": "test", "run": fake_runs.RUN}
    plans = fake_runs.four_plans()[::-1]
    second = content(compare(plans, name="second", results=tmp_path, replicates=3, **settings))
    assert {k: v for k, v in first.items() if "tables/" in k} == {k: v for k, v in second.items() if "tables/" in k}


def test_precision_adds_replicates_in_steps_until_all_is_known(tmp_path: Path) -> None:
    loose = Comparison.load(compared(tmp_path, "loose", precision=0.5, step=3, limit=12, outcomes=["income_yuan"]))
    # Six would be narrow enough, but the fewest that a rule with several looks goes by are eight.
    looked = {"done": 9, "asked": 9, "step": 3, "limit": 12, "first_seed": 1, "added": True}
    assert loose.manifest["replicates"] == looked
    assert loose.table("verdict")["enough"].all()
    tight = Comparison.load(compared(tmp_path, "tight", precision=0.0001, step=3, limit=7))
    assert tight.manifest["replicates"]["asked"] == 7
    verdict = tight.table("verdict")
    assert not verdict["enough"].all() and (verdict["needed"] > 7).any()
    fixed = Comparison.load(compared(tmp_path, "fixed", replicates=2, precision=0.5))
    assert fixed.manifest["replicates"]["done"] == 2


def test_an_outcome_that_is_the_same_in_every_run_is_not_known_well_enough(tmp_path: Path) -> None:
    seen = Comparison.load(compared(tmp_path, precision=0.5, step=4, limit=8, outcomes=["persons"]))
    assert seen.manifest["replicates"]["done"] == 8
    verdict = seen.table("verdict")
    assert not verdict["enough"].any() and (verdict["same"] == 8).all()
    assert verdict["may_differ"].iloc[0] == pytest.approx(1 - 0.05 ** (1 / 8))
    said = io.StringIO()
    print_summary(seen.folder, console=Console(file=said, width=300))
    assert "not enough: the same in 8 of 8 runs; up to 31% of runs may differ" in said.getvalue()


def test_precision_means_a_share_of_amounts_and_points_of_shares() -> None:
    outcomes = (Outcome("income_yuan", 36), Outcome("headcount", 36))
    base = np.array([[4000.0, 4000.0], [0.3, 0.3]])
    other = base + np.array([[90.0, 110.0], [-0.01, -0.03]])
    income, poor = judge({"base": base, "other": other}, "base", outcomes, 0.02)
    assert income.verdict.asked == pytest.approx(80) and poor.verdict.asked == 0.02
    assert income.verdict.halfwidth == pytest.approx(12.706 * 10, rel=1e-4)  # t(1) = 12.706
    single = judge({"base": base[:, :1], "other": other[:, :1]}, "base", outcomes, 0.02)
    assert [one.verdict.enough for one in single] == [False, False]
    assert judge({"base": base, "other": other}, "base", outcomes, None)[0].verdict.asked == pytest.approx(20)
    assert parse_outcomes(None, 30) == (Outcome("income_yuan", 24), Outcome("headcount", 24))
    assert parse_outcomes(["gini@12:fifth_1"], 36) == (Outcome("gini", 12, "fifth_1"),)
    assert parse_outcomes(["drive"], 6) == (Outcome("drive", -1),)
    assert parse_outcomes(None, 6) == (Outcome("served_share", -1),)


def test_without_a_precision_the_largest_effect_says_how_closely_to_look() -> None:
    outcomes = (Outcome("income_yuan", 36), Outcome("headcount", 36))
    base = np.array([[4000.0, 4000.0], [0.3, 0.3]])
    small, large = (base + np.array([[size, size], [-size / 1000, -size / 1000]]) for size in (10.0, 90.0))
    asked = {
        (one.scenario, one.outcome.name): one.verdict.asked
        for one in judge({"base": base, "small": small, "large": large}, "base", outcomes, None)
    }
    assert asked["small", "income_yuan"] == asked["large", "income_yuan"] == pytest.approx(18)
    assert asked["small", "headcount"] == asked["large", "headcount"] == pytest.approx(0.01)  # a fifth is more
    nothing = judge({"base": base, "same": base}, "base", outcomes, None)
    assert [one.verdict.asked for one in nothing] == [40, 0.01]  # no effect at all: as by default


def test_an_amount_that_is_zero_without_the_programme_is_held_against_its_largest_effect() -> None:
    given, spread = np.zeros((1, 9)), np.array([[80.0, 120.0, 100.0] * 3])
    for precision, asked in ((None, 20.0), (0.05, 5.0)):
        (one,) = judge({"base": given, "gifts": spread}, "base", (Outcome("debt_campaign_yuan", 12),), precision)
        assert one.verdict.asked == pytest.approx(asked)
    (one,) = judge({"base": given + 1e-30, "gifts": spread}, "base", (Outcome("debt_campaign_yuan", 12),), 0.01)
    assert one.verdict.needed == MOST_NEEDED  # which every table can hold


def test_a_failed_run_leaves_its_seed_out_everywhere_and_stops_nothing(tmp_path: Path, knobs: Knobs) -> None:
    knobs(fail={"credit": [2]})
    folder = compared(tmp_path, replicates=4)
    found = Comparison.load(folder)
    assert found.manifest["replicates"]["done"] == 3
    assert set(found.table("differences")["replicates"]) == {3}
    failures = found.table("failures")
    assert failures.to_dict("records") == [
        {"scenario": "credit", "seed": 2, "error": "ZeroDivisionError: nothing to divide by in credit"}
    ]
    assert set(found.table("outcomes").query("scenario == 'mix'")["seed"]) == {1, 2, 3, 4}
    record = json.loads((folder / "runs" / "credit" / "2.error.json").read_text())
    assert record["seed"] == 2 and any("fake_runs.py" in line for line in record["traceback"])
    knobs()
    assert Comparison.load(compared(tmp_path, replicates=4)).manifest["replicates"]["done"] == 3  # not tried again
    mended = Comparison.load(compared(tmp_path, replicates=4, retry_failed=True))
    assert mended.manifest["replicates"]["done"] == 4 and mended.table("failures").empty


def test_a_scenario_that_never_runs_is_left_out_and_a_baseline_that_never_runs_is_an_error(
    tmp_path: Path, knobs: Knobs
) -> None:
    knobs(fail={"mix": [1, 2]})
    found = Comparison.load(compared(tmp_path, "mix", replicates=2))
    assert set(found.table("differences")["scenario"]) == {"credit", "training"}
    assert len(found.table("failures")) == 2
    knobs(fail={"baseline": [1, 2]})
    with pytest.raises(UserError, match=r"nothing to divide by in baseline.*--retry-failed"):
        compared(tmp_path, "base", replicates=2)
    with pytest.raises(UserError, match="has not run to its end"):
        Comparison.load(tmp_path / "base")


def test_a_damaged_run_is_named_and_mended_by_deleting_it(tmp_path: Path) -> None:
    folder = compared(tmp_path, replicates=2)
    expected = content(folder)
    path = folder / "runs" / "mix" / "2.parquet"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(UserError, match="damaged") as caught:
        compared(tmp_path, replicates=2)
    assert str(path) in str(caught.value)
    path.unlink()
    compared(tmp_path, replicates=2)
    assert content(folder) == expected


def test_a_folder_of_other_scenarios_or_another_program_is_refused_unless_fresh(tmp_path: Path) -> None:
    folder = compared(tmp_path, replicates=2)
    expected = content(folder)
    settings: dict[str, Any] = {"workers": 0, "progress": False, "run": fake_runs.RUN, "replicates": 2}
    settings |= {"name": "trial", "results": tmp_path}
    changed = [fake_runs.plan("baseline"), fake_runs.plan("credit", credit=201.0)]
    with pytest.raises(UserError, match="scenario 'credit'"):
        compare(changed, program="test", **settings)
    with pytest.raises(UserError, match="the program"):
        compare(fake_runs.four_plans(), program="newer", **settings)
    assert content(folder) == expected
    compare(changed, program="newer", fresh=True, **settings)
    assert Comparison.load(folder).manifest["code_version"] == "newer"
    assert not (folder / "runs" / "mix").exists()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"baseline": "nothing"}, "--baseline: there is no scenario 'nothing'; allowed: baseline, credit"),
        ({"outcomes": ["income_yaun"]}, "no run reports income_yaun@36:all.*did you mean 'income_yuan'"),
        ({"outcomes": ["income_yuan@36:fifth_9"]}, "no run reports"),
        ({"outcomes": ["income_yuan@13"]}, "is not an outcome"),
        ({"outcomes": ["Income!"]}, "is not an outcome"),
        ({"precision": 0.0}, "--precision"),
        ({"precision": 1.5}, "--precision"),
        ({"replicates": 0}, "--replicates"),
        ({"step": 0}, "--step"),
        ({"workers": -1}, "--workers"),
        ({"name": "../x"}, "--name"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(tmp_path: Path, more: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        compared(tmp_path, **{"replicates": 1, **more})


def test_scenarios_that_cannot_be_compared_are_refused(tmp_path: Path) -> None:
    one = fake_runs.plan("one")
    for plans, message in (
        ([], "no scenario"),
        ([one, fake_runs.plan("One")], "two scenarios"),
        ([one, fake_runs.plan("two", era="2023")], "era"),
        ([one, fake_runs.plan("two", horizon=24)], "horizon"),
    ):
        with pytest.raises(UserError, match=message):
            compare(plans, name="trial", results=tmp_path)
    assert not (tmp_path / "trial").exists()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Mix", "not enough", "prices and local jobs held"]),
        ("zh", ["方案mix", "贫困发生率", "价格和本地用工不变"]),
    ],
)
def test_the_summary_is_printed_in_both_languages(tmp_path: Path, language: str, words: list[str]) -> None:
    folder = compared(tmp_path, replicates=4)
    console = Console(record=True, width=160, file=io.StringIO())
    print_summary(folder, language, console)
    text = console.export_text()
    assert all(word in text for word in words)


def test_a_single_scenario_beside_the_baseline_has_nobody_to_stay_ahead_of(tmp_path: Path) -> None:
    folder = compare(
        [fake_runs.plan("baseline"), fake_runs.plan("mix", credit=200.0)], name="two", results=tmp_path, workers=0,
        progress=False, program="t", run=fake_runs.RUN, replicates=4,
    )  # fmt: skip
    console = Console(record=True, width=160, file=io.StringIO())
    print_summary(folder, "en", console)
    assert "stays ahead" not in console.export_text()


def test_progress_away_from_a_terminal_is_a_line_now_and_then() -> None:
    text = io.StringIO()
    with Progress(console=Console(file=text, width=100)) as said:
        said.begin(3, "4 replicates")
        said.status("not worth a line")
        for failed in (False, True, False):
            said.advance(failed)
    assert text.getvalue() == "4 replicates: 3 runs to do\n3 of 3 runs done, 1 failed\n"


def test_summary_csv_opens_in_a_spreadsheet_without_running_anything(tmp_path: Path) -> None:
    evil = fake_runs.plan("mix", credit=200.0)
    evil = evil.model_copy(update={"title": evil.title.model_copy(update={"en": "=HYPERLINK(1)", "zh": "@贷款"})})
    folder = compare(
        [fake_runs.plan("baseline"), evil],
        name="trial", results=tmp_path, workers=0, progress=False, program="t", run=fake_runs.RUN, replicates=3,
    )  # fmt: skip
    data = (folder / "summary.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfscenario,")
    frame = pd.read_csv(folder / "summary.csv", encoding="utf-8-sig")
    assert set(frame["title_en"].dropna()) == {"'=HYPERLINK(1)", "Baseline"}
    assert set(frame["closure"]) == {"fixed"}
    assert set(frame["title_zh"].dropna()) == {"'@贷款", "方案baseline"}
    income = frame.query("outcome == 'income_yuan' and group == 'all' and month == '36'").iloc[0]
    assert income["low"] < income["difference"] < income["high"]  # negative numbers stay numbers
    assert pd.api.types.is_numeric_dtype(frame["difference"])
