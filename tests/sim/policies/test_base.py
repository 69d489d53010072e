"""What the base does for every policy: money booked once, villages served, months after the campaign counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import plan_of

from sim.facts.sources import TRANSFER, WAGE
from sim.model import VillageModel
from sim.policies.policy import CountsAs, Policy, reason
from sim.running import run

AID = reason("aid", "补助")


def opened(folder: Path, **settings: Any) -> tuple[VillageModel, Policy]:
    cash = {"kind": "cash", "budget_yuan": 1e8, **settings}
    big = {"id": "big", "title_en": "x", "title_zh": "x", "amount_yuan": 1e8, "uses": ["cash", "support_units"]}
    model = VillageModel(plan_of(folder, [cash], villages=3, purses=[big]), rng=3)
    for _ in range(30):
        model.step()
    return model, model.policies[0]


@pytest.mark.parametrize("counts_as", ["transfer", "wage", "relief", "capital"])
def test_a_grant_is_booked_once_and_counts_as_it_says(counts_as: CountsAs, tmp_path: Path) -> None:
    model, policy = opened(tmp_path)
    h, county, rows = model.households, model.county, np.arange(10)
    before = h.copy()
    spent = policy.book.costs["grants_yuan"]
    policy.grant(county, rows, np.full(10, 1000.0), AID, counts_as)
    assert h["cash_yuan"][rows] - before["cash_yuan"][rows] == pytest.approx(1000.0)
    gain = h["income_year"][rows].sum(axis=0) - before["income_year"][rows].sum(axis=0)
    expected = np.zeros(4)
    if counts_as in ("transfer", "wage"):
        expected[TRANSFER if counts_as == "transfer" else WAGE] = 10_000.0
    assert gain == pytest.approx(expected, abs=1e-6)
    relief = before["burden_year_yuan"][rows] - h["burden_year_yuan"][rows]
    assert relief == pytest.approx(1000.0 if counts_as == "relief" else 0.0)
    assert policy.book.costs["grants_yuan"] - spent == pytest.approx(10_000.0)
    assert county.accounts.audit() <= 1e-12


def test_a_grant_without_effects_leaves_households_as_they_are(tmp_path: Path) -> None:
    model, policy = opened(tmp_path, effects=False, start_day=90)
    before = model.households.tobytes()
    policy.grant(model.county, np.arange(10), np.full(10, 1000.0), AID)
    assert model.households.tobytes() == before and policy.book.costs["grants_yuan"] >= 10_000.0


def test_what_households_pay_in_goes_out_first_and_costs_nothing(tmp_path: Path) -> None:
    model, policy = opened(tmp_path, start_day=90)
    county, rows, left = model.county, np.arange(10), policy.left_yuan(model.county)
    policy.collect(county, rows, np.full(10, 100.0), AID)
    assert policy.left_yuan(county) == pytest.approx(left + 1000.0)
    policy.grant(county, rows[:3], np.full(3, 500.0), AID, "relief")
    assert policy.book.costs["grants_yuan"] == pytest.approx(500.0) and county.accounts.audit() <= 1e-12
    assert policy.left_yuan(county) == pytest.approx(left - 500.0)


def test_villages_are_served_in_turn_as_far_as_money_and_days_reach(tmp_path: Path) -> None:
    model, policy = opened(tmp_path, start_day=90, budget_yuan=250.0 * 215 / 3)
    county = model.county
    turn = policy.villages_in_turn(county)
    served = policy.deliver_villages(county, turn, 100.0, AID, days_each=2.0)
    assert served.tolist() == turn[:2].tolist() and policy.book.lost_yuan["purse"] == pytest.approx(100.0)
    rows = np.concatenate([policy.households_of(county, int(village)) for village in served])
    assert sorted(rows) == np.flatnonzero(policy.book.served).tolist()
    assert policy.book.worth_yuan.sum() == pytest.approx(200.0) == policy.book.costs["grants_yuan"]
    assert county.cadres["days_used"].sum() == 4.0


def test_what_goes_on_after_the_campaign_is_delivered_counted_and_has_cadre_days(tmp_path: Path) -> None:
    visits = {"kind": "visits", "coverage": "everyone", "visits_per_household": 30}
    short = run(plan_of(tmp_path, [visits], villages=4, name="short"), 3)
    long = run(plan_of(tmp_path, [{**visits, "end_day": 300}], villages=4, name="long"), 3)
    made = [short.value("by_month", "visited", "visits", month) for month in (5, 12)]
    assert made[0] == made[1] > 0
    more = [long.value("by_month", "visited", "visits", month) for month in (5, 10, 12)]
    assert 0 < more[0] < more[1] <= more[2]
    assert long.value("by_month", "cost_yuan", "visits", 12) == long.value("cost", "cost_yuan", "visits")
    used = [long.value("by_month", "cadre_days_used", "all", month) for month in (4, 12)]
    assert 0 < used[0] < used[1] <= long.value("by_month", "cadre_days_given", "all", 12)
    r = long.records
    weeks = (r["table"] == "cadre_days") & (r["name"] == "used") & (r["group"] == "all")
    assert used[0] < r["value"][weeks].sum() < used[1], "weeks are those of the campaign alone"


def test_after_the_campaign_cadres_have_so_many_days_a_month_and_no_more(tmp_path: Path) -> None:
    with VillageModel(plan_of(tmp_path, villages=3), rng=3) as model:
        months = dict.fromkeys(model.months(), 0.0)
        given = model.county.cadre_days.months[:, 0]
    days = model.profile.support.field_days_per_month
    assert given[1] == pytest.approx(days * 100 / 30.4 * len(model.cadres)) and not given[2:6].any()
    assert len(months) == 12 and given[6:] == pytest.approx(0.25 * days * len(model.cadres))
    assert (model.cadres["days_left"] == 0.25 * days).all()


def test_the_units_projects_are_seen_to_be_finished(tmp_path: Path) -> None:
    big = {"id": "big", "title_en": "x", "title_zh": "x", "amount_yuan": 1e9, "uses": ["support_units"]}
    result = run(plan_of(tmp_path, [{"kind": "support_units"}], villages=20, months=24, purses=[big]), 3)
    by_month = [result.value("by_month", "begun", "support_units", month) for month in range(1, 25)]
    assert by_month == sorted(by_month) and by_month[-1] > 0
