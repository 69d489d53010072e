"""What a target measures in the model, written as outcomes are (`experiments.measure.outcome`) with a kind before it.

    income_yuan@24:poor_at_start    the panel at a yearly mark (any group)
    growth/income_yuan@12           what a panel number grew by in the twelve months before the mark, as a share of it
    share/income_wage_yuan@12       a panel number as a share of net income at the same mark
    household/business_yuan@24      share of households in which a column is above nothing
    world/contacts_mean             the world as it opens; see `sim.population.describe.MEASURES`
    course/yield@12                 what a well-taught farm course with follow-up adds to its trainees' yields, as a
                                    share, by that month after the opening: the same households with and without it

Without a month: the last yearly mark of the run. What is of the opened world, and the course, are the same for every
run seed and are taken once a vector.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.calibrate.static_measures import Known, course_gain, opened_world
from experiments.measure.outcome import EVERYONE, SPELLING, Outcome, take_apart
from sim.agents.household import Household
from sim.core.errors import UserError
from sim.model import VillageModel
from sim.population.describe import MEASURES
from sim.running import warm_up as compile_all
from sim.scenario import Plan
from sim.toml.source import meant

RUN = "experiments.calibrate.measures:evaluate"
KINDS = ("panel", "growth", "share", "household", "world", "course")
INCOME = "income_yuan"


@dataclass(frozen=True)
class CalibrationMeasure:
    """A measure, taken apart."""

    kind: str
    name: str
    month: int = 0
    group: str = EVERYONE

    @property
    def outcome(self) -> Outcome:
        """The number of the panel that it is taken from."""
        return Outcome(self.name, self.month, self.group)


def parse_measure(text: str, months: int = 120) -> CalibrationMeasure:
    """Take a measure apart.

    Args:
        text: As in the head of this module.
        months: How long the world runs.

    Raises:
        UserError: It is spelt otherwise, or asks for what the run does not have.
    """
    allowed = f"KIND/{SPELLING}, such as growth/income_yuan@12"
    said = take_apart(text, field="measure", allowed=allowed)
    if said.item is not None:
        raise UserError(f"{text!r}: a measure has no items", field="measure", allowed=allowed)
    kind, name, group = said.prefix or "panel", said.name, said.group or EVERYONE
    if kind not in KINDS:
        raise UserError(f"{text!r}: there is no kind of measure '{kind}'", field="measure", **meant(kind, KINDS))
    _check_name(kind, name)
    if kind == "world":
        return CalibrationMeasure(kind, name)
    at = months // 12 * 12 if said.month is None else said.month
    if at % 12 or not 0 <= at <= months or (kind in ("growth", "course") and at < 12):
        allowed = ", ".join(str(m) for m in range(12 if kind in ("growth", "course") else 0, months + 1, 12))
        raise UserError(f"{text!r}: month {at} is no yearly mark of the run", field="measure", allowed=allowed)
    return CalibrationMeasure(kind, name, at, group)


def _check_name(kind: str, name: str) -> None:
    """Refuse what is known to be missing before anything is run; the panel's names are known only by running."""
    if kind == "world":
        known = set(MEASURES)
    elif kind == "household":
        fields: Mapping[str, Any] = Household.DTYPE.fields or {}
        known = {column for column, field in fields.items() if not field[0].shape}
    elif kind == "course":
        known = {"yield"}
    else:
        return
    if name not in known:
        raise UserError(f"there is no {kind}/{name}", field="measure", **meant(name, known))


def warm_up() -> None:
    """Compile the model once, before workers start."""
    compile_all()


def evaluate(plan: Plan, seed: int, outcomes: Sequence[str]) -> list[float]:
    """Run a plan and take its measures.

    Raises:
        UserError: The run has no such number.
    """
    asked = [parse_measure(text, plan.horizon_months) for text in outcomes]
    watched = {(one.name, one.month) for one in asked if one.kind == "household"}
    shares: dict[tuple[str, int], float] = {}
    records: dict[str, Any] = {}
    if any(one.kind in ("panel", "growth", "share", "household") for one in asked):
        records = _lived(plan, seed, watched, shares)

    def value(one: CalibrationMeasure) -> float:
        outcome = one.outcome
        if one.kind == "world":
            return opened_world(Known(plan), one.name)
        if one.kind == "course":
            return course_gain(Known(plan), one.month)
        if one.kind == "household":
            return shares[one.name, one.month]
        if one.kind == "growth":
            return outcome.of(records) / outcome.at(month=one.month - 12).of(records) - 1.0
        if one.kind == "share":
            return outcome.of(records) / outcome.at(name=INCOME).of(records)
        return outcome.of(records)

    return [value(one) for one in asked]


def _lived(
    plan: Plan, seed: int, watched: set[tuple[str, int]], shares: dict[tuple[str, int], float]
) -> dict[str, Any]:
    """The records of a run; shares of households are noted at the yearly marks as it goes."""
    model = VillageModel(plan, rng=seed)

    def note() -> None:
        for column, month in watched:
            if month == (0 if model.day < 0 else int(model.today.month)):
                shares[column, month] = float(np.count_nonzero(model.households[column] > 0)) / len(model.households)

    note()
    for month in model.months():
        if month % 12 == 0:
            note()
    return _ended(model)


def _ended(model: VillageModel) -> dict[str, Any]:
    records: dict[str, Any] = model.recorder.columns()
    model.close()
    vars(model).clear()  # a model stands in circles, which would keep its rows until the collector comes by
    return records
