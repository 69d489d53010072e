"""What all commands have in common: options that count once, errors in one message."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from experiments.cli import app
from experiments.commands.options import plans
from sim.core.errors import UserError
from villagesim import LEAST_BYTES, cramped

ROOT = Path(__file__).parents[3]


def village(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_version() -> None:
    result = village("--version")
    assert (result.exit_code, result.output.split()[0]) == (0, "villagesim")


@pytest.mark.parametrize(
    "command",
    [
        "run baseline --seed 1 --seed 2",
        "run baseline --seed 1 --time --no-time",
        "compare -n 3 --replicates 4",
        "scenario show baseline --json --json",
        "parameters --json --json",
        "population describe --seed=1 --seed=1",
    ],
)
def test_an_option_given_twice_is_refused(command: str) -> None:
    result = village(*command.split())
    assert result.exit_code == 2 and "given twice" in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "world.villages=5", "--set", "world.villages=6"], "set twice, here and by '--set world.villages=5'"),
        (["--set", "policy.visits.start_day=2", "--set", "policies.visits.start_day=3"], "is set twice"),
        (["--set", "uncertainties.drought_major=0.2", "--set", "uncertainties.farm.drought_major=0.3"], "is set twice"),
        (["--set", "campaign.days=90", "--set", "campaign.end=2013-04-02"], "is set twice"),
        (["baseline"], "is named twice"),
        (["--code", "a/mine.py", "--code", "b/mine.py"], "has the same name as a/mine.py"),
    ],
)
def test_what_would_win_without_a_word_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mine.py").write_text("", encoding="utf-8")
    result = village("scenario", "check", "baseline", *arguments)
    assert result.exit_code == 2 and said in result.output


def test_an_option_and_a_setting_of_one_thing() -> None:
    with pytest.raises(UserError, match=r"--villages 5: world.villages: is set twice, here and by .--set world.vill"):
        plans(["baseline"], ["world.villages=6"], None, villages=5)
    (plan,) = plans(["baseline"], ["world.villages=6"], None, default=["world.villages=40", "horizon_months=5"])
    assert (plan.world.villages, plan.horizon_months) == (6, 5)


def test_settings_that_stand_beside_one_another_are_none_of_that() -> None:
    given = ["policy.visits.start_day=2", "policy.visits.end_day=3", "campaign.start=2013-01-01", "campaign.days=90"]
    (plan,) = plans(["baseline"], given, None)
    assert plan.campaign.days == 90


def test_messages_cannot_steer_the_terminal() -> None:
    result = village("scenario", "check", "a\x1b[2J.toml")
    assert result.exit_code == 2 and "\x1b" not in result.output and "<U+001B>" in result.output


@pytest.mark.parametrize("error", [MemoryError(), OSError(28, "No space left on device", "results")])
def test_what_the_machine_lacks_is_said(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr("sim.scenario.schema.json_schema", fails)
    result = village("scenario", "schema")
    assert result.exit_code == 2
    assert "not enough memory" in result.output or "results: No space left on device" in result.output


def test_a_full_device_is_no_traceback() -> None:
    program = [sys.executable, "-m", "villagesim", "scenario", "show", "baseline"]
    with open("/dev/full", "w") as full:
        ended = subprocess.run(program, stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    assert ended.returncode == 2
    assert ended.stderr.strip() == "No space left on device"


def test_too_little_address_space_is_said_before_anything_is_loaded() -> None:
    import resource

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (LEAST_BYTES - 1, LEAST_BYTES - 1))

    program = [sys.executable, "-m", "villagesim", "scenario", "check"]
    ended = subprocess.run(program, capture_output=True, text=True, cwd=ROOT, preexec_fn=limited)
    assert ended.returncode == 2 and ended.stderr.startswith("villagesim needs 1500 MB of address space")
    assert cramped() is None or resource.getrlimit(resource.RLIMIT_AS)[0] < LEAST_BYTES
