"""Money: what one pays another gets, whatever a scenario says; and a payment gone wrong is seen."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_worlds import EVERY_POLICY, VISITS, fitted_on, lived, plan_of, shipped_plan, shipped_scenario_files

from sim.agents.household import Household
from sim.campaign.delivery import COST_ITEMS
from sim.core.errors import UserError
from sim.core.rule import rule
from sim.economy import consumption, transfers
from sim.model import VillageModel
from sim.money.accounts import Accounts
from sim.money.lending import BANK, LoanBook
from sim.money.reasons import CONSUMPTION, HOUSEHOLDS, N_REASONS, PENSION, REASONS, reason
from sim.parameters import load_parameters
from sim.parameters.packed import as_row
from sim.policies import TargetedSettings, registry
from sim.policies.bends import TAKEN
from sim.scenario import Plan

GRAVEL, GRANTS = reason("gravel", "砂石"), reason("grants", "补助")
BALANCED = 1e-9


@pytest.fixture(scope="module", autouse=True)
def _fitted_on_few() -> Iterator[None]:
    with fitted_on(2400):
        yield


# ---- accounts ------------------------------------------------------------------------------------------------------


@pytest.fixture
def accounts() -> Accounts:
    households = Household.rows(4)
    households["cash_yuan"] = 1000.0, 200.0, 30.0, 4.0
    return Accounts(households)


def test_what_one_pays_the_other_gets(accounts: Accounts) -> None:
    accounts.open("purse roads", 500.0)
    accounts.pay("purse roads", "market", 120.0, GRAVEL)
    accounts.pay("purse roads", "market", 30.0, GRAVEL)
    assert accounts.balances == {HOUSEHOLDS: 1234.0, "purse roads": 350.0, "market": 150.0}
    assert accounts.matrix() == {("purse roads", "market", "gravel"): 150.0}
    assert accounts.audit() == 0.0


@pytest.mark.parametrize("amount", [-0.01, float("nan"), float("inf")])
def test_what_is_no_amount_is_not_paid(accounts: Accounts, amount: float) -> None:
    with pytest.raises(ValueError, match=r"state pays market .* yuan for gravel: not an amount"):
        accounts.pay("state", "market", amount, GRAVEL)
    assert "market" not in accounts.balances


def test_households_paid_one_by_one_have_the_money(accounts: Accounts) -> None:
    accounts.pay_households("state", np.array([3, 1]), np.array([10.0, 5.0]), GRANTS)
    assert accounts._households["cash_yuan"].tolist() == [1000.0, 205.0, 30.0, 14.0]
    assert accounts.balances[HOUSEHOLDS] == 1249.0 and accounts.balances["state"] == -15.0
    assert accounts.audit() == 0.0


def test_tills_are_carried_over_and_emptied(accounts: Accounts) -> None:
    tills = np.zeros((2, N_REASONS))
    tills[:, PENSION] = 100.0, 11.0
    tills[1, CONSUMPTION] = 40.0
    accounts._households["cash_yuan"][0] += 111.0 - 40.0
    accounts.post(tills)
    assert not tills.any()
    assert accounts.matrix() == {
        (HOUSEHOLDS, "market", "consumption"): 40.0,
        ("state", HOUSEHOLDS, "pensions"): 111.0,
    }
    assert accounts.audit() == 0.0


def test_tills_of_loans_are_carried_over_by_lender_and_emptied(accounts: Accounts) -> None:
    book = LoanBook(accounts._households, 2, as_row(load_parameters().values))
    book.add_lender("bank", 0.06, campaign=False)
    women = book.add_lender("lender women", 0.09, subsidy=1.0, lump_sum=True)
    book.till[:, women] = (7.0, 2.0, 1.0, 0.0), (5.0, 0.0, 1.0, 9.0)
    accounts._households["cash_yuan"][0] -= 14.0
    book.post(accounts)
    assert not book.till.any()
    assert book.posted.tolist() == [[0.0] * 4, [12.0, 2.0, 2.0, 9.0]]
    assert accounts.matrix() == {
        (HOUSEHOLDS, "lender women", "interest"): 2.0,
        (HOUSEHOLDS, "lender women", "principal repaid"): 12.0,
        ("state", "lender women", "interest subsidy"): 2.0,
    }
    assert book.written_off_yuan == [0.0, 9.0]
    assert accounts.audit() == 0.0


def test_loans_are_chained_by_lender_and_summed_up(accounts: Accounts) -> None:
    h = accounts._households
    h["first_loan"] = -1
    book = LoanBook(h, 2, as_row(load_parameters().values))
    bank, fund = book.add_lender("bank", 0.06, campaign=False), book.add_lender("fund", 0.1)
    third = book.add_lender("third", 0.1, lump_sum=True)
    book.lend(third, np.array([1, 2]), np.array([400.0, 50.0]), 0)
    book.lend(bank, np.array([1]), np.array([1000.0]), 24)
    book.lend(fund, np.array([1]), np.array([300.0]), 12)
    chained, k = [], int(h["first_loan"][1])
    while k >= 0:
        chained.append(int(book.loans["lender"][k]))
        k = int(book.loans["next"][k])
    assert chained == [bank, fund, third]
    assert h["debt_yuan"].tolist() == [0.0, 1700.0, 50.0, 0.0]
    assert h["due_soon_yuan"].tolist() == [0.0, 400.0, 50.0, 0.0], "a lump sum due now is put by for in full"
    assert h["borrows"].tolist() == [0, 1, 1, 0]
    assert book.owed(third).tolist() == [0.0, 400.0, 50.0, 0.0] and book.owed(bank).sum() == 1000.0
    apart = h.copy()
    twin = book.copy(apart)
    twin.lend(bank, np.array([0]), np.array([1.0]), 1)
    assert (book.count, twin.count) == (4, 5) and h["debt_yuan"][0] == 0.0 and apart["debt_yuan"][0] == 1.0


def test_the_audit_sees_cash_that_came_from_nowhere(accounts: Accounts) -> None:
    accounts._households["cash_yuan"][2] += 0.01
    assert accounts.audit() > BALANCED


def test_the_audit_sees_money_that_one_side_alone_has_booked(accounts: Accounts) -> None:
    accounts.balances["state"] = -1.0
    assert accounts.audit() > BALANCED


def test_every_reason_of_a_till_has_two_sides_and_one_of_them_is_households() -> None:
    assert len({reason.name for reason in REASONS}) == N_REASONS
    assert all(reason.payer and reason.payee for reason in REASONS)
    assert all((reason.payer == HOUSEHOLDS) != (reason.payee == HOUSEHOLDS) for reason in REASONS)


# ---- runs ----------------------------------------------------------------------------------------------------------


def paid_out(flows: Mapping[tuple[str, str, str], float], lender: str) -> float:
    """What a lender's borrowers owe for: what reached them, and what was skimmed on the way (yuan)."""
    skimmed = flows.get((lender, TAKEN, "skimmed from what is given"), 0.0)
    return flows.get((lender, HOUSEHOLDS, "loans"), 0.0) + skimmed


def check_books(model: VillageModel) -> None:
    """Everything that must hold of a run's money after its first year."""
    accounts, h, flows = model.county.accounts, model.households, model.county.accounts.matrix()
    assert accounts.audit() <= BALANCED

    for held in model.county.purses.held:
        out = sum(yuan for (payer, _, _), yuan in flows.items() if payer == held.account)
        assert held.left_yuan >= 0 and accounts.balances[held.account] >= -1e-6
        assert held.amount_yuan - held.left_yuan == pytest.approx(out, rel=1e-9, abs=1e-6)
        assert held.left_yuan == pytest.approx(accounts.balances[held.account], rel=1e-9, abs=1e-6)

    for policy in model.policies:
        assert set(policy.book.costs) == set(COST_ITEMS)
        assert all(yuan >= 0 for yuan in policy.book.costs.values()), policy.label
        assert policy.book.cash_outlay_yuan >= 0
        if policy.kind == "microcredit" and policy.settings.effects:
            lent = paid_out(flows, f"lender {policy.label}")
            assert policy.book.principal_yuan == pytest.approx(lent, rel=1e-12)

    loans = model.county.loans
    for number, lender in enumerate(loans.accounts):
        if number == BANK:
            continue
        lent = paid_out(flows, lender)
        repaid = flows.get((HOUSEHOLDS, lender, "principal repaid"), 0.0)
        owed = loans.owed(number).sum()
        # The last cent of a loan is let go.
        assert owed == pytest.approx(lent - repaid - loans.written_off_yuan[number], abs=0.01 * len(h))
        assert (loans.owed(number) >= 0).all() and owed <= lent

    if model.clock.horizon_months == 12:
        _check_incomes(h, flows)


def _check_incomes(h: np.ndarray, flows: dict[tuple[str, str, str], float]) -> None:
    """The closed year's income by source, consumption and burdens are what was paid and received for them."""

    def to(*reasons: str) -> float:
        return sum(yuan for (_, payee, reason), yuan in flows.items() if payee == HOUSEHOLDS and reason in reasons)

    def by(*reasons: str) -> float:
        return sum(yuan for (payer, _, reason), yuan in flows.items() if payer == HOUSEHOLDS and reason in reasons)

    sold = ("crop sales", "orchard sales", "livestock sales", "greenhouse sales", "business takings")
    expected = (
        to("local wages", "wages away", "pay of public-service posts") - by("living costs away"),
        to(*sold, "claims of farm insurance")
        - by("operating costs", "interest", "rent paid for land", "premiums of farm insurance"),
        to("rents and dividends", "dividends of a village fund", "rent received for land")
        + to("dividends of paired ventures", "what partners keep of paired ventures"),
        to("farm subsidies", "minimum living guarantee", "pensions", "cash payments", "aid for pupils who attend")
        + to("travel money", "supplement up to the guarantee line", "living aid for monitored households")
        + to("aid for boarders")
        - by("dues of medical insurance", "fees for what is free"),
    )
    assert h["income_last"].sum(axis=0) == pytest.approx(expected, rel=1e-9)
    assert h["consumption_last_yuan"].sum() == pytest.approx(by("consumption"), rel=1e-9)
    spared = to("school fees waived", "help with bills of monitored households")
    spared += to("fees of new senior places", "school meals")
    at_once = by("fees of kindergarten and vocational school")
    burden = by("medical payments", "school payments") + at_once - spared
    assert h["burden_last_yuan"].sum() == pytest.approx(burden, rel=1e-9)
    # What is neither income nor spending on it: money borrowed, lent back, put into a line, or sold out of need.
    other_in = to("assets sold in need", "loans from relatives", "help from relatives", "loans", "industry grants")
    other_in += to("repaid by relatives")
    other_in += spared
    other_out = by("cost of leaving for work", "investment", "repaid to relatives", "principal repaid")
    other_out += by("lent to relatives", "given to relatives")
    other_out += by("house and what is in it", "weddings and funerals", "shares in a village fund")
    other_out += by("medical scheme, premiums") + at_once
    known = sum(expected) - by("consumption", "medical payments", "school payments") + other_in - other_out
    paid = sum((payee == HOUSEHOLDS) * y - (payer == HOUSEHOLDS) * y for (payer, payee, _), y in flows.items())
    assert paid == pytest.approx(known, rel=1e-9)


@pytest.mark.parametrize("file", shipped_scenario_files(), ids=lambda f: f.stem)
def test_money_balances_in_every_shipped_scenario(file: Path, tmp_path: Path) -> None:
    check_books(lived(shipped_plan(tmp_path, file)))


def test_money_balances_when_everything_is_done_at_once(tmp_path: Path) -> None:
    model = lived(plan_of(tmp_path, EVERY_POLICY, villages=5))
    check_books(model)
    # Every kind of flow the books know has been used, or the checks above were of nothing.
    # Dues are of era 2023; families divide only where that is asked for.
    unused = {"written off", "assets sold in need", "dues of medical insurance", "taken along when a household divides"}
    used = {reason for _, _, reason in model.county.accounts.matrix()}
    assert {reason.name for reason in REASONS} - used <= unused


def test_loans_that_fail_are_lost_in_the_lenders_books(tmp_path: Path) -> None:
    easy = {"guarantee": True, "least_income_yuan": 0, "told_share": 1.0}
    credit = {"kind": "microcredit", "channel": "shuanglian", **easy}
    careless = {"livelihood.write_off_months": 12, "policies.repay_burden": 0.6}
    model = lived(plan_of(tmp_path, [credit], villages=30, months=36, uncertainties=careless))
    lender = model.policies[0].lender  # type: ignore[attr-defined]
    lost = model.county.loans.written_off_yuan[lender]
    late = model.county.loans.of(lender)
    still_owed = late["principal_yuan"][late["overdue_months"] > 3].sum()
    assert lost > 0
    assert model.policies[0].book.costs["loan_losses_yuan"] == pytest.approx(lost + still_owed)
    check_books(model)
    flows = model.county.accounts.matrix().items()
    called = {payer: yuan for (payer, _, reason), yuan in flows if reason == "guarantee called"}
    assert called == {"purse loan_guarantee": pytest.approx(lost)}
    failed = model.county.loans.overdue(lender) >= 12
    assert failed.any() and not model.policies[0].eligible(model.county)[failed].any()


# ---- random scenarios ----------------------------------------------------------------------------------------------

yuan = st.floats(0, 3e7, allow_nan=False).map(round)
common = {
    "budget_yuan": yuan,
    "start_day": st.integers(1, 60),
    "end_day": st.integers(61, 200),
    "village_share": st.sampled_from([0.0, 0.5, 1.0]),
    "effects": st.booleans(),
}
targeted = {
    "priority": st.sampled_from(["poorest", "registered", "linked", "anyone"]),
    "capture": st.sampled_from([0.0, 0.1, 0.5, 1.0]),
}
share = st.floats(0, 1).map(lambda x: round(x, 3))
levers: dict[str, dict[str, Any]] = {
    "visits": {"coverage": st.sampled_from(["linked", "everyone"]), "visits_per_household": st.integers(0, 20)},
    "microcredit": {
        "channel": st.sampled_from(["women", "shuanglian", "village_fund", "microlender"]), "quota_yuan": yuan,
        "rate": share.map(lambda x: x / 2), "subsidy": share, "term_months": st.integers(1, 60), "told_share": share,
        "lump_sum": st.booleans(), "days_to_decide": st.integers(1, 60),
        "loans_a_round": st.sampled_from([0, 20, 2000]),
    },
    "firm_credit": {
        "borrower": st.sampled_from(["firm", "grower", "cooperative"]), "quota_yuan": yuan, "subsidy": share,
        "collateral": st.sampled_from(["orders", "stock", "forest", "guarantee"]), "term_months": st.integers(1, 60),
    },
    "industry": {
        "line": st.sampled_from(["fruit", "livestock", "vegetables"]), "form": st.sampled_from(["in_kind", "grant"]),
        "value_yuan": st.integers(500, 20_000), "own_share": share.map(lambda x: 0.9 * x), "contract": share,
    },
    "training": {
        "content": st.sampled_from(["farm", "work", "leavers"]), "places": st.sampled_from([0, 300, 30_000]),
        "follow_up": st.booleans(),
    },
    "publicity": {"meetings": st.integers(0, 20), "cost_yuan": st.integers(50, 20_000)},
    "demonstration": {"households": st.integers(0, 8), "meetings": st.integers(0, 6)},
    "cash": {"amount_yuan": st.integers(10, 20_000), "months": st.integers(1, 12)},
    "support_units": {"coordination": share, "supervision": share},
}  # fmt: skip


def _policy(kind: str, label: str) -> st.SearchStrategy[dict[str, Any]]:
    every = {**common, **levers[kind]}
    every = {name: values for name, values in every.items() if name not in registry()[kind].Settings.no_use}
    if issubclass(registry()[kind].Settings, TargetedSettings):
        every |= targeted
    needed = {name: every.pop(name) for name in ("channel", "line", "content") if name in levers[kind]}
    return st.fixed_dictionaries({"kind": st.just(kind), "label": st.just(label), **needed}, optional=every)


@st.composite
def scenarios(draw: Callable[[Any], Any]) -> dict[str, Any]:
    kinds = draw(st.lists(st.sampled_from(sorted(levers)), min_size=1, max_size=6))
    often = ("microcredit", "industry", "training", "cash")
    kinds = [kind for i, kind in enumerate(kinds) if kind in often or kind not in kinds[:i]]
    purse = {"id": "extra", "title_en": "extra", "title_zh": "其他", "amount_yuan": draw(yuan), "uses": sorted(levers)}
    return {
        "policies": [draw(_policy(kind, f"{kind}_{i}")) for i, kind in enumerate(kinds)],
        "purses": [{**purse, "release": draw(st.integers(1, 300))}],
        "closure": draw(st.sampled_from(["fixed", "endogenous"])),
        "villages": draw(st.integers(1, 6)),
        "days": draw(st.integers(60, 340)),
    }


@settings(max_examples=20)
@given(scenarios(), st.integers(0, 2**62 - 1))
def test_money_balances_whatever_a_scenario_says(scenario: dict[str, Any], seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        check_books(lived(plan_of(Path(folder), **scenario), seed))


# ---- payments gone wrong -------------------------------------------------------------------------------------------


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return plan_of(tmp_path, [VISITS], villages=1, months=5)


def test_the_audit_sees_a_rule_that_receives_without_a_payer(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    @rule
    def conjure(h: Household, till: Any, amount: float, reason: int) -> None:
        h.cash_yuan += amount

    assert lived(plan, engine="agents").county.accounts.audit() <= BALANCED
    model = VillageModel(plan, rng=3, engine="agents")  # first: the opening year is compiled
    monkeypatch.setattr(transfers, "receive", conjure)
    with pytest.raises(UserError, match="a rule of the household's month: money does not balance on 2012-12-31"):
        model.run_model()


def test_the_audit_sees_a_rule_that_spends_what_it_keeps(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    @rule
    def pretend(h: Household, till: Any, amount: float, reason: int) -> None:
        till[reason] += amount

    model = VillageModel(plan, rng=3, engine="agents")
    monkeypatch.setattr(consumption, "spend", pretend)
    with pytest.raises(UserError, match=r"households have [\d,.]+ yuan more than was paid"):
        model.run_model()
