"""Indices of functions whose indices are known, and designs with holes."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.measure.statistics import Floats
from experiments.sensitivity.indices import (
    check_complete,
    morris_design,
    ranked,
    screen,
    screening_convergence,
    shares,
    shares_convergence,
    sobol_design,
)
from sim.core.errors import UserError

COEFFICIENTS = np.array([5.0, -4.0, 3.0, 2.0, 1.0, 0.0])


def ishigami(unit: Floats) -> Floats:
    x = -np.pi + 2 * np.pi * unit
    found: Floats = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    return found


def test_ishigamis_indices_are_those_in_the_books() -> None:
    found = shares(ishigami(sobol_design(3, 2048, 1)), 3)
    np.testing.assert_allclose(found.first.value, [0.3139, 0.4424, 0.0], atol=0.02)
    np.testing.assert_allclose(found.total.value, [0.5576, 0.4424, 0.2437], atol=0.02)
    known = np.array([0.5576, 0.4424, 0.2437])
    assert (np.abs(found.total.value - known) <= found.total.half).all()


def test_sobols_g_function_has_its_known_indices() -> None:
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0])
    design = sobol_design(6, 2048, 3)
    found = shares(np.prod((np.abs(4 * design - 2) + a) / (1 + a), axis=1), 6)
    part = 1 / (3 * (1 + a) ** 2)
    variance = np.prod(1 + part) - 1
    np.testing.assert_allclose(found.first.value, part / variance, atol=0.02)
    np.testing.assert_allclose(found.total.value, part * np.prod(1 + part) / (1 + part) / variance, atol=0.03)
    assert ranked(found.total.value)[:4] == [0, 1, 2, 3]


def test_more_samples_settle_the_indices() -> None:
    assert not shares_convergence(ishigami(sobol_design(3, 16, 1)), 3).enough
    settled = shares_convergence(ishigami(sobol_design(3, 2048, 1)), 3)
    assert settled.enough and settled.halves_agree == settled.of == 3


def test_a_linear_function_has_its_coefficients_and_no_spread() -> None:
    design = morris_design(6, 8, 1)
    found = screen(design, design @ COEFFICIENTS + 7.0)
    np.testing.assert_allclose(found.mu, COEFFICIENTS, atol=1e-12)
    np.testing.assert_allclose(found.mu_star.value, np.abs(COEFFICIENTS), atol=1e-12)
    np.testing.assert_allclose(found.sigma, 0.0, atol=1e-12)
    assert ranked(np.round(found.mu_star.value, 9)) == [0, 1, 2, 3, 4]


def test_an_effect_that_changes_direction_shows_in_mu_star_and_sigma() -> None:
    design = morris_design(3, 40, 1)
    found = screen(design, 10 * (design[:, 0] - 0.5) * (design[:, 1] - 0.5) + design[:, 2])
    assert abs(found.mu[0]) < 1.0 < found.mu_star.value[0]
    assert found.sigma[0] > 1.0 and found.sigma[2] < 1e-12


def test_intervals_of_few_trajectories_hold_the_truth() -> None:
    held = 0
    for seed in range(1, 151):
        design = morris_design(2, 6, seed)
        star = screen(design, design[:, 0] * (1.0 + 2.0 * design[:, 1])).mu_star
        held += abs(star.value[0] - 2.0) <= star.half[0]
    assert held >= 140  # as SALib gives them: 131


def test_halves_that_disagree_are_not_enough() -> None:
    design = morris_design(12, 6, 1)
    noise = np.random.default_rng(1).normal(size=len(design))
    assert not screening_convergence(design, noise).enough
    clear = screening_convergence(design, design @ (0.6 ** np.arange(12)))
    assert clear.enough and clear.halves_agree == 5 and clear.widest < 1e-9


def test_one_missing_number_is_refused_and_named() -> None:
    values = ishigami(sobol_design(3, 16, 1))
    values[[6, 11]] = np.nan
    with pytest.raises(UserError, match="2 of 80 points of the design have no value: point 7, point 12"):
        shares(values, 3)
    design = morris_design(6, 4, 1)
    numbers = design @ COEFFICIENTS
    numbers[3] = np.inf
    with pytest.raises(UserError, match="point 4"):
        screen(design, numbers)
    check_complete(np.ones(3))


def test_an_outcome_that_nothing_moves_is_refused() -> None:
    with pytest.raises(UserError, match="none of these parameters moves"):
        shares(np.full(80, 3.7), 3)


def test_designs_are_those_of_their_seed() -> None:
    np.testing.assert_array_equal(morris_design(5, 3, 9), morris_design(5, 3, 9))
    assert (morris_design(5, 3, 9) != morris_design(5, 3, 10)).any()
    np.testing.assert_array_equal(sobol_design(5, 8, 9), sobol_design(5, 8, 9))
    assert len(sobol_design(5, 8, 9)) == 8 * 7
