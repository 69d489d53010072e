"""Files that are whole or not there at all, and that say when they have been altered.

A file appears under its name only when it is whole (temporary name in the same folder, fsync, rename, fsync of the
folder). A manifest lists what else stands in its folder with a digest of each, and has a checksum of itself; whoever
reads such a file reads it through `read_file`.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.core.errors import UserError

MANIFEST = "manifest.json"
LEFTOVER = re.compile(r"\.part-\d+-.+")
_CHECKSUM = "checksum"
_WAITS_SECONDS = (0.05, 0.2, 0.8)  # on Windows, where a virus scanner that reads a new file keeps it from its name


def write_atomic(path: Path, data: bytes | str) -> None:
    """Put a whole file in place, or nothing.

    Raises:
        UserError: The disk is full or the folder cannot be written; what was there before is untouched.
    """
    temporary = path.with_name(f".part-{os.getpid()}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
            file.flush()
            os.fsync(file.fileno())
        _replace(temporary, path)
        _sync_folder(path.parent)
    except OSError as error:
        try:
            temporary.unlink(missing_ok=True)
        finally:
            raise cannot_write(path, error) from error


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Put a JSON file in place atomically, with a checksum; readable, UTF-8, keys in the order given."""
    write_atomic(path, json_text(content))


def json_text(content: Mapping[str, Any]) -> str:
    """The text of a JSON file with its checksum."""
    plain: dict[str, Any] = json.loads(json.dumps({key: content[key] for key in content if key != _CHECKSUM}))
    return json.dumps({**plain, _CHECKSUM: _checksum(plain)}, ensure_ascii=False, indent=1) + "\n"


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object of an experiment folder.

    Raises:
        UserError: The file is missing, damaged, altered or not a JSON object.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise ValueError("not an object")
        if content.pop(_CHECKSUM, None) not in (None, _checksum(content)):
            raise ValueError("the checksum differs")
    except FileNotFoundError:
        raise UserError("there is no such file", file=path, mend="is this the folder of an experiment?") from None
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(
            "this file is damaged or has been altered; nothing was overwritten",
            file=path,
            mend="delete it and repeat the command",
        ) from error
    return content


def _checksum(content: Mapping[str, Any]) -> str:
    return digest_of(json.dumps(content, ensure_ascii=False, sort_keys=True).encode(errors="surrogatepass"))


def digest_of(data: bytes) -> str:
    """The digest by which a manifest knows a file's content again."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def read_file(folder: Path, name: str, manifest: Mapping[str, Any]) -> bytes:
    """A file of an experiment, as it was written.

    Args:
        folder: The experiment's folder.
        name: The file, from there.
        manifest: What the folder says of itself; one of an earlier version that lists no digests is believed.

    Raises:
        UserError: The file is missing, cannot be read, or is not as it was written.
    """
    path = folder / name
    mend = "run the command again: it writes this file anew from what is stored"
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise UserError("this file is missing", file=path, mend=mend) from None
    except OSError as error:
        raise UserError(f"this file cannot be read: {error.strerror or error}", file=path) from error
    if "files" in manifest and manifest["files"].get(name) != digest_of(data):
        raise UserError("this file is not as the experiment wrote it", file=path, mend=mend)
    return data


def _replace(temporary: Path, path: Path) -> None:
    for wait_seconds in _WAITS_SECONDS if sys.platform == "win32" else ():
        try:
            os.replace(temporary, path)
            return
        except PermissionError:
            time.sleep(wait_seconds)
    os.replace(temporary, path)


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":  # which opens no folder, and writes down a rename by itself
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def cannot_write(path: Path, error: OSError) -> UserError:
    """What to say when a file or folder cannot be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        problem, mend = "the disk is full", "free some space and repeat the command; what is stored stays"
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        problem, mend = (
            "this place cannot be written",
            "close the file if it is open, choose another folder with --results, or ask for permission",
        )
    else:
        problem, mend = (
            f"it could not be written: {error.strerror or error}",
            "close the file if it is open, or fix the cause, and repeat the command",
        )
    return UserError(problem, file=path, mend=mend)
