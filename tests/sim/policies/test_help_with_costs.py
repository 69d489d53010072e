"""Aid for pupils, the medical scheme and travel money: whom they reach, what they cost, and what they change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import lived, plan_of

from sim.model import VillageModel


def run(
    folder: Path, *policies: dict[str, Any], place: dict[str, Any] | None = None, yuan: float = 1e9
) -> VillageModel:
    kinds = [policy["kind"] for policy in policies]
    purses = [{"id": "aid", "title_en": "aid", "title_zh": "资金", "amount_yuan": yuan, "uses": kinds}] if kinds else ()
    return lived(plan_of(folder, policies, villages=8, months=12, purses=purses, place=place or {}))


SHORT = {"health.drop_out_rate": 0.1}
AID = {"kind": "school_aid", "end_day": 365, "capture": 0.0}
BARE = {"population.insured_share": 0.0}
SCHEME = {"kind": "health_scheme", "premium_yuan": 10.0, "subsidy_yuan": 20.0}
FARE = {"kind": "travel_money", "amount_yuan": 1500.0}


def children_left(model: VillageModel) -> int:
    return int(model.households["children"].sum())


def test_aid_keeps_pupils_at_school_and_more_of_it_keeps_more_up_to_what_attending_costs(tmp_path: Path) -> None:
    kept = [children_left(run(tmp_path, {**AID, "amount_yuan": yuan}, place=SHORT)) for yuan in (0, 1500, 6000, 20_000)]
    assert kept[0] == children_left(run(tmp_path, place=SHORT))
    assert kept == sorted(kept) and kept[0] < kept[2] == kept[3]


def test_aid_is_paid_for_two_terms_and_promised_for_no_longer(tmp_path: Path) -> None:
    model = run(tmp_path, {**AID, "amount_yuan": 1200.0})
    h, book, p = model.households, model.policies[0].book, model.p
    paid = model.county.accounts.matrix()["policy school_aid", "households", "aid for pupils who attend"]
    assert paid == pytest.approx(book.worth_yuan.sum()) == pytest.approx(book.costs["grants_yuan"])
    per_term = book.worth_yuan[h["children"] > 0] / h["children"][h["children"] > 0]
    assert np.median(per_term) == pytest.approx(1200 * p.junior_years / p.childhood_years, rel=0.01)
    assert set(np.unique(h["pupil_aid_yuan"])) <= {0, 1200}
    model = lived(plan_of(tmp_path, ({**AID, "end_day": 100},), villages=5, months=11, purses=[
        {"id": "aid", "title_en": "aid", "title_zh": "资金", "amount_yuan": 1e9, "uses": ["school_aid"]}]))  # fmt: skip
    assert model.policies[0].book.served.any() and not model.households["pupil_aid_yuan"].any()


def test_who_is_covered_forgoes_less_care_and_pays_less(tmp_path: Path) -> None:
    dear = {**BARE, "health.hospital_cost_yuan": 30_000.0}
    without, with_it = run(tmp_path, place=dear), run(tmp_path, SCHEME, place=dear)
    assert without.households["insured"].sum() == 0
    covered = with_it.households["insured"] == 1
    assert covered.mean() > 0.9 and not (covered & ~with_it.policies[0].book.served).any()
    ill = [int(model.households["ill_months"].sum()) for model in (without, with_it)]
    assert ill[1] < ill[0], "who is treated recovers sooner"
    books = with_it.county.accounts.matrix()
    persons = books["purse aid", "market", "medical scheme, state's part"] / 20.0
    assert books["households", "market", "medical scheme, premiums"] == pytest.approx(persons * 10.0)


def test_a_scheme_that_costs_more_than_it_spares_is_not_joined(tmp_path: Path) -> None:
    assert not run(tmp_path, {**SCHEME, "premium_yuan": 3000.0}, place=BARE).households["insured"].any()


def test_travel_money_is_paid_to_those_who_leave_and_more_of_it_sends_more(tmp_path: Path) -> None:
    without = run(tmp_path)
    sent = []
    for amount in (0.0, 300.0, 1500.0, 6000.0):
        model = run(tmp_path, {**FARE, "amount_yuan": amount})
        book = model.policies[0].book
        assert book.costs["grants_yuan"] == pytest.approx(amount * book.counts["sent"])
        assert book.served.sum() == book.counts["sent"]
        sent.append(book.counts["sent"])
    assert sent[0] == 0 and sent == sorted(sent) and sent[-1] > sent[1]
    assert model.households["migrants"].sum() > without.households["migrants"].sum()


def test_without_effects_it_is_paid_and_nothing_changes(tmp_path: Path) -> None:
    bare = run(tmp_path).households
    for policy in (AID, SCHEME, FARE):
        null = run(tmp_path, {**policy, "effects": False})
        assert (null.households == bare).all() or null.policies[0].book.cash_outlay_yuan > 0
        for column in ("migrants", "insured", "pupil_aid_yuan", "cash_yuan"):
            assert (null.households[column] == bare[column]).all(), (policy["kind"], column)
