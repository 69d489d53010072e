"""Chinese from end to end: what the source says is looked up, message by message; what commands print is looked at."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest
from messages import messages
from typer.main import get_command
from typer.testing import CliRunner

from experiments import spoken
from experiments.cli import app
from sim.core.chinese import FOLDER, in_chinese, read_messages

KNOWN = {**read_messages(FOLDER), **read_messages(spoken.FOLDER)}

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


@pytest.mark.parametrize("folder", ["sim", "experiments"])
def test_every_message_is_said_in_chinese(folder: str) -> None:
    missing = {text: where for text, where in messages(folder).items() if not known(text)}
    assert not missing, f"{len(missing)} messages are not in Chinese"


def known(text: str) -> bool:
    """Whether a message is said in Chinese, by its own line or by those of its parts."""
    return text in KNOWN or latinless(text) or ("{0}" not in text and not latin(in_chinese(text, spoken.FOLDER)))


def latinless(text: str) -> bool:
    """Whether a message needs no Chinese: a code, or both languages already."""
    plain = re.sub(r"\{\d\}", "", text)
    words = re.findall("[A-Za-z]{2,}", plain)
    return (" / " in text and bool(re.search("[\u4e00-\u9fff]", text))) or (
        not re.search(r"[^,] ", plain.strip()) and len(words) < 3
    )


@pytest.mark.parametrize("text", ["OWN_PLACES = {'a': 0}"])
def test_braces_that_are_no_blanks_stay(text: str) -> None:
    assert in_chinese(text) == text


def helps(command: Any) -> Iterator[str]:
    """Every text of a command's help, and of the commands in it."""
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        yield " ".join(paragraph.split())
    for one in command.params:
        yield from (text for text in (one.help, one.metavar) if text)
    for inner in getattr(command, "commands", {}).values():
        yield from helps(inner)


@pytest.mark.parametrize("name", sorted(get_command(app).commands))  # type: ignore[attr-defined]
def test_help_is_in_chinese(name: str) -> None:
    missing = [text for text in helps(get_command(app).commands[name]) if not known(text)]  # type: ignore[attr-defined]
    assert not missing


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("compar", "没有“compar”这个命令，是不是“compare”？"),
        ("compare --nope", "没有--nope这个选项"),
        ("run --seed x", "--seed的值有误：应为整数"),
        ("campaign schedule", "缺少参数“文件”。"),
        ("scenario check nowhere", "没有“nowhere”这个方案文件或自带方案"),
        ("population describe nowhere", "没有“nowhere”这份县情资料"),
    ],
)
def test_refusals_are_in_chinese(arguments: str, says: str) -> None:
    said = CliRunner().invoke(app, [*arguments.split(), "--language", "zh"])
    assert said.exit_code == 2
    text = re.sub("[│╭╮╰╯─]", "", said.output)
    assert says in "".join(text.split("\n")) and not re.search(r"Usage|Error|allowed|unknown", text)


def placeless(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Arguments whose help would show a name in braces, by command."""
    for one in command.params:
        if one.param_type_name == "argument" and not one.metavar:
            yield (*path, one.name)
    for name, inner in getattr(command, "commands", {}).items():
        yield from placeless(inner, (*path, name))


def test_no_argument_is_shown_as_a_placeholder() -> None:
    assert not list(placeless(get_command(app)))
    said = CliRunner().invoke(app, ["report", "--help", "--language", "zh"]).output
    assert "文件夹" in said and "{" not in said


def test_english_is_spoken_again_after_chinese() -> None:
    CliRunner().invoke(app, ["compar", "--language", "zh"])
    assert "No such command 'compar'" in CliRunner().invoke(app, ["compar"], env={"LC_ALL": "C"}).output
