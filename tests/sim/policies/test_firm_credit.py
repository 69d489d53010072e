"""Loans to firms, big growers and co-operatives: jobs and contracts come with the money and go with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import differing, plan_of

from sim.facts.sources import WAGE
from sim.model import VillageModel
from sim.policies import contracts

FIRMS = {"kind": "firm_credit", "end_day": 60, "start_day": 20}


def opened(folder: Path, lender: dict[str, Any], months: int = 12, villages: int = 6, **numbers: Any) -> VillageModel:
    unsure = {f"credit.{name}": value for name, value in {"firm_fails": [0.01, 0.02, 0.02], **numbers}.items()}
    plan = plan_of(folder, [{**FIRMS, **lender}], villages=villages, months=months, uncertainties=unsure)
    return VillageModel(plan, rng=3)


def lived(folder: Path, lender: dict[str, Any], months: int = 12, **more: Any) -> VillageModel:
    model = opened(folder, lender, months, **more)
    model.run_model()
    return model


def jobs_by_month(model: VillageModel) -> np.ndarray:
    first = model.villages["jobs"].copy()
    return np.array([model.villages["jobs"] - first for _ in model.months()])


def test_a_grower_hires_while_the_loan_runs(tmp_path: Path) -> None:
    model = opened(tmp_path, {"borrower": "grower", "term_months": 6})
    book, free = model.policies[0].book, model.villages["free_days_open"].mean(axis=1)
    jobs = jobs_by_month(model)
    p, size = model.p, model.p.firm_worth_yuan[1] * model.p.firm_pledge[0]
    workers = size * p.firm_additional / p.firm_need_yuan[1]
    lent = jobs.max(axis=0) > 0
    assert lent.sum() >= 5 and book.counts["lent_yuan"] == size * book.counts["lent"]
    hired = (jobs * free / p.work_days_month).max(axis=0)[lent]
    bound = (p.firm_jobs_most - (model.villages["jobs"] - jobs[-1]))[lent] * free[lent] / p.work_days_month
    assert hired == pytest.approx(np.minimum(workers / model.county.today.cpi, bound), rel=0.1)
    assert np.allclose(jobs[-1], 0.0), "what it did for the loan ends with it"


def test_a_firm_works_in_its_whole_township(tmp_path: Path) -> None:
    firm = jobs_by_month(opened(tmp_path, {"borrower": "firm", "term_months": 24}))[-1]
    assert (firm > 0).all() and np.ptp(firm) < 1e-12


def test_jobs_bring_wages_and_without_new_business_nothing_changes(tmp_path: Path) -> None:
    lender = {"borrower": "grower", "term_months": 24}
    none, some = (lived(tmp_path, lender, firm_additional=share) for share in (0.0, 1.0))
    wages = [model.households["income_last"][:, WAGE].sum() for model in (none, some)]
    assert wages[1] > 1.001 * wages[0]
    nobody = lived(tmp_path, {**lender, "quota_yuan": 0})
    assert differing(none, nobody, ["households", "villages"]) == []


def test_a_co_operative_signs_those_who_sell_and_they_sell_freely_again(tmp_path: Path) -> None:
    model = opened(tmp_path, {"borrower": "cooperative", "term_months": 6})
    h, signed = model.households, []
    for _ in model.months():
        signed.append(h["contracted"].astype(bool).copy())
    most = np.array(signed).any(axis=0)
    assert most.sum() == model.policies[0].book.counts["signed"] > 0 and not signed[-1].any()
    members = model.p.firm_worth_yuan[2] * model.p.firm_pledge[0] * model.p.firm_additional / model.p.firm_need_yuan[2]
    each = np.bincount(h["village"], weights=most)
    assert (each[each > 0] <= members).all() and each.max() > 0.8 * members


def test_a_contract_of_another_outlives_the_loan(tmp_path: Path) -> None:
    county = opened(tmp_path, {}).county
    rows = np.arange(4, dtype=np.int64)
    contracts.sign(county, rows[:3])
    contracts.sign(county, rows[2:])
    contracts.end(county, rows[:3])
    assert county.households["contracted"][:5].tolist() == [0, 0, 1, 1, 0]


def test_what_is_pledged_says_how_much_is_lent(tmp_path: Path) -> None:
    sizes = []
    for pledge in ("orders", "stock", "forest", "guarantee"):
        model = lived(tmp_path, {"borrower": "grower", "collateral": pledge}, months=5)
        book = model.policies[0].book
        sizes.append(book.principal_yuan / book.counts["lent"])
    assert sizes == [pytest.approx(model.p.firm_worth_yuan[1] * share) for share in model.p.firm_pledge]


def test_books_balance_and_failures_are_lost(tmp_path: Path) -> None:
    lender = {"borrower": "grower", "collateral": "guarantee", "subsidy": 0.5, "term_months": 12}
    model = lived(tmp_path, lender, months=24, villages=12, firm_fails=[0.2, 0.25, 0.25])
    book, flows = model.policies[0].book, model.county.accounts.matrix()
    failed = book.counts["failed"]
    each = book.principal_yuan / book.counts["lent"]
    assert 0 < failed < book.counts["lent"]
    assert book.costs["loan_losses_yuan"] == pytest.approx(failed * each)
    repaid = flows["employers", "lender firm_credit", "principal repaid by firms and co-operatives"]
    assert repaid + book.costs["loan_losses_yuan"] == pytest.approx(book.principal_yuan), "all of it has come to an end"
    called = flows["purse loan_guarantee", "lender firm_credit", "guarantee called"]
    assert called == pytest.approx(book.costs["loan_losses_yuan"])
    own = flows["employers", "lender firm_credit", "interest of firms and co-operatives"]
    assert flows["state", "lender firm_credit", "interest subsidy"] == pytest.approx(own)
    assert model.county.accounts.audit() < 1e-9
    assert np.allclose(model.villages["jobs"], VillageModel(model.plan, rng=3).villages["jobs"])
