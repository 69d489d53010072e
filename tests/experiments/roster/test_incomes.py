"""Recorded incomes enter as what the registry believes; those in doubt do not, and their cells are said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from experiments.cli import app
from experiments.roster.book import write_book
from experiments.roster.example import example
from experiments.roster.importing import places_of
from experiments.workbook.make import filled
from sim.population.profile_file import load_profile


def imported(
    folder: Path, changes: dict[int, dict[str, Any]], *options: str, profile: str = "five_villages"
) -> tuple[pd.DataFrame, str]:
    """Thirty households with changed cells (by the row of the sheet of households), imported into five villages."""
    made = example(30, passing=True, layouts="D", places=(places_of(load_profile("five_villages"))[0], 6))
    head, rows = made.sheets["户"]
    for place, cells in changes.items():
        for name, cell in cells.items():
            rows[place - 2][list(head).index(name)] = cell
    write_book(folder / "名册.xlsx", made.sheets)
    command = ["roster", "import", str(folder / "名册.xlsx"), "--profile", profile, "--language", "zh"]
    command += ["--out", str(folder / "own.toml"), "--key", str(folder / "a.key"), *options]
    said = CliRunner().invoke(app, command)
    assert said.exit_code == 0, said.output
    return pq.read_table(folder / "own.households.parquet").to_pandas(), said.output


def test_a_planners_form_is_a_profile_that_households_can_enter(tmp_path: Path) -> None:
    (tmp_path / "填报表.xlsx").write_bytes(filled([], "five_villages"))
    rows, _ = imported(tmp_path, {}, profile=str(tmp_path / "填报表.xlsx"))
    made = load_profile(tmp_path / "own.toml").model_dump()
    again, _ = imported(tmp_path, {})
    assert rows.drop(columns="key", errors="ignore").equals(again.drop(columns="key", errors="ignore"))
    other = load_profile(tmp_path / "own.toml").model_dump()
    assert made["roster"] and {**made, "roster": None} == {**other, "roster": None}


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"人均纯收入（元）": 0.4, "纯收入（元）": ""}, "请核实单位是元还是万元"),
        ({"人均纯收入（元）": 0, "纯收入（元）": ""}, "人均纯收入为0"),
        ({"人均纯收入（元）": "不详"}, "应填数字，实为文字"),
        ({"纯收入（元）": 99_999}, "人均纯收入乘以人数与纯收入不符"),
    ],
)
def test_an_income_that_cannot_be_believed_is_left_out_and_its_cell_is_said(
    tmp_path: Path, cells: dict[str, Any], sentence: str
) -> None:
    rows, said = imported(tmp_path, {7: cells})
    assert rows["recorded_yuan"].isna().sum() == 1 and "1 户未登记或存疑" in said
    assert sentence in said and "[户!" in said and "7]" in said


def test_recorded_incomes_enter_a_head_and_a_higher_level_than_the_countys_is_said(tmp_path: Path) -> None:
    whole, _ = imported(tmp_path, {})
    rows, said = imported(tmp_path, {row: {"人均纯收入（元）": ""} for row in range(2, 32)})
    assert rows["recorded_yuan"].notna().all() and (rows["recorded_yuan"] == whole["recorded_yuan"]).all()
    assert "30 户按登记的人均纯收入" in said and "--no-incomes" in said


def test_incomes_can_be_left_out(tmp_path: Path) -> None:
    rows, said = imported(tmp_path, {}, "--no-incomes")
    assert rows["recorded_yuan"].isna().all() and "登记的人均纯收入" not in said
