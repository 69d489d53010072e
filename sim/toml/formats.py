"""Files of another sort where a TOML file or the planner's form is expected: told by content, so that no name misleads.

Offices keep figures in Word, PDF, CSV and old Excel; what such a file is and what to do with it is said at once.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import NamedTuple

from sim.core.errors import UserError


class Format(NamedTuple):
    """A sort of file that is not read.

    Attributes:
        en: What it is.
        mend: What to do with it.
    """

    en: str
    mend: str


_FILL = (
    "plans and counties stand in the form (.xlsx or .ods) or in TOML files; put the figures into the form that village "
    "template 填报表.xlsx writes"
)
_SAVE = "open it in Excel or WPS, save it as .xlsx, and use that"
WORD = Format("a Word document", _FILL)
SLIDES = Format("a slide show", _FILL)
PDF = Format("a PDF", _FILL)
PICTURE = Format("a picture", _FILL)
PLAIN = Format("plain text", _FILL)
DATA = Format("a data file", _FILL)
CSV = Format("a CSV table", f"{_FILL}; rosters are read by village roster check")
OLD_EXCEL = Format("an Excel workbook of the old format", _SAVE)
PAGE = Format("a web page", _SAVE)
EXCEL = Format("an Excel workbook", "rename it so that it ends in .xlsx")
OPEN_TABLE = Format("an OpenDocument table", "rename it so that it ends in .ods")
ARCHIVE = Format("an archive", "unpack it, and use the form in it")

_SUFFIXES = {
    ".doc": WORD, ".docx": WORD, ".wps": WORD, ".rtf": WORD, ".odt": WORD, ".ppt": SLIDES, ".pptx": SLIDES, ".pdf": PDF,
    ".csv": CSV, ".tsv": CSV, ".xls": OLD_EXCEL, ".et": OLD_EXCEL, ".json": DATA, ".html": PAGE, ".htm": PAGE,
    ".png": PICTURE, ".jpg": PICTURE, ".jpeg": PICTURE, ".zip": ARCHIVE, ".rar": ARCHIVE, ".7z": ARCHIVE,
}  # fmt: skip
_STARTS = (
    (b"%PDF", PDF), (b"\x89PNG", PICTURE), (b"\xff\xd8\xff", PICTURE), (b"GIF8", PICTURE), (b"{\\rtf", WORD),
    (b"Rar!", ARCHIVE), (b"7z\xbc\xaf", ARCHIVE),
)  # fmt: skip
_INSIDE = (("word/", WORD), ("ppt/", SLIDES), ("xl/", EXCEL))
_OLE = b"\xd0\xcf\x11\xe0"


def is_foreign(name: str | Path) -> bool:
    """Whether a name is that of a file of another sort."""
    return Path(name).suffix.lower() in _SUFFIXES


def format_of(path: Path, content: bytes) -> Format | None:
    """Which other sort of file it is; None where it may be TOML.

    Args:
        path: Its name, which decides where its content does not.
        content: Its bytes.
    """
    by_name = _SUFFIXES.get(path.suffix.lower())
    for start, found in _STARTS:
        if content.startswith(start):
            return found
    if content.startswith(_OLE):
        return by_name if by_name in (WORD, SLIDES) else OLD_EXCEL
    if content.startswith(b"PK\x03\x04"):
        return _archive(content)
    if content.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html", b"<table")):
        return PAGE
    return by_name or (PLAIN if content.strip() and path.suffix.lower() == ".txt" and b"=" not in content else None)


def _archive(content: bytes) -> Format:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            kind = archive.read("mimetype")[:100].decode("ascii", "replace") if "mimetype" in names else ""
    except Exception:  # a damaged one, or one that no reader knows: it is an archive all the same
        return ARCHIVE
    if "spreadsheet" in kind:
        return OPEN_TABLE
    if "opendocument.text" in kind:
        return WORD
    return next((found for part, found in _INSIDE if any(name.startswith(part) for name in names)), ARCHIVE)


def refuse_foreign(path: Path, content: bytes) -> None:
    """Refuse a file of another sort.

    Raises:
        UserError: What it is, what is accepted, what to do.
    """
    if found := format_of(path, content):
        raise UserError(f"this is {found.en}, which is not read here", file=path, mend=found.mend)
