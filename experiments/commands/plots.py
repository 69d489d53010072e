"""`village plots`: figures for papers from the stored tables of an experiment."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.options import Json, Language, OneLanguage, Results, print_json
from experiments.commands.report import find_experiment


class Format(StrEnum):
    """Formats of figures."""

    pdf = "pdf"
    png = "png"
    svg = "svg"


def plots(
    experiment: Annotated[str, typer.Argument(metavar="FOLDER", help="Name of an experiment, or its folder.")],
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="DIR", help="Where to write; 'plots' in the experiment's folder by default."),
    ] = None,
    kind: Annotated[Format, typer.Option("--format", help="Format of the files.")] = Format.pdf,
    language: OneLanguage = Language.en,
    results: Results = Path("results"),
    as_json: Json = False,
) -> None:
    """Draw figures for papers from the stored tables of a comparison, a sensitivity analysis or trials.

    Every figure is written for which the experiment holds what it shows; what is left out is said.
    """
    from experiments.plots import write

    files, left_out = write(find_experiment(experiment, results), to, kind.value, language.value)
    if as_json:
        print_json({"files": [str(file) for file in files], "left_out": left_out})
        return
    for file in files:
        typer.echo(str(file))
    for name, why in left_out.items():
        typer.echo(f"left out: {name}: {why}", err=True)
