"""The guarantee company: its deposit backs so much and no more, and what is called backs nothing any more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small_worlds import differing, lived, plan_of

from sim.model import VillageModel
from sim.policies import guarantee

TERMS = {"told_share": 1.0, "quota_yuan": 50_000_000, "subsidy": 0.5}
LENDER = {"kind": "microcredit", "label": "one", "channel": "women", **TERMS}
PURSES = [
    {"id": "bank_women", "title_en": "b", "title_zh": "b", "amount_yuan": 5e7, "uses": ["microcredit"]},
    {"id": "women_interest", "title_en": "i", "title_zh": "i", "amount_yuan": 5e7, "uses": ["interest_subsidy"]},
]


def plan(folder: Path, deposit_yuan: float, share: float = 0.1, also: Any = (), **settings: Any) -> Any:
    deposit = {"id": "loan_guarantee", "title_en": "d", "title_zh": "d", "amount_yuan": deposit_yuan}
    purses = [*PURSES, {**deposit, "uses": ["loan_guarantee"]}]
    unsure = {"credit.guarantee_deposit": share}
    return plan_of(folder, [{**LENDER, **settings}, *also], villages=6, purses=purses, uncertainties=unsure)


def lent(model: VillageModel) -> float:
    return model.policies[0].book.principal_yuan


def test_a_deposit_backs_a_multiple_of_itself(tmp_path: Path) -> None:
    ample, tight, tighter = (lived(plan(tmp_path, yuan)) for yuan in (1e8, 3e5, 1e5))
    for model, yuan in ((tight, 3e5), (tighter, 1e5)):
        backed = 10 * yuan * model.county.share
        assert 0.5 * backed < lent(model) <= backed + 1.0
        assert model.policies[0].book.lost_yuan["quota"] > 0.0
    assert lent(tighter) < lent(tight) < lent(ample)
    assert lived(plan(tmp_path, 0.0)).policies[0].book.principal_yuan == 0.0


def test_nothing_is_bound_without_a_guarantee_or_without_a_deposit_asked_for(tmp_path: Path) -> None:
    ample = lived(plan(tmp_path, 1e8))
    assert differing(lived(plan(tmp_path, 0.0, share=0.0)), ample) == []
    assert lent(lived(plan(tmp_path, 0.0, guarantee=False))) > 0.0


def test_what_is_called_backs_nothing_any_more_and_what_is_repaid_makes_room(tmp_path: Path) -> None:
    model = VillageModel(plan(tmp_path, 1e6), rng=3)
    county = model.county
    while county.today.campaign_day < 1:
        model.step()
    county.accounts.open("lender", 0.0)
    deposit = 1e6 * county.share
    assert guarantee.room_yuan(county) == pytest.approx(10 * deposit)
    guarantee.take_on(county, 4 * deposit)
    assert guarantee.room_yuan(county) == pytest.approx(6 * deposit)
    guarantee.take_on(county, -1.5 * deposit)
    guarantee.call(county, "lender", 0.5 * deposit)
    assert guarantee.room_yuan(county) == pytest.approx((5 - 2.5) * deposit)
    guarantee.call(county, "lender", 9 * deposit)
    assert guarantee.room_yuan(county) == 0.0 and county.accounts.balances["lender"] == pytest.approx(deposit)


def test_lenders_share_one_deposit(tmp_path: Path) -> None:
    other = {**LENDER, "label": "other"}
    one, two = (lived(plan(tmp_path, 3e5, also=also)) for also in ((), (other,)))
    assert sum(book.principal_yuan for book in two.county.books.values()) <= 10 * 3e5 * one.county.share + 1.0
    assert 0.0 < lent(two) <= lent(one)
