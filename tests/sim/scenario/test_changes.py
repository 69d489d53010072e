"""Settings that change at dates: read from files and from Python, checked, part of the plan."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from small_worlds import FIVE

from sim.core.errors import UserError
from sim.scenario import Plan, load_plan

BASE = (
    FIVE
    + """
[[policies]]
kind = "visits"

[[policies]]
kind = "microcredit"
label = "credit"
channel = "women"
rate = 0.08
"""
)
JUNE = dt.date(2013, 6, 1)


def plan_of(folder: Path, text: str, name: str = "mine") -> Plan:
    file = folder / f"{name}.toml"
    file.write_text(text, encoding="utf-8")
    return load_plan(file)


def changes(plan: Plan) -> list[tuple[dt.date, dict[str, Any]]]:
    return [(change.date, dict(change.settings)) for change in plan.changes]


def test_changes_are_part_of_the_plan(tmp_path: Path) -> None:
    """Quoted addresses or tables, by label or kind; sorted by date; values as the settings have them."""
    plan = plan_of(
        tmp_path,
        BASE
        + """
[[changes]]
date = 2013-06-01
"policies.microcredit.rate" = 0
policies.visits.substance = 2

[[changes]]
date = 2013-01-10
"purses.industry_funds.amount_yuan" = 900_000_000
""",
    )
    june = {"policies.credit.rate": 0.0, "policies.visits.substance": 2.0}
    assert changes(plan) == [(dt.date(2013, 1, 10), {"purses.industry_funds.amount_yuan": 9e8}), (JUNE, june)]
    again = plan_of(tmp_path, plan.resolved_toml(), "again")
    assert again.changes == plan.changes and again.digest() == plan.digest()
    without = plan_of(tmp_path, BASE, "without")
    assert without.digest() != plan.digest() and "changes" not in without.resolved()
    assert hash(plan) == hash(plan.model_copy())
    built = Plan.build(**plan.resolved())
    assert built.changes == plan.changes
    moved = without.with_settings(
        {
            "changes.2013-06-01.policy.credit.rate": 0,
            "changes.2013-06-01": {"policies.visits.substance": 2},
            "changes.2013-01-10.purses.industry_funds.amount_yuan": 9e8,
        }
    )
    assert moved.digest() == plan.digest()
    assert load_plan(tmp_path / "without.toml", ["changes.2013-06-01.policies.credit.rate=0.01"]).changes


def test_a_file_that_extends_lays_changes_over_and_drops_them_with_their_policy(tmp_path: Path) -> None:
    two = '"policies.credit.rate" = 0.01\npolicies.visits.substance = 2'
    plan_of(tmp_path, BASE + "[[changes]]\ndate = 2013-06-01\n" + two)
    head = 'extends = "mine.toml"\n'
    over = plan_of(tmp_path, head + '[[changes]]\ndate = 2013-06-01\n"policies.credit.rate" = 0.02', "over")
    assert changes(over) == [(JUNE, {"policies.credit.rate": 0.02, "policies.visits.substance": 2.0})]
    dropped = plan_of(tmp_path, head + 'drop = ["credit"]', "dropped")
    assert changes(dropped) == [(JUNE, {"policies.visits.substance": 2.0})]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ('"policies.credit.rate" = 4.5', r"mine.toml:19.*changes.policies.credit.rate: must be at most 4, found 4.5"),
        ('"policies.credit.rat" = 0.1', r"mine.toml:19.*unknown key 'rat'; allowed: rate, subsidy"),
        ('"policies.credit.lump_sum" = true', r"'lump_sum' of a policy of kind 'microcredit' cannot change.*rate"),
        ('"policies.credit.end_day" = 20', r"'end_day' .* cannot change"),
        ('"policies.loans.rate" = 0.1', r"there is no policy 'loans'.*credit"),
        ('"purses.fisc.amount_yuan" = 1', r"there is no purse 'fisc'"),
        ('"purses.industry_funds.uses" = ["cash"]', r"'uses' of a purse cannot change.*amount_yuan"),
        ('"purses.industry_funds.amount_yuan" = 1', r"money is not taken away"),
        ('"purses.industry_funds.amount_yuan" = "much"', r"must be a number"),
        ('"world.villages" = 3', r"'world.villages' cannot change during a run; allowed: settings of policies"),
        ('"horizon_months" = 3', r"cannot change during a run"),
        ('"uncertainties.labour.local_wage_yuan" = 30', r"cannot change.*a parameter is a fact of the world"),
        ('"policies.credit.label" = "x"', r"unknown key 'label'"),
        ("", r"mine.toml:17.*changes nothing"),
        ('"policies.credit.rate" = 0.1\n"policies.microcredit.rate" = 0.2', r"'policies.credit.rate' is set twice"),
    ],
)
def test_what_cannot_change_is_refused(tmp_path: Path, change: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        plan_of(tmp_path, BASE + f"\n[[changes]]\ndate = 2013-06-01\n{change}\n")


@pytest.mark.parametrize("date", ["2012-12-01", "2013-12-01", "1", '"June"', "2013-06-01T12:00:00"])
def test_a_change_has_a_day_of_the_run(tmp_path: Path, date: str) -> None:
    with pytest.raises(UserError, match=r"is no day on which it can change|must be a date such as 2013-06-01"):
        plan_of(tmp_path, BASE + f'\n[[changes]]\ndate = {date}\n"policies.credit.rate" = 0.1\n')
    with pytest.raises(UserError, match=r"must be a list of tables.*\[\[changes\]\]"):
        plan_of(tmp_path, "changes = 3\n" + BASE)


@pytest.mark.parametrize("address", ["changes", "changes.2013-06-01", "changes.June.policies.credit.rate"])
def test_settings_of_changes_name_a_date_and_an_address(tmp_path: Path, address: str) -> None:
    with pytest.raises(UserError, match=r"write changes.2013-06-01.policies.<label>.<setting>"):
        plan_of(tmp_path, BASE).with_settings({address: 0.1})
