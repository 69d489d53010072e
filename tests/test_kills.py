"""The killer knows every command that stores, and sees what differs. In full: `python -m tests.kills -n 50`."""

from __future__ import annotations

from pathlib import Path

from experiments.runs.folder import KINDS
from tests import kills


def test_every_command_that_stores_is_tormented() -> None:
    assert set(kills.COMMANDS) == set(KINDS)


def test_what_differs_is_seen(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        (folder / "runs").mkdir(parents=True)
        (folder / "runs" / "1").write_text("a")
        (folder / ".lock").write_text(folder.name)
    assert kills.differing(kills.files_of(one), kills.files_of(other)) == []
    (one / "runs" / "1").write_text("b")
    (other / "left").write_text("")
    assert kills.differing(kills.files_of(one), kills.files_of(other)) == ["left", "runs/1"]
