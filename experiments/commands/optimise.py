"""`village optimise`: which mix, under this money and these days, and what a little more of each is worth?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.options import (
    Code,
    Executor,
    FolderName,
    Fresh,
    Horizon,
    Json,
    Languages,
    Quiet,
    Results,
    RetryFailed,
    Set,
    Villages,
    Workers,
    given,
    languages,
    print_json,
    settings_given,
    where,
)


def optimise(
    design: Annotated[str, typer.Argument(metavar="DESIGN", help="Design file, or name of a shipped one.")],
    beside: Annotated[
        list[str] | None,
        typer.Option("--beside", metavar="SCENARIO", help="Compare with this scenario; 'mix' by default. Repeatable."),
    ] = None,
    screen: Annotated[
        int,
        typer.Option(
            "--screen", min=0, help="Search over so many villages and judge the best over the design's; 0 = no."
        ),
    ] = 0,
    vectors: Annotated[
        int, typer.Option("--vectors", min=0, help="Try the best under so many other parameter vectors; 40 tell much.")
    ] = 0,
    parameters: Annotated[
        str, typer.Option("--parameters", help="How those are drawn: calibrated, or ranges for every parameter.")
    ] = "calibrated",
    runs: Annotated[
        int | None, typer.Option("--runs", min=1, help="Most runs of the search, in runs of the whole county.")
    ] = None,
    contest: Annotated[
        bool, typer.Option("--contest", help="Run TPE, NSGA-II and random search with as many runs too.")
    ] = False,
    reference: Annotated[
        int,
        typer.Option("--reference", min=0, help="Search on to so many runs: how far from their best is the answer?"),
    ] = 0,
    name: FolderName = None,
    workers: Workers = None,
    executor: Executor = None,
    language: Languages = None,
    overrides: Set = None,
    code: Code = None,
    villages: Villages = None,
    horizon: Horizon = None,
    results: Results = Path("results"),
    fresh: Fresh = False,
    retry_failed: RetryFailed = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find the mix that does most within a design's limits, and what a little more of each limit is worth.

    The same command again does only what is missing. See docs/optimise.md.
    """
    from experiments.designs.read import find_design, load_design, scenarios_of
    from experiments.optimise.answer import answer
    from experiments.optimise.run import Asked
    from experiments.optimise.run import optimise as search
    from experiments.optimise.terminal import show
    from experiments.runs.folder import name_of
    from experiments.screen import screen as terminal

    asked = load_design(design, settings_given(overrides, villages, horizon), code or ())
    if runs is not None:
        asked = asked.model_copy(update={"seeds": asked.seeds.model_copy(update={"budget_runs": runs})})
    written = languages(language)
    folder, found = search(
        asked,
        Asked(None, tuple(beside or ("mix",)), True, screen, vectors, parameters, contest, reference),
        name=name or name_of(["optimise", asked.id]),
        results=results,
        workers=where(workers, executor),
        progress=not quiet and not as_json,
        retry_failed=retry_failed,
        fresh=fresh,
        inputs=[find_design(design), *given(scenarios_of(design), code)],
        languages=written,
    )
    pages = [str(folder / f"optimise.{one}.html") for one in written]
    if as_json:
        print_json({"folder": str(folder), "files": pages, **answer(found)})
        return
    if not quiet:
        show(found, written[0], terminal())
        typer.echo(f"{'报告：' if written[0] == 'zh' else 'Report: '}{pages[0]}")
