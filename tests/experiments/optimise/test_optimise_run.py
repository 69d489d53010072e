"""A search as an experiment: its folder, resumed to the same bytes, and a tiny real one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from experiments.designs.read import load_design
from experiments.designs.uncertain import drawn
from experiments.designs.write import DESIGN as STORED
from experiments.optimise.run import Asked, optimise
from experiments.optimise.search import Effort
from sim.scenario import Plan

EFFORT = Effort(
    search_seeds=4, ranking_seeds=4, last_seeds=4, sizes=(0.25, 0.5, 1.0), steps=(0.1,), finalists=3, most_runs=600
)
DESIGN = """
title = { en = "Livestock or courses", zh = "养殖还是培训" }
scenarios = ["mix"]
outcomes = ["income_yuan:poor_at_start"]

[settings]
"world.villages" = 2
"horizon_months" = 12

[[levers]]
id = "livestock"
address = "policies.industry.budget_yuan"
title = { en = "Livestock", zh = "养殖" }
unit = "yuan"
low = 0
high = 10_000_000
at = 0

[[levers]]
id = "loans"
address = "policies.microcredit.quota_yuan"
title = { en = "Loans", zh = "贷款" }
unit = "yuan"
low = 0
high = 20_000_000
at = 0

[[levers]]
id = "courses"
address = "policies.training.budget_yuan"
title = { en = "Courses", zh = "培训" }
unit = "yuan"
low = 0
high = 10_000_000
at = 0

[[constraints]]
id = "money"
kind = "money"
at_most = 10_000_000

[[constraints]]
id = "industry"
kind = "purse"
purse = "industry_funds"
at_most = 4_000_000

[[constraints]]
id = "days"
kind = "cadre_days"
at_most = 100_000

[[objectives]]
id = "income"
outcome = "income_yuan:poor_at_start"
aim = "most"
"""


def evaluate(plan: Plan, seed: int, outcomes: Sequence[str]) -> list[float]:
    """Square roots of amounts, loans at a third of their quota, and two days for a thousand yuan of courses."""
    at = {policy.label: policy.settings for policy in plan.policies}
    if "industry" not in at:
        return [0.0] * len(outcomes)
    livestock, courses = at["industry"].budget_yuan / 1e6, at["training"].budget_yuan / 1e6
    loans = at["microcredit"].quota_yuan / 1e6
    chance = float(np.random.default_rng(seed).normal(0, 100))
    gain = 30 * np.sqrt(livestock) + 10 * np.sqrt(courses) + 12 * np.sqrt(loans) + chance
    cost = (livestock + courses + loans / 3) * 1e6
    known = {"plan/cost_yuan": cost, "plan/cadre_days": 1_000 + 2_000 * courses}
    return [float(known.get(outcome, gain)) for outcome in outcomes]


@pytest.fixture
def design_file(tmp_path: Path) -> Path:
    path = tmp_path / "design.toml"
    path.write_text(DESIGN, encoding="utf-8")
    return path


ASKED = Asked(effort=EFFORT, beside=(), cash=False)


def run(file: Path, results: Path, asked: Asked = ASKED, **more: object) -> tuple[Path, dict[str, object]]:
    folder, _ = optimise(
        load_design(file),
        asked,
        name="small",
        results=results,
        workers=0,
        progress=False,
        command="village optimise design.toml",
        **{"evaluate": f"{__name__}:evaluate", "program": "test", **more},  # type: ignore[arg-type]
    )
    return folder, json.loads((folder / "answer.json").read_text(encoding="utf-8"))


def test_a_design_is_searched_within_its_limits_and_what_nobody_said_is_measured(
    design_file: Path, tmp_path: Path
) -> None:
    folder, found = run(design_file, tmp_path / "results")
    plan = {row["lever"]: row for row in found["plan"]}  # type: ignore[attr-defined]
    assert plan["livestock"]["amount"] == 4_000_000  # its purse holds no more
    assert plan["livestock"]["purses"] == {"industry_funds": 4_000_000}
    assert plan["loans"]["cost_yuan"] == pytest.approx(plan["loans"]["amount"] / 3)
    assert found["cost_yuan"] <= 10_000_000  # type: ignore[operator]
    prices = {one["constraint"]: one for one in found["prices"]}  # type: ignore[attr-defined]
    assert prices["industry_funds"]["binds"] and prices["industry_funds"]["price"]["low"] > 0
    assert not prices["days"]["binds"] and prices["days"]["price"]["value"] == 0
    for name in ("optimise.en.html", "optimise.zh.html", "plan.csv", "curves.csv", "finalists.csv", "prices.csv"):
        assert (folder / name).stat().st_size > 100


def turned(plan: Plan, seed: int, outcomes: Sequence[str]) -> list[float]:
    """Another county than its first village: what does most there does least here."""
    found = evaluate(plan, seed, outcomes)
    if plan.world.villages == 1:
        return found
    chance = float(np.random.default_rng(seed).normal(0, 100))
    turned_round = [200 + 2 * chance - value for value in found]
    return [
        value if name.startswith("plan/") else other
        for name, value, other in zip(outcomes, found, turned_round, strict=True)
    ]


def flat(plan: Plan, seed: int, outcomes: Sequence[str]) -> list[float]:
    """A county in which nothing does anything."""
    found = evaluate(plan, seed, outcomes)
    return (
        found
        if plan.world.villages == 1
        else [0.0 if not one.startswith("plan/") else value for one, value in zip(outcomes, found, strict=True)]
    )


@pytest.mark.parametrize(
    ("county", "said"),
    [("evaluate", "rank the same mixes alike"), ("turned", "differently"), ("flat", "rank mixes alike cannot be said")],
)
def test_an_answer_out_of_few_villages_says_how_alike_the_county_ranks(
    design_file: Path, tmp_path: Path, county: str, said: str
) -> None:
    asked = Asked(effort=EFFORT, beside=(), cash=False, screen_villages=1)
    folder, found = run(design_file, tmp_path / "results", asked=asked, evaluate=f"{__name__}:{county}")
    page = (folder / "optimise.en.html").read_text(encoding="utf-8")
    assert said in page
    if county == "flat":
        assert found["agreement"] is None
    else:
        figure = float(str(found["agreement"]))
        assert figure == pytest.approx(1.0) if county == "evaluate" else figure < 0
        assert f"rank correlation {figure:.2f}".replace("-", "−") in page.replace("-", "−")
    assert "rank correlation" not in (run(design_file, tmp_path / "whole")[0] / "optimise.en.html").read_text("utf-8")


SEEN: dict[int, set[float]] = {}


def uncertain(plan: Plan, seed: int, outcomes: Sequence[str]) -> list[float]:
    SEEN.setdefault(seed, set()).add(float(plan.uncertainties["policies.course_gain"]))
    return evaluate(plan, seed, outcomes)


def test_what_a_design_says_is_uncertain_is_drawn_with_each_seed(design_file: Path, tmp_path: Path) -> None:
    text = '\n[[uncertainties]]\nname = "policies.course_gain"\nlow = 0.1\nhigh = 0.4\n'
    design_file.write_text(DESIGN + text, encoding="utf-8")
    SEEN.clear()
    folder, _ = run(design_file, tmp_path / "results", evaluate=f"{__name__}:uncertain")
    design = load_design(design_file)
    assert {seed: set(drawn(design.uncertainties, seed).values()) for seed in SEEN} == SEEN
    assert len(set.union(*SEEN.values())) == len(SEEN) >= 8
    again = load_design(folder / STORED)  # what the folder says it ran
    assert [plan.digest() for plan in again.scenarios] == [plan.digest() for plan in design.scenarios]
    assert (again.levers, again.uncertainties, again.constraints) == (
        design.levers, design.uncertainties, design.constraints
    )  # fmt: skip


def test_a_search_that_lost_runs_ends_in_the_same_bytes(design_file: Path, tmp_path: Path) -> None:
    folder, _ = run(design_file, tmp_path / "results")
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != ".lock"}
    for number, path in enumerate(sorted(folder.glob("runs/*/*.parquet"))):
        if number % 3:
            path.unlink()
    run(design_file, tmp_path / "results")
    after = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != ".lock"}
    assert after == before


def test_a_tiny_real_search_answers_and_keeps_its_money(design_file: Path, tmp_path: Path) -> None:
    effort = Effort(
        search_seeds=2, ranking_seeds=2, last_seeds=2, sizes=(0.5, 1.0), steps=(0.2,), finalists=2, most_runs=30
    )
    folder, found = optimise(
        load_design(design_file),
        Asked(effort=effort, beside=("mix",), cash=True),
        name="tiny",
        results=tmp_path / "results",
        workers=0,
        progress=False,
        command="village optimise design.toml",
    )
    said = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    assert said["cost_yuan"] <= 10_000_000
    assert said["reaches"]["plan/cost_yuan"]["plan"]["value"] <= 10_000_000
    assert set(said["compared_with"]) == {"equal shares", "mix", "cash"}
    assert said["gain"]["value"] > 0
    assert said["regret"] is None
    assert "万元" in (folder / "optimise.zh.html").read_text(encoding="utf-8")
    assert found.found.runs == said["runs"]["all"]
