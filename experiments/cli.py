"""The command `village`. Nothing heavier than Typer is imported until a command runs."""

from __future__ import annotations

import sys
from typing import Any

import typer
from typer.core import TyperGroup

from experiments.commands import (
    bench,
    calibrate,
    compare,
    demo,
    evidence,
    parameters,
    plots,
    population,
    report,
    run,
    scenario,
    sensitivity,
    trial,
)


class VillageGroup(TyperGroup):
    """All commands: what a user can mend is said in one message (exit code 2), an interruption quietly (130)."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            typer.echo("interrupted; what is done is kept, and the same command goes on from there", err=True)
            raise typer.Exit(130) from None
        except Exception as error:
            from sim.core.errors import UserError

            if not isinstance(error, UserError):
                raise
            typer.echo(str(error), err=True)
            raise typer.Exit(2) from None


app = typer.Typer(
    name="village",
    cls=VillageGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Try a village campaign before it is carried out: compare mixes of measures on a realistic county.",
)
app.command("demo")(demo.demo)
app.command("run")(run.run)
app.command("compare")(compare.compare)
app.command("calibrate")(calibrate.calibrate)
app.command("evidence")(evidence.evidence)
app.command("trial")(trial.trial)
app.command("report")(report.report)
app.command("plots")(plots.plots)
app.command("sensitivity")(sensitivity.sensitivity)
app.command("bench")(bench.bench)
app.add_typer(scenario.app, name="scenario")
app.add_typer(population.app, name="population")
app.add_typer(parameters.app, name="parameters")


def main() -> None:
    """The entry point of the `village` command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that lacks a character still gets the rest
    app(prog_name="village")


if __name__ == "__main__":
    main()
