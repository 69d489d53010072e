"""Names, ids and phones of a roster stand in no file and no output but the user's own; small groups are not shown."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from experiments.cli import app
from experiments.roster.book import write_book
from experiments.roster.check import check, read
from experiments.roster.defects import Ask
from experiments.roster.example import Example, example
from experiments.roster.homes import homes
from experiments.roster.importing import places_of
from experiments.roster.marked import marked_path
from experiments.roster.plant import plant
from experiments.roster.pseudonyms import Pseudonyms, forget, open_key
from experiments.roster.totals import HIDDEN, rows, totals
from sim.core.errors import UserError
from sim.facts.limits import FEWEST
from sim.population.profile_file import load_profile

ASK = Ask(20221231)
HEADINGS = ("户编号", "人编号", "联系电话", "证件号码", "户主姓名")  # once more within the table


def roster(folder: Path) -> tuple[Path, Example]:
    """A roster of five villages, with defects, and with names that slipped into columns where none belongs."""
    made = example(60, passing=True, layouts="ADE", places=(places_of(load_profile("five_villages"))[0], 12))
    plant(made)
    head, people = made.sheets["人员"]
    for k, column in enumerate(("健康状况", "主要致贫原因", "在校生状况", "人均纯收入", "户编号", "人数", "民族")):
        people[k + 10][list(head).index(column)] = people[k][list(head).index("姓名" if k % 2 else "证件号码")]
    path = folder / "roster.xlsx"
    write_book(path, made.sheets)
    return path, made


def secrets_of(made: Example) -> set[str]:
    """Every name, id, phone and number of a household or person."""
    found: set[str] = set()
    for head, people in made.sheets.values():
        for column in ("姓名", "户主姓名", "证件号码", "联系电话", "帮扶责任人", "户编号", "人编号"):
            if column in head:
                found |= {str(row[list(head).index(column)]) for row in people}
    return {one for one in found if len(one) > 2 and one not in HEADINGS}


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder, and what is packed in it."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.as_posix(), path.read_bytes()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as packed:
                    yield from ((f"{path}:{name}", packed.read(name)) for name in packed.namelist())
            if path.suffix == ".parquet":
                yield f"{path}:rows", pd.read_parquet(path).to_csv().encode()


def test_no_byte_of_what_is_written_or_said_is_a_name_an_id_or_a_phone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, work = tmp_path / "own", tmp_path / "work"
    own.mkdir()
    work.mkdir()
    path, made = roster(own)
    monkeypatch.setenv("HOME", str(work))
    monkeypatch.setenv("USERPROFILE", str(work))
    monkeypatch.chdir(work)
    said = ""
    for arguments in (
        ["check", str(path), "--list", "list.xlsx"],
        ["check", str(path), "--json", "--language", "en"],
        ["totals", str(path), "--out", "totals.xlsx"],
        ["totals", str(path), "--json"],
        ["import", str(path), "--profile", "five_villages", "--out", "mine.toml"],
        ["ledgers", str(path), "--out", "ledgers", "--deadline", "2023-06-30"],
        ["import", str(path), "--profile", "gansu_county", "--out", "other.toml"],  # refused: not its townships
    ):
        said += CliRunner().invoke(app, ["roster", *arguments]).output
    written = {file.name for file in work.iterdir()}
    assert written >= {"list.xlsx", "totals.xlsx", "mine.toml", "mine.households.parquet"}
    assert list((work / "ledgers").iterdir())
    personal = secrets_of(made)
    assert len(personal) > 500
    inside = [(name, one) for name, data in contents(work) for one in personal if one.encode() in data]
    assert inside == []
    assert [one for one in personal if one in said] == []
    # The search finds what is there: the user's own file is full of them.
    assert all(any(one.encode() in data for _, data in contents(own)) for one in personal if one.isdigit())


def test_a_marked_copy_stands_beside_the_file_and_only_when_asked(tmp_path: Path) -> None:
    path, _ = roster(tmp_path)
    CliRunner().invoke(app, ["roster", "check", str(path)])
    assert list(tmp_path.iterdir()) == [path]
    result = CliRunner().invoke(app, ["roster", "check", str(path), "--marked", "--date", "2022-12-31"])
    assert result.exit_code == 1 and "请同样保管" in result.output
    copy = openpyxl.load_workbook(marked_path(path, "zh"))
    noted = {(sheet.title, c.row, c.column) for sheet in copy for row in sheet for c in row if c.comment}
    places = {(p.sheet, p.row, max(1, p.column)) for p in check([path], ASK).places()}
    assert noted == places and len(places) > 50
    head = openpyxl.load_workbook(path)["人员"]
    assert [c.value for c in copy["人员"][1]] == [c.value for c in head[1]]


def test_the_same_number_is_the_same_pseudonym_by_the_same_key_only() -> None:
    one, other = Pseudonyms(b"1" * 32), Pseudonyms(b"2" * 32)
    assert one.of("household", "990001") == one.of("household", "990001") != one.of("household", "990002")
    assert one.of("household", "990001") != other.of("household", "990001")
    assert one.of("household", "990001") != one.of("helper", "990001")


@pytest.mark.skipif(os.name == "nt", reason="rights go by folder there")
def test_the_key_is_for_its_owner_alone_and_can_be_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "roster.key"
    first = open_key(path, create=True).of("household", "1")
    assert open_key(path, create=True).of("household", "1") == first
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700
    path.chmod(0o644)
    with pytest.raises(UserError, match="others can read"):
        open_key(path, create=False)
    path.chmod(0o600)
    assert forget(path) and not path.exists() and not forget(path)
    assert open_key(path, create=True).of("household", "1") != first
    with pytest.raises(UserError, match="no key"):
        open_key(tmp_path / "none", create=False)


def test_forget_deletes_nothing_but_keys_and_imported_households(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_bytes(b"x" * 88)
    for arguments in (["--key", str(other)], [str(other), "--key", str(tmp_path / "none")]):
        assert CliRunner().invoke(app, ["roster", "forget", *arguments]).exit_code == 2
    assert other.read_bytes() == b"x" * 88


def groups(sizes: dict[tuple[str, str], int], **columns: str) -> pd.DataFrame:
    flat = [place for place, n in sizes.items() for _ in range(n)]
    frame = pd.DataFrame(flat, columns=["township", "village"])
    for name in ("cause", "attribute", "status", "monitored"):
        frame[name] = columns.get(name)
    frame["persons"] = 3.0
    return frame


def test_groups_of_fewer_than_ten_households_are_put_together_and_not_counted() -> None:
    frame = groups({("a", "x"): 30, ("a", "y"): 9, ("a", "z"): 4, ("b", "u"): 9})
    found = totals(frame)
    said = {total.group: total for total in found["township"]}
    assert said["a"].households == 43 and "b" not in said
    assert [(t.group, t.households, t.merged) for t in found["village"]] == [
        ("a x", 30, 0),
        ("a", 13, 2),
        ("", None, 1),
    ]
    cells = [cell for _, lines in rows(found, "zh").values() for line in lines for cell in line]
    assert HIDDEN in cells and not any(isinstance(cell, int) and cell < FEWEST for cell in cells)


def test_a_small_cause_is_not_got_at_by_taking_the_others_from_the_whole() -> None:
    frame = groups({("a", "x"): 60})
    frame["cause"] = ["因病"] * 30 + ["因残"] * 14 + ["因学"] * 13 + ["因灾"] * 3
    assert {(t.group, t.households) for t in totals(frame)["cause"]} == {("因病", 30), ("因残", 14), ("", 16)}


def test_households_are_put_together_from_all_sheets(tmp_path: Path) -> None:
    made = example(200, passing=True, layouts="ADE")
    write_book(tmp_path / "a.xlsx", made.sheets)
    tables, _ = read([tmp_path / "a.xlsx"])
    frame = homes(tables, ASK)
    people_head, people = made.sheets["人员"]
    assert len(frame) == 200 and frame["persons"].sum() == len(people)
    assert frame["land"].notna().all() and frame["cause"].notna().all() and frame["helper"].notna().all()
    assert frame["monitored"].notna().sum() == len(made.sheets["监测"][1]) > 0
    by = list(people_head).index
    away = sum(1 for row in people if row[by("务工状况")])
    assert frame["migrants"].sum() == away > 20
