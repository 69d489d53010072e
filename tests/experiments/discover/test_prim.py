"""Boxes and shares with known answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from experiments.discover.prim import certainty, prim
from experiments.discover.shapley import Group, shapley


def cases(count: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Cases of interest in one corner of two of five numbers, and a few by chance anywhere."""
    chance = np.random.default_rng(seed)
    points = chance.uniform(0, 1, (count, 5))
    there = (points[:, 1] > 0.6) & (points[:, 3] < 0.5)
    return points, there | (chance.uniform(0, 1, count) < 0.03)


def test_a_box_is_found_where_it_was_put() -> None:
    points, there = cases(400)
    box = prim(points, there)
    assert box.restricted == (1, 3)
    assert box.low[1] == pytest.approx(0.6, abs=0.06) and box.high[3] == pytest.approx(0.5, abs=0.06)
    assert np.isinf(box.high[1]) and np.isinf(box.low[3])
    assert box.coverage > 0.75 and box.density > 0.9


def test_what_the_box_claims_comes_with_how_sure_it_is() -> None:
    points, there = cases(200)
    box = prim(points, there)
    sure = certainty(points, there, box, draws=40)
    assert sure.coverage[0] < box.coverage < sure.coverage[1]
    assert sure.density[0] < box.density <= sure.density[1]
    assert sure.again[[1, 3]].min() > 0.8 and sure.again[[0, 2, 4]].max() < 0.6
    # other cases of the same kind: the box holds there about what it claims
    fresh, truth = cases(4_000, seed=2)
    inside = box.holds(fresh)
    assert sure.density[0] - 0.1 <= truth[inside].mean() <= 1
    assert sure.coverage[0] - 0.1 <= (truth & inside).sum() / truth.sum() <= sure.coverage[1] + 0.1


def test_cases_anywhere_make_no_sharp_box() -> None:
    chance = np.random.default_rng(3)
    points, there = chance.uniform(0, 1, (300, 4)), chance.uniform(0, 1, 300) < 0.3
    box = prim(points, there)
    assert box.density < 0.6


ADDS = {"a": 5.0, "b": 3.0, "c": 0.0}


def values(groups: Sequence[Group]) -> dict[Group, np.ndarray]:
    """What each adds alone, and four more where a and b meet; the seeds' luck cancels."""
    luck = np.random.default_rng(1).normal(0, 100, 6)
    return {group: luck + sum(ADDS.get(one, 1.0) for one in group) + 4.0 * ({"a", "b"} <= group) for group in groups}


def test_shares_are_those_of_the_formula_and_add_up() -> None:
    found = {one.measure: one.share.value for one in shapley(["a", "b", "c"], values)}
    assert found == pytest.approx({"a": 7.0, "b": 5.0, "c": 0.0}, abs=1e-9)


def test_sampled_shares_hold_the_exact_ones_and_add_up() -> None:
    names = ["a", "b", "c", *"defgh"]
    found = {one.measure: one for one in shapley(names, values, orders=24)}
    assert not found["a"].exact
    assert sum(one.share.value for one in found.values()) == pytest.approx(5 + 3 + 4 + 5)
    assert found["a"].share.low <= 7 <= found["a"].share.high
    assert found["d"].share.value == pytest.approx(1)
