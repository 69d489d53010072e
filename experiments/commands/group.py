"""A group of commands: errors that a user can mend are said in one message, and no option counts without being seen.

Everything is said in the language that is spoken.
"""

from __future__ import annotations

import copy
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup, TyperOption

from experiments.commands.localised import fixed_words, localised
from experiments.spoken import OPTION, asked, either, said_of, speak, spoken


class VillageGroup(TyperGroup):
    """What a user can mend is said in one message (exit code 2), an interruption quietly (130)."""

    def main(self, args: Any = None, *rest: Any, **how: Any) -> Any:
        """Speak the language that is asked for, then do what is asked for."""
        speak(asked(sys.argv[1:] if args is None else list(args)))
        with fixed_words():
            return TyperGroup.main(localised(self), args, *rest, **how)

    def make_context(self, *how: Any, **more: Any) -> Any:
        """The context in which the command runs."""
        with _refusals_spoken():
            return super().make_context(*how, **more)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command by its name, in the language that is spoken; it takes `--language` like every other."""
        command = super().get_command(ctx, cmd_name)
        return command and _plain_usage(localised(_with_language(command, ctx)))

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            with _refusals_spoken():
                return super().invoke(ctx)
        except KeyboardInterrupt:
            typer.echo(spoken("interrupted; what is done is kept, and the same command goes on from there"), err=True)
            raise typer.Exit(130) from None
        except MemoryError:
            _end(spoken("there is not enough memory for this: take fewer villages (--villages) or workers (-j)"))
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            where = f"{error.filename}{either(': ', '：')}" if error.filename else ""
            _end(f"{where}{spoken(str(error.strerror or error))}")
        except Exception as error:
            from sim.core.errors import UserError

            if not isinstance(error, UserError):
                raise
            from sim.core.text import printable

            _end(printable(said_of(error)))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that was asked for, unless one of its options is given twice.

        Raises:
            typer.BadParameter: The second of two would win without a word.
        """
        name, command, rest = super().resolve_command(ctx, args)
        if command is not None:
            _refuse_repeats(command, command.context_class(command, info_name=name, parent=ctx), rest)
        return name, command, rest


@contextmanager
def _refusals_spoken() -> Iterator[None]:
    """What is wrong with a command line is said in the language that is spoken."""
    try:
        yield
    except Exception as error:
        if hasattr(error, "format_message") and "format_message" not in vars(error):
            said = spoken(error.format_message())
            error.format_message = lambda: said
        raise


def _with_language(command: Any, ctx: Any) -> Any:
    """A command that takes `--language`: its own, or that of `village` itself."""
    if isinstance(command, TyperGroup) or any(OPTION in one.opts for one in command.params):
        return command
    found = next((one for one in ctx.find_root().command.params if OPTION in one.opts), None)
    if found is None:  # a group that stands by itself, as in a test
        return command
    its = copy.copy(found)
    its.expose_value = False
    made = copy.copy(command)
    made.params = [*command.params, its]
    return made


def _plain_usage(command: Any) -> Any:
    """A command whose usage names its arguments without the braces that Typer puts around them."""
    made, usage = copy.copy(command), command.get_usage
    made.get_usage = lambda ctx: re.sub(r"\{([^{}|]+)\}", r"\1", usage(ctx))
    return made


def _refuse_repeats(command: Any, inside: Any, args: list[str]) -> None:
    _, _, order = command.make_parser(inside).parse_args(args=list(args))
    given = Counter(id(one) for one in order)
    for one in order:
        if isinstance(one, TyperOption) and not one.multiple and given[id(one)] > 1:
            raise typer.BadParameter("it is given twice", ctx=inside, param_hint=" / ".join(one.opts))


def _end(message: str) -> NoReturn:
    """Say why the command ends; what cannot be printed any more is let go."""
    try:
        sys.stdout.flush()
    except OSError:  # a full device: what is left in the buffer would fail once more as Python ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    typer.echo(message, err=True)
    raise typer.Exit(2) from None
