"""More of a measure never does less in all: the same luck, from a quarter to ten times a usual amount."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.model import VillageModel
from sim.running import run
from sim.scenario import Plan

SEEDS = range(1, 5)
TIMES = (0.25, 0.5, 1.0, 2.0, 4.0, 10.0)
DOSES: dict[str, tuple[dict[str, Any], str, float]] = {
    "cash": ({"kind": "cash"}, "budget_yuan", 5e6),
    "farm": ({"kind": "training", "content": "farm", "follow_up": True}, "places", 2000),
    "work": ({"kind": "training", "content": "work"}, "places", 2000),
    "microcredit": ({"kind": "microcredit", "channel": "village_fund"}, "quota_yuan", 5e6),
    "industry": ({"kind": "industry", "line": "livestock"}, "budget_yuan", 5e6),
    "fee_waiver": ({"kind": "fee_waiver"}, "budget_yuan", 1e6),
    "school_aid": ({"kind": "school_aid", "end_day": 365}, "amount_yuan", 1000.0),
    "travel_money": ({"kind": "travel_money"}, "amount_yuan", 500.0),
    "visits": ({"kind": "visits"}, "visits_per_household", 4.0),
    "firm_credit": ({"kind": "firm_credit", "borrower": "grower", "term_months": 36}, "quota_yuan", 2e5),
}


@cache
def plan(name: str, times: float) -> Plan:
    settings, amount, usual = DOSES[name]
    purse = {"id": "all", "title_en": "All", "title_zh": "全部", "amount_yuan": 1e9, "uses": [settings["kind"]]}
    measure = {**settings, amount: type(usual)(usual * times)}
    return Plan.build(
        era="2012", title={"en": name, "zh": name}, horizon_months=24,
        world={"profile": "five_villages", "villages": 5}, campaign={"start": dt.date(2012, 12, 24), "days": 100},
        policies=[measure] if times else [], purses=[purse],
    )  # fmt: skip


def incomes(name: str, times: float) -> NDArray[np.float64]:
    """Income a head in the second year, by seed; without any measure the same whichever was left out."""
    return _incomes(name if times else "cash", times)


@cache
def _incomes(name: str, times: float) -> NDArray[np.float64]:
    return np.array([run(plan(name, times), seed).value("panel", "income_yuan", "all", 24) for seed in SEEDS])


@pytest.mark.parametrize("name", DOSES)
def test_more_never_does_less(name: str) -> None:
    for less, more in zip((0.0, *TIMES), TIMES, strict=False):
        gained = incomes(name, more) - incomes(name, less)
        error = gained.std(ddof=1) / np.sqrt(len(SEEDS))
        assert gained.mean() > -3.0 * error - 0.05, f"{name}: {more:g} times against {less:g}: {gained.mean():.2f}"
    assert (incomes(name, TIMES[-1]) - incomes(name, 0.0)).mean() > 0.0


def test_places_that_stay_empty_dilute_nothing() -> None:
    """The same people taught by the same trainers, however many places were planned beside them."""
    learnt = []
    for places in (200_000, 2_000_000):
        model = VillageModel(plan("farm", places / 2000), rng=3)
        before = model.households["farm_skill"].copy()
        model.run_model()
        learnt.append((model.households["farm_skill"] - before).sum())
    assert learnt[0] == pytest.approx(learnt[1], rel=0.02) and learnt[0] > 0


MORE_OF: dict[str, tuple[dict[str, Any], str, tuple[Any, ...], str]] = {
    "broadcast": ({"kind": "publicity", "medium": "broadcast"}, "meetings", (1, 2, 4, 10), "told"),
    "examinations": ({"kind": "examinations", "book": 1.0}, "budget_yuan", (0.0, 2e5, 5e5, 5e6), "examined"),
    "rectification": ({"kind": "rectification"}, "depth", (0.0, 0.1, 0.3, 1.0), "problems_closed"),
    "levels": ({"kind": "levels", "leader": "group"}, "consultation_days", (0.0, 0.25, 0.5, 1.0), "in_force"),
    "partners": ({"kind": "partners", "end_day": 365}, "pairs", (0, 500, 2000, 20_000), "carried_out"),
    "education": ({"kind": "education", "end_day": 365}, "budget_yuan", (0.0, 2e4, 1e5, 1e6), "aided"),
    "first_secretaries": ({"kind": "first_secretaries"}, "budget_yuan", (0.0, 1e6, 4e6, 4e7), "calls_substance"),
}
"""What of a policy, in which steps, brings more of which count; income hardly hangs on these."""


@pytest.mark.parametrize("name", MORE_OF)
def test_more_of_it_brings_more_of_what_it_is_for(name: str) -> None:
    settings, lever, steps, count = MORE_OF[name]
    purse = {"id": "all", "title_en": "All", "title_zh": "全部", "amount_yuan": 1e9, "uses": [settings["kind"]]}
    found = []
    for step in steps:
        plan = Plan.build(
            era="2012", title={"en": name, "zh": name}, horizon_months=6,
            world={"profile": "five_villages", "villages": 5}, campaign={"start": dt.date(2012, 12, 24), "days": 100},
            policies=[{"kind": "visits"}, {**settings, lever: step}], purses=[purse],
        )  # fmt: skip
        model = VillageModel(plan, rng=3, observers=())
        model.run_model()
        found.append(model.policies[1].book.counts[count])
    assert found == sorted(found) and found[-1] > 1.1 * found[0], found
