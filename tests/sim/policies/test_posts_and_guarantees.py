"""Public-service posts, local workshops, the guarantee line, dues of medical insurance: what each gives and takes."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from sim import load_plan
from sim.core.errors import UserError
from sim.facts.sources import TRANSFER, WAGE
from sim.facts.topics import POST
from sim.model import VillageModel
from sim.scenario import check_comparable

VILLAGES, MONTHS = 3, 14


@cache
def run(name: str, keep: str = "", **settings: object) -> VillageModel:
    """A scenario of 2023 in a few villages, with one of its measures alone."""
    small = [f"world.villages={VILLAGES}", f"horizon_months={MONTHS}"]
    plan = load_plan(f"2023/{name}", small).with_settings(settings)
    policies = tuple(one for one in plan.policies if one.label in (keep, "visits"))
    model = VillageModel(plan.model_copy(update={"policies": policies}), rng=3, observers=())
    model.run_model()
    return model


def book(model: VillageModel) -> Any:
    return model.policies[-1].book


def test_a_post_is_paid_and_takes_days_that_nothing_else_has() -> None:
    plain, posts = run("baseline"), run("work", "public_posts")
    free = run("work", "public_posts", **{"uncertainties.policies.post_days": 2.0})
    mine = book(posts).served
    assert mine.any() and (book(posts).worth_yuan[mine] > 0.0).all()
    gained = (posts.households["income_last"] - plain.households["income_last"])[mine].mean(axis=0)
    assert 0.0 < gained[WAGE] < book(posts).worth_yuan[mine].mean() + 1.0 and abs(gained[TRANSFER]) < 50.0
    more = (free.households["income_last"] - plain.households["income_last"])[mine].mean(axis=0)
    assert more[WAGE] > gained[WAGE]
    assert (((posts.households["knows"] >> POST) & 1)[~mine] == 0).all()


def test_posts_are_no_more_than_there_are_and_cost_what_is_paid() -> None:
    model = run("work", "public_posts", **{"policies.public_posts.places": 430.0})
    held = ((model.households["knows"] >> POST) & 1).sum()
    assert 0 < held <= 430 * VILLAGES / 215
    assert book(model).cash_outlay_yuan == pytest.approx(600.0 * book(model).counts["post_months"])


def test_a_workshop_brings_work_to_its_village_and_asks_for_skill() -> None:
    settings = {"policies.workshop.workshops": 215.0, "policies.workshop.budget_yuan": 1e9}
    rich = {**settings, "purses.employment_funds.amount_yuan": 1e9}
    plain, open_, closed = (
        run("baseline"),
        run("work", "workshop", **rich),
        run("work", "workshop", **{**rich, "policies.workshop.skill": 1.0}),
    )
    assert (open_.villages["jobs"] > plain.villages["jobs"]).sum() >= VILLAGES - 1  # one may have closed
    assert open_.households["income_last"][:, WAGE].sum() > plain.households["income_last"][:, WAGE].sum()
    assert (closed.villages["jobs"] == plain.villages["jobs"]).all()


def test_the_guarantee_line_pays_what_is_lacking_and_errs_where_income_is_seen_with_error() -> None:
    exact = run("guarantees", "guarantee_line", **{"uncertainties.policies.guarantee_error": 0.0})
    erring = run("guarantees", "guarantee_line", **{"uncertainties.policies.guarantee_error": 0.6})
    assert book(exact).counts["supplemented"] > 0 and book(exact).counts["above_line"] == 0.0
    assert book(erring).counts["above_line"] > 0.1 * book(erring).counts["supplemented"]
    none = run("guarantees", "guarantee_line", **{"policies.guarantee_line.line_share": 0.0})
    assert book(none).cost_yuan == 0.0 and none.households.tobytes() == run("baseline").households.tobytes()


def test_disposable_income_counts_without_the_dues_of_medical_insurance() -> None:
    model = VillageModel(load_plan("2023/baseline", ["world.villages=2", "horizon_months=4"]), rng=3, observers=())
    h, before, months = model.households, np.zeros(0), []
    for _ in model.months():
        now = h["income_year"][:, TRANSFER].copy()
        months.append(now - before if len(before) else now)
        before = now
    insured, dues = h["insured"] == 1, 310.0 * model.today.cpi * h["persons"]
    fall = months[1] - months[2]  # October's transfers less November's
    usual = insured & (np.abs(fall - dues) < 30.0 * h["persons"])
    assert usual.sum() > 0.9 * insured.sum()
    assert np.abs(fall[~insured]).mean() < 30.0


def test_scenarios_of_both_eras_are_not_compared() -> None:
    small = ["world.villages=2", "horizon_months=12"]
    plans = [load_plan("baseline", small), load_plan("2023/monitoring", small)]
    with pytest.raises(UserError, match="era"):
        check_comparable(plans)


def test_the_six_scenarios_are_comparable_and_the_four_cost_the_same() -> None:
    names = ("baseline", "monitoring", "work", "industry", "guarantees", "all")
    plans = [load_plan(f"2023/{name}") for name in names]
    check_comparable(plans)
    spent = [sum(getattr(p.settings, "budget_yuan", 0) or 0 for p in plan.policies) for plan in plans]
    assert spent[1:5] == [30e6] * 4 and spent[5] == 120e6
    assert np.all([plan.title.en and plan.title.zh for plan in plans])
