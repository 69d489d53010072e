"""`village trial`: what would a published trial have found, had it been carried out in the model?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.commands.forecasts import Book, book_of
from experiments.commands.options import (
    Code,
    Executor,
    Json,
    Languages,
    ParameterMode,
    Quiet,
    Results,
    Workers,
    languages,
    print_json,
    shipped_files,
    where,
)

if TYPE_CHECKING:
    from experiments.trials.vectors import Vectors

VECTORS = 10
"""Parameter vectors over which replicates are spread, unless a number is asked for."""


def complete_trial(incomplete: str) -> Iterator[str]:
    """Names of shipped trials and paths of folders and TOML files that begin so."""
    yield from (path.stem for path in shipped_files("trials") if path.stem.startswith(incomplete))
    folder, _, start = incomplete.rpartition("/")
    for path in sorted(Path(folder or ".").glob(f"{start}*")):
        if path.is_dir():
            yield f"{path}/"
        elif path.suffix == ".toml":
            yield str(path)


def trial(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILES",
            help="Trial files, folders of them, or names of shipped ones. All that ship, if none is named.",
            autocompletion=complete_trial,
        ),
    ] = None,
    replicates: Annotated[
        int | None,
        typer.Option("--replicates", "-n", min=2, help="Replicates of each trial; 30 at least say enough."),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="Name of the folder under results/.")] = None,
    workers: Workers = None,
    executor: Executor = None,
    language: Languages = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="PATH=VALUE",
            help="Change a setting: design.clusters=50, world.books.income.gini=0.4, survey.error=0, "
            "arms.offer.policies.microcredit.rate=0.2, outcomes.profit.month=18. Repeatable.",
        ),
    ] = None,
    code: Code = None,
    results: Results = Path("results"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw away what the folder holds.")] = False,
    rows: Annotated[
        list[int] | None,
        typer.Option("--rows", metavar="NUMBER", help="Write every household of this replicate, too. Repeatable."),
    ] = None,
    seal: Annotated[
        bool, typer.Option("--seal", help="Seal what the model forecasts in the forecast book, before it is known.")
    ] = False,
    book: Book = None,
    parameters: Annotated[
        ParameterMode | None,
        typer.Option("--parameters", help="How replicates take what nobody knows: point, or with --seal ranges."),
    ] = None,
    vectors: Annotated[
        int | None,
        typer.Option("--vectors", min=2, max=1000, help="Parameter vectors over which replicates are spread; 10."),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Repeat published trials in the model, and hold the mean against what was published.

    The same command again does only what is missing. A rule that is missed is said plainly; it is no error.
    """
    from experiments.forecasts.seal import seal as put
    from experiments.forecasts.terminal import print_sealed
    from experiments.trials import load_trials
    from experiments.trials.export import as_json as everything
    from experiments.trials.report import print_results, write_results
    from experiments.trials.rows import check_rows, write_rows
    from experiments.trials.run import run_trials

    spread = _vectors(parameters or (ParameterMode.ranges if seal else ParameterMode.point), vectors)
    _check_book(seal, book, book_of(book, results))
    trials = load_trials(files or [], overrides or [], code or [])
    check_rows(trials, replicates, rows or [])
    found = run_trials(
        trials,
        name=name,
        results=results,
        replicates=replicates,
        workers=where(workers, executor),
        progress=not quiet and not as_json,
        fresh=fresh,
        inputs=[Path(one) for one in (*(files or ()), *(code or ()))],
        vectors=spread,
    )
    written = languages(language)
    pages = write_results(found, written)
    tables = write_rows(found, rows) if rows else []
    sealed = put(found, book_of(book, results)) if seal else []
    if as_json:
        seals = {"sealed": [{"number": one.number, "digest": one.digest} for one in sealed]} if seal else {}
        files_written = [*(str(page) for page in pages), *tables]
        print_json({"folder": str(found[0].folder), "files": files_written, **seals, **everything(found)})
        return
    print_results(found, written[0])
    print_sealed(sealed, found, written[0])
    if not quiet:
        for table in tables:
            typer.echo(table)
        typer.echo(f"{'报告：' if written[0] == 'zh' else 'Report: '}{pages[0]}")


def _vectors(mode: ParameterMode, count: int | None) -> Vectors | None:
    """The parameter vectors that are asked for; None for every parameter at its value."""
    from experiments.designs.vectors import drawing
    from experiments.trials.vectors import Vectors
    from sim.core.errors import UserError

    if mode is not ParameterMode.point:
        return Vectors(drawing(mode.value), count or VECTORS)
    if count is not None:
        mend = "add --parameters ranges or calibrated"
        raise UserError("says how many vectors, and parameters stand at their values", field="--vectors", mend=mend)
    return None


def _check_book(seal: bool, named: Path | None, book: Path) -> None:
    """Refuse a book that cannot be sealed in before hours of replicates, not after them."""
    from experiments.forecasts.book import read_book
    from sim.core.errors import UserError

    if named is not None and not seal:
        raise UserError("names a book, and nothing is sealed in it", field="--book", mend="add --seal")
    if seal:
        read_book(book)
