"""Where runs execute, as the rest of the program sees it: requests in, each with its run file or its failure out.

`SerialExecutor` is here; `local.LocalExecutor` has worker processes on this machine, `on_dask.DaskExecutor` those of a
Dask cluster, `posted.FolderExecutor` whoever serves the experiment's folder. `where.executor_for` says which is meant.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from experiments.runs.request import Request, Work
from experiments.runs.runfile import RunKey, Table, encode_run
from sim.core.errors import UserError


@dataclass(frozen=True)
class Ended:
    """A run that ended: its run file, or why there is none."""

    request: Request
    data: bytes | None
    error: str = ""
    traceback: str = ""


class Executor(Protocol):
    """Does runs; made with the `Work` it is for.

    A run that fails is a result like any other and stops nothing. Nothing is started before there is something to do,
    and what was started stays for the next requests until `close`.
    """

    @property
    def work(self) -> Work:
        """How each run is done."""
        ...

    def results(self, requests: Iterable[Request]) -> Generator[Ended, None, None]:
        """Do runs and give back each as it ends, in any order; each once.

        Whoever closes the generator early gives up what is under way.

        Raises:
            UserError: No run can be done at all, for a reason the user can mend.
            RuntimeError: No run can be done at all, for another reason.
        """
        ...

    def close(self) -> None:
        """End all that was started; what is under way is lost."""
        ...


class SerialExecutor:
    """Does one run after the other, in this process and in the order asked for: to debug, and for small things.

    Args:
        work: How each run is done.
    """

    def __init__(self, work: Work) -> None:
        self.work = work

    def results(self, requests: Iterable[Request]) -> Generator[Ended, None, None]:
        """See `Executor.results`."""
        function = load(self.work)
        for request in requests:
            yield Ended(request, *attempt(function, self.work.tables, request.key, request.plan, request.arguments))

    def close(self) -> None:
        """See `Executor.close`."""


def load(work: Work) -> Callable[..., Any]:
    """The function that does a run.

    Raises:
        UserError: It cannot be had, for a reason the user can mend.
        RuntimeError: It cannot be had, for another reason.
    """
    try:
        return work.function()
    except UserError:
        raise
    except Exception as error:
        raise RuntimeError(f"{work.call} cannot be loaded:\n{traceback.format_exc()}") from error


def attempt(
    function: Callable[..., Any], tables: Sequence[Table], key: RunKey, plan: Any, arguments: Sequence[Any]
) -> tuple[bytes | None, str, str]:
    """Do a run: its file, or None with the error and the traceback of whatever went wrong."""
    try:
        return encode_run(tables, function(plan, *arguments), key), "", ""
    except Exception as error:
        text = str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {error}"
        return None, text, traceback.format_exc()
