"""What is to come is said before it starts, and what no machine can do is refused before anything is written."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fake_runs
import pytest
from typer.testing import CliRunner

from experiments.cli import app
from experiments.compare.run import compare
from experiments.runs import estimate
from experiments.runs.estimate import Expected, Size, amount, duration, expect
from experiments.runs.todo import ToDo
from sim.core.errors import UserError
from sim.population import memory

SMALL = ["--set", "world.profile=five_villages", "--villages", "2", "--horizon", "12"]
STORING: dict[str, list[str]] = {
    "compare": ["compare", "baseline", "cash", *SMALL, "-n", "2"],
    "demo": ["demo", "--villages", "2", "--horizon", "12", "-n", "2"],
    "trial": ["trial", "credit_pool", "-n", "2"],
    "evidence": ["evidence", "--quick"],
    "calibrate": ["calibrate", "--villages", "2"],
    "sensitivity": ["sensitivity", "baseline", *SMALL, "--parameters", "farm", "--trajectories", "4"],
}


def village(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


@pytest.mark.parametrize("command", STORING)
def test_every_command_that_stores_says_what_is_to_come_and_refuses_a_disk_too_small(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [*STORING[command], "--results", str(tmp_path)]

    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(estimate.shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
        refused = village(*words)
        assert refused.exit_code == 2, refused.output
        assert re.search(r"take about .* of disk, and 1 MB are free here", refused.stderr)
        assert "--results" in refused.stderr and not list(tmp_path.iterdir())
    for method in ("do", "missing"):
        monkeypatch.setattr(ToDo, method, stop)
    stopped = village(*words)
    assert stopped.exit_code == 130
    said = " ".join(stopped.stderr.split())
    assert re.search(r"\d [a-z]+: .* with .* worker.* of disk \(a rough estimate\)", said), said


@pytest.mark.parametrize(
    "more",
    [
        ["-n", "10000000000"],
        ["--precision", "0.01", "--limit", "10000000000", "--step", "1"],
        ["-n", str(2**63)],
    ],
)
def test_an_absurd_number_of_runs_is_refused_at_once(more: list[str], tmp_path: Path) -> None:
    start = time.monotonic()
    result = village("compare", "baseline", "cash", *SMALL, *more, "--results", str(tmp_path))
    assert result.exit_code == 2 and time.monotonic() - start < 5
    assert "1,000,000" in result.stderr or "allowed: 0 to" in result.stderr
    assert not list(tmp_path.iterdir())


def test_absurd_replicates_of_trials_and_seeds_of_points_are_refused(tmp_path: Path) -> None:
    for words in (
        ["trial", "credit_pool", "-n", "10000000000"],
        ["sensitivity", "baseline", *SMALL, "--seeds", "10000000000"],
        ["sensitivity", "baseline", *SMALL, "--trajectories", "10000000000"],
        ["calibrate", "--budget", "10000000000"],
    ):
        result = village(*words, "--results", str(tmp_path))
        assert result.exit_code == 2, result.output
        assert re.search("allowed|must be at most", result.stderr) and not list(tmp_path.iterdir())


def test_what_is_stored_already_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plans = [fake_runs.plan("baseline"), fake_runs.plan("credit", credit=200.0)]

    def said(replicates: int, **more: Any) -> str:
        fake = {"workers": 0, "run": fake_runs.RUN, "program": "t"}
        compare(plans, name="one", results=tmp_path, replicates=replicates, **fake, **more)
        return " ".join(capsys.readouterr().err.split())

    assert "6 runs: under half a minute with one worker" in said(3)
    assert "10 runs, 6 of them stored already; the others" in said(5)
    assert "4 runs, all stored already" in said(2)
    assert "4 runs: " in said(2, fresh=True)


def test_a_run_is_about_as_large_as_it_is_said(tmp_path: Path) -> None:
    words = ["compare", "baseline", *SMALL, "-n", "2", "-j", "0", "-q", "--results", str(tmp_path)]
    assert village(*words).exit_code == 0
    size = Size.of_world("five_villages", villages=2, months=12)
    stored = (tmp_path / "baseline" / "runs" / "baseline" / "1.parquet").stat().st_size
    assert stored / 4 < size.disk_bytes < 4 * stored


def test_a_world_that_no_machine_holds_is_refused_before_it_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "memory_bytes", lambda: 8 * memory.GIGABYTE)
    for words in (["run", "baseline"], ["compare", "baseline", "cash", "--results", str(tmp_path)]):
        result = village(*words, "--villages", "200000")
        assert result.exit_code == 2
        assert "GB of memory (1,500 bytes a household), and this machine has 8 GB" in result.stderr
    assert not list(tmp_path.iterdir())


def test_memory_is_said_where_it_is_short() -> None:
    def text(gigabytes: float) -> str:
        return Expected(10, 0, 100.0, 1e9, gigabytes * 1e9, 4).text()

    have = memory.memory_bytes() / 1e9
    assert "memory" not in text(have / 4)
    assert "fewer workers (-j) need less" in text(have * 0.9)


def test_figures_are_said_in_their_own_unit() -> None:
    assert [amount(one) for one in (3e5, 4.44e7, 1.26e9, 5e13)] == ["1 MB", "44 MB", "1.3 GB", "50 TB"]
    assert [duration(one) for one in (50, 130, 8000, 5e5, 1e8)] == [
        *("50 seconds", "2.2 minutes", "2.2 hours", "5.8 days", "3.2 years")
    ]


def test_a_folder_that_is_not_there_yet_has_the_disk_of_the_one_above(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    with pytest.raises(UserError, match="of disk"):
        expect(tmp_path / "a" / "b", 2, Size(disk_bytes=float(free)), field="-n")
    assert expect(tmp_path / "a" / "b", 2, Size(disk_bytes=free / 4), field="-n").runs == 2
