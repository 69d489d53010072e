"""What failed, where, and for whom: compiled code knows none of it, so the same is lived through again with care.

A careful engine runs every kernel compiled; where one fails, it puts back what the kernel found and runs the same rules
over views of the first village that fails. The error that comes of it has a line, and an agent among its variables.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from sim.core.engine import Engine, Kernel
from sim.core.meaning import SHIPPED, Own
from sim.core.records import Record, Rows, in_range

FAILURES = (ArithmeticError, LookupError, ValueError)
"""What a rule may fail with."""

_SIM = Path(__file__).parents[1]
# Where errors arise but are not made.
_TOOLS = {_SIM / name for name in ("core/records.py", "core/numerics.py", "core/draws.py", "money/till.py")}


class ReplayedError(ArithmeticError):
    """A rule failed: which, for which agent, when.

    Attributes:
        when: The day, as "2013-01-31".
        agent: The agent, as "Household 1048577".
        file: The rule's file.
        line: The line in it.
    """

    when: str = ""
    agent: str = ""
    file: str = ""
    line: int = 0


class Careful(Engine):
    """Runs kernels compiled; what fails there runs again in Python, from the state it found."""

    def __init__(self, sizes: NDArray[np.int64], see: Callable[[Rows], Sequence[Any]], own: Own = SHIPPED) -> None:
        super().__init__("compiled", sizes, see=see, own=own)

    def run(self, kernel: Kernel, *args: Any) -> None:
        """Run over all villages; where that fails, find the first village that does."""
        before = _Before(args)
        if before.works(self._ruled(kernel), *args, 0, self.villages):
            return
        works, fails = 0, self.villages  # all villages before `works` do, one before `fails` does not
        while fails - works > 1:
            middle = (works + fails) // 2
            before.restore()
            if before.works(self._ruled(kernel), *args, works, middle):
                works = middle
            else:
                fails = middle
        self._fail(before, kernel, *args, works, fails)

    def call(self, kernel: Kernel, *args: Any) -> None:
        """Run, and again in Python if that fails."""
        before = _Before(args)
        if not before.works(self._ruled(kernel), *args):
            self._fail(before, kernel, *args)

    def _fail(self, before: _Before, kernel: Kernel, *args: Any) -> NoReturn:
        before.restore()
        self.in_python(kernel, *args)
        raise ArithmeticError("fails when compiled, and does not in Python")


class _Before:
    """What a kernel found."""

    def __init__(self, args: Sequence[Any]) -> None:
        arrays = [array for array in args if isinstance(array, np.ndarray)]
        self._kept = [(array, array.copy()) for array in arrays if array.flags.writeable]
        self._sound = [array for array in arrays if in_range(array)]

    def works(self, kernel: Kernel, *args: Any) -> bool:
        """Whether the kernel goes through and leaves in range what was."""
        try:
            kernel(*args)
        except FAILURES:
            return False
        return all(map(in_range, self._sound))

    def restore(self) -> None:
        """Put it back."""
        for array, copy in self._kept:
            array[...] = copy


def explain(error: Exception, again: Callable[[], object], when: str) -> NoReturn:
    """Raise the error by rule, agent and day.

    Args:
        error: What happened.
        again: Lives through the same with a careful engine.
        when: The day or year.

    Raises:
        ReplayedError: If it was a rule's. Otherwise the error itself.
    """
    if isinstance(error, ReplayedError):
        raise error
    found = _located(error, when)
    if found is None:
        try:
            again()
        except ReplayedError as same:
            found = same
        except (*FAILURES, AttributeError, TypeError) as same:  # a name that an agent does not have, say
            found = _located(same, when)
    if found is None:
        error.add_note(f"when: {when}")
        raise error
    raise found from error


def _located(error: Exception, when: str) -> ReplayedError | None:
    """The error by line and agent: those of the innermost rule that has an agent in a variable."""
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        path = Path(frame.f_code.co_filename)
        agent = _agent_in(frame)
        if agent and path not in _TOOLS:
            file = str(path.relative_to(_SIM.parent) if path.is_relative_to(_SIM.parent) else path)
            what = f"{type(error).__name__}: {error}"
            found = ReplayedError(f"{when}, {agent}: {what} ({file}:{line}, in {frame.f_code.co_name})")
            found.when, found.agent, found.file, found.line = when, agent, file, line
            return found
    return None


def _agent_in(frame: FrameType) -> str:
    for name in ("h", "c", "v"):
        agent = frame.f_locals.get(name)
        if isinstance(agent, Record) and "key" in agent.COLUMNS:
            return f"{type(agent).__name__} {agent.key}"  # type: ignore[attr-defined]
    return ""
