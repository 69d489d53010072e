"""What runs the mixes of a design: the model, through a folder of stored runs.

A task is one mix under one vector and a block of seeds. It is named by its content, so that whatever was run is not run
again, by the same command or another that asks the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from experiments.designs.design import Design
from experiments.designs.outcomes import RUN
from experiments.designs.sweep import Question, stored_values, task_of
from experiments.designs.uncertain import drawn
from experiments.measure.statistics import Floats
from experiments.optimise.problem import Mix
from experiments.optimise.trials import Vector
from experiments.runs.store import Store
from experiments.runs.todo import ToDo
from sim.core.errors import UserError
from sim.scenario import Plan

BLOCK = 4
"""Seeds of a task: half of a search's usual ones, so that hopeless candidates cost half."""
SCENARIO = "scenario"
"""In a vector: the name of another plan that is run in place of the design's."""
_PURSE = "purses."


class ModelRuns:
    """Evaluates mixes of a design's first scenario; see `trials.Evaluate`.

    What the design says is uncertain is drawn with each seed, the same for all mixes; a vector has the last word.

    Args:
        design: The design.
        outcomes: What is read of each run.
        store: The folder, begun.
        todo: What does and stores what is missing.
        stamp: The program's code version.
        evaluate: `module:function` that gives the outcomes of a run.
        others: Plans that a vector may name under `scenario`; the mix then means nothing.
    """

    def __init__(
        self,
        design: Design,
        outcomes: Sequence[str],
        store: Store,
        todo: ToDo,
        stamp: str,
        evaluate: str = RUN,
        others: Mapping[str, Plan] | None = None,
    ) -> None:
        self.outcomes = tuple(outcomes)
        self.others = dict(others or {})
        self._design, self._store, self._todo, self._stamp, self._run = design, store, todo, stamp, evaluate
        self._questions: dict[tuple[Mix, str, tuple[tuple[str, float], ...]], Question] = {}

    def __call__(self, mixes: Sequence[Mix], seeds: Sequence[int], vector: Vector, title: str) -> Floats:
        """Evaluate mixes.

        Raises:
            UserError: A run failed for another reason than the county's books.
        """
        uncertain = self._design.uncertainties
        size = 1 if uncertain else BLOCK  # what a design draws is another with each seed
        blocks = [tuple(seeds[first : first + size]) for first in range(0, len(seeds), size)]
        tasks = []
        for place, mix in enumerate(mixes):
            question = self._question(mix, vector)
            for number, block in enumerate(blocks):
                moved = self._moved(question.plans[0], {**drawn(uncertain, block[0]), **vector})
                tasks.append((place, number * size, question, task_of(question, moved, block, self._stamp)))
        self._todo.do([task for *_, task in tasks], title)
        found = np.full((len(self.outcomes), len(mixes), len(seeds)), math.nan)
        for place, first, question, task in tasks:
            error = self._todo.failures.get(task.key)
            if error is None:
                some = stored_values(self._store, task.key, question)[:, 0]
                found[:, place, first : first + some.shape[1]] = some
            elif not vector:
                raise UserError(f"a run of the mix {self.point(mixes[place])} failed: {error}")
        return found

    def point(self, mix: Mix) -> dict[str, float]:
        """A mix by the ids of levers."""
        return {lever.id: amount for lever, amount in zip(self._design.levers, mix, strict=True)}

    def _question(self, mix: Mix, vector: Vector) -> Question:
        other = str(vector.get(SCENARIO, ""))
        purses = tuple(sorted((key, value) for key, value in vector.items() if key.startswith(_PURSE)))
        key = (() if other else mix, other, purses)
        if key not in self._questions:
            plan = self.others[other] if other else plan_of(self._design, mix)
            moved = plan.with_settings(dict(purses)) if purses else plan
            self._questions[key] = Question((moved,), self.outcomes, self._run)
        return self._questions[key]

    @staticmethod
    def _moved(plan: Plan, vector: Vector) -> Vector:
        """The parameters of a vector; what the plan sets itself (parameters, facts of its place) stays."""
        wanted = {key: value for key, value in vector.items() if key != SCENARIO and not key.startswith(_PURSE)}
        if not wanted:
            return {}
        known = plan.parameters()
        own = {known.find(name).key for name in (*plan.uncertainties, *plan.world.place)}
        return {key: value for key, value in wanted.items() if key not in own}


def plan_of(design: Design, mix: Mix) -> Plan:
    """The plan of a mix.

    Raises:
        UserError: The plan would not be valid.
    """
    values = {
        lever.id: round(amount) if lever.whole or float(amount).is_integer() else amount
        for lever, amount in zip(design.levers, mix, strict=True)
    }
    return design.plan(design.scenarios[0], values)
