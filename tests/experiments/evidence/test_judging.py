"""Verdicts and counts: known numbers, known answers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from experiments.evidence.judge import count, judge
from experiments.evidence.words import Words, as_json
from experiments.measure.statistics import sign_share
from experiments.published import Published, Rule


def _target(**changes: Any) -> Published:
    said: dict[str, Any] = {
        "id": "one", "label_en": "One", "label_zh": "一", "role": "check", "group": "moving", "value": 10.0,
        "unit": "yuan", "measure": "m", "rule": Rule(tolerance=2.0), "why": "so",
    }  # fmt: skip
    return Published(**{**said, **changes})


def test_the_mean_decides_and_the_interval_says_how_firmly() -> None:
    sure = judge(_target(), [10.9, 11.0, 11.1])
    assert (sure.verdict, sure.firm, sure.seeds) == ("within", True, 3) and sure.mean == pytest.approx(11.0)
    assert judge(_target(), [9.0, 13.0, 11.5]).firm is False
    out = judge(_target(), [13.0, 13.1, 13.2])
    assert (out.verdict, out.firm) == ("outside", True)
    found = out.standardised()
    assert found is not None and found[0] == pytest.approx(1.55)


def test_seeds_without_a_value_are_left_out() -> None:
    assert judge(_target(), [math.nan, 10.0, 10.2]).seeds == 2
    assert judge(_target(), [math.nan]).verdict == judge(_target(), []).verdict == "not_run"


def test_a_sign_is_judged_by_bootstrap_means() -> None:
    rule = Rule(sign="positive", share=0.95)
    weak = np.array([1.0, -0.9] * 20)
    assert judge(_target(value=None, rule=rule), [0.5, 0.4, 0.6, 0.5]).verdict == "within"
    line = judge(_target(value=None, rule=rule), weak)
    assert line.verdict == "outside" and 0.3 < line.sign_share < 0.9
    assert sign_share(-weak, False) == pytest.approx(sign_share(weak, True))


def test_inputs_claims_and_context_are_not_judged() -> None:
    inputs = judge(_target(role="input", measure="", parameter="labour.migrant_wage_yuan"), [])
    assert (inputs.verdict, inputs.mean) == ("input", 2290.0)
    assert judge(_target(role="claim"), [99.0]).verdict == "claim"
    assert judge(_target(role="context"), [99.0]).verdict == "context"
    assert judge(_target(not_modelled="no such thing"), []).verdict == "not_modelled"
    assert judge(_target(role="claim", not_modelled="no such thing"), []).verdict == "claim"


def test_checks_and_used_rows_are_counted_apart() -> None:
    lines = [
        judge(_target(), [10.0]),
        judge(_target(), [20.0]),
        judge(_target(role="fitted", turned="x"), [10.0]),
        judge(_target(role="set"), [10.0]),
        judge(_target(role="informed", turned="y"), [10.0]),
        judge(_target(role="informed", turned="y"), [20.0]),
        judge(_target(role="informed", turned="y"), [30.0]),
        judge(_target(role="claim"), [10.0]),
        judge(_target(role="input", measure="", parameter="labour.migrant_wage_yuan"), []),
        judge(_target(not_modelled="no"), []),
        judge(_target(), []),
    ]
    found = count(lines)
    assert (found.checks, found.checks_within, found.used, found.used_within) == (2, 1, 2, 2)
    assert (found.informed, found.informed_within) == (3, 1)
    assert (found.inputs, found.claims, found.not_modelled, found.not_run) == (1, 1, 1, 1)
    told = "Of 2 blind checks 1 are within; of 3 rows seen while the model was changed 1; of 2 fitted or set rows 2; "
    assert told in Words("en").summary(found)
    assert "未参照检验2项，符合1项；改进模型时已参照3项，符合1项；设定或拟合2项，符合2项" in Words("zh").summary(found)
    plain = as_json(lines, found)
    assert plain["counts"]["checks"] == 2 and plain["lines"][10]["mean"] is None


@pytest.mark.parametrize(
    ("value", "unit", "english", "chinese"),
    [
        (0.276, "share", "27.6%", "27.6%"),
        (4344.32, "yuan", "4,344.32 yuan", "4,344.32元"),
        (10.5e9, "yuan", "10,500 million yuan", "1,050,000万元"),
        (-0.2, "share/year", "−20% a year", "−20%/年"),
        (2290, "yuan/month", "2,290 yuan a month", "2,290元/月"),
        (0.036, "sd", "0.036 sd", "0.036个标准差"),
    ],
)
def test_figures_are_written_in_both_languages(value: float, unit: str, english: str, chinese: str) -> None:
    target = _target(value=value, unit=unit)
    assert (Words("en").published(target), Words("zh").published(target)) == (english, chinese)


def test_a_model_number_shows_no_more_digits_than_are_known() -> None:
    line = judge(_target(value=0.3, unit="share", rule=Rule(tolerance=0.1)), [0.28, 0.30, 0.33, 0.29])
    assert Words("en").model(line).replace("\u00a0", " ") in ("30 ± 3%", "30.0 ± 3.4%")
