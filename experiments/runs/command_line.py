"""The command line that a folder records: what was asked, without what decides only how it is done."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

_HOW = {"--quiet", "-q", "--json", "--fresh", "--retry-failed", "--renew"}
_HOW_WITH_VALUE = {"--workers", "-j", "--executor"}
RECORDED = "VILLAGESIM_COMMAND"
"""Environment variable with the command line to record instead: that of a folder which is being run again."""


def command_line(words: Sequence[str] | None = None) -> str:
    """This process's command line, the same however many workers it has and wherever its folders lie.

    Args:
        words: The words after the program's name; those of this process by default.
    """
    if words is None and RECORDED in os.environ:
        return os.environ[RECORDED]
    kept = []
    left = iter(sys.argv[1:] if words is None else words)
    for word in left:
        if word in _HOW_WITH_VALUE:
            next(left, None)
        elif word not in _HOW and not word.startswith(("--workers=", "-j", "--executor=")):
            kept.append(_from_here(word))
    return shlex.join(["village", *kept])


def _from_here(word: str) -> str:
    """A word of the command line, with a path below the current folder said from there, so that it holds elsewhere."""
    option, equals, value = word.rpartition("=") if word.startswith("-") else ("", "", word)
    path = Path(value)
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        value = path.relative_to(Path.cwd()).as_posix()
    return f"{option}{equals}{value}"
