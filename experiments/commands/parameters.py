"""`village parameters`: every number of the model, with its unit, range, source and confidence."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.commands.group import VillageGroup
from experiments.commands.options import Code, Json, print_json

if TYPE_CHECKING:
    from sim.parameters import Parameter, Value

app = typer.Typer(cls=VillageGroup, help="List every number of the model with its unit, range, source and confidence.")


@app.callback(invoke_without_command=True)
def parameters(ctx: typer.Context, code: Code = None, as_json: Json = False) -> None:
    """List every number of the model with its unit, range, source and confidence."""
    if ctx.invoked_subcommand is None:
        _show((), as_json, code or ())


@app.command("list")
def list_(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="WORDS", help="Only those with one of these in topic.name.")
    ] = None,
    code: Code = None,
    as_json: Json = False,
) -> None:
    """List every number of the model, or some; with --code also those that policies of these files declare."""
    _show(words or (), as_json, code or ())


def _show(words: Sequence[str], as_json: bool, code: Sequence[Path]) -> None:
    from sim.parameters import load_parameters
    from sim.parameters.own import with_own

    known = with_own(load_parameters(), _own(code))
    chosen = [entry for entry in known.table() if not words or any(word.lower() in entry.key for word in words)]
    if not chosen:
        known.find(words[0])  # says what is near
    if as_json:
        print_json([{"key": entry.key, **asdict(entry), "dated": _dated(entry)} for entry in chosen])
        return
    for entry in chosen:
        typer.echo("\n".join(_lines(entry)))


def _own(code: Sequence[Path]) -> list[Parameter]:
    """What the policies in these files declare."""
    from sim.core.errors import UserError
    from sim.parameters.own import declared
    from sim.scenario.catalogue import code_files
    from sim.scenario.code import pinned, policies_of
    from sim.toml.source import raise_all

    problems: list[UserError] = []
    files = code_files(code, problems)
    if problems:
        raise_all(problems)
    policies = [(policy, file) for file in files for policy in policies_of(pinned(f"{file.stem}:Policy", [file]))]
    return [entry for policy, file in policies for entry in declared(policy.kind, policy.parameters, file)]


def _lines(entry: Parameter) -> list[str]:
    span = f"{_numbers(entry.low)} to {_numbers(entry.high)}"
    first = f"{entry.key} = {_numbers(entry.value)} {entry.unit}; range {span}; {entry.confidence}"
    notes = " ".join(text for text in (entry.source, entry.note) if text)
    lines = textwrap.wrap(notes, 100, initial_indent="    ", subsequent_indent="    ")
    for one in entry.dated[1:] if entry.dated and entry.dated[0].start is None else entry.dated:
        span = f"{_numbers(one.low)} to {_numbers(one.high)}"
        lines.append(f"    from {one.start}: {_numbers(one.value)}; range {span}; {one.confidence}")
        lines += textwrap.wrap(one.source, 100, initial_indent="        ", subsequent_indent="        ")
    return [first, *lines]


def _dated(entry: Parameter) -> list[dict[str, object]]:
    """Each value with the day from which it is in force; null for what came before the first day."""
    return [{**asdict(one), "start": str(one.start) if one.start else None} for one in entry.dated]


def _numbers(value: Value) -> str:
    return ", ".join(f"{number:g}" for number in value) if isinstance(value, tuple) else f"{value:g}"
