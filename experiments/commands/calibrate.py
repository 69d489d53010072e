"""`village calibrate`: parameters fitted to published figures, as a set of vectors that fit about equally well."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.options import (
    Executor,
    Json,
    Language,
    OneLanguage,
    Quiet,
    Results,
    Workers,
    print_json,
    where,
)


def calibrate(
    spec: Annotated[
        Path | None, typer.Argument(metavar="SPEC", help="Specification file; the one that ships by default.")
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="Name of the experiment and its folder under results/.")
    ] = None,
    results: Results = Path("results"),
    seeds: Annotated[int | None, typer.Option("--seeds", min=1, help="Run seeds that all vectors share.")] = None,
    budget: Annotated[int | None, typer.Option("--budget", min=1, help="Most vectors to evaluate.")] = None,
    starts: Annotated[int | None, typer.Option("--starts", min=1, help="Starting points to go downhill from.")] = None,
    start_seed: Annotated[
        int | None, typer.Option("--start-seed", min=0, help="Seed of the starting points and of the set's draws.")
    ] = None,
    villages: Annotated[int | None, typer.Option("--villages", min=1, help="Only the first so many villages.")] = None,
    workers: Workers = None,
    executor: Executor = None,
    recover: Annotated[
        bool,
        typer.Option(
            "--recover", help="Fit figures that the model made itself, and say which parameters are found again."
        ),
    ] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Ship the set: scenarios/calibration/ and docs/calibration.md.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw away what the folder holds.")] = False,
    language: OneLanguage = Language.en,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fit parameters to published figures: a set of vectors that fit about equally well.

    The same command again does only what is missing.
    """
    from experiments.calibrate.run import calibrate as fit
    from experiments.calibrate.shipping import check_shippable, ship, summary
    from experiments.calibrate.spec import load_spec

    chosen = load_spec(spec).changed(
        seeds=seeds, budget=budget, starts=starts, start_seed=start_seed, villages=villages
    )
    if write:
        check_shippable(spec, recover)
    folder, calibration = fit(
        chosen,
        name=name or f"calibrate-{chosen.id}{'-recover' if recover else ''}",
        results=results,
        workers=where(workers, executor),
        progress=not quiet and not as_json,
        fresh=fresh,
        recover=recover,
        inputs=[spec] if spec else [],
        command=_command(
            spec,
            {"seeds": seeds, "budget": budget, "starts": starts, "start-seed": start_seed, "villages": villages},
            recover,
            write,
        ),
    )
    if as_json:
        print_json({"folder": str(folder), **summary(calibration)})
    else:
        from experiments.calibrate.terminal import print_calibration

        print_calibration(calibration, language.value)
        if not quiet:
            page = folder / f"calibration.{language.value}.md"
            typer.echo(f"{'结果：' if language.value == 'zh' else 'Results: '}{page}")
    if write:
        for line in ship(calibration):
            typer.echo(line)


def _command(spec: Path | None, effort: Mapping[str, int | None], recover: bool, write: bool) -> str:
    """The command line that gives this result again, wherever it is put."""
    words = ["village", "calibrate", *([str(spec)] if spec else [])]
    for option, value in effort.items():
        words += [] if value is None else [f"--{option}", str(value)]
    return shlex.join([*words, *(["--recover"] if recover else []), *(["--write"] if write else [])])
