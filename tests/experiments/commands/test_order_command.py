"""`village run --order`: the order as text and as data, without a scenario and without a run."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from experiments.bench.steps import StepTimes
from experiments.cli import app


def village(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_it_needs_no_scenario_and_reads_from_top_to_bottom() -> None:
    shown = village("run", "--order", "--no-time")
    places = [shown.index(text) for text in ("A day", "A month's end", "A household's month", "repay  sim/economy")]
    assert places == sorted(places)
    assert "may write: household: burden_year_yuan, cash_yuan, dibao, ill_months, leavers, medical_month_yuan" in shown
    assert "visits visits  sim/policies/visits.py" in shown and " ns" not in shown


def test_headings_in_chinese() -> None:
    shown = village("run", "--order", "--no-time", "--language", "zh")
    assert "一户的一个月" in shown and "可写入" in shown


def test_policies_stand_in_the_order_in_which_they_act() -> None:
    found = json.loads(village("run", "mix", "--order", "--no-time", "--json"))
    acting = [(policy["kind"], policy["label"]) for policy in found["policies"]]
    assert len(acting) > 2 and acting == sorted(acting)
    assert "measured" not in found and found["household_month"][0]["name"] == "turn_fortune"


def test_times_stand_beside_their_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(*_: Any) -> StepTimes:
        within = "VillageModel._close_month"
        return StepTimes(300, 12, {(within, "learn_from_contacts"): 1234.5}, {("household_month", "farm"): 0.25})

    monkeypatch.setattr("experiments.bench.steps.measure_steps", measured)
    monkeypatch.setattr("experiments.runs.progress.compile_first", lambda say: None)
    shown = village("run", "--order", "--quiet")
    assert "learn_from_contacts  sim/economy/learning.py  1,234.5 ns" in shown
    assert "farm  sim/economy/crops.py  25.0%" in shown
    assert "300 households over 12 months" in shown and "measured in Python" in shown


def test_without_order_a_scenario_is_needed() -> None:
    result = CliRunner().invoke(app, ["run"])
    assert result.exit_code == 2 and "scenario file" in result.output
