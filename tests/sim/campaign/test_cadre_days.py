"""Cadres' field days after the campaign: so many a month, which lapse, and none where there are none."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest

from sim.running import RunResult, run
from sim.scenario import Plan

AFTER = range(6, 10)
"""Months that begin after the campaign's last day, 2 April: May to August."""


def months(share: float, end_day: int = 300) -> RunResult:
    return run(
        Plan.build(
            title={"en": "Field days", "zh": "下乡天数"}, era="2012", horizon_months=12,
            world={"profile": "five_villages", "villages": 5}, campaign={"start": dt.date(2012, 12, 24), "days": 100},
            policies=[{"kind": "visits", "visits_per_household": 60.0, "end_day": end_day}],
            uncertainties={"policies.field_days_after": share},
        ),
        seed=3,
    )  # fmt: skip


def each_month(found: RunResult, name: str, group: str = "all") -> list[float]:
    so_far = [found.value("by_month", name, group, month) for month in range(AFTER[0] - 1, AFTER[-1] + 1)]
    return [late - early for early, late in pairwise(so_far)]


def test_each_month_after_the_campaign_has_its_share_of_days_and_no_more() -> None:
    half, whole = months(0.5), months(1.0)
    given = each_month(whole, "cadre_days_given")
    assert given[0] > 0 and given == pytest.approx([given[0]] * len(AFTER))
    assert each_month(half, "cadre_days_given") == pytest.approx([days / 2 for days in given])
    most = each_month(half, "cadre_days_given")
    used = each_month(half, "cadre_days_used")
    assert all(0 < days <= have * (1 + 1e-9) for days, have in zip(used, most, strict=True))
    assert sum(each_month(whole, "visited", "visits")) > sum(each_month(half, "visited", "visits")) > 0


def test_no_field_days_are_no_visits_and_a_campaign_alone_asks_for_none() -> None:
    none = months(0.0)
    assert each_month(none, "cadre_days_given") == each_month(none, "visited", "visits") == [0.0] * len(AFTER)
    assert each_month(months(1.0, end_day=100), "cadre_days_asked") == [0.0] * len(AFTER)


def test_days_that_visits_call_for_are_asked_for_though_nobody_has_them() -> None:
    found = months(0.25, end_day=100)
    asked, used = (found.value("by_month", f"cadre_days_{what}", "all", 12) for what in ("asked", "used"))
    assert found.value("by_month", "visited", "visits", 12) < 1000.0  # of 60 a household
    assert asked > 1.5 * used > 0
