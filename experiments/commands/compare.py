"""`village compare`: which mix does most, for whom, at what cost, and how sure is that?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.commands.options import (
    OUTCOME,
    Code,
    Executor,
    Files,
    Horizon,
    Json,
    Languages,
    ParameterMode,
    Pdf,
    Quiet,
    Results,
    Set,
    Villages,
    Workers,
    given,
    languages,
    plans,
    print_json,
    printed,
    shipped_files,
    where,
)
from experiments.spoken import either, spoken

if TYPE_CHECKING:
    from sim.scenario import Plan

FAILED = 1
"""The exit code of a comparison that ended, some of whose runs failed."""


def compare(
    files: Files = None,
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
    limit: Annotated[int, typer.Option("--limit", min=2, help="Most seeds that --precision may use.")] = 64,
    step: Annotated[int, typer.Option("--step", min=1, help="How many seeds are added at a time.")] = 4,
    workers: Workers = None,
    executor: Executor = None,
    baseline: Annotated[
        str | None,
        typer.Option("--baseline", help="Scenario to compare with; the one called baseline, else the first."),
    ] = None,
    outcomes: Annotated[
        list[str] | None,
        typer.Option(
            "--outcome",
            metavar=OUTCOME,
            help="Outcome to judge precision by, such as income_yuan@36:poor_at_start. Repeatable.",
        ),
    ] = None,
    spillovers: Annotated[
        list[str] | None,
        typer.Option(
            "--spillovers",
            metavar="ID",
            help="Scenario to run with prices and jobs held fixed too, to show what comes through them; the largest "
            "mix by default. Repeatable.",
        ),
    ] = None,
    no_spillovers: Annotated[
        bool, typer.Option("--no-spillovers", help="Run nothing with prices and jobs held fixed.")
    ] = False,
    what_if: Annotated[
        list[str] | None,
        typer.Option(
            "--what-if",
            metavar="NAME",
            help="Run the baseline and the largest mix also under what may befall the county: late_loans, price_drop, "
            "drought, jobs_away, purse_cut, more_cadres, or a file of your own. Repeatable, or with commas.",
        ),
    ] = None,
    channels: Annotated[
        bool,
        typer.Option(
            "--channels",
            help="Run the largest mix also with each channel of its policies shut in turn, to show what each is worth.",
        ),
    ] = False,
    parameters: Annotated[
        ParameterMode,
        typer.Option(
            "--parameters",
            help="point: every parameter at its value. calibrated: another vector of the calibrated set with each "
            "seed. ranges: every other parameter drawn in its range too. Intervals then cover parameters as well as "
            "chance.",
        ),
    ] = ParameterMode.calibrated,
    assumptions_differ: Annotated[
        bool,
        typer.Option(
            "--assumptions-differ",
            help="Compare scenarios that differ in uncertainties, place or closure too; the answer says so first.",
        ),
    ] = False,
    sensitivity: Annotated[
        Path | None,
        typer.Option(
            "--sensitivity",
            metavar="FOLDER",
            help="Sensitivity experiment whose conclusion the report quotes; by default one of results/ that is about "
            "two of these scenarios.",
        ),
    ] = None,
    language: Languages = None,
    overrides: Set = None,
    code: Code = None,
    villages: Villages = None,
    horizon: Horizon = None,
    results: Results = Path("results"),
    pdf: Pdf = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw away what the folder holds.")] = False,
    renew: Annotated[
        bool,
        typer.Option(
            "--renew", help="Run again what was made before a change of its scenario, its code or the program."
        ),
    ] = False,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Try failed runs again.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compare scenarios under the same chance events, and write the report.

    The same command again does only what is missing.
    """
    if spillovers and no_spillovers:
        from sim.core.errors import UserError

        raise UserError("one option asks for it, the other forbids it", field="--spillovers, --no-spillovers")
    chosen = files or [str(path) for path in shipped_files()]
    if not files and not quiet and not as_json:
        typer.echo(
            either(
                "no file was given: the shipped county and its scenarios are compared; for your own, give your form",
                "没有写文件名：比较的是自带的示例县和方案，不是本县；要算本县，请写 village compare 填报表.xlsx",
            ),
            err=True,
        )
    loaded = plans(chosen, overrides, code, villages, horizon)
    if not quiet and not as_json:
        _say_doubts(chosen, loaded)
    from experiments.compare.report import write_report
    from experiments.compare.run import compare as run_comparison
    from experiments.compare.run import print_summary
    from experiments.compare.summary import said_with
    from experiments.runs.folder import name_of

    folder = run_comparison(
        loaded,
        name=name or name_of(_named(files, loaded)) or "county",
        results=results,
        replicates=replicates,
        precision=precision,
        limit=limit,
        step=step,
        workers=where(workers, executor),
        baseline=baseline,
        outcomes=outcomes,
        spillovers=() if no_spillovers else spillovers,
        channels=channels,
        what_if=[name for names in what_if or () for name in names.split(",") if name],
        progress=not quiet and not as_json,
        retry_failed=retry_failed,
        fresh=fresh,
        renew=renew,
        inputs=given(chosen, code),
        parameters=parameters.value,
        sensitivity=sensitivity,
        assumptions_differ=assumptions_differ,
    )
    written = languages(language)
    reports = write_report(folder, written)
    reports += printed(reports) if pdf else []
    said = said_with(folder)
    if as_json:
        print_json({"folder": str(folder), "files": [str(file) for file in reports], **said})
    else:
        print_summary(folder, written[0])
        if not quiet:
            typer.echo(f"{'报告：' if written[0] == 'zh' else 'Report: '}{reports[0]}")
    if said["failed"]:
        raise typer.Exit(FAILED)


def _say_doubts(files: list[str], loaded: list[Plan]) -> None:
    """What to look at before trusting the answer, each once, whatever plans it is about."""
    from sim.scenario.doubts import doubts_of
    from sim.scenario.opened import notes_of

    doubts = [one for plan in loaded for one in doubts_of(plan)]
    said = [either(f"please look: {one.en} / 请核对：{one.zh}", f"请核对：{one.zh}") for one in doubts]
    for text in dict.fromkeys([*said, *(spoken(note) for file in files for note in notes_of(file))]):
        typer.echo(text, err=True)


def _named(files: list[str] | None, loaded: list[Plan]) -> list[str]:
    """What the experiment is called after: the workbook that was asked for, or the scenarios."""
    from sim.scenario.opened import workbook_and_plan

    if files and len(files) == 1 and (book := workbook_and_plan(files[0])[0]):
        return [book.stem]
    return [plan.id for plan in loaded if files]
