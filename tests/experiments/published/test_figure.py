"""A figure's verdict: one answer for a row of evidence, a trial's outcome and a target of a calibration."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from experiments.calibrate.spec import load_spec
from experiments.published import Figure, Rule
from experiments.trials.file import TrialOutcome
from experiments.trials.published import figure_of


def figure(**said: Any) -> Figure:
    return Figure(**{"id": "one", "label_en": "One", "label_zh": "一", **said})


@pytest.mark.parametrize(
    ("rule", "kind", "inside", "outside"),
    [
        (Rule(low=8.0, high=12.0), "range", 12.0, 12.1),
        (Rule(low=8.0), "range", 1e9, 7.9),
        (Rule(tolerance=2.0), "tolerance", 8.0, 7.9),
        (Rule(relative=0.1), "relative", 10.9, 11.1),
    ],
)
def test_each_kind_of_rule_decides(rule: Rule, kind: str, inside: float, outside: float) -> None:
    held = figure(value=10.0, rule=rule)
    assert rule.kind == kind
    assert (held.verdict(inside), held.verdict(outside)) == ("within", "outside")


def test_a_sign_asks_for_its_share_of_means_and_not_for_the_mean() -> None:
    null = figure(rule=Rule(no_effect=1.0))
    assert null.limits == (-1.0, 1.0) and null.rule is not None and null.rule.kind == "no_effect"
    assert null.verdict(0.1, interval=(-0.9, 1.0)) == "within"
    assert null.verdict(0.1, interval=(-1.1, 0.9)) == null.verdict(0.1) == "outside"
    held = figure(rule=Rule(sign="negative"))
    assert (held.verdict(5.0, share=0.95), held.verdict(-5.0, share=0.94)) == ("within", "outside")
    assert figure(rule=Rule(sign="negative", share=0.8)).verdict(-5.0, share=0.81) == "within"


def test_the_control_group_counts_where_there_is_one() -> None:
    held = figure(rule=Rule(low=0.0, control_low=0.1, control_high=0.2))
    assert [held.verdict(1.0, control=level) for level in (0.15, 0.3, math.nan, None)] == [
        "within", "outside", "outside", "within",
    ]  # fmt: skip


def test_a_range_without_a_rule_must_contain_the_mean() -> None:
    held = figure(range=(1.0, 3.0))
    assert (held.verdict(3.0), held.verdict(3.1), held.middle) == ("within", "outside", 2.0)


@pytest.mark.parametrize(
    ("said", "mean", "verdict"),
    [
        ({"role": "input"}, 1.0, "input"),
        ({"role": "claim"}, 1.0, "claim"),
        ({"role": "context"}, 1.0, "context"),
        ({"not_modelled": "no such thing"}, 1.0, "not_modelled"),
        ({}, math.nan, "not_run"),
        ({"rule": None}, 1.0, "context"),
    ],
)
def test_no_rule_is_applied_to_what_is_not_judged(said: dict[str, Any], mean: float, verdict: str) -> None:
    assert figure(**{"value": 9.0, "rule": Rule(tolerance=1.0), **said}).verdict(mean) == verdict


def test_how_far_off_is_counted_in_half_widths_of_what_passes() -> None:
    assert figure(value=10.0, rule=Rule(tolerance=2.0)).off(13.0) == 1.5
    assert figure(rule=Rule(low=0.0, high=4.0)).off(1.0) == -0.5
    assert figure(range=(0.0, 4.0)).off(np.array([2.0, 6.0])).tolist() == [0.0, 2.0]


def test_a_distance_needs_a_figure_to_count_from() -> None:
    with pytest.raises(ValueError, match="a distance counts from a value"):
        figure(rule=Rule(relative=0.1))
    with pytest.raises(ValueError, match="published estimate"):
        TrialOutcome.model_validate({"name": "x", "measure": "y", "pass": {"tolerance": 1.0}})


def test_a_trial_s_own_figure_may_be_judged_by_distance() -> None:
    stated = {"name": "x", "measure": "y", "published": {"estimate": 0.2, "se": 0.05}, "pass": {"tolerance": 0.1}}
    held = figure_of(TrialOutcome.model_validate(stated))
    assert (held.verdict(0.29), held.verdict(0.31)) == ("within", "outside")
    assert held.monte_carlo_tolerance == pytest.approx(0.01)


def test_the_monte_carlo_error_allowed_follows_the_published_one_or_what_passes() -> None:
    assert figure(rule=Rule(low=0.0, high=0.196)).monte_carlo_tolerance == pytest.approx(0.01)
    assert figure(rule=Rule(low=0.0)).monte_carlo_tolerance is None
    assert figure(rule=Rule(sign="positive")).monte_carlo_tolerance is None


def test_every_target_of_the_shipped_calibration_passes_one_tolerance_on_either_side() -> None:
    for target in load_spec().targets:
        held = target.published
        assert held.off(target.value + target.tolerance) == pytest.approx(1.0)
        assert held.verdict(target.value - 0.99 * target.tolerance) == "within"
        assert held.verdict(target.value + 1.01 * target.tolerance) == "outside"
