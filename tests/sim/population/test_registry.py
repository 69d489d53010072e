"""The registry lives: who leaves and who enters at the yearly review, and with which errors."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from small_worlds import plan_of, small_profile

from sim.model import VillageModel
from sim.population.registry import decided, review, worries
from sim.running import run

WAS = np.array([True] * 10 + [False] * 10)
KEYS = np.arange(20)
NUMBERS = {"review_margin": 0.1, "review_exits": 0.0, "review_pressure": 0.0, "review_entries": 1.0}


def after(well_off: NDArray[np.float64], **numbers: float) -> NDArray[np.int8]:
    return decided(well_off, WAS, KEYS, SimpleNamespace(**{**NUMBERS, **numbers}))  # type: ignore[arg-type]


def test_who_is_well_above_the_line_leaves_and_who_is_well_below_enters() -> None:
    well_off = np.concatenate([np.linspace(-0.45, 0.45, 10), np.linspace(-0.45, 0.45, 10)])
    now = after(well_off)
    assert (now == (np.where(WAS, well_off <= 0.1, well_off < -0.1))).all()


def test_entries_have_a_quota_and_the_lowest_come_first() -> None:
    well_off = np.concatenate([np.full(10, -0.2), np.linspace(-0.45, 0.45, 10)])
    now = after(well_off, review_entries=0.2)
    assert now[10:].tolist() == [1, 1] + [0] * 8 and now[:10].all()


def test_exits_that_are_asked_for_are_shown() -> None:
    """Nobody has risen above the line; 4 in 10 are asked for, and half of what is missing is entered."""
    poor = np.linspace(-1.0, -0.1, 20)
    assert after(poor, review_exits=0.4)[:10].sum() == 10
    shown = after(poor, review_exits=0.4, review_pressure=0.5, review_entries=0.0)
    assert shown[:10].tolist() == [1] * 8 + [0] * 2


def reviewed(folder: Path, seed: int = 3, **numbers: Any) -> VillageModel:
    """Twenty small villages a month after their first review."""
    small = small_profile(folder, 40)
    unsure = {f"policies.{name}": value for name, value in numbers.items()}
    plan = plan_of(folder, [], villages=10, months=14, profile=small, uncertainties=unsure)
    model = VillageModel(plan, rng=seed)
    model.run_model()
    return model


def test_some_leave_and_some_enter_once_a_year_and_a_parameter_turns_it_off(tmp_path: Path) -> None:
    model, off = reviewed(tmp_path), reviewed(tmp_path, review_held=0.0)
    opened = VillageModel(model.plan, rng=3).households["registered"]
    now = model.households["registered"]
    assert ((opened == 1) & (now == 0)).any() and ((opened == 0) & (now == 1)).any()
    assert (off.households["registered"] == opened).all()
    assert (model.households["cause"][now == 1] > 0).all()
    assert now.sum() < opened.sum(), "fewer enter than leave"


def test_the_first_december_of_a_run_is_not_reviewed(tmp_path: Path) -> None:
    model = VillageModel(plan_of(tmp_path, []), rng=3)
    opened = model.households["registered"].copy()
    for month in model.months():
        assert (model.households["registered"] == opened).all() or month > 12


def test_better_counts_and_votes_err_less(tmp_path: Path) -> None:
    """The registry of those who see well holds more of the poor."""

    def wrong(**numbers: float) -> float:
        model = reviewed(tmp_path, review_pressure=0.0, review_entries=0.4, **numbers)
        h = model.households
        earned = h["counted_yuan"].sum(axis=1) / h["persons"]
        registered = h["registered"] == 1
        return float((earned[registered] >= model.today.line_yuan).mean())

    clear = wrong(review_noise=0.2, review_vote_noise=0.2)
    assert clear < wrong(review_noise=0.8, review_vote_noise=0.8)
    assert wrong(review_noise=0.8, review_vote_noise=0.2) < wrong(review_noise=0.8, review_vote=0.0)


def test_what_is_wanting_keeps_a_household_in(tmp_path: Path) -> None:
    model = VillageModel(plan_of(tmp_path, []), rng=3)
    model.step()
    h = model.households[:2].copy()
    h["house"], h["insured"], h["ill_months"], h["leavers"] = [1, 0], [1, 0], 0, [0, 1]
    h["consumption_last_yuan"] = np.array([1.0, 0.1]) * model.today.line_yuan * h["persons"]
    assert worries(h, model.p, model.today).tolist() == [0.0, 4.0]


def test_what_a_cadre_knows_is_counted_better(tmp_path: Path) -> None:
    model = VillageModel(plan_of(tmp_path, [], villages=10), rng=3)
    world, today = model.county.world, model.today
    today.calendar_month, today.month, today.year, today.line_yuan = 12, 13, 2013, 2600.0
    earned = np.maximum(1.0, world.households["counted_yuan"].sum(axis=1) / world.households["persons"])
    errors = []
    for known in (False, True):
        review(world, model.p, today, np.full(len(world.households), known))
        errors.append(np.abs(np.log(world.perceived_yuan / earned)).mean())
    assert errors[1] == pytest.approx((1.0 - model.p.ledger_corrected) * errors[0], rel=0.02)


def test_headcount_by_registry_stands_beside_headcount_by_income(tmp_path: Path) -> None:
    result = run(plan_of(tmp_path, [], villages=6, months=36), 3)
    shares = [result.value("panel", "registered_headcount", "all", month) for month in (0, 12, 24, 36)]
    assert shares[1] == pytest.approx(shares[0], abs=0.02), "families change, the registry not yet"
    assert shares[1] > shares[2] > shares[3] > 0
    assert result.value("panel", "headcount", "all", 36) != shares[3]
