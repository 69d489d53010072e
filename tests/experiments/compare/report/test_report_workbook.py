"""The workbook: numbers as numbers, both languages, nothing a spreadsheet would execute, the same bytes each time."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import dummy
import dummy_tables
import pytest
from openpyxl import Workbook, load_workbook

from experiments.compare.report.data import Experiment
from experiments.compare.report.workbook import workbook_bytes
from experiments.compare.tables import COLUMNS
from experiments.pages.spreadsheet import safe_cell

SHEETS = [
    "结论 Answer", "核对 County", "差异 Differences", "分组 By group", "连带影响 Spillovers", "第100天 Day 100",
    "干部工作日 Cadre-days", "资金 Money", "资金来源 Purses", "单位成本 Cost per point", "增减户 Gained and lost",
    "协同 Synergy", "渠道 Channels", "排序 Ranking", "说明 Notes",
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dummy.make(
        tmp_path_factory.mktemp("workbook") / "demo", 3, tuple(s for s in dummy_tables.SCENARIOS if s != "cash")
    )


@pytest.fixture(scope="module")
def written(folder: Path) -> bytes:
    return workbook_bytes(Experiment(folder))


@pytest.fixture(scope="module")
def book(written: bytes) -> Workbook:
    return load_workbook(io.BytesIO(written))


def test_sheets_headers_and_frozen_panes(book: Workbook) -> None:
    assert book.sheetnames == SHEETS
    for sheet in book:
        assert sheet.freeze_panes, sheet.title
        assert sheet.max_row > 1
        header = int(str(sheet.freeze_panes)[1:]) - 1
        for cell in sheet[header]:
            if cell.value:
                assert any(ord(c) > 0x2E7F for c in cell.value) and any(c.isascii() and c.isalpha() for c in cell.value)
        assert all(d.width and d.width >= 9 for d in sheet.column_dimensions.values())


def test_numbers_are_numbers_and_nothing_is_a_formula(book: Workbook) -> None:
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds and "n" in kinds
    sheet = book["差异 Differences"]
    row = next(r for r in sheet.iter_rows(min_row=2) if "人均纯收入 " in str(r[2].value) and r[1].value == 36)
    assert isinstance(row[3].value, float) and row[3].number_format == "#,##0.0"
    assert book["结论 Answer"]["A1"].value.startswith("未经校准")


def test_spillovers_and_the_days_of_each_unit(book: Workbook) -> None:
    lines = [[cell.value for cell in line] for line in book["连带影响 Spillovers"].iter_rows(min_row=4)]
    mine = next(r for r in lines if r[1] == 36 and "全体" in r[2] and r[3].startswith("人均纯收入 "))
    assert (
        mine[4] + mine[7] == pytest.approx(mine[10]) and mine[7:10] == [-60, -65, -55] and mine[13:15] == ["元 yuan", 3]
    )
    units = [[cell.value for cell in line] for line in book["干部工作日 Cadre-days"].iter_rows(min_row=2)]
    assert [line[1:] for line in units[:5]] == [[unit, 15 * unit, 15 * unit] for unit in range(1, 6)]
    for sheet in ("增减户 Gained and lost", "分组 By group"):
        assert "已计入价格和用工的连带影响" in book[sheet]["A1"].value
        assert "endogenous closure" in book[sheet]["A2"].value


def test_same_bytes_and_fixed_stamps(folder: Path, written: bytes) -> None:
    assert workbook_bytes(Experiment(folder)) == written
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2012, 12, 24, 0, 0, 0)}
        assert b"2012-12-24T00:00:00Z</dcterms:modified>" in archive.read("docProps/core.xml")


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
    book = load_workbook(io.BytesIO(workbook_bytes(Experiment(there))))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert not (isinstance(cell.value, str) and cell.value[:1] in ("=", "+", "-", "@"))


def test_empty_experiment_still_opens(folder: Path, tmp_path: Path) -> None:
    there = dummy.make(tmp_path / "empty", 2, ("baseline",))
    for table in COLUMNS:
        (there / "tables" / f"{table}.parquet").unlink(missing_ok=True)
    book = load_workbook(io.BytesIO(workbook_bytes(Experiment(there))))
    assert book.sheetnames == SHEETS
    assert "未计算" in book["差异 Differences"]["A1"].value
