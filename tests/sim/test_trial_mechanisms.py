"""Mechanisms that published trials speak of: each test fails when its mechanism is taken out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from small_worlds import plan_of

from sim.model import VillageModel


def _lived(folder: Path, policies: list[dict[str, Any]], months: int = 12, **more: Any) -> VillageModel:
    purse = {"id": "huge", "title_en": "h", "title_zh": "h", "amount_yuan": 1e9, "uses": ["microcredit", "industry"]}
    size = {"villages": more.pop("villages", 6), "months": months, "days": more.pop("days", 100)}
    model = VillageModel(plan_of(folder, policies, purses=[purse], **size, **more), rng=4)
    model.households["knows"] |= 1 << 7
    model.run_model()
    return model


def _fund(**levers: Any) -> dict[str, Any]:
    fund = {"kind": "microcredit", "channel": "village_fund", "told_share": 1.0, "capture": 0.0, "purses": ["huge"]}
    return {**fund, **levers}


def test_credit_pays_the_way_to_work(tmp_path: Path) -> None:
    """Where nothing but the fare is wanting, a small loan sends a worker away; dearer fares need larger loans."""
    away = {}
    for size in (0, 700, 3000):
        policies = [_fund(size_yuan=size)] if size else []
        closed = {"livelihood.line_open": [0, 0, 0, 0], "farm.land_letters": 0.0}
        model = _lived(tmp_path, policies, villages=20, uncertainties=closed)
        away[size] = int(model.households["migrants"].sum())
    assert away[3000] > away[0] + 15
    assert away[700] == away[0], "less than the fare sends nobody"


def test_who_has_repaid_may_borrow_again(tmp_path: Path) -> None:
    once = _lived(tmp_path, [_fund(end_day=200)], months=24, days=700)
    again = _lived(tmp_path, [_fund(end_day=700)], months=24, days=700)
    loans = [model.policies[0].book.counts["lent"] for model in (once, again)]
    people = int(again.policies[0].book.served.sum())
    assert loans[1] > loans[0]
    assert loans[1] > people, "some have had two loans"


def test_a_gift_need_bear_no_risk_but_own_money_must(tmp_path: Path) -> None:
    def takers(own_share: float, fear: float) -> float:
        gift = {"kind": "industry", "line": "livestock", "own_share": own_share, "capture": 0.0, "purses": ["huge"]}
        # Own experience of a line takes the fear away: here it is to stay.
        caution = {"livelihood.caution_spread": fear, "livelihood.caution_known": 1.0}
        return _lived(tmp_path, [gift], uncertainties=caution).policies[0].book.counts["started"]

    assert takers(0.0, 1.0) > 0.9 * takers(0.0, 0.2)
    assert takers(0.5, 1.0) < 0.8 * takers(0.5, 0.2)


def test_members_of_a_cooperative_learn(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, [], villages=6, months=12)
    models = [VillageModel(plan, rng=4) for _ in range(2)]
    some = models[0].county.keys % 3 == 0
    models[1].households["contracted"][some] = 1
    for model in models:
        model.run_model()
    gain = models[1].households["farm_skill"] - models[0].households["farm_skill"]
    assert gain[some].mean() > 0.03
    assert abs(gain[~some].mean()) < 0.01


def test_the_poorest_do_not_eat_their_animals_without_misfortune(tmp_path: Path) -> None:
    """Stock given to those who never earned their subsistence is largely there a year later."""
    calm = {"health.hospital_rate": 0.07, "farm.disease_rate": 0.04}
    plan = plan_of(tmp_path, [], villages=6, months=12, uncertainties=calm)
    models = [VillageModel(plan, rng=4) for _ in range(2)]
    needed = 0.6 * models[0].county.line_yuan
    poorest = models[0].county.income_per_head < needed
    assert poorest.sum() > 10
    models[1].households["livestock_head"][poorest] += 2.0
    for model in models:
        model.run_model()
    left = models[1].households["livestock_head"] - models[0].households["livestock_head"]
    assert left[poorest].mean() > 1.0
    assert np.all(models[1].households["livestock_head"] >= 0.0)


def test_a_lost_harvest_is_felt_in_consumption_as_far_as_it_passes(tmp_path: Path) -> None:
    def felt(passed: float) -> float:
        shares = {"livelihood.passed_poor": passed, "livelihood.passed_rich": passed - 0.28}
        shares["livelihood.kin_within"] = 0.0  # everybody's loss empties neighbours' purses, however much of it passes
        plan = plan_of(tmp_path, [], villages=12, months=24, uncertainties=shares)
        calm, hit = VillageModel(plan, rng=4), VillageModel(plan, rng=4)
        hit.market.struck[:] = 0.5
        for model in (calm, hit):
            model.run_model()
        return float((calm.households["consumption_last_yuan"] - hit.households["consumption_last_yuan"]).sum())

    assert felt(0.48) > 1.1 * felt(0.32) > 0.0


def test_money_is_put_by_for_a_debt_that_falls_due(tmp_path: Path) -> None:
    """Who owes 8,000 yuan a month after the year's end, and has little in hand, spends less through the year."""

    def spent(pace: float) -> float:
        plan = plan_of(tmp_path, [], villages=6, months=12, uncertainties={"livelihood.saving_pace": pace})
        model = VillageModel(plan, rng=4)
        loans = model.county.loans
        lender = loans.add_lender("lender of lump sums", rate=0.0, lump_sum=True)
        owing = np.flatnonzero(model.households["cash_yuan"] < 4000.0).astype(np.int64)
        assert len(owing) > 50
        loans.lend(lender, owing, np.full(len(owing), 8000.0), 13)
        model.run_model()
        return float(model.households["consumption_last_yuan"][owing].mean())

    # 5 to 7% less under three seeds; nothing else reads the pace.
    assert spent(0.6) < 0.97 * spent(0.05)
