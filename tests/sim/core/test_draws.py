"""Keyed draws: the published generator, the open interval, no trace of a neighbour, names that mean one thing."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.core.draws import decision, mix, number_of, pair_key, philox, quarters, uniform, uniforms

pytestmark = pytest.mark.bounds

# Random123's kat_vectors for philox4x32-10: counter, key, output.
PUBLISHED = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]
# What these names and arguments have always given: a change here changes every result ever stored.
NUMBERS = {
    "credit.take_up": 539385098843052683,
    "health.illness": 3796107358607997846,
    "policy.training.attend": 3733919821401153546,
}
DRAWS = {
    (17, 1048576, 1, 0): "0x1.139bed30b0e81p-1",
    (17, 1048577, 1, 0): "0x1.901082a35a988p-4",
    (17, 1048576, 2, 0): "0x1.c52b76ce4dd39p-1",
    (18, 1048576, 1, 0): "0x1.df7d0d40f7bb0p-5",
    (17, 1048576, 1, 3): "0x1.416ac3497305bp-1",
    (2**62 - 1, 2**62 + 5, 40000, 7): "0x1.13d5c12508be4p-3",
}
ILLNESS = number_of("health.illness")
LOW, ALL = 2**32 - 1, 2**64 - 1
N = 100_000


@pytest.mark.parametrize(("counter", "key", "published"), PUBLISHED)
def test_philox_gives_its_published_vectors(counter: tuple[int, ...], key: tuple[int, ...], published: object) -> None:
    assert philox(*counter, *key) == published


def _mix(a: int, b: int) -> int:
    z = a * 0x9E3779B97F4A7C15 & ALL
    z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & ALL
    z = z ^ z >> 27 ^ (b * 0xD1342543DE82EF95 & ALL)
    z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & ALL
    z = ((z ^ z >> 27) * 0x94D049BB133111EB) & ALL
    return (z ^ z >> 31) >> 1


def _uniform(seed: int, what: int, key: int, day: int, k: int) -> float:
    """The draw in exact whole numbers, for comparison."""
    stirred = _mix(seed, what)
    x0, x1, x2, x3 = key & LOW, key >> 32, day & LOW, k & LOW
    a, b = stirred & LOW, stirred >> 32
    for _ in range(10):
        p0, p1 = 0xD2511F53 * x0, 0xCD9E8D57 * x2
        x0, x1, x2, x3 = p1 >> 32 ^ x1 ^ a, p1 & LOW, p0 >> 32 ^ x3 ^ b, p0 & LOW
        a, b = a + 0x9E3779B9 & LOW, b + 0xBB67AE85 & LOW
    return (2 * (x0 << 20 | x1 >> 12) + 1) / 2**53


whole62 = st.integers(0, 2**62 - 1)


@given(whole62, whole62, st.integers(0, 2**63 - 1), st.integers(-1200, 2**31), st.integers(0, 1000))
def test_a_draw_is_a_known_function_of_its_arguments(seed: int, what: int, key: int, day: int, k: int) -> None:
    assert mix(seed, what) == _mix(seed, what)
    assert uniform(seed, what, key, day, k) == _uniform(seed, what, key, day, k)


def test_names_and_draws_are_what_they_have_always_been() -> None:
    assert {name: number_of(name) for name in NUMBERS} == NUMBERS
    assert {a: uniform(a[0], ILLNESS, *a[1:]).hex() for a in DRAWS} == DRAWS


def test_draws_lie_inside_the_open_interval() -> None:
    # Each is an odd multiple of 2^-53, held exactly: neither 0 nor 1 is one.
    scaled = uniforms(3, ILLNESS, np.arange(N), 5) * 2.0**53
    assert (scaled % 2 == 1).all() and scaled.min() >= 1 and scaled.max() <= 2.0**53 - 1


def test_many_draws_at_once_are_the_single_ones() -> None:
    keys = np.array([0, 1, 7, 2**40, 2**62])
    assert uniforms(9, ILLNESS, keys, 3, 2).tolist() == [uniform(9, ILLNESS, int(key), 3, 2) for key in keys]


def test_moments_are_those_of_a_uniform() -> None:
    u = uniforms(11, ILLNESS, np.arange(10 * N), 1)
    se = 1.0 / np.sqrt(12.0 * len(u))
    assert abs(u.mean() - 0.5) < 4 * se
    assert abs(u.var() - 1 / 12) < 4 * np.sqrt(1 / 180 / len(u))
    assert stats.kstest(u, "uniform").pvalue > 0.001


def _neighbours() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    keys = np.arange(N, dtype=np.int64) + (5 << 20)
    here = uniforms(17, ILLNESS, keys, 40)
    return {
        "key": (here, uniforms(17, ILLNESS, keys + 1, 40)),
        "village": (here, uniforms(17, ILLNESS, keys + (1 << 20), 40)),
        "day": (here, uniforms(17, ILLNESS, keys, 41)),
        "k": (here, uniforms(17, ILLNESS, keys, 40, 1)),
        "seed": (here, uniforms(18, ILLNESS, keys, 40)),
        "decision": (here, uniforms(17, number_of("health.bill"), keys, 40)),
        "seed and decision exchanged": (uniforms(17, 18, keys, 40), uniforms(18, 17, keys, 40)),
        "day and k exchanged": (uniforms(17, ILLNESS, keys, 3, 2), uniforms(17, ILLNESS, keys, 2, 3)),
    }


def test_four_at_once_are_the_four_words_of_one_draw_and_the_first_nearly_the_one_of_it() -> None:
    stirred = _mix(17, ILLNESS)
    words = philox(2**20 & LOW, 2**20 >> 32, 5, 3, stirred & LOW, stirred >> 32)
    assert quarters(17, ILLNESS, 2**20, 5, 3) == tuple((int(word) + 0.5) / 2**32 for word in words)
    assert quarters(17, ILLNESS, 2**20, 5, 3)[0] == pytest.approx(uniform(17, ILLNESS, 2**20, 5, 3), abs=2.0**-31)


@pytest.mark.parametrize("what", list(_neighbours()))
def test_neighbouring_draws_know_nothing_of_each_other(what: str) -> None:
    a, b = _neighbours()[what]
    cells, _, _ = np.histogram2d(a, b, bins=16, range=[[0, 1], [0, 1]])
    assert stats.chisquare(cells.ravel()).pvalue > 0.001
    assert abs(np.corrcoef(a, b)[0, 1]) < 4 / np.sqrt(N)


def test_a_pair_has_one_key_in_either_order_and_shares_it_with_no_other() -> None:
    keys = [1, 2, 3, 1 << 20, (1 << 20) + 1, (2 << 20) + 1, 2**62]
    pairs = [pair_key(a, b) for a, b in itertools.combinations_with_replacement(keys, 2)]
    assert len(set(pairs)) == len(pairs)
    assert all(0 <= pair < 2**63 for pair in pairs)
    assert pair_key(3, 1 << 20) == pair_key(1 << 20, 3)


def _declare(module: str, source: str) -> None:
    exec(compile(source, f"{module}.py", "exec"), {"__name__": module, "decision": decision})


def test_a_name_is_declared_once() -> None:
    _declare("village.mill", "GRIND = decision('test.grind')")
    _declare("village.mill", "GRIND = decision('test.grind')")  # the same line again: a module that is loaded anew
    with pytest.raises(ValueError, match=r"test\.grind.*village\.mill.*village\.forge"):
        _declare("village.forge", "HAMMER = decision('test.grind')")
    with pytest.raises(ValueError, match=r"test\.grind"):
        _declare("village.mill", "GRIND = decision('test.grind')\nSIFT = decision('test.grind')")
