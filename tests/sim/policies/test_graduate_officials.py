"""Graduate officials: whom they get to, whom they enter and object to, what they cost, what stays when they leave."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import VISITS, differing, lived, plan_of

from sim.model import VillageModel

KIND = "graduate_officials"
PURSE = {"id": "pay", "title_en": "pay", "title_zh": "经费", "amount_yuan": 1e9, "uses": [KIND]}
STAYS = {"oversight.graduate_leaves": 0.0}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("graduates")


@cache
def run(folder: Path, place: tuple[tuple[str, float], ...] = tuple(STAYS.items()), **settings: Any) -> VillageModel:
    policies = [{"kind": KIND, **settings}] if settings else []
    how: dict[str, Any] = {"villages": 12, "months": 10, "days": 60, "closure": "fixed"}
    return lived(plan_of(folder, policies, purses=[PURSE], place=dict(place), **how))


def errors(model: VillageModel) -> tuple[float, float]:
    """Of the poor, who is registered; of those well above the line, who is."""
    h = model.households
    a_head = h["counted_yuan"].sum(axis=1) / h["persons"]
    line = model.county.line_now
    listed = h["registered"] == 1
    return float(listed[a_head < 0.8 * line].mean()), float(listed[a_head > 1.5 * line].mean())


def test_more_time_in_the_village_enters_more_of_the_poor_and_fewer_of_the_others(folder: Path) -> None:
    by_time = [errors(run(folder, months=12, households_month=n)) for n in (0, 4, 16)]
    assert by_time[0] == errors(run(folder))
    assert by_time[0][0] < by_time[1][0] < by_time[2][0] and by_time[0][1] > by_time[1][1] > by_time[2][1]
    book = run(folder, months=12, households_month=16).policies[0].book
    change = run(folder, months=12, households_month=16).households["registered"].sum(dtype=int)
    change -= run(folder).households["registered"].sum(dtype=int)
    assert change == book.counts["filed"] - book.counts["objected"] and book.counts["objected"] > 0


def test_without_cases_and_objections_the_list_stays(folder: Path) -> None:
    idle = (*STAYS.items(), ("oversight.graduate_files", 0.0), ("oversight.graduate_objects", 0.0))
    model = run(folder, idle, months=12, households_month=16)
    assert (model.households["registered"] == run(folder).households["registered"]).all()
    assert model.policies[0].book.counts["looked_into"] > 0 and model.county.well_known.any()


def test_posts_are_paid_end_in_time_and_leave_nothing_behind(folder: Path) -> None:
    model, bare = run(folder, months=4, households_month=8), run(folder)
    book, p = model.policies[0].book, model.p
    assert book.counts["official_months"] == 12 * 4
    assert book.costs["administration_yuan"] == pytest.approx(12 * 4 * p.graduate_pay_yuan, rel=0.05)
    for name in ("leadership", "papers_done"):
        assert model.villages[name] == pytest.approx(bare.villages[name])
        assert (run(folder, months=12, households_month=8).villages[name] > bare.villages[name]).all()
    restless = run(folder, (("oversight.graduate_leaves", 1.0),), months=12, households_month=8)
    assert 0 < restless.policies[0].book.counts["official_months"] < 12 * 9
    assert model.county.accounts.audit() < 1e-9


def test_everybody_is_got_to_before_anybody_twice(folder: Path) -> None:
    model = run(folder, months=1, households_month=8)
    known = np.bincount(model.households["village"], weights=model.county.well_known)
    assert (known == np.minimum(8, model.villages["last"] - model.villages["first"])).all()


def test_it_moves_no_luck_of_others_and_costs_nothing_where_it_has_no_village(folder: Path) -> None:
    plain = lived(plan_of(folder, [VISITS], villages=6, closure="fixed"))
    for settings, free in (({"village_share": 0.0}, True), ({"effects": False}, False)):
        policies = [VISITS, {"kind": KIND, **settings}]
        beside = lived(plan_of(folder, policies, villages=6, closure="fixed", purses=[PURSE]))
        assert differing(plain, beside) == [] and (beside.policies[1].book.cash_outlay_yuan == 0.0) is free
