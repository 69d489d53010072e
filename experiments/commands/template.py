"""`village template`: write the form that a planner fills in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.options import Code, complete_scenario
from experiments.spoken import either


def template(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="The workbook to write, such as 填报表.xlsx.")],
    scenarios: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            metavar="SCENARIO",
            help="Fill it from this scenario, the first of several as the baseline. Repeatable, or with commas.",
            autocompletion=complete_scenario,
        ),
    ] = None,
    profile: Annotated[
        str | None, typer.Option("--profile", help="Fill in the county of this profile; that of --from by default.")
    ] = None,
    code: Code = None,
) -> None:
    """Write the planner's form 填报表.xlsx: blank, or filled from a profile and scenarios. Every command takes it."""
    from experiments.runs.files import write_atomic
    from experiments.runs.outputs import check_output
    from experiments.workbook.make import filled
    from sim.core.errors import UserError

    if file.suffix.lower() != ".xlsx":
        raise UserError("the form is an Excel workbook", file=file, allowed="a name that ends in .xlsx")
    check_output(file, lambda _: False)  # one that is there may hold somebody's work
    names = [name for given in scenarios or () for name in given.split(",") if name]
    write_atomic(file, filled(names, profile, code or ()))
    typer.echo(either(f"已写好{file} / written to {file}", f"已写好{file}"))
