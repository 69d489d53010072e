"""The sheet that offices fill in: it is read back, and a second run of the campaign loses nothing of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from experiments.campaign.actual import Report, read_actual
from experiments.campaign.blocks import Shown
from experiments.campaign.filled import add_filled, filled
from tests.experiments.campaign.made import carried, curves

CARRIED = carried({}, plan=curves([2.0, 1.0]))


@pytest.mark.parametrize(("language", "place"), [("zh", "全县"), ("en", "whole county")])
def test_what_is_filled_in_is_read_back_and_kept(tmp_path: Path, language: str, place: str) -> None:
    shown, path = Shown(CARRIED, language), tmp_path / "campaign.xlsx"
    assert filled(path) == {}
    book = Workbook()
    add_filled(book, shown, {})
    sheet = book.worksheets[-1]
    rows = {str(row[1].value): row for row in sheet.iter_rows(min_row=2)}
    assert rows[place][2].value == 100 and rows[place][4].value == dt.date(2013, 2, 11)
    rows[place][5].value, rows[place][6].value, rows[place][7].value = dt.date(2013, 1, 20), 12, "雪天"
    mine = [cell.value for cell in rows[place]]
    sheet.append([*mine[:5], dt.date(2013, 1, 27), 30, None])  # a week later, in a row of its own
    book.save(path)
    assert read_actual(path, CARRIED.results) == [
        Report("courses", "all", 28, 12.0, rows[place][0].row),
        Report("courses", "all", 35, 30.0, sheet.max_row),
    ]
    again = Workbook()
    add_filled(again, shown, {**filled(path), ("旧任务", "乡镇9"): [[None, 3, "x"]]})
    again.save(path)
    last = [[cell.value for cell in row] for row in load_workbook(path).worksheets[-1].iter_rows()]
    assert last[-1][:2] == ["旧任务", "乡镇9"] and last[-1][6] == 3
    kept = [row for row in last if row[1] == place]
    assert [row[5].date() for row in kept] == [dt.date(2013, 1, 20), dt.date(2013, 1, 27)]
    assert [row[6:] for row in kept] == [[12, "雪天"], [30, None]]
    assert {tuple(row[:5]) for row in kept} == {tuple(kept[0][:5])} and kept[0][2] == 100
