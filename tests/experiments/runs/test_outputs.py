"""What an option names to be written never costs the user a file of their own."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from experiments.calibrate.spec import DEFAULT
from experiments.cli import app
from experiments.runs.store import Store
from sim.population.profile_file import PROFILES

SCENARIO = 'extends = "baseline"\n[world]\nprofile = "five_villages"\nvillages = 2\n'
WRITING: dict[str, Callable[[Path, Path], list[str]]] = {
    "run": lambda mine, out: ["run", str(mine), "--horizon", "12", "--out", str(out)],
    "schema": lambda mine, out: ["scenario", "schema", "--out", str(out)],
    "population": lambda mine, out: ["population", "make", "five_villages", "--villages", "2", "--out", str(out)],
}


def village(words: list[str]) -> Any:
    return CliRunner().invoke(app, words)


@pytest.mark.parametrize("command", WRITING)
@pytest.mark.parametrize("how", ["itself", "relative", "symlink", "hard link", "another"])
def test_a_file_of_the_users_own_is_never_written_over(
    command: str, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    mine = tmp_path / "mine.toml"
    mine.write_text(SCENARIO)
    folder = tmp_path / "out"
    folder.mkdir()
    out = folder / "households.parquet"
    if how == "another":
        out.write_text("my notes")
    elif how == "symlink":
        out.symlink_to(mine)
    elif how == "hard link":
        os.link(mine, out)
    elif command != "population":
        out = Path("mine.toml") if how == "relative" else mine
    else:
        out.write_bytes(mine.read_bytes())
    before = out.read_bytes()
    result = village(WRITING[command](mine, folder if command == "population" else out))
    assert result.exit_code == 2 and "did not write it; nothing was touched" in result.stderr
    assert out.read_bytes() == before and mine.read_text() == SCENARIO


@pytest.mark.parametrize("command", WRITING)
def test_what_the_command_wrote_it_writes_again(command: str, tmp_path: Path) -> None:
    mine, out = tmp_path / "mine.toml", tmp_path / "out"
    mine.write_text(SCENARIO)
    for _ in range(2):
        result = village(WRITING[command](mine, out))
        assert result.exit_code == 0, result.output


def test_what_is_no_file_is_no_output(tmp_path: Path) -> None:
    assert village(["scenario", "schema", "--out", str(tmp_path)]).exit_code == 2
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    assert "nothing was touched" in village(["scenario", "schema", "--out", str(fifo)]).stderr
    assert fifo.is_fifo()


@pytest.mark.parametrize("kind", ["evidence", "calibrate"])
def test_evidence_and_calibrate_never_delete_what_they_were_given(kind: str, tmp_path: Path) -> None:
    with Store(tmp_path, "one", kind) as store:
        store.begin({"kind": kind, "code_version": "t", "scenarios": []}, {})
    for name in ("calibrated.toml", "runs/mine.toml"):
        mine = tmp_path / "one" / name
        mine.parent.mkdir(exist_ok=True)
        mine.write_text(DEFAULT.read_text() if kind == "calibrate" else "")
        words = ["calibrate", str(mine)] if kind == "calibrate" else ["evidence", "--quick", "--targets", str(mine)]
        result = village([*words, "--name", "one", "--fresh", "--results", str(tmp_path)])
        assert result.exit_code == 2 and "which would write or delete it" in result.stderr, result.output
        assert mine.is_file()


@pytest.mark.parametrize(
    ("kind", "what"),
    [("compare", "extended"), ("compare", "profile"), ("sensitivity", "profile"), ("calibrate", "profile")],
)
def test_what_an_input_names_is_an_input_too(kind: str, what: str, tmp_path: Path) -> None:
    with Store(tmp_path, "one", kind) as store:
        store.begin({"kind": kind, "code_version": "t", "scenarios": []}, {})
    named = tmp_path / "one" / "scenarios" / "named.toml"
    named.parent.mkdir()
    own = f'profile = "{named}"' if what == "profile" else 'profile = "five_villages"'
    mine = tmp_path / "mine.toml"
    if kind == "calibrate":
        mine.write_text(DEFAULT.read_text().replace('profile = "gansu_county"', own))
    else:
        mine.write_text(f'extends = "{named if what == "extended" else "baseline"}"\n[world]\n{own}\nvillages = 2\n')
    named.write_text('extends = "baseline"' if what == "extended" else (PROFILES / "five_villages.toml").read_text())
    before = named.read_bytes()
    result = village([kind, str(mine), "--name", "one", "--fresh", "--results", str(tmp_path)])
    assert result.exit_code == 2 and "named.toml: this file was given" in result.stderr, result.output
    assert named.read_bytes() == before
