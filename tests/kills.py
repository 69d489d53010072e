"""`python -m tests.kills -n 50`: every command that stores, stopped at random moments until it ends; the same bytes?

Each command runs once undisturbed. Then it is started again and again in another folder and ended by kill -9, Ctrl-C or
SIGTERM at a random moment, until it ends by itself; every file must then have the bytes of the undisturbed run. Only
processes that were started here are ended, each with the group that it leads.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
SMALL = ("--set", "world.profile=five_villages", "--villages", "2", "--horizon", "12")
COMMANDS: dict[str, tuple[str, ...]] = {
    "compare": ("compare", "baseline", "mix", *SMALL, "-n", "8"),
    "trial": ("trial", "credit_pool", "-n", "4", "--set", "design.clusters=8"),
    "evidence": ("evidence", "--quick", "--only", "income_gansu_2011", "-j", "1"),
    "calibrate": ("calibrate", "tiny.toml"),
    "sweep": ("sweep", "design.toml", "-j", "2"),
    "optimise": ("optimise", "design.toml", "-j", "2"),
    "discover": ("discover", "design.toml", "-j", "2", "--samples", "20"),
    "campaign": ("campaign", "run", "winter_campaign", *SMALL, "-n", "2", "-j", "1"),
    "sensitivity": (
        *("sensitivity", "training", *SMALL, "--parameters", "policies.course_gain,policies.attend_idle"),
        *("--trajectories", "4", "--keep", "1", "--seeds", "1"),
    ),
}
"""What each command is asked: as little as keeps it busy for a second or more after it has started."""
_TARGET = """[[targets]]
id = "{id}"
label = {{ en = "{id}", zh = "{id}" }}
measure = "{measure}"
value = {value}
tolerance = {tolerance}
unit = {{ en = "share", zh = "占比" }}
year = "2011"
source = "test"
"""
SPEC = """title = { en = "small", zh = "小样" }
[world]
profile = "five_villages"
villages = 2
start = 2011-01-01
months = 24
[effort]
seeds = 1
budget = 40
starts = 1
looked_at = 1
vectors = 16
[[parameters]]
name = "policies.course_gain"
""" + "".join(
    _TARGET.format(id=name, measure=measure, value=value, tolerance=tolerance)
    for name, measure, value, tolerance in (
        ("course", "course/yield@12", 0.13, 0.03),
        ("growth", "growth/income_yuan@24", 0.14, 0.5),
    )
)
DESIGN = """title = { en = "small", zh = "小样" }
scenarios = ["mix"]
outcomes = ["income_yuan@12", "plan/cost_yuan"]
[settings]
"world.profile" = "five_villages"
"world.villages" = 2
"horizon_months" = 12
[sample]
method = "sobol"
points = 128
[seeds]
replicates = 4
[[levers]]
id = "training"
address = "policies.training.budget_yuan"
title = { en = "training", zh = "培训" }
unit = "yuan"
low = 0
high = 9_000_000
[[constraints]]
id = "money"
kind = "money"
title = { en = "money", zh = "资金" }
at_most = 9_000_000
[[constraints]]
id = "enough"
kind = "outcome"
outcome = "income_yuan@12"
title = { en = "enough", zh = "够用" }
at_least = 4_600
[[objectives]]
id = "income"
outcome = "income_yuan@12"
aim = "most"
title = { en = "income", zh = "收入" }
[[uncertainties]]
name = "policies.course_gain"
low = 0.1
high = 0.4
"""
SIGNALS = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM)
LONGEST_SECONDS = 300.0
LONGER = 1.1
"""By what it is given longer at each start, since a machine that has become busier would never let it end."""


@dataclass
class Tally:
    """What came of one command.

    Attributes:
        kills: How often it was ended from outside.
        ends: How often it came to its end.
        problems: What differs from the undisturbed run, and what was said that should not be, a line each.
    """

    kills: int = 0
    ends: int = 0
    problems: list[str] = field(default_factory=list)


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file that a command leaves, but for the lock, which names the process that wrote last."""
    files = (file for file in folder.rglob("*") if file.is_file() and file.name != ".lock")
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """The names of the files that are not in both with the same bytes."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def start(words: Sequence[str], folder: Path) -> subprocess.Popen[str]:
    """Start a command in a folder of its own, with its own group of processes."""
    folder.mkdir(exist_ok=True)
    (folder / "tiny.toml").write_text(SPEC, encoding="utf-8")
    (folder / "design.toml").write_text(DESIGN, encoding="utf-8")
    command = [sys.executable, "-c", "from experiments.cli import main; main()", *words, "--results", "results"]
    return subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def end_after(process: subprocess.Popen[str], seconds: float, how: signal.Signals) -> tuple[bool, str]:
    """Let a process run for so long and then end it: whether it was ended so, and what it said."""
    try:
        said = process.communicate(timeout=seconds)[1]
        return False, said
    except subprocess.TimeoutExpired:
        if how is signal.SIGTERM:
            process.send_signal(how)
        else:
            os.killpg(process.pid, how)
    try:
        return True, process.communicate(timeout=LONGEST_SECONDS)[1]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return True, process.communicate()[1] + f"\nstill there {LONGEST_SECONDS:.0f} s after {how.name}"


def torment(
    words: Sequence[str],
    kills: int,
    folder: Path,
    chance: random.Random,
    say: Callable[[str], None] = lambda line: None,
) -> Tally:
    """End a command so many times or more, through to successful ends, and compare what it leaves.

    Args:
        words: The command.
        kills: How often, at least.
        folder: An empty folder to work in.
        chance: Decides moments and signals.
        say: Told every problem.
    """
    tally = Tally()
    began = time.monotonic()
    process = start(words, folder / "whole")
    said = process.communicate(timeout=LONGEST_SECONDS)[1]
    whole_seconds = time.monotonic() - began
    if process.returncode:
        raise RuntimeError(f"{' '.join(words)} fails undisturbed:\n{said}")
    whole = files_of(folder / "whole" / "results")

    def note(problem: str) -> None:
        tally.problems.append(problem)
        say(problem)

    while tally.kills < kills:
        place, latest = folder / f"killed{tally.ends}", whole_seconds
        while True:
            how = chance.choice(SIGNALS)
            moment = chance.uniform(0, latest)
            latest *= LONGER
            process = start(words, place)
            ended, said = end_after(process, moment, how)
            tally.kills += ended and process.returncode != 0
            if how is signal.SIGINT and ended and process.returncode == 130 and "Traceback" in said:
                note(f"a traceback after Ctrl-C at {moment:.2f} s: {said[-300:]}")
            if process.returncode == 0:
                break
            if not ended or "still there" in said:
                note(f"exit status {process.returncode} after {tally.kills} kills: {said[-300:]}")
                return tally
        tally.ends += 1
        for name in differing(whole, files_of(place / "results")):
            note(f"{name} differs")
    return tally


def main() -> int:
    """Torment every command and print what came of it."""
    ask = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    ask.add_argument("-n", type=int, default=50, help="how often each command is killed")
    ask.add_argument("--seed", type=int, default=1, help="of moments and signals")
    ask.add_argument("commands", nargs="*", help=f"only these of {', '.join(COMMANDS)}")
    asked = ask.parse_args()
    print(f"{'command':<12} {'kills':>6} {'ends':>5} {'problems':>9} {'seconds':>8}")
    problems = 0
    for name in asked.commands or COMMANDS:
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            found = torment(COMMANDS[name], asked.n, Path(folder), random.Random(f"{asked.seed} {name}"), print)
        problems += len(found.problems)
        took = time.monotonic() - began
        print(f"{name:<12} {found.kills:>6} {found.ends:>5} {len(found.problems):>9} {took:>8.0f}", flush=True)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
