"""Chances, parts and constraints of made-up runs, and what a report makes of them."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.campaign.actual import Report
from experiments.campaign.outcomes import Levels, first_review, goals_found
from experiments.campaign.progress import progress
from experiments.campaign.progress_page import ProgressShown
from experiments.campaign.results import Results
from experiments.measure.statistics import wilson
from sim.scenario.goals import Goal
from tests.experiments.campaign.made import carried, curves, results


def test_the_chance_is_a_share_of_runs_with_wilsons_interval() -> None:
    found = results(plan=curves([2.5, 2.1, 1.9, 1.0]))  # 125, 105, 95 and 50 of 100 by day 50
    chance = found.chance("courses")
    assert (chance.value, chance.low, chance.high) == (0.5, wilson(2, 4).low, wilson(2, 4).high)
    assert found.due("courses") == 50 and list(found.done("courses", "all", 50)) == [125.0, 105.0, 95.0, 50.0]
    finished = found.finished("courses")
    assert list(finished[:3]) == [42.0, 49.0, 56.0] and finished[3] == 100.0


def test_a_place_has_its_part_of_the_amount() -> None:
    found = results(plan=curves([2.0, 1.0]))
    assert [found.amount("courses", place) for place in ("all", "town_0", "unit_1")] == [100.0, 100.0, 25.0]
    assert found.chance("courses", "unit_1").value == found.chance("courses").value == 0.5
    assert [place.level for place in found.places] == ["county", "township", "unit"]
    assert found.places[2].zh == "第1联村单位（果业部门）"


def test_a_plan_is_even_over_the_working_days_to_the_deadline() -> None:
    found = results(plan=curves([2.0]))
    shares = [found.planned("courses", week) for week in found.weeks]
    assert shares[0] == pytest.approx(6 / 37) and shares[7] == shares[-1] == 1.0, "37 working days to the festival"
    assert shares[6] == 1.0 and np.diff(shares).min() >= 0.0


def bound(found: Results, **shares: float) -> Results:
    for kind, share in shares.items():
        found.curves["plan"].bound[f"training/{kind}"] = np.full((len(found.seeds), 15), share)
    return found


def test_what_binds_is_what_late_runs_lacked() -> None:
    assert results(plan=curves([2.5])).binds("courses") == {}, "nothing where all are in time"
    assert results(plan=curves([1.5])).binds("courses") == {"calendar": 1.0}, "the rest came later"
    short = results(plan=curves([1.5], most=80.0))
    assert bound(short, demand=0.4, cadre_days=0.1).binds("courses") == {"applicants": 1.0}
    assert bound(results(plan=curves([1.5], most=80.0)), purse=0.3, quota=0.3, demand=0.5).binds("courses") == {
        "money": 1.0
    }
    poor = results(plan=curves([1.5, 2.5], most=80.0))
    poor.curves["plan"].means["training/trained"] = np.array([80.0, 120.0])
    assert poor.binds("courses") == {"calendar": 0.5, "money": 0.5}
    town = results(plan=curves([1.5], most=80.0))
    town.curves["plan"].sizes["town_0"] |= {"days_asked": 10.0, "days_used": 5.0}
    assert town.binds("courses", "town_0") == {"cadre_days": 1.0}


def test_a_report_changes_the_chance_from_its_day_on() -> None:
    runs = carried({"plan": 0.0}, plan=curves([2.5, 2.1]))
    (same,) = progress(runs, [Report("courses", "all", 28, 2.5 * 28, 2)])
    assert same.before.value == 1.0 and same.now.value == 1.0 and same.behind_days < 0.0
    (late,) = progress(runs, [Report("courses", "all", 28, 20.0, 2)])
    # 13 working days are left to the festival. The runs had done 20 by days 8 and 9.5, after 7 and 8 working days; with
    # 13 more they are at the end of days 23 and 24: 23 * 2.5 and 24 * 2.1.
    assert late.now.value == 0.0 and late.before.value == 1.0
    assert late.expected.value == pytest.approx((23 * 2.5 + 24 * 2.1) / 2)
    assert late.behind_days == pytest.approx(37 * (late.planned - 20.0) / 100.0)
    assert np.isnan(late.weeks[:3]).all() and late.weeks[3] == 20.0, "nothing is known of the weeks before"
    assert late.weeks[-1] == 100.0, "with time enough it is done"
    (done,) = progress(runs, [Report("courses", "all", 28, 100.0, 2)])
    assert done.now.value == 1.0 and done.helps == ()


def test_a_report_past_the_deadline_is_all_that_was_done() -> None:
    (found,) = progress(carried({"plan": 0.0}, plan=curves([2.5])), [Report("courses", "all", 60, 90.0, 2)])
    assert found.now.value == 0.0 and found.expected.value == 90.0


def test_of_two_reports_the_later_is_gone_on_from_and_townships_sum_to_the_county() -> None:
    runs = carried({"plan": 0.0}, plan=curves([2.5, 2.1]))
    found = progress(runs, [Report("courses", "town_0", 35, 70.0, 3), Report("courses", "town_0", 28, 10.0, 2)])
    assert [(one.place, one.reported) for one in found] == [("all", 70.0), ("town_0", 70.0)]
    assert found[0].now == found[1].now and found[0].expected == found[1].expected


def test_what_catches_up_is_in_proportion_to_what_is_missing() -> None:
    slow, helped = curves([1.5, 1.4]), curves([3.0, 2.8])
    runs = carried({"plan": 0.0, "cadres": 10.0, "money": 1e6}, plan=slow, cadres=helped, money=slow)
    (found,) = progress(runs, [Report("courses", "all", 14, 10.0, 2)])
    (help_,) = found.helps  # money adds nothing
    missing, gain = 100.0 - found.expected.value, help_.gain.value
    assert help_.what_if == "cadres" and help_.size == np.ceil(10.0 * missing / gain)
    support = runs.results.profile.support
    days = help_.size * support.field_days_per_month * 36 / 30.4  # days 15 to 50
    assert help_.cost_yuan == pytest.approx(days * support.day_cost_yuan)


@pytest.mark.parametrize("place", ["all", "town_0", "unit_1"])
def test_progress_is_drawn_whatever_place_reports(place: str) -> None:
    runs = carried({"plan": 0.0}, plan=curves([2.5, 2.1]))
    reports = [Report("courses", place, 28, 2.0, 2)]
    for language, title in (("en", "Courses"), ("zh", "培训")):
        page = ProgressShown(runs, reports, progress(runs, reports), language).page()
        assert title in page and "▼" in page


@pytest.mark.parametrize(("starts", "first"), [(12, 13), (9, 16), (1, 12), (11, 14)])
def test_the_first_review_is_that_of_a_december_a_year_or_more_on(starts: int, first: int) -> None:
    assert first_review(starts) == first
    assert first >= 12 and (starts - 1 + first - 1) % 12 + 1 == 12


def test_books_that_nobody_has_reviewed_yet_are_judged_by_nobody() -> None:
    title = {"en": "more", "zh": "增收"}
    goal = Goal.model_validate({"title": title, "indicator": "income_yuan", "change": 0.1, "month": 12})
    places = [(table, month) for table in ("panel", "books") for month in (0, 12)]
    levels = Levels({(*place, "all", "income_yuan"): np.full(3, 4000.0) for place in places}, np.zeros(3), {12: []})
    assert [found.by for found in goals_found({"more": goal}, levels, first_review=13)] == ["true"]
    assert [found.by for found in goals_found({"more": goal}, levels, first_review=12)] == ["true", "books"]
