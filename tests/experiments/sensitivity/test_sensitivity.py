"""The whole analysis on a stand-in whose sensitivities and turning points are known."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from fake_model import ADVANTAGE, EVALUATE, OUTCOME, WEIGHTS, factors, pair, plan
from typer.testing import CliRunner

from experiments.cli import app
from experiments.compare.provenance import conclusion_for
from experiments.runs.files import read_json
from experiments.sensitivity.analysis import SensitivityRequest, Shared
from experiments.sensitivity.conclusion import Analysis, conclusion
from experiments.sensitivity.factors import Factor
from experiments.sensitivity.indices import Convergence
from experiments.sensitivity.one_at_a_time import Turn
from experiments.sensitivity.page import page
from experiments.sensitivity.run import sensitivity
from sim.core.errors import UserError
from sim.parameters import load_parameters

FIVE = [factor.key for factor in factors()[:5]]


def analysed(tmp_path: Path, name: str = "s", **more: Any) -> tuple[Path, Analysis]:
    asked = SensitivityRequest(tuple(factors()), **{"trajectories": 4, "samples": 128, **more.pop("asked", {})})
    settings = {"outcomes": [OUTCOME], "replicates": 3, "workers": 0, "progress": False, "program": "test"}
    plans = more.pop("plans", pair())
    return sensitivity(
        plans, asked, name=name, results=tmp_path, command="village", evaluate=EVALUATE, **{**settings, **more}
    )  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Analysis]:
    return analysed(tmp_path_factory.mktemp("usual"))


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Analysis]:
    """Screening, then indices, of two outcomes."""
    asked = {"method": "both", "keep": 3, "samples": 64}
    return analysed(tmp_path_factory.mktemp("both"), asked=asked, outcomes=[OUTCOME, "headcount@36"])


def fake(monkeypatch: pytest.MonkeyPatch, **knobs: object) -> None:
    monkeypatch.setenv("FAKE", json.dumps(knobs))


def test_the_right_parameters_are_named_and_the_right_turning_points(usual: tuple[Path, Analysis]) -> None:
    folder, _ = usual
    comes_to = read_json(folder / "conclusion.json")
    assert [one["parameter"] for one in comes_to["ranked"]][:5] == FIVE
    assert (comes_to["a"], comes_to["b"], comes_to["outcome"]) == ("better", "plain", OUTCOME)
    assert comes_to["leans_on"] == FIVE[:3] and comes_to["decided"]
    assert comes_to["enough"] and comes_to["first_agree"] == [5, 5]
    assert comes_to["value"]["mean"] == pytest.approx(ADVANTAGE, abs=1.0)
    turns = {one["parameter"]: one for one in comes_to["turns_round"]}
    expected = {}
    for factor, weight in zip(factors()[:8], WEIGHTS, strict=False):
        place = (factor.base - factor.low) / (factor.high - factor.low) - comes_to["value"]["mean"] / weight
        if place > 0:
            expected[factor.key] = factor.low + place * (factor.high - factor.low)
    assert expected and {key: one["value"] for key, one in turns.items()} == pytest.approx(expected, rel=1e-6)
    assert {one["direction"] for one in turns.values()} == {"below"}
    assert comes_to["reversed_share"] > 0


def test_the_sentence_says_so_in_both_languages(usual: tuple[Path, Analysis]) -> None:
    folder, _ = usual
    sentence = read_json(folder / "conclusion.json")["sentence"]
    names = [factor.parameter for factor in factors()[:3]]
    assert sentence["en"].startswith("The advantage of “Better” over “Plain” in net income per head, month 36 (+")
    assert f"leans on {names[0].label_en}, {names[1].label_en} and {names[2].label_en}" in sentence["en"]
    assert re.search(r"it is reversed if .* falls below [\d.,]+", sentence["en"])
    assert "主要取决于" + "、".join(name.label_zh for name in names[:2]) in sentence["zh"]
    assert "低于" in sentence["zh"] and "结论反转" in sentence["zh"]


def test_less_poverty_is_the_advantage(tmp_path: Path) -> None:
    folder, _ = analysed(tmp_path, outcomes=["headcount@36"])
    assert read_json(folder / "conclusion.json")["sentence"]["en"].startswith(
        "The advantage of “Better” over “Plain” in poverty headcount"
    )
    folder, _ = analysed(tmp_path, "turned", plans=pair()[::-1])
    comes_to = read_json(folder / "conclusion.json")
    assert comes_to["value"]["mean"] < 0 and "advantage of “Better” over “Plain”" in comes_to["sentence"]["en"]


def test_nothing_turns_a_safe_advantage_round(tmp_path: Path) -> None:
    weak = SensitivityRequest(tuple(factors()[5:]), trajectories=4)
    folder, _ = sensitivity(
        pair(), weak, outcomes=[OUTCOME], replicates=3, name="weak", results=tmp_path, workers=0, progress=False,
        evaluate=EVALUATE, program="test", command="village",
    )  # fmt: skip
    comes_to = read_json(folder / "conclusion.json")
    assert comes_to["turns_round"] == [] and comes_to["reversed_share"] == 0
    assert "of 5 parameters moved alone through their ranges, none reverses it" in comes_to["sentence"]["en"]
    assert comes_to["moved_alone"] == 5 and "均不使结论反转" in comes_to["sentence"]["zh"]


def test_scenarios_that_cannot_be_told_apart_have_no_advantage(tmp_path: Path) -> None:
    first = factors()[0]
    place = (first.base - first.low) / (first.high - first.low) - ADVANTAGE / WEIGHTS[0]
    same = {first.key: first.at(place)}
    plans = [plan("plain", **same), plan("better", **same)]
    folder, _ = analysed(tmp_path, plans=plans)
    assert "cannot be told apart" in read_json(folder / "conclusion.json")["sentence"]["en"]


def test_one_replicate_decides_nothing(tmp_path: Path) -> None:
    folder, _ = analysed(tmp_path, replicates=1)
    comes_to = read_json(folder / "conclusion.json")
    assert not comes_to["decided"]
    assert "advantage" not in comes_to["sentence"]["en"] and "优势" not in comes_to["sentence"]["zh"]
    assert comes_to["sentence"]["en"].startswith("One replicate does not tell whether “Plain” or “Better” is ahead")


def test_scenarios_that_are_the_same_are_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="'plain' and 'twin' do not differ in income_yuan@36"):
        analysed(tmp_path, plans=[plan("plain"), plan("twin")])


def test_an_outcome_that_never_varies_has_no_shares_and_spoils_no_other(tmp_path: Path) -> None:
    asked = {"method": "both", "keep": 2, "samples": 16}
    folder, _ = analysed(tmp_path, asked=asked, outcomes=[OUTCOME, "persons@36"])
    with open(folder / "indices.csv", encoding="utf-8") as file:
        flat = [row for row in csv.DictReader(file) if row["outcome"].startswith("persons")]
    assert len(flat) == 12 and {row["total"] for row in flat} == {"0.0", ""}
    with pytest.raises(UserError, match="do not differ in persons@36"):
        analysed(tmp_path, "flat", outcomes=["persons@36"])
    with pytest.raises(UserError, match="none of these parameters moves"):
        analysed(tmp_path, "alone", plans=pair()[:1], outcomes=["persons@36"])


def test_an_answer_is_no_surer_than_its_screening(both: tuple[Path, Analysis]) -> None:
    _, analysis = both
    assert isinstance(analysis.found.judged, Shared)
    poor = replace(analysis.found.screened, settled=Convergence(3, 5, 0.1, 0.25))  # type: ignore[type-var]
    found = replace(analysis.found, screened=poor)
    assert found.judged is poor and not found.settled.enough
    assert "Not enough evaluations" in page(replace(analysis, found=found), "en", "s", "village").split("<figure")[0]


def test_a_list_that_turns_it_round_is_told_of(usual: tuple[Path, Analysis]) -> None:
    _, analysis = usual
    numbers = load_parameters().find("farm.price_yuan")
    factors_ = (Factor(numbers, 0.9, 1.1, 1.0), *analysis.asked.factors[1:])
    turned = replace(analysis.found, turns=(Turn(0, 0.95, "below"),))
    listed = conclusion(replace(analysis, asked=replace(analysis.asked, factors=factors_), found=turned))
    assert listed["turns_round"] == [
        {"parameter": "farm.price_yuan", "value": 0.95, "direction": "below", "times": True}
    ]


def test_one_scenario_alone(tmp_path: Path) -> None:
    folder, _ = analysed(tmp_path, plans=pair()[1:])
    comes_to = read_json(folder / "conclusion.json")
    assert comes_to["b"] is None and comes_to["turns_round"] == []
    assert [one["parameter"] for one in comes_to["ranked"]][:5] == FIVE
    assert "under “Better”" in comes_to["sentence"]["en"]


def test_screening_then_indices_and_every_outcome_in_the_table(both: tuple[Path, Analysis]) -> None:
    folder, analysis = both
    with open(folder / "indices.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 12 and {row["outcome"] for row in rows} == {OUTCOME, "headcount@36:all"}
    weights = dict(zip((factor.key for factor in factors()), WEIGHTS, strict=True))
    whole = sum(weight * weight for weight in WEIGHTS[:3])
    for row in rows:
        unit = 1.0 if row["outcome"] == OUTCOME else 1 / 2000
        assert float(row["mu_star"]) == pytest.approx(weights[row["parameter"]] * unit, abs=1e-9)
        if row["parameter"] in FIVE[:3]:
            assert float(row["first"]) == pytest.approx(weights[row["parameter"]] ** 2 / whole, abs=0.08)
            assert float(row["total"]) == pytest.approx(weights[row["parameter"]] ** 2 / whole, abs=0.08)
        else:
            assert row["first"] == "" == row["total"]
    assert analysis.found.shared is not None and analysis.found.shared.settled.halves_agree == 3


def test_two_runs_with_other_designs_name_the_same_five(tmp_path: Path, usual: tuple[Path, Analysis]) -> None:
    found, other = [], analysed(tmp_path, asked={"seed": 2})
    for folder, _ in (usual, other):
        found.append([one["parameter"] for one in read_json(folder / "conclusion.json")["ranked"]][:5])
    assert usual[1].asked.seed != other[1].asked.seed
    assert found[0] == found[1] == FIVE


@pytest.mark.parametrize(
    ("knob", "message"), [("fail_above", "nothing to divide by"), ("nan_above", "have no value: point")]
)
def test_an_incomplete_design_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, knob: str, message: str
) -> None:
    fake(monkeypatch, **{knob: 0.99})
    with pytest.raises(UserError, match=message) as caught:
        analysed(tmp_path)
    assert re.search(r"point \d+", str(caught.value)) and "--retry-failed" in str(caught.value)
    assert not (tmp_path / "s" / "conclusion.json").exists()
    fake(monkeypatch)
    folder, _ = analysed(tmp_path, retry_failed=True) if knob == "fail_above" else analysed(tmp_path, fresh=True)
    assert (folder / "conclusion.json").exists()


def test_worlds_that_the_books_rule_out_are_drawn_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(monkeypatch, books_above=0.99)
    folder, analysis = analysed(tmp_path, asked={"reach": 1.0})
    screened = analysis.found.screened
    assert screened is not None and screened.redrawn > 0 and screened.trajectories == 4
    assert len(screened.indices[0].mu) == 12
    with open(folder / "indices.csv", encoding="utf-8") as file:
        first = next(row for row in csv.DictReader(file) if row["parameter"] == FIVE[0])
    assert first["outcome_at_high"] == "nan" and first["outcome_at_low"] != "nan"
    assert "ruled out" in (folder / "sensitivity.en.html").read_text(encoding="utf-8")


def test_ranges_too_wide_for_the_books_are_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = factors()[0]
    place = (first.base - first.low) / (first.high - first.low)
    fake(monkeypatch, books_above=place + 1e-9)
    with pytest.raises(UserError, match=r"--reach: .*county's books rule out"):
        analysed(tmp_path, asked={"trajectories": 4, "seed": 3})
    with pytest.raises(UserError, match=r"--reach: .* samples hold worlds"):
        analysed(tmp_path, asked={"method": "sobol", "samples": 8})


def test_the_page_stands_alone_and_draws_everything(tmp_path: Path) -> None:
    small = {"method": "both", "trajectories": 4, "samples": 8}
    folder, _ = analysed(tmp_path, asked=small)
    for language, word in (("en", "Screening"), ("zh", "筛选")):
        text = (folder / f"sensitivity.{language}.html").read_text(encoding="utf-8")
        assert word in text and "<script" not in text
        assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)", text)
        drawings = re.findall(r"<svg .*?</svg>", text, re.DOTALL)
        assert len(drawings) == 6  # tornado, scatter and indices, each wide and small
        for drawing in drawings:
            ElementTree.fromstring(drawing)
        for factor in factors()[:5]:
            label = factor.parameter.label_zh if language == "zh" else factor.parameter.label_en
            assert label in text
        assert ("NaN" in text, "None" in text) == (False, False)
    before = {path: path.read_bytes() for path in folder.glob("*.*")}
    again, _ = analysed(tmp_path, asked=small)
    assert {path: path.read_bytes() for path in again.glob("*.*")} == before


def test_a_comparison_keeps_its_folder_and_quotes_the_conclusion(tmp_path: Path, usual: tuple[Path, Analysis]) -> None:
    comparison = tmp_path / "compared"
    comparison.mkdir()
    (comparison / "manifest.json").write_text(json.dumps({"kind": "compare", "code_version": "x", "scenarios": []}))
    with pytest.raises(UserError, match=r"'village compare'.*'village sensitivity'"):
        analysed(tmp_path, "compared")
    assert conclusion_for(["plain", "better"], tmp_path, None, "test") is None
    quoted = conclusion_for(["plain", "better", "third"], usual[0].parent, None, "test")
    assert quoted is not None and (quoted["name"], quoted["a"], [*quoted["leans_on"]]) == ("s", "better", FIVE[:3])
    assert quoted["turns_round"][0]["parameter"] in FIVE


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"trajectories": 3}, "--trajectories: 3 is not enough: it must be at least 4"),
        ({"samples": 100}, "allowed: 64 or 128"),
        ({"samples": 4}, "--samples: 4 is not enough: it must be at least"),
        ({"reach": 0.0}, "--reach"),
        ({"keep": 0}, "--keep"),
    ],
)
def test_designs_that_cannot_be_are_refused(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        analysed(tmp_path, asked=change)


def test_questions_that_cannot_be_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="one scenario, or two"):
        analysed(tmp_path, plans=[*pair(), plan("third")])
    with pytest.raises(UserError, match="both scenarios have the name"):
        analysed(tmp_path, plans=[plan("a"), plan("a")])
    with pytest.raises(UserError, match="cannot be compared"):
        analysed(tmp_path, plans=[plan("a"), plan("b").model_copy(update={"horizon_months": 24})])
    with pytest.raises(UserError, match="after the run's end"):
        analysed(tmp_path, outcomes=["income_yuan@48"])


def test_the_command_says_what_is_wrong_without_a_traceback(tmp_path: Path) -> None:
    for arguments, message in (
        (["baseline", "--parameters", "hospital_rte,x"], "did you mean 'hospital_rate'"),
        (["baseline", "--outcome", "income@yuan"], "is not an outcome"),
        (["baselin"], "baseline"),
        (["baseline", "--samples", "9"], "allowed: 8 or 16"),
    ):
        result = CliRunner().invoke(app, ["sensitivity", *arguments, "--results", str(tmp_path)])
        assert result.exit_code == 2, arguments
        assert message in result.output and "Traceback" not in result.output
    assert not list(tmp_path.iterdir())


def test_how_many_points_it_takes_is_known_before() -> None:
    asked = SensitivityRequest(tuple(factors()), "both", 10, 64, 4)
    assert asked.points() == {"screening": 130, "Sobol indices": 64 * 6, "one at a time": 17}
    assert replace(asked, method="sobol").points() == {"Sobol indices": 64 * 14, "one at a time": 17}
