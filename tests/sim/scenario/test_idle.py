"""Measures that can never act are named, with the reason; all others are not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from sim.running import run
from sim.scenario import SCENARIOS, Plan, load_plan, shipped_scenarios
from sim.scenario.idle import never_act

CASH: dict[str, Any] = {"kind": "cash", "months": 1, "purses": ["aid"]}
PURSE: dict[str, Any] = {"id": "aid", "title_en": "Aid", "title_zh": "补助", "amount_yuan": 5e6, "uses": ["cash"]}
HOLDS: dict[str, Any] = {"measure": "headcount", "above": 0.0}


def plan(policy: dict[str, Any], purse: dict[str, Any] | None = None, **more: Any) -> Plan:
    return Plan.build(
        title={"en": "t", "zh": "题"}, era="2012", horizon_months=12, world={"profile": "five_villages", "villages": 2},
        campaign={"start": load_plan("baseline").campaign.start, "days": 100}, policies=[policy],
        **({"purses": [purse]} if purse else {}), **more,
    )  # fmt: skip


CASES: list[tuple[dict[str, Any], dict[str, Any] | None, str]] = [
    ({**CASH, "start_day": 500, "end_day": 600}, PURSE, "after the run's last"),
    ({"kind": "industry", "line": "livestock", "start_day": 150}, None, "no day to act on"),
    ({**CASH, "village_share": 0.0}, PURSE, "no village has it"),
    ({"kind": "publicity", "meetings": 0}, None, "nothing to give (meetings = 0)"),
    ({"kind": "visits", "visits_per_household": 0}, None, "nothing to give"),
    ({"kind": "infrastructure"}, {**PURSE, "uses": ["infrastructure"]}, "nothing to give (none of road, water"),
    ({"kind": "fee_waiver"}, None, "no purse may pay for 'fee_waiver'"),
    (CASH, {**PURSE, "amount_yuan": 0}, "holds nothing (Aid)"),
    ({**CASH, "start_when": {"measure": "headcount", "above": 1.0}}, PURSE, "above 1, which it can never be"),
    ({**CASH, "start_when": {"measure": "drive", "below": 0}}, PURSE, "below 0, which it can never be"),
    ({**CASH, "start_when": {**HOLDS, "not_before": dt.date(2014, 3, 1)}}, PURSE, "could start on 2014-04-01 at the"),
    # The last month's end comes too late: what is met then would start on the day after the run.
    ({**CASH, "start_when": {**HOLDS, "not_before": dt.date(2013, 11, 2)}}, PURSE, "could start on 2013-12-01 at the"),
    ({**CASH, "start_day": 100, "start_when": {**HOLDS, "not_before": 230}}, PURSE, "after the run's last"),
    (CASH, {**PURSE, "release": 40}, "released on 2013-02-01, after its last day"),
]


@pytest.mark.parametrize(("policy", "purse", "why"), CASES)
def test_a_measure_that_can_never_act_is_named(policy: dict[str, Any], purse: dict[str, Any] | None, why: str) -> None:
    made = plan(policy, purse)
    (found,) = never_act(made)
    assert found.policy == policy["kind"] and why in found.en and any("\u4e00" <= c <= "\u9fff" for c in found.zh)


@pytest.mark.parametrize(
    "policy",
    [
        CASH, {**CASH, "effects": False}, {"kind": "visits"}, {**CASH, "start_day": 90, "end_day": 91},
        {**CASH, "start_when": {**HOLDS, "not_before": dt.date(2013, 10, 31)}},
    ],
)  # fmt: skip
def test_a_measure_that_acts_is_not_named(policy: dict[str, Any]) -> None:
    made = plan(policy, PURSE if policy["kind"] == "cash" else None)
    assert not never_act(made)
    assert run(made, seed=1).value("cost", "households_served", group=policy["kind"]) > 0  # and it does act


@pytest.mark.parametrize("name", [*shipped_scenarios(), *sorted((SCENARIOS / "more").glob("*.toml"))], ids=str)
def test_every_measure_that_ships_can_act(name: str | Path) -> None:
    assert never_act(load_plan(name)) == []


def test_what_begins_with_nothing_and_changes_at_a_date_may_act() -> None:
    empty = {**PURSE, "amount_yuan": 0.0}
    assert never_act(plan(CASH, empty))
    later = {"date": load_plan("baseline").campaign.start + dt.timedelta(days=20), "purses.aid.amount_yuan": 6e6}
    assert never_act(plan(CASH, empty, changes=[later])) == []


def test_what_starts_after_the_run_is_named_whatever_changes() -> None:
    late = {**CASH, "start_when": {**HOLDS, "not_before": dt.date(2014, 3, 1)}}
    more = {"date": load_plan("baseline").campaign.start + dt.timedelta(days=20), "purses.aid.amount_yuan": 6e6}
    assert [one.policy for one in never_act(plan(late, PURSE, changes=[more]))] == ["cash"]


def test_a_policy_of_ones_own_goes_by_its_kind_in_the_uses_of_purses(tmp_path: Path) -> None:
    code = "from sim import Policy\nclass Gifts(Policy):\n    kind, counts = 'gifts', {'given': ('Given', '发放')}\n"
    (tmp_path / "gifts.py").write_text(code, encoding="utf-8")
    given: Any = {"policy": {"kind": "gifts:Gifts"}, "code": [tmp_path / "gifts.py"]}
    assert never_act(plan(**given, purse={**PURSE, "uses": ["gifts"]})) == []
    (found,) = never_act(plan(**given, purse=PURSE))
    assert found.en == "no purse may pay for 'gifts'"
