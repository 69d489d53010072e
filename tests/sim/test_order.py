"""The order as data is the order of the source, and what runs change is what it says may be written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim.month
from sim.agents.cadre import Cadre
from sim.agents.household import Household
from sim.agents.unit import Unit
from sim.agents.village import Village
from sim.calendar.today import Today
from sim.core.records import Record
from sim.economy.learning import Seen
from sim.model import VillageModel
from sim.money.lending import Lender, Loan
from sim.order import Order, Source, Step
from tests.small_worlds import EVERY_POLICY, plan_of

ROOT = Path(__file__).parents[2]
MONTH = [
    "turn_fortune", "grow", "fall_ill", "pay_school", "decide_to_leave", "share_out_labour", "farm", "tend_orchard",
    "keep_livestock", "keep_greenhouse", "run_business", "settle_rent", "receive_transfers", "expect", "repay",
    "consume", "invest",
]  # fmt: skip
RECORDS: dict[str, type[Record]] = {
    "household": Household, "village": Village, "cadre": Cadre, "unit": Unit, "today": Today, "loan": Loan,
    "lender": Lender, "seen": Seen,
}  # fmt: skip


@pytest.fixture(scope="module")
def order() -> Order:
    return Order()


def texts() -> dict[str, str]:
    """The source of sim by module."""
    found = {}
    for path in sorted((ROOT / "sim").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text(encoding="utf-8")
    return found


def changed(module: str, old: str, new: str) -> Order:
    """The order of a source in which one text stands for another."""
    source = texts()
    assert source[module].count(old) == 1
    return Order(Source(source | {module: source[module].replace(old, new)}))


def names(steps: list[Step]) -> list[str]:
    return [step.name.rpartition(".")[2] for step in steps]


def test_the_month_is_that_of_the_source(order: Order) -> None:
    assert names(order.household_month()) == MONTH


def test_the_day_and_the_months_end_are_those_of_the_source(order: Order) -> None:
    own = ("VillageModel._turn_the_calendar", "VillageModel._change_settings")
    day = [step.name for step in order.day() if step.name not in own]
    assert day == [
        "CadreDays.turn_to", "write_month", "Market.open_year", "Events.open_month", "Market.open_month",
        "PurseBook.raise_to", "Accounts.pay", "Policy.settings_changed", "Events.day", "Watch.take",
        "Policy.count_days_from", "Policy.open", "Delivery.promise", "Policy.day", "Observer.week",
        "VillageModel._close_month", "Observer.campaign_end",
    ]  # fmt: skip
    assert [step.name for step in order.month_end()] == [
        "close_month", "let_land", "Policy.month_end", "review", "Accounts.post", "LoanBook.post",
        "Policy.books_closed", "look_around", "learn_from_contacts", "Observer.month_end", "close_year",
        "Observer.year_end", "Watch.month_end",
    ]  # fmt: skip
    assert names(order.cadre_day()) == [
        "field_day", "visit", "field_day", "need", "match", "visit", "bring", "visit",
    ]  # fmt: skip


def test_another_order_in_the_source_is_another_order() -> None:
    lines = "    consume(h, v, p, today, till, hardship)\n    invest(h, v, p, today, till)\n"
    turned = "    invest(h, v, p, today, till)\n    consume(h, v, p, today, till, hardship)\n"
    assert names(changed("sim.month", lines, turned).household_month()) == [*MONTH[:-2], "invest", "consume"]
    gone = changed("sim.month", "    pay_school(h, v, p, today, till)\n", "")
    assert "pay_school" not in names(gone.household_month())
    late = changed("sim.model", "        loans.post(county.accounts)\n", "")
    assert "LoanBook.post" not in [step.name for step in late.month_end()]


ASKS = {"fall_ill", "pay_school", "decide_to_leave", "share_out_labour", "repay", "consume", "invest"}


def test_a_write_in_a_rule_that_is_called_is_a_write_of_the_step(order: Order) -> None:
    old = "    return p.subsistence_share * today.line_yuan / 12.0 * h.persons\n"
    more = changed("sim.economy.needs", old, "    h.drive = 0.0\n" + old)
    for step, before in zip(more.household_month(), order.household_month(), strict=True):
        added = {what: set(these) - set(before.writes.get(what, ())) for what, these in step.writes.items()}
        # those that ask what the household must spend, or could put into its house
        asks = step.name in ASKS
        assert {what: some for what, some in added.items() if some} == ({"household": {"drive"}} if asks else {})


def test_reasons_of_payments_are_told_rule_by_rule(order: Order) -> None:
    writes = {step.name: step.writes for step in order.household_month()}
    assert writes["pay_school"]["till"] == ("informal loan", "school")
    assert writes["repay"]["till of loans"] == ("interest", "principal", "subsidy", "written off")


def test_policies_are_told_hook_by_hook(order: Order) -> None:
    hooks = {policy.kind: policy.hooks for policy in order.policies()}
    assert list(hooks["support_units"]) == ["open", "month_end"]  # it has no days
    assert hooks["training"]["day"]["household"] == (
        "cash_yuan", "farm_skill", "income_year", "knows", "leavers", "migrants", "work_skill",
    )  # fmt: skip  # money where its places are bent, and what is charged counts
    assert "loan" in hooks["microcredit"]["day"] and "loan" not in hooks["industry"]["day"]
    assert "deferred_cut_yuan" in hooks["cash"]["day"]["household"]


def test_no_step_writes_a_column_that_does_not_exist(order: Order) -> None:
    every = [*order.day(), *order.month_end(), *order.household_month(), *order.cadre_day()]
    for step in every:
        for what, columns in step.writes.items():
            if what in RECORDS:
                assert set(columns) <= set(RECORDS[what].COLUMNS), step.name
    order.policies()
    # Panels fill tables by name: those are no columns of ours.
    assert [text for text in order.unknown if not text.startswith("sim.recording.")] == []


def test_a_write_to_something_unknown_is_noticed() -> None:
    odd = changed("sim.month", "    pay_school(h, v, p, today, till)\n", "    found_somewhere().cash_yuan = 0.0\n")
    odd.month_end()
    assert any("found_somewhere().cash_yuan" in text for text in odd.unknown)


# ---- beside a run ----------------------------------------------------------------------------------------------------


def union(steps: list[Step]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for step in steps:
        for what, columns in step.writes.items():
            found.setdefault(what, set()).update(columns)
    return found


def state(model: VillageModel) -> dict[str, np.ndarray]:
    loans = model.county.loans
    rows = {"household": model.households, "village": model.villages, "cadre": model.cadres, "unit": model.units}
    rows |= {"today": model.today_rows, "seen": model.seen, "loan": loans.loans, "lender": loans.lenders}
    return {what: array.copy() for what, array in rows.items()}


def differences(before: Mapping[str, np.ndarray], after: Mapping[str, np.ndarray]) -> dict[str, set[str]]:
    found = {}
    for what, old in before.items():
        new = after[what][: len(old)]
        columns = {name for name in RECORDS[what].COLUMNS if not np.array_equal(old[name], new[name])}
        if len(after[what]) > len(old):
            columns |= {name for name in RECORDS[what].COLUMNS if after[what][name][len(old) :].any()}
        if columns:
            found[what] = columns
    return found


def test_what_days_change_is_declared(order: Order, tmp_path: Path) -> None:
    declared = union([*order.day(), *order.month_end()])
    model = VillageModel(plan_of(tmp_path, EVERY_POLICY, villages=4, months=14), rng=3)
    seen: dict[str, set[str]] = {}
    while model.running:
        before = state(model)
        model.step()
        for what, columns in differences(before, state(model)).items():
            assert columns <= declared[what], f"{model.today_date}: {what}: {columns - declared[what]}"
            seen.setdefault(what, set()).update(columns)
    # Enough happened for this to say something.
    assert (
        len(seen["household"]) >= 30 and {"road", "shown"} & seen["village"] and {"visits", "fatigue"} <= seen["cadre"]
    )
    assert "principal_yuan" in seen["loan"] and "money_yuan" in seen["unit"]


def test_what_each_rule_of_the_month_changes_is_declared(
    order: Order, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes = {step.name: step.writes for step in order.household_month()}
    changed_by: dict[str, dict[str, set[str]]] = {name: {} for name in writes}

    def watched(name: str, rule: Callable[..., Any]) -> Callable[..., Any]:
        def call(h: Any, v: Any, *rest: Any) -> Any:
            before = [
                (what, one._row.copy(), one) for what, one in (("household", h), ("village", v)) if hasattr(one, "_row")
            ]
            result = rule(h, v, *rest)
            for what, old, view in before:
                columns = {c for c in RECORDS[what].COLUMNS if not np.array_equal(old[c], view._row[c])}
                changed_by[name].setdefault(what, set()).update(columns)
            return result

        return call

    plan = plan_of(tmp_path, EVERY_POLICY, villages=2, months=12)
    model = VillageModel(plan, rng=3, engine="agents")  # first: the opening year is compiled
    for name in writes:
        if name != "household_month":
            monkeypatch.setattr(sim.month, name, watched(name, getattr(sim.month, name)))
    while model.day < model.clock.month_end_index(10):
        model.step()
    for name, found in changed_by.items():
        for what, columns in found.items():
            assert columns <= set(writes[name].get(what, ())), name
    assert "deferred_cut_yuan" in changed_by["consume"]["household"] and changed_by["farm"]["village"] == {"supply"}
