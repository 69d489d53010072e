"""One number of a run: how it is written, what is meant by default, where it is found."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.commands.options import OUTCOME
from experiments.measure.outcome import SPELLING, Outcome, parse_outcome, take_apart
from experiments.measure.precision import parse_outcomes
from sim.core.errors import UserError


@pytest.mark.parametrize(
    ("text", "months", "meant"),
    [
        ("income_yuan", 36, Outcome("income_yuan", 36)),
        ("income_yuan", 60, Outcome("income_yuan", 60)),
        ("headcount:fifth_1", 30, Outcome("headcount", 24, "fifth_1")),
        ("drive", 6, Outcome("drive", -1, "all", "day100")),
        ("headcount@13", 36, Outcome("headcount", 13, "all", "monthly")),
        ("panel/gini@12", 36, Outcome("gini", 12)),
        ("purse/left_yuan@12:bank#3", 36, Outcome("left_yuan", 12, "bank", "purse", 3)),
    ],
)
def test_what_is_left_out_is_the_last_mark_everyone_and_the_month_s_own_table(
    text: str, months: int, meant: Outcome
) -> None:
    found = parse_outcome(text, months)
    assert found == meant
    assert parse_outcome(str(found), months) == found  # what is written out is read back the same


@pytest.mark.parametrize("text", ["", "income_yuan@", "@12", "income yuan@12", "income_yuan@12:a:b", "Income", "a#b"])
def test_a_misspelt_outcome_is_refused_with_the_grammar(text: str) -> None:
    with pytest.raises(UserError, match="is not an outcome") as told:
        parse_outcome(text, 36)
    assert SPELLING in str(told.value)


@pytest.mark.parametrize("text", ["income_yuan@48", "income_yuan@-2"])
def test_a_month_outside_the_run_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="months 0 to 36, or -1"):
        parse_outcome(text, 36)


def test_the_command_line_shows_the_same_grammar() -> None:
    assert OUTCOME == SPELLING
    assert take_apart("growth/income_yuan@12").prefix == "growth"


def test_a_comparison_is_judged_at_marks_alone() -> None:
    for text in ("income_yuan@13", "purse/left_yuan@12", "income_yuan@12#1"):
        with pytest.raises(UserError, match="is not an outcome to judge a comparison by"):
            parse_outcomes([text], 36)


def test_the_number_is_found_by_table_month_name_group_and_item() -> None:
    rows = [
        ("panel", 12, "all", "income_yuan", 0, 1.0),
        ("panel", 12, "fifth_1", "income_yuan", 0, 2.0),
        ("panel", 24, "all", "income_yuan", 0, 3.0),
        ("purse", 12, "all", "income_yuan", 0, 4.0),
        ("purse", 12, "all", "income_yuan", 1, 5.0),
        ("panel", 12, "all", "headcount", 0, 6.0),
    ]
    columns = zip(("table", "month", "group", "name", "item", "value"), zip(*rows, strict=True), strict=True)
    records = {name: np.array(values, dtype=object) for name, values in columns}
    for row, text in enumerate(
        ("income_yuan@12", "income_yuan@12:fifth_1", "income_yuan", "purse/income_yuan@12", "purse/income_yuan@12#1")
    ):
        assert parse_outcome(text, 24).of(records) == row + 1.0
    with pytest.raises(UserError, match=r"no run reports headcuont@12:all.*did you mean 'headcount'"):
        parse_outcome("headcuont@12", 24).of(records)
    with pytest.raises(UserError, match="did you mean 'fifth_1'"):
        parse_outcome("income_yuan@12:fifth_9", 24).of(records)


def test_an_outcome_has_both_names_and_a_unit() -> None:
    poor = Outcome("headcount", 12, "poor_at_start")
    assert poor.title[0] != poor.name and poor.group_title[1] != poor.group
    assert (poor.unit(), poor.unit(difference=True), poor.better) == ("share", "points", -1.0)
    own = Outcome("something_new", 12)
    assert own.title == ("something_new", "something_new") and own.better == 1.0
