"""`village reproduce`: a results folder run again from what it holds itself, to the same bytes or a difference."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.options import Json, Quiet, Results, print_json
from experiments.commands.report import find_experiment

DIFFERS = 1
"""The exit code where something differs."""


def reproduce(
    context: typer.Context,
    experiment: Annotated[str, typer.Argument(metavar="FOLDER", help="Name of an experiment, or its folder.")],
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="DIR", help="Where to keep what is run again; thrown away by default."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", "-j", min=0, help="Worker processes; one a processor by default.")
    ] = None,
    results: Results = Path("results"),
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run a results folder again, here or on another machine, and compare every byte with it.

    Scenarios, profiles, code and design are taken from the folder's own copies, the rest from its command line. Exit
    code 1 if something differs; the first difference is named.
    """
    from experiments.runs.again import run_again
    from experiments.runs.files import read_json

    folder = find_experiment(experiment, results)
    kind = str(read_json(folder / "manifest.json").get("kind", "compare"))
    with tempfile.TemporaryDirectory() as place:
        found = run_again(folder, to or Path(place), options_of(context, kind), workers)
    if as_json:
        print_json({"folder": str(folder), "same": not found.difference, "files": found.files,
                    "difference": found.difference, "other_program": found.other_program})  # fmt: skip
    elif found.difference:
        typer.echo(f"not the same: {found.difference}")
        if found.other_program:
            typer.echo("the program is not the one that made the folder; install the version that its manifest names")
    elif not quiet:
        typer.echo(f"the same bytes: {found.files} files")
    if found.difference:
        raise typer.Exit(DIFFERS)


def options_of(context: typer.Context, kind: str) -> dict[str, bool]:
    """Every option of a command by its names, and whether it takes a value."""
    group = context.parent.command if context.parent else None
    command = getattr(group, "commands", {}).get(kind)
    params = command.params if command else []
    return {
        name: not getattr(one, "is_flag", False) and not getattr(one, "count", False)
        for one in params
        if one.param_type_name == "option"
        for name in one.opts
    }
