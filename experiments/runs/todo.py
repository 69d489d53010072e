"""Do what is missing: the one loop behind every experiment, from what is wanted to what is stored.

What is stored is never done again; a run that failed is recorded apart, stops no other, and is tried again only when
that is asked for. Whatever order runs end in, and however often the program was killed in between, the same requests
leave the same files.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass

from experiments.runs.executor import Ended, Executor
from experiments.runs.progress import Progress, compile_first
from experiments.runs.request import Request
from experiments.runs.runfile import RunKey, encode_run
from experiments.runs.store import Store


@dataclass(frozen=True)
class Round:
    """What was done of one list of requests.

    Attributes:
        done: How many runs were begun now; the others were stored, or known to fail.
        seconds: What one took on average with all workers at it, once they were warm; NaN where it is not known.
    """

    done: int = 0
    seconds: float = math.nan


class Wholes:
    """Runs that are made of others, and what each still waits for."""

    def __init__(self, requests: Iterable[Request]) -> None:
        wholes = list(requests)
        self.parts = [part for whole in wholes for part in whole.parts]
        self._of = {part.key: whole for whole in wholes for part in whole.parts}
        self._waits = {whole.key: len({part.key for part in whole.parts}) for whole in wholes}

    def without(self, part: RunKey) -> Request | None:
        """A part has ended: the run that waits for nothing any more, if there is one."""
        if (whole := self._of.pop(part, None)) is None:
            return None
        self._waits[whole.key] -= 1
        return whole if not self._waits[whole.key] else None


class ToDo:
    """Which runs are stored, failed or missing, and the way from missing to stored.

    Args:
        store: The experiment's folder, begun.
        executor: Where runs execute; closed at the end of the `with` block.
        said: Where progress is said.
        retry_failed: Whether to try again, once, what failed before.
        noted: Told the key of each run that turns out to be stored, as soon as it is.

    Attributes:
        stored: Keys of the runs that are there, as far as they have been asked for.
        failures: The error of each run that failed, in the order in which they were met.
    """

    def __init__(
        self,
        store: Store,
        executor: Executor,
        said: Progress,
        *,
        retry_failed: bool = False,
        noted: Callable[[RunKey], None] = lambda key: None,
    ) -> None:
        self.stored: set[RunKey] = set()
        self.failures: dict[RunKey, str] = {}
        self._store, self._executor, self._said = store, executor, said
        self._retry_failed, self._noted = retry_failed, noted

    def __enter__(self) -> ToDo:
        return self

    def __exit__(self, *_: object) -> None:
        self._executor.close()

    def missing(self, keys: Iterable[RunKey]) -> list[RunKey]:
        """Those of these runs that are neither stored nor known to fail, each once, in the order given.

        Raises:
            UserError: What is stored under a key is damaged or is another run; see `Store.has_run`.
        """
        self._said.status("looking at what is stored")
        return [key for key in dict.fromkeys(keys) if not self._known(key)]

    def do(
        self,
        requests: Sequence[Request],
        title: str,
        what: str = "runs",
        stop_at: Callable[[str], bool] = lambda error: False,
    ) -> Round:
        """Do and store what is missing of these requests.

        Args:
            requests: What is wanted; of several with the same key the first counts.
            title: What is going on, for the progress.
            what: What the runs are called there.
            stop_at: Whether to begin nothing more once a run has failed with this error, now or before.

        Raises:
            UserError: The folder cannot be used (see `Store`), or no run can be done (see `Executor.results`).
            KeyboardInterrupt: Interrupted; what is done is stored.
        """
        missing = self.missing(request.key for request in requests)
        known = (self.failures.get(request.key) for request in requests)
        if not missing or any(error is not None and stop_at(error) for error in known):
            return Round()
        by_key = {request.key: request for request in reversed(requests)}
        wholes = Wholes(by_key[key] for key in missing if by_key[key].parts)
        by_key |= {part.key: part for part in wholes.parts}
        missing = [key for key in missing if not by_key[key].parts] + self.missing(part.key for part in wholes.parts)
        to_do = set(missing)
        for part in wholes.parts:
            if part.key not in to_do:
                self._add_up(wholes.without(part.key))
        if not missing:
            return Round()
        compile_first(self._said.say, self._executor.work.model)  # so that workers only load what is compiled
        self._said.begin(len(missing), title, what)
        times: list[float] = []
        try:
            with closing(self._executor.results([by_key[key] for key in missing])) as results:
                for ended in results:
                    self._keep(ended)
                    self._add_up(wholes.without(ended.request.key))
                    times.append(time.monotonic())
                    if ended.data is None and stop_at(ended.error):
                        break
        except KeyboardInterrupt:
            self._said.say("stopped; what is done is stored, and the same command continues")
            raise
        return Round(len(missing), (times[-1] - times[0]) / (len(times) - 1) if len(times) > 1 else math.nan)

    def _known(self, key: RunKey) -> bool:
        if key in self.stored or key in self.failures:
            return True
        if self._store.has_run(key):
            self._note(key)
            return True
        error = None if self._retry_failed else self._store.failure(key)
        if error is not None:
            self.failures[key] = error
        return error is not None

    def _keep(self, ended: Ended) -> None:
        key = ended.request.key
        if ended.data is None:
            self._store.write_failure(key, ended.error, "\n".join([*ended.request.about, ended.traceback]))
            self.failures[key] = ended.error
        else:
            self._store.write_run(key, ended.data)
            self._note(key)
        self._said.advance(failed=ended.data is None)

    def _add_up(self, whole: Request | None) -> None:
        """Store a run of which all parts have ended; it fails if one of them did."""
        if whole is None or whole.add is None:
            return
        keys = [part.key for part in whole.parts]
        if failed := [key for key in keys if key in self.failures]:
            error = f"{self.failures[failed[0]]} (in {failed[0].scenario}, {len(failed)} of {len(keys)} parts)"
            self._store.write_failure(whole.key, error)
            self.failures[whole.key] = error
            return
        tables = whole.add(map(self._store.read_run, keys))
        self._store.write_run(whole.key, encode_run(self._executor.work.tables, tables, whole.key))
        self._note(whole.key)

    def _note(self, key: RunKey) -> None:
        self.stored.add(key)
        self._noted(key)
