"""`python -m tests.fuzz -n 20000`: so many fuzzed files, each made of its number alone, against the readers."""

from __future__ import annotations

import argparse
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from sim.core.errors import UserError
from tests.fuzz.mutate import mutated
from tests.fuzz.readers import Kind, kinds

MOST_SECONDS = 10
MOST_BYTES = 1_000_000_000
"""Resident memory of the whole process."""
_EVERY = 500


class TooSlow(BaseException):
    """The alarm has rung; nothing that reads files may catch it."""


@dataclass
class Tally:
    """What came of the files.

    Attributes:
        right: Files that were read, by kind.
        refused: Files that were refused with a message, by kind.
        failures: What broke the promise, a line each.
        slowest_seconds: The longest that a file took.
    """

    right: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest_seconds: float = 0.0


def fuzzed(number: int, table: dict[str, Kind]) -> tuple[str, bytes]:
    """The kind and the content of the file of this number: the same in every process."""
    chance = random.Random(f"villagesim {number}")
    kind = list(table)[number % len(table)]
    return kind, mutated(chance, table[kind].seeds)


def try_one(number: int, table: dict[str, Kind], folder: Path, tally: Tally, kept: Path | None = None) -> None:
    """Read one fuzzed file and note what came of it."""
    kind, content = fuzzed(number, table)
    file = folder / "fuzzed.toml"
    file.write_bytes(content)
    problem = ""
    began = time.monotonic()
    signal.alarm(MOST_SECONDS)
    try:
        table[kind].read(file)
        tally.right[kind] += 1
    except UserError as error:
        tally.refused[kind] += 1
        if not error.text().strip() or any(c < " " and c not in "\n\t" for c in error.text()):
            problem = f"a message that shows nothing or steers the terminal: {error.text()!r}"
    except TooSlow:
        problem = f"slower than {MOST_SECONDS} s"
    except Exception:
        problem = traceback.format_exc(limit=-6)
    finally:
        signal.alarm(0)
    tally.slowest_seconds = max(tally.slowest_seconds, time.monotonic() - began)
    if memory_bytes() > MOST_BYTES and not tally.failures:
        problem += f"\nresident memory is {memory_bytes() / 1e6:.0f} MB"
    if problem:
        tally.failures.append(f"file {number} ({kind}): {problem.strip()}")
        if kept is not None:
            kept.mkdir(parents=True, exist_ok=True)
            (kept / f"{number}.{kind}.toml").write_bytes(content)


def memory_bytes() -> int:
    """The most memory that this process ever had in use."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _ring(signum: int, frame: FrameType | None) -> None:
    raise TooSlow


def main() -> int:
    """Fuzz, say how far it is, and keep every file that broke the promise."""
    ask = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    ask.add_argument("-n", type=int, default=20_000, help="how many files")
    ask.add_argument("--start", type=int, default=0, help="number of the first; go on from where a run ended")
    ask.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "villagesim-fuzz", help="for failures")
    asked = ask.parse_args()
    signal.signal(signal.SIGALRM, _ring)
    table, tally, began = kinds(), Tally(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(asked.start, asked.start + asked.n):
            before = len(tally.failures)
            try_one(number, table, Path(folder), tally, asked.keep)
            for failure in tally.failures[before:]:
                print(f"{failure}\n  kept in {asked.keep}; again: --start {number} -n 1", flush=True)
            if (number - asked.start + 1) % _EVERY == 0:
                print(f"{number + 1 - asked.start} of {asked.n}, {len(tally.failures)} failures", flush=True)
    for kind in table:
        print(f"{kind}: {tally.right[kind]} right, {tally.refused[kind]} refused")
    took = time.monotonic() - began
    print(
        f"{asked.n} files in {took:.0f} s, slowest {tally.slowest_seconds:.2f} s, "
        f"memory {memory_bytes() / 1e6:.0f} MB, {len(tally.failures)} failures"
    )
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())
