"""What is wanted: a run, the key it is stored under, and what has to be called for it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.runs.codeversion import code_version
from experiments.runs.runfile import Columns, RunFile, RunKey, Table
from sim.core.errors import UserError

MODEL = "sim.running:run"


@dataclass(frozen=True)
class Work:
    """What an executor and its workers are told once: how each run of an experiment is done.

    Attributes:
        call: `module:function`; called with (plan, *arguments) of a request, it returns the columns of each table.
        tables: The tables it returns.
        model: `module:function` of the model behind it, compiled before workers start (see `progress.compile_first`).
        code: Further files that count for the code version.
        code_version: Workers refuse to work unless the program on disk is still this one; empty = they do not look.
    """

    call: str
    tables: tuple[Table, ...]
    model: str = MODEL
    code: tuple[Path, ...] = ()
    code_version: str = ""

    def function(self) -> Callable[..., Any]:
        """The function to call.

        Raises:
            UserError: The program's files are no longer those of `code_version`.
        """
        if self.code_version and code_version(self.code) != self.code_version:
            raise UserError("the program's files changed while it was running", mend="run the command again")
        return load_function(self.call)


@dataclass(frozen=True, eq=False)
class Request:
    """One run that is wanted.

    Attributes:
        key: What it is stored under: all that its result depends on.
        plan: The first argument; requests that share one (the same object) have it sent to a worker only once.
        arguments: The other arguments; small.
        together: Requests with the same one have a costly beginning in common, so one worker had better do them all;
            None = nothing in common.
        about: What the record of a failure is to say first, a line each.
        parts: Runs that are done in its place, each stored by itself.
        add: What makes its tables of theirs, in the order of `parts`.
    """

    key: RunKey
    plan: Any
    arguments: tuple[Any, ...]
    together: Hashable = None
    about: tuple[str, ...] = ()
    parts: tuple[Request, ...] = ()
    add: Callable[[Iterable[RunFile]], Mapping[str, Columns]] | None = None


def load_function(path: str) -> Callable[..., Any]:
    """The function that `module:function` names."""
    module, _, name = path.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function
