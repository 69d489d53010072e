"""exp, log and the normal distribution with the same bits everywhere.

The C library's functions differ by an ulp between libraries and processors, and NumPy's between instruction
sets. These use only + - * /, comparisons, sqrt and floor, which IEEE 754 fixes to the last bit, and
`math.frexp`, which takes a float apart without rounding. Python and compiled code agree bit for bit.

| function   | largest error                 | at the limits                                    |
| ---------- | ----------------------------- | ------------------------------------------------ |
| `exp`      | 1 ulp                         | inf above 709.7827..., 0 below -745.133...       |
| `log`      | 1 ulp                         | -inf at 0, nan below                             |
| `power`    | 2 + 3 abs(y log x) ulp        | 1 for y = 0; 0 or inf for x = 0; nan for x < 0   |
| `logistic` | 3 ulp above -709              | 0 and 1                                          |
| `norm_cdf` | 1e-15 absolute, 1e-8 relative | 0 below -37, 1 above 37                          |
| `norm_ppf` | 2e-15 relative                | -inf at 0, inf at 1, nan outside                 |

They take nan to nan, but power(nan, 0) = 1. exp and log follow Sun's library: "Copyright (C) 1993 by Sun
Microsystems, Inc. All rights reserved. Permission to use, copy, modify, and distribute this software is
freely granted, provided that this notice is preserved."
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.core.rule import kernel, rule

Floats = NDArray[np.float64]
Number = TypeVar("Number", int, float)

_LOG2_E = 1.44269504088896338700
_LN2_HIGH = 6.93147180369123816490e-01  # ends in zero bits: a whole number up to 1100 times it is exact
_LN2_LOW = 1.90821492927058770002e-10
_SQRT_HALF = 0.7071067811865476
_LARGEST = 709.782712893384
_SMALLEST = -745.1332191019412
_LOWEST_POWER = -538
_POWERS_OF_TWO = np.array([math.ldexp(1.0, n) for n in range(_LOWEST_POWER, 513)])


@rule
def exp(x: float) -> float:
    """e to the power x."""
    if math.isnan(x):
        return x
    if x > _LARGEST:
        return math.inf
    if x < _SMALLEST:
        return 0.0
    # x = n ln 2 + r, abs(r) <= ln 2 / 2
    n = math.floor(x * _LOG2_E + 0.5)
    high = x - n * _LN2_HIGH
    low = n * _LN2_LOW
    r = high - low
    t = r * r
    c = 4.13813679705723846039e-08
    c = -1.65339022054652515390e-06 + t * c
    c = 6.61375632143793436117e-05 + t * c
    c = -2.77777777770155933842e-03 + t * c
    c = 1.66666666666666019037e-01 + t * c
    c = r - t * c
    y = 1.0 - ((low - (r * c) / (2.0 - c)) - high)
    # 2^n in two steps: it may itself be too large or too small for a float although the result is not
    half = n >> 1
    return y * float(_POWERS_OF_TWO[half - _LOWEST_POWER]) * float(_POWERS_OF_TWO[n - half - _LOWEST_POWER])


@rule
def log(x: float) -> float:
    """The natural logarithm."""
    if math.isnan(x) or x < 0.0:
        return math.nan
    if x == 0.0:
        return -math.inf
    if x == math.inf:
        return x
    # x = 2^n (1 + f), 1 + f between sqrt(1/2) and sqrt(2)
    mantissa, n = math.frexp(x)
    if mantissa < _SQRT_HALF:
        mantissa = mantissa + mantissa
        n = n - 1
    f = mantissa - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    odd = 1.818357216161805012e-01 + w * 1.479819860511658591e-01
    odd = z * (6.666666666666735130e-01 + w * (2.857142874366239149e-01 + w * odd))
    half_square = 0.5 * f * f
    return n * _LN2_HIGH - ((half_square - (s * (half_square + (even + odd)) + n * _LN2_LOW)) - f)


@rule
def power(x: float, y: float) -> float:
    """x to the power y for x >= 0."""
    if y == 0.0:
        return 1.0
    return exp(y * log(x))


@rule
def logistic(x: float) -> float:
    """1 / (1 + exp(-x)): from any number to between 0 and 1."""
    return 1.0 / (1.0 + exp(-x))


@rule
def norm_cdf(x: float) -> float:
    """Chance that a standard normal variable is at most x (Hart 1968, algorithm 5666, after West 2005)."""
    if math.isnan(x):
        return x
    a = abs(x)
    if a > 37.0:
        tail = 0.0
    elif a < 7.07106781186547:
        above = 3.52624965998911e-02 * a + 0.700383064443688
        above = above * a + 6.37396220353165
        above = above * a + 33.912866078383
        above = above * a + 112.079291497871
        above = above * a + 221.213596169931
        above = above * a + 220.206867912376
        below = 8.83883476483184e-02 * a + 1.75566716318264
        below = below * a + 16.064177579207
        below = below * a + 86.7807322029461
        below = below * a + 296.564248779674
        below = below * a + 637.333633378831
        below = below * a + 793.826512519948
        below = below * a + 440.413735824752
        tail = exp(-0.5 * a * a) * above / below
    else:
        fraction = a + 1.0 / (a + 2.0 / (a + 3.0 / (a + 4.0 / (a + 0.65))))
        tail = exp(-0.5 * a * a) / fraction / 2.506628274631
    return 1.0 - tail if x > 0.0 else tail


@rule
def norm_ppf(p: float) -> float:
    """The value that a standard normal variable stays under with chance p (Wichura 1988, AS 241, PPND16)."""
    if math.isnan(p) or p < 0.0 or p > 1.0:
        return math.nan
    if p == 0.0:
        return -math.inf
    if p == 1.0:
        return math.inf
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        above = 2.5090809287301226727e3 * r + 3.3430575583588128105e4
        above = above * r + 6.7265770927008700853e4
        above = above * r + 4.5921953931549871457e4
        above = above * r + 1.3731693765509461125e4
        above = above * r + 1.9715909503065514427e3
        above = above * r + 1.3314166789178437745e2
        above = above * r + 3.3871328727963666080e0
        below = 5.2264952788528545610e3 * r + 2.8729085735721942674e4
        below = below * r + 3.9307895800092710610e4
        below = below * r + 2.1213794301586595867e4
        below = below * r + 5.3941960214247511077e3
        below = below * r + 6.8718700749205790830e2
        below = below * r + 4.2313330701600911252e1
        below = below * r + 1.0
        return q * above / below
    r = math.sqrt(-log(p if q < 0.0 else 1.0 - p))
    if r <= 5.0:
        r = r - 1.6
        above = 7.74545014278341407640e-4 * r + 2.27238449892691845833e-2
        above = above * r + 2.41780725177450611770e-1
        above = above * r + 1.27045825245236838258e0
        above = above * r + 3.64784832476320460504e0
        above = above * r + 5.76949722146069140550e0
        above = above * r + 4.63033784615654529590e0
        above = above * r + 1.42343711074968357734e0
        below = 1.05075007164441684324e-9 * r + 5.47593808499534494600e-4
        below = below * r + 1.51986665636164571966e-2
        below = below * r + 1.48103976427480074590e-1
        below = below * r + 6.89767334985100004550e-1
        below = below * r + 1.67638483018380384940e0
        below = below * r + 2.05319162663775882187e0
        below = below * r + 1.0
    else:
        r = r - 5.0
        above = 2.01033439929228813265e-7 * r + 2.71155556874348757815e-5
        above = above * r + 1.24266094738807843860e-3
        above = above * r + 2.65321895265761230930e-2
        above = above * r + 2.96560571828504891230e-1
        above = above * r + 1.78482653991729133580e0
        above = above * r + 5.46378491116411436990e0
        above = above * r + 6.65790464350110377720e0
        below = 2.04426310338993978564e-15 * r + 1.42151175831644588870e-7
        below = below * r + 1.84631831751005468180e-5
        below = below * r + 7.86869131145613259100e-4
        below = below * r + 1.48753612908506148525e-2
        below = below * r + 1.36929880922735805310e-1
        below = below * r + 5.99832206555887937690e-1
        below = below * r + 1.0
    return -(above / below) if q < 0.0 else above / below


@kernel
def total(values: Floats) -> float:
    """The sum of a one-dimensional array, first to last on one thread: the order alone fixes its bits."""
    run = 0.0
    for i in range(values.size):
        run += values[i]
    return run


def add_up(values: Iterable[Number]) -> Number | int:
    """The sum of numbers, first to last. Not `sum`: since Python 3.12 it makes up for rounding, before it does not."""
    run: Number | int = 0
    for value in values:
        run += value
    return run


@kernel
def exp_array(x: Floats) -> Floats:
    """`exp` of each element of a one-dimensional array."""
    out = np.empty(x.size)
    for i in range(x.size):
        out[i] = exp(x[i])
    return out


@kernel
def log_array(x: Floats) -> Floats:
    """`log` of each element of a one-dimensional array."""
    out = np.empty(x.size)
    for i in range(x.size):
        out[i] = log(x[i])
    return out


@kernel
def norm_ppf_array(p: Floats) -> Floats:
    """`norm_ppf` of each element of a one-dimensional array."""
    out = np.empty(p.size)
    for i in range(p.size):
        out[i] = norm_ppf(p[i])
    return out


def ascending(values: Floats, ties: NDArray[Any]) -> NDArray[np.intp]:
    """Row numbers from the lowest value to the highest, equal values by `ties`, then as they stand.

    Sorting on both columns costs twice as much and equal values are rare, so only they are put right.
    """
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    same = np.zeros(values.size + 1, dtype=np.bool_)
    same[1:-1] = ranked[1:] == ranked[:-1]
    tied = np.flatnonzero(same[1:] | same[:-1])
    if tied.size:
        rows = order[tied]
        order[tied] = rows[np.lexsort((ties[rows], values[rows]))]
    return order
