"""Arguments and options that several commands share."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.spoken import language as spoken_language

if TYPE_CHECKING:
    from sim.scenario import Plan
    from sim.scenario.settings import Setting
    from sim.shipped import Kind

OUTCOME = "NAME[@MONTH][:GROUP]"
"""How an outcome is written: `experiments.measure.outcome.SPELLING`, which is not imported here to keep help quick."""


class Language(StrEnum):
    """Languages of tables and reports."""

    en = "en"
    zh = "zh"


class ParameterMode(StrEnum):
    """How runs take the numbers that nobody knows; see `experiments.designs.vectors`."""

    point = "point"
    calibrated = "calibrated"
    ranges = "ranges"


def shipped_files(kind: Kind = "scenarios") -> list[Path]:
    """The TOML files that ship, of one kind, in the order of their names."""
    from sim.shipped import shipped

    return sorted(shipped(kind).glob("*.toml"))


def complete_scenario(incomplete: str) -> Iterator[str]:
    """Names of shipped scenarios and paths of TOML files that begin so."""
    yield from (path.stem for path in shipped_files() if path.stem.startswith(incomplete))
    folder, _, start = incomplete.rpartition("/")
    for path in sorted(Path(folder or ".").glob(f"{start}*")):
        if path.is_dir():
            yield f"{path}/"
        elif path.suffix in (".toml", ".xlsx", ".ods"):
            yield str(path)


File = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help="Scenario file, name of a shipped one, or a plan of a workbook (FILE.xlsx#PLAN).",
        autocompletion=complete_scenario,
    ),
]
Files = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FILES",
        help="Scenario files, names of shipped ones, or a workbook with several. All that ship, if none is named.",
        autocompletion=complete_scenario,
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Change a setting: policy.microcredit.quota_yuan=1000000, world.villages=5, closure=fixed, "
        "purse.unit_funds.amount_yuan=0, uncertainties.TOPIC.NAME=0.1. Repeatable.",
    ),
]
Code = Annotated[
    list[Path] | None,
    typer.Option(
        "--code", metavar="FILE", help="Allow the policies, rules and observers of this Python file. Repeatable."
    ),
]
Villages = Annotated[int | None, typer.Option("--villages", min=1, help="Only the first so many villages.")]
Horizon = Annotated[int | None, typer.Option("--horizon", min=1, max=120, help="Months to run.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no closing words.")]
OneLanguage = Annotated[Language, typer.Option("--language", help="Language of the table.")]
Languages = Annotated[
    list[Language] | None, typer.Option("--language", help="Language of the report; both by default. Repeatable.")
]
Pdf = Annotated[bool, typer.Option("--pdf", help="Print the brief as a PDF too, where Chromium is installed.")]
FolderName = Annotated[str | None, typer.Option("--name", help="Name of the folder under results/.")]
Workers = Annotated[
    int | None, typer.Option("--workers", "-j", min=0, help="Worker processes; one a processor by default.")
]
Executor = Annotated[
    str | None,
    typer.Option(
        "--executor",
        metavar="WHERE",
        help="local; dask://HOST:PORT, a Dask scheduler; dask://local, a Dask cluster on this machine; folder, whoever "
        "runs `village worker` on this experiment's folder.",
    ),
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Throw away what the folder holds.")]
RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Try failed runs again.")]
Results = Annotated[Path, typer.Option("--results", help="Folder of all experiments.")]


def given(files: Sequence[str], *others: Sequence[Path] | Path | None) -> list[Path]:
    """The files that a command was given and must not write: scenarios, what they extend, code, and what else."""
    from sim.core.errors import UserError
    from sim.scenario.opened import opened

    found: list[Path] = []
    for file in files:
        with suppress(UserError):  # said when it is read
            found += [source.path for _, _, layers in opened(file) for source in layers]
    for other in others:
        found += [other] if isinstance(other, Path) else other or []
    return found


def plans(
    files: Sequence[str],
    overrides: Sequence[str] | None,
    code: Sequence[Path] | None,
    villages: int | None = None,
    horizon: int | None = None,
    default: Sequence[str] = (),
) -> list[Plan]:
    """The plans that a command line asks for.

    Args:
        files: Scenario files, or names of shipped ones.
        overrides: What `--set` gives.
        code: What `--code` gives.
        villages: What `--villages` gives.
        horizon: What `--horizon` gives.
        default: Settings in the form of `--set`, each for want of another of its name.

    Raises:
        UserError: A scenario is wrong, or two options say the same.
    """
    from experiments.workbook.marked import load_or_mark

    asked = settings_given(overrides, villages, horizon)
    named = {one.partition("=")[0].strip() if isinstance(one, str) else ".".join(one.keys) for one in asked}
    return load_or_mark(files, [*(text for text in default if text.partition("=")[0] not in named), *asked], code or [])


def settings_given(
    overrides: Sequence[str] | None, villages: int | None = None, horizon: int | None = None
) -> list[str | Setting]:
    """The settings that `--set`, `--villages` and `--horizon` ask for."""
    from sim.scenario.settings import NoFile, Setting

    given: list[str | Setting] = [*(overrides or [])]
    if villages is not None:
        given.append(Setting(("world", "villages"), villages, NoFile(f"--villages {villages}")))
    if horizon is not None:
        given.append(Setting(("horizon_months",), horizon, NoFile(f"--horizon {horizon}")))
    return given


def one_plan(
    file: str,
    overrides: Sequence[str] | None,
    code: Sequence[Path] | None,
    villages: int | None = None,
    horizon: int | None = None,
    default: Sequence[str] = (),
) -> Plan:
    """The plan that a command of one scenario asks for, with the arguments of `plans`.

    Raises:
        UserError: As `plans`; or a workbook holds several and none of them is named.
    """
    from sim.scenario.load import the_one

    return the_one(file, plans([file], overrides, code, villages, horizon, default))


def where(workers: int | None, executor: str | None) -> int | str | None:
    """Where runs execute, as `--workers` and `--executor` say.

    Raises:
        UserError: They contradict one another, or there is no such place.
    """
    from experiments.runs.where import asked_for, check_workers

    place = asked_for(workers, executor)
    check_workers(place)
    return place


def print_json(content: Any) -> None:
    """Print for a program: plain JSON, one object."""
    typer.echo(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False))


def printed(files: Sequence[Path]) -> list[Path]:
    """The briefs among these files, each printed as a PDF."""
    from experiments.pages.pdf import print_pdf

    return [print_pdf(file) for file in files if file.name.startswith("brief.")]


def languages(chosen: Sequence[Language] | None) -> list[str]:
    """The languages of a report; both by default, the one that is spoken first."""
    both = sorted((language.value for language in Language), key=lambda one: one != spoken_language())
    return [language.value for language in chosen] if chosen else both
