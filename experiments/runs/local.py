"""Runs on this machine: worker processes that stay warm, and that never outlive their parent.

A worker is a fresh Python program, so it inherits no lock and no thread. It is told once what to call, and each plan
once, before the first run that needs it; what comes back is a finished run file. Each worker always has its next run
waiting, and only the parent writes to disk.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import traceback
from collections import Counter, deque
from collections.abc import Collection, Generator, Hashable, Iterable
from multiprocessing.connection import Pipe, wait
from typing import Any

if sys.platform == "win32":
    from multiprocessing.connection import PipeConnection as _Ours
else:
    from multiprocessing.connection import Connection as _Ours

from experiments.runs.executor import Ended, attempt
from experiments.runs.request import Request, Work
from sim.core.errors import UserError

_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
_TRIES = 2
_HELD = 2  # runs a worker holds: the one it is at and the next
_BOOT = (
    "import sys, json; path, connection = json.loads(sys.argv[1]); sys.path[:] = path; "
    "from experiments.runs.local import work; work(connection)"
)


def default_workers() -> int:
    """One worker for each processor this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


# The worker's side


def work(descriptor: int) -> None:
    """A worker's whole life, on the connection its parent left open for it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    _die_with_parent()
    connection = _Ours(descriptor)
    with contextlib.suppress(EOFError, OSError):  # the parent is gone
        _serve(connection, connection.recv_bytes())
    os._exit(0)


def _serve(connection: _Ours, blob: bytes) -> None:
    messages: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(connection, messages), daemon=True).start()
    plans: dict[int, Any] = {}
    try:
        work: Work = pickle.loads(blob)
        function = work.function()
        connection.send(("ready", "", ""))
        while True:
            number, plan, key, arguments = pickle.loads(messages.get())
            if plan is not None:
                plans[number] = pickle.loads(plan)
            data, error, trace = attempt(function, work.tables, key, plans[number], arguments)
            if data is None:
                connection.send(("failed", error, trace))
            else:
                connection.send(("done", "", ""))
                connection.send_bytes(data)
            del data
    except (EOFError, OSError):
        raise
    except Exception as error:  # what to call, or a plan, cannot be had: no run can be done
        connection.send(("unfit", error if isinstance(error, UserError) else None, traceback.format_exc()))


def _listen(connection: _Ours, messages: queue.SimpleQueue[bytes]) -> None:
    # The end of the connection is the end of the parent, or of its interest, whatever the main thread is doing.
    try:
        while True:
            messages.put(connection.recv_bytes())
    except (EOFError, OSError):
        os._exit(0)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


# The parent's side


def _handed(descriptor: int) -> dict[str, Any]:
    """How a process is started that is handed a connection, in a group of its own: Ctrl-C reaches the parent only."""
    if sys.platform != "win32":
        return {"pass_fds": [descriptor], "process_group": 0}
    os.set_handle_inheritable(descriptor, True)
    startup = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [descriptor]})
    return {"startupinfo": startup, "creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}


class _Worker:
    def __init__(self, work: bytes) -> None:
        ours, theirs = Pipe()
        self.connection = ours
        self.process = subprocess.Popen(
            [sys.executable, "-c", _BOOT, json.dumps([sys.path, theirs.fileno()])],
            stdin=subprocess.DEVNULL,
            stdout=2,  # what a model prints must not mix with the program's own output
            env={**os.environ, **_ONE_THREAD},
            **_handed(theirs.fileno()),
        )
        theirs.close()
        self.ready = False
        self.told: set[int] = set()  # numbers of the plans it has
        self.together: Hashable = None  # of the request it was given last
        self.requests: deque[Request] = deque()
        with contextlib.suppress(OSError):
            self.connection.send_bytes(work)

    def give(self, request: Request, number: int, plan: bytes) -> None:
        self.together = request.together
        self.requests.append(request)
        message = pickle.dumps((number, None if number in self.told else plan, request.key, request.arguments))
        self.told.add(number)
        with contextlib.suppress(OSError):  # a dead worker is noticed when we listen to it
            self.connection.send_bytes(message)

    def end(self) -> int:
        self.connection.close()
        self.process.kill()
        return self.process.wait()


class LocalExecutor:
    """Warm worker processes; started when first needed, ended with `close`.

    A worker that dies is replaced and its run tried once more; then the run counts as failed.

    Args:
        work: How each run is done.
        workers: How many; None = one a processor.
    """

    def __init__(self, work: Work, workers: int | None = None) -> None:
        self.work = work
        self.size = default_workers() if workers is None else workers
        self._packed = b""
        self._plans: dict[int, tuple[int, bytes, Any]] = {}  # by identity, which holds while the plan is kept here
        self._workers: list[_Worker] = []

    def close(self) -> None:
        """See `Executor.close`."""
        for worker in self._workers:
            worker.end()
        self._workers.clear()

    @property
    def pids(self) -> list[int]:
        """The workers' process numbers."""
        return [worker.process.pid for worker in self._workers]

    def start(self) -> None:
        """Start the workers and wait until all are ready (`results` starts them when needed)."""
        while len(self._workers) < self.size:
            self._workers.append(self._new_worker())
        for worker in self._workers:
            while not worker.ready:
                self._receive(worker)

    def results(self, requests: Iterable[Request]) -> Generator[Ended, None, None]:
        """See `Executor.results`."""
        waiting = deque(requests)
        deaths: Counter[Request | None] = Counter()
        while len(self._workers) < min(self.size, len(waiting)):
            self._workers.append(self._new_worker())
        try:
            while waiting or any(worker.requests for worker in self._workers):
                self._hand_out(waiting)
                wait([worker.connection for worker in self._workers])
                for worker in list(self._workers):
                    try:
                        ended = self._receive(worker) if worker.connection.poll() else None
                    except (EOFError, OSError):
                        ended = self._bury(worker, waiting, deaths)
                    if ended:
                        yield ended
        finally:  # whoever closes the generator early wants nothing of what is under way
            for worker in [worker for worker in self._workers if worker.requests]:
                self._workers.remove(worker)
                worker.end()

    def _new_worker(self) -> _Worker:
        if not self._packed:
            self._packed = pickle.dumps(self.work)
        return _Worker(self._packed)

    def _hand_out(self, waiting: deque[Request]) -> None:
        for depth in range(1, _HELD + 1):
            for worker in self._workers:
                if waiting and worker.ready and len(worker.requests) < depth:
                    request = next_for(worker.together, {other.together for other in self._workers}, waiting)
                    number, plan, _ = self._plans.get(id(request.plan)) or self._packed_plan(request.plan)
                    worker.give(request, number, plan)

    def _packed_plan(self, plan: Any) -> tuple[int, bytes, Any]:
        self._plans[id(plan)] = packed = len(self._plans), pickle.dumps(plan), plan
        return packed

    def _receive(self, worker: _Worker) -> Ended | None:
        kind, first, second = worker.connection.recv()
        if kind == "ready":
            worker.ready = True
            return None
        if kind == "unfit":
            raise first or RuntimeError(f"a worker could not start:\n{second}")
        data = worker.connection.recv_bytes() if kind == "done" else None
        return Ended(worker.requests.popleft(), data, first, second)

    def _bury(self, worker: _Worker, waiting: deque[Request], deaths: Counter[Request | None]) -> Ended | None:
        self._workers.remove(worker)
        status = worker.end()
        how = f"signal {-status}, {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
        ended = None
        blamed = worker.requests[0] if worker.requests else None
        if blamed or not worker.ready:
            deaths[blamed] += 1
        if deaths[blamed] >= _TRIES:
            if not blamed:
                raise RuntimeError(f"the worker processes die while starting ({how})")
            text = f"the worker process died {_TRIES} times ({how}); the commonest reason is a lack of memory"
            ended = Ended(worker.requests.popleft(), None, text)
        waiting.extendleft(reversed(worker.requests))
        if waiting:
            self._workers.append(self._new_worker())
        return ended


def next_for(own: Hashable, taken: Collection[Hashable], waiting: deque[Request]) -> Request:
    """Take the request a worker is given: the first that goes together with its last, else with no other worker's.

    Args:
        own: What the worker's last request goes together with; None = with nothing.
        taken: The same of all workers.
        waiting: The requests not yet given, at least one.
    """
    mine = (request for request in waiting if own is not None and request.together == own)
    free = (request for request in waiting if request.together is None or request.together not in taken)
    request = next(mine, None) or next(free, waiting[0])
    waiting.remove(request)
    return request
