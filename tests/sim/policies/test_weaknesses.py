"""The eight weaknesses: each file of scenarios/weaknesses moves what it says it moves, alone and with the others."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from small_worlds import lived, plan_of, shipped_plan

from sim.facts.lines import LIVESTOCK
from sim.model import VillageModel
from sim.scenario import SCENARIOS, load_plan

FOLDER = SCENARIOS / "weaknesses"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("weaknesses")


@cache
def run(folder: Path, name: str) -> VillageModel:
    return lived(shipped_plan(folder, FOLDER / f"{name}.toml", villages=20, months=6))


def counted(label: str, count: str) -> Callable[[VillageModel], float]:
    return lambda model: model.county.books[label].counts[count]


def substance(model: VillageModel) -> float:
    counts = model.county.books["visits"].counts
    return counts["visited_substance"] / counts["visited"]


def villages_with(label: str) -> Callable[[VillageModel], float]:
    return lambda model: float(len(np.unique(model.households["village"][model.county.books[label].served])))


def shown(model: VillageModel) -> float:
    return float(model.villages["shown"][:, LIVESTOCK - 1].sum())


MOVES: dict[str, tuple[Callable[[VillageModel], float], float]] = {
    "half_hearted": (counted("visits", "visited"), 0.7),
    "poor_joint_effort": (counted("levels", "in_force"), 0.98),
    "incomplete_plans": (villages_with("training"), 0.85),
    "vague_deeds": (substance, 0.7),
    "uneven_industries": (villages_with("industry"), 0.6),
    "slow_coordination": (counted("levels", "in_force"), 0.7),
    "weak_examples": (shown, 0.3),
    "unclear_incentives": (counted("examinations", "talks"), 0.0),
}
"""What each weakness lowers, and to what part of it at most."""


def test_every_weakness_has_its_file_and_its_test() -> None:
    names = {path.stem for path in FOLDER.glob("*.toml")}
    assert names == {*MOVES, "none", "all_eight"} and len(MOVES) == 8


@pytest.mark.parametrize("name", MOVES)
def test_a_weakness_lowers_what_it_says_alone_and_with_the_others(name: str, folder: Path) -> None:
    measure, most = MOVES[name]
    without, alone, together = (measure(run(folder, which)) for which in ("none", name, "all_eight"))
    assert without > 0.0
    assert alone <= most * without and together <= max(most, 0.01) * without, (without, alone, together)


def a_yuan_leaked(model: VillageModel) -> float:
    """Yuan put into projects for one that leaks away."""
    return float(model.county.books["support_units"].cash_outlay_yuan / model.county.units["leaked_yuan"].sum())


SECOND: dict[str, tuple[str, str, Callable[[VillageModel], float], float]] = {
    "half_hearted": ("levels", "waiting = 0.6", counted("levels", "in_force"), 0.9),
    "poor_joint_effort": ("support_units", "coordination = 0.1", a_yuan_leaked, 0.85),
}
"""What else two of them set, alone: whose, which, what it lowers, and to what part of it at most."""


@pytest.mark.parametrize("name", SECOND)
def test_what_else_a_weakness_sets_moves_something_of_its_own(name: str, folder: Path) -> None:
    kind, setting, measure, most = SECOND[name]
    assert setting in (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    file = folder / f"{name}_second.toml"
    none = (FOLDER / "none.toml").as_posix()
    file.write_text(f'extends = "{none}"\n[[policies]]\nkind = "{kind}"\n{setting}\n', encoding="utf-8")
    # Units begin their first projects before any instruction arrives: only those of the second year are talked over.
    without, alone = (
        measure(lived(shipped_plan(folder, which, villages=20, months=12))) for which in (FOLDER / "none.toml", file)
    )
    assert without > 0.0 and alone <= most * without, (without, alone)


@pytest.mark.parametrize("name", MOVES)
def test_a_weakness_is_settings_of_a_campaign_and_nothing_else(name: str) -> None:
    plans = {which: load_plan(FOLDER / f"{which}.toml") for which in ("none", name, "all_eight")}
    none, one, all_ = ({p.label: p.settings.model_dump() for p in plan.policies} for plan in plans.values())
    assert none.keys() == one.keys() == all_.keys()
    changed = {(label, k) for label in none for k, value in one[label].items() if value != none[label][k]}
    assert changed
    both = {("industry", "village_share")}  # uneven industries leave out more villages than incomplete plans
    assert all(all_[label][k] == one[label][k] for label, k in changed - both), "together, each is as large as alone"
    assert plans["none"].world == plans[name].world and plans["none"].purses == plans[name].purses


def test_examples_with_nothing_to_show_move_no_beliefs_and_cost_the_same(tmp_path: Path) -> None:
    def trust(weak: float) -> tuple[float, float]:
        show = {"kind": "demonstration", "line": "livestock", "weak_share": weak, "meetings": 4}
        model, plain = (lived(plan_of(tmp_path, some, villages=8, months=6, closure="fixed")) for some in ([show], []))
        moved = np.abs(model.households["trust"][:, LIVESTOCK - 1] - plain.households["trust"][:, LIVESTOCK - 1]).sum()
        return float(moved), model.county.books["demonstration"].cash_outlay_yuan

    (full, cost), (half, same), (none, too) = trust(0.0), trust(0.5), trust(1.0)
    assert full > 1.2 * half > 0.0 and none < 0.2 * full
    assert cost == same == too > 0.0
