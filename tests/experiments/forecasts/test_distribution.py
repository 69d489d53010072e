"""Forecast distributions and their scores, held against what is known in closed form or by drawing."""

from __future__ import annotations

import math

import numpy as np
import pytest

from experiments.forecasts.discrepancy import Miss, control_sds, discrepancy
from experiments.forecasts.distribution import Forecast, parts_of_variance


def test_one_normal_is_known_in_closed_form() -> None:
    one = Forecast((1.0,), 2.0)
    low, high = one.interval(0.8)
    assert (low, high) == (pytest.approx(1 - 1.2815516 * 2), pytest.approx(1 + 1.2815516 * 2))
    assert one.interval(0.5)[1] - 1 == pytest.approx(0.6744898 * 2)
    # at its mean, a normal forecast scores sd (sqrt(2) - 1) / sqrt(pi)
    assert one.crps(1.0) == pytest.approx(2 * (math.sqrt(2) - 1) / math.sqrt(math.pi))


def test_without_discrepancy_it_is_the_replicates_themselves() -> None:
    some = Forecast((3.0, 1.0, 2.0), 0.0)
    assert some.mean == 2.0 and some.quantile(0.5) == 2.0
    # mean distance from 4 is 2; mean distance between two draws is 8/9
    assert some.crps(4.0) == pytest.approx(2 - 4 / 9)
    assert Forecast((5.0,), 0.0).crps(2.0) == 3.0  # of one number: the absolute error


def test_the_score_is_the_mean_distance_less_half_that_between_draws() -> None:
    centres, sd, found = (0.0, 1.0, 4.0), 0.7, 2.5
    draw = np.random.default_rng(1)
    x, y = (draw.choice(centres, 400_000) + sd * draw.normal(size=400_000) for _ in range(2))
    expected = np.abs(x - found).mean() - np.abs(x - y).mean() / 2
    assert Forecast(centres, sd).crps(found) == pytest.approx(expected, abs=0.01)
    low, high = Forecast(centres, sd).interval(0.5)
    assert (low, high) == (pytest.approx(np.quantile(x, 0.25), abs=0.02), pytest.approx(np.quantile(x, 0.75), abs=0.02))


def test_a_discrepancy_widens_the_intervals() -> None:
    def width(sd: float) -> float:
        low, high = Forecast((1.0, 2.0, 3.0), sd).interval(0.8)
        return high - low

    assert width(0.0) < width(0.5) < width(2.0)


def test_chance_and_parameters_are_told_apart() -> None:
    draw = np.random.default_rng(2)
    groups = [list(centre + draw.normal(0, 0.5, 40)) for centre in draw.normal(0, 2.0, 200)]
    chance, parameters = parts_of_variance(groups)
    assert chance == pytest.approx(0.5, rel=0.03) and parameters == pytest.approx(2.0, rel=0.12)
    same = [list(draw.normal(0, 0.5, 40)) for _ in range(200)]
    assert parts_of_variance(same)[1] < 0.1
    assert parts_of_variance([[1.0, 2.0]])[1] == 0.0 and math.isnan(parts_of_variance([[1.0], [2.0]])[0])


def test_the_discrepancy_is_what_chance_does_not_account_for() -> None:
    draw = np.random.default_rng(3)
    sds = draw.uniform(0.05, 0.3, 2000)
    misses = [Miss("s", float(draw.normal(0, math.hypot(0.4, sd))), float(sd**2), 0.2) for sd in sds]
    assert discrepancy(misses) == pytest.approx(0.4, rel=0.05)
    exact = [Miss("s", float(draw.normal(0, 0.1)), 0.1**2, 0.3) for _ in range(2000)]
    assert discrepancy(exact) < 0.04  # chance accounts for all of it
    assert discrepancy([Miss("s", 0.0, 0.0, 0.0)]) == 0.0


def test_few_misses_leave_the_discrepancy_near_the_size_of_the_effects_themselves() -> None:
    lucky = [Miss("s", 0.0, 0.3**2, 0.3)]
    few, many = discrepancy(lucky), discrepancy(lucky * 200)
    assert 0.1 < few < 0.3  # one hit tells little
    assert many < few / 2
    assert discrepancy([Miss("s", 3.0, 0.1, 0.3)]) > 1.5  # and one bad miss much
    assert discrepancy([Miss("s", 0.0, 0.3**2, 0.6)]) > few


def test_effects_of_all_units_are_counted_in_control_standard_deviations() -> None:
    assert control_sds("sd", 10.0, 4.0) == 1.0 and control_sds("yuan", 10.0, 4.0) == 4.0
    assert control_sds("percent", 10.0, 4.0) == 0.4 and control_sds("share", 0.0, 0.0) == 0.5
    assert math.isnan(control_sds("level", 10.0, 0.0))
