"""Ledgers: a workbook a township, what is missing in each row, names only with the key, nothing simulated."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from experiments.roster.book import write_book
from experiments.roster.check import read
from experiments.roster.defects import Ask
from experiments.roster.example import example
from experiments.roster.homes import homes
from experiments.roster.ledgers import filled, fitting, missing_of, path_of, write_ledgers
from experiments.roster.pseudonyms import Pseudonyms
from sim.core.errors import UserError

NAMES = Pseudonyms(b"1" * 32)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    made = example(120, passing=True, layouts="DE", places=([("甲乡", "甲村"), ("乙乡", "乙村")], 60))
    path = tmp_path_factory.mktemp("ledgers") / "roster.xlsx"
    write_book(path, made.sheets)
    return homes(read([path])[0], Ask(20221231))


def test_each_township_has_a_workbook_with_every_household_once(found: pd.DataFrame, tmp_path: Path) -> None:
    paths = write_ledgers(found, NAMES, tmp_path, dt.date(2023, 6, 30), "zh")
    assert {path.stem for path in paths} == set(found["township"]) and len(paths) == 2
    seen: list[str] = []
    for path in paths:
        book = openpyxl.load_workbook(path)
        head, *rows = book["一户一策"].iter_rows(values_only=True)
        assert head[0] == "户" and {row[11] for row in rows} == {"2023-06-30"}
        assert all(cell is None for row in rows for cell in row[12:])
        assert rows == sorted(rows, key=lambda row: (row[1], row[0]))
        seen += [row[0] for row in rows]
        loads = list(book["帮扶责任人"].iter_rows(min_row=2, values_only=True))
        assert sum(load[1] for load in loads) == len(rows)
    assert sorted(seen) == sorted(NAMES.of("household", key) for key in found.index)
    write_ledgers(found, NAMES, tmp_path, None, "en")  # ours are written over


def test_with_the_key_names_stand_in_place_of_pseudonyms(found: pd.DataFrame, tmp_path: Path) -> None:
    path, *_ = write_ledgers(found, NAMES, tmp_path, None, "zh", real_names=True)
    rows = list(openpyxl.load_workbook(path)["一户一策"].iter_rows(min_row=2, values_only=True))
    key = str(rows[0][0]).split(" ")[0]
    assert rows[0][0] == f"{key} {found.loc[key, 'head_name']}" and rows[0][10] == found.loc[key, "helper"]


@pytest.mark.parametrize(
    ("cause", "helper", "measures", "missing"),
    [
        ("缺资金", "x", "help_finance help_jobs", []),
        ("缺资金", "x", "help_jobs", ["fit"]),
        ("缺资金", None, "", ["helper", "measure"]),
        (None, "x", None, ["cause"]),
        ("缺土地", "x", "help_jobs", []),
    ],
)
def test_what_is_missing(cause: str | None, helper: str | None, measures: str | None, missing: list[str]) -> None:
    home = {"cause": cause, "helper": helper, "measures": measures}
    assert missing_of(home) == missing


def test_help_that_fits_is_the_models(tmp_path: Path) -> None:
    assert (fitting("缺资金", 1), fitting("缺技术", 1), fitting("因学", 0)) == ("小额信贷", "技能培训", "work away")
    assert fitting("缺土地", 1) == ""
    assert path_of(tmp_path, "a/../b").parent == tmp_path


def test_what_was_filled_in_is_kept_and_never_written_over(found: pd.DataFrame, tmp_path: Path) -> None:
    path, *_ = write_ledgers(found, NAMES, tmp_path, None, "zh")
    book = openpyxl.load_workbook(path)
    sheet = book["一户一策"]
    who = sheet["A2"].value
    sheet["M2"], sheet["O2"], sheet["P2"] = "小额信贷", dt.datetime(2023, 5, 1), 0
    sheet.append([*(cell.value for cell in sheet[2][:12]), "技能培训"])  # a measure more
    book.save(path)
    assert "villagesim roster" in str(openpyxl.load_workbook(path).properties.creator)
    for real_names in (True, False):
        write_ledgers(found, NAMES, tmp_path, None, "zh", real_names=real_names)
        assert filled(tmp_path, NAMES) == {
            who: [["小额信贷", None, dt.date(2023, 5, 1), 0, None, None], ["技能培训", *[None] * 5]]
        }
    again = openpyxl.load_workbook(path)
    rows = [row for row in again["一户一策"].iter_rows(values_only=True) if row[0] == who]
    assert rows[0][12:] == ("小额信贷", None, dt.datetime(2023, 5, 1), 0, None, None)
    loads = again["帮扶责任人"].iter_rows(min_row=2, values_only=True)
    assert sum(load[1] for load in loads) == again["一户一策"].max_row - 2  # with two rows it is one household
    gone = next(key for key in found.index if NAMES.of("household", str(key)) == who)
    with pytest.raises(UserError, match="1 households filled in are not in the roster"):
        write_ledgers(found.drop(gone), NAMES, tmp_path, None, "zh")
    assert who in filled(tmp_path, NAMES)
