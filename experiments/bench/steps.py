"""What each step of the order takes, measured in short runs of a small world."""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from experiments.bench.measures import ClockedEngine
from sim.core.engine import EngineName
from sim.model import VillageModel
from sim.order import Step
from sim.scenario import Plan

MODEL_FILE = "sim/model.py"


@dataclass(frozen=True)
class StepTimes:
    """Times of steps, by the function they stand in and their name.

    Attributes:
        households: In the world that was measured.
        months: That it lived.
        ns: Compiled, for a household and a month.
        shares: Of the time of the function they stand in, run as plain Python.
    """

    households: int
    months: int
    ns: dict[tuple[str, str], float]
    shares: dict[tuple[str, str], float]


def measure_steps(plan: Plan, phases: Iterable[Step], rules: Iterable[Step]) -> StepTimes:
    """Run a plan twice under a profiler: compiled for the phases, over agents in plain Python for the rules.

    Args:
        plan: A small one, its kernels compiled: in plain Python a household's month takes some hundred times as long.
        phases: Steps of a day and of a month's end.
        rules: Steps of a household's month and of a cadre's day.
    """
    stats, model, kernels = _profiled(plan, "compiled")
    households, months = len(model.households), plan.horizon_months
    ns = {}
    for step in phases:
        seconds = kernels.get(step.name) or _seconds(stats, step)
        if seconds is not None:
            ns[step.within, step.name] = seconds / households / months * 1e9
    stats, _, _ = _profiled(plan, "agents")
    shares = {}
    for step in rules:
        seconds, whole = _seconds(stats, step), _whole(stats, step.within)
        if seconds is not None and whole > 0:
            shares[step.within, step.name] = seconds / whole
    return StepTimes(households, months, ns, shares)


def _profiled(plan: Plan, engine: EngineName) -> tuple[dict[Any, Any], VillageModel, dict[str, float]]:
    """The statistics of a run, its model, and seconds by compiled kernel."""
    model = VillageModel(plan, rng=1, engine=engine)
    clocked = ClockedEngine(model.villages["last"] - model.villages["first"])
    if engine == "compiled":
        model.engine = model.county.engine = clocked
    profiler = cProfile.Profile()
    profiler.enable()
    model.run_model()
    profiler.disable()
    kernels = {name: float(sum(seconds)) for name, seconds in clocked.seconds.items()}
    return pstats.Stats(profiler).stats, model, kernels  # type: ignore[attr-defined]


def _seconds(stats: dict[Any, Any], step: Step) -> float | None:
    """Seconds spent in a step where it stands; None if it was never reached there."""
    name, within = step.name.rpartition(".")[2], step.within.rpartition(".")[2]
    found = list(_spent(stats, name, within, step.files))
    return sum(found) if found else None


def _spent(stats: dict[Any, Any], name: str, within: str, files: tuple[str, ...]) -> Iterator[float]:
    for (where, _, function), (_, _, _, _, callers) in stats.items():
        if function == name != within and where.endswith(files):
            for (file, _, caller), (_, _, _, cumulative) in callers.items():
                told = caller == "<lambda>" and file.endswith(MODEL_FILE)  # observers are told through one
                if caller == within or told:
                    yield cumulative


def _whole(stats: dict[Any, Any], within: str) -> float:
    return float(sum(times[3] for (_, _, function), times in stats.items() if function == within))
