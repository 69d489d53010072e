"""First secretaries: whom they call on, what the committee gains and gives back, what the fund builds, who sends."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import VISITS, differing, lived, plan_of

from sim.model import VillageModel
from sim.policies.first_secretaries import FirstSecretaries
from sim.policies.gifts import COACHED
from sim.policies.projects import NAMES, needs, prices_yuan

KIND = "first_secretaries"
VILLAGES = 4
STEADY = (("trend.cpi", (0.0,) * 14),)
"""Prices that never move."""
PURSE = {"id": "posts", "title_en": "posts", "title_zh": "经费", "amount_yuan": 1e9, "uses": [KIND]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("secretaries")


@cache
def run(folder: Path, place: tuple[tuple[str, Any], ...] = (), length: int = 14, **settings: Any) -> VillageModel:
    policies = [{"kind": KIND, **settings}] if settings else []
    how: dict[str, Any] = {"villages": VILLAGES, "months": length, "days": 60, "closure": "fixed"}
    held = {name: list(value) if isinstance(value, tuple) else value for name, value in place}
    return lived(plan_of(folder, policies, purses=[PURSE], place=held, **how))


def counts(model: VillageModel) -> dict[str, float]:
    return model.policies[-1].book.counts


def test_calls_have_substance_by_the_chance_of_visits_and_are_known_and_coached(folder: Path) -> None:
    model, bare = run(folder, months=24, households_month=10, fund_yuan=0.0), run(folder)
    made = counts(model)
    p = model.p
    assert made["calls"] > 400
    chance = p.substance_base * p.cadre_effort * (1.0 - p.substance_standing * (1.0 - p.cadre_means[3]))
    low, high = (chance * (1.0 - p.substance_match * off) for off in (0.5, -0.5))
    assert low < made["calls_substance"] / made["calls"] < high
    assert 0 < made["told"] <= made["calls_substance"]
    known = model.county.well_known
    assert 0 < known.sum() <= made["calls_substance"]
    assert ((model.county.shared[COACHED] > 0) == known).all()
    for column in ("satisfaction", "awareness", "drive"):
        assert model.households[column][known].mean() > bare.households[column][known].mean() + 0.01
    mute = run(folder, (("policies.substance_base", 0.0),), months=24, households_month=10, fund_yuan=0.0)
    assert counts(mute)["calls"] == made["calls"] and counts(mute)["calls_substance"] == 0
    assert not mute.county.well_known.any()


def test_everybody_is_called_on_before_anybody_twice(folder: Path) -> None:
    model = VillageModel(plan_of(folder, [{"kind": KIND, "households_month": 8}], purses=[PURSE], months=6), rng=3)
    policy, called = model.policies[0], np.zeros(len(model.households), dtype=np.int64)
    assert isinstance(policy, FirstSecretaries)
    for _ in range(6):
        np.add.at(called, policy._going.households(0, 8), 1)
    mine = called[model.households["village"] == 0]
    assert mine.sum() == 6 * 8 and mine.max() - mine.min() <= 1
    model.close()


def test_the_committee_is_better_led_as_long_as_the_post_lasts(folder: Path) -> None:
    bare, short, long = run(folder), *(run(folder, months=m, households_month=10, fund_yuan=0.0) for m in (4, 24))
    assert short.villages["leadership"] == pytest.approx(bare.villages["leadership"])
    was = bare.villages["leadership"]
    gain = bare.p.secretary_leadership * bare.p.level_effort[2] * (1.0 - was)
    assert long.villages["leadership"] == pytest.approx(was + gain)
    idle = run(folder, (("secretaries.secretary_leadership", 0.0),), months=24, households_month=10, fund_yuan=0.0)
    assert idle.villages["leadership"] == pytest.approx(was)
    assert counts(short)["secretary_months"] == VILLAGES * 4
    cost = short.policies[0].book.costs
    assert cost["administration_yuan"] == pytest.approx(VILLAGES * 4 * short.p.secretary_pay_yuan, rel=0.05)
    assert cost["grants_yuan"] == 0.0 and short.county.accounts.audit() < 1e-9


def test_the_fund_is_spent_on_what_is_needed_most_and_shows_there(folder: Path) -> None:
    """First news and jobs for 20,000 yuan, then, with the 40,000 left of the year's fund, a part of a market."""
    model, without = (run(folder, STEADY, length=20, households_month=10, fund_yuan=money) for money in (60_000.0, 0.0))
    policy, made, p = model.policies[0], counts(model), model.p
    assert isinstance(policy, FirstSecretaries)
    assert counts(without)["begun"] == 0 and made["begun"] > made["finished"] > VILLAGES
    spent = policy.book.costs["grants_yuan"]
    assert spent == pytest.approx(VILLAGES * 2 * 60_000 - policy._fund_yuan.sum()) and spent > VILLAGES * 50_000
    assert model.county.accounts.audit() < 1e-9
    told = (model.households["knows"] & ~without.households["knows"]) > 0
    assert set(model.households["village"][told]) == set(range(VILLAGES))
    now, was = model.villages["cooperative"], without.villages["cooperative"]
    gain = p.project_market * 40_000 / p.project_cost_yuan[NAMES.index("market")]
    better = now > was
    assert better.any() and now[better] == pytest.approx((was + (1.0 - was) * gain)[better])
    unmoved = run(folder, STEADY, length=20, households_month=10, fund_yuan=60_000.0, effects=False)
    assert counts(unmoved)["finished"] > 0 and differing(unmoved, run(folder, STEADY, length=20)) == []


def test_a_project_is_what_the_village_needs_most_with_as_much_money_as_there_is(folder: Path) -> None:
    settings = {"kind": KIND, "households_month": 0, "fund_yuan": 25_000.0}
    model = VillageModel(plan_of(folder, [settings], purses=[PURSE], months=6), rng=3)
    policy = model.policies[0]
    assert isinstance(policy, FirstSecretaries)
    while model.today.campaign_day < 1 or policy.book.counts["begun"] == 0:
        model.step()
    kinds = np.argmax(needs(model.county, np.arange(3), list(range(len(NAMES)))), axis=1)
    paid = policy._works.worth_yuan
    assert np.argmax(paid, axis=1).tolist() == kinds.tolist()
    spent = np.minimum(25_000.0, prices_yuan(model.county)[kinds])
    assert paid.sum(axis=1).tolist() == paid.max(axis=1).tolist() == spent.tolist()
    assert policy._fund_yuan.tolist() == (25_000.0 - spent).tolist()
    model.close()


def test_whoever_sends_sets_effort_and_fund(folder: Path) -> None:
    models = [run(folder, months=24, households_month=10, sender=sender) for sender in ("county", "city", "province")]
    helped = [counts(model)["calls_substance"] for model in models]
    led = [model.villages["leadership"].mean() for model in models]
    assert helped[0] < helped[1] < helped[2] and led[0] < led[1] < led[2]
    for level, model in zip((2, 1, 0), models, strict=True):
        policy = model.policies[0]
        assert isinstance(policy, FirstSecretaries)
        had = policy.book.costs["grants_yuan"] + policy._fund_yuan.sum()
        assert had == pytest.approx(VILLAGES * 2 * model.p.secretary_fund_yuan[level])


def test_what_is_under_way_is_finished_when_the_secretary_has_gone(folder: Path) -> None:
    model = run(folder, months=1, households_month=0, fund_yuan=30_000.0)
    assert counts(model)["secretary_months"] == VILLAGES
    assert counts(model)["begun"] == counts(model)["finished"] == VILLAGES


def test_it_moves_no_luck_of_others_and_costs_nothing_where_it_is_off(folder: Path) -> None:
    plain = lived(plan_of(folder, [VISITS], villages=3, months=6, closure="fixed"))
    for settings, free in (({"months": 0}, True), ({"village_share": 0.0}, True), ({"effects": False}, False)):
        policies = [VISITS, {"kind": KIND, **settings}]
        beside = lived(plan_of(folder, policies, villages=3, months=6, closure="fixed", purses=[PURSE]))
        assert differing(plain, beside) == [] and (beside.policies[1].book.cash_outlay_yuan == 0.0) is free
        assert (counts(beside)["calls"] == 0) is free


def test_both_engines_call_and_build_to_the_same_bits(folder: Path) -> None:
    plan = plan_of(folder, [{"kind": KIND, "fund_yuan": 60_000.0}], villages=2, months=6, purses=[PURSE])
    compiled, agents = (lived(plan, engine=engine) for engine in ("compiled", "agents"))
    assert differing(compiled, agents) == [] and counts(compiled) == counts(agents)
