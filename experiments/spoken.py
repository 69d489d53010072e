"""Which language the command speaks, and how a message is said in it. Nothing heavy is imported for English."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.core.errors import UserError

FOLDER = Path(__file__).with_name("chinese")
"""Chinese for what `experiments` says; see `sim.core.chinese`."""
OPTION = "--language"
_LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")

_PRIMARY, _CHINESE = 0x3FF, 0x04  # of the number that Windows has for a language: which it is, wherever it is spoken

_spoken = "en"


def language() -> str:
    """The language that is spoken: "en" or "zh"."""
    return _spoken


def speak(chosen: str) -> None:
    """Speak this language from now on: "en" or "zh"."""
    global _spoken
    _spoken = chosen


def asked(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> str:
    """The language that a command line asks for: by its first `--language`, or else by the locale.

    Args:
        arguments: What follows the name of the program.
        environment: The variables of the environment.
    """
    for number, word in enumerate(arguments):
        name, given, value = word.partition("=")
        if name == OPTION:
            value = value if given else next(iter(arguments[number + 1 :]), "")
            if value in ("en", "zh"):
                return value
    found = next((environment[name] for name in _LOCALES if environment.get(name)), "")
    if not found and sys.platform == "win32":
        return "zh" if ctypes.windll.kernel32.GetUserDefaultUILanguage() & _PRIMARY == _CHINESE else "en"
    return "zh" if found.startswith("zh") else "en"


def spoken(text: str) -> str:
    """A message in the language that is spoken.

    Args:
        text: The message in English, or in both: "中文 / English".
    """
    if _spoken == "en":
        return text
    from sim.core.chinese import in_chinese

    return in_chinese(text, FOLDER)


def either(english: str, chinese: str) -> str:
    """The one of two texts that is in the language that is spoken."""
    return chinese if _spoken == "zh" else english


def said_of(error: UserError) -> str:
    """What an error says, in the language that is spoken."""
    return error.text() if _spoken == "en" else error.text(spoken)
