"""`village crate`: a results folder described for archives."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.options import Json, Results, print_json
from experiments.commands.report import find_experiment


def crate(
    experiment: Annotated[str, typer.Argument(metavar="FOLDER", help="Name of an experiment, or its folder.")],
    author: Annotated[
        list[str] | None,
        typer.Option("--author", metavar="NAME", help="Who made the experiment; may be given several times."),
    ] = None,
    licence: Annotated[
        str | None, typer.Option("--license", metavar="URL", help="Address of the licence of the results.")
    ] = None,
    results: Results = Path("results"),
    as_json: Json = False,
) -> None:
    """Describe a results folder as an RO-Crate, for archives and search.

    Writes ro-crate-metadata.json beside the results, which stay as they are: what was asked with which program, what
    came of it, and what each column means. Repeat it when the folder has changed.
    """
    from experiments.runs.crate import write_crate

    file = write_crate(find_experiment(experiment, results), author or (), licence)
    if as_json:
        print_json({"file": str(file)})
    else:
        typer.echo(str(file))
