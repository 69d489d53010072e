"""The brief: two sheets of A4 with the amounts, the answer and what it leans on, in either language."""

from __future__ import annotations

import json
import re
from pathlib import Path

import dummy
import pytest

from experiments.compare.report import brief as module
from experiments.compare.report.brief import brief
from experiments.compare.report.data import Experiment
from experiments.compare.report.room import GAP_MM, HEADING_MM, LINE_MM, part_mm, table_mm
from experiments.pages import pdf
from experiments.pages.numbers import Estimate


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dummy.make(tmp_path_factory.mktemp("brief") / "demo", 4, ("baseline", "microcredit", "training", "cash"))


@pytest.fixture(scope="module")
def pages(folder: Path) -> dict[str, str]:
    return {language: brief(Experiment(folder), language) for language in ("en", "zh")}


def text_of(page: str) -> str:
    return re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)


def test_two_sheets_with_all_that_a_committee_asks(pages: dict[str, str]) -> None:
    for page in pages.values():
        assert page.count('class="sheet"') == 2 and "http:" not in page and "nan" not in text_of(page).lower().split()
    for heading in (
        "结论",
        "各方案对照",
        "资金安排",
        "不实施也会发生什么",
        "谁没有受益",
        "受什么制约",
        "什么会改变结论",
        "把握有多大",
    ):
        assert heading in pages["zh"]
    for heading in (
        "Answer",
        "side by side",
        "spends on",
        "without any of them",
        "left out",
        "binds",
        "turn",
        "How sure",
    ):
        assert heading in pages["en"]


def test_amounts_stand_in_the_unit_of_the_language(folder: Path, pages: dict[str, str]) -> None:
    stated = {p["kind"]: p for s in Experiment(folder).scenarios for p in s.plan.get("policies", [])}
    amounts = [float(p[key]) for p in stated.values() for key in ("quota_yuan", "budget_yuan") if p.get(key)]
    for amount in amounts:
        assert f"{amount / 1e4:,.0f}" in pages["zh"], amount


def test_no_margin_of_error_until_parameters_were_varied(folder: Path, pages: dict[str, str]) -> None:
    for language, page in pages.items():
        first = re.search(r'class="answer">(.*?)</p>', page)
        assert first and "±" not in first[1], language
        for row in re.findall(r"<tbody>.*?</tbody>", page, re.DOTALL):
            assert "±" not in row
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    varied = Experiment(folder)
    varied._stored.manifest["parameters"] = {**(manifest.get("parameters") or {}), "mode": "ranges"}
    if varied.mode == "ranges":
        assert "没有变动参数" not in brief(varied, "zh")


def test_a_part_of_a_county_says_so(pages: dict[str, str], folder: Path) -> None:
    whole = Experiment(folder).manifest["world"]
    said = "全部" if whole["villages"] >= 215 else "只测算了"
    assert said in pages["zh"]


def test_money_of_both_columns_is_on_one_scale(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "stated", lambda *_: 21_500_000.0)
    part = Experiment(folder)
    assert part.profile is not None and part.manifest["world"]["villages"] == part.profile.villages == 215
    assert "计划资金（万元，全县）" in brief(part, "zh")
    assert '<td class="num">2,150</td>' in brief(part, "zh")
    part._stored.manifest["world"] = {**part.manifest["world"], "villages": 43}
    page = brief(part, "zh")
    assert "计划资金（万元，测算的43个村）" in page and "多花（万元，测算的43个村）" in page
    assert '<td class="num">430</td>' in page


def test_cash_that_is_only_reckoned_is_not_counted_without_a_word(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Experiment, "difference", lambda *_: Estimate(40.0, 30.0, 50.0))
    assert "除仅供测算的等额现金外，所比较的2个方案中" in brief(Experiment(folder), "zh")
    said = "among the 2 plans compared, cash for calculation only left aside"
    assert said in " ".join(brief(Experiment(folder), "en").split())


def test_doubts_about_money_are_said(folder: Path) -> None:
    doubted = Experiment(folder)
    one = {"scenario": "microcredit", "en": "the purse holds 5", "zh": "可用资金只有5万元"}
    doubted._stored.manifest["doubts"] = [one, {**one, "scenario": "training"}]
    assert text_of(brief(doubted, "zh")).count("请核对：可用资金只有5万元。") == 1
    assert "Please look: the purse holds 5." in brief(doubted, "en")


def test_the_first_sheet_is_filled_and_not_overfilled(pages: dict[str, str]) -> None:
    assert pages["zh"].split('class="sheet"')[1].count("<h2>") >= 5
    for page in pages.values():
        first, second = page.split('class="sheet"')[1:]
        assert first.count("<h2>") >= 4 and second.count("<h2>") >= 2
    assert part_mm(["字" * 45] * 10) == pytest.approx(HEADING_MM + 10 * (LINE_MM + GAP_MM))
    assert table_mm(("方案", "甲"), [("名", "1")], []) < table_mm(("方案", "甲"), [("名" * 30, "1")], [])


def test_an_experiment_without_results_still_has_a_brief(tmp_path: Path) -> None:
    there = dummy.make(tmp_path / "empty", 2, ("baseline",))
    for table in (there / "tables").iterdir():
        table.unlink()
    assert "暂无法作出结论" in brief(Experiment(there), "zh")


@pytest.mark.skipif(pdf.browser() is None, reason="no Chromium here")
def test_it_prints_on_two_pages(tmp_path: Path, pages: dict[str, str]) -> None:
    for language, page in pages.items():
        file = tmp_path / f"brief.{language}.html"
        file.write_text(page, encoding="utf-8")
        printed = pdf.print_pdf(file).read_bytes()
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 2
