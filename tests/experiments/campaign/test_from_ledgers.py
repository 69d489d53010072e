"""What offices wrote into ledgers counts as progress; mistakes by sheet and cell, and nobody's data in what is said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from experiments.campaign.actual import Report
from experiments.campaign.from_ledgers import count_ledgers, ledgers_of, read_reports
from experiments.campaign.progress import progress
from experiments.campaign.progress_page import ProgressShown
from experiments.roster.ledger_rows import HEADS
from sim.core.errors import UserError
from sim.scenario.tasks import Task
from tests.experiments.campaign.made import carried, curves

LOANS = {"title": {"en": "Loans", "zh": "放款"}, "measure": "women", "counts": "lent_yuan", "amount": 90_000}
CARRIED = carried({}, plan=curves([2.0, 1.0]))
WHO = "5c0ffee5c0ffee55"


def ledger(path: Path, *rows: Sequence[Any], language: str = "zh") -> Path:
    """A ledger with these measures, dates, amounts and numbers."""
    book = Workbook()
    sheet = book.active
    sheet.append(HEADS[language][0])
    for n, (measure, done_on, spent, number) in enumerate(rows):
        sheet.append([f"{WHO}{n // 2}", *[None] * 11, measure, None, done_on, spent, number, "王小明"])
    book.save(path)
    return path


def count(*paths: Path) -> list[Report]:
    return count_ledgers(paths, CARRIED.results, {"training": "training", "visits": "visits"}).reports


def test_rows_that_are_done_are_added_up_by_township(tmp_path: Path) -> None:
    rows = [
        ("培训", dt.date(2013, 1, 20), None, None), ("技能培训", "2013年1月6日", 3, "２人"),
        ("courses", 41280, None, 3),
        ("其他：低保", dt.date(2013, 1, 2), 5, None), ("小额信贷", dt.date(2013, 1, 3), 5000, None),
        ("培训", dt.date(2012, 12, 1), None, None), ("培训", None, None, None), (None, None, None, None),
    ]  # fmt: skip
    path = ledger(tmp_path / "乡镇1.xlsx", *rows)
    assert count(path) == [Report("courses", "town_0", 28, 6.0, 0)]
    notes = count_ledgers([path], CARRIED.results, {}).notes
    assert [("3行" in one.zh, "2行" in one.zh, "1行" in one.zh) for one in notes] == [
        (True, False, False), (False, False, True), (False, True, False),
    ]  # fmt: skip
    assert count(ledger(tmp_path / "township 1.xlsx", *rows, language="en")) == count(path)


def test_the_county_goes_on_from_what_ledgers_say(tmp_path: Path) -> None:
    done = ledger(tmp_path / "乡镇1.xlsx", *[("培训", dt.date(2013, 1, 20), None, 20)] * 1)
    counted = read_reports(ledgers_of(tmp_path), CARRIED)
    county, town = progress(CARRIED, counted.reports)
    assert (county.place, county.reported, town.reported) == ("all", 20.0, 20.0)
    none = ledger(done, ("培训", dt.date(2013, 1, 20), None, 10))
    assert progress(CARRIED, read_reports([none], CARRIED).reports)[0].expected.value < county.expected.value
    for language in ("en", "zh"):
        page = ProgressShown(CARRIED, counted.reports, [county, town], language, counted.notes).page()
        assert ("由台账计入" if language == "zh" else "Counted from ledgers") in page and WHO not in page


def test_a_table_that_reports_the_same_stands_and_the_difference_is_said(tmp_path: Path) -> None:
    path = ledger(tmp_path / "乡镇1.xlsx", ("培训", dt.date(2013, 1, 20), None, 20))
    table = tmp_path / "actual.csv"
    table.write_text("任务,地点,日期,完成\n培训,乡镇1,2013-01-20,25\n", encoding="utf-8")
    counted = read_reports([table, path], CARRIED)
    assert [one.done for one in counted.reports] == [25.0] and "以填报表为准" in counted.notes[-1].zh


def test_townships_that_share_a_ledger_are_in_the_county_alone(tmp_path: Path) -> None:
    one = ledger(tmp_path / "乡镇1.xlsx", ("培训", dt.date(2013, 1, 20), None, 20))
    rest = ledger(tmp_path / "其他乡镇.xlsx", ("培训", dt.date(2013, 1, 21), None, 5))
    assert count(one, rest) == [Report("courses", "town_0", 29, 20.0, 0), Report("courses", "all", 29, 25.0, 0)]
    ledger(one, (None, None, None, None))  # only a remark in it: something all the same
    assert count(one, rest)[-1] == Report("courses", "all", 29, 5.0, 0)


def test_money_is_added_up_and_measures_of_one_kind_are_told_apart(tmp_path: Path) -> None:
    tasks = {"loans": Task(**LOANS), "rest": Task(**LOANS | {"measure": "rural", "title": {"en": "r", "zh": "信用社"}})}
    found = replace(CARRIED.results, tasks=CARRIED.results.tasks._replace(tasks=tasks))
    path = ledger(
        tmp_path / "乡镇1.xlsx", ("放款", dt.date(2013, 1, 20), "0.5万元", None), ("women", "2013/1/19", 20, None)
    )
    kinds = {"women": "microcredit", "rural": "microcredit"}
    assert count_ledgers([path], found, kinds).reports == [Report("loans", "town_0", 28, 5020.0, 0)]
    path = ledger(path, ("小额信贷", dt.date(2013, 1, 20), 5, None), ("放款", dt.date(2013, 1, 20), None, None))
    with pytest.raises(UserError) as raised:
        count_ledgers([path], found, kinds)
    assert "[Sheet!M2]：认不出是哪项任务" in str(raised.value) and "[Sheet!P3]：此任务按金额计" in str(raised.value)


def test_mistakes_are_placed_by_cell_all_at_once_and_quote_nobody(tmp_path: Path) -> None:
    day = dt.date(2013, 1, 20)
    path = ledger(
        tmp_path / "乡镇1.xlsx", ("赵四的培训", day, None, None), ("培训", "赵四", None, None), ("培训", None, 5, None),
        ("培训", dt.date(2014, 1, 1), None, None), ("培训", day, None, "赵四"), ("培训", day, None, -1),
        (None, day, None, None), ("培训", day, None, None), ("培训", dt.date(2013, 1, 21), None, None),
        ("培训", dt.date(2013, 1, 21), None, None),
    )  # fmt: skip
    other = ledger(tmp_path / "赵.xlsx", ("培训", day, None, None))
    with pytest.raises(UserError) as raised:
        count(path, other)
    said = str(raised.value)
    for cell in ("M2", "O3", "O4", "O5", "Q6", "Q7", "M8", "M11"):
        assert f"[Sheet!{cell}]：" in said, cell
    assert "文件名不是本县乡镇名" in said
    assert not [secret for secret in ("赵四", "王小明", WHO) if secret in said]


def test_what_is_no_ledger_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no ledger in this folder"):
        ledgers_of(tmp_path)
    (tmp_path / "~$乡镇1.xlsx").write_text("lock")
    with pytest.raises(UserError, match="no ledger in this folder"):
        ledgers_of(tmp_path)
    path = ledger(tmp_path / "乡镇1.xlsx", ("培训", None, None, None))
    assert ledgers_of(tmp_path) == [path]
    with pytest.raises(UserError, match="no row of the ledgers"):
        count(path)
    CARRIED.results.curves["plan"].share = 0.5
    try:
        with pytest.raises(UserError, match="the world is 50% of it"):
            count(path)
    finally:
        CARRIED.results.curves["plan"].share = 1.0
