"""What a file may not be: a bomb, a carrier of macros, a door to other files. Looked at before anything reads it."""

from __future__ import annotations

import os
import stat
import zipfile
from pathlib import Path

from sim.core.errors import UserError
from sim.core.text import printable, refused_character

MOST_BYTES = 400_000_000
"""Largest file that is read."""
MOST_UNPACKED = 4_000_000_000
"""Largest content of a packed file: a sheet full of rows is about half as much."""
MOST_PARTS = 5_000
_PIECE = 1 << 20
_HEAD = 4_096
KINDS = (".xlsx", ".xls", ".ods", ".csv", ".txt", ".tsv")
SAVE_AS = "open it, save it as a workbook without them (.xlsx), and give that / 打开后另存为不含这些内容的 .xlsx 再使用"


def check_file(path: Path) -> None:
    """Refuse a file that is not safe to read.

    Raises:
        UserError: It is missing, no regular file, of another kind, too large, or holds what a roster has no need of.
    """
    if character := refused_character(str(path), breaks=True):
        raise UserError(f"the name of this file holds the character {character}", file=printable(str(path)))
    try:
        found = os.stat(path)
    except (OSError, ValueError) as error:
        raise UserError("there is no such file / 没有这个文件", file=path) from error
    if not stat.S_ISREG(found.st_mode):
        raise UserError("this is no file that holds rows (a folder, a device or a pipe) / 不是数据文件", file=path)
    if path.suffix.lower() in (".xlsm", ".xltm", ".xlsb", ".xlam", ".xla"):
        _refuse(path, "a workbook of this kind can hold macros / 此类工作簿可能含宏")
    if path.suffix.lower() not in KINDS:
        raise UserError(
            f"'{path.suffix}' is no kind of file that is read / 不支持的文件类型", file=path, allowed=" ".join(KINDS)
        )
    if found.st_size > MOST_BYTES:
        raise UserError(
            f"is too large ({found.st_size / 1e6:,.0f} MB) / 文件过大",
            file=path,
            allowed=f"{MOST_BYTES // 1_000_000} MB",
            mend="split it by township / 请按乡镇拆分",
        )
    with open(path, "rb") as file:
        start = file.read(8)
    if start[:4] == b"PK\x03\x04":
        _check_packed(path)
    elif start == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        _check_old(path)
    elif path.suffix.lower() in (".xlsx", ".ods"):
        raise UserError("this is not the workbook that its name says / 文件内容与扩展名不符", file=path)


def _check_packed(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                _refuse(path, f"its content is larger than {MOST_UNPACKED // 10**9} GB / 解压后过大，疑似压缩炸弹")
            for part in parts:
                _check_name(path, part.filename.lower())
            left = MOST_UNPACKED
            for part in parts:
                left -= _check_part(path, packed, part, left)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise UserError("this workbook is damaged or locked / 工作簿已损坏或已加密", file=path) from error
    except zipfile.zlib.error as error:  # type: ignore[attr-defined]
        raise UserError("this workbook is damaged / 工作簿已损坏", file=path) from error


def _check_name(path: Path, name: str) -> None:
    if "vbaproject" in name or "macrosheets" in name or name.startswith(("basic/", "scripts/")):
        _refuse(path, "this workbook holds macros / 工作簿含宏")
    if "externallinks/" in name or name.endswith("connections.xml"):
        _refuse(path, "this workbook has links to other files / 工作簿含外部链接")
    if "/embeddings/" in name or "activex" in name:
        _refuse(path, "this workbook has other files inside it / 工作簿内嵌其他文件")


def _check_part(path: Path, packed: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> int:
    """Unpack a part without keeping it: what its size says it is need not be so.

    Returns:
        Its true size.
    """
    size = 0
    is_xml = part.filename.lower().endswith((".xml", ".rels", ".vml"))
    with packed.open(part) as content:
        while piece := content.read(_PIECE):
            if not size and is_xml and _has_dtd(piece[:_HEAD]):
                _refuse(path, "its XML declares entities (a DTD) / 工作簿 XML 含 DTD 声明")
            size += len(piece)
            if size > left or size > part.file_size:
                _refuse(path, f"its content is larger than it says, or than {MOST_UNPACKED // 10**9} GB / 疑似压缩炸弹")
    return size


def _has_dtd(start: bytes) -> bool:
    text = start.replace(b"\0", b"").upper()
    return b"<!DOCTYPE" in text or b"<!ENTITY" in text


def _check_old(path: Path) -> None:
    data = path.read_bytes()
    if "_VBA_PROJECT".encode("utf-16-le") in data or "VBA".encode("utf-16-le") + b"\0\0" in data:
        _refuse(path, "this workbook holds macros / 工作簿含宏")
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise UserError(
            "this workbook has a password / 工作簿设有密码", file=path, mend="save it without one / 请另存为无密码"
        )


def _refuse(path: Path, problem: str) -> None:
    raise UserError(problem, file=path, mend=SAVE_AS)
