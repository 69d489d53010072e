"""The education chain: who gets a place, what that takes and frees now, and what it brings within a run."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import differing, lived, plan_of

from sim.facts.topics import KINDERGARTEN
from sim.model import VillageModel
from sim.money.audit import BALANCED
from sim.policies.education import Education
from sim.policies.policy import Policy

NOTHING: dict[str, float] = dict.fromkeys(
    ("kindergarten_places", "senior_places", "vocational_places", "university_places", "meals_yuan", "boarding_yuan",
     "loan_yuan"), 0.0,
)  # fmt: skip
Place = tuple[tuple[str, Any], ...]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("education")


@cache
def run(folder: Path, months: int = 12, place: Place = (), **settings: Any) -> VillageModel:
    """A small world with these parts of the chain alone; without any, without the policy."""
    policies = [{"kind": "education", **NOTHING, **settings}] if settings else []
    more = {"education.education_wish": [1.0, 1.0, 1.0, 1.0], **dict(place)}
    return lived(plan_of(folder, policies, villages=6, months=months, closure="fixed", place=more))


def policy(model: VillageModel) -> Education:
    chain: Policy = model.policies[0]
    assert isinstance(chain, Education)
    return chain


def counted(model: VillageModel, name: str) -> float:
    return policy(model).book.counts[name]


def test_a_kindergarten_place_leaves_days_free_and_burdens_who_pays_for_it(folder: Path) -> None:
    without, few, many = run(folder), run(folder, kindergarten_places=300), run(folder, kindergarten_places=5000)
    assert 0 < counted(few, "kindergarten") < counted(many, "kindergarten")
    assert (((many.households["knows"] >> KINDERGARTEN) & 1 == 1) == (policy(many).pupils[0] > 0)).all()
    assert (many.households["children"][policy(many).pupils[0] > 0] > 0).mean() > 0.9  # some are out of school since
    free, burden = ([m_of(one) for one in (without, few, many)] for m_of in (free_days, fees))
    assert free[0] < free[1] < free[2] and burden[0] < burden[1] < burden[2]
    shut = run(folder, place=(("education.kindergarten_days", 0.0),), kindergarten_places=5000)
    assert free_days(shut) < free_days(many)


def free_days(model: VillageModel) -> float:
    return float(model.villages["free_days"].sum())


def fees(model: VillageModel) -> float:
    return sum(yuan for (*_, why), yuan in model.county.accounts.matrix().items() if why.startswith("fees of kinder"))


def test_aid_fills_more_places_and_distance_leaves_more_of_them_empty(folder: Path) -> None:
    aided, paid = (run(folder, kindergarten_places=5000, aid_share=share) for share in (1.0, 0.0))
    assert counted(aided, "kindergarten") > counted(paid, "kindergarten") and fees(aided) == 0.0 < fees(paid)
    far = run(folder, place=(("education.education_far", (1.0,) * 4),), kindergarten_places=5000, aid_share=1.0)
    assert counted(far, "kindergarten") < counted(aided, "kindergarten")


def test_vocational_pupils_are_missing_as_hands_and_come_back_skilled(folder: Path) -> None:
    before, there = run(folder, 11), run(folder, 11, vocational_places=2000)
    began = policy(there).pupils[1] > 0
    assert began.sum() == counted(there, "vocational") > 3
    for column in ("workers", "leavers"):
        missing = before.households[column][began].astype(int) - there.households[column][began]
        assert (missing == 1).mean() > 0.9, "but for what else befalls a family in two months"
    assert (there.households["persons"] == before.households["persons"]).mean() > 0.95, "they live at home"

    long, taught_nothing = (
        run(folder, 34, (("education.vocational_gain", gain),), vocational_places=2000, end_day=300)
        for gain in (0.4, 0.0)
    )
    assert counted(long, "graduated") > 3
    assert counted(long, "vocational") == counted(long, "graduated") + counted(long, "gave_up")
    gained = long.households["work_skill"] - taught_nothing.households["work_skill"]
    assert (gained[policy(long).since > 0] >= 0.0).all() and gained.sum() > 0.0
    assert (gained[policy(long).since == 0] == 0.0).all()


def test_the_best_marks_get_the_places_and_more_places_reach_further_down(folder: Path) -> None:
    by_chance = (("population.ageing", 8.0), ("education.education_far", (0.0,) * 4), ("health.fees_reach", 0.0))
    none, few, many = (run(folder, 11, by_chance, senior_places=n, university_places=n) for n in (0.001, 300, 3000))
    for column in ("seniors", "university"):
        more = [model.households[column].astype(int) - none.households[column] for model in (few, many)]
        assert 0 < more[0].sum() <= more[1].sum()
    assert counted(few, "senior") < counted(many, "senior")
    assert (policy(few).pupils[2] <= policy(many).pupils[2]).all(), "whoever gets one of few gets one of many"


def test_meals_and_board_keep_pupils_at_school_and_are_no_income(folder: Path) -> None:
    leaving = (("health.drop_out_rate", 0.9), ("health.drop_out_poor", 1.0))
    without, meals, both = (
        run(folder, 11, leaving, **aid)
        for aid in ({}, {"meals_yuan": 2000}, {"meals_yuan": 2000, "boarding_yuan": 3000})
    )
    children = [int(model.households["children"].sum()) for model in (without, meals, both)]
    assert children[0] < children[1] < children[2]
    spared = run(folder, 6, leaving, meals_yuan=2000)
    plain = run(folder, 6, leaving)
    assert spared.households["burden_year_yuan"].sum() < plain.households["burden_year_yuan"].sum()
    aided = spared.households["pupil_aid_yuan"]
    assert aided.max() == 1200, "until the term ends"


def test_student_loans_are_owed_to_a_bank_and_fall_due_after_the_run(folder: Path) -> None:
    model = run(folder, 24, loan_yuan=6000)
    chain = policy(model)
    lent = model.county.loans.of(chain.lender)
    assert counted(model, "loans") == len(lent) > 0 and chain.book.principal_yuan == lent["principal_yuan"].sum()
    assert (lent["overdue_months"] == 0).all() and (lent["term_months"] > 120).all()
    assert chain.book.costs["interest_subsidy_yuan"] == pytest.approx(0.06 * 4 * chain.book.principal_yuan)
    assert model.county.accounts.audit() <= BALANCED
    off = run(folder, 24, (("education.student_loan_wish", 0.0),), loan_yuan=6000)
    assert differing(run(folder, 24), off, ["households"]) == []


def test_where_nobody_wants_anything_the_world_is_as_without_it(folder: Path) -> None:
    off = run(folder, 12, (("education.education_wish", (0.0,) * 4),), kindergarten_places=2000, vocational_places=2000)
    assert differing(run(folder), off, ["households", "villages"]) == []
    assert policy(off).book.cash_outlay_yuan == 0.0


def test_without_effects_it_is_paid_for_and_nobody_notices(folder: Path) -> None:
    everything: dict[str, Any] = {name: 2000 for name in NOTHING}
    null = run(folder, 24, effects=False, **everything)
    assert differing(run(folder, 24), null, ["households", "villages"]) == []
    assert policy(null).book.cash_outlay_yuan > 0 and counted(null, "enrolled") > 0


def test_a_purse_that_runs_dry_ends_what_was_begun(folder: Path) -> None:
    model = run(folder, 18, vocational_places=2000, budget_yuan=1.5e6)
    assert counted(model, "vocational") > 0 and policy(model).book.lost_yuan["purse"] > 0
    assert counted(model, "gave_up") > 0
    assert policy(model).book.cash_outlay_yuan <= 1.5e6 * model.county.share + 1e-6
    assert np.isfinite(model.households["cash_yuan"]).all()
