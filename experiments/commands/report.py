"""`village report`: write the report of an experiment again, from what is stored."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.options import Json, Languages, Pdf, Results, languages, print_json, printed


def report(
    experiment: Annotated[str, typer.Argument(metavar="FOLDER", help="Name of an experiment, or its folder.")],
    language: Languages = None,
    results: Results = Path("results"),
    sensitivity: Annotated[
        Path | None,
        typer.Option("--sensitivity", metavar="FOLDER", help="Sensitivity experiment whose conclusion to quote."),
    ] = None,
    pdf: Pdf = False,
    as_json: Json = False,
) -> None:
    """Write an experiment's report and workbook again, from its stored runs."""
    from experiments.compare.report import write_report
    from experiments.compare.summary import write_summary
    from experiments.compare.tables import Comparison

    folder = find_experiment(experiment, results)
    _check_kind(folder)
    if sensitivity:
        from experiments.compare.provenance import quote

        quote(folder, results, sensitivity)
    write_summary(Comparison.load(folder))
    files = write_report(folder, languages(language))
    files += printed(files) if pdf else []
    if as_json:
        print_json({"files": [str(file) for file in files]})
    else:
        for file in files:
            typer.echo(str(file))


def _check_kind(folder: Path) -> None:
    """Whether this command writes the report of a folder; other experiments have reports of their own.

    Raises:
        UserError: It is the folder of another command, which is named.
    """
    from experiments.runs.files import read_json
    from sim.core.errors import UserError

    manifest = read_json(folder / "manifest.json")
    kind = manifest.get("kind", "compare")
    if kind == "compare":
        return
    command = manifest.get("command")
    raise UserError(
        f"'{folder.name}' was made by 'village {kind}', which writes its own pages",
        file=folder,
        allowed="experiments of 'village compare'",
        mend=f"repeat the command that made it, which runs only what is missing: {command}" if command else None,
    )


def find_experiment(name: str, results: Path) -> Path:
    """The folder of an experiment: a path, or a name under the results.

    Raises:
        UserError: There is neither.
    """
    from sim.core.errors import UserError
    from sim.toml.source import meant

    for folder in (results / name, Path(name)):
        with suppress(OSError, ValueError):  # a name that no folder can have
            if (folder / "manifest.json").is_file():
                return folder
    there = [path.parent.name for path in results.glob("*/manifest.json")]
    raise UserError(f"there is no experiment '{name}' in {results}", **meant(name, there))
