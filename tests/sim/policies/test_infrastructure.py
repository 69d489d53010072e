"""Works of infrastructure: where they are built, when they are finished, what they bring, and how they wear."""

from __future__ import annotations

from functools import cache
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import VISITS, differing, lived, plan_of

from sim.facts.units import BUILT
from sim.model import VillageModel
from sim.policies.infrastructure import BUILDING, KINDS, STANDING, Infrastructure
from sim.policies.projects import Site, bring

KIND = "infrastructure"
VILLAGES, COUNTY = 8, 215
STEADY = (("infrastructure.infra_stops", (0.0, 0.0)), ("oversight.graft_share", 0.0))
"""Nobody stands still or takes anything."""
ALL = 10 * COUNTY
"""More than there are villages: each that lacks it gets one."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("works")


@cache
def run(
    folder: Path, place: tuple[tuple[str, Any], ...] = (), months: int = 14, money: float = 1e9, **settings: Any
) -> VillageModel:
    purse = {"id": "works", "title_en": "works", "title_zh": "工程款", "amount_yuan": money, "uses": [KIND]}
    policies = [{"kind": KIND, "purses": ["works"], **settings}] if settings else []
    how: dict[str, Any] = {"villages": VILLAGES, "months": months, "closure": "fixed", "purses": [purse]}
    held = {name: list(value) if isinstance(value, tuple) else value for name, value in place}
    model: VillageModel = lived(plan_of(folder, policies, place=held, **how))
    return model


def works(model: VillageModel) -> Infrastructure:
    policy = model.policies[-1]
    assert isinstance(policy, Infrastructure)
    return policy


def counts(model: VillageModel) -> dict[str, float]:
    return works(model).book.counts


def test_the_villages_that_lack_it_most_get_it_and_more_works_reach_more(folder: Path) -> None:
    bare = run(folder)
    need = np.array([1.0 - bare.households["water"][v["first"] : v["last"]].mean() for v in bare.villages])
    lacking = [float((bare.households["water"] == 0).mean())]
    for number in (1, 3, ALL):
        model = run(folder, STEADY, water=ceil(number * COUNTY / VILLAGES))
        built = works(model).stage[:, KINDS.index("water")] == STANDING
        assert built.sum() == counts(model)["water_finished"] == min(number, (need > 0).sum())
        assert min(need[built]) >= max([*need[~built], 0.0])
        lacking.append(float((model.households["water"] == 0).mean()))
        changed = model.households["water"] != bare.households["water"]
        assert set(model.households["village"][changed]) <= set(np.flatnonzero(built))
    assert lacking[0] > lacking[1] > lacking[2] > lacking[3]


def test_each_kind_brings_what_it_says_and_only_that(folder: Path) -> None:
    """What units build too brings what theirs does; the others move nothing that households earn by, but for wages."""
    bare = run(folder)
    for kind, columns in {
        "road": ("road",),
        "irrigation": ("irrigation",),
        "market": ("cooperative", "contract"),
    }.items():
        model = run(folder, STEADY, **{kind: ALL})
        done = works(model).stage[:, KINDS.index(kind)] == STANDING
        assert done.any()
        for column in columns:
            assert (model.villages[column] > bare.villages[column])[done].all()
            assert (model.villages[column] == bare.villages[column])[~done].all()
    p, first = bare.p, run(folder, STEADY, road=ALL).villages["road"]
    assert first == pytest.approx(bare.villages["road"] + (1.0 - bare.villages["road"]) * p.project_road)
    no_wages = (*STEADY, ("labour.works_hands", 0.0))
    others = {kind: ALL for kind in KINDS if kind not in BUILT}
    model = run(folder, no_wages, **others)
    assert differing(model, run(folder, (("labour.works_hands", 0.0),))) == []
    assert counts(model)["finished"] > 5 * VILLAGES and counts(model)["use_months"] > 0.0


def test_the_later_the_money_the_fewer_are_finished_on_time_and_none_is_begun_that_cannot_be_paid(folder: Path) -> None:
    due = {"road": ALL, "due_day": 300}
    done = []
    for money in (0.0, 2e5, 6e5, 1e9 * VILLAGES / COUNTY):
        model = run(folder, STEADY, money=money * COUNTY / VILLAGES, **due)
        made, book = counts(model), works(model).book
        assert book.cash_outlay_yuan <= money and made["finished"] == made["begun"]
        assert model.county.accounts.audit() < 1e-9
        done.append(made["on_time"])
    assert done[0] == 0 and done == sorted(done) and done[1] < done[2] < done[3]
    slow = run(folder, (*STEADY, ("infrastructure.infra_prepare_months", 8.0)), 20, **due)
    assert counts(slow)["finished"] == VILLAGES and counts(slow)["on_time"] < done[3]


def test_money_follows_progress_and_whoever_is_not_paid_stands_still(folder: Path) -> None:
    """All the money that was reckoned with is cut after the works have begun."""
    purse = {"id": "works", "title_en": "works", "title_zh": "工程款", "amount_yuan": 1e9, "uses": [KIND]}
    settings = {"kind": KIND, "purses": ["works"], "road": ALL, "upkeep": 0.0}
    place = {name: list(v) if isinstance(v, tuple) else v for name, v in STEADY}
    model = VillageModel(plan_of(folder, [settings], villages=4, purses=[purse], place=place), rng=3)
    policy = works(model)
    while not (policy.stage == BUILDING).any():
        model.step()
    p, k = model.p, KINDS.index("road")
    under_way = policy.stage[:, k] == BUILDING
    paid = policy.paid_yuan[:, k] / policy.price_yuan[:, k]
    assert paid[under_way] == pytest.approx(p.infra_paid[0])
    next(held for held in model.county.purses.held if held.id == "works").left_yuan = 0.0
    before = policy.progress[:, k].copy()
    model.run_model()
    assert (policy.progress[:, k] == before).all() and not (policy.stage == STANDING).any()
    assert before[under_way].min() > 0.0 and policy.book.lost_yuan["purse"] > 0.0
    model.close()


def test_without_upkeep_works_wear_and_what_they_brought_goes(folder: Path) -> None:
    bare = run(folder, months=30)
    gained, dry, used = [], [], []
    for upkeep in (0.0, 0.5, 1.0):
        model = run(folder, STEADY, months=30, road=ALL, water=ALL, rubbish=ALL, upkeep=upkeep)
        gained.append(float((model.villages["road"] - bare.villages["road"]).sum()))
        dry.append(int((model.households["water"] == 0).sum()))
        used.append(counts(model)["use_months"])
        assert (counts(model)["upkeep_yuan"] > 0.0) is (upkeep > 0.0)
    assert 0.0 < gained[0] < gained[1] < gained[2] and dry[0] > dry[1] > dry[2] and used[0] < used[1] < used[2]
    assert (model.villages["road"] >= bare.villages["road"]).all() and (works(model).condition <= 1.0).all()
    held = (*STEADY, ("infrastructure.infra_wear", (0.0,) * len(KINDS)))
    still = run(folder, held, months=30, road=ALL, water=ALL, rubbish=ALL, upkeep=0.0)
    assert differing(still, model) == []


def test_nobody_loses_what_the_works_did_not_bring(folder: Path) -> None:
    bare = run(folder, months=30)
    model = run(folder, (*STEADY, ("infrastructure.infra_wear", (0.8,) * len(KINDS))), 30, water=ALL, upkeep=0.0)
    assert (model.households["water"] >= bare.households["water"]).all()


def test_worn_works_take_nothing_that_another_payer_supplies_too(folder: Path) -> None:
    """Village 0 gets water from somebody else as well, after the works that wear have brought it."""
    worn = {"infrastructure.infra_wear": [0.8] * len(KINDS), "infrastructure.infra_stops": [0.0, 0.0]}
    purse = {"id": "works", "title_en": "works", "title_zh": "工程款", "amount_yuan": 1e9, "uses": [KIND]}
    settings = {"kind": KIND, "water": ALL, "upkeep": 0.0}
    how: dict[str, Any] = {"villages": 4, "months": 40, "closure": "fixed", "purses": [purse], "place": worn}
    model = VillageModel(plan_of(folder, [settings], **how), rng=3)
    h, had = model.households, model.households["water"] == 1
    there, brought = h["village"] == 0, None
    for _ in model.months():
        if brought is None and works(model).book.counts["finished"] >= 3:
            brought = (h["water"] == 1) & ~had
            bring(model.county, "water", Site(0, np.flatnonzero(there).astype(np.int64), 1.0, 0.0, {}))
    assert brought is not None
    assert (brought & there).any() and (h["water"][there] == 1).all()
    assert (h["water"][brought & ~there] == 0).mean() > 0.5 and (h["water"][had] == 1).all()


def test_supervisors_cost_hasten_and_leave_less_missing(folder: Path) -> None:
    """Works of five kinds, with a supervisor on none, half and all."""
    many = {kind: ALL for kind in ("water", "terraces", "culture", "toilets", "rubbish")}
    late, lost, cost = [], [], []
    for share in (0.0, 0.5, 1.0):
        model = run(folder, months=20, supervision=share, due_day=270, upkeep=0.0, **many)
        made = counts(model)
        assert made["finished"] == made["begun"]
        late.append(made["finished"] - made["on_time"])
        lost.append(made["missing_yuan"])
        cost.append(works(model).book.cash_outlay_yuan)
    assert late[0] > late[2] and lost[0] > lost[1] > lost[2] > 0.0 and cost[0] < cost[1] < cost[2]
    alike = (
        ("infrastructure.infra_stops", (0.2, 0.2)),
        ("infrastructure.infra_supervisor", 0.0),
        ("oversight.audit_finds", (0.0, 0.0, 0.0)),
    )
    one, other = (run(folder, alike, months=20, supervision=s, upkeep=0.0, **many) for s in (0.0, 1.0))
    assert differing(one, other, ("households",)) == [] and counts(one)["on_time"] == counts(other)["on_time"]


def test_it_moves_no_luck_of_others_and_costs_nothing_where_it_is_off(folder: Path) -> None:
    purse = {"id": "works", "title_en": "works", "title_zh": "工程款", "amount_yuan": 1e9, "uses": [KIND]}
    plain = lived(plan_of(folder, [VISITS], villages=3, closure="fixed"))
    for settings, free in (
        ({}, True),
        ({"road": ALL, "village_share": 0.0}, True),
        ({"road": ALL, "effects": False}, False),
    ):
        policies = [VISITS, {"kind": KIND, **settings}]
        beside = lived(plan_of(folder, policies, villages=3, closure="fixed", purses=[purse]))
        assert differing(plain, beside) == [] and (beside.policies[1].book.cash_outlay_yuan == 0.0) is free
    assert beside.policies[1].book.counts["finished"] == 3


def test_works_that_the_money_does_not_begin_are_told_as_money_short(tmp_path: Path) -> None:
    purse = {"id": "works", "title_en": "works", "title_zh": "工程", "amount_yuan": 2e7, "uses": ["infrastructure"]}
    policy = {"kind": "infrastructure", "road": 215, "budget_yuan": 9_000_000, "end_day": 365}
    model = lived(plan_of(tmp_path, [policy], villages=6, months=14, purses=[purse]))
    assert model.county.books["infrastructure"].lost_yuan["purse"] > 0
