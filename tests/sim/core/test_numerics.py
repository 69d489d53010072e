"""numerics against exact arithmetic and SciPy, and against itself compiled."""

from __future__ import annotations

import functools
import hashlib
import math
import operator
from collections.abc import Callable
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit
from scipy import special

from sim.core import numerics
from sim.core.numerics import exp, log, logistic, norm_cdf, norm_ppf, power, total

pytestmark = pytest.mark.bounds

Scalar = Callable[[float], float]


def _compiled(function: Callable[..., float]) -> Callable[..., float]:
    @njit
    def call(*x):
        return function(*x)

    return call


ONE_ARGUMENT = {f.__name__: (f, _compiled(f)) for f in (exp, log, logistic, norm_cdf, norm_ppf)}
COMPILED_POWER = _compiled(power)


def _bits(x: float) -> str:
    return float(x).hex()  # all nans are one here: IEEE 754 leaves their payload open


def _ulps(found: float, exact: Decimal) -> Decimal:
    return abs(Decimal(found) - exact) / Decimal(math.ulp(float(exact)))


@pytest.mark.parametrize(
    ("function", "exact", "inputs"),
    [
        (exp, Decimal.exp, np.linspace(-708.3, 709.78, 2001)),
        (exp, Decimal.exp, np.linspace(-1.0, 1.0, 2001)),
        (log, Decimal.ln, np.linspace(0.4, 2.5, 2000)),
        (log, Decimal.ln, np.array([math.ldexp(1.0 + i / 1000, 3 * i - 1070) for i in range(690)])),
        (log, Decimal.ln, np.array([5e-324, 2.3e-308, 1 - 2.0**-53, 1 + 2.0**-52, 1.7976931348623157e308])),
    ],
)
def test_exp_and_log_are_within_one_ulp(
    function: Scalar, exact: Callable[[Decimal], Decimal], inputs: np.ndarray
) -> None:
    with localcontext(prec=40):
        assert max(_ulps(function(x), exact(Decimal(x))) for x in inputs.tolist()) < 1


def test_exp_underflows_gradually() -> None:
    for x in np.linspace(-745.1, -708.4, 101).tolist():
        with localcontext(prec=40):
            assert abs(Decimal(exp(x)) - Decimal(x).exp()) <= Decimal("5e-324")


@given(st.floats(1e-6, 1e6), st.floats(-30, 30))
def test_power_is_within_its_bound(x: float, y: float) -> None:
    with localcontext(prec=40):
        exponent = Decimal(y) * Decimal(x).ln()
        assert _ulps(power(x, y), exponent.exp()) <= 2 + 3 * abs(exponent)


@given(st.floats(-700, 700))
def test_logistic_is_within_three_ulp(x: float) -> None:
    with localcontext(prec=400):
        assert _ulps(logistic(x), 1 / (1 + (-Decimal(x)).exp())) <= 3


def test_normal_distribution_agrees_with_scipy() -> None:
    x = np.linspace(-36.9, 9.0, 5001)
    found = np.array([norm_cdf(v) for v in x.tolist()])
    np.testing.assert_allclose(found, special.ndtr(x), rtol=1e-8, atol=0)
    np.testing.assert_allclose(found, special.ndtr(x), rtol=0, atol=1e-15)
    tails = np.array([2.0**-k for k in range(2, 1000)])
    for p in (np.linspace(0.001, 0.999, 999), tails, 1.0 - tails[:50]):
        np.testing.assert_allclose(numerics.norm_ppf_array(p), special.ndtri(p), rtol=2e-15, atol=0)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (exp(0.0), 1.0), (exp(709.79), math.inf), (exp(math.inf), math.inf), (exp(-745.14), 0.0),
        (exp(-math.inf), 0.0), (exp(math.nan), math.nan), (exp(709.782712893384), 1.7976931348622732e308),
        (log(1.0), 0.0), (log(0.0), -math.inf), (log(-0.0), -math.inf), (log(-1.0), math.nan),
        (log(-math.inf), math.nan), (log(math.inf), math.inf), (log(math.nan), math.nan),
        (power(2.0, 10.0), 1024.0), (power(0.0, 0.0), 1.0), (power(0.0, 2.0), 0.0),
        (power(0.0, -1.0), math.inf), (power(-8.0, 2.0), math.nan), (power(10.0, 400.0), math.inf),
        (power(math.nan, 1.0), math.nan), (power(math.nan, 0.0), 1.0),
        (logistic(0.0), 0.5), (logistic(-800.0), 0.0), (logistic(800.0), 1.0), (logistic(math.nan), math.nan),
        (norm_cdf(0.0), 0.5), (norm_cdf(-38.0), 0.0), (norm_cdf(math.inf), 1.0),
        (norm_cdf(math.nan), math.nan), (norm_ppf(0.5), 0.0), (norm_ppf(0.0), -math.inf),
        (norm_ppf(1.0), math.inf), (norm_ppf(1.5), math.nan), (norm_ppf(-0.1), math.nan),
        (norm_ppf(math.nan), math.nan), (norm_ppf(0.25), -norm_ppf(0.75)),
    ],
)  # fmt: skip
def test_limits(found: float, expected: float) -> None:
    assert found == pytest.approx(expected, rel=1e-14, nan_ok=True)


@pytest.mark.parametrize("name", ONE_ARGUMENT)
@given(st.floats() | st.floats(-40, 40) | st.floats(0, 1))
def test_compiled_gives_the_same_bits(name: str, x: float) -> None:
    plain, compiled = ONE_ARGUMENT[name]
    assert _bits(plain(x)) == _bits(compiled(x))


@given(st.floats(0, 1e9), st.floats(-50, 50))
def test_compiled_power_gives_the_same_bits(x: float, y: float) -> None:
    assert _bits(power(x, y)) == _bits(COMPILED_POWER(x, y))


@pytest.mark.parametrize("name", ["exp", "log", "norm_ppf"])
def test_arrays_are_loops_over_the_scalars(name: str) -> None:
    # Enough inputs for the compiler's vector code to be the one that answers.
    inputs = np.random.default_rng(5).uniform(0.0, 1.0, 50_000) * (1.0 if name == "norm_ppf" else 700.0)
    found = getattr(numerics, f"{name}_array")(inputs)
    scalar = getattr(numerics, name)
    assert found.tolist() == [scalar(x) for x in inputs.tolist()]


def test_bits_are_the_same_on_every_machine() -> None:
    digest = hashlib.blake2b(digest_size=8)
    steps = np.arange(1, 4096) / 4096.0  # exact
    for values in (
        numerics.exp_array((steps - 0.5) * 1400.0),
        numerics.log_array(steps * 1e6),
        numerics.norm_ppf_array(steps),
    ):
        digest.update(values.astype("<f8").tobytes())
    assert digest.hexdigest() == "617f5750285ccfb1"


@given(st.lists(st.floats(-1e300, 1e300), max_size=50))
def test_total_adds_first_to_last(values: list[float]) -> None:
    assert _bits(total(np.array(values, dtype=float))) == _bits(functools.reduce(operator.add, values, 0.0))


def test_total_takes_one_field_of_a_record_array() -> None:
    rows = np.zeros(3, dtype=[("key", "i8"), ("cash", "f8")])
    rows["cash"] = [1e16, 1.0, -1e16]
    assert total(rows["cash"]) == 0.0  # the 1 is lost: no hidden reordering, no wider register
