"""A replicate: what it finds is what is known to be there."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from experiments.trials.checks import MONTHLY_YUAN, cash, null_trial, outcome, repeated, small_trial
from experiments.trials.diary import Diary
from experiments.trials.estimate import estimate, quantile_effects
from experiments.trials.file import Arm, ArmPolicy, Condition, Crossover
from experiments.trials.replicate import Observed, TrialJob, observe, prepare, run
from experiments.trials.replicate_result import ReplicateResult
from experiments.trials.survey_measures import MEASURES, known_names, measure, read, values
from sim.agents.household import Household
from sim.core.errors import UserError
from sim.county import County
from sim.model import VillageModel

WITH = {"staple_yield_kg_mu": "land_mu", "orchard_yield_kg_mu": "orchard_mu", "orchard_net_yuan_mu": "orchard_mu"}
MAY_BE_UNDEFINED = ("dropped_out",)  # of those who had children in September
OF_A_POLICY = ("missing_share",)  # of villages that had a project
YEAR_YUAN = 12 * MONTHLY_YUAN
CONTROL = Arm(name="control", share=0.5)
Lived = tuple[VillageModel, Diary, np.ndarray, dict[int, np.ndarray]]


def offer(*policies: ArmPolicy, **how: Any) -> Arm:
    return Arm(**{"name": "offer", "share": 0.5, "policies": policies or (cash(),), **how})


def found(*arms: Arm, seed: int = 1, **how: Any) -> ReplicateResult:
    return run(prepare(small_trial(arms or None, **how)), seed)


@pytest.fixture(scope="module")
def job() -> TrialJob:
    """Cash to half of the villages; what is asked is transfer income, with and without the baseline."""
    asked = (outcome("transfer_income_yuan"), outcome("transfer_income_yuan", name="raw", estimator="difference"))
    return prepare(small_trial(outcomes=(*asked, outcome("took_up"))))


@pytest.fixture(scope="module")
def seen(job: TrialJob) -> Observed:
    return observe(job, 1)


# ---- what is known beforehand -------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", ["village", "branch", "household"])
def test_without_effects_the_interval_covers_zero_in_90_to_99_of_100(unit: str) -> None:
    check = repeated(null_trial(unit), 40)
    assert 34 <= check.covered <= 40  # fewer than 34 of 40 by chance once in 70 times at 95%
    assert abs(check.mean) < 3.5 * check.error


def test_the_errors_are_as_large_as_the_estimates_vary() -> None:
    check = repeated(null_trial(), 40)
    assert 0.7 < check.errors.mean() / check.effects.std(ddof=1) < 1.4


def test_money_that_is_paid_is_found() -> None:
    asked = (outcome("transfer_income_yuan", estimator="difference"),)
    check = repeated(small_trial(outcomes=asked), 20, YEAR_YUAN)
    assert abs(check.mean - YEAR_YUAN) < 3.5 * check.error
    assert check.covered >= 17


def test_with_the_baseline_it_is_found_to_the_yuan(job: TrialJob) -> None:
    assert run(job, 2).estimates["transfer_income_yuan"].effect == pytest.approx(YEAR_YUAN, abs=1.0)


def test_dealt_out_anew_after_the_fact_nothing_is_found() -> None:
    check = repeated(small_trial(outcomes=(outcome("income_yuan"),)), 30, dealt_anew=True)
    assert abs(check.mean) < 3.5 * check.error
    assert check.covered >= 26


def test_another_seed_is_another_population_within_the_sampling_error(job: TrialJob) -> None:
    twice = [observe(job, seed) for seed in (11, 12)]
    assert not np.array_equal(twice[0].noted[0, "transfer_income_yuan"], twice[1].noted[0, "transfer_income_yuan"])
    a, b = (one.found().estimates["raw"] for one in twice)
    assert abs(a.effect - b.effect) < 4 * np.hypot(a.se, b.se)
    assert run(job, 11) == twice[0].found()  # and the same seed is the same trial


def test_the_order_of_rows_changes_nothing(seen: Observed) -> None:
    sample = seen.sample(seen.job.trial.outcomes[0])
    order = np.random.default_rng(0).permutation(len(sample.y))
    mixed = replace(
        sample,
        **{name: column[order] for name, column in vars(sample).items() if column is not None},
    )
    assert estimate(mixed, "ancova") == estimate(sample, "ancova")


@pytest.mark.parametrize("policy", ["microcredit", "training", "industry"])
def test_without_effects_nothing_at_all_differs_from_no_policy(policy: str) -> None:
    known: dict[str, dict[str, Any]] = {
        "microcredit": {"channel": "village_fund"},
        "training": {"content": "work", "placement": 0.5},
        "industry": {"line": "livestock"},
    }
    asked = [outcome(name) for name in ("income_yuan", "cash_yuan", "migrants", "farm_skill", "drive")]

    def lived(*policies: ArmPolicy) -> Observed:
        arms = (CONTROL, Arm(name="offer", share=0.5, policies=policies))
        return observe(prepare(small_trial(arms, asked, closure="endogenous")), 1)

    nothing = lived()
    null, real = (
        lived(ArmPolicy(kind=policy, label=policy, settings={**known[policy], "effects": effects}))
        for effects in (False, True)
    )
    assert null.took_up[12, 1].mean() > 0.03
    assert (null.took_up[12, 1] == real.took_up[12, 1]).mean() > 0.9
    for key, found in nothing.noted.items():
        assert np.array_equal(found, null.noted[key]), key
    assert not np.array_equal(nothing.noted[12, "income_yuan"], real.noted[12, "income_yuan"])


# ---- who gets what ------------------------------------------------------------------------------------------------


def test_a_policy_reaches_only_its_arm(seen: Observed) -> None:
    took, arm = seen.took_up[12, 1], seen.assignment.arm
    assert took[arm == 1].all() and not took[arm == 0].any()
    assert run(seen.job, 1).takeup == {"control": 0.0, "offer": 1.0}


def test_compliance_and_crossover_shrink_the_effect_in_proportion() -> None:
    control = CONTROL.model_copy(update={"crossover": Crossover(arm="offer", share=0.25)})
    asked = (outcome("transfer_income_yuan"), outcome("transfer_income_yuan", name="late", estimator="late"))
    partial = found(control, offer(compliance=0.75), outcomes=asked, seed=3)
    assert partial.takeup == pytest.approx({"control": 0.25, "offer": 0.75})
    assert partial.estimates["transfer_income_yuan"].effect == pytest.approx(YEAR_YUAN * (0.75 - 0.25), abs=2.0)
    late = partial.estimates["late"]
    assert abs(late.effect - YEAR_YUAN) < 4 * late.se


def test_an_effect_may_go_through_what_the_offer_moves() -> None:
    places = ArmPolicy(kind="training", label="places", settings={"content": "work", "placement": 1.0, "end_day": 30})
    design = {"eligible": [Condition(column="migrants", max=0), Condition(column="workers", min=2)]}
    late = outcome("wage_income_yuan", name="late", estimator="late", through="has_migrant")
    asked = (late, outcome("wage_income_yuan"), outcome("has_migrant", estimator="difference"))
    seen = observe(prepare(small_trial((CONTROL, offer(places)), asked, design=design)), 1)
    sample = seen.sample(late)
    assert sample.took_up is not None
    took_course = seen.sample(asked[1]).took_up
    assert took_course is not None and not np.array_equal(sample.took_up, took_course)
    assert set(sample.took_up) == {0.0, 1.0}
    result = seen.found().estimates
    moved = result["has_migrant"].effect
    assert moved > 0.05
    assert result["late"].effect == pytest.approx(result["wage_income_yuan"].effect / moved, rel=0.25)


def test_only_the_eligible_are_offered_and_asked() -> None:
    trial = small_trial(design={"eligible": [Condition(column="poor_at_start", min=1)]})
    seen = observe(prepare(trial), 1)
    eligible = seen.assignment.eligible
    assert 0.1 < eligible.mean() < 0.7
    assert not seen.took_up[12, 1][~eligible].any()
    assert not seen.surveyed[~eligible].any()
    assert seen.took_up[12, 1][eligible & (seen.assignment.arm == 1)].all()


def test_the_same_offer_in_both_arms_makes_no_difference() -> None:
    (effect,) = found(offer(name="control"), offer()).estimates.values()
    assert effect.effect == pytest.approx(0.0, abs=2.0)


def test_several_arms_and_a_staggered_start() -> None:
    arms = (
        Arm(name="control", share=0.5),
        Arm(name="offer", share=0.25, policies=(cash(months=4),)),
        Arm(name="late", share=0.25, policies=(cash(months=4, start_day=240),)),
    )
    asked = [
        outcome("transfer_income_yuan", month=month, name=f"{arm}{month}", arm=arm, estimator="ancova")
        for arm in ("offer", "late") for month in (6, 12)
    ]  # fmt: skip
    effects = {name: one.effect for name, one in found(*arms, outcomes=asked, follow_ups=(6, 12)).estimates.items()}
    paid = 4 * MONTHLY_YUAN
    assert effects == pytest.approx({"offer6": paid, "offer12": paid, "late6": 0.0, "late12": paid}, abs=40.0)


def test_two_treated_arms_can_be_compared_with_each_other() -> None:
    more = offer(cash(amount_yuan=300.0), name="more")
    arms = (CONTROL.model_copy(update={"share": 0.25}), offer(share=0.25), more)
    asked = [
        outcome("transfer_income_yuan", arm="more", against="offer"),
        outcome("transfer_income_yuan", name="first"),
    ]
    result = found(*arms, outcomes=asked).estimates
    assert result["transfer_income_yuan"].effect == pytest.approx(12 * 200.0, abs=2.0)
    assert result["first"].effect == pytest.approx(YEAR_YUAN, abs=2.0)


@pytest.mark.parametrize(
    ("design", "clusters"),
    [
        ({"unit": "branch", "clusters": 8, "branch_villages": 3}, 8),
        ({"unit": "household", "clusters": 120, "villages": 8}, 120),
        ({"sample": 5}, 24),
    ],
)
def test_branches_households_and_samples(design: dict[str, Any], clusters: int) -> None:
    (effect,) = found(design=design).estimates.values()
    assert effect.effect == pytest.approx(YEAR_YUAN, abs=2.0)
    assert effect.clusters == clusters
    assert effect.n == {8: 480, 120: 120, 24: 120}[clusters]


def test_only_those_who_are_told_come() -> None:
    course = ArmPolicy(kind="training", label="course", settings={"content": "farm", "end_day": 60})
    strangers = [Condition(**{"is": 0}, column="registered")]  # the registered need not be told

    def takeup(share: float) -> float:
        arms = (CONTROL, offer(course, told=share))
        return found(*arms, outcomes=(outcome("took_up"),), design={"eligible": strangers}).takeup["offer"]

    nobody, some, everybody = takeup(0.0), takeup(0.3), takeup(1.0)
    assert nobody < 0.3 * everybody  # news travels between neighbours
    assert nobody < some < 0.8 * everybody


# ---- the survey ---------------------------------------------------------------------------------------------------


def test_attrition_takes_households_away_evenly_over_time() -> None:
    asked = [outcome("transfer_income_yuan", month=month, name=str(month)) for month in (6, 12)]
    n = {
        name: one.n
        for name, one in found(survey={"attrition": 0.4}, follow_ups=(6, 12), outcomes=asked).estimates.items()
    }
    assert 480 * 0.75 < n["6"] < 480 * 0.85
    assert 480 * 0.54 < n["12"] < 480 * 0.66


def test_attrition_by_arm() -> None:
    seen = observe(prepare(small_trial(survey={"attrition": {"offer": 0.5}})), 1)
    sample = seen.sample(seen.job.trial.outcomes[0])
    lost = np.isnan(sample.y)
    assert not lost[sample.treated == 0].any()
    assert 0.38 < lost[sample.treated == 1].mean() < 0.62


def test_survey_error_blurs_amounts_and_is_right_on_average() -> None:
    asked = (outcome("income_yuan", estimator="difference"), outcome("persons"))
    plain, blurred = (observe(prepare(small_trial(outcomes=asked, survey={"error": error})), 1) for error in (0.0, 0.3))
    true, told = (one.sample(asked[0]).y for one in (plain, blurred))
    ratio = told / true
    assert np.log(ratio).std() == pytest.approx(0.3, abs=0.04)
    assert ratio.mean() == pytest.approx(1.0, abs=0.05)
    assert (plain.sample(asked[1]).y == blurred.sample(asked[1]).y).all()


def test_subgroups_and_the_difference_between_them() -> None:
    rich = Condition(column="poor_at_start", max=0)
    asked = (
        outcome("transfer_income_yuan", name="rich", among=(rich,)),
        outcome("transfer_income_yuan", name="gap", among=(rich,), minus=(Condition(column="poor_at_start", min=1),)),
    )
    result = found(outcomes=asked).estimates
    assert result["rich"].effect == pytest.approx(YEAR_YUAN, abs=2.0)
    assert result["gap"].effect == pytest.approx(0.0, abs=2.0)
    assert result["rich"].n < result["gap"].n == 480


def test_a_baseline_that_never_varies_in_one_group_is_no_hindrance() -> None:
    owners, others = (Condition(column="business", min=1),), (Condition(column="business", max=0),)
    asked = (
        outcome("business_profit_yuan", name="owners", among=owners),
        outcome("business_profit_yuan", name="others", among=others, estimator="difference"),
        outcome("business_profit_yuan", name="gap", among=owners, minus=others),
    )
    job = prepare(small_trial(outcomes=asked, survey={"error": 0.3}))
    for seed in range(4):
        result = run(job, seed).estimates
        apart = result["owners"].effect - result["others"].effect
        assert result["gap"].effect == pytest.approx(apart, abs=1e-6 * result["owners"].control_mean)


def test_quantile_effects_of_money_that_all_get() -> None:
    asked = (outcome("transfer_income_yuan", quantiles=(0.25, 0.5, 0.75), estimator="difference"),)
    job = prepare(small_trial(outcomes=asked))
    quantiles = np.array([run(job, seed).quantiles["transfer_income_yuan"] for seed in range(8)])
    assert quantiles.mean(axis=0) == pytest.approx([YEAR_YUAN] * 3, abs=150.0)
    sample = observe(job, 0).sample(asked[0])
    assert quantile_effects(sample, (0.25, 0.5, 0.75)) == tuple(quantiles[0])


# ---- what a survey can ask ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lived() -> Lived:
    """Twenty-six months of a small world: the model, its diary, each month's own income, and what the diary said."""
    job = prepare(small_trial(follow_ups=(26,), outcomes=(outcome("income_yuan", month=26),)))
    model = VillageModel(job.plan.model_copy(update={"policies": ()}), rng=1, profile=job.profile)
    diary = Diary(model.county)
    months, year_so_far, noted = [], np.zeros(len(model.households)), {}
    while model.running:
        model.step()
        if not model.clock.calendar[model.day]["month_end"]:
            continue
        month, year_ends = model.today.month, model.today.month % 12 == 0
        total = model.households["income_last" if year_ends else "income_year"].sum(axis=1)
        months.append(total - year_so_far)
        year_so_far = np.zeros(len(total)) if year_ends else total
        diary.note(month)
        noted[month] = read(model.county, diary, month).income()
    return model, diary, np.array(months), noted


def test_flows_are_the_last_twelve_months_at_any_month(lived: Lived) -> None:
    _, _, months, noted = lived
    assert len(months) == 26
    for month in range(1, 27):
        assert noted[month] == pytest.approx(months[max(0, month - 12) : month].sum(axis=0)), month


def test_what_no_account_holds_is_counted_by_the_diary(lived: Lived) -> None:
    model, diary, *_ = lived
    p, flows, since = model.p, diary.last_year(26), diary.since_opening(26)
    persons = float(model.households["persons"].sum())
    assert flows["stays"].sum() / persons == pytest.approx(p.hospital_rate, rel=0.35), "less what is forgone"
    assert (since["stays"] >= flows["stays"]).all() and since["stays"].sum() > flows["stays"].sum()
    assert p.drop_out_rate == 0.0 and not since["dropped"].any() and since["children"].sum() > 0
    whole = since["consumption_year_yuan"].sum()
    assert whole > flows["consumption_year_yuan"].sum() > 0 and whole < 3 * flows["consumption_year_yuan"].sum()


def test_children_who_leave_school_are_counted_in_september(monkeypatch: pytest.MonkeyPatch) -> None:
    idle = np.zeros(2)
    monkeypatch.setattr("experiments.trials.diary.work_days", lambda *_, **__: (idle, idle))
    rows = Household.rows(2)
    rows["children"] = [2, 1]
    county = SimpleNamespace(households=rows, today=SimpleNamespace(calendar_month=8))
    diary = Diary(cast(County, county))
    rows["children"][0] = 1  # through in August: no drop-out
    diary.note(1)
    county.today.calendar_month, rows["children"][1] = 9, 0
    diary.note(2)
    assert diary.last_year(2)["dropped"].tolist() == [0.0, 1.0] and diary.last_year(2)["children"].tolist() == [
        1.0,
        1.0,
    ]


def test_every_measure_can_be_read(lived: Lived) -> None:
    model, diary, *_ = lived
    reading = read(model.county, diary, 26)
    h = model.households
    for name in known_names():
        read_values = values(reading, name)
        asked = h[WITH[name]] > 0 if name in WITH else ...
        assert read_values.shape == (len(h),)
        defined = np.isfinite(read_values[asked])
        if name not in OF_A_POLICY:
            assert defined.any() if name in MAY_BE_UNDEFINED else defined.all(), name
        assert measure(name).unit and measure(name).meaning
    for name, one in MEASURES.items():
        assert one.label_zh and not one.label_zh.isascii(), name
    sources = ("wage", "operating", "property", "transfer")
    parts = sum(values(reading, f"{source}_income_yuan") for source in sources)
    assert parts == pytest.approx(values(reading, "income_yuan"))
    assert (values(reading, "income_per_resident_yuan") >= values(reading, "income_per_head_yuan")).mean() > 0.95
    assert (values(reading, "women") <= h["workers"]).all()
    assert values(reading, "women").sum() == pytest.approx(h["workers"].sum() / 2, rel=0.05)
    owns = h["business_yuan"] > 0
    assert (values(reading, "business_revenue_yuan")[owns] > values(reading, "business_profit_yuan")[owns]).all()
    assert not values(reading, "business_revenue_yuan")[~owns].any()
    assert (values(reading, "income_last[1]") == h["income_last"][:, 1]).all()
    assert set(values(reading, "has_loan")) <= {0.0, 1.0}
    assert 0.3 < values(reading, "consumption_yuan").sum() / values(reading, "income_yuan").sum() < 1.1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("income_yaun", "did you mean 'income_yuan'"),
        ("income_last", r"income_last\[0\] to \[3\]"),
        ("income_last[5]", r"income_last\[0\] to \[3\]"),
        ("persons[0]", "is one number"),
    ],
)
def test_what_cannot_be_asked_is_refused(name: str, text: str) -> None:
    with pytest.raises(UserError, match=text):
        measure(name)


def test_yields_are_those_of_households_with_land_of_the_kind() -> None:
    trial = small_trial(outcomes=(outcome("orchard_yield_kg_mu"), outcome("staple_yield_kg_mu")))
    seen = observe(prepare(trial), 1)
    surveyed = {one.measure: seen.noted[12, one.measure] for one in trial.outcomes}
    apples, staples = (np.isfinite(surveyed[name]).mean() for name in ("orchard_yield_kg_mu", "staple_yield_kg_mu"))
    assert 0.05 < apples < 0.8 < staples
    assert seen.found().estimates["orchard_yield_kg_mu"].n < len(seen.keys) * 0.8
