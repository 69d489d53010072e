"""A folder holds what it was asked with, and keeps what a change does not concern."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from experiments.compare.run import compare
from experiments.runs.copies import copies
from sim.core.errors import UserError
from sim.scenario import load_plans
from sim.scenario.code import CodeFile
from sim.shipped import shipped

POLICY = """
from sim.policies.policy import Policy


class Gift(Policy):
    kind = "gift"
    title_en, title_zh = "Gift", "慰问"
    counts = {"given": ("Gifts", "慰问户数")}

    def days(self, county):
        return []
"""
SCENARIO = """
title = {{ en = "{0}", zh = "{0}" }}
era = "2012"
horizon_months = 5
world = {{ profile = "own.toml", villages = 5 }}
campaign = {{ start = 2012-12-24, days = 100 }}
"""


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    folder = tmp_path / "asked"
    folder.mkdir()
    shutil.copy(shipped("profiles") / "five_villages.toml", folder / "own.toml")
    (folder / "mine.py").write_text(POLICY, encoding="utf-8")
    (folder / "plain.toml").write_text(SCENARIO.format("plain"), encoding="utf-8")
    gift = SCENARIO.format("gift") + '[[policies]]\nkind = "mine:Gift"\n'
    (folder / "gift.toml").write_text(gift, encoding="utf-8")
    return folder


def ask(folder: Path, scenarios: Path, code: Path, **more: bool) -> None:
    files = [scenarios / "plain.toml", scenarios / "gift.toml"]
    settings = {"replicates": 1, "workers": 0, "progress": False, "command": "x"}
    plans = load_plans(files, code=[code])
    compare(plans, name=folder.name, results=folder.parent, inputs=[*files, code], spillovers=[], **settings, **more)


def runs(folder: Path) -> dict[str, int]:
    return {path.parent.name: path.stat().st_mtime_ns for path in folder.glob("runs/*/*.parquet")}


def test_an_edit_of_own_code_concerns_its_scenario_alone(tmp_path: Path, asked: Path) -> None:
    folder = tmp_path / "results" / "trial"
    ask(folder, asked, asked / "mine.py")
    before = runs(folder)
    with (asked / "mine.py").open("a", encoding="utf-8") as file:
        file.write("\n# another thought\n")
    with pytest.raises(UserError, match=r"change of scenario 'gift' \(use --renew"):
        ask(folder, asked, asked / "mine.py")
    assert runs(folder) == before and "another" not in (folder / "code" / "mine.py").read_text(encoding="utf-8")
    ask(folder, asked, asked / "mine.py", renew=True)
    after = runs(folder)
    assert after["plain"] == before["plain"] and after["gift"] > before["gift"]
    ask(folder, asked, asked / "mine.py")
    assert runs(folder) == after


def test_a_folder_goes_on_elsewhere_from_what_it_holds(tmp_path: Path, asked: Path) -> None:
    folder = tmp_path / "results" / "trial"
    ask(folder, asked, asked / "mine.py")
    assert not any(str(tmp_path).encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())
    moved = tmp_path / "elsewhere" / "trial"
    moved.parent.mkdir()
    folder.rename(moved)
    shutil.rmtree(asked)
    before = runs(moved)
    texts = {path: path.read_bytes() for path in moved.rglob("*") if path.is_file() and path.name != ".lock"}
    ask(moved, moved / "scenarios", moved / "code" / "mine.py")
    assert runs(moved) == before
    assert {path: path.read_bytes() for path in texts} == texts
    with pytest.raises(UserError, match="was given to the command"):
        ask(moved, moved / "scenarios", moved / "code" / "mine.py", fresh=True)
    assert {path: path.read_bytes() for path in texts} == texts


def test_two_files_of_one_name_cannot_both_be_kept(tmp_path: Path) -> None:
    files = [tmp_path / name / "mine.py" for name in "ab"]
    for number, file in enumerate(files):
        file.parent.mkdir()
        file.write_text(f"A = {number}\n")
    own = [CodeFile(path=file.as_posix(), sha256="x") for file in files]
    with pytest.raises(UserError, match=r"two different files are called mine\.py"):
        copies([("five_villages", own)])
