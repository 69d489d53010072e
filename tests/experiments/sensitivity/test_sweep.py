"""Sweeps: the right number in the right place, failures told, nothing done twice, whatever happens in between."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import fake_model
import numpy as np
import pytest
from fake_model import ADVANTAGE, EVALUATE, OUTCOME, WEIGHTS, factors, manifest, pair, swept

from experiments.designs.sweep import Sweep, Vector, panel_values, sweep
from experiments.runs.files import read_json
from experiments.runs.store import Store
from sim.core.errors import UserError
from sim.running import run
from sim.scenario import load_plan


def calls(log: Path) -> int:
    return len(log.read_text().splitlines()) if log.exists() else 0


def do(tmp_path: Path, vectors: list[Vector], seeds: tuple[int, ...] = (1, 2), **more: object) -> Sweep:
    with Store(tmp_path, "swept") as store:
        store.begin(manifest(), {})
        asked = {"plans": pair(), "outcomes": [OUTCOME], "seeds": seeds, "workers": 0, "evaluate": EVALUATE}
        return sweep(vectors, store=store, program="test", **{**asked, **more})  # type: ignore[arg-type]


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "log"
    monkeypatch.setenv("FAKE", json.dumps({"log": str(path)}))
    return path


def test_values_stand_where_they_belong(tmp_path: Path) -> None:
    found = swept(tmp_path)
    values = found.values(OUTCOME)
    assert values.shape == (12, 2, 2)
    gain = (values[:, 1] - values[:, 0]).mean(axis=1)
    np.testing.assert_allclose(np.diff(gain), WEIGHTS[0] / 11, rtol=1e-9)
    np.testing.assert_array_equal(values[:, 0], np.broadcast_to(values[0, 0], (12, 2)))  # "plain" leans on nothing
    at_base = do(tmp_path, [{}]).values(OUTCOME)
    own = [np.random.default_rng([seed, 7]).normal(0, 0.5) for seed in (1, 2)]
    np.testing.assert_allclose(at_base[0, 1] - at_base[0, 0], ADVANTAGE + np.array(own))


def test_nothing_is_done_twice(tmp_path: Path, log: Path) -> None:
    first = factors()[0]
    low, high = {first.key: first.low}, {first.key: first.high}
    one = do(tmp_path, [low, high, low])
    assert calls(log) == 2 * 2 * 2  # the same vector is one point
    np.testing.assert_array_equal(one.values(OUTCOME)[0], one.values(OUTCOME)[2])
    again = do(tmp_path, [high, low])
    assert calls(log) == 8 and again.done == 0
    np.testing.assert_array_equal(again.values(OUTCOME), one.values(OUTCOME)[[1, 0]])
    do(tmp_path, [low], outcomes=["headcount@36"])
    assert calls(log) == 12  # another outcome is another question


def test_blocks_of_seeds_are_used_again_when_seeds_are_added(tmp_path: Path, log: Path) -> None:
    few = do(tmp_path, [{}], seeds=(1, 2), block=2)
    more = do(tmp_path, [{}], seeds=(1, 2, 3, 4), block=2)
    assert calls(log) == 2 * 4
    np.testing.assert_array_equal(more.values(OUTCOME)[:, :, :2], few.values(OUTCOME))


def test_failures_are_told_with_their_vector_and_not_tried_again(
    tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = factors()[1]
    bad = {second.key: second.high}
    monkeypatch.setenv("FAKE", json.dumps({"log": str(log), "fail_above": 0.9}))
    found = do(tmp_path, [{}, bad])
    assert found.failures == {1: "ZeroDivisionError: nothing to divide by"}
    assert np.isfinite(found.values(OUTCOME)[0]).all() and np.isnan(found.values(OUTCOME)[1]).all()
    (record,) = (tmp_path / "swept").glob("runs/*/*.error.json")
    assert read_json(record)["traceback"][0] == f"{second.key} = {second.high!r}"
    before = calls(log)
    assert do(tmp_path, [bad]).failures and calls(log) == before
    monkeypatch.setenv("FAKE", json.dumps({"log": str(log)}))
    assert not do(tmp_path, [bad], retry_failed=True).failures


def test_it_stops_where_it_is_told_to(tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE", json.dumps({"log": str(log), "fail_above": 0.5}))
    second = factors()[1]
    vectors = [{second.key: second.at(u)} for u in (0.1, 0.9, 0.2, 0.3)]
    found = do(tmp_path, vectors, stop_at=lambda error: "divide" in error)
    assert list(found.failures) == [1] and np.isnan(found.values(OUTCOME)[2:]).all()
    assert calls(log) == 4 + 1


def test_a_sweep_that_was_killed_goes_on(tmp_path: Path) -> None:
    whole = swept(tmp_path / "whole")
    folder = tmp_path / "killed"
    command = [sys.executable, fake_model.__file__, str(folder)]
    paths = os.pathsep.join([str(Path(fake_model.__file__).parent), os.getcwd()])
    slow = {**os.environ, "FAKE": json.dumps({"delay": 0.1}), "PYTHONPATH": paths}
    process = subprocess.Popen(command, env=slow, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while len(stored := list(folder.glob("swept/runs/*/[0-9]*.parquet"))) < 3:
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = {path: path.stat().st_mtime_ns for path in stored}
    assert 3 <= len(kept) < 12
    resumed = swept(folder)
    np.testing.assert_array_equal(resumed.cube, whole.cube)
    assert resumed.done < 12
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    files = {path.relative_to(folder): path.read_bytes() for path in folder.glob("swept/runs/*/[0-9]*.parquet")}
    assert files == {name: (tmp_path / "whole" / name).read_bytes() for name in files} and len(files) == 12
    assert max(map(len, files.values())) < 4000


def test_the_models_numbers_are_read_from_its_records() -> None:
    plan = load_plan("baseline", ["world.profile=five_villages", "world.villages=2", "horizon_months=12"])
    result = run(plan, 3)
    wanted = ["income_yuan@12:poor_at_start", "income_yuan@7", "awareness@-1:linked", "percentile/income_yuan@12#50"]
    expected = [
        result.value("panel", "income_yuan", "poor_at_start", 12),
        result.value("monthly", "income_yuan", "all", 7),
        result.value("day100", "awareness", "linked", -1),
        result.value("percentile", "income_yuan", "all", 12, 50),
    ]
    assert panel_values(plan, 3, wanted) == expected
    with pytest.raises(UserError, match="did you mean 'headcount'"):
        panel_values(plan, 3, ["headcuont@12"])
    with pytest.raises(UserError, match="did you mean 'poor_at_start'"):
        panel_values(plan, 3, ["headcount@12:poor_at_stort"])


def test_out_of_range_is_a_failure_of_that_point(tmp_path: Path) -> None:
    plan = load_plan("baseline", ["world.profile=five_villages", "world.villages=1", "horizon_months=5"])
    first = factors()[0]
    vectors: list[Vector] = [{}, {first.key: first.high * 10 + 1}]
    found = do(
        tmp_path,
        vectors,
        plans=[plan],
        seeds=(1,),
        outcomes=["income_yuan@1"],
        evaluate="experiments.designs.sweep:panel_values",
    )
    assert math.isfinite(found.cube[0, 0, 0, 0]) and "out of range" in found.failures[1]


def test_a_name_that_no_scenario_has_is_refused_before_anything_runs(tmp_path: Path, log: Path) -> None:
    first = factors()[0].key
    with pytest.raises(UserError, match=f"unknown parameter '{first}s'.*did you mean '{first}'"):
        do(tmp_path, [{}, {f"{first}s": 1.0}])
    assert calls(log) == 0
