"""Rectification: what is found and closed, what it costs, and that it comes back where the cause stays."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import VISITS, differing, lived, plan_of

from sim.model import VillageModel

KIND = "rectification"
PURSE = {"id": "mend", "title_en": "mend", "title_zh": "整改经费", "amount_yuan": 1e9, "uses": [KIND]}
STAYS = (("rectification.rectify_rebounds", 0.0),)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mend")


@cache
def run(folder: Path, place: tuple[tuple[str, float], ...] = (), months: int = 5, **settings: Any) -> VillageModel:
    policies = [{"kind": KIND, **settings}] if settings else []
    how: dict[str, Any] = {"villages": 12, "months": months, "closure": "fixed", "purses": [PURSE]}
    return lived(plan_of(folder, policies, place=dict(place), **how))


def wrong(model: VillageModel) -> int:
    """Households well off on the list, or poor off it."""
    h, line = model.households, model.county.line_now
    a_head, listed = h["counted_yuan"].sum(axis=1) / h["persons"], h["registered"] == 1
    margin = np.exp(model.p.review_margin)
    return int((listed & (a_head > line * margin)).sum() + (~listed & (a_head < line / margin)).sum())


def test_the_deeper_inspections_look_the_fewer_problems_stand(folder: Path) -> None:
    left = [wrong(run(folder, STAYS, depth=depth)) for depth in (0.0, 0.2, 1.0)]
    assert left[0] == wrong(run(folder)) and left[0] > left[1] > left[2]
    counts = run(folder, STAYS, depth=1.0).policies[0].book.counts
    assert counts["problems_found"] >= counts["problems_closed"] > 0 and counts["rebounded"] == 0


def test_only_closed_problems_change_the_list(folder: Path) -> None:
    model, bare = run(folder, STAYS, depth=0.5), run(folder)
    policy = model.policies[0]
    changed = model.households["registered"] != bare.households["registered"]
    closed = policy.closed  # type: ignore[attr-defined]
    assert not (changed & ~closed).any() and closed.sum() * 0.9 < changed.sum()  # the others were put right twice
    assert (model.households["cause"][model.households["registered"] == 1] > 0).all()


def test_problems_come_back_sooner_where_the_committee_is_weak(folder: Path) -> None:
    often = (("rectification.rectify_rebounds", 0.9),)
    model = run(folder, often, months=12, depth=1.0, end_day=30)
    counts, policy = model.policies[0].book.counts, model.policies[0]
    assert 0 < counts["rebounded"] < counts["problems_closed"]
    mended = policy.book.served
    weak = 1.0 - model.villages["leadership"][model.households["village"]]
    came = mended & ~policy.closed  # type: ignore[attr-defined]
    assert counts["rebounded"] == came.sum()
    expected = 1.0 - (1.0 - 0.9 * weak[mended] / 12.0) ** 11.5
    assert came.sum() == pytest.approx(expected.sum(), rel=0.25)


def test_it_costs_money_and_days_and_moves_no_luck_of_others(folder: Path) -> None:
    model = run(folder, STAYS, depth=1.0)
    book, p = model.policies[0].book, model.p
    assert book.costs["administration_yuan"] == pytest.approx(book.counts["problems_closed"] * p.rectify_yuan, rel=0.05)
    assert book.costs["cadre_days_yuan"] > 0 and model.county.accounts.audit() < 1e-9
    how: dict[str, Any] = {"villages": 6, "closure": "fixed", "purses": [PURSE]}
    plain = lived(plan_of(folder, [VISITS], **how))
    beside = lived(plan_of(folder, [VISITS, {"kind": KIND, "depth": 0.0}], **how))
    assert differing(plain, beside) == []
