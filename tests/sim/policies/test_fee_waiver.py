"""The school fee waiver: whom it reaches, what it pays, and that it relieves the burden and nothing else by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import lived, plan_of

from experiments.trials.checks import STILL
from sim.model import VillageModel

WAIVER: dict[str, Any] = {"kind": "fee_waiver", "priority": "poorest", "capture": 0.0}
AID = {"id": "aid", "title_en": "aid", "title_zh": "助学", "uses": ["fee_waiver"]}


def run(
    folder: Path, *policies: dict[str, Any], yuan: float = 1e9, still: bool = False, **uncertainties: float
) -> VillageModel:
    known = {f"policies.{name}": value for name, value in uncertainties.items()}
    purses, place = [{**AID, "amount_yuan": yuan}], STILL if still else {}
    return lived(plan_of(folder, policies, villages=8, purses=purses, uncertainties=known, place=place))


def test_the_burden_of_those_who_apply_falls_by_the_fees_of_one_term(tmp_path: Path) -> None:
    with_it, without = run(tmp_path, WAIVER, still=True), run(tmp_path, still=True)
    h, book = with_it.households, with_it.policies[0].book
    assert book.served.any() and (h["seniors"][book.served] > 0).all()
    relief = without.households["burden_last_yuan"] - h["burden_last_yuan"]
    assert relief == pytest.approx(book.worth_yuan, abs=1e-6), "and nobody else's changes"
    each = book.worth_yuan[book.served] / h["seniors"][book.served]
    assert np.ptp(each) == pytest.approx(0.0, abs=1e-9) and each[0] == pytest.approx(0.5 * 5000, rel=0.05)
    asked = h["seniors"] > 0
    assert book.served.sum() / asked.sum() == pytest.approx(0.9, abs=0.15), "of some forty"


def test_it_pays_what_it_waives_and_the_poorest_come_first(tmp_path: Path) -> None:
    all_, few = run(tmp_path, WAIVER), run(tmp_path, WAIVER, yuan=600_000)
    book = few.policies[0].book
    paid = few.county.accounts.matrix()["policy fee_waiver", "households", "school fees waived"]
    assert paid == pytest.approx(book.worth_yuan.sum()) == pytest.approx(book.costs["grants_yuan"])
    assert paid <= 600_000 * 8 / 215 and book.lost_yuan["purse"] > 0
    everyone = all_.policies[0].book.served
    seen = few.county.world.perceived_yuan
    assert seen[book.served].max() <= seen[everyone & ~book.served].min(), "as poor as the registry sees them"


def test_who_applies_is_a_parameter_and_a_share_is_a_share(tmp_path: Path) -> None:
    nobody_more = run(tmp_path, WAIVER, waiver_applied_for=0.6).policies[0].book
    usual, half = run(tmp_path, WAIVER).policies[0].book, run(tmp_path, {**WAIVER, "share": 0.5}).policies[0].book
    assert nobody_more.served.sum() < usual.served.sum() and not (nobody_more.served & ~usual.served).any()
    assert half.worth_yuan == pytest.approx(0.5 * usual.worth_yuan)


def test_outside_of_a_term_nothing_happens(tmp_path: Path) -> None:
    assert not run(tmp_path, {**WAIVER, "end_day": 60}).policies[0].book.counts["waived"]
