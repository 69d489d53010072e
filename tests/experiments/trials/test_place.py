"""A trial's place: transfers as its books say, and wages that its income can go with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from small_worlds import fitted_on

from experiments.trials import load_trials
from experiments.trials.arms import plan_of
from experiments.trials.checks import small_trial
from experiments.trials.local_conditions import TRANSFERS, sets_transfers, settled, wages_changed
from experiments.trials.replicate import prepare, run
from experiments.trials.world import expected_headcount, flat
from sim.core.errors import UserError
from sim.core.frozen import FrozenDict
from sim.parameters import load_parameters
from sim.shipped import shipped

SOURCES = {"wage": 0.30, "operating": 0.65, "property": 0.02, "transfer": 0.03}
POOR = {"income.yuan_per_head": 1200.0, "income.gini": 0.38, "income.sources": SOURCES}
LOCAL = load_parameters().find("local_wage_yuan")


@pytest.fixture
def few() -> Iterator[None]:
    """Worlds whose books within a few percent are near enough."""
    with fitted_on(2400):
        yield


@pytest.mark.parametrize("share", [0.0, 0.03, 0.3])
def test_transfers_are_the_share_of_income_that_the_books_state(share: float) -> None:
    sources = SOURCES | {"transfer": share, "operating": 0.68 - share}
    books = {"income.yuan_per_head": 4000.0, "income.sources": sources}
    facts = run(prepare(small_trial(books=books)), 1).facts
    assert facts["transfer_share"] == pytest.approx(share, rel=0.15)
    assert facts["wages_times"] == 1.0


def test_a_place_with_rates_of_its_own_keeps_them_and_one_that_states_no_share_has_the_countys() -> None:
    stated = small_trial(books={"income.sources": SOURCES}, place={"livelihood.pension_yuan_month": 40.0})
    assert not sets_transfers(stated) and settled(stated)[0] == stated
    silent = small_trial()
    assert not sets_transfers(silent) and settled(silent)[0] == silent


@pytest.mark.usefixtures("few")
def test_a_very_poor_place_gets_wages_that_go_with_its_income() -> None:
    trial = small_trial(books=POOR)
    made, profile = settled(trial)
    times = wages_changed(trial, made)
    assert 0.2 < times < 0.45  # 1,200 yuan beside some 4,000 of the county's in that year
    assert profile.income_yuan == 1200.0
    place = plan_of(made, profile, ()).world.place
    assert place["labour.local_wage_yuan"] == times * LOCAL.value
    assert {name.rpartition(".")[2] for name in place} >= set(TRANSFERS)


@pytest.mark.usefixtures("few")
def test_wages_that_the_file_states_are_never_changed() -> None:
    with pytest.raises(UserError, match="its own land"):
        settled(small_trial(books=POOR | {"income.yuan_per_head": 400.0}, place={LOCAL.key: LOCAL.value}))


@pytest.mark.parametrize("name", ["asset_bangladesh", "credit_pool", "credit_takeup_india"])
def test_places_that_live_on_day_labour_can_be_made(name: str) -> None:
    """Its books in 120 villages of 60 households: how many there are, and how large, is the survey's."""
    (whole,) = load_trials([shipped("trials") / f"{name}.toml"])
    design = {"clusters": 120 // (whole.design.branch_villages or 1)}
    books = {**flat(whole.world.books), "size.households_per_village": 60}
    trial = whole.model_copy(
        update={
            "design": whole.design.model_copy(update=design),
            "world": whole.world.model_copy(update={"books": FrozenDict(books)}),
        }
    )
    made, profile = settled(trial)
    assert profile.headcount == pytest.approx(expected_headcount(made, profile), abs=0.01)


def test_an_impossible_place_is_refused_and_named() -> None:
    with pytest.raises(UserError, match="no world can be made") as refused:
        prepare(small_trial(place={"farm.ewe_price_yuan": 0}))
    assert refused.value.field == "world.place"
    assert "farm.ewe_price_yuan" in refused.value.text()


@pytest.mark.usefixtures("few")
def test_a_trial_before_2008_opens_in_2008() -> None:
    early, late = (prepare(small_trial(start=dt.date(year, 3, 1))) for year in (2001, 2008))
    assert early.plan.campaign == late.plan.campaign
    assert early.profile.income.year == 2007
    assert run(early, 1).estimates == run(late, 1).estimates


@pytest.mark.usefixtures("few")
def test_a_place_without_migration_lets_the_share_of_wages_go() -> None:
    facts = run(prepare(small_trial(place={"labour.away_season": [0.0] * 12})), 1).facts
    assert facts["income_per_head_yuan"] == pytest.approx(4344.0, rel=0.15)  # 480 households
    assert facts["wage_share"] < facts["wage_share_expected"] - 0.1
    assert facts["wages_times"] == 1.0
