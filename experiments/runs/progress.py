"""How far a long job has come: a bar in a terminal, a line now and then anywhere else."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from experiments.screen import screen
from experiments.spoken import spoken

_EVERY_SECONDS, _EVERY_TRIES_SECONDS = 30.0, 10.0


def compile_first(say: Callable[[str], None], run: str = "sim.running:run") -> None:
    """Compile the model behind `module:function` unless that has been done before, and say so: it takes a while."""
    from sim.core.kernel_cache import is_warm

    warm_up = getattr(import_module(run.partition(":")[0]), "warm_up", None)
    if warm_up is not None and not is_warm():
        say("compiling the model, once: about half a minute")
        warm_up()


class Progress:
    """Says what goes on, on the error stream, so that the standard output stays for results.

    Args:
        wanted: False = say nothing at all.
        console: Where to.
    """

    def __init__(self, wanted: bool = True, console: Console | None = None) -> None:
        self._console = console or screen(stderr=True, quiet=not wanted)
        self._bar: Bar | None = None
        self._task = TaskID(0)
        if wanted and self._console.is_terminal:
            self._bar = Bar(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[failed]}", markup=False),
                TimeRemainingColumn(),
                console=self._console,
                transient=True,
            )
        self._total = self._done = self._failed = 0
        self._what = "runs"
        self._start = self._last = time.monotonic()

    def __enter__(self) -> Progress:
        if self._bar:
            self._bar.start()
            self._task = self._bar.add_task("", total=None, failed="")
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def say(self, text: str) -> None:
        """A line that stays."""
        self._console.print(spoken(text), highlight=False)

    def status(self, text: str) -> None:
        """What is going on now; shown in a terminal only."""
        if self._bar:
            self._bar.update(self._task, description=spoken(text), completed=0, total=None)

    def trying(self, text: str, number: int) -> None:
        """Another try of what needs a number of tries that nobody knows; away from a terminal a line now and then."""
        now = time.monotonic()
        if self._bar:
            self.status(f"{text}: try {number}")
        elif number == 1 or now - self._last >= _EVERY_TRIES_SECONDS:
            self.say(f"{text}: try {number}")
            self._last = now

    def begin(self, runs: int, text: str, what: str = "runs") -> None:
        """Start counting so many runs, or whatever else they are called."""
        self._total, self._done, self._failed, self._what = runs, 0, 0, what
        self._start = self._last = time.monotonic()
        if self._bar:
            self._bar.reset(self._task, total=runs, description=spoken(text), failed="")
        else:
            self.say(f"{text}: {runs} {what} to do")

    def advance(self, failed: bool = False) -> None:
        """One more run has ended."""
        self._done += 1
        self._failed += failed
        troubles = f"{self._failed} failed" if self._failed else ""
        now = time.monotonic()
        if self._bar:
            self._bar.update(self._task, advance=1, failed=spoken(troubles))
        elif now - self._last >= _EVERY_SECONDS or self._done == self._total:
            left = (now - self._start) / self._done * (self._total - self._done)
            rest = f", about {left:.0f} s left" if self._done < self._total else ""
            self.say(f"{self._done} of {self._total} {self._what} done{', ' + troubles if troubles else ''}{rest}")
            self._last = now
