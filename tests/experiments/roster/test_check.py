"""Rosters are read by their headings; in a clean one nothing is found, and what was planted is found in its place."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import openpyxl
import pytest

from experiments.roster.book import write_book
from experiments.roster.check import Checked, check
from experiments.roster.defects import KINDS, Ask
from experiments.roster.example import Example, example
from experiments.roster.fields import fields, match, one_off
from experiments.roster.plant import Planted, plant

ASK = Ask(20221231)
HERE = Path(__file__).parent
MANIFEST = ' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'


def write(path: Path, made: Example) -> Path:
    write_book(path, made.sheets)
    return path


def people(households: int = 40) -> tuple[list[str], list[list[Any]]]:
    head, rows = example(households, passing=True).sheets["人员"]
    return list(head), rows


def found(checked: Checked) -> set[tuple[str, str, int, int]]:
    return {(place.kind.name, place.sheet, place.row, place.column) for place in checked.places()}


def check_rows(path: Path, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> Checked:
    write_book(path, {"一": (head, rows)})
    return check([path], ASK)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Planted]]:
    made = example(600, passing=True, layouts="ADE")
    defects = plant(made)
    return write(tmp_path_factory.mktemp("roster") / "planted.xlsx", made), defects


def test_nothing_is_found_in_a_clean_roster(tmp_path: Path) -> None:
    checked = check([write(tmp_path / "clean.xlsx", example(600, passing=True, layouts="ADE"))], ASK)
    assert checked.counts() == {}
    assert checked.households == 600
    assert checked.people > 1500


def test_every_planted_defect_is_found_in_its_place(planted: tuple[Path, list[Planted]]) -> None:
    path, defects = planted
    there = found(check([path], ASK))
    assert [one for one in defects if (one.kind, one.sheet, one.row, one.column) not in there] == []
    assert len({one.kind for one in defects}) > 100


def test_what_was_planted_is_found_in_text_of_either_encoding(
    planted: tuple[Path, list[Planted]], tmp_path: Path
) -> None:
    path, defects = planted
    book = openpyxl.load_workbook(path, read_only=True)
    rows = [["" if cell is None else cell for cell in row] for row in book["人员"].iter_rows(values_only=True)]
    counts = []
    for name, encoding, mark in (("a", "utf-8", b""), ("b", "utf-8", b"\xef\xbb\xbf"), ("c", "gb18030", b"")):
        target = tmp_path / f"{name}.csv"
        with open(target, "w", encoding=encoding, newline="") as file:
            csv.writer(file, lineterminator="\r\n").writerows(rows)
        target.write_bytes(mark + target.read_bytes())
        checked = check([target], ASK)
        counts.append(checked.counts())
        there = {(kind, row, column) for kind, _, row, column in found(checked)}
        # Numbers kept as text are what a CSV is made of.
        mine = [d for d in defects if d.sheet == "人员" and d.kind not in ("number_quoted", "id_number")]
        assert [d for d in mine if (d.kind, d.row, d.column) not in there] == []
    assert counts[0] == counts[1] == counts[2]


def test_columns_may_stand_anywhere_and_be_called_otherwise(tmp_path: Path) -> None:
    head, rows = people()
    order = np.random.default_rng(2).permutation(len(head)).tolist()
    other = {"证件号码": "身份证号", "主要致贫原因": "致贫原因1", "行政村": " 行 政 村 "}
    shuffled = [[row[i] for i in order] for row in rows]
    checked = check_rows(tmp_path / "a.xlsx", [other.get(head[i], head[i]) for i in order], shuffled)
    assert checked.counts() == {}
    shuffled[0][order.index(head.index("证件号码"))] = ""
    checked = check_rows(tmp_path / "b.xlsx", [head[i] for i in order], shuffled)
    assert found(checked) == {("id_missing", "一", 2, order.index(head.index("证件号码")) + 1)}


def test_a_heading_over_two_rows_below_a_title(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    rows = example(30, passing=True, layouts="D").sheets["户"]
    head = list(rows[0])
    above = [""] * len(head)
    for name, first, last in (
        ("工资性收入明细", "公益性岗位收入", "其他工资性收入"),
        ("转移性收入明细", "计划生育金", "其他转移性收入"),
    ):
        above[head.index(first)] = name
        sheet.merge_cells(start_row=3, end_row=3, start_column=head.index(first) + 1, end_column=head.index(last) + 1)
    for place, text in enumerate(head):
        if place < 4:
            above[place] = text
    sheet.cell(1, 1, "示例县农户收入情况表")
    for place, text in enumerate(above, 1):
        if text:
            sheet.cell(3, place, text)
    for place, text in enumerate(head, 1):
        if place > 4:
            sheet.cell(4, place, text)
    for number, row in enumerate(rows[1]):
        for place, value in enumerate(row, 1):
            sheet.cell(5 + number, place, value)
    sheet.freeze_panes = "A5"
    sheet.cell(7, head.index("其他工资性收入") + 1).value = 1
    book.save(tmp_path / "merged.xlsx")
    checked = check([tmp_path / "merged.xlsx"], ASK)
    assert found(checked) == {("income_parts", sheet.title, 7, head.index("工资性收入") + 1)}


def test_an_old_workbook_and_an_open_document_are_read(tmp_path: Path) -> None:
    assert check([HERE / "made_up.xls"], ASK).counts() == {}
    head, rows = people(12)
    rows[3][head.index("与户主关系")] = ""
    ods = write_ods(tmp_path / "made_up.ods", [head, *rows])
    assert ("relation_missing", "人员", 5, head.index("与户主关系") + 1) in found(check([ods], ASK))


def write_ods(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    def cell(value: Any) -> str:
        if isinstance(value, int | float):
            kind, text = f'"float" office:value="{value}"', str(value)
        else:
            kind, text = '"string"', escape(value)
        return f"<table:table-cell office:value-type={kind}><text:p>{text}</text:p></table:table-cell>"

    body = "".join("<table:table-row>" + "".join(map(cell, row)) + "</table:table-row>" for row in rows)
    names = "".join(f' xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{names} office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="人员">{body}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("content.xml", content)
        packed.writestr("META-INF/manifest.xml", f"<manifest:manifest{MANIFEST}></manifest:manifest>")
    return path


@pytest.mark.parametrize(
    ("heading", "name", "misspelt"),
    [
        ("检测对象类别", "monitored", True),
        ("务工时间（月）", "work_months", False),
        ("年收入（元）", "income", False),
        ("A3a主要致贫原因", "cause", False),
        ("aac001 户编号", "household", False),
        ("aac082", "net_per_head", False),
        ("易返贫致贫户（监测对象）类型", "monitored", False),
    ],
)
def test_headings_are_known_by_synonym_code_and_one_wrong_character(heading: str, name: str, misspelt: bool) -> None:
    it = match(heading)
    assert it is not None
    assert (it.field.name, it.misspelt) == (name, misspelt)


def test_no_heading_names_two_fields() -> None:
    said: dict[str, str] = {}
    for field in fields().values():
        for heading in (field.zh, *field.also):
            assert said.setdefault(heading, field.name) == field.name, heading
            at = match(heading, guess=False)
            assert at is not None and at.field.name == field.name, heading


def test_a_guess_is_made_only_where_one_word_is_near() -> None:
    assert match("致贫/返贫风险6") is None
    assert match("姓各") is None
    assert match("完全无关的一栏") is None
    assert one_off("监测对象", "检测对象") and one_off("监测对象", "监测象") and not one_off("监测对象", "对象监测")


def test_what_is_wrong_with_headings_and_sheets_is_said(tmp_path: Path) -> None:
    head, rows = people()
    more = [*head, "备注", "身份证号"]
    more[head.index("致贫原因") if "致贫原因" in head else head.index("主要致贫原因")] = "主要至贫原因"
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [more, *rows]:
        sheet.append(row)
    hidden = book.create_sheet("旧")
    hidden.append(["说明"])
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    assert set(check([tmp_path / "a.xlsx"], ASK).counts()) == {
        "heading_misspelt", "heading_unknown", "heading_twice", "sheet_unread",
    }  # fmt: skip


def test_what_most_of_a_column_has_is_said_once(tmp_path: Path) -> None:
    made = example(60)  # check digits that are wrong by design
    checked = check([write(tmp_path / "a.xlsx", made)], ASK)
    assert set(checked.counts()) <= {"id_check_digit", "id_x_lost", "id_zeros"}
    places = [place for place in checked.places() if place.kind.name == "id_check_digit"]
    assert [(place.row, place.rows) for place in places] == [(1, checked.counts()["id_check_digit"])]


def test_the_same_people_in_two_exports_are_no_doubles(tmp_path: Path) -> None:
    made = example(30, passing=True)
    head, rows = made.sheets["人员"]
    fewer = head.index("联系电话")
    other = Example({"人员": ([*head[:fewer]], [row[:fewer] for row in rows])})
    files = [write(tmp_path / "a.xlsx", made), write(tmp_path / "b.xlsx", other)]
    assert check(files, ASK).counts() == {}
    half = len(rows) // 2
    rows[half][head.index("证件号码")] = rows[0][head.index("证件号码")]
    parts = [Example({"人员": (head, rows[:half])}), Example({"人员": (head, rows[half:])})]
    files = [write(tmp_path / f"part{i}.xlsx", part) for i, part in enumerate(parts)]
    across = [(place.file, place.row) for place in check(files, ASK).places() if place.kind.name == "id_two_homes"]
    assert across == [("part0.xlsx", 2), ("part1.xlsx", 2)]


def test_every_kind_is_said_in_both_languages() -> None:
    for kind in KINDS.values():
        assert kind.zh.endswith("。") and kind.en.endswith((".", "?"))
        assert ("{detail}" in kind.zh) == ("{detail}" in kind.en)
        assert all(need in fields() for need in kind.needs)


Change = Callable[[list[str], list[list[Any]]], None]


def with_column(heading: str, *values: Any) -> Change:
    def change(head: list[str], rows: list[list[Any]]) -> None:
        head.append(heading)
        for i, row in enumerate(rows):
            row.append(values[i] if i < len(values) else "")

    return change


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("sex_differs", [with_column("性别", "女")]),  # the first is the head, a man
        ("birth_differs", [with_column("出生日期", "19010101")]),
        ("post_months", [with_column("公益性岗位类型", "护林员"), with_column("公益性岗位(月数)")]),
        ("post_most", [with_column("公益性岗位(月数)", 13)]),
        ("medical_two", [with_column(f"是否参加{name}基本医疗保险", "是") for name in ("城乡居民", "城镇职工")]),
        ("pension_two", [with_column(f"是否参加{name}基本养老保险", "是") for name in ("城乡居民", "城镇职工")]),
        ("dibao_and_destitute", [with_column("是否享受低保", "是"), with_column("是否特困供养人员", "是")]),
        ("work_ends", [with_column("开始时间", "2022年06月"), with_column("结束时间", "2022年03月")]),
        ("work_start_missing", [with_column("是否已务工", "是"), with_column("开始时间")]),
        ("exit_before_entry", [with_column("首次识别时间", *["2021-12-31"] * 3)]),
        ("person_before_home", [with_column("首次识别时间", "2018-12"), with_column("人员识别时间", "2016-12")]),
        ("cause_twice", [with_column("其他致贫原因", *["因病", "因残", "因学", "缺技术", "缺资金", "缺劳力"] * 8)]),
        ("head_id_differs", [with_column("户主证件号码", "990000190001010000")]),
    ],
)
def test_columns_that_other_layouts_have(tmp_path: Path, kind: str, changes: list[Change]) -> None:
    head, rows = people(20)
    for change in changes:
        change(head, rows)
    assert kind in check_rows(tmp_path / "a.xlsx", head, rows).counts()
