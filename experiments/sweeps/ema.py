"""A design as a model of the EMA Workbench: its levers, its uncertainties, its outcomes over its seeds.

The workbench then says which experiments are run. Each is run under
every seed of the design, the same seeds in every experiment, by the runs that `village sweep` does: a setting has the
same figures here and there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, nan, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import loguniform

from experiments.designs.design import Design, Lever, Uncertainty
from experiments.designs.outcomes import RUN
from experiments.designs.read import load_design
from experiments.designs.vectors import Drawing, drawing
from experiments.extras import need
from experiments.measure.statistics import Floats
from experiments.sweeps.blocks import RUNS, Question, block, settings_of
from sim.core.errors import UserError
from sim.core.frozen import FrozenDict
from sim.scenario import Plan
from sim.scenario.settings import given_settings
from sim.toml.source import meant

if TYPE_CHECKING:
    from ema_workbench import AbstractOutcome, Parameter, ReplicatorModel

SEED = "seed"
"""What the workbench calls a run's seed when it calls `Runs`."""


@dataclass(frozen=True)
class Runs:
    """The runs of a scenario of a design; a call is one run.

    Attributes:
        design: The design.
        plan: The scenario.
        drawing: How parameters are taken.
        evaluate: `module:function` called with (plan, seed, outcomes), returning a number each.
    """

    design: Design
    plan: Plan
    drawing: Drawing
    evaluate: str = RUN

    def __call__(self, seed: int, **moved: Any) -> dict[str, float]:
        """One run.

        Args:
            seed: The run's seed.
            moved: Levers by id and uncertainties by full name. A lever left out stands where the design has it; an
                uncertainty left out is drawn with the seed.

        Returns:
            Values by outcome as written; NaN each where the parameters fit no county.

        Raises:
            UserError: A value will not do, or the run reports no such number.
        """
        given = {name: value.item() if isinstance(value, np.generic) else value for name, value in moved.items()}
        point = {one.id: given[one.id] for one in self.design.levers if one.id in given}
        known = {one.name: given[one.name] for one in self.design.uncertainties if one.name in given}
        left = tuple(one for one in self.design.uncertainties if one.name not in known)
        plan = self.plan.model_copy(update={"uncertainties": FrozenDict({**known, **self.plan.uncertainties})})
        question = Question((plan,), self.design.outcomes, self.drawing, left, self.evaluate)
        found = block(question, [(0, settings_of(self.design.settings(self.plan, point)), seed)])[RUNS.name]
        return dict(zip(self.design.outcomes, map(float, found["value"]), strict=True))


def ema_model(
    design: Design | str | Path,
    *,
    scenario: str | None = None,
    settings: Mapping[str, object] | None = None,
    replicates: int | None = None,
    code: Sequence[str | Path] = (),
    evaluate: str = RUN,
) -> ReplicatorModel:
    """A design as a model of the EMA Workbench, for `perform_experiments` and `optimize`.

    Levers keep their ids. Other names become identifiers: `policies.course_gain` is `policies_course_gain`,
    `income_yuan@36:poor_at_start` is `income_yuan_36_poor_at_start`. Of each outcome there is the mean over the seeds,
    which is to be maximised or minimised if it is an objective of the design; its standard error (`_se`), which is of
    chance alone; and the value under each seed (`_by_seed`), so that experiments can be compared in pairs. What the
    design says of points, constraints and weights is not passed on.

    Args:
        design: A design file, the name of a shipped one, or a `Design`.
        scenario: The id of the scenario; the design's first by default. Levers that it lacks are left out.
        settings: Settings laid over its scenarios, by address; of a `Design`, none.
        replicates: Just so many seeds; as the design says by default.
        code: Python files whose policies, rules and observers the scenarios may name.
        evaluate: `module:function` called with (plan, seed, outcomes), returning a number each.

    Raises:
        UserError: The workbench is not installed, the design or a setting is wrong, there is no such scenario, or two
            names are one for the workbench.
    """
    need("ema_workbench", "ema")
    from ema_workbench import ReplicatorModel

    asked = design if isinstance(design, Design) else load_design(design, given_settings(settings or {}), code)
    plan = _scenario(asked, scenario)
    runs = Runs(asked, plan, drawing(asked.parameters), evaluate)
    model = ReplicatorModel(re.sub("[^A-Za-z0-9]", "", asked.id) or "design", runs)
    model.initialized = _never  # else a policy is known by its name, and keeps the levers of an earlier one so named
    levers = [one for one in asked.levers if asked.has(plan, one)]
    uncertain = [one for one in asked.uncertainties if one.name not in plan.uncertainties]
    outcomes = list(_outcomes(asked))
    _check_names([*(one.id for one in levers), *(_name(one.name) for one in uncertain)], {SEED, *dir(model)})
    _check_names([one.name for one in outcomes])
    model.levers = [_lever(one) for one in levers]
    model.uncertainties = [_uncertainty(one) for one in uncertain]
    model.outcomes = outcomes
    model.replications = [{SEED: seed} for seed in asked.seeds.numbers(replicates)]
    return model


def _never(policy: object) -> bool:
    return False


def _scenario(design: Design, id: str | None) -> Plan:
    if id is None:
        return design.scenarios[0]
    known = {plan.id: plan for plan in design.scenarios}
    if id not in known:
        raise UserError(f"the design has no scenario '{id}'", field="scenario", **meant(id, known))
    return known[id]


def _name(text: str) -> str:
    """A name as an identifier, which the workbench will insist on."""
    return re.sub(r"\W+", "_", text)


def _check_names(names: Sequence[str], taken: Collection[str] = ()) -> None:
    """Refuse what the workbench would mix up: two things of one name, or one of the name of something of its own."""
    for name in names:
        if name in taken or names.count(name) > 1:
            raise UserError(f"the EMA Workbench cannot tell '{name}' apart from another '{name}'", mend="rename it")


def _lever(lever: Lever) -> Parameter:
    """A lever: a range where it has one, else its values."""
    from ema_workbench import CategoricalParameter, IntegerParameter, RealParameter

    if lever.values or lever.step is not None:
        if len(lever.levels) < 2:
            raise UserError("has one value, which leaves nothing to choose", field=f"levers.{lever.id}")
        return CategoricalParameter(lever.id, list(lever.levels))
    assert lever.low is not None and lever.high is not None
    if lever.whole:
        return IntegerParameter(lever.id, ceil(lever.low), floor(lever.high))
    if lever.scale == "log":
        return RealParameter.from_dist(lever.id, loguniform(lever.low, lever.high), pff=False)
    return RealParameter(lever.id, lever.low, lever.high)


def _uncertainty(one: Uncertainty) -> Parameter:
    from ema_workbench import RealParameter

    return RealParameter(_name(one.name), one.low, one.high, variable_name=one.name)


def _outcomes(design: Design) -> Iterator[AbstractOutcome]:
    """Of each outcome its mean over the seeds, the standard error of that, and its values by seed."""
    from ema_workbench import ArrayOutcome, ScalarOutcome

    aims = {
        one.outcome: ScalarOutcome.MAXIMIZE if one.aim == "most" else ScalarOutcome.MINIMIZE
        for one in design.objectives
    }
    for text in design.outcomes:
        name = _name(text)
        yield ScalarOutcome(name, kind=aims.get(text, ScalarOutcome.INFO), variable_name=text, function=_mean)
        yield ScalarOutcome(f"{name}_se", variable_name=text, function=_standard_error)
        yield ArrayOutcome(f"{name}_by_seed", variable_name=text)


def _mean(values: Sequence[float]) -> float:
    """Mean of what is known; NaN of nothing."""
    known = _known(values)
    return float(known.mean()) if known.size else nan


def _standard_error(values: Sequence[float]) -> float:
    """Standard error of that mean; NaN of less than two."""
    known = _known(values)
    return float(known.std(ddof=1)) / sqrt(known.size) if known.size > 1 else nan


def _known(values: Sequence[float]) -> Floats:
    found = np.asarray(values, dtype=np.float64)
    return found[np.isfinite(found)]
