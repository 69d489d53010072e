"""Opening a workbook without trusting it: what is packed too well, calls other files, or runs is refused."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from sim.core.errors import UserError

SUFFIXES = (".xlsx", ".ods")
"""Endings of the files that are read as workbooks."""
_OTHERS = {
    ".xls": "用Excel或WPS打开，另存为 .xlsx 后再用 / open it in Excel or WPS and save it as .xlsx",
    ".et": "用WPS打开，另存为 .xlsx 后再用 / open it in WPS and save it as .xlsx",
    ".xlsm": "含宏的文件不读；请另存为不含宏的 .xlsx / workbooks with macros are not read; save it as .xlsx",
    ".xlsb": "另存为 .xlsx 后再用 / save it as .xlsx",
    ".xltx": "另存为 .xlsx 后再用 / save it as .xlsx",
    ".xltm": "另存为不含宏的 .xlsx 后再用 / save it as .xlsx without macros",
}
MOST_UNPACKED = 60_000_000
"""Bytes that all parts of a workbook may have together once unpacked; a filled form has about 300 thousand."""
MOST_PARTS = 500
_MOST_PACKED = 200
"""How many times smaller than unpacked a large part may be; XML of people is packed about 10 times."""
_AGAIN = "用Excel或WPS另存一次 / save it again"
_LARGE = 1_000_000
_OLE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK"


def is_workbook(path: str | Path) -> bool:
    """Whether a name is that of a workbook, or of a sort of workbook that is refused."""
    return Path(path).suffix.lower() in (*SUFFIXES, *_OTHERS)


def parts_of(path: Path, content: bytes) -> dict[str, bytes]:
    """The parts of a workbook, unpacked, once all of them are harmless.

    Args:
        path: The file, for messages.
        content: Its bytes.

    Raises:
        UserError: It is no workbook, or one that is not read: with macros, links to other files, a document type, too
            large once unpacked, or locked with a password.
    """
    suffix = path.suffix.lower()
    if suffix in _OTHERS:
        raise _refused(path, f"不读 {suffix} 文件", f"{suffix} files are not read", _OTHERS[suffix])
    if not content.startswith((_OLE, _ZIP)):
        raise _refused(
            path,
            f"文件名以{suffix}结尾，内容却是别的格式，只改文件名不行",
            f"it is called {suffix} and holds something else",
            "用Excel或WPS打开原来的文件，另存为 .xlsx / open the original and save it as .xlsx",
        )
    if content.startswith(_OLE):
        raise _refused(
            path,
            "这是旧格式或加了密码的文件",
            "this is an old or a locked workbook",
            "去掉密码，另存为 .xlsx / save it as .xlsx without a password",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_sizes(path, archive.infolist())
            parts = {entry.filename: _unpacked(path, archive, entry) for entry in archive.infolist()}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise _refused(path, "打不开，文件可能已损坏", f"cannot be opened: {error}", _AGAIN) from None
    except Exception as error:  # a damaged archive: zlib has its own errors
        if isinstance(error, UserError):
            raise
        raise _refused(path, "打不开，文件可能已损坏", "cannot be opened", _AGAIN) from None
    for name, part in parts.items():
        _check_part(path, name, part)
    return parts


def _check_sizes(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    whole = 0
    for entry in entries:
        whole += entry.file_size
        if entry.file_size > _LARGE and entry.file_size > _MOST_PACKED * max(1, entry.compress_size):
            whole = MOST_UNPACKED + 1
    names = [entry.filename for entry in entries]
    if whole > MOST_UNPACKED or len(entries) > MOST_PARTS or len(set(names)) < len(names):
        raise _refused(
            path,
            "解压后过大或结构异常，为防止占满内存不予打开",
            "it is packed so that it would fill the memory (a zip bomb)",
            _AGAIN,
        )


def _unpacked(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as part:
        content = part.read(entry.file_size + 1)
    if len(content) > entry.file_size:
        raise _refused(path, "结构异常", "its parts are larger than they say", _AGAIN)
    return content


def _check_part(path: Path, name: str, part: bytes) -> None:
    low = name.lower()
    if "vbaproject" in low or low.startswith(("basic/", "scripts/")) or b"macroEnabled" in part[:20_000]:
        raise _refused(path, "文件含宏", "it has macros", "另存为不含宏的 .xlsx / save it as .xlsx without macros")
    if "externallink" in low or "xl/connections" in low or "querytable" in low:
        raise _refused(
            path,
            "文件链接了其他文件或数据源",
            "it links to other files",
            "在“数据—编辑链接”中断开链接后再存 / break the links and save it",
        )
    if low.endswith((".xml", ".rels", ".vml")):
        head = part[:400]
        coded = re.search(rb'encoding=["\']([A-Za-z0-9_\-]+)["\']', head)
        odd = head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in head
        if odd or (coded and coded[1].lower() not in (b"utf-8", b"us-ascii", b"ascii")):
            raise _refused(path, f"{name} 的编码异常", f"{name} is not UTF-8", _AGAIN)
        if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
            raise _refused(
                path,
                "文件内有文档类型声明（DTD），不予打开",
                f"{name} declares a document type (DTD)",
                _AGAIN,
            )


def _refused(path: Path, zh: str, en: str, mend: str) -> UserError:
    return UserError(f"{zh} / {en}", file=path, mend=mend)
