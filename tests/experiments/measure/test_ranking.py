"""How often a ranking holds."""

from __future__ import annotations

import math

import numpy as np

from experiments.measure.ranking import rank_frequencies


def test_first_and_ahead_are_counted_and_level_is_neither() -> None:
    samples = {
        "a": np.array([5.0, 5.0, 1.0, 2.0, math.nan]),
        "b": np.array([4.0, 5.0, 3.0, 1.0, 1.0]),
        "c": np.array([1.0, 1.0, 2.0, 0.0, 1.0]),
    }
    found = {(one.scenario, one.other): one for one in rank_frequencies(samples)}
    assert {where: one.times for where, one in found.items()} == {
        **{("a", ""): 2, ("a", "b"): 2, ("a", "c"): 3},
        **{("b", ""): 1, ("b", "a"): 1, ("b", "c"): 4},
        **{("c", ""): 0, ("c", "a"): 1, ("c", "b"): 0},
    }
    assert all(one.share.replicates == 4 for one in found.values())  # the fifth is not known of all
    assert found["a", "c"].share.value == 0.75 and 0.3 < found["a", "c"].share.low < 0.4
    assert [one.times for one in rank_frequencies({"alone": np.array([1.0])})] == [1]
    assert list(rank_frequencies({})) == []
