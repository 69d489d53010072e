"""A command as it is shown to a reader of Chinese: a copy with its help, its words and its errors in Chinese.

The commands state everything once, in English; Chinese stands in `experiments/chinese`. What Typer says of its own is
said there too.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from experiments.spoken import language, spoken

_TYPES = {
    "str": "文字", "int": "整数", "int range": "整数", "float": "数", "float range": "数", "bool": "开关",
    "path": "路径", "list[str]": "文字", "list[path]": "路径", "datetime": "日期",
}  # fmt: skip
_FIXED = {
    "DEFAULT_STRING": "［默认：{}］",
    "REQUIRED_LONG_STRING": "［必填］",
    "ARGUMENTS_PANEL_TITLE": "参数",
    "OPTIONS_PANEL_TITLE": "选项",
    "COMMANDS_PANEL_TITLE": "命令",
    "ERRORS_PANEL_TITLE": "错误",
    "ABORTED_TEXT": "已中止。",
    "RICH_HELP": "用法说明：[blue]{command_path} {help_option}[/]",
}
"""What Typer fixes when it is loaded."""
_USAGE = "Usage: "


@contextmanager
def fixed_words() -> Iterator[None]:
    """Typer's fixed words in the language that is spoken, as long as a command runs."""
    if language() == "en":
        yield
        return
    from typer import rich_utils

    before = {name: getattr(rich_utils, name) for name in _FIXED}
    vars(rich_utils).update(_FIXED)
    try:
        yield
    finally:
        vars(rich_utils).update(before)


def localised(command: Any) -> Any:
    """The same command in the language that is spoken: itself in English, a copy in Chinese."""
    if language() == "en":
        return command
    made = copy.copy(command)
    made.help = _paragraphs(command.help)
    made.short_help = command.short_help and spoken(command.short_help)
    made.options_metavar = "[选项]"
    if hasattr(made, "subcommand_metavar"):
        made.subcommand_metavar = "命令 [参数]..."
    made.params = [_parameter(one) for one in command.params]
    made._help_option = None  # made anew for the copy
    made.get_usage = lambda ctx: "用法：" + type(made).get_usage(made, ctx).removeprefix(_USAGE)
    made.get_help_option = lambda ctx: _help_option(made, ctx)
    return made


def _paragraphs(text: str | None) -> str | None:
    """Help in Chinese, paragraph by paragraph."""
    said = inspect.cleandoc(text or "").split("\n\n")
    return "\n\n".join(spoken(" ".join(one.split())) for one in said) if text else text


def _help_option(command: Any, ctx: Any) -> Any:
    if command._help_option is None:
        found = type(command).get_help_option(command, ctx)
        command._help_option = found and _parameter(found)
    return command._help_option


def _parameter(option: Any) -> Any:
    made = copy.copy(option)
    made.help = option.help and spoken(option.help)
    made.metavar = option.metavar and spoken(option.metavar)
    if made.name == "language" and not made.multiple and made.default is not None:
        made.default = language()
    shown = option.display_type_rich
    made.display_type_rich = lambda ctx: _type(made.metavar if made.opts[0].startswith("-") else None, shown(ctx))
    return made


def _type(metavar: str | None, shown: str | None) -> str | None:
    if metavar or not shown:
        return metavar or shown
    inside = shown.strip("<>")
    return f"<{_TYPES[inside]}>" if inside in _TYPES else shown
