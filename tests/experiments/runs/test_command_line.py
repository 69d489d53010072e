"""A folder records what was asked, and nothing of how it was done."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.runs.command_line import command_line


def test_the_recorded_command_names_files_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outside = tmp_path.parent / "other.toml"
    words = [str(tmp_path / "more" / "mix.toml"), f"--code={tmp_path / 'ours.py'}", str(outside), "purse.bank=1"]
    assert command_line(words) == f"village more/mix.toml --code=ours.py {outside} purse.bank=1"


@pytest.mark.parametrize("how", [["-j", "0"], ["-j1"], ["--workers", "2"], ["--workers=3"], ["-q", "--json"]])
def test_workers_and_noise_are_no_part_of_the_question(how: list[str]) -> None:
    assert command_line(["compare", *how, "mix", "-n", "4"]) == "village compare mix -n 4"
