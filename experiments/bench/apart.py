"""A run measured in a process of its own (`python -m experiments.bench.apart`): its peak of memory is its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sim.core.errors import UserError

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Measured:
    """What a run took.

    Attributes:
        households: How many there are.
        open_seconds: Building the world: layout, contacts, the opening year, the policies' beginnings.
        days_seconds: The days themselves, without the recorder.
        indicators_seconds: The recorder: panels, monthly series, the long records.
        cpu_seconds: Processor time of `days_seconds`, over all threads.
        again_seconds: A further run in the same process, all but the indicators.
        again_indicators_seconds: Its indicators.
        peak_mb: Largest resident memory of the process.
        empty_mb: The same before the world was built: Python, libraries, compiled kernels.
    """

    households: int
    open_seconds: float
    days_seconds: float
    indicators_seconds: float
    cpu_seconds: float
    again_seconds: float
    again_indicators_seconds: float
    peak_mb: float
    empty_mb: float


def measured_apart(
    scenario: str, overrides: Sequence[str], threads: int = 1, again: int = 0, campaign: bool = False
) -> Measured:
    """Measure a run in a new process.

    Args:
        scenario: Name or path of a scenario.
        overrides: As of `--set`.
        threads: Threads that share the villages.
        again: Further runs in the same process; the fastest counts.
        campaign: Only to the last campaign day, without the long records.
    """
    if sys.platform == "win32":
        raise UserError("memory is not measured on Windows", mend="measure on Linux or macOS")
    asked = json.dumps([scenario, list(overrides), threads, again, campaign])
    command = [sys.executable, "-m", "experiments.bench.apart", asked]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        problem = f"the run measured apart ended with status {done.returncode}"
        raise UserError(problem, mend="the commonest reason is a lack of memory")
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


class _Clocked:
    """Stands for an object and adds up the time its methods take."""

    def __init__(self, whole: Any) -> None:
        self._whole, self.seconds = whole, 0.0

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._whole, name)
        return self._clocked(value) if callable(value) else value

    def _clocked(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            start = time.perf_counter()
            try:
                return method(*args)
            finally:
                self.seconds += time.perf_counter() - start

        return call


def _measure(plan: Any, seed: int, threads: int, campaign: bool) -> dict[str, Any]:
    from sim.model import VillageModel
    from sim.recording.recorder import Recorder

    start = time.perf_counter()
    clocked: Any = _Clocked(Recorder())
    model = VillageModel(plan, rng=seed, threads=threads, observers=[clocked])
    panel = clocked.seconds
    opened = time.perf_counter()
    begun, cpu = time.perf_counter(), time.process_time()
    while model.day < (model.clock.last_campaign_day_index if campaign else model.clock.last_day_index):
        model.step()
    took, cpu = time.perf_counter() - begun - (clocked.seconds - panel), time.process_time() - cpu
    if not campaign:
        clocked.columns()
    model.close()
    return {
        "households": len(model.households),
        "open_seconds": opened - start - panel,
        "days_seconds": took,
        "indicators_seconds": clocked.seconds,
        "cpu_seconds": cpu,
    }


def _peak_mb() -> float:
    """Largest resident memory of this process, in MB; what its parent held does not count."""
    with suppress(OSError):  # Linux: ru_maxrss would start from the parent's
        for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    if sys.platform == "win32":
        return float("nan")  # refused before
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def main() -> None:
    """Measure what the one argument asks for and print it as JSON."""
    scenario, overrides, threads, again, campaign = json.loads(sys.argv[1])
    from sim import load_plan, warm_up

    warm_up()
    plan = load_plan(scenario, overrides)
    empty = _peak_mb()
    first = _measure(plan, 1, threads, campaign)
    peak = _peak_mb()
    more = [_measure(plan, seed, threads, campaign) for seed in range(2, 2 + again)]
    quick = min((one["open_seconds"] + one["days_seconds"] for one in more), default=0.0)
    quick_panels = min((one["indicators_seconds"] for one in more), default=0.0)
    found = Measured(**first, again_seconds=quick, again_indicators_seconds=quick_panels, peak_mb=peak, empty_mb=empty)
    print(json.dumps(asdict(found)))


if __name__ == "__main__":
    main()
