"""The problem that a design states: its levers as amounts, its constraints as limits, its objectives with weights."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from experiments.designs.design import Constraint, Design
from experiments.designs.design import Lever as DesignLever
from experiments.designs.outcomes import parse
from experiments.designs.read import purses_of
from experiments.optimise.problem import TOTAL, Check, Lever, Limit, Measured, Objective, Problem
from sim.core.errors import UserError
from sim.population.profile_file import load_profile

GRAIN_YUAN = 10_000.0
"""Amounts of money are whole ten thousands, as an office writes them, where a design states no steps."""
COST, DAYS, DAYS_WEEK = "plan/cost_yuan", "plan/cadre_days", "plan/cadre_days_week"
Names = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Stated:
    """A design as a problem.

    Attributes:
        problem: The problem.
        outcomes: What has to be read of each run, as written.
        titles: What readers call each limit, in English and Chinese.
        notes: What is taken otherwise than the design says it.
        front: The objectives that stand beside one another; the first of them decides the search.
    """

    problem: Problem
    outcomes: tuple[str, ...]
    titles: Names
    notes: tuple[str, ...] = ()
    front: tuple[Objective, ...] = ()


@dataclass
class _Making:
    design: Design
    total: float = math.inf
    purses: dict[str, float] = field(default_factory=dict)
    limits: list[Limit] = field(default_factory=list)
    measured: list[Measured] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    titles: dict[str, tuple[str, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def stated(design: Design) -> Stated:
    """The problem of a design.

    Raises:
        UserError: A lever is no amount, or there is no lever, limit or objective; or a limit cannot be kept so.
    """
    if not design.objectives:
        raise UserError(
            "the design states no objective", field="objectives", mend="write [[objectives]] with an outcome"
        )
    if not design.levers:
        raise UserError("the design moves nothing", field="levers", mend="write [[levers]]")
    making = _Making(design)
    plan = design.scenarios[0]
    allowed = {one.id: set(purses_of(design, one)) for one in design.levers}
    for one in design.constraints:
        if one.kind == "uses" and one.purse is not None:
            for lever in design.levers:
                if lever.id not in one.levers:
                    allowed[lever.id].discard(one.purse)
    holds = {purse.id: purse.amount_yuan for purse in plan.purses}
    levers = tuple(_lever(one, purses_of(design, one), allowed[one.id]) for one in design.levers)
    for name in dict.fromkeys(name for lever in levers for name in lever.purses):
        making.purses[name] = holds[name]
        making.titles[name] = next((one.title_en, one.title_zh) for one in plan.purses if one.id == name)
    for one in design.constraints:
        _KINDS[one.kind](making, one)
    weights = tuple(
        Objective(one.outcome, one.weight if one.aim == "most" else -one.weight) for one in design.objectives
    )
    problem = Problem(
        levers,
        weights[:1] if design.front else weights,
        making.total,
        making.purses,
        tuple(making.limits),
        tuple(making.measured),
        tuple(making.checks),
    )
    asked = [
        *(one.outcome for one in design.objectives),
        *design.outcomes,
        COST,
        *(one.outcome for one in making.measured),
        *(one.outcome for one in making.checks),
    ]
    for text in asked:
        parse(text, plan.horizon_months, plan.own_results())
    return Stated(problem, tuple(dict.fromkeys(asked)), making.titles, tuple(making.notes),
                  weights if design.front else ())  # fmt: skip


def _lever(one: DesignLever, purses: Sequence[str], allowed: set[str]) -> Lever:
    low, high, step = _range(one)
    budget = one.unit == "yuan" and not one.times
    lot = step or (1.0 if one.whole else 0.0)
    return Lever(
        one.id,
        most=high,
        least=low,
        lot=lot,
        grain=GRAIN_YUAN if one.unit == "yuan" and not lot else 0.0,
        unit_cost_yuan=one.yuan_each or 0.0,
        unit_purse_yuan=1.0 if budget else 0.0,
        purses=tuple(name for name in purses if name in allowed) if budget else (),
        title=(one.title.en, one.title.zh),
    )


def _range(one: DesignLever) -> tuple[float, float, float]:
    """Lowest and highest value, and the step between."""
    if not one.values:
        assert one.low is not None and one.high is not None
        return one.low, one.high, one.step or 0.0
    values = [value for value in one.values if isinstance(value, (int, float)) and not isinstance(value, bool)]
    steps = {round(b - a, 9) for a, b in zip(sorted(values)[:-1], sorted(values)[1:], strict=True)}
    if len(values) < len(one.values) or len(steps) != 1:
        raise UserError(
            f"lever '{one.id}' takes values that are no even steps of an amount",
            field=f"levers.{one.id}",
            allowed="low and high, or values at even steps",
            mend="state low, high and step; or compare its values with 'village sweep'",
        )
    return float(min(values)), float(max(values)), float(steps.pop())


def _money(making: _Making, one: Constraint) -> None:
    if one.at_least is not None:
        raise UserError("money that has to be spent cannot be searched for", field=f"constraints.{one.id}")
    assert one.at_most is not None
    making.total = min(making.total, one.at_most)
    making.titles[TOTAL] = (one.title.en, one.title.zh) if one.title else ("Money in all", "资金总额")
    unknown = tuple(lever.id for lever in making.design.levers if lever.yuan_each is None)
    if unknown:
        making.measured.append(Measured(TOTAL, COST, unknown))


def _purse(making: _Making, one: Constraint) -> None:
    assert one.purse is not None
    if one.purse in making.purses and one.at_most is not None:
        making.purses[one.purse] = min(making.purses[one.purse], one.at_most)
    if one.title:
        making.titles[one.purse] = (one.title.en, one.title.zh)


def _days(making: _Making, one: Constraint) -> None:
    known = {lever.id: lever.days_each for lever in making.design.levers if lever.days_each is not None}
    unknown = tuple(lever.id for lever in making.design.levers if lever.days_each is None)
    title = (one.title.en, one.title.zh) if one.title else ("Cadre-days", "干部工作日")
    most = math.inf if one.at_most is None else one.at_most
    making.limits.append(Limit(one.id, known, most, -math.inf if one.at_least is None else one.at_least, "days", title))
    making.titles[one.id] = title
    if unknown:
        making.measured.append(Measured(one.id, DAYS_WEEK if one.week else DAYS, unknown))


def _cap(making: _Making, one: Constraint) -> None:
    size = load_profile(making.design.scenarios[0].world.profile)
    count = {"county": 1, "township": max(1, len(size.townships)), "village": size.size.villages}[one.per]
    which = one.levers or tuple(lever.id for lever in making.design.levers)
    most = math.inf if one.at_most is None else one.at_most * count
    least = -math.inf if one.at_least is None else one.at_least * count
    unit = making.design.lever(which[0]).unit
    title = (one.title.en, one.title.zh) if one.title else (one.id, one.id)
    making.limits.append(Limit(one.id, dict.fromkeys(which, 1.0), most, least, unit, title))
    making.titles[one.id] = title
    if count > 1:
        making.notes.append(one.id)


def _outcome(making: _Making, one: Constraint) -> None:
    assert one.outcome is not None
    most = math.inf if one.at_most is None else one.at_most
    least = -math.inf if one.at_least is None else one.at_least
    making.checks.append(Check(one.id, one.outcome, least, most))
    making.titles[one.id] = (one.title.en, one.title.zh) if one.title else (one.id, one.id)


_KINDS = {
    "money": _money,
    "purse": _purse,
    "cadre_days": _days,
    "cap": _cap,
    "uses": lambda making, one: None,
    "outcome": _outcome,
}


def with_money(one: Stated, total_yuan: float) -> Stated:
    """The same question with other money in all."""
    return replace(one, problem=replace(one.problem, total_yuan=total_yuan))
