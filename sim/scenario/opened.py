"""What a user names as a scenario: a scenario file, one that ships, or a workbook with its plans."""

from __future__ import annotations

import json
from pathlib import Path

from sim.core.errors import UserError
from sim.scenario.catalogue import find_scenario
from sim.scenario.chain import read_chain
from sim.scenario.from_workbook import hidden_rows, plans_of
from sim.toml.reading import is_there, read_bytes
from sim.toml.source import TomlSource
from sim.workbook.archive import is_workbook
from sim.workbook.profile import profile_of

Opened = tuple[str, Path, list[TomlSource]]
"""Id, file, and the layers of a scenario."""


def opened(name: str | Path) -> list[Opened]:
    """The scenarios that a name stands for; a workbook has several, and "FILE.xlsx#PLAN" is one of them.

    Raises:
        UserError: There is none, or something in it cannot be read.
    """
    file, chosen = workbook_and_plan(name)
    if file is None:
        found = find_scenario(name)
        return [(found.stem, found, read_chain(found))]
    if not is_there(file):
        raise UserError("没有这个文件 / there is no such file", file=file)
    return [(plan, Path(f"{file}#{plan}"), [source]) for plan, source in plans_of(file, chosen)]


def workbook_and_plan(name: str | Path) -> tuple[Path | None, str | None]:
    """The workbook that a name means and the plan in it; None where it means no workbook, or no plan alone."""
    text = str(name)
    if is_workbook(text):
        return Path(text), None
    file, sign, plan = text.rpartition("#")
    return (Path(file), plan) if sign and is_workbook(file) else (None, None)


def notes_of(name: str | Path) -> list[str]:
    """What was read from a workbook otherwise than meets the eye: hidden rows, figures that do not add up."""
    file, _ = workbook_and_plan(name)
    return [*hidden_rows(file), *profile_of(file).notes] if file is not None else []


def profile_bytes(path: Path) -> bytes:
    """What decides a profile, for its hash: the bytes of a file, or what the county's sheets of a workbook say."""
    if not is_workbook(path):
        return read_bytes(path)
    return json.dumps(profile_of(path).data, sort_keys=True, ensure_ascii=False, default=str).encode()
