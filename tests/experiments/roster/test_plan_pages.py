"""Household plans on paper: a page a household, names only with the key, nothing simulated."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from experiments.roster.book import write_book
from experiments.roster.check import read
from experiments.roster.defects import Ask
from experiments.roster.example import example
from experiments.roster.homes import homes
from experiments.roster.ledgers import write_ledgers
from experiments.roster.plan_pages import write_pages
from experiments.roster.pseudonyms import Pseudonyms
from sim.core.errors import UserError

NAMES = Pseudonyms(b"1" * 32)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    made = example(24, passing=True, layouts="DE", places=([("甲乡", "甲村"), ("乙乡", "乙村")], 12))
    path = tmp_path_factory.mktemp("pages") / "roster.xlsx"
    write_book(path, made.sheets)
    return homes(read([path])[0], Ask(20221231))


def text_of(document: Any) -> str:
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def test_each_household_has_a_page_with_its_row_and_what_its_ledger_says(found: pd.DataFrame, tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    ledger, *_ = write_ledgers(found, NAMES, tmp_path / "ledgers", None, "zh")
    book = openpyxl.load_workbook(ledger)
    who, book["一户一策"]["M2"] = book["一户一策"]["A2"].value, "修羊圈"
    book.save(ledger)
    paths = write_pages(found, NAMES, tmp_path / "plans", None, "zh", ledgers=ledger.parent)
    assert {path.stem for path in paths} == {"甲乡", "乙乡"}
    made = {path.stem: docx.Document(str(path)) for path in paths}
    heads = [[one for one in each.paragraphs if one.style.name == "Heading 1"] for each in made.values()]
    assert sum(map(len, heads)) == len(found)
    assert all([one.paragraph_format.page_break_before for one in each] == [False, *[True] * (len(each) - 1)]
               for each in heads)  # fmt: skip
    text = "\n".join(map(text_of, made.values()))
    assert all(text.count(NAMES.of("household", str(key))) == 1 for key in found.index)
    assert not [name for name in (*found["head_name"], *found["helper"]) if isinstance(name, str) and name in text]
    first = made[ledger.stem]
    filled = next(
        k for k, table in enumerate(first.tables) if who in "".join(c.text for r in table.rows for c in r.cells)
    )
    assert "修羊圈" in [cell.text for row in first.tables[filled + 1].rows for cell in row.cells]
    assert text.count("修羊圈") == 1


def test_names_stand_there_when_asked_and_no_other_file_is_written_over(found: pd.DataFrame, tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    path, *_ = write_pages(found, NAMES, tmp_path, None, "en", real_names=True)
    text = text_of(docx.Document(str(path)))
    key = next(key for key in found.index if found.loc[key, "township"] == path.stem)
    assert f"{key} {found.loc[key, 'head_name']}" in text and "Household plan" in text
    path.write_bytes(b"mine")
    with pytest.raises(UserError, match="--out"):
        write_pages(found, NAMES, tmp_path, None, "en")
    assert path.read_bytes() == b"mine"


def test_without_the_library_it_says_what_to_install(
    found: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(UserError, match=r"villagesim\[docx\]"):
        write_pages(found, NAMES, tmp_path, None, "zh")
    assert not list(tmp_path.iterdir())
