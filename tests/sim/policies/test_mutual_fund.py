"""Villages' mutual funds: whose money they lend, who gets the interest, and what late loans do to new ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import differing, lived, plan_of

from sim.core.frozen import FrozenDict
from sim.facts.sources import PROPERTY
from sim.model import VillageModel
from sim.money.lending import WRITTEN_OFF
from sim.money.reasons import HOUSEHOLDS
from sim.policies import microcredit
from sim.policies.mutual_fund import MutualFund
from sim.scenario import SCENARIOS, load_plan

FUND = {"kind": "microcredit", "channel": "village_fund", "told_share": 1.0, "quota_yuan": 20_000_000, "capture": 0.0}
ACCOUNT = "lender microcredit"
WITHOUT = SCENARIOS / "without" / "lending.toml"


def run(folder: Path, months: int = 24, fund: Mapping[str, Any] = FrozenDict(), **numbers: Any) -> VillageModel:
    unsure = {f"credit.{name}": value for name, value in numbers.items()}
    world: dict[str, Any] = {"villages": 6, "closure": "fixed", "months": months, "uncertainties": unsure}
    return lived(plan_of(folder, [{**FUND, **fund}], **world))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> VillageModel:
    return run(tmp_path_factory.mktemp("fund"))


def fund_of(model: VillageModel) -> MutualFund:
    fund = model.policies[0].fund  # type: ignore[attr-defined]
    assert isinstance(fund, MutualFund)
    return fund


def paid(model: VillageModel, reason: str) -> float:
    """What has moved into or out of the fund's account for a reason."""
    flows = model.county.accounts.matrix().items()
    return sum(yuan for (payer, payee, why), yuan in flows if why == reason and ACCOUNT in (payer, payee))


def lost(model: VillageModel) -> float:
    return float(model.county.loans.written_off_yuan[model.policies[0].lender])  # type: ignore[attr-defined]


def test_zero_is_zero(tmp_path: Path) -> None:
    model = run(tmp_path, 12, fund={"quota_yuan": 0})
    assert not fund_of(model).members.any() and model.policies[0].book.principal_yuan == 0.0


def test_money_of_a_fund_is_somewhere(model: VillageModel) -> None:
    fund, accounts = fund_of(model), model.county.accounts
    owed = model.county.loans.owed(model.policies[0].lender).sum()  # type: ignore[attr-defined]
    given = paid(model, "loan capital") + paid(model, "shares in a village fund") + paid(model, "interest")
    given -= paid(model, "dividends of a village fund")
    assert given == pytest.approx(fund.held_yuan.sum() + owed + lost(model))
    running = accounts.matrix()[ACCOUNT, "employers", "loan administration"]
    assert accounts.balances[ACCOUNT] == pytest.approx(fund.held_yuan.sum() - running)
    assert accounts.audit() < 1e-9 and (fund.held_yuan >= 0.0).all()


def test_members_pay_in_once_and_every_borrower_is_one(model: VillageModel) -> None:
    fund = fund_of(model)
    assert paid(model, "shares in a village fund") == model.p.fund_member_yuan * fund.members.sum()
    assert fund.members[model.policies[0].book.served].all()
    assert fund.members.sum() > model.policies[0].book.served.sum(), "some pay in without borrowing"


def test_members_get_part_of_their_own_villages_interest_as_property_income(tmp_path: Path) -> None:
    some, none = run(tmp_path, 12), run(tmp_path, 12, fund_dividend=0.0)
    shared, members = paid(some, "dividends of a village fund"), fund_of(some).members
    assert shared == pytest.approx(some.p.fund_dividend * paid(some, "interest")) and shared > 0.0
    gain = some.households["income_last"][:, PROPERTY] - none.households["income_last"][:, PROPERTY]
    assert gain.sum() == pytest.approx(shared) and not gain[~members].any()
    assert (ACCOUNT, HOUSEHOLDS, "dividends of a village fund") not in none.county.accounts.matrix()


def test_what_is_repaid_is_lent_again_and_the_state_gives_no_more_than_its_quota(tmp_path: Path) -> None:
    few = {"quota_yuan": 1_500_000, "end_day": 600, "term_months": 6}
    again, once = (run(tmp_path, fund=few, fund_relent=share, fund_renewals=0) for share in (1.0, 0.0))
    for one in (again, once):
        assert paid(one, "loan capital") <= 1_500_000 * one.county.share + 1.0
    assert paid(once, "loans") == pytest.approx(paid(once, "loan capital"))
    assert paid(again, "loans") > 1.5 * paid(again, "loan capital")


def test_a_loan_is_renewed_for_those_who_could_not_repay_it_at_once(tmp_path: Path) -> None:
    with_it, without = run(tmp_path, 16), run(tmp_path, 16, fund_renewals=0)
    owed = [one.county.loans.owed(one.policies[0].lender) for one in (with_it, without)]  # type: ignore[attr-defined]
    renewed = fund_of(with_it).renewed > 0
    assert renewed.any() and not fund_of(without).renewed.any()
    assert (owed[0][renewed] > 0).mean() > 0.9 and (owed[1][renewed] > 0).mean() < 0.5, "the others are late"
    assert owed[0][renewed].sum() > 10 * owed[1][renewed].sum()
    loans = with_it.county.loans.of(with_it.policies[0].lender)  # type: ignore[attr-defined]
    on = loans[(loans["principal_yuan"] > 0.0) & (loans["overdue_months"] == 0)]
    assert (on["term_months"] > 6).mean() > 0.9


def test_a_village_where_loans_are_late_gets_less_and_the_others_as_much(tmp_path: Path) -> None:
    model = run(tmp_path, 6, fund_arrears=0.5)
    fund, county = fund_of(model), model.county
    loans = county.loans.loans[: county.loans.count]
    own = loans["lender"] == model.policies[0].lender  # type: ignore[attr-defined]
    loans["overdue_months"][own] = 0
    rows = county.villages["first"][:2].astype(np.int64)
    wanted = np.array([5000.0, 5000.0])
    assert fund.within_trust(county, rows, wanted, 6000.0).tolist() == [5000.0, 5000.0]
    here = np.flatnonzero(own & (county.households["village"][loans["household"]] == 0) & (loans["principal_yuan"] > 0))
    loans["overdue_months"][here[:1]] = 2
    part = loans["principal_yuan"][here[0]] / fund._lent_yuan[0]
    assert fund.trust(county)[0] == pytest.approx(1.0 - model.p.fund_arrears * part)
    assert (fund.trust(county)[1:] == 1.0).all()
    loans["overdue_months"][here] = 2
    assert fund.within_trust(county, rows, wanted, 6000.0).tolist() == [3000.0, 5000.0]
    loans["overdue_months"][here] = 0
    county.loans.till[0, model.policies[0].lender, WRITTEN_OFF] = 1e6  # type: ignore[attr-defined]
    fund.month_end(county, 12)
    assert fund.trust(county)[0] == 0.0 < fund.trust(county)[1], "what is lost is not forgotten"
    assert fund.within_trust(county, rows, wanted, 6000.0).tolist() == [0.0, 5000.0]


def test_without_its_mechanisms_a_fund_is_a_lender_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = load_plan(WITHOUT).world.place
    off = run(tmp_path, 24, **{name.removeprefix("credit."): value for name, value in place.items()})
    monkeypatch.setattr(microcredit, "FUND", "no channel")
    plain = run(tmp_path, 24)
    assert plain.policies[0].fund is None and differing(off, plain) == []  # type: ignore[attr-defined]
    assert off.policies[0].book.principal_yuan == plain.policies[0].book.principal_yuan > 0.0


def test_under_pressure_borrowers_eat_less_before_they_fall_late(tmp_path: Path) -> None:
    def late(channel: str, pressed: float) -> int:
        unsure = {"credit.fund_pressed": pressed, "livelihood.kept_before_repaying": 1.0}
        lender = {**FUND, "channel": channel, "lump_sum": False, "term_months": 24}
        model = VillageModel(plan_of(tmp_path, [lender], villages=6, uncertainties=unsure), rng=3)
        for month in model.months():
            if month == 4:
                h = model.households
                h["cash_yuan"], h["livestock_head"], h["informal_yuan"] = 150.0 * h["persons"], 0.0, 1e6
            elif month == 5:
                break
        return int((model.county.loans.overdue(model.policies[0].lender) > 0).sum())  # type: ignore[attr-defined]

    assert late("village_fund", 1.0) < late("village_fund", 0.0)
    assert late("microlender", 1.0) == late("microlender", 0.0)
