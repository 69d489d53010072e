"""A worker that serves an experiment's folder: takes one posted run after the other until there is no more to do."""

from __future__ import annotations

import os
import pickle
import socket
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from experiments.runs.executor import attempt, load
from experiments.runs.files import MANIFEST, read_json, write_atomic
from experiments.runs.posted import Board, Round
from experiments.runs.progress import compile_first
from sim.core.errors import UserError

TRIES = 3
"""How many workers may be lost over a run before it counts as failed."""
LEASE_SECONDS = 180.0
IDLE_SECONDS = 300.0
_LOOK_SECONDS = 1.0
_DIED = f"{TRIES} workers that were at it fell silent; the commonest reasons are a lack of memory and a time limit"


def serve(
    folder: Path,
    *,
    lease_seconds: float = LEASE_SECONDS,
    idle_seconds: float = IDLE_SECONDS,
    say: Callable[[str], None] = lambda text: None,
) -> int:
    """Do posted runs until the experiment is complete, or none has been posted for a while.

    Args:
        folder: The experiment's folder, which need not be there yet.
        lease_seconds: How long another worker may be silent before its run is taken over; the same for all workers.
        idle_seconds: How long to wait for runs that nobody is at.
        say: Where to say what goes on.

    Returns:
        How many runs it did.

    Raises:
        UserError: The program here is not the one that asked for the runs, or another user posted them.
    """
    board, done, was_open = Board(folder), 0, False
    since = time.monotonic()
    while time.monotonic() - since < idle_seconds:
        complete = _complete(folder)
        was_open |= complete is False
        files = board.rounds()
        if not files and complete and was_open:
            break
        before = done
        for file in files:
            with suppress(FileNotFoundError):  # the round has been taken down
                done += _Serving(board, file, lease_seconds).all(say)
        if done > before:
            since = time.monotonic()
        else:
            time.sleep(min(_LOOK_SECONDS, idle_seconds / 4))
    return done


def _complete(folder: Path) -> bool | None:
    """Whether the experiment has come to its end; None where nobody can say."""
    with suppress(UserError):
        return bool(read_json(folder / MANIFEST).get("complete"))
    return None


class _Serving:
    """A worker at one round."""

    def __init__(self, board: Board, file: Path, lease_seconds: float) -> None:
        self._board, self._file, self._lease = board, file, lease_seconds
        self._round: Round = board.read(file)
        self._plans: dict[int, Any] = {}
        self._together: Hashable = None

    def all(self, say: Callable[[str], None]) -> int:
        """Do what nobody else is at; returns how many runs that was."""
        done, function = 0, None
        for run, trial in self._claims():
            with self._held(self._board.file(self._file, run, f"try{trial}")):
                if function is None:
                    function = load(self._round.work)
                    compile_first(say, self._round.work.model)
                done += self._do(run, function)
        return done

    def _claims(self) -> Iterator[tuple[int, int]]:
        """Runs that are now this worker's, and for the how-manieth time each is tried."""
        while True:
            states = self._board.states(self._file)
            free = {run: 1 for run in range(len(self._round.runs)) if run not in states}
            if not free:
                free = self._lost(states)
            got = False
            while free:
                same = (run for run in free if self._round.runs[run].together == self._together is not None)
                run = next(same, None)
                run = next(iter(free)) if run is None else run
                trial = free.pop(run)
                if self._claim(run, trial):
                    got = True
                    self._together = self._round.runs[run].together
                    yield run, trial
            if not got:
                return

    def _claim(self, run: int, trial: int) -> bool:
        if not self._file.exists():
            raise FileNotFoundError(self._file)
        claim = self._board.file(self._file, run, f"try{trial}")
        try:
            with open(claim, "x", encoding="utf-8", newline="\n") as file:
                file.write(f"{socket.gethostname()} {os.getpid()}\n")
        except FileExistsError:
            return False
        if self._board.file(self._file, run, "done").exists():
            claim.unlink(missing_ok=True)
            return False
        return True

    def _lost(self, states: dict[int, set[str]]) -> dict[int, int]:
        """Runs whose worker has fallen silent, and for the how-manieth time each is to be tried."""
        trials = {run: max(int(end[3:]) for end in ends) for run, ends in states.items() if "done" not in ends}
        if not trials:
            return {}
        now, lost = self._now(), {}
        for run, trial in trials.items():
            with suppress(FileNotFoundError):  # given back this moment
                silent = now - self._board.file(self._file, run, f"try{trial}").stat().st_mtime
                if silent > self._lease and trial >= TRIES:
                    self._write(run, (None, _DIED, ""))
                elif silent > self._lease:
                    lost[run] = trial + 1
        return lost

    def _now(self) -> float:
        """The time by the clock of the disk, which all workers share."""
        clock = self._board.place / f"clock-{socket.gethostname()}-{os.getpid()}"
        try:
            clock.touch()
            return clock.stat().st_mtime
        finally:
            clock.unlink(missing_ok=True)

    @contextmanager
    def _held(self, claim: Path) -> Iterator[None]:
        """Keep a claim alive; give it back if this worker is asked to end."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(self._lease / 10):
                with suppress(OSError):
                    os.utime(claim)

        beats = threading.Thread(target=beat, daemon=True)
        beats.start()
        try:
            yield
        except BaseException:
            claim.unlink(missing_ok=True)
            raise
        finally:
            over.set()
            beats.join()

    def _do(self, run: int, function: Callable[..., Any]) -> int:
        posted = self._round.runs[run]
        if posted.plan not in self._plans:
            self._plans[posted.plan] = pickle.loads(self._round.plans[posted.plan])
        plan = self._plans[posted.plan]
        self._write(run, attempt(function, self._round.work.tables, posted.key, plan, posted.arguments))
        return 1

    def _write(self, run: int, came_of_it: tuple[bytes | None, str, str]) -> None:
        if self._file.exists():  # else nobody wants it any more
            write_atomic(self._board.file(self._file, run, "done"), pickle.dumps(came_of_it))
