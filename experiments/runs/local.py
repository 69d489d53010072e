"""Where runs execute: worker processes that stay warm, and that never outlive their parent.

A worker is a fresh Python program, so it inherits no lock and no thread. It is told all plans once; after that a task
is two integers, and what comes back is a finished run file. Each worker always has its next task waiting, and only the
parent writes to disk.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
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
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import Any

from experiments.runs.codeversion import code_version
from experiments.runs.runfile import RunKey, encode_run
from sim.core.errors import UserError

_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
_TRIES = 2
_HELD = 2  # tasks a worker holds: the one it is at and the next
_BOOT = (
    "import sys, json; path, connection = json.loads(sys.argv[1]); sys.path[:] = path; "
    "from experiments.runs.local import work; work(connection)"
)


@dataclass(frozen=True)
class Done:
    """One run that ended: its run file, or why there is none."""

    key: RunKey
    data: bytes | None
    error: str = ""
    traceback: str = ""


@dataclass(frozen=True)
class Job:
    """What every worker is told once.

    Attributes:
        plans: The scenarios.
        keys: For each plan, its run key with seed 0.
        run: `module:function`; called with (plan, seed), it returns an object with `records`.
        code: The user's own policy files, which count for the code version.
        check_version: Refuse to work when the program on disk is no longer the one of the keys.
        by_seed: Whether runs of one seed have costly beginnings in common, so that one worker had better do them all.
    """

    plans: Sequence[Any]
    keys: Sequence[RunKey]
    run: str = "sim.running:run"
    code: Sequence[Path] = ()
    check_version: bool = True
    by_seed: bool = False

    def key(self, index: int, seed: int) -> RunKey:
        """The run key of a task."""
        return replace(self.keys[index], seed=seed)


def default_workers() -> int:
    """One worker for each processor this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load_function(path: str) -> Callable[..., Any]:
    """The function that `module:function` names."""
    module, _, name = path.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


def one_run(run: Callable[..., Any], plan: Any, key: RunKey) -> Done:
    """Execute one run; whatever goes wrong in it becomes its result."""
    try:
        return Done(key, encode_run(run(plan, key.seed).records, key))
    except Exception as error:
        text = str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {error}"
        return Done(key, None, text, traceback.format_exc())


# The worker's side


def work(descriptor: int) -> None:
    """A worker's whole life, on the connection its parent left open for it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    _die_with_parent()
    connection = Connection(descriptor)
    with contextlib.suppress(EOFError, OSError):  # the parent is gone
        _serve(connection, connection.recv_bytes())
    os._exit(0)


def _serve(connection: Connection, blob: bytes) -> None:
    tasks: queue.SimpleQueue[tuple[int, int]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(connection, tasks), daemon=True).start()
    try:
        job: Job = pickle.loads(blob)
        if job.check_version and code_version(job.code) != job.keys[0].code_version:
            raise UserError("the program's files changed while it was running", mend="repeat the command")
        run = load_function(job.run)
    except Exception as error:
        connection.send(("unfit", error if isinstance(error, UserError) else None, traceback.format_exc()))
        return
    connection.send(("ready", "", ""))
    while True:
        index, seed = tasks.get()
        done = one_run(run, job.plans[index], job.key(index, seed))
        if done.data is None:
            connection.send(("failed", done.error, done.traceback))
        else:
            connection.send(("done", "", ""))
            connection.send_bytes(done.data)
        del done


def _listen(connection: Connection, tasks: queue.SimpleQueue[tuple[int, int]]) -> None:
    # The end of the connection is the end of the parent, or of its interest, whatever the main thread is doing.
    try:
        while True:
            tasks.put(connection.recv())
    except (EOFError, OSError):
        os._exit(0)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


# The parent's side


class _Worker:
    def __init__(self, job: bytes) -> None:
        ours, theirs = Pipe()
        self.connection = ours
        self.process = subprocess.Popen(
            [sys.executable, "-c", _BOOT, json.dumps([sys.path, theirs.fileno()])],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=2,  # what a model prints must not mix with the program's own output
            env={**os.environ, **_ONE_THREAD},
            process_group=0,  # so that a terminal's Ctrl-C reaches the parent only
        )
        theirs.close()
        self.ready = False
        self.seed = -1  # of the task it was given last
        self.tasks: deque[tuple[int, int]] = deque()
        with contextlib.suppress(OSError):
            self.connection.send_bytes(job)

    def end(self) -> int:
        self.connection.close()
        self.process.kill()
        return self.process.wait()


class Pool:
    """Warm workers for one job; started when first needed, ended with `close` or the `with` block.

    Args:
        job: What the workers are told.
        workers: How many; None = one a processor; 0 = run in this process (to debug).
    """

    def __init__(self, job: Job, workers: int | None = None) -> None:
        self.job = job
        self.size = default_workers() if workers is None else workers
        self._packed = b""
        self._workers: list[_Worker] = []

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers at once; runs in flight are lost."""
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

    def results(self, tasks: Iterable[tuple[int, int]]) -> Iterator[Done]:
        """Execute tasks (index of the plan, seed) and give back each run as it ends, in any order.

        A worker that dies is replaced and its run tried once more; then the run counts as failed.

        Raises:
            UserError: The workers cannot work at all, for a reason the user can mend.
            RuntimeError: The workers cannot work at all, for another reason.
        """
        if self.size == 0:
            run = load_function(self.job.run)
            for index, seed in tasks:
                yield one_run(run, self.job.plans[index], self.job.key(index, seed))
            return
        waiting = deque(tasks)
        deaths: Counter[tuple[int, int] | None] = Counter()
        while len(self._workers) < min(self.size, len(waiting)):
            self._workers.append(self._new_worker())
        while waiting or any(worker.tasks for worker in self._workers):
            for depth in range(1, _HELD + 1):
                for worker in self._workers:
                    if waiting and worker.ready and len(worker.tasks) < depth:
                        self._give(worker, self._next(worker, waiting))
            wait([worker.connection for worker in self._workers])
            for worker in list(self._workers):
                try:
                    done = self._receive(worker) if worker.connection.poll() else None
                except (EOFError, OSError):
                    done = self._bury(worker, waiting, deaths)
                if done:
                    yield done

    def _new_worker(self) -> _Worker:
        if not self._packed:
            self._packed = pickle.dumps(self.job)
        return _Worker(self._packed)

    def _next(self, worker: _Worker, waiting: deque[tuple[int, int]]) -> tuple[int, int]:
        """The task a worker is given: the first, or (`Job.by_seed`) one of its own seed, else of nobody's."""
        if not self.job.by_seed:
            return waiting.popleft()
        taken = {other.seed for other in self._workers}
        own = (task for task in waiting if task[1] == worker.seed)
        task = next(own, None) or next((task for task in waiting if task[1] not in taken), waiting[0])
        waiting.remove(task)
        return task

    def _give(self, worker: _Worker, task: tuple[int, int]) -> None:
        worker.seed = task[1]
        worker.tasks.append(task)
        with contextlib.suppress(OSError):  # a dead worker is noticed when we listen to it
            worker.connection.send(task)

    def _receive(self, worker: _Worker) -> Done | None:
        kind, first, second = worker.connection.recv()
        if kind == "ready":
            worker.ready = True
            return None
        if kind == "unfit":
            raise first or RuntimeError(f"a worker could not start:\n{second}")
        data = worker.connection.recv_bytes() if kind == "done" else None
        return Done(self.job.key(*worker.tasks.popleft()), data, first, second)

    def _bury(
        self, worker: _Worker, waiting: deque[tuple[int, int]], deaths: Counter[tuple[int, int] | None]
    ) -> Done | None:
        self._workers.remove(worker)
        status = worker.end()
        how = f"signal {-status}, {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
        done = None
        blamed = worker.tasks[0] if worker.tasks else None
        if blamed or not worker.ready:
            deaths[blamed] += 1
        if deaths[blamed] >= _TRIES:
            if not blamed:
                raise RuntimeError(f"the worker processes die while starting ({how})")
            text = f"the worker process died {_TRIES} times ({how}); the commonest reason is a lack of memory"
            done = Done(self.job.key(*worker.tasks.popleft()), None, text)
        waiting.extendleft(reversed(worker.tasks))
        if waiting:
            self._workers.append(self._new_worker())
        return done
