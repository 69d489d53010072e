"""The one way in which the program reads a file that a user names: regular files of bounded size, and nothing else.

A device, a pipe or a file without end would fill the memory or wait for ever.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from sim.core.errors import UserError
from sim.core.text import printable, refused_character

MOST_BYTES = 10_000_000
"""Size of the largest file that is read."""


def is_file(path: Path) -> bool:
    """Whether a file can be there to read: also False for what is no path at all (too long, or with a NUL)."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_there(path: Path) -> bool:
    """Whether there is anything of this name; False for what is no path at all."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def read_bytes(path: Path) -> bytes:
    """The content of a file.

    Raises:
        UserError: The file is missing, unreadable, no regular file, or larger than `MOST_BYTES`; or its name holds what
            would steer a terminal.
    """
    if character := refused_character(str(path), breaks=True):
        problem = f"the name of this file holds the character {character}"
        raise UserError(problem, file=printable(str(path)), mend="rename it")
    try:
        # Without waiting: a pipe that nobody writes to would keep the program for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise UserError("there is no such file", file=path) from None
    except OSError as error:
        raise UserError(f"cannot be read: {error.strerror or error}", file=path) from None
    try:
        found = os.fstat(descriptor)
        if stat.S_ISDIR(found.st_mode):
            raise UserError("this is a folder, not a file", file=path)
        if not stat.S_ISREG(found.st_mode):
            raise UserError("this is a device or a pipe, not a file", file=path)
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UserError(f"cannot be read: {error.strerror or error}", file=path) from None
    finally:
        os.close(descriptor)
    if len(content) > MOST_BYTES:
        size = f"{found.st_size / 1e6:,.1f} MB" if found.st_size > MOST_BYTES else "without end"
        raise UserError(f"is too large ({size})", file=path, allowed=f"files of up to {MOST_BYTES // 1_000_000} MB")
    return content


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        UserError: As `read_bytes`, or the file is not UTF-8.
    """
    return as_text(path, read_bytes(path))


def as_text(path: Path, raw: bytes) -> str:
    """The text that the bytes of a file are.

    Raises:
        UserError: They are not UTF-8.
    """
    try:
        return raw.decode("utf-8-sig")  # Windows editors write a byte-order mark
    except UnicodeDecodeError as error:
        bad = raw.count(b"\n", 0, error.start) + 1
        raise UserError("is not UTF-8 text", file=path, line=bad, mend="save the file as UTF-8") from None
