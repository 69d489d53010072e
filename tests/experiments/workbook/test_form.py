"""The planner's form: what is written is read back, whoever saved it, whatever offices do to it."""

from __future__ import annotations

import datetime as dt
import io
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from experiments.compare.run import _baseline
from experiments.workbook.as_toml import written
from experiments.workbook.make import filled
from experiments.workbook.marked import ENDING, load_or_mark, marked_bytes
from sim.core.errors import UserError
from sim.policies import registry
from sim.population.profile_file import load_profile
from sim.scenario import Plan, load_plan, load_plans
from sim.scenario.doubts import doubts_of
from sim.scenario.opened import notes_of
from sim.shipped import shipped
from sim.toml.source import each_problem
from sim.workbook.errors import CellError
from sim.workbook.layout import fields, sheet_name, words

SOFFICE = shutil.which("soffice")
Change = Callable[[Any], None]


def content(plan: Plan) -> dict[str, Any]:
    """What decides a plan but where its county is written."""
    found = plan.resolved()
    del found["world"]["profile"]
    return found


@pytest.fixture(scope="module")
def form() -> bytes:
    return filled(["baseline", "mix", str(shipped("more") / "winter_campaign.toml")])


@pytest.fixture(scope="module")
def meant() -> list[dict[str, Any]]:
    return [content(plan) for plan in load_plans(["baseline", "mix", shipped("more") / "winter_campaign.toml"])]


def test_a_form_has_the_same_bytes_with_and_without_lxml(form: bytes) -> None:
    """openpyxl writes with lxml where it is installed, which no package of ours asks for."""
    code = (
        "import sys; from experiments.workbook.make import filled; from sim.shipped import shipped\n"
        "sys.stdout.buffer.write(filled(['baseline', 'mix', str(shipped('more') / 'winter_campaign.toml')]))"
    )
    for wanted in ("True", "False"):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, env={**os.environ, "OPENPYXL_LXML": wanted}, check=True
        )
        assert done.stdout == form, wanted


def saved(folder: Path, form: bytes, change: Change) -> Path:
    """A form in which somebody has changed something."""
    book = load_workbook(io.BytesIO(form))
    change(book)
    path = folder / "填报表.xlsx"
    book.save(path)
    return path


def row_of(sheet: Any, label: str) -> int:
    """The row whose first cell says so."""
    return next(row for row in range(1, 200) if sheet.cell(row, 1).value == label)


def column_of(sheet: Any, heading: str) -> int:
    """The column of a heading."""
    return next(c for c in range(1, 40) if str(sheet.cell(2, c).value).startswith(heading))


def put(book: Any, sheet: str, label: str, heading: str, value: Any) -> None:
    """Fill in the cell of a row and a column."""
    page = book[sheet]
    page.cell(row_of(page, label), column_of(page, heading)).value = value


def test_every_shipped_scenario_and_profile_comes_back(tmp_path: Path) -> None:
    kinds = ("", "nulls", "without")
    files = [path for kind in kinds for path in sorted((shipped("scenarios") / kind).glob("*.toml"))]
    files += sorted(shipped("more").glob("*.toml"))
    plans = load_plans(files)
    files = [file for file, plan in zip(files, plans, strict=True) if plan.campaign.start == plans[0].campaign.start]
    assert len(files) > 40  # others release money after their campaign ends, which a form refuses
    path = tmp_path / "all.xlsx"
    path.write_bytes(filled([str(file) for file in files]))
    first, again = load_plans(files), load_plans([path])
    assert [plan.id for plan in first] == [plan.id for plan in again]
    for one, other in zip(first, again, strict=True):
        assert content(one) == content(other), one.id
    for profile in sorted(shipped("profiles").glob("*.toml")):
        form = tmp_path / f"{profile.stem}.xlsx"
        form.write_bytes(filled([], str(profile)))
        assert load_profile(form) == load_profile(profile)


def test_a_form_as_files_says_the_same(tmp_path: Path, form: bytes, meant: list[dict[str, Any]]) -> None:
    path = saved(tmp_path, form, lambda book: None)
    files = written(load_plans([path]), tmp_path / "out")
    assert [content(plan) for plan in load_plans(files[1:])] == meant
    assert load_profile(files[0]) == load_profile(path)
    again = tmp_path / "again.xlsx"
    again.write_bytes(filled([str(file) for file in files[1:]]))
    assert [content(plan) for plan in load_plans([again])] == meant


def forgiven(book: Any) -> None:
    """What offices do."""
    put(book, "本县", "活动开始日期", "填写内容", "２０１２年１２月２４日")
    put(book, "本县", "贫困村数", "填写内容", "２１５个")
    put(book, "本县", "农民人均收入", "填写内容", " 4，344.32元 ")
    put(book, "本县", "贫困发生率", "填写内容", "３３．２％")
    county = book["本县"]
    cell = county.cell(row_of(county, "建档立卡人口占比"), 2)
    cell.value, cell.number_format = 0.332, "0.0%"
    put(book, "本县", "联村单位全年自筹资金", "填写内容", "0.4278亿元")
    put(book, "资金", "财政扶贫产业资金", "到位日期", 41330)  # 2013-02-25 as Excel keeps it
    put(book, "资金", "财政扶贫产业资金", "金额", "3,000万元")
    put(book, "资金", "村级互助资金", "到位日期", "2013/1/4")
    put(book, "资金", "社会捐赠资金", "金额", "1465000元")
    put(book, "措施", "小额信贷", "金额", "１８８０万")
    towns = book["乡镇"]
    last = row_of(towns, "乡镇15")
    towns.insert_rows(last, 2)  # blank rows
    towns.cell(last + 3, 1).value, towns.cell(last + 3, 3).value = "合  计", 215
    towns.row_dimensions[last - 3].hidden = True
    units = book["单位"]
    second = row_of(units, "党政机关") + 1
    units.cell(second, 1).value, units.cell(second + 1, 1).value = "企业", None
    units.cell(second + 1, 1).value = "党政机关"
    county.cell(2, 1).value = " 项 目 "


def test_what_offices_do_is_understood(tmp_path: Path, form: bytes, meant: list[dict[str, Any]]) -> None:
    assert [content(plan) for plan in load_plans([saved(tmp_path, form, forgiven)])] == meant


def test_merged_cells_count_for_each_row(tmp_path: Path, form: bytes) -> None:
    def change(book: Any) -> None:
        units = book["单位"]
        first = row_of(units, "卫生部门")
        units.cell(first, 1).value = units.cell(first + 1, 1).value = units.cell(first + 2, 1).value = "学校"
        units.merge_cells(start_row=first, start_column=1, end_row=first + 2, end_column=1)

    kinds = load_profile(saved(tmp_path, form, change)).support.unit_kinds
    assert [kind.trade for kind in kinds][4:7] == ["school"] * 3


def test_zero_is_zero_and_empty_is_as_far_as_it_goes(tmp_path: Path, form: bytes) -> None:
    for typed, expected in ((0, 0.0), ("０", 0.0), (None, None)):
        path = saved(tmp_path, form, lambda book, typed=typed: put(book, "措施", "小额信贷", "金额", typed))
        assert load_plan(f"{path}#mix").policies[1].settings.quota_yuan == expected


def wrong(book: Any) -> None:
    """One of each sort of mistake."""
    put(book, "本县", "贫困发生率", "填写内容", 33.2)
    put(book, "本县", "建档立卡人口占比", "填写内容", 0.332)
    put(book, "本县", "联户干部数", "填写内容", "四千多")
    put(book, "本县", "活动天数", "填写内容", None)
    put(book, "本县", "活动开始日期", "填写内容", "2012年13月24日")
    put(book, "乡镇", "乡镇2", "塬区村占比", "90")
    put(book, "单位", "保险公司", "层级", "区级")
    put(book, "资金", "培训专项资金", "金额", 5_250_000)
    put(book, "资金", "宣传经费", "金额", 0.005)
    put(book, "措施", "产业扶持", "类别", "产业帮扶")
    put(book, "措施", "技能培训", "具体内容", "农业")
    put(book, "措施", "技能培训", "使用资金", "不存在的资金")
    put(book, "措施", "小额信贷", "其他要求", "名额=abc def")
    put(book, "措施", "小额信贷", "乡镇", "乡镇1")
    put(book, "方案", "mix", "措施2", "小额信贷9")


def test_mistakes_are_named_all_at_once_with_their_cells(tmp_path: Path, form: bytes) -> None:
    path = saved(tmp_path, form, wrong)
    with pytest.raises(UserError) as caught:
        load_or_mark([str(path)], (), ())
    found = [one for one in each_problem(caught.value) if isinstance(one, CellError)]
    text = caught.value.text()
    said = ["没有百分号", "“四千多”不是数字", "“活动天数”没有填", "不是日期", "90%", "区级", "请除以10000"]
    said += ["只有50元", "产业帮扶", "农业", "33.2%"]
    for words_of_it in [*said, "没有“不存在的资金”", "名额", "部分乡镇", "没有“小额信贷9”"]:
        assert words_of_it in text, words_of_it
    assert {one.sheet for one in found} == {"本县", "乡镇", "单位", "资金", "措施", "方案"}
    assert all(" / " in one.text() and f"[{one.sheet}" in one.text() for one in found)
    copy = load_workbook(path.with_name(f"填报表{ENDING}.xlsx"))
    for one in found:
        if one.cell:
            assert one.zh in copy[one.sheet][one.cell].comment.text


def test_one_mistake_in_the_county_is_one_and_marked(
    tmp_path: Path, form: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Measures name purses of a county that could not be read: that is no second mistake, and no second copy."""
    saved(tmp_path, form, lambda book: put(book, "本县", "联村单位数", "填写内容", 200))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError) as caught:
        load_or_mark(["填报表.xlsx"], (), ())
    *wrong, said = each_problem(caught.value)
    assert [one.sheet for one in wrong if isinstance(one, CellError)] == ["本县"] and "共1处需要改" in said.text()
    copy = load_workbook(tmp_path / f"填报表{ENDING}.xlsx")
    assert "200" in copy["本县"]["A1"].comment.text


def test_a_misspelt_use_is_said_once_and_a_task_may_be_called_by_a_chinese_name(tmp_path: Path, form: bytes) -> None:
    path = saved(tmp_path, form, lambda book: put(book, "资金", "培训专项资金", "可用于", "技术培训"))
    with pytest.raises(UserError) as caught:
        load_plans([path])
    (only,) = each_problem(caught.value)
    assert "技术培训" in only.text()

    def named(book: Any) -> None:
        sheet = book["任务"]
        for row in range(3, 60):
            for cell in sheet[row]:
                if cell.value == sheet.cell(3, 1).value and cell.row + cell.column > 4:
                    cell.value = "走访任务"
        sheet.cell(3, 1).value = "走访任务"

    assert any("走访任务" in plan.tasks for plan in load_plans([saved(tmp_path, form, named)]))


def test_what_cannot_be_is_refused_at_its_cell(tmp_path: Path, form: bytes) -> None:
    cases: list[tuple[Change, str, str]] = [
        (lambda b: put(b, "资金", "培训专项资金", "到位日期", dt.date(2014, 5, 1)), "资金!E", "晚于活动最后一天"),
        (lambda b: put(b, "措施", "技能培训", "使用资金", "小额信贷额度"), "措施!I", "没有“小额信贷额度”"),
        (lambda b: put(b, "措施", "技能培训", "使用资金", "财政扶贫产业资金"), "措施!I", "不得用于"),
        (lambda b: put(b, "措施", "技能培训", "开始日期", dt.date(2012, 12, 1)), "措施!F", "早于活动开始日期"),
        (lambda b: put(b, "本县", "贫困村数", "填写内容", 260), "乡镇", "合计215个"),
        (lambda b: put(b, "本县", "贫困线", "填写内容", "=1+1"), "本县!B", "公式没有算出结果"),
        (lambda b: b.remove(b["乡镇"]), "乡镇", "没有“乡镇”工作表"),
        (lambda b: put(b, "本县", "户均人口", "项目", "户均人囗"), "本县!A", "不认识"),
    ]
    for change, place, said in cases:
        path = saved(tmp_path, form, change)
        with pytest.raises(UserError) as caught:
            load_plans([path])
        assert said in caught.value.text() and place in caught.value.text(), caught.value.text()


def test_a_formula_with_a_result_is_read_and_never_passed_on(tmp_path: Path, form: bytes) -> None:
    def change(book: Any) -> None:
        put(book, "方案", "mix", "方案名称", '\'=HYPERLINK("http://x")')
        put(book, "方案", "mix", "英文名", "@SUM(1)")
        put(book, "本县", "户均人口", "填写内容", "=4.3*1")

    path = saved(tmp_path, form, change)
    copy = load_workbook(io.BytesIO(marked_bytes(path.read_bytes(), [])))
    assert not [c.coordinate for sheet in copy for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    put_right = load_workbook(path)
    put(put_right, "本县", "户均人口", "填写内容", 4.3)
    put_right.save(path)
    again = tmp_path / "again.xlsx"
    again.write_bytes(filled([f"{path}#mix"]))
    copy = load_workbook(again)
    assert not [c.coordinate for sheet in copy for row in sheet.iter_rows() for c in row if c.data_type == "f"]


def test_other_programs_write_the_same(tmp_path: Path, form: bytes, meant: list[dict[str, Any]]) -> None:
    path = saved(tmp_path, form, lambda book: None)
    pages = pd.read_excel(path, sheet_name=None, header=None, engine="openpyxl")
    again = tmp_path / "pandas.xlsx"
    with pd.ExcelWriter(again) as writer:
        for name, page in pages.items():
            page.to_excel(writer, sheet_name=name, header=False, index=False)
    assert [content(plan) for plan in load_plans([again])] == meant


@pytest.mark.skipif(not SOFFICE, reason="LibreOffice is not here")
def test_libreoffice_writes_the_same(tmp_path: Path, form: bytes, meant: list[dict[str, Any]]) -> None:
    path = saved(tmp_path, form, forgiven)
    for ending in ("xlsx", "ods"):
        out = tmp_path / ending
        command = [
            str(SOFFICE),
            f"-env:UserInstallation=file://{tmp_path}/office",
            "--headless",
            "--convert-to",
            ending,
        ]
        subprocess.run([*command, "--outdir", str(out), str(path)], check=True, capture_output=True, timeout=120)
        assert [content(plan) for plan in load_plans([out / f"填报表.{ending}"])] == meant, ending


def test_dangerous_files_are_refused_with_a_reason(tmp_path: Path, form: bytes) -> None:
    def packed(name: str, parts: dict[str, bytes], drop: str = "") -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(io.BytesIO(form)) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
            for part in old.namelist():
                if part not in (*parts, drop):
                    new.writestr(part, old.read(part))
            for part, inside in parts.items():
                new.writestr(part, inside)
        return path

    dtd = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    locked = tmp_path / "locked.xlsx"
    locked.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    torn = tmp_path / "torn.xlsx"
    torn.write_bytes(form[: len(form) // 2])
    macros = tmp_path / "form.xlsm"
    macros.write_bytes(form)
    cases = {
        packed("bomb.xlsx", {"xl/media/x.xml": bytes(70_000_000)}): "过大",
        packed("vba.xlsx", {"xl/vbaProject.bin": b"x"}): "含宏",
        packed("links.xlsx", {"xl/externalLinks/externalLink1.xml": b"<x/>"}): "链接了其他文件",
        packed("dtd.xlsx", {"xl/sharedStrings.xml": dtd}): "DTD",
        packed("utf16.xlsx", {"xl/sharedStrings.xml": dtd.decode().encode("utf-16")}): "编码",
        locked: "密码",
        torn: "损坏",
        macros: "宏",
        tmp_path / "nothing.xlsx": "没有这个文件",
    }
    for path, said in cases.items():
        for read in (load_plan, load_profile):
            if path.exists() or read is load_plan:
                with pytest.raises(UserError) as caught:
                    read(path)
                assert said in str(caught.value), path


def test_one_plan_of_several_is_named(tmp_path: Path, form: bytes) -> None:
    path = saved(tmp_path, form, lambda book: None)
    assert load_plan(f"{path}#mix").id == "mix"
    with pytest.raises(UserError, match="name one"):
        load_plan(path)
    with pytest.raises(UserError, match="there is no plan 'mixx'"):
        load_plan(f"{path}#mixx")


def test_the_baseline_is_called_what_the_form_calls_it(tmp_path: Path, form: bytes) -> None:
    def change(book: Any) -> None:
        put(book, "方案", "baseline", "方案名称", None)
        put(book, "方案", "baseline", "英文名", None)
        put(book, "方案", "mix", "方案名称", None)
        put(book, "方案", "baseline", "方案编号", "对照")

    path = saved(tmp_path, form, change)
    plan = load_plan(f"{path}#对照")
    assert (plan.id, plan.title.zh, plan.title.en) == ("对照", "对照", "baseline")
    assert load_plan(f"{path}#mix").title.zh == "mix"
    plans = load_plans([path])
    assert _baseline(plans[::-1], None) == "对照" and _baseline(plans[1:], None) == "mix"


def test_words_of_the_form_are_those_of_the_program() -> None:
    for kind, policy in registry().items():
        assert words("use").get(kind, policy.title_zh) == policy.title_zh
    names = [field.zh for field in fields("county")]
    assert len(set(names)) == len(names)


def test_a_blank_form_asks_for_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "blank.xlsx"
    path.write_bytes(filled([]))
    with pytest.raises(UserError) as caught:
        load_plans([path])
    text = caught.value.text()
    assert "“贫困村数”没有填（0" in text and "[本县!B5]：“县名”没有填 " in text and "资金!D3]：“金额" in text
    assert "“资料英文名" not in text and "基尼" not in text
    book: Workbook = load_workbook(path)
    assert book[sheet_name("measures")].data_validations.dataValidation
    assert all(book[name].protection.sheet for name in book.sheetnames[:8])
    assert not book["措施"].cell(3, 2).protection.locked


def test_figures_that_nearly_add_up_are_kept_and_said(tmp_path: Path, form: bytes) -> None:
    def change(book: Any) -> None:
        put(book, "本县", "贫困村数", "填写内容", 218)
        put(book, "本县", "工资性收入占比", "填写内容", "45%")

    path = saved(tmp_path, form, change)
    found, known = load_profile(path), load_profile("gansu_county")
    assert found.villages == sum(town.villages for town in found.townships) == 218
    assert {a.villages - b.villages for a, b in zip(found.townships, known.townships, strict=True)} == {0, 1}
    assert found.income.sources.wage == pytest.approx(0.45 / 1.05)
    assert sum(dict(found.income.sources).values()) == pytest.approx(1.0)
    villages, shares = notes_of(path)
    assert "合计215个" in villages and "的218个相差-3个：已以218个为准" in villages and "18→19" in villages
    assert "4项占比合计105.0%，相差+5.0个百分点" in shares and "100% is kept" in shares


def test_hidden_rows_count_and_are_said(tmp_path: Path, form: bytes) -> None:
    def change(book: Any) -> None:
        book["资金"].row_dimensions[5].hidden = True

    path = saved(tmp_path, form, change)
    assert [note for note in notes_of(path) if "第5行是隐藏的" in note] == notes_of(path)
    assert len(load_profile(path).purses) == len(load_profile("gansu_county").purses)
    assert notes_of("baseline") == []


def test_slips_that_are_allowed_are_said() -> None:
    def said(*changes: str) -> str:
        return "\n".join(f"{one.en} {one.zh}" for one in doubts_of(load_plan("mix", changes)))

    assert said() == ""
    assert "1880万" in said("policy.microcredit.quota_yuan=1880").replace(",", "") and "18800000" in said(
        "policy.microcredit.quota_yuan=1880"
    )
    assert said("policy.microcredit.quota_yuan=0") == "" == said("policy.microcredit.quota_yuan=18_800_000")
    assert "晚于活动最后一天" in said("purse.industry_funds.release=2013-05-01")
    assert "前60个" in said("world.villages=60")
