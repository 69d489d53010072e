"""What households expect does not follow the seasons, so that no campaign meets another credit market by its month."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sim.model import VillageModel
from tests.small_worlds import plan_of

SHUANGLIAN_YUAN = 12_000


def test_no_month_of_the_year_makes_households_seem_rich(tmp_path: Path) -> None:
    model = VillageModel(plan_of(tmp_path, [], villages=6, months=12), rng=3)
    passing, earned = [], []
    for _ in model.months():
        expected = model.households["expected_yuan"] * 12.0
        passing.append(np.mean(expected[model.households["registered"] == 1] >= SHUANGLIAN_YUAN))
        earned.append(model.households["counted_yuan"][:, model.county.today.calendar_month - 1].mean())
    steps = np.abs(np.diff(passing))
    assert max(earned) > 2.0 * min(earned)  # there is a harvest
    assert steps.max() < 0.05 and max(passing) - min(passing) < 0.12
