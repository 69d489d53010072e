"""What has to be said with an answer: failed runs, unequal costs, twins in name, other assumptions."""

from __future__ import annotations

import json
from pathlib import Path

import fake_runs
import pytest

from experiments.compare.report.caveats import caveats
from experiments.compare.report.context import Context
from experiments.compare.report.data import Experiment
from experiments.compare.report.sections.answer import said_with_caveats
from experiments.compare.run import compare
from experiments.compare.summary import said_with
from sim.core.errors import UserError
from sim.core.frozen import FrozenDict
from sim.scenario import Plan


def done(results: Path, plans: list[Plan], **more: object) -> Path:
    settings = {"workers": 0, "progress": False, "program": "test", "command": "x", "run": fake_runs.RUN}
    return compare(plans, name="t", results=results, **{"replicates": 3, **settings, **more})  # type: ignore[arg-type]


def kinds(folder: Path) -> list[str]:
    return [one.kind for one in caveats(Context(Experiment(folder), "en"))]


def test_failed_runs_are_listed_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE", json.dumps({"fail": {"credit": [2]}}))
    said = said_with(done(tmp_path, fake_runs.four_plans()))
    assert [(one["scenario"], one["seed"]) for one in said["failed"]] == [("credit", 2)]
    (text,) = [one["en"] for one in said["caveats"] if one["kind"] == "failed_runs"]
    assert text.startswith("Failed runs of “Credit”: 1.") and text.endswith("pairs left: 2.")


def test_unequal_costs_are_said_with_the_answer(tmp_path: Path) -> None:
    folder = done(tmp_path, fake_runs.four_plans())  # 1,000 yuan for either part, 3,000 for the mix
    assert kinds(folder) == ["unequal_costs", "falls_by_itself"]
    one, _ = caveats(Context(Experiment(folder), "en"))
    assert "3.0 times the cheapest" in one.text and "“Mix” 3,000 yuan" in one.text


def test_scenarios_that_differ_in_names_alone_are_said_to_differ_by_chance(tmp_path: Path) -> None:
    base, credit = fake_runs.plan("baseline"), fake_runs.plan("credit", credit=200.0)
    twin = credit.model_copy(update={"id": "twin"})
    assert "differ_in_names_alone" in kinds(done(tmp_path, [base, credit, twin]))
    assert "differ_in_names_alone" not in kinds(done(tmp_path / "b", fake_runs.four_plans()))


def test_other_assumptions_come_first_with_every_value(tmp_path: Path) -> None:
    base, credit = fake_runs.plan("baseline"), fake_runs.plan("credit", credit=200.0)
    other = credit.model_copy(update={"uncertainties": FrozenDict({"policies.course_gain": 0.3})})
    with pytest.raises(UserError, match="differ in what they assume"):
        done(tmp_path, [base, other])
    folder = done(tmp_path, [base, other], assumptions_differ=True)
    for language, values in (("en", ("0.3", "in “Credit”")), ("zh", ("“方案credit”为0.3",))):
        first, _ = said_with_caveats(Context(Experiment(folder), language))
        assert all(value in first for value in values)


def test_runs_added_until_it_was_enough_are_said(tmp_path: Path) -> None:
    searched = done(tmp_path, fake_runs.four_plans(), replicates=None, precision=0.2)
    (one,) = [one for one in said_with(searched)["caveats"] if one["kind"] == "runs_added"]
    assert "93.5%" in one["en"] and "93.5%" in one["zh"]
    fixed = done(tmp_path / "b", fake_runs.four_plans(), replicates=9, precision=0.2)
    assert "runs_added" not in kinds(fixed)


def test_years_that_no_series_has_observed_are_said(tmp_path: Path) -> None:
    def until(months: int) -> Path:
        plans = [plan.model_copy(update={"horizon_months": months}) for plan in fake_runs.four_plans()]
        return done(tmp_path / str(months), plans)

    within, beyond = until(36), until(144)
    assert "beyond_observed" not in kinds(within)
    (one,) = [one for one in said_with(beyond)["caveats"] if one["kind"] == "beyond_observed"]
    assert "2024" in one["en"] and "2024" in one["zh"] and "forecast" in one["en"]


def test_how_much_poverty_falls_by_itself_is_said_with_every_answer(tmp_path: Path) -> None:
    folder = done(tmp_path, fake_runs.four_plans())
    found = Experiment(folder)
    start, end = (found.samples("headcount", month)["baseline"].mean() for month in (0, 36))
    (one,) = [one for one in said_with(folder)["caveats"] if one["kind"] == "falls_by_itself"]
    assert start != end
    for language in ("en", "zh"):
        numbers = [f"{100 * value:.1f}" for value in (start, end)]
        assert all(number.removesuffix(".0") in one[language] for number in numbers), (one[language], numbers)
    word = ("falls", "下降") if end < start else ("rises", "上升")
    assert word[0] in one["en"] and word[1] in one["zh"]
