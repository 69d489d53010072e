"""`village sensitivity`: which numbers carry the conclusion, and what would turn it round?"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.options import (
    OUTCOME,
    Code,
    Executor,
    Horizon,
    Json,
    Languages,
    Quiet,
    Results,
    Set,
    Workers,
    complete_scenario,
    given,
    languages,
    plans,
    print_json,
    where,
)

DEFAULT = ("world.villages=40",)


class Methods(StrEnum):
    """Ways of analysing."""

    morris = "morris"
    sobol = "sobol"
    both = "both"


Pair = Annotated[
    list[str],
    typer.Argument(
        metavar="SCENARIO [SCENARIO_B]",
        help="Scenario file, or name of a shipped one. With two, the outcome is the second's less the first's.",
        autocompletion=complete_scenario,
    ),
]


def sensitivity(
    scenarios: Pair,
    outcomes: Annotated[
        list[str] | None,
        typer.Option(
            "--outcome",
            metavar=OUTCOME,
            help="What is looked at, such as income_yuan@36:poor_at_start; the first one decides. Repeatable.",
        ),
    ] = None,
    method: Annotated[
        Methods,
        typer.Option(
            "--method", help="Morris's screening, Sobol's indices, or the one and then the other on its first."
        ),
    ] = Methods.morris,
    parameters: Annotated[
        str,
        typer.Option(
            "--parameters",
            metavar="WHICH",
            help="all; assumed, calibrated or measured; a topic; a TOML file of parameters, each with name, low, high; "
            "or names between commas.",
        ),
    ] = "all",
    lists: Annotated[bool, typer.Option("--lists", help="Move lists too, each by one common factor.")] = False,
    trajectories: Annotated[int, typer.Option("--trajectories", help="Trajectories of the screening.")] = 10,
    samples: Annotated[int, typer.Option("--samples", help="Base samples of Sobol's design; a power of two.")] = 64,
    keep: Annotated[
        int, typer.Option("--keep", help="How many parameters go on from the screening to indices and turning points.")
    ] = 8,
    reach: Annotated[
        float | None,
        typer.Option(
            "--reach",
            help="How far a design moves parameters towards the ends of their ranges; 1, or 0.25 if they are many, "
            "since all at their ends contradict the county's books.",
        ),
    ] = None,
    seeds: Annotated[int, typer.Option("--seeds", help="Replicates of each point, averaged.")] = 4,
    design_seed: Annotated[int, typer.Option("--design-seed", min=0, max=2**32, help="Seed of the designs.")] = 1,
    villages: Annotated[
        int | None, typer.Option("--villages", min=1, help="Only the first so many villages; 40 by default.")
    ] = None,
    horizon: Horizon = None,
    name: Annotated[str | None, typer.Option("--name", help="Name of the folder under results/.")] = None,
    workers: Workers = None,
    executor: Executor = None,
    language: Languages = None,
    overrides: Set = None,
    code: Code = None,
    results: Results = Path("results"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw away what the folder holds.")] = False,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Try failed points again.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say which parameters an outcome, or the advantage of one scenario over another, leans on.

    The same command again does only what is missing.
    """
    loaded = plans(scenarios, overrides, code, villages, horizon, DEFAULT)
    from experiments.runs.folder import name_of
    from experiments.sensitivity.analysis import SensitivityRequest
    from experiments.sensitivity.conclusion import Speaker, conclusion
    from experiments.sensitivity.factors import MANY, REACH_OF_MANY, choose
    from experiments.sensitivity.run import sensitivity as analyse

    factors = choose(parameters, loaded, lists)
    far = reach if reach is not None else REACH_OF_MANY if len(factors) > MANY else 1.0
    asked = SensitivityRequest(tuple(factors), method.value, trajectories, samples, keep, far, design_seed)
    written = languages(language)
    folder, analysis = analyse(
        loaded,
        asked,
        outcomes=outcomes or ["income_yuan"],
        replicates=seeds,
        name=name or name_of(["sensitivity", *(plan.id for plan in loaded)]),
        results=results,
        workers=where(workers, executor),
        progress=not quiet and not as_json,
        retry_failed=retry_failed,
        fresh=fresh,
        inputs=given(scenarios, code, Path(parameters)),
        languages=written,
    )
    pages = [str(folder / f"sensitivity.{one}.html") for one in written]
    if as_json:
        print_json({"folder": str(folder), "files": pages, **conclusion(analysis)})
        return
    speaker = Speaker(analysis, written[0])
    typer.echo(speaker.sentence())
    if not quiet:
        typer.echo(f"{'报告：' if written[0] == 'zh' else 'Page: '}{pages[0]}")
