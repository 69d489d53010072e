"""The workbook: numbers as numbers, one language, headings in sight, no formulas, the same bytes each time."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import dummy
import dummy_tables
import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from experiments.compare.report.book import ONE_PAGE_ROWS, PAGE_WIDTH, Book, Value
from experiments.compare.report.context import Context
from experiments.compare.report.data import Experiment
from experiments.compare.report.workbook import workbook_bytes
from experiments.compare.tables import COLUMNS
from experiments.pages.spreadsheet import safe_cell
from sim.facts.trades import TRADES

SHEETS = {
    "zh": "方案对照 分乡镇 分单位 分周 任务进度 核对 差异 分组 连带影响 "
    "资金 资金来源 单位成本 增减户 协同 渠道 排序 说明",
    "en": "Plans|By township|By unit|By week|Progress of tasks|County|Differences|By group|Spillovers|Money|Purses|"
    "Cost per point|Gained and lost|Synergy|Channels|Ranking|Notes",
}
PAIRED = ("scenario", "month", "group", "name", "item", "mean")
SOFFICE = shutil.which("soffice")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dummy.make(
        tmp_path_factory.mktemp("workbook") / "demo", 3, tuple(s for s in dummy_tables.SCENARIOS if s != "cash")
    )


@pytest.fixture(scope="module")
def written(folder: Path) -> dict[str, bytes]:
    return {language: workbook_bytes(Experiment(folder), language) for language in ("zh", "en")}


@pytest.fixture(scope="module")
def books(written: dict[str, bytes]) -> dict[str, Workbook]:
    return {language: load_workbook(io.BytesIO(content)) for language, content in written.items()}


def test_headings_stay_in_sight_in_one_language(books: dict[str, Workbook]) -> None:
    assert books["zh"].sheetnames == SHEETS["zh"].split() and books["en"].sheetnames == SHEETS["en"].split("|")
    for language, book in books.items():
        for sheet in book:
            assert sheet.freeze_panes == "A2" and sheet.max_row > 1, sheet.title
            for cell in sheet[1]:
                chinese = any(ord(c) > 0x2E7F for c in cell.value)
                assert chinese == (language == "zh"), cell.value
            assert sheet.page_setup.fitToWidth == 1 and sheet.print_title_rows == "$1:$1", sheet.title
            assert sheet.page_setup.fitToHeight == 1 or sheet.max_row > ONE_PAGE_ROWS, sheet.title
            assert sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.print_area


def test_a_long_sheet_prints_every_row_and_a_wide_one_is_no_wider_than_a_page_can_show(folder: Path) -> None:
    book = Book(Experiment(folder), "zh")
    weeks = [f"第{week}周" for week in range(1, 16)]
    row = ["很长的方案名称" * 5, "很长的措施名称" * 4, "交付内容", *(Value(1234.0, "count") for _ in weeks)]
    sheet = book.sheet("weeks", ["方案", "措施", "交付", *weeks], [row] * 195, ["说明"])
    assert sheet.print_area == "'分周'!$A$1:$R$197" and sheet.print_title_rows == "$1:$1"
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sum(sheet.column_dimensions[cell.column_letter].width for cell in sheet[1]) <= PAGE_WIDTH
    assert sheet["A2"].alignment.wrap_text and sheet.row_dimensions[2].height >= 3 * 16


def test_numbers_are_numbers_in_the_unit_of_their_heading(folder: Path, books: dict[str, Workbook]) -> None:
    exp, zh, en = Experiment(folder), books["zh"]["方案对照"], books["en"]["Plans"]
    kinds = {cell.data_type for book in books.values() for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds and "n" in kinds
    heads = [cell.value for cell in zh[1]]
    cost, poor = heads.index("比对照多花（万元）"), heads.index("贫困发生率变化（个百分点）")
    first = Context(exp, "zh").ranked[0]
    extra = Context(exp, "zh").extra_cost(first).value
    fall = exp.difference(first, exp.months[-1], "all", "headcount")
    assert fall is not None
    row, english = ([cell.value for cell in sheet[2]] for sheet in (zh, en))
    assert row[cost] == pytest.approx(extra / 1e4) and english[cost] == pytest.approx(extra)
    assert row[poor] == pytest.approx(fall.value * 100) and zh.cell(2, poor + 1).number_format == "0.00"
    assert len(zh._charts) == 2 and len(books["zh"]["分周"]._charts) <= 1
    progress = [cell.value for cell in books["zh"]["任务进度"][1]]
    assert "实际完成（填写）" in progress and "完成期限" in progress


def test_townships_with_what_can_be_told_and_what_is_not_shown(folder: Path, books: dict[str, Workbook]) -> None:
    exp = Experiment(folder)
    ranked = Context(exp, "zh").ranked
    gain = exp.difference(ranked[0], exp.months[-1], "all", "income_yuan")
    assert gain is not None
    lines = list(books["zh"]["分乡镇"].iter_rows(min_row=2, values_only=True))
    rows, below = lines[: 15 * len(ranked)], [str(line[0]) for line in lines[15 * len(ranked) :]]
    assert rows[0][1:5] == ("乡镇1", 15, 3000, pytest.approx(2 * gain.value))
    assert rows[0][7] == rows[0][11] == "成效更大" and rows[1][7] == "无法区分"
    assert rows[14][1:] == ("乡镇15", 13, "不足10户", None, None, None, "不显示", None, None, None, "不显示")
    assert any("不足10户的乡镇不显示数据：乡镇15" in text for text in below)
    assert any("14个乡镇中有1个" in text for text in below)
    english = [str(line[0]) for line in books["en"]["By township"].iter_rows(min_row=2, values_only=True)]
    assert any("1 of 14 townships" in text for text in english)


def test_an_older_experiment_lists_its_townships_alone(tmp_path: Path) -> None:
    there = dummy.make(tmp_path / "older", 2, ("baseline", "training"))
    (there / "tables" / "township.parquet").unlink()
    sheet = load_workbook(io.BytesIO(workbook_bytes(Experiment(there), "zh")))["分乡镇"]
    lines = list(sheet.iter_rows(values_only=True))
    assert [line[:2] for line in lines[:3]] == [("乡镇", "贫困村数"), ("乡镇1", 15), ("乡镇2", 12)]
    assert "未含分乡镇数据" in str(lines[-1][0])


def test_the_days_of_each_unit_with_its_trade(books: dict[str, Workbook]) -> None:
    units = [[cell.value for cell in line] for line in books["zh"]["分单位"].iter_rows(min_row=2, max_row=6)]
    assert [[line[1], *line[4:]] for line in units] == [[unit, 15 * unit, 15 * unit] for unit in range(1, 6)]
    for sheet in ("增减户", "分组"):
        cells = [str(cell.value) for line in books["zh"][sheet].iter_rows() for cell in line]
        assert any("已计入价格和用工的连带影响" in cell for cell in cells)


def test_the_county_is_counted_in_the_unit_beside_it(folder: Path, books: dict[str, Workbook]) -> None:
    known = Experiment(folder).table("reconcile").set_index("label_zh")
    for line in books["zh"]["核对"].iter_rows(min_row=2, values_only=True):
        if line[0] in known.index:
            factor = 100 if line[5].startswith("%") else 1
            assert line[1] == pytest.approx(known.loc[line[0], "model"])
            assert line[3] == pytest.approx(known.loc[line[0], "difference"] * factor)


def test_same_bytes_and_fixed_stamps(folder: Path, written: dict[str, bytes]) -> None:
    assert workbook_bytes(Experiment(folder), "zh") == written["zh"]
    with zipfile.ZipFile(io.BytesIO(written["zh"])) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2012, 12, 24, 0, 0, 0)}
        assert b"2012-12-24T00:00:00Z</dcterms:modified>" in archive.read("docProps/core.xml")


PAGES = {
    "方案对照": 1, "分乡镇": 4, "分单位": 3, "分周": 3, "任务进度": 2, "核对": 1,
    "差异": 6, "分组": 8, "连带影响": 4, "资金": 9, "资金来源": 9, "单位成本": 1,
    "增减户": 5, "协同": 1, "渠道": 8, "排序": 6, "说明": 1,
}  # fmt: skip
"""Pages that each sheet takes: one up to `ONE_PAGE_ROWS`, else as many as its rows need at the scale of its width."""


@pytest.mark.skipif(not SOFFICE, reason="LibreOffice is not here")
def test_libreoffice_opens_it_and_prints_each_sheet_on_as_many_pages_as_its_rows_need(
    tmp_path: Path, written: dict[str, bytes], books: dict[str, Workbook]
) -> None:
    assert list(PAGES) == SHEETS["zh"].split()
    for sheet in books["zh"]:
        assert (PAGES[sheet.title] == 1) == (sheet.page_setup.fitToHeight == 1), sheet.title
    path = tmp_path / "workbook.xlsx"
    path.write_bytes(written["zh"])
    command = [str(SOFFICE), f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", str(tmp_path), str(path)], check=True, capture_output=True, timeout=120)
    pages = re.findall(rb"/Type\s*/Page\b", path.with_suffix(".pdf").read_bytes())
    assert len(pages) == sum(PAGES.values())


def test_every_row_of_a_sheet_has_a_height_of_its_own(books: dict[str, Workbook]) -> None:
    for sheet in books["zh"]:
        heights = [sheet.row_dimensions[place].height for place in range(1, sheet.max_row + 1)]
        assert all(heights), sheet.title  # else the fonts of a machine move its page breaks


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "－1", " =1", "\u3000＝1"])
def test_text_that_looks_like_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


def test_characters_that_show_nothing_are_shown() -> None:
    assert safe_cell("a\x00b\x1b[2J\u202ec") == "a<U+0000>b<U+001B>[2J<U+202E>c"


def test_plain_text_is_left_alone() -> None:
    assert safe_cell("信贷 Credit") == "信贷 Credit"


def test_formulas_in_titles_do_nothing(folder: Path, tmp_path: Path) -> None:
    there = dummy.make(tmp_path / "evil", 2, ("baseline", "training"))
    manifest = json.loads((there / "manifest.json").read_text(encoding="utf-8"))
    for entry in manifest["scenarios"]:
        entry["title"] = {"en": '=HYPERLINK("x")', "zh": "@cmd"}
    manifest["command"] = "=cmd|' /C calc'!A0"
    (there / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    book = load_workbook(io.BytesIO(workbook_bytes(Experiment(there), "zh")))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert not (isinstance(cell.value, str) and cell.value[:1] in ("=", "+", "-", "@"))


def test_empty_experiment_still_opens(folder: Path, tmp_path: Path) -> None:
    there = dummy.make(tmp_path / "empty", 2, ("baseline",))
    for table in COLUMNS:
        (there / "tables" / f"{table}.parquet").unlink(missing_ok=True)
    book = load_workbook(io.BytesIO(workbook_bytes(Experiment(there), "zh")))
    assert book.sheetnames == SHEETS["zh"].split()
    assert "未计算" in book["差异"]["A2"].value


def test_pairings_by_trade_count_a_village_by_the_runs_in_which_a_unit_stands_beside_it(tmp_path: Path) -> None:
    """Two villages of 10 and 30 households; a bank stands beside the first always, beside the second in every other
    run, a school in the rest of them."""
    there = dummy.make(tmp_path / "paired", 2, ("baseline",))
    of_villages = {"households": (10, 30), "linked": (4, 6), "cadres": (2, 3), "covered": (4, 6), "most": (3, 2)}
    of_villages |= {"visits": (8, 12), "with_substance": (2, 4), "reached": (5, 7)}
    rows: list[tuple[str, str, int, float]] = [
        ("all", name, i, float(n)) for name, of in of_villages.items() for i, n in enumerate(of)
    ]
    bank, school = (list(TRADES).index(name) for name in ("bank", "school"))
    rows += [("all", "cadres_with", 27, 1.0)]  # a cadre with 27 households is no 28th village
    rows += [("unit_1", "trade", 0, bank), ("unit_1", "village", 0, 1.0), ("unit_1", "village", 1, 0.5)]
    rows += [("unit_2", "trade", 0, school), ("unit_2", "village", 1, 0.25)]
    columns = COLUMNS["pairing"].replace("|", " ").split()
    frame = pd.DataFrame(rows, columns=["group", "name", "item", "mean"]).assign(
        scenario="baseline", month=3, **{c: 0.0 for c in columns if c not in PAIRED}
    )
    frame[columns].to_parquet(there / "tables" / "pairing.parquet")
    sheet = load_workbook(io.BytesIO(workbook_bytes(Experiment(there), "en")))["Pairing"]
    found = {row[1]: row[2:] for row in sheet.iter_rows(min_row=2, max_row=4, values_only=True)}
    assert found["bank branch"] == (1, 1.5, 25, 7, 3.5, 7, 3, 14, 4, 8.5)
    assert found["school"] == (1, 0.25, 7.5, 1.5, 0.75, 1.5, 2, 3, 1, 1.75)
    assert found["no unit"] == (None, 0.25, 7.5, 1.5, 0.75, 1.5, 2, 3, 1, 1.75)
