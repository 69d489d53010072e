"""What was given to a command is neither written nor deleted by it, whatever folder it stands in."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.runs.store import Store
from sim.core.errors import UserError

MANIFEST = {"code_version": "c1", "scenarios": [{"id": "credit", "digest": "d1"}]}
GIVEN = "given to the command"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Store(tmp_path, "t") as store:
        store.begin(MANIFEST, {"credit": "stored"})
    return tmp_path / "t"


@pytest.mark.parametrize("place", ["summary.csv", "manifest.json", "runs/credit/mine.toml", "tables/mine.toml"])
def test_an_input_where_the_command_writes_is_refused(folder: Path, place: str) -> None:
    mine = folder / place
    mine.parent.mkdir(parents=True, exist_ok=True)
    before = mine.read_text(encoding="utf-8") if mine.exists() else "mine"
    mine.write_text(before, encoding="utf-8")
    with pytest.raises(UserError, match=GIVEN) as refused, Store(folder.parent, "t", inputs=[mine]):
        pass
    assert refused.value.file == mine and mine.read_text(encoding="utf-8") == before


def test_a_stored_scenario_can_be_asked_with_as_long_as_it_stays(folder: Path) -> None:
    stored = folder / "scenarios" / "credit.toml"
    with Store(folder.parent, "t", inputs=[stored]) as store:
        store.begin(MANIFEST, {"credit": "stored"})
    with pytest.raises(UserError, match=GIVEN), Store(folder.parent, "t", inputs=[stored]) as store:
        store.begin(MANIFEST, {"credit": "another text"})
    with pytest.raises(UserError, match=GIVEN), Store(folder.parent, "t", fresh=True, inputs=[stored]):
        pass
    assert stored.read_text(encoding="utf-8") == "stored"


def test_a_file_of_the_users_beside_ours_may_be_given(folder: Path) -> None:
    mine = folder / "mine.toml"
    mine.write_text("mine", encoding="utf-8")
    with Store(folder.parent, "t", inputs=[mine]) as store:
        store.begin(MANIFEST, {"credit": "stored"})
    assert mine.read_text(encoding="utf-8") == "mine"
