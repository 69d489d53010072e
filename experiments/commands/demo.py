"""`village demo`: the shipped scenarios compared, to see what a finished report looks like."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.compare import compare
from experiments.commands.options import (
    Horizon,
    Json,
    Language,
    Languages,
    Quiet,
    Results,
    Villages,
    Workers,
    given,
    languages,
    plans,
)

WINTER_RUNS = 8
"""Runs of the winter campaign, as planned and with money late, unless a number is asked for."""


def demo(
    replicates: Annotated[int | None, typer.Option("--replicates", "-n", min=1, help="Run just so many seeds.")] = None,
    workers: Workers = None,
    language: Languages = None,
    villages: Villages = None,
    horizon: Horizon = None,
    results: Results = Path("results"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw away what the folder holds.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compare the shipped scenarios on the default county, and carry out the winter campaign: a few minutes.

    The reports go to results/demo and results/demo-winter. The same command again does only what is missing. `village
    compare` and `village campaign run` have more options.
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
    _winter(replicates or WINTER_RUNS, workers, language, villages, horizon, results, fresh, as_json, quiet)


def _winter(
    replicates: int,
    workers: int | None,
    language: list[Language] | None,
    villages: int | None,
    horizon: int | None,
    results: Path,
    fresh: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """The winter campaign, as planned and with money thirty days late, and its wall chart."""
    from experiments.campaign.page import print_wall, write
    from experiments.campaign.run import carry_out
    from experiments.campaign.variants import Asked

    (plan,) = plans(["winter_campaign"], None, None, villages, horizon)
    carried = carry_out(
        plan,
        name="demo-winter",
        results=results,
        replicates=replicates,
        parameters="calibrated",
        asked=Asked(cadres=0, yuan=0.0),
        workers=workers,
        progress=not quiet and not as_json,
        fresh=fresh,
        inputs=given(["winter_campaign"]),
    )
    written = languages(language)
    pages = write(carried, written)
    if not as_json:
        print_wall(carried, written[0])
        if not quiet:
            typer.echo(f"{'挂图：' if written[0] == 'zh' else 'Wall chart: '}{pages[0]}")
