"""The command `village`. Nothing heavier than Typer is imported until a command runs."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from experiments.commands import (
    bench,
    calibrate,
    campaign,
    compare,
    crate,
    demo,
    discover,
    diverge,
    evidence,
    forecasts,
    optimise,
    parameters,
    plan,
    plots,
    population,
    report,
    reproduce,
    roster,
    run,
    scenario,
    sensitivity,
    sweep,
    template,
    trial,
    worker,
)
from experiments.commands.group import VillageGroup
from experiments.commands.options import Language

app = typer.Typer(
    name="village",
    cls=VillageGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Try a village campaign before it is carried out: compare mixes of measures on a realistic county.",
)


def _say_version(wanted: bool) -> None:
    if not wanted:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        typer.echo(f"villagesim {version('villagesim')}")
    except PackageNotFoundError:
        typer.echo("villagesim, not installed")
    raise typer.Exit


@app.callback()
def village(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    language: Annotated[
        Language | None, typer.Option("--language", help="Language of what is said; that of the system by default.")
    ] = None,
) -> None:
    """Nothing of its own: a command follows."""


app.command("demo")(demo.demo)
app.command("template")(template.template)
app.command("run")(run.run)
app.command("compare")(compare.compare)
app.command("diverge")(diverge.diverge)
app.command("calibrate")(calibrate.calibrate)
app.command("evidence")(evidence.evidence)
app.command("trial")(trial.trial)
app.command("forecasts")(forecasts.forecasts)
app.command("report")(report.report)
app.command("reproduce")(reproduce.reproduce)
app.command("crate")(crate.crate)
app.command("plots")(plots.plots)
app.command("sensitivity")(sensitivity.sensitivity)
app.command("plan")(plan.plan)
app.command("sweep")(sweep.sweep)
app.command("discover")(discover.discover)
app.command("optimise")(optimise.optimise)
app.command("worker")(worker.worker)
app.command("bench")(bench.bench)
app.add_typer(scenario.app, name="scenario")
app.add_typer(campaign.app, name="campaign")
app.add_typer(population.app, name="population")
app.add_typer(roster.app, name="roster")
app.add_typer(parameters.app, name="parameters")


def main() -> None:
    """The entry point of the `village` command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that lacks a character still gets the rest
    app(prog_name="village")


if __name__ == "__main__":
    main()
