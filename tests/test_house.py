"""The order of the house: no circles among modules, no arrow back up between the folders of `experiments`.

Every import counts, wherever it stands: in a function, under `TYPE_CHECKING`, for an annotation alone. What goes
through a package's `__init__` counts as an import of that package.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# From the top down: an arrow points to a later line or stays in its folder.
FLOORS = (
    {"cli"},
    {"commands"},
    {"generated", "plots"},
    {"evidence"},
    {"bench", "calibrate", "compare", "sensitivity", "trials"},
    {"designs"},
    {"published"},
    {"measure"},
    {"runs", "pages"},
)

Imports = Mapping[str, set[str]]


def modules_of(package: str, root: Path = ROOT) -> dict[str, Path]:
    """Every module of a package by its full name."""
    found = {}
    for path in sorted((root / package).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(name: str, path: Path, known: Mapping[str, Path]) -> Iterator[str]:
    """The modules among `known` that a module imports."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                full = f"{source}.{alias.name}"
                if full in known:
                    yield full
                elif source in known:
                    yield source


def imports_of(package: str, root: Path = ROOT) -> Imports:
    """What each module of a package imports of that package."""
    known = modules_of(package, root)
    return {name: {other for other in imported(name, path, known) if other != name} for name, path in known.items()}


def circle(imports: Imports) -> list[str]:
    """The modules of one circle; none if there is no circle."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return [str(name) for name in error.args[1]]
    return []


def arrows_up(imports: Imports) -> list[str]:
    """Imports from a folder of `experiments` into one above it, or beside it on the same floor."""
    floor = {folder: number for number, folders in enumerate(FLOORS) for folder in folders}
    found = []
    for name, others in imports.items():
        for other in sorted(others):
            if name.count(".") and other.count("."):
                mine, its = name.split(".")[1], other.split(".")[1]
                if mine != its and floor[mine] >= floor[its]:
                    found.append(f"{name} -> {other}")
    return found


@pytest.mark.parametrize("package", ["sim", "experiments"])
def test_no_module_stands_in_a_circle(package: str) -> None:
    assert circle(imports_of(package)) == []


def test_no_folder_of_experiments_leans_on_one_above_it() -> None:
    imports = imports_of("experiments")
    folders = {name.split(".")[1] for name in imports if name.count(".")}
    assert folders == set().union(*FLOORS), "a folder is missing from the declared order, or gone from the house"
    assert arrows_up(imports) == []


@pytest.mark.parametrize(
    "line",
    [
        "from experiments.compare.run import compare",
        "import experiments.compare.run",
        "from ..compare import run",
        "def f():\n    from experiments.compare import run",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from experiments.compare.run import compare",
    ],
)
def test_every_way_of_importing_counts(tmp_path: Path, line: str) -> None:
    for name, text in {
        "__init__.py": "",
        "compare/__init__.py": "",
        "compare/run.py": "from experiments.measure import outcome",
        "measure/__init__.py": "",
        "measure/outcome.py": line,
    }.items():
        path = tmp_path / "experiments" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    imports = imports_of("experiments", tmp_path)
    assert set(circle(imports)) == {"experiments.compare.run", "experiments.measure.outcome"}
    assert arrows_up(imports) == ["experiments.measure.outcome -> experiments.compare.run"]
