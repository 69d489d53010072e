"""Land is used once, under whatever is given away."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small_worlds import lived, plan_of

from sim.indicators.land import land_used_twice
from sim.model import VillageModel

GIFTS = [
    {"kind": "industry", "label": line, "line": line, "value_yuan": 100_000, "priority": "anyone", "round_days": 7,
     "end_day": 300, "contract": 1.0}
    for line in ("vegetables", "fruit")
]  # fmt: skip
PLENTY = [{"id": "huge", "title_en": "x", "title_zh": "x", "amount_yuan": 1e10, "uses": ["industry"]}]


def test_greenhouses_are_not_built_on_orchards_under_extreme_grants(tmp_path: Path) -> None:
    model = lived(plan_of(tmp_path, GIFTS, villages=8, purses=PLENTY))
    h = model.households
    trees = h["orchard_mu"] + h["block_mu"]
    assert ((h["greenhouse_mu"] > 0) & (trees > 0)).any(), "both stand on some holdings"
    assert not len(land_used_twice(h)) and (trees + h["greenhouse_mu"] <= h["land_mu"] + 1e-9).all()


def test_land_used_twice_stops_the_run(tmp_path: Path) -> None:
    model = VillageModel(plan_of(tmp_path, villages=2), rng=3)
    model.households["greenhouse_mu"][5] = model.households["land_mu"][5] + 0.1
    assert land_used_twice(model.households).tolist() == [5]
    with pytest.raises(ArithmeticError, match="uses more land than its"):
        model.run_model()


def test_what_is_let_cannot_be_planted(tmp_path: Path) -> None:
    h = VillageModel(plan_of(tmp_path, villages=2), rng=3).households
    h["orchard_mu"][5], h["rented_mu"][5] = 0.6 * h["land_mu"][5], -0.5 * h["land_mu"][5]
    assert land_used_twice(h).tolist() == [5]
    h["rented_mu"][5] = 0.5 * h["land_mu"][5]
    assert not len(land_used_twice(h))


def test_the_world_opens_with_land_used_once(tmp_path: Path) -> None:
    model = VillageModel(plan_of(tmp_path, villages=215), rng=3)
    assert not len(land_used_twice(model.households)) and (model.households["greenhouse_mu"] >= 0).all()
    assert np.isfinite(model.households["land_mu"]).all()
