"""Design files: every mistake is said by its line, all at once; and a design says what it moves."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from experiments.designs.design import Lever, Value
from experiments.designs.read import load_design, policies_of, purses_of, shipped_designs
from experiments.designs.write import design_toml
from experiments.runs.copies import stored_scenarios
from sim.core.errors import UserError
from sim.scenario import Title, load_plan

GOOD = """title = { en = "Test", zh = "测试" }
scenarios = ["cash"]
outcomes = ["income_yuan@12", "plan/cost_yuan"]
[settings]
world.villages = 2
"world.profile" = "five_villages"
"horizon_months" = 12
[sample]
method = "one_at_a_time"
[[levers]]
id = "cash"
address = "policies.cash.budget_yuan"
title = { en = "Cash", zh = "现金" }
unit = "yuan"
low = 0
high = 3_000_000
points = 4
"""
MONTHS = """[[levers]]
id = "months"
address = "policies.cash.months"
title = { en = "Months", zh = "月数" }
unit = "months"
low = 1
high = 3
step = 1
"""

PAY_NOBODY = ("visits", "levels", "hearing", "bent_policies", "dynamic_management")
"""Levers of shipped designs that take days of cadres, or are a harm."""


def written(folder: Path, text: str, name: str = "test") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def said(folder: Path, text: str) -> list[str]:
    """What is wrong with a design, a line each, without the file's folder."""
    with pytest.raises(UserError) as caught:
        load_design(written(folder, text))
    return [line.replace(f"{folder}/", "") for line in caught.value.text().splitlines()]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('scenarios = ["cash"]', 'scenarios = ["cahs"]', 2, "no scenario file or shipped scenario 'cahs' (did you"),
        ('"income_yuan@12"', '"income_yuan@13"', 3, "month 13 is after the run's end"),
        ("plan/cost_yuan", "plan/costs_yuan", 3, "there is no sum 'plan/costs_yuan' (did you mean 'cost_yuan'?)"),
        ("world.villages = 2", "world.villages = 0", 5, "must be at least 1, found 0"),
        ("world.villages = 2", "world.vilages = 2", 5, "unknown key 'vilages' (did you mean 'villages'?)"),
        ("one_at_a_time", "lhs", 9, "'grid', 'list', 'latin_hypercube' or 'sobol', found 'lhs'"),
        ("one_at_a_time", "list", 9, "no points are listed"),
        ("cash.budget", "cahs.budget", 12, "no scenario has 'policies.cahs.budget_yuan' (did you mean 'cash'?)"),
        ("cash.budget_yuan", "cash.budget", 10, "unknown key 'budget' (did you mean 'budget_yuan'?)"),
        ("low = 0", "low = 5_000_000", 15, "low 5e+06 is not below high 3e+06"),
        ("low = 0", "low = -5", 10, "at least 0"),
        ("high = 3_000_000\n", "", 10, "says not how far it is moved"),
        ("low = 0", "values = [1, 2]", 10, "states both values and a range"),
        ("low = 0\n", 'low = 0\nscale = "log"\n', 15, "a logarithmic scale needs values above 0"),
        ("points = 4", "points = 1", 17, "must be at least 2, found 1"),
        ("unit = ", "unti = ", 14, "unknown key 'unti' (did you mean 'unit'?)"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_by_its_line(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    assert old in GOOD
    problems = said(tmp_path, GOOD.replace(old, new))
    assert any(one.startswith(f"test.toml:{line}: ") and words in one for one in problems), problems


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('[[constraints]]\nid = "m"\nkind = "money"\n', "a constraint of kind 'money' needs 'at_most'"),
        ('[[constraints]]\nid = "p"\nkind = "purse"\npurse = "unit_fund"\n', "there is no purse 'unit_fund'"),
        ('[[constraints]]\nid = "c"\nkind = "cap"\nlevers = ["csh"]\nat_most = 1\n', "there is no lever 'csh'"),
        ('[[constraints]]\nid = "m"\nkind = "money"\nat_most = 1\nweek = true\n', "'week' has no use in a constraint"),
        ('[[objectives]]\nid = "o"\noutcome = "income@x"\n', "'income@x' is not an outcome"),
        ('[[uncertainties]]\nname = "farm.drought"\n', "drought"),
        ('[[uncertainties]]\nname = "farm.drought_major"\nlow = 0\nhigh = 0.2\n', "0 to 0.2 will not do"),
        (MONTHS.replace("step = 1", "step = 0.5"), "must be a whole number, found 1.5"),
        (MONTHS.replace('id = "months"', 'id = "cash"'), "the id 'cash' is used twice"),
        ("[[points]]\ncash = 1\n", "points are listed, but not asked for"),
    ],
)
def test_a_mistake_in_a_further_part_is_said(tmp_path: Path, more: str, words: str) -> None:
    problems = said(tmp_path, GOOD + more)
    assert any(words in one for one in problems), problems
    assert all(one.startswith("test.toml:") for one in problems)


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    text = (
        GOOD.replace("@12", "@99").replace("cash.budget", "cahs.budget") + '[[constraints]]\nid = "m"\nkind = "money"\n'
    )
    assert len(said(tmp_path, text)) == 3


def test_a_setting_on_the_command_line_wins_over_the_file(tmp_path: Path) -> None:
    assert load_design(written(tmp_path, GOOD), ["world.villages=3"]).scenarios[0].world.villages == 3


def test_a_lever_reaches_whatever_set_reaches(tmp_path: Path) -> None:
    """Policies, purses, dates of the campaign and of tasks, events, world and uncertainties: one grammar."""
    scenario = """title = { en = "Wide", zh = "宽" }
extends = "mix"
world = { profile = "five_villages", villages = 2 }
horizon_months = 12
[events.animals]
kind = "price"
line = "livestock"
change = -0.2
start = 2013-03-01
months = 6
[tasks.loans]
title = { en = "Loans", zh = "贷款" }
deadline = 2013-03-14
"""
    written(tmp_path, scenario, "wide")
    moved: dict[str, Value] = {
        "policies.microcredit.quota_yuan": 2_000_000.0, "purses.training_funds.amount_yuan": 1_000_000.0,
        "campaign.start": dt.date(2013, 1, 2), "tasks.loans.deadline": dt.date(2013, 3, 20),
        "events.animals.change": -0.4, "world.villages": 3, "uncertainties.farm.drought_major": 0.2,
        "closure": "fixed", "policies.training.follow_up": False,
    }  # fmt: skip
    text = 'title = { en = "All", zh = "全" }\nscenarios = ["wide.toml"]\noutcomes = ["income_yuan@12"]\n'
    for number, (address, value) in enumerate(moved.items()):
        shown = str(value).lower() if isinstance(value, (bool, dt.date)) else repr(value).replace("'", '"')
        text += f'[[levers]]\nid = "l{number}"\naddress = "{address}"\nunit = "choice"\nvalues = [{shown}]\n'
        text += 'title = { en = "x", zh = "x" }\n'
    design = load_design(written(tmp_path, text))
    (plan,) = design.scenarios
    found = design.plan(plan, {f"l{number}": value for number, value in enumerate(moved.values())})
    assert {address: found.setting(address) for address in moved} == moved
    asked = [
        f"{address}={str(value).lower() if isinstance(value, bool) else value}" for address, value in moved.items()
    ]
    assert found == plan.with_settings(moved) == load_plan(tmp_path / "wide.toml", asked)


def test_multiples_are_of_what_the_scenario_says(tmp_path: Path) -> None:
    text = GOOD.replace("low = 0\nhigh = 3_000_000\npoints = 4", "times = true") + MONTHS
    design = load_design(written(tmp_path, text))
    (plan,) = design.scenarios
    assert design.lever("cash").levels == (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0)
    assert design.at(plan) == {"cash": 1.0, "months": 3}
    assert design.settings(plan, {"cash": 0.25}) == {
        "policies.cash.budget_yuan": 1_500_000.0,
        "policies.cash.months": 3,
    }
    assert design.plan(plan, {"months": 2.0}).setting("policies.cash.months") == 2


def test_levels_of_ranges() -> None:
    def levels(**range_: object) -> tuple[object, ...]:
        return Lever(id="a", title=Title(en="a", zh="a"), address="a", unit="yuan", **range_).levels  # type: ignore[arg-type]

    assert levels(low=0.0, high=1.0, points=5) == (0.0, 0.25, 0.5, 0.75, 1.0)
    assert levels(low=1.0, high=100.0, points=3, scale="log") == (1.0, 10.0, 100.0)
    assert levels(low=0.0, high=1.05, step=0.25) == (0.0, 0.25, 0.5, 0.75, 1.0)
    assert levels(low=0.0, high=3.0, whole=True, points=9) == (0, 1, 2, 3)
    assert levels(values=("x", "y")) == ("x", "y")


def test_what_is_stored_gives_the_same_design_again(tmp_path: Path) -> None:
    more = '[[constraints]]\nid = "m"\nkind = "money"\nat_most = 1\n'
    more += '[[objectives]]\nid = "o"\noutcome = "headcount@12"\naim = "least"\n'
    design = load_design(written(tmp_path, GOOD + MONTHS + more))
    (tmp_path / "scenarios").mkdir()
    for name, text in stored_scenarios(design.scenarios).items():
        written(tmp_path / "scenarios", text, name)
    again = load_design(written(tmp_path, design_toml(design)))
    assert again == design and again.digest() == design.digest()
    assert design.outcomes == ("income_yuan@12", "plan/cost_yuan", "headcount@12")


@pytest.mark.parametrize("name", shipped_designs())
def test_a_shipped_design_loads_and_says_what_it_costs(name: str) -> None:
    design = load_design(name)
    for lever in design.levers:
        assert policies_of(design, lever) and (purses_of(design, lever) or lever.id in PAY_NOBODY)
        assert lever.title.en and lever.title.zh
    assert design.at(design.scenarios[0]) == {lever.id: 0 for lever in design.levers}


def test_the_design_of_the_documents_loads(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "designs.md").read_text(encoding="utf-8")
    text = page.partition("```toml\n")[2].partition("```")[0]
    design = load_design(written(tmp_path, text))
    (plan,) = design.scenarios
    assert [lever.id for lever in design.levers] == ["courses", "livestock", "start"]
    assert design.plan(plan, {"start": dt.date(2013, 2, 25)}).campaign.start == dt.date(2013, 2, 25)
