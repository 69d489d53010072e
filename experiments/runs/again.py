"""Run a results folder again from what it holds itself, and name the first difference from it, if there is one."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.runs.codeversion import code_version
from experiments.runs.command_line import RECORDED
from experiments.runs.files import MANIFEST
from experiments.runs.folder import COPIES, CRATE, finished
from experiments.runs.runfile import RunFile, Table
from sim.core.errors import UserError

DESIGN = "design.toml"
_IN_SCENARIOS = ("--set", "--villages", "--horizon")
"""Options that stored scenarios hold already."""
_OVER_FILES = ("compare", "sensitivity")
"""Commands whose arguments are scenario files."""
_OVER_DESIGNS = ("sweep", "optimise", "discover")
"""Commands whose argument is a design."""
_SHOWN = 120


@dataclass(frozen=True)
class Again:
    """What came of running a folder again.

    Attributes:
        folder: Where it was run.
        files: How many files were compared.
        difference: The first difference, in words; "" if every file has the same bytes.
        other_program: Whether the program is not the one that made the folder.
    """

    folder: Path
    files: int
    difference: str
    other_program: bool


def run_again(folder: Path, to: Path, options: Mapping[str, bool], workers: int | None = None) -> Again:
    """Run the command of a folder once more, from the folder's own copies, and compare what it leaves.

    Args:
        folder: The experiment's folder.
        to: An empty folder to work in.
        options: Options of the command by name, and whether each takes a value.
        workers: Worker processes; None = one a processor.

    Raises:
        UserError: The folder is no finished experiment, or running it again fails.
    """
    manifest = finished(folder)
    given = _given(folder, to / "given", manifest)
    words = _words(manifest, given, options)
    name = str(manifest.get("name", folder.name))
    how = ["--name", name, "--results", str(to / "results"), *(["-j", str(workers)] if workers is not None else [])]
    command = [sys.executable, "-X", "utf8", "-c", "from experiments.cli import main; main()", *words, *how]
    here = Path(__file__).resolve().parents[2]
    paths = os.pathsep.join([str(here), *filter(None, [os.environ.get("PYTHONPATH")])])
    env = {**os.environ, RECORDED: str(manifest["command"]), "PYTHONPATH": paths}
    done = subprocess.run(command, env=env, capture_output=True, encoding="utf-8", check=False)
    made = to / "results" / name
    if not (made / MANIFEST).is_file():
        said = (done.stderr or done.stdout).strip()[-500:]
        raise UserError(f"running it again failed: {said}", file=folder)
    other = str(manifest.get("code_version")) != code_version()
    names = _names(folder, made, manifest)
    first = next(filter(None, (_difference(folder / one, made / one, one) for one in names)), "")
    return Again(made, len(names), first, other)


def _given(folder: Path, to: Path, manifest: Mapping[str, Any]) -> Path:
    """Copies of what the experiment was asked with."""
    for name in (*COPIES, DESIGN):
        if (folder / name).is_dir():
            shutil.copytree(folder / name, to / name)
        elif (folder / name).is_file():
            to.mkdir(parents=True, exist_ok=True)
            shutil.copy(folder / name, to / f"{manifest.get('design', {}).get('id', 'design')}.toml")
    return to


def _words(manifest: Mapping[str, Any], given: Path, options: Mapping[str, bool]) -> list[str]:
    """The words of the command, its files replaced by the folder's copies."""
    kind = str(manifest.get("kind", "compare"))
    _, _, *recorded = shlex.split(str(manifest["command"]))
    places, kept = [], []
    for option, value in _taken_apart(recorded, options):
        if not option:
            places.append(value)
        elif option in ("--name", "--results") or (kind != "trial" and option in _IN_SCENARIOS):
            continue
        elif option == "--code":
            kept += [option, str(given / "code" / Path(value or "").name)]
        else:
            kept += [option, *([value] if value is not None else [])]
    if kind in _OVER_DESIGNS:
        places = [str(given / f"{manifest['design']['id']}.toml")]
    elif kind in _OVER_FILES:
        places = [str(given / "scenarios" / f"{one['id']}.toml") for one in manifest["scenarios"]]
    return [kind, *(place for place in places if place is not None), *kept]


def _taken_apart(words: Sequence[str], options: Mapping[str, bool]) -> Iterator[tuple[str, str | None]]:
    """Options with their values, and what is none as ("", word)."""
    left = iter(words)
    for word in left:
        name, equals, value = word.partition("=")
        if not word.startswith("-"):
            yield "", word
        elif equals:
            yield name, value
        else:
            yield word, next(left, "") if options.get(word, False) else None


def _names(folder: Path, made: Path, manifest: Mapping[str, Any]) -> list[str]:
    """Files to compare: what was asked, runs, tables, pages, and the manifest last."""

    def of(place: Path) -> set[str]:
        there = (file.relative_to(place).as_posix() for file in place.rglob("*") if file.is_file())
        return {one for one in there if not one.startswith((".", "plots/")) and one != CRATE}

    order = ["scenarios", "code", "profiles", "runs", "tables"]

    def place(name: str) -> tuple[bool, int, str]:
        head = name.partition("/")[0]
        return name == MANIFEST, order.index(head) if head in order else len(order), name

    return sorted((of(folder) & {*manifest.get("files", {}), *of(folder)}) | of(made), key=place)


def _difference(one: Path, other: Path, name: str) -> str:
    """How two files differ, in words; "" if they do not."""
    for path, where in ((one, "in the folder"), (other, "run again")):
        if not path.is_file():
            return f"{name}: is not there {where}"
    if one.read_bytes() == other.read_bytes():
        return ""
    if name.startswith("runs/") and name.endswith(".parquet"):
        return f"{name}: {_first_row(one, other)}"
    if name.endswith(".json"):
        return f"{name}: {_first_key(json.loads(one.read_text('utf-8')), json.loads(other.read_text('utf-8')))}"
    if name.endswith((".csv", ".html", ".toml", ".md")):
        lines = zip(one.read_text("utf-8").splitlines(), other.read_text("utf-8").splitlines(), strict=False)
        for number, (left, right) in enumerate(lines, 1):
            if left != right:
                return f"{name}, line {number}: {left[:_SHOWN]!r}, run again {right[:_SHOWN]!r}"
    return f"{name}: other bytes"


def _first_row(one: Path, other: Path) -> str:
    """The first row in which two run files differ."""
    left, right = RunFile(one), RunFile(other)
    if left.key != right.key:
        keys = ("scenario", "seed", "digest", "code_version")
        apart = [key for key in keys if getattr(left.key, key) != getattr(right.key, key)]
        return f"is of another {' and '.join(apart)}"
    for table in _tables(left):
        rows = zip(left.table(table).to_pylist(), right.table(table).to_pylist(), strict=False)
        for number, (before, after) in enumerate(rows, 1):
            if repr(before) != repr(after):
                return f"table {table.name}, row {number}: {before}, run again {after}"
    return "other bytes"


def _tables(run: RunFile) -> Iterable[Table]:
    return [Table(name, columns) for name, columns in run.columns.items()]


def _first_key(one: Any, other: Any, at: str = "") -> str:
    """The first key at which two JSON values differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in [*one, *(key for key in other if key not in one)]:
            if key != "checksum" and one.get(key) != other.get(key):
                return _first_key(one.get(key), other.get(key), f"{at}.{key}" if at else str(key))
    return f"{at}: {str(one)[:_SHOWN]}, run again {str(other)[:_SHOWN]}"
