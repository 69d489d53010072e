"""`village discover`: when does one plan lose to another, or miss a target, and what does each measure add?"""

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


def discover(
    design: Annotated[str, typer.Argument(metavar="DESIGN", help="Design file, or name of a shipped one.")],
    samples: Annotated[int, typer.Option("--samples", help="How many worlds are drawn.")] = 64,
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="Seeds of each world, averaged.")] = 4,
    sample_seed: Annotated[int, typer.Option("--sample-seed", min=0, help="Seed of the worlds' spread.")] = 1,
    shares: Annotated[
        bool, typer.Option("--shares/--no-shares", help="Share out what the plan does among its measures.")
    ] = True,
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
    """Find where among the things nobody knows a plan fails, and what each measure of a mix adds.

    The same command again does only what is missing. See docs/optimise.md.
    """
    from experiments.designs.read import find_design, load_design, scenarios_of
    from experiments.discover.page import Speaker
    from experiments.discover.result import answer
    from experiments.discover.run import Asked
    from experiments.discover.run import discover as carry_out
    from experiments.runs.folder import name_of

    asked = load_design(design, settings_given(overrides, villages, horizon), code or ())
    written = languages(language)
    folder, found = carry_out(
        asked,
        Asked(samples, seeds, sample_seed, shares),
        name=name or name_of(["discover", asked.id]),
        results=results,
        workers=where(workers, executor),
        progress=not quiet and not as_json,
        retry_failed=retry_failed,
        fresh=fresh,
        inputs=[find_design(design), *given(scenarios_of(design), code)],
        languages=written,
    )
    pages = [str(folder / f"discover.{one}.html") for one in written]
    if as_json:
        print_json({"folder": str(folder), "files": pages, **answer(found)})
        return
    speaker = Speaker(found, written[0])
    for sentence in (speaker.sentence(), *speaker.more()):
        typer.echo(sentence)
    if not quiet:
        typer.echo(f"{'报告：' if written[0] == 'zh' else 'Report: '}{pages[0]}")
