"""A results folder as an RO-Crate (extra `crate`): what it says, and that it changes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fake_county import swept
from typer.testing import CliRunner

from experiments.cli import app
from experiments.runs.crate import write_crate
from experiments.runs.files import read_json, write_json
from experiments.runs.folder import CRATE
from sim.core.errors import UserError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    swept(tmp_path, replicates=2)
    return tmp_path / "swept"


@pytest.fixture
def rocrate() -> Any:
    return pytest.importorskip("rocrate.rocrate")


def contents(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file() and file.name != CRATE)
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def ids(entity: Any, name: str) -> list[str]:
    found = entity.get(name)
    return [one.id for one in (found if isinstance(found, list) else [found])]


def test_a_crate_says_what_was_made_of_what_and_what_columns_mean(rocrate: Any, folder: Path) -> None:
    before = contents(folder)
    write_crate(folder, ["A", "B"], licence := "https://creativecommons.org/licenses/by/4.0/")
    assert contents(folder) == before
    crate = rocrate.ROCrate(folder)
    assert crate.name == "village sweep: Known / 已知" and "village sweep known.toml" in crate.description
    assert [one.get("name") for one in crate.root_dataset.get("author")] == ["A", "B"] and crate.license.id == licence
    run = crate.dereference("#run")
    assert ids(run, "object") == ["design.toml", "scenarios/mix.toml"]
    made = {name for name in before if not name.startswith((".", "runs/", "scenarios/")) and name != "design.toml"}
    assert set(ids(run, "result")) == {*made, "runs/"}
    assert {one.id for one in crate.data_entities} == {*made, "runs/", "design.toml", "scenarios/mix.toml"}
    assert run.get("instrument").get("softwareVersion") == read_json(folder / "manifest.json")["code_version"] == "test"
    table = crate.dereference("tables/runs.parquet")
    assert int(table.get("contentSize")) == len(before["tables/runs.parquet"])
    meant = {one.get("name"): one for one in table.get("variableMeasured")}
    header = before["tables/runs.csv"].decode("utf-8-sig").splitlines()[0]
    assert list(meant) == header.split(",")
    assert (meant["industry"].get("description"), meant["industry"].get("unitText")) == ("Industry / 产业", "yuan")
    assert meant["seed"].get("description") == "Seed of chance events / 随机种子"


def test_the_same_folder_gives_the_same_crate_and_a_strange_one_stays(rocrate: Any, folder: Path) -> None:
    first = write_crate(folder).read_bytes()
    assert write_crate(folder).read_bytes() == first and not any(b"/tmp" in line for line in first.splitlines())
    (folder / CRATE).write_text('{"@graph": []}', encoding="utf-8")
    with pytest.raises(UserError, match="this command did not write it; nothing was touched"):
        write_crate(folder)
    (folder / CRATE).unlink()
    (folder / "notes.md").write_text("read me", encoding="utf-8")
    assert b"notes.md" in write_crate(folder).read_bytes()


def test_a_folder_that_is_begun_anew_has_no_crate_of_the_old_one(rocrate: Any, folder: Path) -> None:
    write_crate(folder)
    swept(folder.parent, replicates=2, fresh=True)
    assert not (folder / CRATE).exists()


def test_an_experiment_that_has_not_ended_is_not_described(rocrate: Any, folder: Path) -> None:
    write_json(folder / "manifest.json", {**read_json(folder / "manifest.json"), "complete": False})
    with pytest.raises(UserError, match="has not run to its end"):
        write_crate(folder)
    assert not (folder / CRATE).exists()


def test_the_command_says_where_it_stands(rocrate: Any, folder: Path) -> None:
    words = ["crate", "swept", "--author", "A", "--results", str(folder.parent), "--json"]
    said = CliRunner().invoke(app, words)
    assert said.exit_code == 0, said.output
    assert json.loads(said.stdout) == {"file": str(folder / CRATE)} and (folder / CRATE).is_file()


def test_without_the_package_it_is_said_how_to_install_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.extras.find_spec", lambda name: None)
    said = CliRunner().invoke(app, ["crate", "swept", "--results", str(folder.parent)])
    assert said.exit_code == 2 and "pip install 'villagesim[crate]'" in said.stderr
    assert not (folder / CRATE).exists()
