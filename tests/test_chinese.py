"""Chinese from end to end: what the source says is looked up, message by message; what commands print is looked at."""

from __future__ import annotations

import re
from typing import Any

import pytest
from messages import messages
from typer.main import get_command
from typer.testing import CliRunner

from experiments import spoken
from experiments.cli import app
from sim.core.chinese import FOLDER, in_chinese, read_messages

KNOWN = {**read_messages(FOLDER), **read_messages(spoken.FOLDER)}

PLANNER = ("sim/core", "sim/toml", "sim/scenario", "sim/workbook", "sim/population")
"""Folders whose every message is in Chinese; the others follow."""

CODES = re.compile(
    r"""--?[a-z][\w-]*|<[^>]*>|[A-Za-z]:?[/\\]\S*|[\w.*/-]+\.(?:toml|xlsx|xls|ods|csv|py|md|json|parquet|html|docx|desktop)
    |[a-z]\w*(?:[._:@=/][\w.:@=/]+)+|\[\w*\]|“[^”]*”|[A-Z_]{2,}\S*|=\s*\S+|\d[\w.-]*""",
    re.VERBOSE,
)
"""Options, types, files, addresses of settings, what somebody wrote, and words that stand for a value."""
NAMES = {"villagesim", "village", "Excel", "WPS", "Mesa", "Dask", "Python", "TOML", "JSON", "PDF", "Chromium"}


def latin(text: str) -> set[str]:
    """The Latin words of a Chinese text that are neither names nor codes."""
    return {word for word in re.findall("[A-Za-z]{2,}", CODES.sub(" ", text)) if word not in NAMES}


@pytest.mark.parametrize("folder", PLANNER)
def test_every_message_is_said_in_chinese(folder: str) -> None:
    missing = {text: where for text, where in messages(folder).items() if not known(text)}
    assert not missing, f"{len(missing)} messages are not in Chinese"


def known(text: str) -> bool:
    """Whether a message is said in Chinese, by its own line or by those of its parts."""
    return text in KNOWN or latinless(text) or "{0}" not in text and not latin(in_chinese(text, spoken.FOLDER))


def latinless(text: str) -> bool:
    """Whether a message needs no Chinese: a code, or both languages already."""
    plain = re.sub(r"\{\d\}", "", text)
    words = re.findall("[A-Za-z]{2,}", plain)
    return (
        (" / " in text and bool(re.search("[\u4e00-\u9fff]", text)))
        or not re.search(r"[^,] ", plain.strip())
        and len(words) < 3
    )


@pytest.mark.parametrize("text", ["OWN_PLACES = {'a': 0}"])
def test_braces_that_are_no_blanks_stay(text: str) -> None:
    assert in_chinese(text) == text
