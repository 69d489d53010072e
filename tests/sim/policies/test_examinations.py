"""Supervision: books alone raise books, votes and checks raise substance; what is found, who goes, what it costs."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import VISITS, differing, lived, plan_of

from sim.model import VillageModel
from sim.policies.examinations import Examinations, ExaminationsSettings

KIND = "examinations"
PURSE = {"id": "exams", "title_en": "exams", "title_zh": "考核经费", "amount_yuan": 1e9, "uses": [KIND]}
BOOKS = {"book": 1.0}
VOTES = {"book": 0.0, "vote": 1.0}
CHECKS = {"book": 0.0, "spot": 1.0, "checks": 5}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exams")


@cache
def run(folder: Path, place: tuple[tuple[str, float], ...] = (), **settings: Any) -> VillageModel:
    policies = [VISITS, *([{"kind": KIND, **settings}] if settings else [])]
    how: dict[str, Any] = {"villages": 12, "months": 5, "closure": "fixed", "purses": [PURSE]}
    return lived(plan_of(folder, policies, place=dict(place), **how))


def visits(model: VillageModel) -> tuple[float, float]:
    """Visits on the books, and visits with substance."""
    counts = model.policies[0].book.counts
    return counts["visited"], counts["visited_substance"]


def test_books_alone_raise_books_and_votes_or_checks_raise_substance(folder: Path) -> None:
    entered, substance = visits(run(folder))
    on_books, in_truth = visits(run(folder, **BOOKS))
    assert on_books > entered and in_truth < substance
    for how in (VOTES, CHECKS):
        assert visits(run(folder, **how))[1] > 1.04 * substance
    assert run(folder, **BOOKS).policies[1].book.counts["faked"] > 0
    assert run(folder, **VOTES).policies[1].book.counts["faked"] == 0


def test_who_does_not_answer_to_pressure_does_as_before(folder: Path) -> None:
    deaf = (("oversight.exam_response", 0.0), ("oversight.exam_days", 0.0))
    for how in (BOOKS, VOTES, CHECKS):
        model = run(folder, deaf, **how, consequences=False)
        assert visits(model) == visits(run(folder))
        assert (model.cadres["effort"] == run(folder).cadres["effort"]).all()


def test_the_surer_a_check_the_fewer_entries_are_made_up(folder: Path) -> None:
    faked = [run(folder, book=1.0, spot=0.5, checks=n).policies[1].book.counts["faked"] for n in (0, 2, 20)]
    assert faked[0] > faked[1] > faked[2] == 0.0
    found = run(folder, book=1.0, spot=0.1, checks=2).policies[1].book.counts
    assert 0 < found["faked_found"] < found["faked"]


def test_made_up_entries_solve_their_equation(folder: Path) -> None:
    county = run(folder, **BOOKS).county
    policy = Examinations(ExaminationsSettings(book=0.6, vote=0.2, spot=0.2, checks=5), KIND)
    half = county.p.exam_half_checks
    worth = 0.6 - (0.6 + 0.2) * 5 / (5 + half)
    expected = county.p.exam_response * np.array([0.0, 0.5, 1.0]) * worth
    assert policy.made_up(county, np.array([0.0, 0.5, 1.0])) == pytest.approx(expected)


def test_pressure_is_greatest_near_the_cut_and_gone_after_the_last_examination(folder: Path) -> None:
    plan = plan_of(
        folder,
        [VISITS, {"kind": KIND, **VOTES}],
        villages=12,
        months=5,
        closure="fixed",
        purses=[PURSE],
        name="watched",
    )
    model = VillageModel(plan, rng=1)
    own = model.cadres["effort"].copy()
    while model.county.today.campaign_day < 40:
        model.step()
    rise = ((model.cadres["effort"] - own) / np.maximum(1e-9, 1.0 - own))[own < 1.0]
    p = model.county.p
    assert rise.max() == pytest.approx(p.exam_response) and rise.min() == pytest.approx(p.exam_response * p.exam_far)
    while model.day < model.clock.last_day_index:
        model.step()
    kept = model.policies[1].book.counts["replaced"]
    assert (model.cadres["effort"] != own).sum() <= kept < len(own)


def test_incomes_are_written_up_on_the_books_and_not_in_truth(folder: Path) -> None:
    plain, raised = run(folder, **BOOKS), run(folder, **BOOKS, incomes=True)
    counts = raised.policies[1].book.counts
    assert counts["written_up"] > 0 and counts["refused"] > 0
    more = raised.county.world.perceived_yuan - plain.county.world.perceived_yuan
    assert more.min() >= 0.0 and 0 < (more > 0).sum() <= counts["written_up"]
    assert (raised.households["registered"][more > 0] == 1).all()
    assert raised.households["income_year"].sum() == pytest.approx(plain.households["income_year"].sum(), rel=1e-3)
    assert raised.households["satisfaction"].mean() < plain.households["satisfaction"].mean()
    nobody = run(folder, (("oversight.exam_refuses", 0.0),), **BOOKS, incomes=True).policies[1].book.counts
    assert nobody["refused"] == 0 and nobody["written_up"] > counts["written_up"]


def test_the_last_are_talked_to_and_replaced(folder: Path) -> None:
    counts = run(folder, **VOTES).policies[1].book.counts
    assert counts["talks"] > counts["replaced"] > 0
    free = run(folder, **VOTES, consequences=False).policies[1].book.counts
    assert free["talks"] == free["replaced"] == 0


def test_a_cadre_found_out_comes_last_by_the_book(folder: Path) -> None:
    plan = plan_of(folder, [VISITS, {"kind": KIND, **BOOKS}], villages=12, months=5, purses=[PURSE], name="caught")
    model = VillageModel(plan, rng=1)
    while model.county.today.campaign_day < 20:
        model.step()
    policy, cadres = model.policies[1], model.cadres
    assert isinstance(policy, Examinations)
    who = np.flatnonzero(cadres["count"] > 0)
    busiest = int(np.argmax(cadres["visits"][who] / cadres["count"][who]))
    found = np.zeros(len(who), dtype=np.int64)
    found[busiest] = 1
    policy._rank(model.county, who, found)
    assert policy._times_last[who[busiest]] == 1 and policy._pressure[who[busiest]] == 1.0
    model.close()


def test_it_costs_money_and_days_and_moves_no_luck_of_others(folder: Path) -> None:
    model = run(folder, **CHECKS)
    p, cadres = model.county.p, len(model.cadres)
    each = 12 * p.exam_yuan + cadres * 5 * p.exam_check_yuan
    assert model.policies[1].book.costs["administration_yuan"] == pytest.approx(3 * each, rel=0.05)
    assert model.policies[1].book.costs["cadre_days_yuan"] > 0
    assert model.county.accounts.audit() < 1e-9
    idle = (("oversight.exam_days", 0.0),)
    assert differing(run(folder, idle, **CHECKS, effects=False), run(folder)) == []
