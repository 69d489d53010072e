"""Where a profile has the figures that do not go together: said with what cannot be fitted to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.core.errors import Unfittable
from sim.population.profile_file import profile_source
from sim.toml.source import TomlSource

_TOGETHER = ("income.yuan_per_head", "poverty.line_yuan", "poverty.headcount")
"""Figures that contradict one another or go together."""


@contextmanager
def placing(name_or_path: str | Path) -> Iterator[None]:
    """Whatever cannot be fitted to a profile inside says where the profile has the figures that do not go together."""
    try:
        yield
    except Unfittable as error:
        raise _placed(error, profile_source(name_or_path)) from None


def _placed(error: Unfittable, source: TomlSource) -> Unfittable:
    if error.file or not error.field:
        return error
    others = [source.place(tuple(key.split("."))).briefly() for key in _TOGETHER if key != error.field]
    problem = f"{error.problem}; look at {', '.join(others)} as well" if error.field in _TOGETHER else error.problem
    file, line = source.place(tuple(error.field.split("."))).address()
    field = error.field if line else None
    return Unfittable(problem, file=file, line=line, field=field, allowed=error.allowed, mend=error.mend)
