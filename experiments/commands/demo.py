"""`village demo`: the shipped scenarios compared, to see what a finished report looks like."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.compare import compare
from experiments.commands.options import Horizon, Json, Languages, Quiet, Results, Villages


def demo(
    replicates: Annotated[int | None, typer.Option("--replicates", "-n", min=1, help="Run just so many seeds.")] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", "-j", min=0, help="Worker processes; one a processor by default.")
    ] = None,
    language: Languages = None,
    villages: Villages = None,
    horizon: Horizon = None,
    results: Results = Path("results"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw away what the folder holds.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compare the shipped scenarios on the default county: a few minutes; the report goes to results/demo.

    The same command again does only what is missing. `village compare` has more options.
    """
    compare(
        name="demo",
        replicates=replicates,
        workers=workers,
        language=language,
        villages=villages,
        horizon=horizon,
        results=results,
        fresh=fresh,
        as_json=as_json,
        quiet=quiet,
    )
