"""`village evidence`: model beside published figures, line by line."""

from __future__ import annotations

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

FULL_ONLY = "--write-docs"


def evidence(
    quick: Annotated[
        bool, typer.Option("--quick", help="Small worlds, few seeds, no trials: to try, not to judge by.")
    ] = False,
    only: Annotated[
        str | None,
        typer.Option("--only", metavar="PATTERN", help="Only targets whose id contains or matches it."),
    ] = None,
    targets: Annotated[
        Path | None,
        typer.Option("--targets", metavar="FILE", help="A file of targets of your own, to add or to replace by id."),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="Name of the folder under results/; 'evidence' by default.")
    ] = None,
    no_trials: Annotated[bool, typer.Option("--no-trials", help="Leave the virtual trials out.")] = False,
    replicates: Annotated[
        int | None, typer.Option("--replicates", "-n", min=2, help="Replicates of each trial; what its file says else.")
    ] = None,
    write_docs: Annotated[
        bool, typer.Option("--write-docs", help="Write docs/evidence.md and its figures; needs all targets.")
    ] = False,
    list_measures: Annotated[
        bool, typer.Option("--list", help="List the measures that a target may name, and run nothing.")
    ] = False,
    language: OneLanguage = Language.en,
    workers: Workers = None,
    executor: Executor = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw away what the folder holds.")] = False,
    results: Results = Path("results"),
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Hold the model against published figures: what was fitted, what was only checked, what it gets wrong.

    Blind checks, rows seen while something was mended, and fitted or set rows are counted apart.
    The same command again does only what is missing. A miss is said plainly; it is no error.
    """
    from experiments.evidence.assemble import EvidenceRequest, assemble
    from experiments.evidence.page import PAGE
    from experiments.evidence.words import as_json as everything
    from sim.core.errors import UserError
    from sim.shipped import DOCS, check_checkout

    if list_measures:
        from experiments.evidence.registry import measures

        for one in measures().values():
            typer.echo(f"{one.name} ({one.view}): {one.about}")
        return
    if write_docs and (quick or only or targets or no_trials):
        raise UserError(
            "the page shows all that ships, as it is measured in full",
            field=FULL_ONLY,
            mend="leave out --quick, --only, --targets and --no-trials",
        )
    if write_docs:
        check_checkout(DOCS / PAGE)
    found = assemble(
        EvidenceRequest(
            name=name or ("evidence-quick" if quick else "evidence"),
            results=results,
            quick=quick,
            only=only,
            targets=targets,
            trials=not (no_trials or quick),
            replicates=replicates,
            workers=where(workers, executor),
            fresh=fresh,
            progress=not quiet and not as_json,
        )
    )
    figures = found.write_figures(language.value)
    page = found.write_page() if write_docs else None
    if as_json:
        print_json({"folder": str(found.folder), **everything(found.lines, found.counts)})
        return
    from experiments.evidence.terminal import print_lines

    print_lines(found.lines, found.counts, language.value)
    if not quiet:
        for path in [*figures, *([page] if page else [])]:
            typer.echo(str(path))
