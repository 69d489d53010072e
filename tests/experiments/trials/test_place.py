"""A trial's place: transfers as its books say, and wages that its income can go with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from small_worlds import fitted_on

from experiments.designs.vectors import drawing
from experiments.trials import load_trials
from experiments.trials.arms import plan_of
from experiments.trials.checks import small_trial
from experiments.trials.file import Trial
from experiments.trials.local_conditions import TRANSFERS, sets_transfers, settled, wages_changed
from experiments.trials.replicate import prepare, run
from experiments.trials.vectors import Vectors
from experiments.trials.world import expected_headcount, flat, not_given
from sim.agents.household import Household
from sim.core.errors import UserError
from sim.core.frozen import FrozenDict
from sim.model import VillageModel
from sim.parameters import load_parameters
from sim.scenario.country import SERIES, Country
from sim.scenario.title import Title
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
        settled(small_trial(books=POOR | {"income.yuan_per_head": 120.0}, place={LOCAL.key: LOCAL.value}))


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
    # In the poorest of these places day labour and luck alone make people a little less alike than the books say.
    alike = profile.fitted is not None and profile.fitted.knobs["spread"] == 0.0
    assert profile.headcount == pytest.approx(expected_headcount(made, profile), abs=0.03 if alike else 0.01)
    assert wages_changed(trial, made) == 1.0  # the place's own wages go with its books
    assert "prices.wage_level" not in flat(made.world.books)  # and so does their share of income


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


# ---- another country ------------------------------------------------------------------------------------------------


def abroad(trial: Trial, **country: Any) -> Trial:
    own = Country(name=Title(en="Elsewhere", zh="别处"), **country)
    return trial.model_copy(update={"world": trial.world.model_copy(update={"country": own})})


def test_where_prices_and_incomes_are_twice_as_high_all_money_is_and_nothing_else() -> None:
    """No rule knows an amount that is not a parameter: a world of twice the yuan is the same world, to the last bit."""
    here = prepare(abroad(small_trial(books={"income.yuan_per_head": 4000.0}), price_level=1.0))
    there = prepare(abroad(small_trial(books={"income.yuan_per_head": 8000.0}), price_level=2.0))
    fit = here.profile.fitted
    assert fit is not None
    knobs = FrozenDict({**fit.knobs, "property_yuan": 2 * fit.knobs["property_yuan"]})
    doubled = fit.model_copy(
        update={
            "of": there.profile.fitted.of,  # type: ignore[union-attr]
            "knobs": knobs,
            "fifths": tuple(2 * line for line in fit.fifths),
            "registry_line": 2 * fit.registry_line,
        }
    )
    profile = there.profile.model_copy(update={"fitted": doubled})
    ends = []
    for job, books in ((here, here.profile), (there, profile)):
        model = VillageModel(job.plan.model_copy(update={"policies": ()}), rng=1, profile=books)
        for month in model.months():
            if month == 4:  # people have left, fields are sown, loans repaid
                break
        ends.append(model.households.copy())
        model.close()
    for name, column in Household.COLUMNS.items():
        times = 2.0 if column.unit.startswith("yuan") else 1.0
        np.testing.assert_allclose(times * ends[0][name], ends[1][name], rtol=1e-9, atol=1e-12, err_msg=name)


def test_drawn_amounts_are_those_of_the_country_too() -> None:
    vectors = Vectors(drawing("ranges"), 3)
    plain, dear = (vectors.under(abroad(small_trial(), price_level=level), 2).world.place for level in (1.0, 3.0))
    cost, share = "labour.leave_cost_yuan", "livelihood.habit_rate"
    assert dear[cost] == pytest.approx(3.0 * plain[cost]) and dear[share] == plain[share]


def test_a_trial_that_names_no_country_and_one_that_gives_nothing_of_it_are_said() -> None:
    silent, bare = small_trial(), abroad(small_trial(), price_level=0.8)
    assert not_given(silent) == ("name",)
    assert not_given(bare) == SERIES
    assert silent.digest() == abroad(small_trial()).digest() != bare.digest()
    for trial in load_trials([shipped("trials")]):
        assert trial.world.country is not None, f"{trial.id} does not say where it was"
