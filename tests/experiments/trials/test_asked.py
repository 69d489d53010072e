"""What can be asked beyond a mean: combinations, villages, others than the treated, what came of it, who is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from experiments.trials.arms import held, holds, told
from experiments.trials.checks import MONTHLY_YUAN, cash, outcome, small_trial
from experiments.trials.diary import Diary
from experiments.trials.file import Arm, ArmPolicy
from experiments.trials.observed import Observed
from experiments.trials.outcome import Combination, Condition
from experiments.trials.replicate import observe, prepare, run
from experiments.trials.survey_measures import read, values
from sim.model import VillageModel

CONTROL = Arm(name="control", share=0.5)
LENDER = ArmPolicy(kind="microcredit", label="lender", settings={"channel": "microlender"})
YEAR_YUAN = 12 * MONTHLY_YUAN


def offer(*policies: ArmPolicy, **how: Any) -> Arm:
    return Arm(**{"name": "offer", "share": 0.5, "policies": policies or (cash(),), **how})


def seen(*arms: Arm, seed: int = 1, **how: Any) -> Observed:
    return observe(prepare(small_trial(arms or None, **how)), seed)


def combined(name: str, **how: Any) -> Any:
    return outcome(Combination(**how), name=name, estimator="difference")  # type: ignore[arg-type]


def test_sums_ratios_and_indices_of_outcomes() -> None:
    parts = ("transfer_income_yuan", "wage_income_yuan", "operating_income_yuan", "property_income_yuan")
    asked = (
        *(outcome(name, estimator="difference") for name in ("income_yuan", "transfer_income_yuan")),
        combined("sum", sum=parts),
        combined("less", sum=("income_yuan", "-transfer_income_yuan")),
        combined("ratio", ratio=("transfer_income_yuan", "income_yuan")),
        combined("index", index=("transfer_income_yuan", "-wage_income_yuan")),
    )
    one = seen(outcomes=asked)
    by_name = {outcome.name: one.sample(outcome) for outcome in asked}
    income, transfers = by_name["income_yuan"].y, by_name["transfer_income_yuan"].y
    assert np.allclose(by_name["sum"].y, income)
    assert np.allclose(by_name["less"].y, income - transfers)
    assert np.allclose(by_name["ratio"].y, transfers / income)
    index, control = by_name["index"].y, by_name["index"].treated == 0
    assert abs(index[control].mean()) < 1e-9  # both parts are counted about the control arm's mean
    wages = by_name["sum"].y  # any column will do to see that the index is the mean of its parts
    assert len(wages) == len(index)
    z = (transfers - transfers[control].mean()) / transfers[control].std(ddof=1)
    wage = one.noted[12, "wage_income_yuan"][np.isin(one.assignment.arm, (0, 1)) & one.surveyed]
    z_wage = (wage - wage[control].mean()) / wage[control].std(ddof=1)
    assert np.allclose(index, (z - z_wage) / 2)
    found = one.found().estimates
    assert found["less"].effect == pytest.approx(found["income_yuan"].effect - found["transfer_income_yuan"].effect)


def test_a_ratio_without_anything_below_is_undefined_and_survey_error_falls_on_each_part() -> None:
    ratio = combined("ratio", ratio=("debt_total_yuan", "business_yuan"))
    asked = (ratio, combined("two", sum=("cash_yuan", "land_mu")))
    one = seen(outcomes=asked, survey={"error": 0.3})
    capital = one.noted[12, "business_yuan"]
    found = one.sample(ratio).y
    assert np.isnan(found[capital == 0]).all() and np.isfinite(found[capital > 0]).all() and (capital == 0).any()
    exact = one.noted[12, "cash_yuan"] + one.noted[12, "land_mu"]
    off = one.sample(asked[1]).y - exact
    assert np.std(off / exact) > 0.2
    assert np.allclose(off, one.reported("cash_yuan", 12) - one.noted[12, "cash_yuan"])  # land is no amount


def test_the_effect_of_a_yuan_is_an_effect_on_one_outcome_over_that_on_another() -> None:
    asked = outcome("income_yuan", name="yuan", estimator="late", through="transfer_income_yuan")
    plain = [outcome(name, estimator="ancova") for name in ("income_yuan", "transfer_income_yuan")]
    found = run(prepare(small_trial(outcomes=(asked, *plain))), 1).estimates
    assert found["transfer_income_yuan"].effect == pytest.approx(YEAR_YUAN, abs=1.0)
    assert found["yuan"].effect == pytest.approx(found["income_yuan"].effect / YEAR_YUAN, rel=0.2)


def test_villages_are_compared_by_their_spread_least_and_greatest() -> None:
    asked = tuple(
        outcome("transfer_income_yuan", name=what, estimator="arm", villages=what)
        for what in ("spread", "least", "greatest")
    )
    one = seen(outcomes=asked)
    transfers, where = one.noted[12, "transfer_income_yuan"], one.village
    means = [transfers[where == village].mean() for village in np.unique(where[one.assignment.arm == 1])]
    found = one.found().estimates
    assert found["least"].effect == pytest.approx(min(means)) and found["greatest"].effect == pytest.approx(max(means))
    assert found["spread"].effect == pytest.approx(np.std(means, ddof=1)) and found["spread"].se > 0


def test_quantiles_have_outcomes_of_their_own() -> None:
    asked = outcome("transfer_income_yuan", name="upper", estimator="quantile", quantile=0.9, quantiles=(0.9,))
    found = run(prepare(small_trial(outcomes=(asked,))), 1)
    assert found.estimates["upper"].effect == found.quantiles["upper"][0] != 0.0
    assert found.estimates["upper"].se > 0


# ---- who is asked --------------------------------------------------------------------------------------------------


def test_those_not_told_and_those_not_treated_are_asked_beside_the_treated() -> None:
    asked = tuple(outcome("took_up", name=who, who=who) for who in ("told", "not_told", "treated", "not_treated"))
    one = seen(CONTROL, offer(LENDER, told=0.5), outcomes=asked, place={"learning.tell_rate": 0.0})
    arm = one.assignment.arm == 1
    people = {asked.name: one.sample(asked) for asked in asked}
    for sample in people.values():
        assert (sample.treated == 0).sum() == (one.surveyed & (one.assignment.arm == 0)).sum()

    def y(who: str) -> np.ndarray:
        return people[who].y[people[who].treated == 1]

    assert 0.4 < len(y("told")) / arm.sum() < 0.6 and len(y("told")) + len(y("not_told")) == arm.sum()
    assert y("told").mean() > 0 and y("not_told").max() == 0  # nobody else tells them
    assert y("treated").min() == 1 and y("not_treated").max() == 0
    assert len(y("treated")) + len(y("not_treated")) == arm.sum()


def test_those_who_may_not_take_part_are_asked_in_villages_with_and_without() -> None:
    design = {"eligible": [Condition(column="poor_at_start", min=1)], "sample": 5}
    asked = (
        outcome("transfer_income_yuan", name="them"),
        outcome("transfer_income_yuan", name="others", who="not_eligible"),
    )
    one = seen(outcomes=asked, design=design)
    poor = one.assignment.eligible
    for inside, outcome_ in zip((poor, ~poor), asked, strict=True):
        rows = np.flatnonzero(one.surveyed & inside)
        assert len(one.sample(outcome_).y) == len(rows)
        assert np.bincount(one.village[rows]).max() <= 5
    found = one.found()
    assert found.estimates["them"].effect == pytest.approx(YEAR_YUAN, abs=1.0)
    assert found.estimates["others"].effect == pytest.approx(0.0, abs=1.0)
    assert found.takeup["offer"] == 1.0 and found.facts["surveyed"] == (one.surveyed & poor).sum()


def test_conditions_on_what_came_of_it() -> None:
    borrowed = Condition(**{"is": 1}, column="has_loan", month=6)
    asked = (
        outcome("debt_total_yuan", name="borrowers", estimator="arm", among=(borrowed,)),
        outcome("debt_total_yuan", name="others", among=(borrowed.model_copy(update={"all_but": True}),)),
        outcome("income_yuan", name="takers", estimator="arm", among=(Condition(column="took_up", min=1, month=12),)),
    )
    one = seen(CONTROL, offer(LENDER), outcomes=asked, follow_ups=(6, 12))
    loans, surveyed = one.noted[6, "has_loan"] == 1, one.surveyed
    assert 0 < loans.sum() < len(loans)
    assert len(one.sample(asked[0]).y) == (loans & surveyed).sum()
    assert len(one.sample(asked[1]).y) == (~loans & surveyed).sum()
    assert len(one.sample(asked[2]).y) == (one.took_up[12, 1] == 1).sum() > 0
    between = small_trial((CONTROL, offer(LENDER)), (asked[0],), follow_ups=(12,))
    assert (6, "has_loan") in observe(prepare(between), 1).noted  # a month in which nobody is asked will do


# ---- conditions and telling ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reading() -> Any:
    job = prepare(small_trial())
    model = VillageModel(job.plan, rng=1, profile=job.profile, observers=())
    yield read(model.county, Diary(model.county), 0)
    model.close()


def test_the_highest_and_all_but(reading: Any) -> None:
    land = values(reading, "land_mu")
    most = holds([Condition(column="land_mu", highest=0.25)], reading)
    assert most.sum() == round(0.25 * len(land)) and land[most].min() >= land[~most].max()
    rest = holds([Condition(column="land_mu", highest=0.25, all_but=True)], reading)
    assert (rest == ~most).all()
    few = [Condition(column="persons", min=3, max=4, all_but=True)]
    persons = values(reading, "persons")
    assert (holds(few, reading) == ~((persons >= 3) & (persons <= 4))).all()
    undefined = np.where(land > np.median(land), np.nan, land)
    keys = np.arange(len(land))
    top = held([Condition(column="x", highest=0.9)], lambda _: undefined, keys)
    assert not top[np.isnan(undefined)].any()


@pytest.mark.parametrize(("first", "sign"), [("contacts", 1.0), ("-contacts", -1.0), ("business_yuan", 1.0)])
def test_those_with_most_of_something_are_told_first_in_each_village(reading: Any, first: str, sign: float) -> None:
    job = prepare(small_trial((CONTROL, offer(LENDER, told=0.3, told_first=first))))
    one = observe(job, 1)
    (lender,) = job.offers
    rows = told(job.trial, replace(one.assignment), lender, reading, 1)
    village, amount = reading.households["village"], sign * values(reading, first.removeprefix("-"))
    offered = one.assignment.offered(lender.arms)
    for where in np.unique(village[offered]):
        here = np.flatnonzero(offered & (village == where))
        mine = np.isin(here, rows)
        assert mine.sum() == round(0.3 * len(here))
        assert amount[here][mine].min() >= amount[here][~mine].max()
    assert not np.isin(rows, np.flatnonzero(~offered)).any()


def test_trials_last_up_to_120_months_and_cash_as_long() -> None:
    paid = ArmPolicy(kind="cash", label="cash", settings={"amount_yuan": 50.0, "months": 110, "capture": 0.0})
    asked = (outcome("transfer_income_yuan", month=108, estimator="ancova"),)
    design = {"clusters": 4}
    found = run(prepare(small_trial((CONTROL, offer(paid)), asked, (108, 120), design)), 1)
    assert found.estimates["transfer_income_yuan"].effect == pytest.approx(600.0, abs=60.0)
