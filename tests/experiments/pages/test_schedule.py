"""Dates and conditions in words, for whoever checks a scenario or reads a report."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from experiments.pages.schedule import Schedule
from experiments.pages.words import terms
from sim.recording.panel import GROUPS, MEASURES
from sim.scenario import Plan

PURSE: dict[str, Any] = {"id": "aid", "title_en": "Aid", "title_zh": "补助", "amount_yuan": 4e6, "uses": ["cash"]}
CREDIT: dict[str, Any] = {"kind": "microcredit", "channel": "women"}


def said(language: str, when: dict[str, Any] | None = None, horizon: int = 24, **more: Any) -> list[str]:
    cash = {"kind": "cash", "months": 2, **({"start_when": when} if when else {})}
    plan = Plan.build(
        title={"en": "t", "zh": "题"}, era="2012", horizon_months=horizon,
        world={"profile": "five_villages", "villages": 2}, campaign={"start": dt.date(2012, 12, 24), "days": 100},
        policies=[CREDIT, cash], purses=[PURSE], **more,
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
    assert "on 1 September 2013 `capture` of 'microcredit' changes from 0.5 to 0.75" in english
    assert "on 1 June 2013 the purse “Aid” is raised from 4,000,000 yuan to 5,000,000 yuan" in english
    assert "on 1 September 2013 `rate` of 'microcredit' becomes 0.01" in english
    assert "2013年9月1日起，“microcredit”的 capture 由0.5改为0.75" in chinese
    assert "2013年6月1日起，资金“补助”由4,000,000元增至5,000,000元" in chinese
    assert len(english) == len(chinese) == 4


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
