"""Published figures: complete, in order, and refused in a way one can mend when they are not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from experiments.calibrate.spec import load_spec
from experiments.evidence.judge import parameter_value
from experiments.evidence.registry import measures, views
from experiments.evidence.targets import all_targets, check_names, select
from experiments.published import (
    CLAIMS,
    FIGURES,
    Figure,
    Published,
    Rule,
    claims,
    figures,
    published_figure,
    read_rows,
    row_ids,
    trial_row,
    trial_rows,
)
from sim.core.errors import UserError
from sim.parameters import load_parameters
from sim.population.describe import figures as describe_lines
from sim.toml.source import read_toml

GOOD = """
[wage]
label_en = "Wage share"
label_zh = "工资占比"
group = "moving"
role = "check"
value = 0.4
unit = "share"
source = "a yearbook"
measure = "wage_share_2011"
rule = { tolerance = 0.03 }
why = "three points"
"""


def _rows(tmp_path: Path, text: str) -> dict[str, Published]:
    path = tmp_path / "targets.toml"
    path.write_text(text, encoding="utf-8")
    return read_rows(Published, read_toml(path))


def test_every_row_of_the_three_tables_is_there() -> None:
    assert (len(row_ids(figures())), len(row_ids(trial_rows())), len(row_ids(claims()))) == (102, 37, 20)


def test_known_figures_come_back_with_their_rule_and_source() -> None:
    row = trial_row("credit_profit_pool")
    assert (row.value, row.se, row.unit, row.horizon_months, row.role) == (0.037, 0.019, "sd", (18, 36), "informed")
    assert row.rule is not None and (row.rule.low, row.rule.high) == (0.0, 0.074)
    sign = trial_row("village_fund_china.poverty").rule
    assert sign is not None and (sign.sign, sign.share) == ("negative", 0.95)
    wage = published_figure("wage_share_2011")
    assert wage.limits == pytest.approx((0.369, 0.429)) and wage.confidence == "read"
    assert published_figure("network_degree.mean").middle == 9.3


def test_a_row_of_several_outcomes_is_not_one_of_them() -> None:
    with pytest.raises(UserError, match=r"several outcomes.*coop_income\.yield"):
        trial_row("coop_income")
    with pytest.raises(UserError, match="did you mean 'credit_profit_pool'"):
        trial_row("credit_profit_poll")


def test_claims_are_never_anything_but_claims_and_inputs_never_judged() -> None:
    assert {claim.role for claim in claims().values()} == {"claim"}
    assert not {figure.role for figure in figures().values()} & {"claim"}
    assert all(row.parameter or row.not_modelled for row in figures().values() if row.role == "input")


def test_whatever_was_turned_toward_a_row_it_is_no_blind_check() -> None:
    rows: dict[str, Figure] = {**figures(), **trial_rows()}
    assert not [name for name, row in rows.items() if row.role == "check" and row.turned]
    assert not [name for name, row in rows.items() if row.role in ("informed", "fitted") and not row.turned]
    turned = " ".join(row.turned for row in rows.values())
    for entry in load_parameters().entries:
        if re.search("in view|held against|[Ff]itted to", entry.source):
            assert entry.name in turned, f"{entry.key} says that a published figure was in view: which row says so?"
    assert set(re.findall(r"\b[a-z]+\.[a-z]\w+", turned)) <= {entry.key for entry in load_parameters().entries}
    by_calibration = [target.figure for target in load_spec().targets if target.role == "fitted"]
    assert [name for name in by_calibration if rows[name].role != "fitted"] == []
    stricter = {"free": ("check", "informed", "fitted"), "set": ("set", "fitted"), "fitted": ("fitted",)}
    for row in figures().values():  # a row may say that more was turned than the description does, never less
        assert not row.describe or row.role in stricter[describe_lines()[row.describe].role], row.id


def test_measures_and_parameters_that_are_named_exist() -> None:
    for rows, path in ((figures(), FIGURES), (claims(), CLAIMS)):
        check_names(rows, read_toml(path))
    assert all(one.view in views() and one.about for one in measures().values())


def test_starting_world_lines_are_referred_to_and_all_of_them_shown() -> None:
    shown = {target.describe for target in all_targets().values() if target.describe}
    assert shown == set(describe_lines()) - {"purse"}
    assert published_figure("household_size").role == describe_lines()["household_size"].role == "set"
    assert published_figure("gini_poor_counties.start").role == "check"  # free in the description


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('role = "check"', 'role = "chekc"', r"targets.toml:6: wage.role: must be 'set'.*did you mean 'check'"),
        ("value = 0.4\n", "", "a distance counts from a value|give a value"),
        ("rule = { tolerance = 0.03 }", "rule = { tolerance = 0.03, low = 0.1 }", "one of them"),
        ("rule = { tolerance = 0.03 }", "rule = { low = 0.5, high = 0.1 }", r"low \(0.5\) must be less than high"),
        ("rule = { tolerance = 0.03 }", 'rule = { sign = "positive" }', "sign and share go together"),
        ("rule = { tolerance = 0.03 }\n", "", "give a rule for passing"),
        ('why = "three points"\n', "", "why"),
        ('measure = "wage_share_2011"', "", "needs a measure"),
        ('label_zh = "工资占比"', "", r"targets.toml:2: wage: 'label_zh' is missing"),
        ('unit = "share"', 'unti = "share"', r"targets.toml:8: wage: unknown key 'unti' \(did you mean 'unit'\?\)"),
        ("value = 0.4", "value = 0.4\nrange = [0.5, 0.3]", "from its lower to its higher end"),
        ('role = "check"', 'role = "fitted"', "what was turned"),
        ('role = "check"', 'role = "informed"', "what was changed with the figure in view"),
        ('role = "check"', 'role = "input"', "name the parameter"),
    ],
)
def test_a_bad_target_is_refused_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(UserError, match=said):
        _rows(tmp_path, GOOD.replace(old, new))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ('measure = "wage_share_2021"', r"targets.toml:10: wage: there is no measure 'wage_share_2021'.*did you mean"),
        ('parameter = "trend.cpy[1]"\nmeasure = "wage_share_2011"', "unknown parameter 'trend.cpy'"),
        ('parameter = "trend.cpi"\nmeasure = "wage_share_2011"', "14 values: say which"),
        ('parameter = "labour.migrant_wage_yuan[1]"\nmeasure = "wage_share_2011"', "one value only"),
    ],
)
def test_a_target_file_with_a_wrong_name_is_refused(tmp_path: Path, change: str, said: str) -> None:
    path = tmp_path / "targets.toml"
    path.write_text(GOOD.replace('measure = "wage_share_2011"', change), encoding="utf-8")
    with pytest.raises(UserError, match=said):
        all_targets(path)


def test_a_part_says_anew_what_differs_and_takes_the_rest(tmp_path: Path) -> None:
    rows = _rows(
        tmp_path,
        GOOD.replace("value = 0.4\n", "")
        + "[wage.parts.first]\nvalue = 0.4\n[wage.parts.second]\nrange = [0.3, 0.5]\nlabel_en = 'Other'\n",
    )
    assert rows["wage.first"].limits == pytest.approx((0.37, 0.43))
    assert rows["wage.second"].label_en == "Other" and rows["wage.second"].label_zh == "工资占比"


def test_a_file_replaces_rows_by_id(tmp_path: Path) -> None:
    path = tmp_path / "targets.toml"
    path.write_text(GOOD.replace("[wage]", "[no_trap]") + GOOD.replace("[wage]", "[mine]"), encoding="utf-8")
    targets = all_targets(path)
    assert targets["no_trap"].value == targets["mine"].value == 0.4
    assert "no_trap.slower" not in targets


def test_patterns_choose_rows() -> None:
    assert select({"loan_a": 1, "loan_b": 1, "wage": 1}, "loan") == ["loan_a", "loan_b"]
    assert select({"loan_a": 1, "wage": 1}, "w*") == ["wage"]
    with pytest.raises(UserError, match="did you mean 'wage'"):
        select({"wage": 1}, "wgae")


def test_rules_say_what_passes() -> None:
    assert Rule(relative=0.1).limits(-200.0) == pytest.approx((-220.0, -180.0))
    assert Rule(low=1).limits(None) == (1.0, float("inf"))
    assert parameter_value("trend.cpi[1]") == published_figure("rural_cpi.y2011").value
