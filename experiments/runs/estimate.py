"""What an experiment will take, said before it starts: runs, time, disk and memory; and what is absurd refused.

The figures are rough: a machine may be twice as fast or slow. They were measured on one processor of 2024 (shipped
county, policies on): a run takes its time by households and months, a stored run its place by households and years.
Once runs have ended, the progress goes by their own time.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.runs.where import Workers, here
from sim.core.errors import UserError
from sim.facts.limits import MOST_SEED
from sim.population.memory import check_memory, memory_bytes, world_bytes
from sim.population.profile_file import load_profile

if TYPE_CHECKING:
    from sim.scenario import Plan

MOST_RUNS = 1_000_000
"""Of one experiment: each is a file of its folder, and has a place in memory."""
SECONDS_A_RUN, SECONDS_A_HOUSEHOLD_MONTH = 0.05, 1.5e-6
BYTES_A_RUN, BYTES_A_HOUSEHOLD, BYTES_A_HOUSEHOLD_YEAR = 60_000, 12, 8
BYTES_A_FEW_NUMBERS = 12_288
"""A run of which a few numbers are stored: a file and its folder, whole blocks of the disk."""
_LITTLE_SECONDS = 20


@dataclass(frozen=True)
class Size:
    """What one run takes.

    Attributes:
        seconds: On one processor.
        disk_bytes: Of what is stored of it.
        memory_bytes: Of the process that does it.
    """

    seconds: float = 0.0
    disk_bytes: float = BYTES_A_FEW_NUMBERS
    memory_bytes: float = 0.0

    @classmethod
    def of(cls, plan: Plan, *, few: bool = False) -> Size:
        """The size of a run of a plan.

        Args:
            plan: The scenario.
            few: Whether a few numbers are stored of it, not its households.

        Raises:
            UserError: No machine like this one could hold its world.
        """
        return cls.of_world(plan.world.profile, plan.world.villages, plan.horizon_months, few=few)

    @classmethod
    def of_world(
        cls, profile: str, villages: int, months: int, *, few: bool = False, households: float | None = None
    ) -> Size:
        """The size of a run in a world.

        Args:
            profile: Name or path of its profile.
            villages: How many.
            months: How long it is lived in.
            few: As for `of`.
            households: Of a village; as the profile says by default.

        Raises:
            UserError: As `of`.
        """
        each = load_profile(profile).size.households_per_village if households is None else households
        check_memory(villages, each)
        lived = villages * each
        stored = BYTES_A_RUN + lived * (BYTES_A_HOUSEHOLD + BYTES_A_HOUSEHOLD_YEAR * months / 12)
        return cls(
            SECONDS_A_RUN + SECONDS_A_HOUSEHOLD_MONTH * lived * months,
            BYTES_A_FEW_NUMBERS if few else stored,
            world_bytes(villages, each),
        )

    def times(self, runs: int) -> Size:
        """So many runs one after the other, stored together."""
        return replace(self, seconds=self.seconds * runs)


def mean_size(sizes: Sequence[tuple[Size, int]]) -> Size:
    """What a run takes on average, of several kinds with so many runs each."""
    runs = max(1, sum(count for _, count in sizes))
    return Size(
        sum(size.seconds * count for size, count in sizes) / runs,
        sum(size.disk_bytes * count for size, count in sizes) / runs,
        max((size.memory_bytes for size, _ in sizes), default=0.0),
    )


@dataclass(frozen=True)
class Expected:
    """What an experiment comes to.

    Attributes:
        runs: Runs in all, at most.
        stored: How many of them are stored already.
        seconds: What the others take.
        disk_bytes: Likewise.
        memory_bytes: Of all workers together.
        workers: How many of this machine work at it; 0 = others do.
        at_most: Whether it may end with fewer.
        what: What the runs are called.
    """

    runs: int
    stored: int
    seconds: float
    disk_bytes: float
    memory_bytes: float
    workers: int
    at_most: bool = False
    what: str = "runs"

    def text(self) -> str:
        """The line that is said before the first run."""
        many = f"{'at most ' if self.at_most else ''}{self.runs:,} {self.what}"
        if self.stored >= self.runs:
            return f"{many}, all stored already"
        known = f", {self.stored:,} of them stored already; the others" if self.stored else ":"
        took = "under half a minute" if self.seconds < _LITTLE_SECONDS else f"about {duration(self.seconds)}"
        workers = f"{self.workers} workers" if self.workers > 1 else "one worker"
        took = took if self.workers else f"{took} of one processor"
        workers = workers if self.workers else "workers elsewhere"
        said = f"{many}{known} {took} with {workers}, about {amount(self.disk_bytes)} of disk (a rough estimate)"
        have = memory_bytes()
        if self.memory_bytes > have / 2:
            need = f"about {amount(self.memory_bytes)} of memory, of the {amount(have)} that this machine has"
            said += f"; {need}: fewer workers (-j) need less"
        return said


def expect(
    folder: Path,
    runs: int,
    size: Size,
    *,
    field: str,
    workers: Workers = None,
    at_most: bool = False,
    sure: int | None = None,
    scenarios: Iterable[str] | None = None,
    seeds: range | None = None,
    afresh: bool = False,
    what: str = "runs",
) -> Expected:
    """What is to come; nothing is built that grows with the number of runs before this has let it pass.

    Args:
        folder: The experiment's folder, which need not be there yet.
        runs: Runs in all, at most.
        size: What one takes.
        field: The option that decides how many there are.
        workers: Where runs execute.
        at_most: Whether it may end with fewer.
        sure: How many there must be room for on the disk; all by default.
        scenarios: Under which names the runs are stored; None = where they stand cannot be said beforehand.
        seeds: The seeds of each of these.
        afresh: Whether what is stored will be thrown away or done again.
        what: What the runs are called.

    Raises:
        UserError: They are more than one experiment can hold, or need more disk than is free.
    """
    check_runs(runs, field, what)
    stored = 0
    if scenarios is not None and not afresh:
        stored = sum(_stored(folder / "runs" / one, seeds or range(runs + 1)) for one in scenarios)
    at_work = here(workers)
    missing = max(0, runs - stored)
    need, free = size.disk_bytes * max(0, (runs if sure is None else sure) - stored), free_bytes(folder)
    if need > free:
        raise UserError(
            f"{runs:,} {what} take about {amount(need)} of disk, and {amount(free)} are free here",
            file=folder,
            field=field,
            mend="take fewer runs, villages or months, free some space, or choose another disk with --results",
        )
    together = min(at_work, missing)  # 0 = elsewhere
    seconds = missing * size.seconds / max(1, together)
    memory = size.memory_bytes * together
    return Expected(runs, stored, seconds, missing * size.disk_bytes, memory, together if missing else 1, at_most, what)


def check_runs(runs: int, field: str, what: str = "runs") -> None:
    """Refuse what no experiment can hold, before anything is made of each run.

    Raises:
        UserError: There are too many.
    """
    if runs > MOST_RUNS:
        raise UserError(
            f"that comes to {runs:,} {what}",
            field=field,
            allowed=f"at most {MOST_RUNS:,} {what} in one experiment",
            mend=f"take fewer, or several experiments with another --name each; {field} says how many",
        )


def check_seeds(first: int, count: int, field: str) -> None:
    """Refuse run seeds that no draw can be keyed by.

    Raises:
        UserError: The last one is too great, or the first below 0.
    """
    if first < 0 or first + count > MOST_SEED:
        raise UserError(f"seeds from {first} to {first + count - 1}", field=field, allowed=f"0 to {MOST_SEED - 1}")


def free_bytes(folder: Path) -> int:
    """What is free on the disk of a folder that need not be there yet."""
    there = next((one for one in (folder, *folder.absolute().parents) if one.is_dir()), Path("/"))
    return shutil.disk_usage(there).free


def _stored(folder: Path, seeds: range) -> int:
    """How many of these seeds' runs a folder holds, by their names alone: each is looked into when its turn comes."""
    try:
        names = [entry.name.removesuffix(".parquet") for entry in os.scandir(folder) if entry.name[-8:] == ".parquet"]
    except OSError:
        return 0
    return sum(name.isdecimal() and int(name) in seeds for name in names)


def amount(size_bytes: float) -> str:
    """Bytes in words: two significant digits."""
    for unit, factor in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if size_bytes >= factor:
            return f"{float(f'{size_bytes / factor:.2g}'):,g} {unit}"
    return "1 MB"


def duration(seconds: float) -> str:
    """A time in words, in its own unit: two significant digits."""
    for unit, factor in (("years", 31_557_600), ("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * factor:
            return f"{float(f'{seconds / factor:.2g}'):,g} {unit}"
    return f"{float(f'{seconds:.2g}'):g} seconds"
