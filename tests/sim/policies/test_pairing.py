"""Pairing of cadres and households: by which rule, and anew at set intervals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import differing, lived, plan_of

from sim.model import VillageModel


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pairing")


def opened(folder: Path, **settings: Any) -> VillageModel:
    return VillageModel(plan_of(folder, [{"kind": "visits", **settings}], villages=8, months=5), rng=3)


def run(folder: Path, **settings: Any) -> VillageModel:
    model = opened(folder, **settings)
    model.run_model()
    return model


def whose(model: VillageModel) -> dict[int, int]:
    """Cadre of each household that has one."""
    contacts = model.policies[0].contacts
    return {int(h): k for k, c in enumerate(model.cadres) for h in contacts[c["first"] : c["first"] + c["count"]]}


def test_each_has_one_cadre_of_the_village_by_whatever_rule_and_loads_stay(folder: Path) -> None:
    usual = run(folder)
    for rule in ("random", "hardest"):
        paired = run(folder, pairing=rule, again_days=30)
        assert whose(paired).keys() == whose(usual).keys()
        assert (paired.cadres["count"] == usual.cadres["count"]).all()
        for household, cadre in whose(paired).items():
            assert paired.households["village"][household] == paired.cadres["village"][cadre]
        assert paired.county.books["visits"].counts["re_paired"] > 0 == usual.county.books["visits"].counts["re_paired"]


def test_the_hardest_are_called_on_first(folder: Path) -> None:
    def rising(rule: str) -> bool:
        """Whether every cadre's list begins with whom the registry believes to earn least."""
        model = opened(folder, pairing=rule)
        model.step()
        seen, contacts = model.county.world.perceived_yuan, model.policies[0].contacts
        return all((np.diff(seen[contacts[c["first"] : c["first"] + c["count"]]]) >= 0).all() for c in model.cadres)

    assert rising("hardest") and not rising("listed") and not rising("random")


def test_pairing_anew_needs_a_rule_that_moves_and_engines_agree(folder: Path) -> None:
    assert differing(run(folder), run(folder, again_days=30)) == []  # as listed, nothing changes
    plan = plan_of(folder, [{"kind": "visits", "pairing": "random", "again_days": 20}], villages=3, months=5)
    assert differing(lived(plan, engine="compiled"), lived(plan, engine="agents")) == []
    once, again = run(folder, pairing="random"), run(folder, pairing="random", again_days=40)
    assert np.mean([whose(once)[h] != whose(again)[h] for h in whose(once)]) > 0.1
