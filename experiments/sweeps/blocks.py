"""Many small runs, a few numbers each, in few files: so many runs a file, named by their content.

A block is a stretch of the runs that are wanted, seed by seed. One worker does it, and it is stored as one file; so a
folder of thousands of runs has some dozens of files, a killed sweep loses only the blocks that were under way, and a
design with more points or seeds finds again what it has in common with the earlier one. Where a run fails, its block is
done once more run by run, so that the failure stands apart and takes no other run with it.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from experiments.designs.design import Uncertainty
from experiments.designs.uncertain import drawn
from experiments.designs.vectors import Drawing, Drawn
from experiments.runs.estimate import Size
from experiments.runs.request import Request, load_function
from experiments.runs.runfile import Columns, RunKey, Table
from experiments.runs.store import Store
from experiments.runs.todo import ToDo
from sim.core.errors import Unfittable
from sim.core.frozen import FrozenDict
from sim.scenario import Plan

CALL = "experiments.sweeps.blocks:block"
FOLDER = "blocks"
RUNS = Table("runs", {"run": "int64", "outcome": "text", "value": "float64"})
SECONDS_A_BLOCK, MOST_RUNS_A_BLOCK = 20.0, 64
"""What a block may take, roughly, and how many runs it may hold: what is lost when a worker is killed."""

Settings = tuple[tuple[str, Any], ...]
"""Values by address."""


@dataclass(frozen=True)
class Question:
    """What every run of a sweep asks.

    Attributes:
        plans: The scenarios, before anything is moved.
        outcomes: What is kept.
        drawing: How parameters are taken.
        uncertainties: What the design draws itself.
        evaluate: `module:function` called with (plan, seed, outcomes), returning a number each.
    """

    plans: tuple[Plan, ...]
    outcomes: tuple[str, ...]
    drawing: Drawing
    uncertainties: tuple[Uncertainty, ...]
    evaluate: str

    @cached_property
    def text(self) -> str:
        """All of it that decides the answers, as text."""
        own = [[one.name, one.low, one.high] for one in self.uncertainties]
        plans = [plan.digest() for plan in self.plans]
        return json.dumps([plans, self.outcomes, self.drawing.digest, own, self.evaluate])


@dataclass(frozen=True)
class Wanted:
    """One run: which scenario and point, what that sets, and under which seed."""

    scenario: int
    point: int
    settings: Settings
    seed: int


@dataclass
class Cube:
    """What came out: a value for each outcome of each run that is done.

    Attributes:
        values: By run, the numbers in the order of outcomes; NaN each where the seed's parameters fit no county.
        failures: Why a run failed, by run.
    """

    values: dict[Wanted, tuple[float, ...]] = field(default_factory=dict)
    failures: dict[Wanted, str] = field(default_factory=dict)


def block(question: Question, runs: Sequence[tuple[int, Settings, int]]) -> dict[str, Columns]:
    """Do the runs of a block, one row an outcome and run.

    Raises:
        UserError: A point is no valid plan, or a run reports no such number.
    """
    evaluate = load_function(question.evaluate)
    moved: dict[tuple[int, Settings], Plan] = {}
    values = []
    for scenario, settings, seed in runs:
        if (scenario, settings) not in moved:
            plan = question.plans[scenario]
            moved[scenario, settings] = plan.with_settings(dict(settings)) if settings else plan
        plan = _under(question, moved[scenario, settings], seed)
        try:
            values += list(evaluate(plan, seed, question.outcomes))
        except Unfittable:
            values += [math.nan] * len(question.outcomes)
    count = len(question.outcomes)
    return {
        RUNS.name: {
            "run": np.repeat(np.arange(len(runs), dtype=np.int64), count),
            "outcome": np.array(question.outcomes * len(runs), dtype=object),
            "value": np.array(values, dtype=np.float64),
        }
    }


def _under(question: Question, plan: Plan, seed: int) -> Plan:
    """The plan with what is drawn under its seed; what the plan sets itself, and levers do, stays."""
    own = {key: value for key, value in drawn(question.uncertainties, seed).items() if key not in plan.uncertainties}
    if question.drawing.names:
        plan = Drawn(plan, question.drawing).under(seed)
    return plan.model_copy(update={"uncertainties": FrozenDict({**plan.uncertainties, **own})}) if own else plan


def runs_a_block(plans: Sequence[Plan]) -> int:
    """How many runs stand in one file: as many as take some seconds; the same on every machine."""
    seconds = max(Size.of(plan, few=True).seconds for plan in plans)
    return max(1, min(MOST_RUNS_A_BLOCK, int(SECONDS_A_BLOCK / seconds)))


def carry_out(
    question: Question, wanted: Sequence[Wanted], size: int, todo: ToDo, store: Store, stamp: str, title: str
) -> Cube:
    """Do what is missing of these runs, and read all of them.

    Args:
        question: What is asked.
        wanted: The runs, in their order.
        size: How many stand in a block.
        todo: Does and stores.
        store: Where.
        stamp: The program, as a code version.
        title: What is going on, for the progress.
    """
    blocks = [tuple(wanted[first : first + size]) for first in range(0, len(wanted), size)]
    requests = [_request(question, one, stamp) for one in blocks]
    todo.do(requests, title, f"blocks of {size} runs" if size > 1 else "runs")
    broken = [one for one, request in zip(blocks, requests, strict=True) if request.key in todo.failures]
    alone = [(run,) for one in broken for run in one if len(one) > 1]
    singles = [_request(question, one, stamp) for one in alone]
    todo.do(singles, "failed blocks again, run by run")
    cube = Cube()
    for runs, request in (*zip(blocks, requests, strict=True), *zip(alone, singles, strict=True)):
        if request.key in todo.stored:
            cube.values |= dict(zip(runs, _stored(store, request.key, question), strict=True))
        elif len(runs) == 1:
            cube.failures[runs[0]] = todo.failures[request.key]
    return cube


def _request(question: Question, runs: Sequence[Wanted], stamp: str) -> Request:
    """A block; its key is a hash of all that it asks."""
    asked = tuple((one.scenario, one.settings, one.seed) for one in runs)
    stir = hashlib.blake2b(question.text.encode())
    stir.update(json.dumps(asked, default=str).encode())
    digest = stir.hexdigest()
    about = [f"{one.seed}: {dict(one.settings)}" for one in runs]
    return Request(RunKey(FOLDER, int(digest[:15], 16), digest, stamp), question, (asked,), about=tuple(about))


def _stored(store: Store, key: RunKey, question: Question) -> Iterator[tuple[float, ...]]:
    values = store.read_run(key).table(RUNS)["value"].to_numpy()
    yield from (tuple(map(float, row)) for row in values.reshape(-1, len(question.outcomes)))


def settings_of(settings: Mapping[str, Any]) -> Settings:
    """Settings as they are sent to a worker and stand in a key."""
    return tuple(sorted(settings.items()))
