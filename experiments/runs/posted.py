"""Runs posted in the experiment's folder, for whoever serves it with `village worker`; no server, no port.

The folder `.queue` holds one round at a time: a file that lists the runs and, run by run, who is at it (`.tryN`, made
only if it was not there: whoever makes it has the run) and what came of it (`.done`, put in place whole; empty once it
is stored). A worker touches its claim as long as it lives. One that has been silent for the length of its lease is
taken for dead, and its run is tried again by another; the worst that a mistake in this can do is the same bytes twice.
The command that asked stores the runs as ever, and goes on with what it finds here if it was killed meanwhile.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
import time
from collections.abc import Generator, Hashable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.runs.executor import Ended, load
from experiments.runs.files import cannot_write, write_atomic
from experiments.runs.folder import QUEUE
from experiments.runs.request import Request, Work
from experiments.runs.runfile import RunKey
from sim.core.errors import UserError

_LOOK_SECONDS = 0.1, 2.0  # how long until the next look: at first, and at most


@dataclass(frozen=True)
class Posted:
    """A run of a round.

    Attributes:
        key: What it is stored under.
        plan: The place of its plan among the round's.
        arguments: As of `Request`.
        together: As of `Request`.
    """

    key: RunKey
    plan: int
    arguments: tuple[Any, ...]
    together: Hashable


@dataclass(frozen=True)
class Round:
    """Runs that are wanted at one time.

    Attributes:
        work: How each is done.
        plans: Their plans, pickled.
        runs: The runs.
    """

    work: Work
    plans: tuple[bytes, ...]
    runs: tuple[Posted, ...]

    @classmethod
    def of(cls, work: Work, requests: Sequence[Request]) -> Round:
        """The round of these requests."""
        places: dict[int, int] = {}
        plans: list[bytes] = []
        for request in requests:
            if id(request.plan) not in places:
                places[id(request.plan)] = len(plans)
                plans.append(pickle.dumps(request.plan))
        runs = (Posted(one.key, places[id(one.plan)], one.arguments, one.together) for one in requests)
        return cls(work, tuple(plans), tuple(runs))


class Board:
    """The queue of a folder: where a round hangs, who is at which run, and what came of it.

    Args:
        folder: The experiment's folder.
    """

    def __init__(self, folder: Path) -> None:
        self.place = folder / QUEUE

    def rounds(self) -> list[Path]:
        """The files of the rounds that hang here: one, or two for a moment."""
        return sorted(self.place.glob("round-*"))

    def read(self, file: Path) -> Round:
        """A round.

        Raises:
            UserError: The file is another user's: what it holds is carried out.
            FileNotFoundError: It has just been taken down.
        """
        if sys.platform != "win32" and file.stat().st_uid != os.getuid():
            problem = "these runs were posted by another user, and doing them would run what that user wrote"
            raise UserError(problem, file=file, mend="start the command and its workers as one user")
        found: Round = pickle.loads(file.read_bytes())
        return found

    def hang(self, round_: Round) -> Path:
        """Post a round; nothing else hangs here."""
        data = pickle.dumps(round_)
        file = self.place / f"round-{hashlib.blake2b(data, digest_size=8).hexdigest()}"
        write_atomic(file, data)
        return file

    def clear(self) -> None:
        """Take everything down."""
        for file in (*self.rounds(), *(self.place.iterdir() if self.place.is_dir() else ())):
            file.unlink(missing_ok=True)
        with suppress(OSError):
            self.place.rmdir()

    def file(self, round_: Path, run: int, end: str) -> Path:
        """The file of a run of a round: who is at it (`tryN`), or what came of it (`done`)."""
        return self.place / f"{round_.name.removeprefix('round-')}-{run}.{end}"

    def states(self, round_: Path) -> dict[int, set[str]]:
        """The ends of the files of each run, of all runs that have any."""
        found: dict[int, set[str]] = {}
        start = round_.name.removeprefix("round-") + "-"
        with suppress(FileNotFoundError):
            for entry in os.scandir(self.place):
                if entry.name.startswith(start):
                    run, _, end = entry.name.removeprefix(start).partition(".")
                    found.setdefault(int(run), set()).add(end)
        return found


class FolderExecutor:
    """Posts runs in the experiment's folder and waits for what its workers make of them.

    Args:
        work: How each run is done.
        folder: The experiment's folder.
    """

    def __init__(self, work: Work, folder: Path) -> None:
        self.work, self._board, self._interrupted = work, Board(folder), False

    def results(self, requests: Iterable[Request]) -> Generator[Ended, None, None]:
        """See `Executor.results`; after an interruption what is posted stays, and workers go on."""
        wanted = list(requests)
        if not wanted:
            return
        load(self.work)
        try:
            round_, waiting = self._posted(wanted)
            yield from self._as_they_come(round_, waiting)
        except KeyboardInterrupt:
            self._interrupted = True
            raise
        except OSError as error:
            raise cannot_write(self._board.place, error) from error
        finally:
            self.close()

    def close(self) -> None:
        """See `Executor.close`."""
        if not self._interrupted:
            self._board.clear()

    def _as_they_come(self, round_: Path, waiting: dict[int, Request]) -> Generator[Ended, None, None]:
        pause, longest = _LOOK_SECONDS
        while waiting:
            states = self._board.states(round_)
            found = [run for run in waiting if "done" in states.get(run, ())]
            for run in found:
                file = self._board.file(round_, run, "done")
                yield Ended(waiting.pop(run), *pickle.loads(file.read_bytes()))
                os.truncate(file, 0)  # it is stored now
            pause = _LOOK_SECONDS[0] if found else min(longest, 1.5 * pause)
            if waiting:
                time.sleep(pause)

    def _posted(self, wanted: Sequence[Request]) -> tuple[Path, dict[int, Request]]:
        """The round that holds what is wanted: the one that hangs there, or a new one."""
        by_key = {request.key: request for request in wanted}
        for file in self._board.rounds():
            with suppress(FileNotFoundError, UserError, pickle.PickleError, EOFError, AttributeError, ImportError):
                hanging = self._board.read(file)
                places = {run.key: place for place, run in enumerate(hanging.runs)}
                if hanging.work == self.work and by_key.keys() <= places.keys():
                    self._make_ready(file, hanging, by_key)
                    return file, {places[key]: request for key, request in by_key.items()}
        self._board.clear()
        return self._board.hang(Round.of(self.work, wanted)), dict(enumerate(wanted))

    def _make_ready(self, file: Path, hanging: Round, wanted: dict[RunKey, Request]) -> None:
        """Mark what is stored as done, and as not done what is wanted once more."""
        states = self._board.states(file)
        for place, run in enumerate(hanging.runs):
            done = self._board.file(file, place, "done")
            if run.key not in wanted:
                done.write_bytes(b"")
            elif "done" in states.get(place, ()) and not done.stat().st_size:
                for end in sorted(states[place]):  # the claims last, when the run counts as done no more
                    self._board.file(file, place, end).unlink(missing_ok=True)
