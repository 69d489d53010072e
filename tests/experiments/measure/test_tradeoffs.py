"""Synergy, ratios and dominance against hand-worked and published answers and by simulation."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.measure.statistics import mean_interval, paired_difference, t_critical
from experiments.measure.tradeoffs import dominated, fieller, fieller_limits, synergy

NONE: frozenset[str] = frozenset()
A, B, C = frozenset("a"), frozenset("b"), frozenset("c")


def test_synergy_of_two_parts_by_hand() -> None:
    base = np.array([10.0, 20.0, 30.0])
    found = synergy({NONE: base, A: base + 1, B: base + 2, A | B: base + 3 + [4.0, 5.0, 6.0]})
    assert [(item.kind, item.parts, item.order) for item in found] == [("total", ("a", "b"), 2)]
    expected = mean_interval([4.0, 5.0, 6.0])
    assert found[0].interval == expected


def test_parts_that_only_add_up_have_no_synergy() -> None:
    base = np.array([1.0, 2.0, 5.0])
    worth = {"a": base * 2, "b": base + 7, "c": base * base}
    outcomes = {
        frozenset(group): base + sum((worth[part] for part in group), np.zeros(3))
        for size in range(4)
        for group in combinations("abc", size)
    }
    for item in synergy(outcomes):
        assert (item.interval.value, item.interval.halfwidth) == pytest.approx((0, 0), abs=1e-12)


@given(st.lists(st.lists(st.integers(-50, 50), min_size=3, max_size=3), min_size=8, max_size=8))
@settings(max_examples=50)
def test_interactions_add_up_to_the_total(rows: list[list[int]]) -> None:
    keys = [frozenset(group) for size in range(4) for group in combinations("abc", size)]
    outcomes = {key: np.array(row, dtype=float) for key, row in zip(keys, rows, strict=True)}
    total, *interactions = synergy(outcomes)
    assert [item.parts for item in interactions] == [("a", "b"), ("a", "c"), ("b", "c"), ("a", "b", "c")]
    # mix - sum of parts + (k - 1) none, as the definition has it.
    direct = outcomes[A | B | C] - outcomes[A] - outcomes[B] - outcomes[C] + 2 * outcomes[NONE]
    assert total.interval == mean_interval(direct)
    pair = outcomes[A | C] - outcomes[A] - outcomes[C] + outcomes[NONE]
    assert interactions[1].interval == mean_interval(pair)
    assert sum(item.interval.value for item in interactions) == pytest.approx(total.interval.value, abs=1e-9)


def test_an_incomplete_factorial_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks the combination b"):
        synergy({NONE: [1.0], A: [1.0], A | B: [1.0]})
    with pytest.raises(ValueError, match="lacks the combination none"):
        synergy({B: [1.0], A: [1.0], A | B: [1.0]})
    with pytest.raises(ValueError, match="two parts"):
        synergy({NONE: [1.0], A: [1.0]})
    with pytest.raises(ValueError, match="length"):
        synergy({NONE: [1.0], A: [1.0], B: [1.0, 2.0], A | B: [1.0]})
    with pytest.raises(ValueError, match="two parts"):
        synergy({})


def test_fieller_of_a_published_example() -> None:
    """FIELLER of the DCStats package: 14 (3) over 7 (2), standard errors, 10 degrees of freedom, 90%."""
    limits = fieller_limits(14, 7, 3 * 3, 2 * 2, 0, t_critical(10, 0.90))
    assert limits == pytest.approx((1.051413, 4.414296), abs=5e-7)


@pytest.mark.parametrize(("level", "low", "high"), [(0.90, 1.54, 2.64), (0.95, 1.46, 2.83), (0.99, 1.27, 3.36)])
def test_fieller_of_the_graphpad_calculator(level: float, low: float, high: float) -> None:
    """The same means with those spreads as standard deviations of two groups of six."""
    limits = fieller_limits(14, 7, 9 / 6, 4 / 6, 0, t_critical(10, level))
    assert limits == pytest.approx((low, high), abs=0.005)


def test_fieller_of_paired_samples_inverts_the_t_test() -> None:
    """A limit is a ratio r at which the mean of above - r below is just its half-width from zero."""
    above = np.array([210.0, 180, 250, 230, 190, 205])
    below = np.array([4.1, 3.2, 5.5, 4.4, 3.9, 4.0])
    found = fieller(above, below)
    assert found.defined
    assert found.value == pytest.approx(above.mean() / below.mean())
    assert found.low < found.value < found.high
    for limit in (found.low, found.high):
        rest = mean_interval(above - limit * below)
        assert abs(rest.value) == pytest.approx(rest.halfwidth)


def test_a_ratio_over_what_may_be_zero_is_not_defined() -> None:
    cost = np.array([100.0, 110, 90, 105])
    found = fieller(cost, [1.0, -1.0, 2.0, -1.5])
    assert (found.defined, found.reason) == (False, "denominator may be zero")
    assert math.isnan(found.value) and math.isnan(found.low) and math.isnan(found.high)
    assert fieller(cost, np.zeros(4)).reason == "denominator may be zero"
    assert fieller([1.0], [2.0]).reason == "one replicate"
    assert fieller(cost, [1.0, 2.0, math.nan, 3.0]).reason == "an outcome is undefined"
    exact = fieller(np.full(4, 6.0), np.full(4, 3.0))
    assert (exact.value, exact.low, exact.high, exact.defined) == (2, 2, 2, True)
    harm = fieller(cost, [-5.0, -6.0, -5.5, -5.2])
    assert harm.defined and harm.high < 0
    with pytest.raises(ValueError, match="shapes"):
        fieller(cost, [1.0])


@given(
    st.lists(st.tuples(st.floats(-50, 50), st.floats(-10, 10)), min_size=3, max_size=8),
    st.floats(-5, 20),
)
@settings(max_examples=80)
def test_fieller_is_defined_just_when_the_denominators_sign_is_known(
    pairs: list[tuple[float, float]], shift: float
) -> None:
    above, below = np.array(pairs).T
    known = mean_interval(below + shift)
    if abs(abs(known.value) - known.halfwidth) < 1e-6:
        return  # on the edge rounding decides
    found = fieller(above, below + shift)
    assert found.defined == known.excludes_zero
    if found.defined:
        assert found.low <= found.value <= found.high


def test_fieller_covers_as_often_as_it_says() -> None:
    """1,000 samples of 8 with correlated cost and effect; ratio of the means is 40."""
    chance = np.random.default_rng(11)
    inside = []
    for own, shared in zip(chance.normal(size=(1000, 2, 8)), chance.normal(size=(1000, 8)), strict=True):
        found = fieller(200 + 20 * own[0] + 30 * shared, 5 + 1.0 * own[1] + 0.8 * shared)
        inside.append(not found.defined or found.low <= 40 <= found.high)
    assert np.mean(inside) == pytest.approx(0.95, abs=0.021)


def test_a_mix_is_dominated_only_beyond_doubt() -> None:
    wave = np.array([-2.0, 0.0, 1.0, 1.0])
    turned = wave[::-1]
    costs = {"cheap": 100 + wave, "dear": 130 + turned, "dearer": 150 + wave, "same": 100.5 + turned}
    effects = {"cheap": 20 + wave, "dear": 10 + turned, "dearer": 40 + wave, "same": 15 + turned}
    # "dear" costs more and does less; "dearer" buys more; "same" does less at a cost that cannot be told
    # apart.
    assert dominated(costs, effects) == {"dear": "cheap"}
    assert not paired_difference(costs["same"], costs["cheap"]).excludes_zero
    # Of several that dominate, the one that does most is named.
    costs["best"], effects["best"] = 90 + wave, 45 + wave
    assert dominated(costs, effects) == {name: "best" for name in ("cheap", "dear", "dearer", "same")}


def test_nothing_is_dominated_on_one_replicate_or_at_equal_cost() -> None:
    assert dominated({"a": [1.0], "b": [2.0]}, {"a": [2.0], "b": [1.0]}) == {}
    fixed = np.full(4, 50.0)
    assert dominated({"a": fixed, "b": fixed}, {"a": [9.0, 9, 9, 8], "b": [1.0, 1, 1, 2]}) == {}
    with pytest.raises(ValueError, match="different mixes"):
        dominated({"a": [1.0]}, {"b": [1.0]})


def test_ratio_and_dominance_of_another_draw_ask_for_more() -> None:
    chance = np.random.default_rng(3)
    cost, effect = chance.normal(10, 0.5, 12), chance.normal(4, 0.4, 12)
    of_mean, of_draw = fieller(cost, effect), fieller(cost, effect, of="draw")
    assert of_draw.value == of_mean.value and of_draw.low < of_mean.low < of_mean.high < of_draw.high
    for limit in (of_draw.low, of_draw.high):  # where the interval of the draw's cost - limit x effect ends at zero
        rest = mean_interval(cost - limit * effect, of="draw")
        assert min(abs(rest.low), abs(rest.high)) == pytest.approx(0, abs=1e-9)
    weak = np.linspace(-0.5, 3.5, 12)
    assert fieller(cost, weak).defined and fieller(cost, weak, of="draw").reason == "denominator may be zero"
    costs = {"dear": cost + 0.5 + chance.normal(0, 0.5, 12), "cheap": cost}
    effects = {"dear": effect, "cheap": effect + 1}
    assert dominated(costs, effects) == {"dear": "cheap"} and dominated(costs, effects, of="draw") == {}
    parts = {frozenset(): cost, frozenset("a"): cost + 1, frozenset("b"): cost, frozenset("ab"): cost + effect}
    (total,) = synergy(parts, of="draw")
    expected = mean_interval(effect - 1, of="draw")
    assert (total.interval.low, total.interval.high) == pytest.approx((expected.low, expected.high))
