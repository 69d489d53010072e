"""A calibration that was killed goes on; a real one, on a small world, from the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from stand_in import RUN, write_spec
from typer.testing import CliRunner

from experiments.calibrate.run import calibrate
from experiments.calibrate.spec import load_spec
from experiments.cli import app
from sim.core.errors import UserError

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def start(spec: Path, results: Path, log: Path, delay: float = 0.0) -> subprocess.Popen[bytes]:
    more = {"PYTHONPATH": f"{ROOT}{os.pathsep}{HERE}", "STAND_IN_LOG": str(log), "STAND_IN_DELAY": str(delay)}
    command = [sys.executable, str(HERE / "stand_in.py"), str(spec), str(results), "killed"]
    return subprocess.Popen(command, env={**os.environ, **more})


def asked(log: Path) -> int:
    return len(log.read_text(encoding="utf-8").splitlines()) if log.exists() else 0


def written(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file() and file.name not in (".lock", "manifest.json"))
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def test_killed_at_a_bad_moment_it_goes_on_and_ends_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = write_spec(tmp_path, starts=1, vectors=16)
    first, second, whole = (tmp_path / name for name in ("first", "second", "whole"))
    process = start(spec, tmp_path / "a", first, delay=0.05)
    end = time.monotonic() + 120  # a busy machine takes its time to start a program
    while asked(first) < 15 and time.monotonic() < end:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    done = asked(first)
    assert done >= 15
    assert not (tmp_path / "a" / "killed" / "calibrated.toml").exists()
    assert start(spec, tmp_path / "a", second).wait() == 0
    monkeypatch.setenv("STAND_IN_LOG", str(whole))
    how = {"workers": 0, "progress": False, "run": RUN, "program": "test", "command": "x"}
    calibrate(load_spec(spec), name="killed", results=tmp_path / "b", **how)
    assert asked(second) <= asked(whole) - done + 1  # the one that was under way is done again
    assert written(tmp_path / "a" / "killed") == written(tmp_path / "b" / "killed")
    manifest = json.loads((tmp_path / "a" / "killed" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["complete"] and manifest["kind"] == "calibrate"


def test_too_small_a_budget_keeps_what_is_done_and_says_so(tmp_path: Path) -> None:
    spec = load_spec(write_spec(tmp_path, budget=26, vectors=20, starts=1))
    with pytest.raises(UserError, match="budget"):
        calibrate(spec, name="short", results=tmp_path, workers=0, progress=False, run=RUN, program="test")
    more = load_spec(write_spec(tmp_path, vectors=20, starts=1))
    found = calibrate(more, name="short", results=tmp_path, workers=0, progress=False, run=RUN, program="test")[1]
    assert len(found.set.vectors) >= 16


def test_another_world_does_not_go_into_the_same_folder(tmp_path: Path) -> None:
    spec = load_spec(write_spec(tmp_path, vectors=16, starts=1))
    how = {"results": tmp_path, "workers": 0, "progress": False, "run": RUN, "program": "test"}
    calibrate(spec, name="one", **how)
    with pytest.raises(UserError, match="another --name"):
        calibrate(spec.changed(villages=2), name="one", **how)


SMALL = """title = { en = "small", zh = "小样" }
[world]
profile = "five_villages"
villages = 5
start = 2011-01-01
months = 24
[effort]
seeds = 1
budget = 60
starts = 1
looked_at = 1
vectors = 16
[[parameters]]
name = "policies.course_gain"
"""
MEASURES = {
    "course/yield@12": (0.13, 0.03),
    "growth/income_yuan@24": (0.14, 0.5),
    "share/income_wage_yuan@12": (0.4, 0.5),
    "household/business_yuan@24": (0.12, 0.5),
    "world/contacts_mean": (9.3, 50.0),
    "migrants_per_worker@24": (0.33, 0.9),
}


def test_the_model_itself_from_the_command_line(tmp_path: Path) -> None:
    targets = "".join(
        f'[[targets]]\nid = "t{i}"\nlabel = {{ en = "t{i}", zh = "t{i}" }}\nmeasure = "{measure}"\nvalue = {value}\n'
        f'tolerance = {tolerance}\nunit = {{ en = "share", zh = "占比" }}\nyear = "2011"\nsource = "test"\n'
        for i, (measure, (value, tolerance)) in enumerate(MEASURES.items())
    )
    spec = tmp_path / "tiny.toml"
    spec.write_text(SMALL + targets, encoding="utf-8")
    arguments = ["calibrate", str(spec), "--results", str(tmp_path), "--workers", "0", "--json"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    course = next(row for row in found["targets"] if row["measure"] == "course/yield@12")
    assert abs(course["after"] - 0.13) < 0.03
    assert len(found["vectors"]) >= 16 and found["rank"] == 1
    folder = tmp_path / "calibrate-tiny"
    for name in ("calibrated.toml", "tables/targets.csv", "calibration.en.md", "calibration.zh.md"):
        assert (folder / name).stat().st_size > 100
    assert "参数" in (folder / "calibration.zh.md").read_text(encoding="utf-8")
    again = CliRunner().invoke(app, arguments)
    assert json.loads(again.stdout) == found


@pytest.mark.parametrize("budget", [2, 5, 9, 14])
def test_a_budget_that_is_too_small_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, budget: int) -> None:
    monkeypatch.setenv("STAND_IN_LOG", str(tmp_path / "log"))
    spec = load_spec(write_spec(tmp_path, starts=1, vectors=16))
    spec = spec.model_copy(update={"effort": spec.effort.model_copy(update={"budget": budget})})
    how = {"workers": 0, "progress": False, "run": RUN, "program": "test", "command": "x"}
    with pytest.raises(UserError, match=r"effort\.budget"):
        calibrate(spec, name="small", results=tmp_path, **how)
