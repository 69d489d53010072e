"""Dynamic management: which places are hardest, who changes posts with whom at what cost, and who comes first."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import VISITS, differing, lived, plan_of

from sim.model import VillageModel
from sim.policies.dynamic_management import DynamicManagement

PERSONAL = ("key", "farm", "finance", "jobs", "effort", "fatigue", "standing")
"""Columns of the cadre and not of the post."""

KIND = "dynamic_management"
VILLAGES = 10
MONEY = {
    "id": "p",
    "title_en": "p",
    "title_zh": "项目",
    "amount_yuan": 1e9,
    "uses": ["village_projects", "microcredit"],
}
FREE = (("moves.move_days", 0.0), ("moves.move_contact", 0.0))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("moves")


def opened(
    folder: Path,
    place: tuple[tuple[str, float], ...] = (),
    beside: tuple[dict[str, Any], ...] = (VISITS,),
    months: int = 3,
    **settings: Any,
) -> VillageModel:
    policies = [*beside, {"kind": KIND, **settings}] if settings else [*beside]
    how: dict[str, Any] = {"villages": VILLAGES, "months": months, "days": 50, "closure": "fixed", "purses": [MONEY]}
    return VillageModel(plan_of(folder, policies, place=dict(place), **how), rng=3)


@cache
def run(folder: Path, place: tuple[tuple[str, float], ...] = (), **settings: Any) -> VillageModel:
    model = opened(folder, place, **settings)
    model.run_model()
    return model


def of(model: VillageModel) -> DynamicManagement:
    policy = model.policies[-1]
    assert isinstance(policy, DynamicManagement)
    return policy


def strength(model: VillageModel) -> Any:
    c = model.cadres
    return c["effort"] * (c["farm"] + c["finance"] + c["jobs"]) / 3.0


def at_round(folder: Path, place: tuple[tuple[str, float], ...] = (), **settings: Any) -> tuple[Any, VillageModel]:
    """Cadres before the first round, and the model just after it."""
    model = opened(folder, place, beside=(), every_months=1, **settings)
    before = model.cadres.copy()
    for _ in model.months():
        return before, model
    raise AssertionError


@pytest.mark.parametrize("rule", ["registered", "poorest", "committee"])
def test_the_hardest_places_get_the_strongest_for_their_weakest(folder: Path, rule: str) -> None:
    before, model = at_round(folder, FREE, share=0.2, hardest=rule)
    policy, c = of(model), model.cadres
    there = np.flatnonzero(policy.there)
    assert len(there) == 2 and set(there) == set(np.argsort(-policy.hardness(model.county))[:2])
    strong = before["effort"] * (before["farm"] + before["finance"] + before["jobs"]) / 3.0
    for village in there:
        team = np.flatnonzero(c["village"] == village)
        came = team[c["key"][team] != before["key"][team]]
        assert len(came) == 1 and strong[came[0]] == strong[team].min()
        assert strength(model)[came[0]] > strong[came[0]]
    away = ~policy.there[c["village"]]
    came_from = np.flatnonzero(away & (c["key"] != before["key"]))
    assert set(came_from) == set(np.flatnonzero(away)[np.argsort(-strong[away])[:2]])
    assert sorted(c["key"]) == sorted(before["key"]), "people are moved, not made"
    posts = [name for name in c.dtype.names if name not in PERSONAL and not name.startswith("days")]
    assert all((c[name] == before[name]).all() for name in posts)


def test_moving_costs_days_and_contact(folder: Path) -> None:
    before, model = at_round(folder, (("moves.move_days", 4.0), ("moves.move_contact", 0.25)), share=0.2)
    _, free = at_round(folder, FREE, share=0.2)
    moved = model.cadres["key"] != before["key"]
    assert moved.sum() == 4
    assert (model.cadres["days_used"] == np.where(moved, 4.0, 0.0)).all()
    assert model.cadres["standing"][moved] == pytest.approx(0.75 * free.cadres["standing"][moved])
    cost = of(model).book.costs["cadre_days_yuan"]
    assert cost == 16.0 * model.profile.support.day_cost_yuan and of(model).book.cash_outlay_yuan == 0.0
    assert model.county.cadre_days.used.sum() == 16.0


def test_the_larger_the_share_the_more_move_and_none_move_who_have_no_days(folder: Path) -> None:
    moved = [of(run(folder, every_months=1, share=share)).book.counts["moved"] for share in (0.0, 0.1, 0.3, 0.5)]
    assert moved == sorted(moved) and moved[0] == 0 < moved[1] < moved[-1]
    assert differing(run(folder), run(folder, share=0.0)) == []
    tired = run(folder, (("moves.move_days", 15.0), ("policies.field_days_after", 0.1)), every_months=1, share=0.3)
    assert of(tired).book.counts["moved"] <= moved[2] and (tired.cadres["days_left"] >= 0.0).all()


def test_visits_of_the_hardest_have_more_substance_when_moving_is_free(folder: Path) -> None:
    """The first round comes before most visits are made."""

    def substance(model: VillageModel, there: Any) -> float:
        c = model.cadres
        mine = there[c["village"]]
        return float(c["substance"][mine].sum() / c["visits"][mine].sum())

    model = run(folder, FREE, every_months=1, share=0.2, hardest="committee")
    there = np.zeros(VILLAGES, dtype=bool)
    there[np.argsort(-of(model).hardness(model.county))[:2]] = True
    assert substance(model, there) > substance(run(folder), there)


def test_projects_and_credit_go_to_the_hardest_first_where_they_are_meant_to(folder: Path) -> None:
    projects = {"kind": "village_projects", "grant_yuan": 50_000, "start_day": 40, "budget_yuan": 60_000 * 215 / 5}
    for moves, first in (("projects", True), ("all", True), ("cadres", False), ("credit", False)):
        model = opened(folder, FREE, (projects,), every_months=1, share=0.2, moves=moves, hardest="committee")
        model.run_model()
        begun = np.flatnonzero(model.policies[0]._begun)  # type: ignore[attr-defined]
        hardest = np.argsort(-of(model).hardness(model.county), kind="stable")[:2]
        assert len(begun) == 2 and (set(begun) == set(hardest)) is first
    loans = {"kind": "microcredit", "channel": "microlender", "told_share": 1.0, "start_day": 35, "quota_yuan": 3e6}
    lent = {}
    for moves in ("credit", "cadres"):
        model = opened(folder, FREE, (loans,), every_months=1, share=0.2, moves=moves, hardest="committee")
        model.run_model()
        got = np.bincount(model.households["village"], weights=model.policies[0].book.served, minlength=VILLAGES)
        lent[moves] = got[np.argsort(-of(model).hardness(model.county), kind="stable")[:2]].sum() / got.sum()
    assert lent["credit"] > lent["cadres"]


def test_what_examinations_keep_of_a_cadre_goes_along_and_luck_of_others_stays(folder: Path) -> None:
    exams = {"kind": "examinations", "every_days": 15, "consequences": False}  # nobody new comes in
    model = opened(folder, FREE, (VISITS, exams), every_months=1, share=0.2, start_day=20)
    examined = model.policies[1]
    own = dict(zip(model.cadres["key"].tolist(), examined._own.tolist(), strict=True))  # type: ignore[attr-defined]
    model.run_model()
    assert of(model).book.counts["moved"] > 0
    now = dict(zip(model.cadres["key"].tolist(), examined._own.tolist(), strict=True))  # type: ignore[attr-defined]
    assert now == own
    plain, null = opened(folder, beside=()), opened(folder, beside=(), every_months=1, share=0.2, effects=False)
    for one in (plain, null):
        one.run_model()
    assert set(differing(plain, null)) == {"cadres.days_left", "cadres.days_used"}


def test_both_engines_move_to_the_same_bits(folder: Path) -> None:
    plan = plan_of(folder, [VISITS, {"kind": KIND, "every_months": 1, "share": 0.4}], villages=3, months=3, days=50)
    compiled, agents = (lived(plan, engine=engine) for engine in ("compiled", "agents"))
    assert differing(compiled, agents) == [] and of(compiled).book.counts == of(agents).book.counts
