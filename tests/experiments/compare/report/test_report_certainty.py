"""What the page says of its certainty: what intervals cover, how often the ranking holds, what was calibrated."""

from __future__ import annotations

import io
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import dummy
import pandas as pd
import pytest
from openpyxl import load_workbook

from experiments.compare.report.context import Context
from experiments.compare.report.data import Experiment
from experiments.compare.report.page import render
from experiments.compare.report.sections import certainty, county
from experiments.compare.report.workbook import workbook_bytes
from experiments.compare.tables import write_table
from experiments.pages.blocks import Table
from experiments.pages.words import phrases

SCENARIOS = ("baseline", "microcredit", "training", "mix")
CALIBRATION = {"parameters": ["policies.course_gain", "farm.skill_yield"], "vectors": 24, "targets": 18}
LEAN = {
    "name": "lean",
    "a": "mix",
    "b": "training",
    "outcome": "income_yuan@36",
    "leans_on": ["policies.course_gain"],
    "turns_round": [{"parameter": "policies.course_gain", "value": 0.12, "direction": "below"}],
    "method": "Sobol",
    "samples": 512,
}
RANGES = {"mode": "ranges", "digest": "x", "calibrated_vectors": 24, "calibrated": ["a.b", "c.d"], "ranges": 250}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dummy.make(tmp_path_factory.mktemp("certainty") / "demo", 8, SCENARIOS)


def page(folder: Path, language: str = "en", **more: Any) -> str:
    """The page of the same folder with another manifest."""
    return _page(folder, language, json.dumps(more))


@cache
def _page(folder: Path, language: str, more: str) -> str:
    return render(experiment(folder, **json.loads(more)), language)


def experiment(folder: Path, **more: Any) -> Experiment:
    path = folder / "manifest.json"
    old = path.read_text(encoding="utf-8")
    try:
        path.write_text(json.dumps(json.loads(old) | more), encoding="utf-8")
        return Experiment(folder)
    finally:
        path.write_text(old, encoding="utf-8")


def drawn(folder: Path, language: str) -> str:
    counts = {"done": 8, "asked": 8, "tried": 15, "unfitted": 7, "step": 4, "limit": 64}
    return page(folder, language, parameters=RANGES, replicates=counts)


def test_every_source_line_says_what_the_interval_covers(folder: Path) -> None:
    for language, chance, both in (
        ("en", "chance only", "chance and parameters together"),
        ("zh", "只计随机情形", "随机情形和参数均计入"),
    ):
        of_chance, of_both = page(folder, language), drawn(folder, language)
        for html, there, absent in ((of_chance, chance, both), (of_both, both, chance)):
            lines = re.findall(r'<p class="source">(.*?)</p>', html)
            assert len(lines) > 5 and absent not in html
            assert all(there in line for line in lines if "95%" in line)


def test_under_drawn_parameters_intervals_of_sums_are_of_another_draw(folder: Path) -> None:
    chance = Context(Experiment(folder), "en").gap_fall("mix")
    both = Context(experiment(folder, parameters=RANGES), "en").gap_fall("mix")
    assert chance is not None and both is not None
    assert both.value == chance.value and both.half == pytest.approx(3 * chance.half)  # sqrt(1 + 8)


def test_the_page_says_how_runs_took_their_parameters(folder: Path) -> None:
    english, chinese = drawn(folder, "en"), drawn(folder, "zh")
    assert "24 calibrated vectors of 2 parameters and drew 250 others" in english and "250项参数" in chinese
    assert "7 of 15 parameter vectors could not be fitted" in english and "15组参数中有7组无法与本县账目吻合" in chinese
    assert "mean over 8 parameter vectors is known to" in english and "8组参数平均值的区间" in chinese
    assert "parameter vector" not in page(folder)


def test_how_often_the_ranking_holds_is_said_in_words(folder: Path) -> None:
    frame = Experiment(folder).table("ranking")
    here = frame[(frame["name"] == "income_yuan") & (frame["scenario"] == "mix")].set_index("other")["times"]
    nearest = here[["microcredit", "training"]].min()
    assert f"In {nearest} of 8 runs (chance only) “" in page(folder)
    assert f"In {nearest} of 8 parameter vectors “" in drawn(folder, "en")
    assert f"在8组参数中，第3年人均纯收入有{nearest}组" in drawn(folder, "zh")
    assert f"在8次模拟中（仅随机情形不同），第3年人均纯收入有{nearest}次" in page(folder, "zh")
    row = Experiment(folder).difference_row("mix", 36, "all", "income_yuan")
    assert f"raises income in {row['share_positive'] * 8:.0f} of 8 parameter vectors" in drawn(folder, "en")
    assert "raises income in" not in page(folder)
    table, pairs = certainty.ranking(Context(Experiment(folder), "en"))
    assert table.rows[0][1].text == f"{here['']} of 8"  # type: ignore[union-attr]
    assert len(pairs.rows) == 3  # type: ignore[union-attr]


def test_what_was_calibrated_and_what_was_only_checked(folder: Path) -> None:
    plain = page(folder, calibration=CALIBRATION)
    assert "uncalibrated" in plain and "Calibrated in part" not in plain
    for language, words in (
        ("en", ("Calibrated in part: 2 numbers", "18 published figures", "only checked", "docs/evidence.md")),
        ("zh", ("部分校准：2项参数", "18项公开数据", "只作检验", "docs/calibration.md")),
    ):
        html = page(folder, language, calibrated=True, calibration=CALIBRATION)
        assert all(word in html for word in words)
        assert "ncalibrated" not in html and "未经校准" not in html


def test_the_conclusion_of_a_sensitivity_experiment_is_quoted(folder: Path) -> None:
    english, chinese = (page(folder, language, sensitivity=LEAN) for language in ("en", "zh"))
    assert "Sobol, 512 parameter vectors" in english and "falls below 0.12" in english
    assert "低于0.12，结论将反转" in chinese
    open_ = page(folder, sensitivity={**LEAN, "decided": False})
    assert "cannot be told whether" in open_ and "is reversed" not in open_
    assert "Of the 8 numbers that were moved alone, none reverses it" in page(
        folder, sensitivity={**LEAN, "turns_round": [], "moved_alone": 8}
    )
    turn = {"parameter": "farm.price_yuan", "value": 0.9, "direction": "below", "times": True}
    listed = {**LEAN, "turns_round": [turn]}
    assert "falls below 0.9 times its values" in page(folder, sensitivity=listed)
    assert "not computed in this experiment. A sensitivity analysis" in page(folder)


def test_the_main_lines_of_the_books_come_first_and_failing_ones_with_them(tmp_path: Path) -> None:
    there = dummy.make(tmp_path / "long", 2, ("baseline", "training"))
    frame = Experiment(there).table("reconcile")
    bad = frame["name"] == "housing"
    assert list(frame.loc[bad, "within"]) == [False]
    rest = [frame.assign(name=frame["name"] + str(k), within=True) for k in range(3)]
    write_table(there / "tables" / "reconcile.parquet", "reconcile", [pd.concat([frame, *rest])])
    short, every = county.build(Context(Experiment(there), "en")).blocks[1:]
    assert isinstance(short, Table) and isinstance(every, Table)
    assert (short.fold, every.fold, len(every.rows)) == (False, True, 36)
    shown = [row[0].text for row in short.rows]
    assert any("Land a head" in text for text in shown) and any("Net income" in text for text in shown)
    assert len(shown) <= 9 and "All 36 lines" in render(Experiment(there), "en")


def test_money_flows_have_intervals(folder: Path) -> None:
    html = page(folder)
    figure = html[html.index('id="f-flows"') : html.index("</figure>", html.index('id="f-flows"'))]
    assert "±" in figure


def test_the_workbook_has_the_ranking_and_says_what_limits_cover(folder: Path) -> None:
    sheets = load_workbook(io.BytesIO(workbook_bytes(Experiment(folder), "en")))
    ranking = [[cell.value for cell in row] for row in sheets["Ranking"].iter_rows()]
    assert any("all others" in str(row[1]) and row[4] is not None for row in ranking)
    assert "chance" in str([[cell.value for cell in row] for row in sheets["Plans"].iter_rows()])


def test_words_of_drawn_parameters_stand_in_for_others() -> None:
    added = {"gain_holds", "mode_calibrated", "mode_ranges", "unfitted"}
    assert set(phrases("report_drawn")) - set(phrases("report")) == added
