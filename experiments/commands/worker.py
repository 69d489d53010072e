"""`village worker`: serve an experiment's folder, on a cluster or beside other workers on one machine."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.options import Quiet


def worker(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The experiment's folder, such as results/NAME.")],
    idle: Annotated[
        float, typer.Option("--idle", min=0.1, help="End after so many seconds without a run to do.")
    ] = 300.0,
    lease: Annotated[
        float,
        typer.Option(
            "--lease", min=1.0, help="Take over the run of a worker silent for so many seconds; the same for all."
        ),
    ] = 180.0,
    quiet: Quiet = False,
) -> None:
    """Take runs of an experiment started with --executor folder, one by one, until there are none.

    Start as many as you like, anywhere that sees the folder, at any time; a killed one loses the run it is at. Only
    folders of your own: what is posted there is carried out. See docs/cluster.md.
    """
    from experiments.runs.worker import serve

    signal.signal(signal.SIGTERM, _end)  # what a cluster sends when time is up: the run is given back

    def say(text: str) -> None:
        if not quiet:
            typer.echo(text, err=True)

    done = serve(folder, lease_seconds=lease, idle_seconds=idle, say=say)
    say(f"{done} runs done")


def _end(*_: object) -> None:
    raise KeyboardInterrupt
