"""`village sweep`: carry out a design point by point, and draw what each lever does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.options import (
    Code,
    Executor,
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

FAILED = 1
"""The exit code of a sweep that ended, some of whose runs failed."""


def sweep(
    design: Annotated[str, typer.Argument(metavar="DESIGN", help="Design file, or name of a shipped one.")],
    name: Annotated[
        str | None, typer.Option("--name", help="Name of the experiment and its folder under results/.")
    ] = None,
    replicates: Annotated[int | None, typer.Option("--replicates", "-n", min=1, help="Run just so many seeds.")] = None,
    precision: Annotated[
        float | None,
        typer.Option(
            "--precision",
            help="Add seeds until differences are known so well: 0.01 = to within 1% of an amount, 1 point of a share.",
        ),
    ] = None,
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
    """Run every point of a design under the same chance events, and draw what more of each lever does.

    The same command again does only what is missing. See docs/designs.md for the file.
    """
    from experiments.designs.read import find_design, load_design, scenarios_of
    from experiments.runs.folder import name_of
    from experiments.sweeps.run import sweep as carry_out

    asked = load_design(design, settings_given(overrides, villages, horizon), code or ())
    written = languages(language)
    folder, result = carry_out(
        asked,
        name=name or name_of(["sweep", asked.id]),
        results=results,
        replicates=replicates,
        precision=precision,
        workers=where(workers, executor),
        progress=not quiet and not as_json,
        retry_failed=retry_failed,
        fresh=fresh,
        inputs=[find_design(design), *given(scenarios_of(design), code)],
        languages=written,
    )
    pages = [str(folder / f"sweep.{one}.html") for one in written]
    failed = len(result.cube.failures)
    if as_json:
        print_json({"folder": str(folder), "files": pages, "runs": int(result.values[..., 0].size), "failed": failed})
    elif not quiet:
        typer.echo(f"{'报告：' if written[0] == 'zh' else 'Report: '}{pages[0]}")
    if failed:
        raise typer.Exit(FAILED)
