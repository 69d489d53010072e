"""A group of commands: errors that a user can mend are said in one message, and no option counts without being seen."""

from __future__ import annotations

import os
import sys
from collections import Counter
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup, TyperOption


class VillageGroup(TyperGroup):
    """What a user can mend is said in one message (exit code 2), an interruption quietly (130)."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            typer.echo("interrupted; what is done is kept, and the same command goes on from there", err=True)
            raise typer.Exit(130) from None
        except MemoryError:
            _end("there is not enough memory for this: take fewer villages (--villages) or workers (-j)")
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            _end(f"{f'{error.filename}: ' if error.filename else ''}{error.strerror or error}")
        except Exception as error:
            from sim.core.errors import UserError

            if not isinstance(error, UserError):
                raise
            from sim.core.text import printable

            _end(printable(str(error)))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that was asked for, unless one of its options is given twice.

        Raises:
            typer.BadParameter: The second of two would win without a word.
        """
        name, command, rest = super().resolve_command(ctx, args)
        if command is not None:
            _refuse_repeats(command, command.context_class(command, info_name=name, parent=ctx), rest)
        return name, command, rest


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
