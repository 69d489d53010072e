"""Actual figures as people enter them, and every mistake by row and column at once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from openpyxl import Workbook

from experiments.campaign.actual import Report, read_actual
from sim.core.errors import UserError
from tests.experiments.campaign.made import curves, results

FOUND = results(plan=curves([2.0, 1.0]))


def read(folder: Path, text: str, encoding: str = "utf-8") -> list[Report]:
    file = folder / "actual.csv"
    file.write_text(text, encoding=encoding)
    return read_actual(file, FOUND)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_both_languages_and_the_ways_numbers_and_dates_are_written(tmp_path: Path, encoding: str) -> None:
    rows = ["任务,乡镇,日期,完成", "培训,乡镇1,2013年1月20日,１０", "培训,,2013/1/20,0.002万"]
    text = "\n".join([*rows, '培训,乡镇1,2013-01-27,"1,200人"'])
    assert read(tmp_path, text, encoding) == [
        Report("courses", "town_0", 28, 10.0, 2),
        Report("courses", "all", 28, 20.0, 3),
        Report("courses", "town_0", 35, 1200.0, 4),
    ]


def test_a_workbook_with_real_dates_and_without_places(tmp_path: Path) -> None:
    book = Workbook()
    for row in (("task", "date", "done"), ("Courses", dt.datetime(2013, 1, 20), 0), (None, None, None)):
        book.active.append(row)
    book.save(tmp_path / "actual.xlsx")
    assert read_actual(tmp_path / "actual.xlsx", FOUND) == [Report("courses", "all", 28, 0.0, 2)]


def test_every_mistake_is_said_at_once_by_row_and_column(tmp_path: Path) -> None:
    text = (
        "task,place,date,done\ncourse,,2013-01-20,5\ncourses,Nowhere,2013-01-20,5\ncourses,,2014-01-20,5\n"
        "courses,,20 Jan,5\ncourses,,2013-02-30,5\ncourses,,2013-01-20,half\ncourses,,2013-01-20,50%\n"
        "courses,,2013-01-20,-3\npairing,,2013-01-20,1\ncourses,,2013-01-06,9\ncourses,,2013-01-13,8\n"
        "courses,,2013-01-13,9\n"
    )
    with pytest.raises(UserError) as raised:
        read(tmp_path, text)
    said = str(raised.value)
    for row, column, words in [
        (2, "task", "did you mean 'courses'"), (3, "place", "there is no place 'Nowhere'"), (4, "date", "outside"),
        (5, "date", "'20 Jan' is no date"), (6, "date", "2013-02-30"), (7, "done", "'half' is no amount"),
        (8, "done", "'50%' is no amount"), (9, "done", "'-3' is no amount"), (10, "task", "counted by no measure"),
        (12, "done", "less than the 9 of row 11"), (13, "task", "row 12 reports the same"),
    ]:  # fmt: skip
        assert any(f"actual.csv:{row}: {column}: " in line and words in line for line in said.splitlines()), (row, said)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("actual.csv", "", "the table is empty"),
        ("actual.csv", "task,date\n", "no column 'done'"),
        ("actual.csv", "task,date,done\n", "no row below the heading"),
        ("actual.xlsx", "not a workbook", "it is called .xlsx and holds something else"),
        ("actual.txt", "task", "a .csv, .xlsx or .ods file"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, name: str, text: str, words: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=words):
        read_actual(tmp_path / name, FOUND)
    with pytest.raises(UserError, match="there is no such file"):
        read_actual(tmp_path / "none.csv", FOUND)


def test_a_sheet_among_others_is_found_and_its_mistakes_are_placed_by_cell(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["说明"])
    sheet = book.create_sheet("任务进度")
    sheet.append(["任务进度（填写）"])
    sheet.append(["任务", "地点", "应完成", "截至日期（填写）", "实际完成（填写）", "备注（填写）"])
    sheet.append(["培训", "乡镇1", 50, None, None, "未报"])
    sheet.append(["培训", "全县", 100, dt.date(2013, 1, 20), 0, None])
    book.save(tmp_path / "one.xlsx")
    assert read_actual(tmp_path / "one.xlsx", FOUND) == [Report("courses", "all", 28, 0.0, 4)]
    sheet["D3"], sheet["E4"] = dt.date(2013, 1, 20), 0.5
    sheet["E4"].number_format = "0%"
    book.save(tmp_path / "two.xlsx")
    with pytest.raises(UserError) as raised:
        read_actual(tmp_path / "two.xlsx", FOUND)
    assert "[任务进度!E3]：有截至日期，没有完成数" in str(raised.value) and "[任务进度!E4]" in str(raised.value)
