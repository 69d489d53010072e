"""The order of the house: no circles among modules, no arrow back up between the folders of `experiments`; nothing long
without a reason, no kind of policy named outside its file.

Every import counts, wherever it stands: in a function, under `TYPE_CHECKING`, for an annotation alone. What goes
through a package's `__init__` counts as an import of that package.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from sim.money.reasons import DECLARED
from sim.policies import registry

ROOT = Path(__file__).parents[1]

# From the top down: an arrow points to a later line or stays in its folder.
FLOORS = (
    {"cli"},
    {"commands"},
    {"generated", "plots", "research"},
    {"evidence"},
    {"forecasts"},
    {"campaign"},
    {"bench", "calibrate", "compare", "discover", "optimise", "planning", "roster", "sensitivity", "sweeps", "trials"},
    {"designs"},
    {"published"},
    {"measure"},
    {"workbook"},
    {"runs", "pages"},
    {"extras", "screen", "callable", "spoken"},
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


# ---- short, and each thing in its place ------------------------------------------------------------------------------

MOST_LINES, MOST_IN_A_FUNCTION = 420, 80
# What is longer, and why. The list may only shrink: an entry that is no longer needed fails too.
LONG = {
    "experiments/commands/compare.py:compare": "the options of a command are its parameters",
    "experiments/commands/evidence.py:evidence": "the options of a command are its parameters",
    "experiments/commands/sensitivity.py:sensitivity": "the options of a command are its parameters",
    "experiments/commands/trial.py:trial": "the options of a command are its parameters",
    "experiments/campaign/run.py:carry_out": "what is asked of a campaign is its parameters, each described",
    "experiments/compare/run.py:compare": "what is asked of a comparison is its parameters, each described",
    "experiments/discover/run.py:discover": "what is asked of a discovery is its parameters, each described",
    "experiments/sensitivity/run.py:sensitivity": "what is asked of an analysis is its parameters, each described",
    "experiments/trials/run.py:run_trials": "what is asked of trials is its parameters, each described",
    "sim/parameters/typed.py": "generated: one line a parameter",
    "tests/experiments/compare/report/dummy_tables.py": "the tables of one made-up experiment",
    "tests/experiments/compare/report/dummy_tables.py:money": "the tables of one made-up experiment",
    "tests/sim/scenario/test_scenario_errors.py": "one list of mistakes and what is said of each",
}


def too_long() -> set[str]:
    """Files and functions beyond the limits, as "path" or "path:function"."""
    found = set()
    for package in ("sim", "experiments", "tests"):
        for path in sorted((ROOT / package).rglob("*.py")):
            text, name = path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()
            if text.count("\n") > MOST_LINES:
                found.add(name)
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= MOST_IN_A_FUNCTION:
                    found.add(f"{name}:{node.name}")
    return found


def test_what_is_long_has_a_reason_and_the_list_only_shrinks() -> None:
    assert too_long() - set(LONG) == set(), "shorten it, or say in LONG why it has to be long"
    assert set(LONG) - too_long() == set(), "no longer long: take it off the list"


# A kind of policy is named in its own file alone. Elsewhere only as an example that something is measured with.
NAMED = {
    "experiments/bench/figures.py": {"microcredit"},  # a shipped scenario that is timed
    "experiments/calibrate/static_measures.py": {"training"},  # what a good course teaches
    "experiments/evidence/lending.py": {"microcredit"},  # the label in a shipped scenario
    "experiments/trials/checks.py": {"cash"},  # an effect known beforehand
    "experiments/optimise/run.py": {"cash"},  # a shipped scenario
    "experiments/optimise/speaker.py": {"cash"},  # the same
    "experiments/generated/mechanisms.py": {"microcredit", "industry", "training"},  # shipped scenarios
    "sim/facts/topics.py": {"training", "industry"},  # topics of knowledge
    "sim/policies/publicity.py": {"training", "industry"},  # topics of knowledge
    "sim/facts/trades.py": {"publicity", "education"},  # trades of support units
    "sim/policies/examinations.py": {"visits"},  # a column of cadres
    "sim/recording/pairs.py": {"visits"},  # the same
    "experiments/compare/report/pairing.py": {"visits"},  # the same
    "sim/workbook/contradictions.py": {"education"},  # a part of a profile
    "sim/policies/streams.py": {"infrastructure", "industry", "training"},  # names of streams
}


def test_a_kind_of_policy_is_named_in_its_own_file_alone() -> None:
    kinds, found = set(registry()), {}
    for package in ("sim", "experiments"):
        for path in sorted((ROOT / package).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            said = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)} & kinds
            own = {kind for kind, policy in registry().items() if policy.__module__.endswith(f".{path.stem}")}
            if said - own:
                found[path.relative_to(ROOT).as_posix()] = said - own
    assert found == NAMED


def test_every_reason_and_count_of_a_policy_has_both_names() -> None:
    for policy in registry().values():
        assert policy.counts, f"{policy.kind} counts nothing"
        for name, (english, chinese) in policy.counts.items():
            assert english and re.search("[一-鿿]", chinese), f"{policy.kind}: {name}"
    for english, chinese in DECLARED.values():
        assert english and re.search("[一-鿿]", chinese), english


def test_what_policies_count_by_the_same_name_is_the_same_thing() -> None:
    names: dict[str, set[tuple[str, str]]] = {}
    for policy in registry().values():
        for name, both in policy.counts.items():
            names.setdefault(name, set()).add(both)
    assert {name: both for name, both in names.items() if len(both) > 1} == {}
