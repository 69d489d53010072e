"""Chinese from end to end: what the source says is read from the source, and looked up; what commands print is looked at."""

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
    missing = {text: where for text, where in messages(folder).items() if not latinless(text) and text not in KNOWN}
    assert not missing, f"{len(missing)} messages are not in Chinese"


def latinless(text: str) -> bool:
    """Whether a message needs no Chinese: a code, or both languages already."""
    return not re.search(r"[a-z]{2}.*[ ].*[a-z]", text) or in_chinese(text) != text
