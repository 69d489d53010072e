"""Dates and conditions in words, for whoever checks a scenario or reads a report."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest

from experiments.measure.own import Own
from experiments.pages.schedule import Schedule
from experiments.pages.words import terms
from sim.core.errors import UserError
from sim.facts.topics import TOPICS
from sim.policies import registry
from sim.policies.settings import Lever
from sim.recording.panel import GROUPS, MEASURES
from sim.scenario import Plan

PURSE: dict[str, Any] = {"id": "aid", "title_en": "Aid", "title_zh": "补助", "amount_yuan": 4e6, "uses": ["cash"]}
CREDIT: dict[str, Any] = {"kind": "microcredit", "channel": "women"}
TALK: dict[str, Any] = {"kind": "publicity", "subjects": ["credit", "orchard"]}


def said(language: str, when: dict[str, Any] | None = None, horizon: int = 24, **more: Any) -> list[str]:
    cash = {"kind": "cash", "months": 2, **({"start_when": when} if when else {})}
    plan = Plan.build(
        title={"en": "t", "zh": "题"}, era="2012", horizon_months=horizon,
        world={"profile": "five_villages", "villages": 2}, campaign={"start": dt.date(2012, 12, 24), "days": 100},
        **{"policies": [CREDIT, cash], "purses": [PURSE], **more},
    )  # fmt: skip
    return Schedule(plan.resolved(), language).said()


def test_everything_a_condition_may_name_has_a_name() -> None:
    assert set(MEASURES) <= set(terms("indicator")) and set(GROUPS) <= set(terms("group"))


def test_a_plan_without_dates_and_conditions_says_nothing() -> None:
    assert said("en") == said("zh") == []


def test_changes_are_said_by_date_with_what_was_before() -> None:
    changes = [
        {"date": dt.date(2013, 6, 1), "policies.microcredit.capture": 0.5, "purses.aid.amount_yuan": 5e6},
        {"date": dt.date(2013, 9, 1), "policies.microcredit.capture": 0.75, "policies.microcredit.rate": 0.01},
    ]
    english, chinese = (said(language, changes=changes) for language in ("en", "zh"))
    assert "on 1 September 2013 “Places that go by connections” of 'microcredit' changes from 50% to 75%" in english
    assert "on 1 June 2013 the purse “Aid” is raised from 4,000,000 yuan to 5,000,000 yuan" in english
    assert "on 1 September 2013 “Interest a year” of 'microcredit' becomes 1%" in english
    assert "2013年9月1日起，“microcredit”的“凭关系占用的名额比例”由50%改为75%" in chinese
    assert "2013年9月1日起，“microcredit”的“年利率”定为1%" in chinese
    assert "2013年6月1日起，资金“补助”由4,000,000元增至5,000,000元" in chinese
    assert len(english) == len(chinese) == 4


@pytest.mark.parametrize(
    ("policy", "setting", "value", "english", "chinese"),
    [
        (CREDIT, "priority", "anyone", "from registered poor households to anyone", "由建档立卡贫困户改为不分先后"),
        (CREDIT, "quota_yuan", 2e6, "becomes 2,000,000 yuan", "定为2,000,000元"),
        (CREDIT, "guarantee", True, "“A guarantee instead of collateral” of 'microcredit' becomes yes", "定为是"),
        (TALK, "subjects", ["credit"], "from small loans and orchard to small loans", "由小额信贷、果园改为小额信贷"),
    ],
)
def test_values_are_said_in_words_and_units(
    policy: dict[str, Any], setting: str, value: Any, english: str, chinese: str
) -> None:
    change = {"date": dt.date(2013, 6, 1), f"policies.{policy['kind']}.{setting}": value}
    for language, words in (("en", english), ("zh", chinese)):
        (one,) = said(language, policies=[policy], changes=[change])
        assert one.endswith(words) and f"“{setting}”" not in one


def test_every_setting_that_may_change_has_its_names_and_so_has_every_choice() -> None:
    for kind, policy in registry().items():
        assert {type(lever) for lever in policy.may_change.values()} <= {Lever}
        for name, lever in policy.may_change.items():
            field = policy.Settings.model_fields[name]
            choices = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
            assert lever.zh != lever.en and set(choices) <= set(terms("choice")), f"{kind}.{name}"
            assert lever.unit == "count" or field.annotation in (float, float | None), f"{kind}.{name}"
    assert set(TOPICS) <= set(terms("choice"))


def test_settings_of_a_policy_of_ones_own_are_called_as_it_says(tmp_path: Path) -> None:
    file = tmp_path / "gifts.py"
    code = (
        "from pydantic import Field\nfrom sim import Policy, PolicySettings\n"
        "class GiftSettings(PolicySettings):\n    taken: float = Field(default=0.5, ge=0, le=1)\n"
        "class Gifts(Policy):\n    kind, Settings, counts = 'gifts', GiftSettings, {}\n    may_change = "
    )
    file.write_text(code + '{"taken": ("Gifts taken", "受赠比例", "share")}\n', encoding="utf-8")
    asked: dict[str, Any] = {
        "extends": "baseline",
        "policies": [{"kind": "gifts:Gifts"}],
        "changes": [{"date": dt.date(2013, 6, 1), "policies.gifts.taken": 0.75}],
        "code": [file],
    }
    plan = Plan.build(**asked)
    levers = Own.read(Own.of([plan]).manifest()).levers
    english, chinese = (Schedule(plan.resolved(), language, own=levers).said() for language in ("en", "zh"))
    assert english == ["on 1 June 2013 “Gifts taken” of 'gifts' changes from 50% to 75%"]
    assert chinese == ["2013年6月1日起，“gifts”的“受赠比例”由50%改为75%"]
    for wrong in ('("taken",)', '{"taken": "taken"}', '{"taken": ("Gifts taken",)}'):
        file.write_text(code + wrong)
        with pytest.raises(UserError, match=r"gifts.py.*may_change.*setting -> "):
            Plan.build(**asked)


@pytest.mark.parametrize(
    ("when", "english", "chinese"),
    [
        (
            {"measure": "headcount", "of": "registered", "above": 0.3, "not_before": dt.date(2013, 6, 1)},
            "first found that “Poverty headcount” (registered poor households) is above 30%; that is looked at as each "
            "month ends from 1 June 2013 on. It is a figure of the last closed year, which changes on 30 November 2013",
            "“贫困发生率”（建档立卡贫困户）高于30%；2013年6月1日起每月末核对一次，满足后次日启动。该指标按上一完整年度计算，"
            "只在2013年11月30日更新",
        ),
        (
            {"measure": "cash_yuan", "below": 1500.0, "not_before": 1},
            "“Cash per head” (everyone) is below 1,500 yuan; that is looked at as the run opens and as each month ends",
            "“人均现金”（全体）低于1,500元；模拟开始时和每月末核对一次，满足后次日启动",
        ),
    ],
)
def test_a_condition_is_said_with_when_it_is_looked_at(when: dict[str, Any], english: str, chinese: str) -> None:
    (one,), (other,) = said("en", when), said("zh", when)
    assert one.startswith("'cash' starts on the day after") and one.endswith(english)
    assert other == f"“cash”的启动条件：{chinese}"


def test_a_figure_of_the_year_that_no_longer_moves_is_said_to_stand() -> None:
    late = {"measure": "headcount", "above": 0.3, "not_before": dt.date(2013, 12, 5)}
    for (one,) in (said("en", {"measure": "headcount", "above": 0.3}, horizon=12), said("en", late)):
        assert one.endswith("which does not change in that time")


def test_one_run_says_when_it_started_or_that_it_did_not() -> None:
    policy = {"kind": "cash", "start_when": {"measure": "gini", "above": 0.4}}
    schedule = Schedule({"policies": [policy], "campaign": {"start": dt.date(2012, 12, 24)}}, "en")
    assert schedule.run("cash", 99) == "'cash' started on 1 April 2013, campaign day 99"
    waits = "'cash' did not start: it was never found that “Gini coefficient” (everyone) is above 0.4"
    assert schedule.run("cash", None) == waits
