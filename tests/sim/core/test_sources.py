"""What a module reaches through imports: what decides whether a county's kept fit still stands."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from sim.core import sources
from sim.core.sources import SIM, reached_from
from sim.parameters import load_parameters
from sim.parameters.packed import as_row
from sim.population.fitting import digest
from sim.population.profile_file import load_profile


def reached(module: str) -> set[str]:
    return {file.relative_to(SIM).as_posix() for file in reached_from(module)}


def test_opening_a_world_reaches_its_rules_and_not_what_comes_after() -> None:
    found = reached("sim.population.opening")
    assert {"month.py", "economy/labour.py", "money/lending.py", "population/fitting.py", "core/numerics.py"} <= found
    assert not {"model.py", "county.py", "recording/recorder.py", "scenario/load.py"} & found
    assert not any(name.startswith(("policies/", "recording/", "scenario/")) for name in found)


def test_the_imports_are_those_of_the_syntax_trees() -> None:
    for file in SIM.rglob("*.py"):
        said = set(sources._imports(file))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "sim":
                assert {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)} <= said, file
            if isinstance(node, ast.Import):
                assert {alias.name for alias in node.names if alias.name.split(".")[0] == "sim"} <= said, file


def test_imports_inside_functions_count_and_circles_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {
        "a.py": "from sim.b import (\n    thing,\n    other,\n)\n",
        "b.py": "def f():\n    from sim import c\n",
        "c.py": "import sim.a\nimport numpy\n",
        "d.py": "from sim.a import thing\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(sources, "SIM", tmp_path)
    assert [file.name for file in reached_from("sim.a")] == ["a.py", "b.py", "c.py"]


def test_how_a_form_is_read_is_no_part_of_what_a_world_is_made_of() -> None:
    assert not [file for file in reached_from("sim.population.opening") if file.is_relative_to(SIM / "workbook")]


def test_the_fit_that_ships_is_that_of_these_sources() -> None:
    profile = load_profile("gansu_county")
    assert profile.fitted is not None
    of = digest(profile, as_row(load_parameters().values))
    assert profile.fitted.of == of, "stale: run 'village population fit gansu_county --write'"
