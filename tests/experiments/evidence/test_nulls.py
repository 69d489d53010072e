"""Null worlds: they do what they say, and only rows that one of them fails count as evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from small_worlds import fitted_on

from experiments.evidence.judge import Line, count, judge
from experiments.evidence.living import plan_of, quiet_plan
from experiments.evidence.nulls import NullWorld, null_worlds
from experiments.evidence.words import Words, as_json
from experiments.published import Published, Rule
from experiments.trials import load_trials
from experiments.trials.checks import STILL
from sim import VillageModel

NOBODY, TREND = null_worlds()["nobody_changes"], null_worlds()["trend_alone"]
HELD = ("orchard_mu", "block_mu", "greenhouse_mu", "business_yuan")
LEARNT = ("knows", "farm_skill", "work_skill", "trust", "drive")


@pytest.fixture(scope="module", autouse=True)
def _fitted_on_few() -> Iterator[None]:
    with fitted_on(8800):
        yield


def _lived(null: NullWorld | None, months: int = 15) -> tuple[dict[str, Any], dict[str, Any], VillageModel]:
    """Households on the eve and after so many months without policies."""
    model = VillageModel(quiet_plan(4, 1, "2011-01-01", months, null), rng=1)
    names = (*HELD, *LEARNT, "migrants", "slots", "livestock_head")
    before = {name: model.households[name].copy() for name in names}
    for _ in model.months():
        pass
    after = {name: model.households[name].copy() for name in names}
    model.close()
    return before, after, model


def test_in_the_model_people_invest_leave_and_talk() -> None:
    before, after, _ = _lived(None)
    assert (after["migrants"] > before["migrants"]).any()
    assert (after["slots"] > before["slots"]).any() and (after["slots"] < before["slots"]).any()
    assert (after["knows"] != before["knows"]).any()
    assert (after["block_mu"] + after["orchard_mu"] > before["block_mu"] + before["orchard_mu"]).any()
    assert (after["business_yuan"] > before["business_yuan"]).any()


@pytest.mark.parametrize("null", [NOBODY, TREND], ids=lambda one: one.name)
def test_where_nobody_changes_nobody_does(null: NullWorld) -> None:
    before, after, model = _lived(replace(null, place={**null.place, **STILL}))  # families go on by themselves
    assert (after["migrants"] == before["migrants"]).all()
    assert (after["slots"] == before["slots"]).all() and after["slots"].any()
    for name in LEARNT:
        assert (after[name] == before[name]).all(), name
    assert (after["block_mu"] + after["orchard_mu"] <= before["block_mu"] + before["orchard_mu"] + 1e-12).all()
    for name in ("greenhouse_mu", "business_yuan"):
        assert (after[name] <= before[name]).all(), name
    reasons = {reason for _, _, reason in model.county.accounts.matrix()}
    assert not reasons & {"investment", "leaving for work"}


def test_under_the_trend_alone_nothing_befalls_anybody() -> None:
    incomes, bills = [], []
    for seed in (1, 2):
        model = VillageModel(quiet_plan(4, 1, "2011-01-01", 24, TREND), rng=seed)
        for _ in model.months():
            assert (model.villages["weather"] == 1.0).all()
        incomes.append(model.households["income_last"].copy())
        bills.append(float(model.households["medical_month_yuan"].sum()))
        model.close()
    assert bills == [0.0, 0.0]
    assert np.array_equal(*incomes)  # luck has no part in it


def test_where_nobody_changes_nobody_takes_a_loan_or_a_course() -> None:
    for scenario in ("scenarios/more/credit_all_channels.toml", "scenarios/more/school_leavers.toml"):
        plan = plan_of(scenario, 4, 1, "2012-12-24", 6)
        done = {}
        for name, one in (("model", plan), ("null", NOBODY.plan(plan))):
            model = VillageModel(one, rng=1)
            for _ in model.months():
                pass
            done[name] = sum(
                book.counts.get(key, 0.0) for book in model.county.books.values() for key in ("lent", "trained")
            )
            model.close()
        assert done["model"] > 0.0 and done["null"] == 0.0


def test_a_trial_in_a_null_world_keeps_its_place_but_for_what_the_world_closes() -> None:
    (trial,) = load_trials(["credit_pool"])
    found = NOBODY.trial(trial)
    assert found.world.place["population.business_households"] == 0.40
    assert found.world.place["livelihood.line_open"] == (0.0, 0.0, 0.0, 0.0)
    assert found.digest() != trial.digest()


def test_where_only_a_sign_is_asked_for_a_null_world_gets_as_many_replicates_as_the_model() -> None:
    """With fewer, chance alone would make it fail: in 400 replicates neighbours gain where nobody changes, too."""
    signed, ranged = load_trials(["cash_kenya", "asset_bangladesh"])
    assert any(one.row == "cash_neighbours" for one in signed.outcomes)
    assert NOBODY.trial(signed).design.replicates == signed.design.replicates > 30
    assert NOBODY.trial(ranged).design.replicates == 30 < ranged.design.replicates


def _target(**changes: Any) -> Published:
    said: dict[str, Any] = {
        "id": "one", "label_en": "One", "label_zh": "一", "role": "check", "group": "moving", "value": 10.0,
        "unit": "yuan", "measure": "m", "rule": Rule(tolerance=2.0), "why": "so",
    }  # fmt: skip
    return Published(**{**said, **changes})


def _beside(model: list[float], nobody: list[float], trend: list[float], **changes: Any) -> Line:
    target = _target(**changes)
    nulls = {"nobody_changes": judge(target, nobody), "trend_alone": judge(target, trend)}
    return Line(**{**vars(judge(target, model)), "nulls": nulls})


MET, FAR, NEAR, NONE = [10.0, 10.1, 9.9], [20.0, 20.1, 19.9], [9.0, 17.0, 11.5], [float("nan")]


def test_only_rows_that_a_null_world_fails_are_counted() -> None:
    lines = [
        _beside(MET, MET, MET),  # every world passes: no evidence
        _beside(MET, MET, FAR),
        _beside(FAR, FAR, MET),
        _beside(MET, NEAR, MET),  # fails by its mean, and chance could turn it round
        _beside(MET, NONE, MET),  # nothing to measure is no pass
        _beside(MET, FAR, FAR, role="fitted", turned="x"),
        _beside(MET, FAR, FAR, role="set"),
        _beside(FAR, FAR, FAR, role="informed", turned="x"),
        judge(_target(), MET),  # put to no null world
    ]
    assert [line.could_fail for line in lines] == [False, True, True, False, True, False, False, True, False]
    found = count(lines)
    assert (found.could_fail, found.could_fail_within) == (4, 2)
    assert (found.seen_to_fail, found.seen_to_fail_within) == (3, 1), "where there is nothing to measure none was seen"
    assert (found.blind_could_fail, found.blind_could_fail_within, found.not_put) == (3, 2, 1)
    assert "Of 4 rows that could fail, 2 are within (of them blind: 3, within 2)" in Words("en").summary(found)
    assert "可能不符的4项中，符合2项" in Words("zh").summary(found)
    assert "1 rows were put to no null world" in Words("en").summary(found)
    said = Words("en").nulls(lines[3])
    assert said == "Nobody changes behaviour: may pass; The trend alone: passes"
    assert Words("en").nulls(lines[4]).startswith("Nobody changes behaviour: has none")
    plain = as_json(lines, found)["lines"]
    assert [row["could_fail"] for row in plain][4:6] == [True, None]
    assert plain[1]["nulls"]["trend_alone"]["met"] is False


def test_a_sign_is_met_by_a_null_world_only_if_its_means_have_it() -> None:
    rule = Rule(sign="positive", share=0.95)
    nothing = _beside([1.0, 1.1, 0.9], [0.0, 0.0, 0.0], [1.0, 1.1, 0.9], value=None, rule=rule)
    assert nothing.could_fail and not nothing.nulls["nobody_changes"].met and nothing.nulls["trend_alone"].met


def test_waiting_rows_are_counted_apart() -> None:
    line = judge(_target(measure="", waits_for="insurance"), [])
    found = count([line])
    assert line.verdict == "waiting" and not line.judged
    assert (found.waiting, found.not_modelled, found.checks) == (1, 0, 0)
    assert "1 rows wait" in Words("en").summary(found) and "待建模1项" in Words("zh").summary(found)
