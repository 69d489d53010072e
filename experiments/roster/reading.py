"""Files as rows of cells: .xlsx, .xls and .ods by Calamine, which runs no formula and follows no link; .csv as text."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.roster.safety import check_file
from sim.core.errors import UserError

Row = list[Any]
_DELIMITERS = (",", "\t", ";", "|")
_PIECE = 1 << 20
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True)
class Page:
    """A sheet of a file, not yet understood.

    Attributes:
        file: Name of the file.
        name: Name of the sheet; empty for a CSV file.
        hidden: Whether it is hidden.
        left: How many empty columns stand left of the cells.
        rows: Its rows, from the first row of the sheet.
    """

    file: str
    name: str
    hidden: bool
    left: int
    rows: Iterator[Row]


def pages(path: Path) -> Iterator[Page]:
    """The sheets of a file, one after another.

    Raises:
        UserError: The file is refused (see `safety`), damaged, locked, or in no encoding that is known.
    """
    check_file(path)
    with open(path, "rb") as file:
        start = file.read(4)
    if start in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        yield from _workbook(path)
    elif path.suffix.lower() == ".xls" and start.lstrip()[:1] == b"<":
        raise UserError(
            "this is a web page that is called a workbook / 文件实为网页",
            file=path,
            mend="open it in Excel or WPS and save it as .xlsx / 用 Excel 或 WPS 打开后另存为 .xlsx",
        )
    else:
        yield Page(path.name, "", False, 0, _text_rows(path))


def _workbook(path: Path) -> Iterator[Page]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    try:
        with CalamineWorkbook.from_path(path) as book:
            for number, about in enumerate(book.sheets_metadata):
                if about.typ != SheetTypeEnum.WorkSheet:
                    continue
                sheet = book.get_sheet_by_index(number)
                left = sheet.start[1] if sheet.start else 0
                hidden = about.visible != SheetVisibleEnum.Visible
                yield Page(path.name, about.name, hidden, left, iter(sheet.iter_rows()))
    except PasswordError as error:
        raise UserError(
            "this workbook has a password / 工作簿设有密码", file=path, mend="save it without one"
        ) from error
    except (CalamineError, OSError, ValueError) as error:
        raise UserError(
            "this workbook is damaged / 工作簿已损坏", file=path, mend="save it anew / 请重新另存"
        ) from error


def _text_rows(path: Path) -> Iterator[Row]:
    encoding = _encoding(path)
    with open(path, encoding=encoding, newline="") as file:
        head = file.readline()
        file.seek(0)
        reader = csv.reader(file, delimiter=max(_DELIMITERS, key=head.count))
        try:
            yield from reader
        except csv.Error as error:
            problem = "this row of the CSV cannot be read / 此行无法读取"
            raise UserError(problem, file=path, line=reader.line_num) from error


def _encoding(path: Path) -> str:
    """The encoding of a text: by its mark, or the first of UTF-8 and GB18030 in which all of it makes sense.

    Raises:
        UserError: It is neither; the line is that of the last one tried.
    """
    with open(path, "rb") as file:
        start = file.read(4)
    marked = [encoding for mark, encoding in _MARKS if start.startswith(mark)]
    line = 0
    for encoding in marked or ("utf-8", "gb18030"):
        line = _bad_line(path, encoding)
        if not line:
            return encoding
    raise UserError(
        "is neither UTF-8 nor GB18030 / 既不是 UTF-8 也不是 GB18030 编码",
        file=path,
        line=line,
        mend="save it as CSV UTF-8 / 请另存为 CSV UTF-8",
    )


def _bad_line(path: Path, encoding: str) -> int:
    """The first line that an encoding makes no sense of; 0 if there is none."""
    decoder, lines = codecs.getincrementaldecoder(encoding)(), 1
    with open(path, "rb") as file:
        try:
            while piece := file.read(_PIECE):
                decoder.decode(piece)
                lines += piece.count(b"\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            return lines + piece.count(b"\n", 0, error.start)
    return 0
