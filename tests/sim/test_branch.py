"""Settings that change at dates, lived; and branches, which are the same thing decided later."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from sim.core.errors import UserError
from sim.model import VillageModel
from sim.scenario import Plan
from tests.small_worlds import EVERY_POLICY, differing, lived, plan_of, records_bytes

SEED = 5
# One change for every policy that allows any.
CHANGED: dict[str, Any] = {
    "policies.visits.substance": 2.0,
    "policies.microlender.rate": 0.01,
    "policies.women.size_yuan": 2000.0,
    "policies.livestock.contract": 1.0,
    "policies.fruit.value_yuan": 500.0,
    "policies.farm.cost_yuan": 900.0,
    "policies.publicity.cost_yuan": 4000.0,
    "policies.demonstration.meeting_yuan": 6000.0,
    "policies.support_units.supervision": 0.0,
    "purses.industry_funds.amount_yuan": 5e8,
}


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return plan_of(tmp_path_factory.mktemp("branch"), EVERY_POLICY)


def at(date: dt.date, settings: dict[str, Any]) -> dict[str, Any]:
    return {f"changes.{date}.{address}": value for address, value in settings.items()}


def after(plan: Plan, days: int) -> VillageModel:
    model = VillageModel(plan, rng=SEED)
    for _ in range(days):
        model.step()
    return model


def assert_same(one: VillageModel, other: VillageModel) -> None:
    assert differing(one, other) == []
    assert records_bytes(one.recorder.columns()) == records_bytes(other.recorder.columns())


@pytest.mark.parametrize("days", [30, 70])
def test_a_branch_is_the_run_of_a_plan_that_changes_then(plan: Plan, days: int) -> None:
    trunk = after(plan, days)
    branch, sister = trunk.branch(CHANGED), trunk.branch({"policies.visits.substance": 0.0})
    for model in (branch, sister, trunk):
        model.run_model()
        assert model.county.accounts.audit() < 1e-9
        assert_same(model, lived(model.plan, SEED))
    assert trunk.plan == plan
    assert branch.plan.digest() == plan.with_settings(at(branch.clock.date(days), CHANGED)).digest() != plan.digest()
    assert differing(trunk, branch) and differing(branch, sister)


@pytest.mark.parametrize("address", CHANGED)
def test_every_change_changes_something_and_nothing_before(plan: Plan, address: str) -> None:
    day = dt.date(2012, 12, 28)
    changed = plan.with_settings(at(day, {address: CHANGED[address]}))
    one, other = VillageModel(plan, rng=SEED), VillageModel(changed, rng=SEED)
    while one.running:
        one.step()
        other.step()
        if one.today_date < day:
            assert one.households.tobytes() == other.households.tobytes()
    assert records_bytes(one.recorder.columns()) != records_bytes(other.recorder.columns())


def test_both_engines_change_alike(plan: Plan) -> None:
    small = plan.with_settings({"world.villages": 1, "horizon_months": 5, **at(dt.date(2013, 1, 20), CHANGED)})
    assert_same(lived(small), lived(small, engine="agents"))


def test_a_lender_has_new_terms_and_a_purse_more_money(plan: Plan) -> None:
    model = after(plan, 50).branch(CHANGED)
    lender = model.policies[1].lender  # type: ignore[attr-defined]
    before = {held.id: held.left_yuan for held in model.county.purses.held}["industry_funds"]
    assert model.county.loans.lenders["rate"][lender] != 0.01
    model.step()
    assert model.county.loans.lenders["rate"][lender] == 0.01
    held = next(held for held in model.county.purses.held if held.id == "industry_funds")
    assert held.amount_yuan == 5e8 * model.county.share and held.left_yuan > before
    balance = model.county.accounts.balances["purse industry_funds"]
    assert np.isclose(balance, held.left_yuan, rtol=1e-12)


def test_what_cannot_branch_is_refused(plan: Plan) -> None:
    with pytest.raises(UserError, match=r"before its first day: use plan.with_settings"):
        after(plan, 0).branch({"policies.visits.substance": 2.0})
    with pytest.raises(UserError, match="after its last day"):
        lived(plan).branch({"policies.visits.substance": 2.0})
    model = after(plan, 40)
    with pytest.raises(UserError, match=r"'world.villages' cannot change during a run"):
        model.branch({"world.villages": 2})
    with pytest.raises(UserError, match=r"'coverage' of a policy of kind 'visits' cannot change"):
        model.branch({"policies.visits.coverage": "everyone"})
