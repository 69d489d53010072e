"""Keyed random numbers: every chance event has a name, an owner and a day, and nothing else moves it.

`uniform(seed, DECISION, key, day, k)` is stateless (Philox4x32-10, Salmon et al. 2011): two scenarios that share a seed
share every stroke of luck that they can share, whatever else happens in them and in whichever order.
"""

from __future__ import annotations

import hashlib
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.rule import inlined, kernel

Word = Any  # an unsigned 64-bit number of which 32 bits are used; Python ints are taken too
_DECLARED: dict[str, str] = {}


def decision(name: str) -> int:
    """Declare a kind of chance event and get its number.

    Args:
        name: A lasting name such as "credit.take_up". It alone fixes the draws: moving or renaming code does not.

    Raises:
        ValueError: If the name is declared elsewhere already: two decisions would share their luck.
    """
    caller = sys._getframe(1)
    place = f"{caller.f_globals['__name__']}:{caller.f_lineno}"
    if _DECLARED.setdefault(name, place) != place:
        raise ValueError(f"the decision {name!r} is declared in {_DECLARED[name]} and again in {place}")
    return number_of(name)


def number_of(name: str) -> int:
    """The number behind a decision's name: 62 bits of its BLAKE2b hash."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little") >> 2


@inlined
def philox(c0: Word, c1: Word, c2: Word, c3: Word, k0: Word, k1: Word) -> tuple[Word, Word, Word, Word]:
    """Philox4x32-10: ten rounds on a counter of four words under a key of two (all unsigned 32-bit)."""
    low = np.uint64(0xFFFFFFFF)
    half = np.uint64(32)
    x0, x1, x2, x3 = np.uint64(c0), np.uint64(c1), np.uint64(c2), np.uint64(c3)
    a, b = np.uint64(k0), np.uint64(k1)
    for _ in range(10):
        p0 = np.uint64(0xD2511F53) * x0
        p1 = np.uint64(0xCD9E8D57) * x2
        x0 = (p1 >> half) ^ x1 ^ a
        x1 = p1 & low
        x2 = (p0 >> half) ^ x3 ^ b
        x3 = p0 & low
        a = (a + np.uint64(0x9E3779B9)) & low
        b = (b + np.uint64(0xBB67AE85)) & low
    return x0, x1, x2, x3


@kernel
def mix(a: int, b: int) -> int:
    """Two numbers stirred into one of 63 bits (the finaliser of SplitMix64, twice)."""
    z = np.uint64(a) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = z ^ (z >> np.uint64(27)) ^ (np.uint64(b) * np.uint64(0xD1342543DE82EF95))
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    stirred: int = np.int64((z ^ (z >> np.uint64(31))) >> np.uint64(1))  # type: ignore[assignment]
    return stirred


@kernel
def uniform(seed: int, decision: int, key: int, day: int, k: int = 0) -> float:
    """A number in the open interval (0, 1), always the same for the same arguments.

    Args:
        seed: Run seed or population seed.
        decision: A number from `decision`.
        key: Stable key of the agent (or `pair_key` of two), at least 0.
        day: Day or month number; 0 for what is drawn once.
        k: Which of several draws of one decision.
    """
    stirred = np.uint64(mix(seed, decision))
    low = np.uint64(0xFFFFFFFF)
    who = np.uint64(key)
    x0, x1, _, _ = philox(
        who & low,
        who >> np.uint64(32),
        np.uint64(day) & low,
        np.uint64(k) & low,
        stirred & low,
        stirred >> np.uint64(32),
    )
    bits = (x0 << np.uint64(20)) | (x1 >> np.uint64(12))  # 52 bits, so that adding a half is exact
    return (np.float64(bits) + 0.5) * 2.220446049250313e-16


@inlined
def quarters(seed: int, decision: int, key: int, day: int, k: int = 0) -> tuple[float, float, float, float]:
    """Four numbers in the open interval (0, 1) for the price of one, each of 32 bits where `uniform` has 52.

    For an event that asks the same of several things at once; the arguments are those of `uniform`, and `k` says which
    four.
    """
    stirred = np.uint64(mix(seed, decision))
    low = np.uint64(0xFFFFFFFF)
    who = np.uint64(key)
    x0, x1, x2, x3 = philox(
        who & low,
        who >> np.uint64(32),
        np.uint64(day) & low,
        np.uint64(k) & low,
        stirred & low,
        stirred >> np.uint64(32),
    )
    step = 2.3283064365386963e-10
    return (
        (np.float64(x0) + 0.5) * step,
        (np.float64(x1) + 0.5) * step,
        (np.float64(x2) + 0.5) * step,
        (np.float64(x3) + 0.5) * step,
    )


@kernel
def pair_key(a: int, b: int) -> int:
    """One key for two agents, the same in either order."""
    return mix(min(a, b), max(a, b))


@kernel
def uniforms(seed: int, decision: int, keys: NDArray[Any], day: int, k: int = 0) -> NDArray[np.float64]:
    """`uniform` for many keys."""
    out = np.empty(keys.shape[0])
    for i in range(keys.shape[0]):
        out[i] = uniform(seed, decision, keys[i], day, k)
    return out
