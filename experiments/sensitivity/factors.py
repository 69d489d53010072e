"""What is moved in a sensitivity analysis: parameters between two ends, in the unit interval of a design.

A list of numbers is moved as one, by a common factor that keeps every number of it in its range. What adds up to a
whole (shares, seasons) cannot be moved so and is left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import Field, model_validator

from experiments.measure.statistics import Floats
from sim.core.errors import UserError
from sim.core.frozen import FrozenModel
from sim.parameters import Parameter, Parameters, Value, load_parameters
from sim.parameters.own import with_own
from sim.scenario import Plan
from sim.toml.check import check
from sim.toml.source import Place, each_problem, raise_all, read_toml

MANY = 30
REACH_OF_MANY = 0.25
"""How far each of many parameters is moved: all at once to their ends, they contradict the county's books."""


@dataclass(frozen=True)
class Factor:
    """One parameter and the ends it is moved between.

    Attributes:
        parameter: The parameter, with the value it has in the scenarios.
        low: Lower end; of a list, the least common factor.
        high: Upper end.
        base: Where it stands when others are moved; 1 for a list.
    """

    parameter: Parameter
    low: float
    high: float
    base: float

    @property
    def key(self) -> str:
        """The parameter's full name."""
        return self.parameter.key

    @property
    def is_list(self) -> bool:
        """Whether this is the common factor of a list."""
        return isinstance(self.parameter.value, tuple)

    def at(self, u: float) -> float:
        """The value at a place of the unit interval."""
        return min(self.high, max(self.low, self.low + u * (self.high - self.low)))

    def value(self, x: float) -> Value:
        """What the model is told for a value (of a list, for a factor)."""
        known = self.parameter
        if not isinstance(known.value, tuple):
            return x
        ends = zip(known.value, _each(known.low, known.value), _each(known.high, known.value), strict=True)
        return tuple(min(high, max(low, x * number)) for number, low, high in ends)

    def narrowed(self, reach: float) -> Factor:
        """The same, moved only so far from its value towards its ends (1 = all the way)."""
        low, high = self.base + reach * (self.low - self.base), self.base + reach * (self.high - self.base)
        return Factor(self.parameter, max(self.low, low), min(self.high, high), self.base)


def vectors(factors: Sequence[Factor], design: Floats) -> list[dict[str, Value]]:
    """The points of a design (rows, in the unit cube) as parameter values."""
    return [
        {factor.key: factor.value(factor.at(float(u))) for factor, u in zip(factors, row, strict=True)}
        for row in design
    ]


class _Asked(FrozenModel):
    name: str = Field(min_length=1)
    low: float | None = None
    high: float | None = None

    @model_validator(mode="after")
    def _in_order(self) -> _Asked:
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(f"low {self.low:g} is not below high {self.high:g}")
        return self


class _File(FrozenModel):
    parameters: tuple[_Asked, ...] = Field(min_length=1)


def choose(asked: str, plans: Sequence[Plan], lists: bool = False) -> list[Factor]:
    """The factors that `--parameters` asks for.

    Args:
        asked: "all", a confidence ("assumed", "calibrated", "measured"), the path of a TOML file, or names between
            commas ("topic.name" or "name"; a topic alone means all of it).
        plans: The scenarios. What one of them sets itself is left out, or refused where it was asked for by name,
            because moving it would undo a difference between them.
        lists: Whether "all" and the like include lists.

    Raises:
        UserError: A name is unknown, cannot be moved, or is named twice; nothing is left; the file is wrong.
    """
    own = [entry for plan in plans for entry in plan.own_parameters()]
    known = with_own(load_parameters(on=plans[0].campaign.start), own)
    theirs = [{entry.key for entry in plan.parameters().entries} for plan in plans]
    set_by = {known.find(name).key: plan.id for plan in plans for name in plan.uncertainties}
    having = {key: [plan for plan, keys in zip(plans, theirs, strict=True) if key in keys] for key in set_by}
    same = {key for key in set_by if len({plan.uncertainties.get(key) for plan in having[key]}) == 1}
    known = known.override({key: having[key][0].uncertainties[key] for key in same})
    fixed = {key: plan for key, plan in set_by.items() if key not in same}
    fixed |= {known.find(name).key: plan.id for plan in plans for name in plan.world.place}
    if asked.endswith(".toml") or "/" in asked:
        return _from_file(Path(asked), known, fixed)
    words = [word.strip() for word in asked.split(",") if word.strip()]
    topics = {entry.topic for entry in known.entries}
    confidences = {entry.confidence for entry in known.entries}
    if not words:
        raise UserError("no parameter is named", field="--parameters", allowed="all, assumed, a file, or names")
    found: dict[str, Factor] = {}
    for word in words:
        if word == "all" or word in topics | confidences:
            inside = (entry for entry in known.entries if word in ("all", entry.topic, entry.confidence))
            found |= {factor.key: factor for factor in _movable(inside, fixed, lists)}
        else:
            factor = _named(known, word, fixed)
            found[factor.key] = factor
    return _some(list(found.values()))


def _some(factors: list[Factor]) -> list[Factor]:
    if len(factors) < 2:
        raise UserError(
            f"{len(factors)} parameter can be moved: a comparison needs at least two",
            field="--parameters",
            allowed="two or more whose range has a width",
        )
    return factors


def _movable(entries: Iterable[Parameter], fixed: Mapping[str, str], lists: bool) -> list[Factor]:
    found = []
    for entry in entries:
        if entry.key not in fixed and (lists or not isinstance(entry.value, tuple)):
            factor = _factor(entry)
            found += [factor] if isinstance(factor, Factor) else []
    return found


def _named(known: Parameters, name: str, fixed: Mapping[str, str]) -> Factor:
    entry = known.find(name)
    if entry.key in fixed:
        raise UserError(
            f"scenario '{fixed[entry.key]}' sets it, so that moving it would undo what tells the scenarios apart",
            field=entry.key,
            mend="leave it out",
        )
    factor = _factor(entry)
    if isinstance(factor, str):
        raise UserError(factor, field=entry.key, mend="leave it out, or give it a range")
    return factor


def _from_file(path: Path, known: Parameters, fixed: Mapping[str, str]) -> list[Factor]:
    source = read_toml(path)
    content, problems = check(_File, source.data, source.place)
    found: dict[str, Factor] = {}
    for number, one in enumerate(content.parameters if content else ()):
        place = source.place(("parameters", number, "name"))
        try:
            factor = _limited(_named(known, one.name, fixed), one, place)
            if factor.key in found:
                raise UserError("is named twice", field=factor.key)
            found[factor.key] = factor
        except UserError as error:
            problems += [place.of(each) for each in each_problem(error)]
    if problems:
        raise_all(problems)
    return _some(list(found.values()))


def _limited(factor: Factor, asked: _Asked, place: Place) -> Factor:
    """The factor between the ends that a file asks for, inside its own."""
    low = factor.low if asked.low is None else asked.low
    high = factor.high if asked.high is None else asked.high
    if not factor.low <= low < high <= factor.high:
        raise UserError(
            f"{low:g} to {high:g} is not within its range",
            field=factor.key,
            allowed=f"{factor.low:g} to {factor.high:g}" + (" times its values" if factor.is_list else ""),
        )
    if not low <= factor.base <= high:
        raise UserError(
            f"{low:g} to {high:g} leaves out its value, {factor.base:g}, from which everything is looked at",
            field=factor.key,
            mend="set the value in the scenarios' [uncertainties], or take a range around it",
        )
    return Factor(factor.parameter, low, high, factor.base)


def _factor(entry: Parameter) -> Factor | str:
    """The factor of a parameter, or why it cannot be moved."""
    if not isinstance(entry.value, tuple):
        assert not isinstance(entry.low, tuple) and not isinstance(entry.high, tuple)
        return Factor(entry, entry.low, entry.high, entry.value) if entry.low < entry.high else "its range has no width"
    if len(entry.value) > 1 and abs(math.fsum(entry.value) - 1.0) < 1e-9:
        return "its numbers are shares of a whole and cannot be moved together"
    low, high = 0.0, math.inf
    for number, least, most in zip(
        entry.value, _each(entry.low, entry.value), _each(entry.high, entry.value), strict=True
    ):
        if number:
            ends = sorted((least / number, most / number))
            low, high = max(low, ends[0]), min(high, ends[1])
    if not low < high < math.inf:
        return "no common factor keeps its numbers in their ranges"
    return Factor(entry, low, high, 1.0)


def _each(end: Value, values: tuple[float, ...]) -> tuple[float, ...]:
    return end if isinstance(end, tuple) else (end,) * len(values)


def unit_places(factors: Sequence[Factor]) -> Floats:
    """Where the values of the factors stand in the unit cube."""
    return np.array([(factor.base - factor.low) / (factor.high - factor.low) for factor in factors])
