"""Files that a roster has no need of are refused with a reason, and no cell becomes a formula in what is written."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from experiments.cli import app
from experiments.roster import safety
from experiments.roster.book import write_book
from experiments.roster.check import check
from experiments.roster.defects import Ask
from experiments.roster.example import example
from sim.core.errors import UserError

ASK = Ask(20221231)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("good") / "good.xlsx"
    write_book(path, example(5, passing=True).sheets)
    return path


def with_part(good: Path, target: Path, name: str, content: bytes) -> Path:
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part.filename, old.read(part))
        new.writestr(name, content)
    return target


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("xl/vbaProject.bin", b"x", "macros"),
        ("xl/externalLinks/externalLink1.xml", b"<a/>", "links"),
        ("xl/connections.xml", b"<a/>", "links"),
        ("xl/embeddings/oleObject1.bin", b"x", "inside"),
        ("xl/sharedStrings.xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>', "DTD"),
        ("xl/sharedStrings.xml", '<?xml version="1.0"?><!DOCTYPE a><a/>'.encode("utf-16"), "DTD"),
    ],
)
def test_what_no_roster_needs_is_refused(good: Path, tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        check([with_part(good, tmp_path / "bad.xlsx", name, content)], ASK)


def test_a_bomb_is_refused_before_it_is_unpacked(good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = with_part(good, tmp_path / "bomb.xlsx", "xl/worksheets/sheet9.xml", bytes(3_000_000))
    monkeypatch.setattr(safety, "MOST_UNPACKED", 2_000_000)
    with pytest.raises(UserError, match="larger than"):
        check([bomb], ASK)


def test_a_bomb_that_says_it_is_small_is_refused(good: Path, tmp_path: Path) -> None:
    bomb = with_part(good, tmp_path / "bomb.xlsx", "xl/worksheets/sheet9.xml", bytes(3_000_000))
    size = (3_000_000).to_bytes(4, "little")
    assert bomb.read_bytes().count(size) >= 2
    bomb.write_bytes(bomb.read_bytes().replace(size, (300).to_bytes(4, "little")))
    with pytest.raises(UserError, match=r"larger than|damaged"):
        check([bomb], ASK)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.xlsm", b"PK", "macros"),
        ("a.docx", b"PK", "kind of file"),
        ("a.xlsx", b"no workbook", "not the workbook"),
        ("a.xlsx", b"PK\x03\x04 damaged", "damaged"),
        ("a.xls", b"<html></html>", "web page"),
        ("a.csv", b"a,b\n\xff\xff\xff", "neither UTF-8 nor GB18030"),
        ("a.csv", b"a,b,c\n1,2,3\n", "no sheet has headings"),
        ("a.csv", b"", "no sheet has headings"),
    ],
)
def test_each_refusal_has_its_reason(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=reason):
        check([tmp_path / name], ASK)


def test_a_folder_a_missing_file_and_two_of_one_name_are_refused(tmp_path: Path, good: Path) -> None:
    (tmp_path / "a.xlsx").mkdir()
    refused = ([tmp_path / "a.xlsx"], "folder"), ([tmp_path / "b.xlsx"], "no such"), ([good, good], "two files")
    for files, reason in refused:
        with pytest.raises(UserError, match=reason):
            check(files, ASK)


def test_formulas_in_cells_stay_text_in_all_that_is_written(tmp_path: Path) -> None:
    made = example(5, passing=True)
    head, rows = made.sheets["人员"]
    for k, text in enumerate(("=1+1", "+cmd|' /C calc'!A0", "@SUM(1)", "=HYPERLINK(1)", "＝1+1")):
        rows[k][list(head).index("姓名")] = text
        rows[k][list(head).index("行政村")] = text
    book = openpyxl.Workbook()
    for row in [head, *rows]:
        book.active.append(list(row))
    book.active["A2"] = "=SUM(1,2)"  # a real formula, of a cell that nothing reads
    book.save(tmp_path / "a.xlsx")
    options = ["--marked", "--list", str(tmp_path / "list.xlsx")]
    assert CliRunner().invoke(app, ["roster", "check", str(tmp_path / "a.xlsx"), *options]).exit_code == 1
    for path in (tmp_path / "list.xlsx", tmp_path / "a_标注.xlsx"):
        cells = [cell for sheet in openpyxl.load_workbook(path) for row in sheet for cell in row]
        assert len(cells) > 20
        assert [cell.value for cell in cells if cell.data_type == "f" or str(cell.value)[:1] in "=+@＝"] == []


def test_what_the_program_did_not_write_is_not_written_over(tmp_path: Path, good: Path) -> None:
    book = openpyxl.Workbook()
    book.save(tmp_path / "list.xlsx")
    before = (tmp_path / "list.xlsx").read_bytes()
    there = str(tmp_path / "list.xlsx")
    for arguments in (["example", there], ["check", str(good), "--list", there]):
        result = CliRunner().invoke(app, ["roster", *arguments])
        assert result.exit_code == 2
        assert "did not write it" in result.output
    assert (tmp_path / "list.xlsx").read_bytes() == before
