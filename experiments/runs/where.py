"""Where runs execute: how it is asked for, and the executor that it means."""

from __future__ import annotations

import re
from pathlib import Path

from experiments.runs.executor import Executor, SerialExecutor
from experiments.runs.local import LocalExecutor, default_workers
from experiments.runs.request import Work
from sim.core.errors import UserError

Workers = int | str | None
"""Worker processes on this machine (None = one a processor, 0 = none: in this process, to debug), or an address:
`dask://HOST:PORT`, a Dask scheduler; `dask://local` or `dask://local/N`, a Dask cluster of its own on this machine;
`folder`, whoever serves the experiment's folder with `village worker`."""
FOLDER = "folder"
DASK = "dask://"
ALLOWED = "local, dask://HOST:PORT, dask://local, folder"
_ADDRESS = re.compile(r"dask://(local(/[1-9]\d*)?|[^/\s]+:\d+)")


def asked_for(workers: int | None, executor: str | None) -> Workers:
    """What `--workers` and `--executor` mean together.

    Raises:
        UserError: A number of workers is given for a place that has its own.
    """
    if executor in (None, "local"):
        return workers
    if workers is not None and executor == "dask://local":
        return f"{executor}/{workers}"
    if workers is not None:
        raise UserError(
            f"{executor} has its own workers", field="--workers", mend="leave --workers out: it counts local processes"
        )
    return executor


def check_workers(workers: Workers) -> None:
    """Refuse workers that cannot be.

    Raises:
        UserError: Their number is below 0, the address is none, or it needs a package that is not installed.
    """
    if isinstance(workers, int) and workers < 0:
        raise UserError(f"{workers} worker processes are not possible", field="--workers", allowed="0 or more")
    if isinstance(workers, str) and workers != FOLDER:
        if not _ADDRESS.fullmatch(workers):
            raise UserError(f"{workers!r} is nowhere that runs can execute", field="--executor", allowed=ALLOWED)
        from experiments.extras import need

        need("distributed", "dask")


def executor_for(work: Work, workers: Workers = None, folder: Path | None = None) -> Executor:
    """What executes runs.

    Args:
        work: How each run is done.
        workers: Where.
        folder: The experiment's folder, if it has one.

    Raises:
        UserError: As `check_workers`; or there is no folder that workers could serve.
    """
    check_workers(workers)
    if isinstance(workers, str) and workers.startswith(DASK):
        from experiments.runs.on_dask import DaskExecutor

        return DaskExecutor(work, workers)
    if isinstance(workers, str):
        from experiments.runs.posted import FolderExecutor

        if folder is None:
            raise UserError("nothing is stored here, so there is no folder to serve", field="--executor")
        return FolderExecutor(work, folder)
    return SerialExecutor(work) if workers == 0 else LocalExecutor(work, workers)


def here(workers: Workers) -> int:
    """How many processes of this machine do the runs; 0 = others do them, nobody knows how many."""
    if isinstance(workers, str):
        if not workers.startswith(f"{DASK}local"):
            return 0
        return int(workers.rpartition("/")[2]) if workers.count("/") > 2 else default_workers()
    return max(1, default_workers() if workers is None else workers)
