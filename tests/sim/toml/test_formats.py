"""Files of another sort where a plan, a county or a form is expected: what they are is said, and what to do."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from experiments.cli import app
from sim.core.errors import UserError
from sim.population.profile_file import load_profile
from sim.scenario import load_plan


def packed(*names: str, mimetype: str = "") -> bytes:
    """A zip archive with these parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, mimetype if name == "mimetype" else "<x/>")
    return made.getvalue()


OLE = b"\xd0\xcf\x11\xe0" + bytes(600)
CASES = [
    ("说明.docx", packed("[Content_Types].xml", "word/document.xml"), "a Word document", "template 填报表.xlsx"),
    ("说明.doc", OLE, "a Word document", "template 填报表.xlsx"),
    ("说明.pdf", b"%PDF-1.4\n\xe2\xe3", "a PDF", "template 填报表.xlsx"),
    ("照片.jpg", b"\xff\xd8\xff\xe0", "a picture", "template 填报表.xlsx"),
    ("表.csv", "县名,青石县\n".encode("gb18030"), "a CSV table", "village roster check"),
    ("表.csv", "县名,青石县\n".encode(), "a CSV table", "village roster check"),
    ("表.html", b"<html><table></table></html>", "a web page", "save it as .xlsx"),
    ("表.zip", packed("a/填报表.xlsx"), "an archive", "unpack it"),
    ("表.toml", packed("xl/workbook.xml"), "an Excel workbook", "ends in .xlsx"),
    ("表.toml", packed("mimetype", mimetype="application/vnd.oasis.opendocument.spreadsheet"), "OpenDocument", ".ods"),
    ("表.toml", OLE, "of the old format", "save it as .xlsx"),
    ("数.json", b'{"a": 1}', "a data file", "template 填报表.xlsx"),
    ("字.txt", "青石县".encode(), "plain text", "template 填报表.xlsx"),
]


@pytest.mark.parametrize(("name", "content", "what", "mend"), CASES)
def test_what_a_file_is_and_what_to_do_is_said(tmp_path: Path, name: str, content: bytes, what: str, mend: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    for read in (load_plan, load_profile):
        with pytest.raises(UserError) as caught:
            read(path)
        assert what in caught.value.problem and mend in str(caught.value.mend)
        assert "TOML:" not in str(caught.value) and "UTF-8" not in str(caught.value)


@pytest.mark.parametrize("command", ["scenario check", "population describe", "compare", "campaign show"])
def test_it_is_said_in_chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("说明.docx").write_bytes(CASES[0][1])
    said = CliRunner().invoke(app, [*command.split(), "说明.docx", "--language", "zh"])
    text = said.output.replace("\n", "")
    assert said.exit_code == 2
    assert "这是Word文档，这里不能直接使用" in text and "空表用village template 填报表.xlsx生成" in text


def test_a_workbook_in_name_alone_is_told_from_a_damaged_one(tmp_path: Path) -> None:
    path = tmp_path / "填报表.xlsx"
    path.write_bytes("县名,青石县\n".encode())
    with pytest.raises(UserError, match="holds something else"):
        load_plan(path)
    with pytest.raises(UserError, match="there is no such file"):
        load_plan(tmp_path / "没有.docx")


def test_toml_of_any_name_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_text('title = { en = "Ours", zh = "本县" }\nextends = "mix"\n', encoding="utf-8")
    assert load_plan(path).title.en == "Ours"
