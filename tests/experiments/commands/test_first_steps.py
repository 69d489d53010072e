"""What somebody meets who uses the form for the first time and makes the mistakes that offices make."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from experiments.cli import app
from sim.core.chinese import in_chinese
from sim.population import fitting


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("form") / "填报表.xlsx"
    assert CliRunner().invoke(app, ["template", str(path), "--from", "baseline,microcredit"]).exit_code == 0
    return path


def test_refusals_of_a_form_end_in_no_english_and_say_nothing_twice(form: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(form)
    county = {line[0].value: line[1] for line in book["本县"].iter_rows(min_row=3)}
    county["贫困线"].value, county["贫困发生率"].value = "二千三百", 36
    book["措施"]["B4"].value = "小额贷款"
    book["资金"]["E3"].value = "2019年1月10日"
    book["资金"]["D4"].value = 9_300_000
    path = tmp_path / "错表.xlsx"
    book.save(path)
    said = CliRunner().invoke(app, ["scenario", "check", str(path), "--language", "zh"])
    assert said.exit_code == 2
    text = said.output.replace("\n", "")
    for part in ("“二千三百”不是数字，请写数字", "没有百分号", "晚于活动最后一天", "本列单位是万元"):
        assert part in text
    assert text.count("是不是“小额信贷”") == 1
    assert not re.search("correct the|write digits|write the unit|beside it", text)


def test_a_form_with_several_plans_is_asked_about(form: Path) -> None:
    command = ["plan", str(form), "--target", "8000", "--year", "2020", "--language", "zh"]
    said = CliRunner().invoke(app, command)
    assert said.exit_code == 2 and "有多个方案，请指明一个" in said.output


def test_books_that_contradict_each_other_name_their_cells_and_the_wait_is_told(
    form: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = openpyxl.load_workbook(form)
    county = {line[0].value: line[1] for line in book["本县"].iter_rows(min_row=3)}
    county["贫困发生率"].value = "5%"
    path = tmp_path / "矛盾.xlsx"
    book.save(path)
    monkeypatch.setattr(fitting, "LEAST_VILLAGES", 12)
    monkeypatch.setattr(fitting, "reference_villages", lambda profile: 12)
    headcount, income, line = (county[name].coordinate for name in ("贫困发生率", "农民人均收入", "贫困线"))
    said = CliRunner().invoke(app, ["population", "describe", str(path), "--language", "zh"])
    text = said.output.replace("\n", "")
    assert said.exit_code == 2
    assert f"矛盾.xlsx [本县!{headcount}]：贫困发生率5.0%与人均收入4,344元" in text
    assert f"请一并核对本县!{income}、本县!{line}" in text and "poverty" not in text
    assert "正在拟合模拟县，使其与本县数字相符：第1次" in text
    said = CliRunner().invoke(app, ["scenario", "check", str(path), "--language", "zh"])
    assert said.exit_code == 2 and f"矛盾.xlsx [本县!{headcount}]" in said.output.replace("\n", "")
    results = tmp_path / "results"
    said = CliRunner().invoke(app, ["compare", str(path), "--results", str(results), "-j", "0", "--language", "zh"])
    text = said.output.replace("\n", "")
    assert said.exit_code == 2 and f"矛盾.xlsx [本县!{headcount}]：贫困发生率5.0%" in text
    assert not results.exists(), "refused before any run, not seed by seed"


def test_what_headcounts_can_be_reached_is_said_in_chinese() -> None:
    assert in_chinese("from about 32.5% up to about 66.2% at that mean") == "按此人均收入，约32.5%至66.2%"


def test_the_overview_of_commands_is_in_chinese() -> None:
    said = CliRunner().invoke(app, ["--help", "--language", "zh"], env={"COLUMNS": "200"}).output
    assert "用法" in said and not re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}", said)
