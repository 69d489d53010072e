"""Runs on a Dask cluster: the same requests in and the same run files out as with local workers.

What to call and each plan are tasks of their own, so that they reach a worker once and are made again where a worker
that held them is lost. A run whose worker dies goes to another; one that keeps killing workers counts as failed.
"""

from __future__ import annotations

import hashlib
import logging
import pickle
import threading
import traceback
from collections.abc import Generator, Iterable, Sequence
from functools import lru_cache
from typing import Any

from experiments.runs.executor import Ended, attempt, load
from experiments.runs.local import default_workers
from experiments.runs.request import Request, Work
from experiments.runs.runfile import RunKey
from sim.core.errors import UserError

_WAIT = "15s"
_DIED = "the worker processes that did it died, again and again; the commonest reason is a lack of memory"
_ONE_AT_A_TIME = threading.Lock()
_HOW_LOCAL = {
    "distributed.scheduler.allowed-failures": 1,
    "distributed.worker.profile.enabled": False,  # it would take its part of the processor
    "distributed.scheduler.worker-saturation": 2.0,  # a worker always has its next run waiting
}


# The workers' side


def same(data: bytes) -> bytes:
    """What was given: a task, so that the scheduler can have it made again."""
    return data


@lru_cache(maxsize=64)
def _unpacked(data: bytes) -> Any:
    return pickle.loads(data)


@lru_cache(maxsize=4)
def _function(data: bytes) -> Any:
    return load(_unpacked(data))


def do(work: bytes, plan: bytes, key: RunKey, arguments: Sequence[Any]) -> tuple[str, Any, Any, str]:
    """Do a run: ("ended", data, error, traceback), or ("unfit", error, None, traceback) if none can be done here."""
    with _ONE_AT_A_TIME:  # a worker with several threads too: a run takes memory for its whole world
        try:
            function, of = _function(work), _unpacked(plan)
        except Exception as error:
            return "unfit", error if isinstance(error, UserError) else None, None, traceback.format_exc()
        return "ended", *attempt(function, _unpacked(work).tables, key, of, arguments)


# The client's side


class DaskExecutor:
    """Runs on a Dask cluster, connected to when first needed.

    Args:
        work: How each run is done.
        address: `dask://HOST:PORT` of a scheduler, or `dask://local` or `dask://local/N` for a cluster on this machine.
    """

    def __init__(self, work: Work, address: str = "dask://local") -> None:
        self.work, self.address = work, address
        self._cluster: Any = None
        self._client: Any = None

    def close(self) -> None:
        """See `Executor.close`; a cluster that was there before stays."""
        for one in (self._client, self._cluster):
            if one is not None:
                one.close()
        self._client = self._cluster = None

    @property
    def pids(self) -> list[int]:
        """The workers' process numbers, each on its own machine."""
        import os

        return list(self._client.run(os.getpid).values()) if self._client else []

    def start(self) -> None:
        """Connect and wait until a worker is there (`results` does so when needed).

        Raises:
            UserError: No scheduler answers at the address.
        """
        if self._client is not None:
            return
        import dask
        from distributed import Client, LocalCluster

        if not self.address.startswith("dask://local"):
            host = self.address.removeprefix("dask://")
            try:
                self._client = Client(f"tcp://{host}", timeout=_WAIT)
            except OSError as error:
                raise UserError(
                    f"no Dask scheduler answers at {host}",
                    field="--executor",
                    mend="start one with: dask scheduler; it prints its address",
                ) from error
            return
        size = self.address.removeprefix("dask://local").lstrip("/")
        with dask.config.set(_HOW_LOCAL):
            self._cluster = LocalCluster(
                n_workers=int(size) if size else default_workers(),
                threads_per_worker=1,
                processes=True,
                dashboard_address=None,
                memory_limit=0,
                silence_logs=logging.CRITICAL,
            )
            self._client = Client(self._cluster)
            self._client.wait_for_workers(len(self._cluster.workers))

    def results(self, requests: Iterable[Request]) -> Generator[Ended, None, None]:
        """See `Executor.results`."""
        wanted = list(requests)
        if not wanted:
            return
        load(self.work)
        self.start()
        from distributed import as_completed

        work = self._sent(pickle.dumps(self.work))
        plans = {id(plan): plan for plan in (request.plan for request in wanted)}
        sent = {name: self._sent(pickle.dumps(plan)) for name, plan in plans.items()}

        def asked(one: Request) -> Any:
            return self._client.submit(do, work, sent[id(one.plan)], one.key, one.arguments, pure=False)

        under_way = {asked(one): one for one in wanted}
        suspects: list[Request] = []
        try:
            for future in as_completed(list(under_way)):
                one = under_way.pop(future)
                if (ended := _ended(one, future)).data is None and ended.error == _DIED:
                    suspects.append(one)
                else:
                    yield ended
            for one in suspects:  # what waited behind a deadly run is blamed with it: each once more, alone
                under_way = {(future := asked(one)): one}
                ended = _ended(one, future)
                under_way = {}
                yield ended
        finally:
            if under_way:
                self._client.cancel(list(under_way), force=True)

    def _sent(self, data: bytes) -> Any:
        return self._client.submit(same, data, key=f"villagesim-{hashlib.blake2b(data, digest_size=16).hexdigest()}")


def _ended(request: Request, future: Any) -> Ended:
    from distributed.scheduler import KilledWorker

    try:
        kind, first, error, trace = future.result()
    except KilledWorker:
        return Ended(request, None, _DIED)
    except Exception as wrong:
        raise RuntimeError(f"the Dask cluster cannot do runs (is villagesim installed there?): {wrong!r}") from wrong
    if kind == "unfit":
        raise first or RuntimeError(f"a Dask worker cannot do runs:\n{trace}")
    return Ended(request, first, error, trace)
