"""Null worlds: the model with the mechanisms taken out that a row should speak for, as scenarios in scenarios/nulls.

A row that a null world meets as well says nothing about what that world leaves out. Each null world is a list of
parameters (and a closure) laid over whatever a view or a trial runs; no rule of the model knows of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil

from experiments.published import trial_rows
from experiments.trials.file import LEAST_REPLICATES, Trial
from experiments.trials.outcome import TrialOutcome
from sim import load_plan
from sim.core.frozen import FrozenDict
from sim.parameters import Value
from sim.scenario import Plan
from sim.scenario.parts import Closure
from sim.scenario.title import Title
from sim.shipped import shipped

NULLS = shipped("scenarios") / "nulls"
LEAST_SEEDS = 4
IN_TRIALS = ("nobody_changes",)
"""Null worlds that trials are put to. Choices are what an effect comes through, and the trend alone has none either."""


@dataclass(frozen=True)
class NullWorld:
    """One null world.

    Attributes:
        name: Its name, that of its file.
        title: The same for people.
        place: Parameters in the place of the model's own.
        closure: Its closure, if it has one of its own.
        one_in: It is given one seed for so many of the model's: the less chance is left in it, the fewer it needs.
    """

    name: str
    title: Title
    place: Mapping[str, Value] = field(hash=False)
    closure: Closure | None
    one_in: int

    def seeds(self, of_the_model: int) -> int:
        """How many seeds it is given beside so many of the model's."""
        return max(min(LEAST_SEEDS, of_the_model), ceil(of_the_model / self.one_in))

    def plan(self, plan: Plan) -> Plan:
        """A plan in this world."""
        world = plan.world.model_copy(update={"place": FrozenDict({**plan.world.place, **self.place})})
        return plan.model_copy(update={"world": world, "closure": self.closure or plan.closure})

    def trial(self, trial: Trial) -> Trial:
        """A trial in this world, with as many replicates as a trial must have.

        Where a row asks for a sign alone, as many as the model has: with fewer, a world in which the same comes about
        could not tell it from none, and would seem to fail.
        """
        place = FrozenDict({**trial.world.place, **self.place})
        world = trial.world.model_copy(update={"place": place, "closure": self.closure or trial.world.closure})
        replicates = trial.design.replicates
        if not any(_asks_for_a_sign(outcome) for outcome in trial.outcomes):
            replicates = min(replicates, LEAST_REPLICATES)
        design = trial.design.model_copy(update={"replicates": replicates})
        return trial.model_copy(update={"world": world, "design": design})


def _asks_for_a_sign(outcome: TrialOutcome) -> bool:
    rule = trial_rows()[outcome.row].rule if outcome.row is not None else None
    return rule is not None and rule.sign is not None


_ONE_IN = {"nobody_changes": 2, "trend_alone": 4}


@lru_cache
def null_worlds() -> Mapping[str, NullWorld]:
    """Every null world, by name, in the order in which they are shown."""
    base = load_plan("baseline")
    found = {}
    for name, one_in in _ONE_IN.items():
        plan = load_plan(NULLS / f"{name}.toml")
        closure = plan.closure if plan.closure != base.closure else None
        found[name] = NullWorld(name, plan.title, dict(plan.world.place), closure, one_in)
    return found
