"""Support units: every trade does what it has a hand for, and what it does can be seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import lived, plan_of, small_profile

from sim.agents.cadre import Cadre
from sim.agents.unit import Unit
from sim.facts.trades import FIELDS, HANDS, TRADES
from sim.facts.units import PROJECTS, WORKS
from sim.model import VillageModel
from sim.policies.projects import KINDS, NAMES, gain_of, prices_yuan
from sim.policies.support_units import SupportUnits

UNITS: dict[str, Any] = {"kind": "support_units", "end_day": 365}
BIG = {"id": "big", "title_en": "x", "title_zh": "x", "amount_yuan": 1e9, "uses": ["support_units"]}
SHOWS = {  # kind of project: (rows, column) that it raises
    "road": ("villages", "road"), "water": ("households", "water"), "irrigation": ("villages", "irrigation"),
    "market": ("villages", "cooperative"), "house": ("households", "house"), "clinic": ("villages", "care_near"),
    "school": ("villages", "fees_met"), "papers": ("villages", "papers_done"), "disputes": ("villages", "cohesion"),
    "trees": ("households", "block_mu"), "stock": ("households", "livestock_head"),
    "teaching": ("households", "farm_skill"), "news": ("households", "knows"), "jobs": ("households", "knows"),
    "enrolment": ("households", "insured"),
}  # fmt: skip


def of_trade(folder: Path, trade: str, **settings: Any) -> VillageModel:
    """Three villages, all of whose units are of one trade, before the first day."""
    model = VillageModel(plan_of(folder, [{**UNITS, **settings}], purses=[BIG]), rng=3)
    policy = model.policies[0]
    assert isinstance(policy, SupportUnits)
    model.units["trade"] = list(TRADES).index(trade)
    policy._hands = [[NAMES.index(kind) for kind in HANDS.get(trade, ())] for _ in model.units]
    return model


def test_kinds_have_one_order_and_a_number_each() -> None:
    assert list(KINDS) == NAMES == list(PROJECTS) and list(KINDS)[:4] == list(WORKS)
    assert Unit.COLUMNS["project"].high == len(KINDS) - 1
    assert set(HANDS) <= set(TRADES) and {kind for hand in HANDS.values() for kind in hand} <= set(KINDS)
    assert set(FIELDS) <= set(TRADES) and set(FIELDS.values()) <= set(Cadre.COLUMNS)
    assert not {"water", "road"} & set(HANDS["health"])


def test_numbers_of_projects_are_one_a_kind(tmp_path: Path) -> None:
    p = of_trade(tmp_path, "office").p
    assert len(p.project_cost_yuan) == len(p.project_enough) == len(KINDS) == 4 + len(p.service_gain)
    assert all(gain_of(p, kind) > 0 for kind in range(len(KINDS)))


@pytest.mark.parametrize("trade", TRADES)
def test_a_trade_begins_what_it_has_a_hand_for(trade: str, tmp_path: Path) -> None:
    model = of_trade(tmp_path, trade)
    model.units["money_yuan"] = 1e6
    policy = model.policies[0]
    while model.today.campaign_day < 1:
        model.step()
    for i in range(len(model.units)):
        policy._choose(model.county, i)  # type: ignore[attr-defined]
    begun = {NAMES[k] for k in model.units["project"] if k >= 0}
    assert begun and begun <= set(HANDS.get(trade, WORKS))


@pytest.mark.parametrize("kind", KINDS)
def test_a_finished_project_shows(kind: str, tmp_path: Path) -> None:
    model = of_trade(tmp_path, "office")
    county, policy, k = model.county, model.policies[0], NAMES.index(kind)
    while model.today.calendar_month != 3:
        model.step()
    rows, column = SHOWS[kind]
    h = model.households
    h["house"], h["water"], h["insured"], h["knows"], h["leavers"] = 0, 0, 0, 4, np.minimum(1, h["workers"])
    before, work_skill = getattr(model, rows)[column].copy(), h["work_skill"].copy()
    model.units["project"][0], model.units["project_village"][0] = k, 0
    model.units["cost_yuan"][0] = policy._price_yuan[0] = prices_yuan(county)[k]  # type: ignore[attr-defined]
    for _ in range(40):
        if model.units["project"][0] >= 0:
            policy._build(county, 0)  # type: ignore[attr-defined]
    after = getattr(model, rows)[column]
    assert policy.book.counts["finished"] == 1.0
    assert (after >= before).all() and (after > before).any()
    if rows == "villages":
        assert (after > before).tolist() == [True, False, False]
    else:
        assert (h["village"][after > before] == 0).all()
    if kind == "school":
        assert (h["work_skill"] > work_skill).any()


def test_nothing_is_begun_where_nothing_is_needed(tmp_path: Path) -> None:
    """Who has helped enough in its own way pays for the works that are most needed."""
    model = of_trade(tmp_path, "clinic")
    model.units["money_yuan"] = 1e6
    model.villages["care_near"] = 0.9
    while model.today.campaign_day < 1:
        model.step()
    model.policies[0]._choose(model.county, 0)  # type: ignore[attr-defined]
    assert NAMES[model.units["project"][0]] in WORKS


def test_care_near_and_fees_taken_over_are_paid_less_for(tmp_path: Path) -> None:
    paid = {}
    for near in (0.0, 0.3):
        model = VillageModel(plan_of(tmp_path, [], months=12), rng=3)
        model.villages["care_near"] = model.villages["fees_met"] = near
        model.run_model()
        paid[near] = float(model.households["burden_last_yuan"].sum())
    assert paid[0.3] < 0.95 * paid[0.0]


def test_papers_done_by_a_bank_make_more_loans(tmp_path: Path) -> None:
    lent = {}
    for done in (0.0, 1.0):
        lender = {"kind": "microcredit", "channel": "microlender", "told_share": 1.0, "quota_yuan": 50_000_000}
        dear = {"policies.hassle_yuan": 2500.0}
        model = VillageModel(plan_of(tmp_path, [lender], villages=6, uncertainties=dear), rng=3)
        model.villages["papers_done"] = done
        model.run_model()
        lent[done] = model.policies[0].book.counts["lent"]
    assert lent[1.0] > lent[0.0]


def test_units_build_when_the_ground_lets_them_and_villages_are_better_for_it(tmp_path: Path) -> None:
    rich = small_profile(tmp_path, support={"unit_money_yuan": 100_000_000})
    world: dict[str, Any] = {"profile": rich, "villages": 20, "months": 24, "purses": [BIG], "closure": "fixed"}
    model, null = (
        lived(plan_of(tmp_path, [{"kind": "support_units", "effects": effects}], **world)) for effects in (True, False)
    )
    opened, policy, where = VillageModel(model.plan, rng=3), model.policies[0], model.households["village"]
    assert 0 < policy.book.counts["finished"] <= policy.book.counts["begun"]
    assert model.units["finished"].sum() == policy.book.counts["finished"]
    better = np.zeros(len(model.villages), dtype=bool)
    for column in ("road", "irrigation", "cooperative", "care_near", "fees_met", "papers_done", "cohesion"):
        assert (model.villages[column] >= opened.villages[column]).all() and model.villages[column].max() <= 1
        better |= model.villages[column] > opened.villages[column]
    better[where[model.households["water"] > opened.households["water"]]] = True
    helped = set(where[policy.book.served])
    assert better.any() and set(np.flatnonzero(better)) <= helped
    # What is told, taught or paid for shows against a run in which the same is done and changes nothing.
    changed = (model.households != null.households) | (model.villages != null.villages)[where]
    assert set(where[changed]) >= helped
    spent = policy.book.costs["grants_yuan"]
    assert opened.units["money_yuan"].sum() - model.units["money_yuan"].sum() == pytest.approx(spent)
    assert model.units["leaked_yuan"].sum() > 0


@pytest.mark.parametrize(("kind", "months"), [("road", range(3, 12)), ("trees", (3, 4, 11))])
def test_nothing_is_finished_in_frost_and_trees_are_planted_in_their_season(
    kind: str, months: Any, tmp_path: Path
) -> None:
    model = of_trade(tmp_path, "office", start_day=365)
    seen = set()
    for _ in model.months():
        if model.units["project"][0] < 0:
            if model.units["finished"][0]:
                seen.add(model.today.calendar_month)
            model.units["finished"][0] = 0
            model.units["project"][0], model.units["cost_yuan"][0] = NAMES.index(kind), 1e5
            model.policies[0]._price_yuan[0] = 1e5  # type: ignore[attr-defined]
            model.units["progress"][0] = 1.0
    assert seen and seen <= set(months)
