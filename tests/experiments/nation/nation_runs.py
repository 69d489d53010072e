"""A small nation of two profiles, and a run that breaks where it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.running import RunResult, run
from sim.scenario import Plan

CASH = "cash"
SETTINGS = [
    "world.villages=2",
    "horizon_months=12",
    "world.counties=[{count=2}, {profile='five_villages', villages=3}]",
]
_BREAKS: list[tuple[str, int]] = []


@contextmanager
def broken(scenario: str, county: int) -> Iterator[None]:
    """Within, the runs of this county break."""
    _BREAKS.append((scenario, county))
    try:
        yield
    finally:
        _BREAKS.clear()


def run_or_break(plan: Plan, seed: int) -> RunResult:
    """A run, unless it is to break."""
    if (plan.id, plan.world.county) in _BREAKS:
        raise RuntimeError("broken on purpose")
    return run(plan, seed)


def folder_bytes(folder: Path) -> dict[str, bytes]:
    """Every file of an experiment."""
    files = (file for file in folder.rglob("*") if file.is_file() and not file.name.startswith("."))
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}
