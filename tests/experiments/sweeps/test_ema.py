"""A design in the EMA Workbench (extra `ema`): the figures of a sweep, honest replicates, and clear refusals."""

from __future__ import annotations

from math import sqrt
from pathlib import Path
from typing import Any

import fake_county
import numpy as np
import pytest

from experiments import sweep
from experiments.designs.read import load_design
from experiments.sweeps.ema import ema_model
from sim.core.errors import UserError
from tests.test_docs import DOCS, blocks

TEXT = """title = { en = "Cash", zh = "现金" }
scenarios = ["cash"]
outcomes = ["income_yuan@12", "plan/cost_yuan"]
[settings]
"world.profile" = "five_villages"
"world.villages" = 2
"horizon_months" = 12
[seeds]
replicates = 2
[sample]
method = "list"
[[points]]
cash = 400_000
months = 3
[[levers]]
id = "cash"
address = "policies.cash.budget_yuan"
title = { en = "Cash", zh = "现金" }
unit = "yuan"
low = 0
high = 800_000
at = 0
[[levers]]
id = "months"
address = "policies.cash.months"
title = { en = "Months", zh = "月数" }
unit = "months"
low = 1
high = 3
step = 1
[[uncertainties]]
name = "livelihood.consumption_share"
[[objectives]]
id = "gap"
outcome = "poverty_gap@12:poor_at_start"
aim = "least"
"""
POINT = {"cash": 400_000.0, "months": 3}


@pytest.fixture(scope="module")
def ema() -> Any:
    return pytest.importorskip("ema_workbench")


def written(folder: Path, text: str = TEXT) -> Path:
    path = folder / "known.toml"
    path.write_text(text, encoding="utf-8")
    return path


def performed(ema: Any, model: Any, *points: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Outcomes of points, one row a point."""
    policies = [ema.Policy(f"point{place}", **point) for place, point in enumerate(points)]
    with ema.SequentialEvaluator(model) as evaluator:
        return dict(evaluator.perform_experiments(policies=policies, **more)[1])


def test_a_setting_has_the_figures_of_a_sweep_seed_by_seed(ema: Any, tmp_path: Path) -> None:
    """The model itself, with a number that nobody knows drawn with each seed, and then held fixed."""
    design = load_design(written(tmp_path))
    runs = sweep(written(tmp_path), results=tmp_path, workers=0)
    model = ema_model(design)
    standing, moved = performed(ema, model, design.at(design.scenarios[0])), performed(ema, model, POINT)
    for point, found in enumerate((standing, moved)):
        swept = runs[runs["point"] == point]
        for text, name in (
            ("income_yuan@12", "income_yuan_12"),
            ("plan/cost_yuan", "plan_cost_yuan"),
            ("poverty_gap@12:poor_at_start", "poverty_gap_12_poor_at_start"),
        ):
            np.testing.assert_array_equal(found[f"{name}_by_seed"][0], swept[text])
            assert found[name][0] == pytest.approx(swept[text].mean(), rel=1e-12)
            assert found[f"{name}_se"][0] == pytest.approx(swept[text].std() / sqrt(2), rel=1e-9, abs=1e-12)
    assert moved["plan_cost_yuan"][0] > standing["plan_cost_yuan"][0] == 0
    drawn = runs[runs["point"] == 1].set_index("seed")["livelihood.consumption_share"]
    fixed = performed(ema, model, POINT, scenarios=[ema.Scenario("one", livelihood_consumption_share=drawn[1])])
    here, there = fixed["income_yuan_12_by_seed"][0], moved["income_yuan_12_by_seed"][0]
    assert drawn[1] != drawn[2] and here[0] == there[0] and here[1] != there[1]


def test_levers_uncertainties_and_objectives_are_those_of_the_design(ema: Any, tmp_path: Path) -> None:
    model = ema_model(written(tmp_path), replicates=3)
    cash, months = model.levers["cash"], model.levers["months"]
    assert (type(cash), cash.lower_bound, cash.upper_bound) == (ema.RealParameter, 0, 800_000)
    assert [one.value for one in months.categories] == [1, 2, 3]
    share = model.uncertainties["livelihood_consumption_share"]
    known = load_design(written(tmp_path)).uncertainties[0]
    assert (share.lower_bound, share.upper_bound) == (known.low, pytest.approx(known.high))
    assert model.outcomes["poverty_gap_12_poor_at_start"].kind == ema.ScalarOutcome.MINIMIZE
    assert [one.name for one in model.outcomes if one.kind] == ["poverty_gap_12_poor_at_start"]
    assert model.replications == [{"seed": 1}, {"seed": 2}, {"seed": 3}]
    spread = TEXT.replace("low = 0\n", 'low = 100\nwhole = true\nscale = "log"\n').replace("step = 1\n", "")
    levers = ema_model(written(tmp_path, spread.replace("low = 1\n", "low = 1\nwhole = true\n"))).levers
    assert isinstance(levers["cash"], ema.IntegerParameter) and isinstance(levers["months"], ema.IntegerParameter)
    spread = spread.replace("whole = true\nscale", "scale")
    levers = ema_model(written(tmp_path, spread.replace("low = 1\n", "low = 1\nwhole = true\n"))).levers
    assert levers["cash"].dist.median() == pytest.approx(sqrt(100 * 800_000))


def test_sampled_levers_are_allowed_values_whatever_their_kind(ema: Any, tmp_path: Path) -> None:
    """Amounts out of a list, and days."""
    start = """[[levers]]
id = "start"
address = "campaign.start"
title = { en = "Start", zh = "开始" }
unit = "date"
values = [2012-12-24, 2013-02-25]
"""
    model = ema_model(written(tmp_path, fake_county.TEXT + start), replicates=2, evaluate=fake_county.EVALUATE)
    with ema.SequentialEvaluator(model) as evaluator:
        experiments, found = evaluator.perform_experiments(policies=12)
    assert set(experiments["training"]) <= {0, 1e6, 2e6, 4e6, 8e6} and experiments["start"].nunique() == 2
    money = experiments["industry"].astype(float) + experiments["training"].astype(float)
    np.testing.assert_array_equal(found["plan_cost_yuan"], money)


def test_policies_of_one_name_are_not_taken_for_one_another(ema: Any, tmp_path: Path) -> None:
    """The workbench goes by names, and would give the second call the levers of the first."""
    model = ema_model(written(tmp_path, fake_county.TEXT), replicates=2, evaluate=fake_county.EVALUATE)
    costs = [performed(ema, model, {"industry": yuan})["plan_cost_yuan"][0] for yuan in (1e6, 3e6)]
    assert costs == [1e6, 3e6]


def test_a_seed_that_fits_no_county_is_left_out_and_one_seed_has_no_error(
    ema: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def model(replicates: int) -> Any:
        return ema_model(written(tmp_path, fake_county.TEXT), replicates=replicates, evaluate=fake_county.EVALUATE)

    whole = performed(ema, model(4), {"industry": 1e6})["income_yuan_12_by_seed"][0]
    monkeypatch.setenv("FAKE", '{"unfit": 2}')
    found = performed(ema, model(4), {"industry": 1e6})
    np.testing.assert_array_equal(found["income_yuan_12_by_seed"][0], [whole[0], np.nan, *whole[2:]])
    left = np.delete(whole, 1)
    assert found["income_yuan_12"][0] == pytest.approx(left.mean())
    assert found["income_yuan_12_se"][0] == pytest.approx(left.std(ddof=1) / sqrt(3))
    assert np.isnan(performed(ema, model(1), {"industry": 1e6})["income_yuan_12_se"][0])


@pytest.mark.parametrize(
    ("old", "new", "more", "said"),
    [
        ('id = "industry"', 'id = "name"', {}, "cannot tell 'name' apart"),
        ('id = "industry"', 'id = "seed"', {}, "cannot tell 'seed' apart"),
        ("step = 1_000_000", "step = 10_000_000", {}, "leaves nothing to choose"),
        ("", "", {"scenario": "mx"}, "the design has no scenario 'mx'.*did you mean 'mix'"),
    ],
)
def test_what_the_workbench_would_mix_up_is_refused(
    ema: Any, tmp_path: Path, old: str, new: str, more: dict[str, str], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        ema_model(written(tmp_path, fake_county.TEXT.replace(old, new)), **more)


def test_without_the_workbench_it_is_said_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.extras.find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install 'villagesim\[ema\]'"):
        ema_model(written(tmp_path))


def test_the_example_of_the_documents_runs(
    ema: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    page = DOCS / "designs.md"
    for line, language, text in blocks(page, "toml", "python"):
        if language == "toml":
            Path("our_design.toml").write_text(text, encoding="utf-8")
        else:
            exec(compile("\n" * (line - 1) + text, str(page), "exec"), {"__name__": "designs"})
    assert "yuan a head" in capsys.readouterr().out
