"""`village plan`: from an income a head by a year back to what each kind of household would need."""

from __future__ import annotations

from typing import Annotated

import typer

from experiments.commands.options import (
    Code,
    Json,
    Language,
    OneLanguage,
    Quiet,
    Set,
    Villages,
    complete_scenario,
    one_plan,
    print_json,
)


def plan(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="Scenario under which it is to happen: a file, or the name of a shipped one.",
            autocompletion=complete_scenario,
        ),
    ] = "baseline",
    target: Annotated[float, typer.Option("--target", min=1.0, help="Net income a head to reach, yuan.")] = 8000.0,
    year: Annotated[int, typer.Option("--year", min=1, help="Year by which.")] = 2020,
    channels: Annotated[
        list[str] | None,
        typer.Option("--way", metavar="NAME", help="Only this way: fruit, animals, vegetables or work. Repeatable."),
    ] = None,
    replicates: Annotated[int, typer.Option("--replicates", "-n", min=2, help="Replicates, with and without.")] = 4,
    villages: Villages = None,
    overrides: Set = None,
    code: Code = None,
    language: OneLanguage = Language.en,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Plan backwards from a target: what would each kind of household need, is there room, and what comes of it?

    Everybody's gap to the target in that year is closed with fruit, animals, vegetables under glass or work away, the
    cheapest first, as far as land, fodder and hands allow. Then the model lives the same years with exactly that given
    on the first day: planned beside simulated.
    """
    from experiments.planning import Asked, draw_up
    from experiments.planning.channels import CHANNELS
    from experiments.planning.terminal import as_json as in_numbers
    from experiments.planning.terminal import print_plan
    from sim.core.errors import UserError
    from sim.toml.source import meant

    for name in channels or ():
        if name not in CHANNELS:
            raise UserError(f"there is no way called '{name}'", field="--way", **meant(name, list(CHANNELS)))
    found = one_plan(file, overrides, code, villages)
    ways = tuple(dict.fromkeys(channels or CHANNELS))
    asked = Asked(found, target, year, ways, tuple(range(1, replicates + 1)))
    drawn = draw_up(asked, progress=not quiet)
    if as_json:
        print_json(in_numbers(drawn))
    else:
        print_plan(drawn, language.value)
