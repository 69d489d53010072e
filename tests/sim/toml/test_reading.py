"""Whatever a user names is read as a regular file of bounded size, or refused at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from scenario_fakes import BASE

from sim.core.errors import UserError
from sim.population.profile_file import load_profile
from sim.scenario import load_plan
from sim.toml.reading import MOST_BYTES, is_file, is_there, read_bytes


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe.toml")
    return tmp_path / "pipe.toml"


def test_devices_and_pipes_are_refused_at_once(pipe: Path) -> None:
    for path in (pipe, Path("/dev/zero"), Path("/dev/null")):
        with pytest.raises(UserError, match="this is a device or a pipe"):
            read_bytes(path)


def test_a_file_of_ten_megabytes_is_the_largest(tmp_path: Path) -> None:
    file = tmp_path / "large.toml"
    file.write_bytes(b"#" * MOST_BYTES)
    assert len(read_bytes(file)) == MOST_BYTES
    with file.open("ab") as more:
        more.write(b"#")
    with pytest.raises(UserError, match=r"too large \(10.0 MB\)"):
        read_bytes(file)


def test_what_is_no_path_is_no_file() -> None:
    for path in (Path("a" * 300), Path("a\0b"), Path("/".join(["a"] * 5000))):
        assert not is_file(path) and not is_there(path)
        with pytest.raises(UserError):
            read_bytes(path)


NAMES = ["/dev/zero", "pipe.toml", "a\\u0000b.toml", "a" * 300 + ".toml", "/".join(["a"] * 3000), ".", "", "no.toml"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("key", ["extends", "profile"])
def test_a_scenario_names_files_that_can_be_read(tmp_path: Path, pipe: Path, name: str, key: str) -> None:
    text = f'extends = "{name}"\n' if key == "extends" else BASE.replace('"county"', f'"{name}"')
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError):
        load_plan(tmp_path / "mine.toml")


@pytest.mark.parametrize("name", ["/dev/zero", "a\0b.toml", "a" * 300, "a" * 300 + ".toml", "a\0"])
def test_names_on_the_command_line(name: str) -> None:
    for read in (load_plan, load_profile, lambda name: load_plan("baseline", code=[name])):
        with pytest.raises(UserError):
            read(name)
