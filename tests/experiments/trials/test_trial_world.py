"""The world of a trial: its own books over a base profile, fitted once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pytest
from small_worlds import fitted_on

from experiments.trials.checks import small_trial
from experiments.trials.replicate import observe, prepare
from experiments.trials.world import line_of_year, mean_household_yuan, parameters_of, world_of
from sim.core.errors import UserError
from sim.model import VillageModel
from sim.parameters import load_parameters
from sim.parameters.packed import as_python
from sim.population import fitting
from sim.population.consistency import lognormal_headcount
from sim.population.profile_file import load_profile

BASE = load_profile("gansu_county")


@pytest.fixture
def few() -> Iterator[None]:
    """Worlds whose books within a few percent are near enough."""
    with fitted_on(2400):
        yield


def test_the_books_replace_the_base_profiles() -> None:
    books = {"income": {"yuan_per_head": 5200.0, "gini": 0.33}, "household.size": 4.0, "terrain.tableland": 0.0}
    books |= {"terrain.river": 1.0, "terrain.hills": 0.0}
    trial = small_trial(books=books, start=dt.date(2013, 1, 1))
    profile = world_of(trial)
    assert (profile.income_yuan, profile.income.gini, profile.household.size) == (5200.0, 0.33, 4.0)
    assert profile.household.land_mu_per_head == BASE.household.land_mu_per_head
    assert profile.income.year == 2012  # the year before the first day
    assert profile.villages == 24
    assert [(town.villages, town.terrain.river) for town in profile.townships] == [(24, 1.0)]
    assert mean_household_yuan(profile) == 5200.0 * 4.0


def test_the_headcount_follows_from_mean_gini_and_the_years_line_unless_stated() -> None:
    p = as_python(load_parameters().values)
    profile = world_of(small_trial(books={"income.yuan_per_head": 4500.0, "income.gini": 0.37}))
    line = line_of_year(2011, p)
    assert 2300.0 < line < 2536.0  # the twelve months up to November 2011 lie between the lines of the two years
    assert profile.headcount == lognormal_headcount(4500.0, 0.37, line) == profile.registered_share
    stated = world_of(small_trial(books={"income.yuan_per_head": 4500.0, "poverty.headcount": 0.3}))
    assert stated.headcount == 0.3


@pytest.mark.usefixtures("few")
def test_a_headcount_left_open_moves_to_the_nearest_there_is() -> None:
    even = world_of(small_trial(books={"income.yuan_per_head": 5000.0, "income.gini": 0.28}))
    wished = lognormal_headcount(5000.0, 0.28, even.poverty.line_yuan)
    assert wished < even.headcount < wished + 0.1
    assert even.fitted is not None and even.fitted.knobs["spread"] == 0.0
    with pytest.raises(UserError, match="follows from mean, Gini and line"):
        world_of(small_trial(books={"income.yuan_per_head": 5000.0, "income.gini": 0.05}))


def test_the_generated_world_shows_the_books() -> None:
    trial = small_trial(
        books={"income.yuan_per_head": 5000.0, "income.gini": 0.39, "size.households_per_village": 60},
        place={"population.business_households": 0.35},
        design={"clusters": 100},
    )
    job = prepare(trial)
    model = VillageModel(job.plan, rng=1, profile=job.profile)
    h = model.households
    persons = h["persons"].astype(float)
    assert len(model.villages) == 100 and len(h) == 6000
    income = h["income_last"].sum() / persons.sum()
    assert income == pytest.approx(5000.0, rel=0.05)
    poor = (persons * h["poor_at_start"]).sum() / persons.sum()
    assert poor == pytest.approx(job.profile.headcount, abs=0.03)
    assert (h["business_yuan"] > 0).mean() > 0.25
    assert model.p.business_households == 0.35


def test_money_and_days_never_bind() -> None:
    profile = world_of(small_trial())
    (purse,) = profile.purses
    assert set(purse.uses) >= {"microcredit", "industry", "training", "cash", "loan_guarantee", "interest_subsidy"}
    assert purse.amount_yuan >= 1e6 * profile.households
    assert profile.support.field_days_per_month == 31.0
    assert profile.cadres >= profile.villages


def test_the_fit_travels_with_the_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    job = prepare(small_trial())
    monkeypatch.setattr(fitting, "_FITS", {})

    def refuse(*_: object) -> None:
        raise AssertionError("fitted again")

    monkeypatch.setattr(fitting, "_solve", refuse)
    assert np.isfinite(observe(job, 5).found().estimates["transfer_income_yuan"].effect)


@pytest.mark.parametrize(
    ("books", "field", "text"),
    [
        ({"income.yuan_a_head": 3000.0}, "world.books.income.yuan_a_head", "unknown book"),
        ({"size.villages": 9}, "world.books.size.villages", "design.clusters"),
        ({"poverty.line_yuan": 2000.0}, "world.books.poverty.line_yuan", "trend.line_yuan"),
        ({"household.size": -1.0}, "world.books.household.size", "at least 1"),
        ({"income.sources.wage": 0.9}, "world.books.income.sources", "must add to 1"),
    ],
)
def test_wrong_books_are_refused(books: dict[str, object], field: str, text: str) -> None:
    with pytest.raises(UserError) as refused:
        world_of(small_trial(books=books))
    assert refused.value.field == field
    assert text in refused.value.text() and "small.toml" in refused.value.text()


@pytest.mark.usefixtures("few")
def test_books_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(UserError, match="do not go together") as refused:
        world_of(small_trial(books={"income.yuan_per_head": 9000.0, "poverty.headcount": 0.6}))
    assert refused.value.field == "world.books.poverty.headcount"
    assert refused.value.allowed is not None


def test_parameters_of_the_place_may_leave_the_countys_ranges() -> None:
    p = as_python(parameters_of(small_trial(place={"livelihood.line_open": [0, 0, 0, 1]})).values)
    assert p.line_open == (0, 0, 0, 1)
