"""Parameter vectors: what a run takes for true of the numbers that nobody knows.

Three modes. `point`: every parameter stands at its value. `calibrated`: seed by seed another vector of the calibrated
set, which fit the published figures about equally well; each block of as many seeds as there are vectors uses every
vector once, in a keyed order. `ranges`: the calibrated set likewise, and every other parameter with a range drawn in
it, with mode and median at its value. The draw is keyed by parameter and seed alone. So all scenarios share the vector
of a seed; resuming and adding seeds leave earlier vectors as they are; a new parameter moves no other's draw. (A Latin
hypercube over the seeds asked for would do neither, and its vectors are not independent, as intervals assume.)

All numbers of a list move together, by one common quantile. What a scenario or its place sets itself stays set.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from typing import Any, Protocol

import numpy as np

from experiments.designs import sets
from experiments.runs.request import load_function
from sim.core.draws import decision, number_of, uniform
from sim.core.errors import Unfittable, UserError
from sim.core.frozen import FrozenDict
from sim.parameters import Parameter, Parameters, Value, load_parameters
from sim.scenario import Plan

MODES = ("point", "calibrated", "ranges")
UNFITTED = "the parameter vector of this seed cannot be fitted to the county's books"
RUN = "experiments.designs.vectors:run"
TRIES = 64
ORDER = decision("parameters.order")

Vector = Mapping[str, Value]

SHAPES = "the parts of a year or of a whole, or how the population is made up: they have to agree with one another"
FACTS = "facts of their year or place"
TERMS = "terms of a programme: a planner sets them, nobody has to guess them"
_TERMS = {f"credit.channel_{name}" for name in ("lump_sum", "guarantee", "term_months", "subsidy")}
_FACTS = {
    "trend.cpi", "trend.line_yuan", "trend.monitoring_line_yuan", "trend.first_year", "trend.line_first_year",
    "livelihood.line_open",
}  # fmt: skip

# What has to hold between parameters, whatever their ranges say: the first at most the second.
AT_MOST: tuple[tuple[str, str], ...] = (
    ("farm.drought_minor_loss", "farm.drought_major_loss"),
    ("farm.orchard_first_fruit_years", "farm.orchard_full_years"),
    ("health.illness_months", "health.illness_most_months"),
    ("labour.jobs_least", "labour.jobs_most"),
    ("livelihood.greenhouse_least_mu", "farm.greenhouse_max_mu"),
    ("livelihood.passed_rich", "livelihood.passed_poor"),
    ("livelihood.passed_poor_lines", "livelihood.passed_rich_lines"),
    ("livelihood.subsistence_share", "livelihood.consumption_share"),
    ("policies.attend_busy", "policies.attend_idle"),
)
TOGETHER_ONE: tuple[tuple[str, ...], ...] = (
    ("population.elder_none", "population.elder_one"),
    ("farm.drought_minor", "farm.drought_major"),
)
"""Shares of one whole: together at most 1."""


class CalibratedSet(Protocol):
    """What this module needs of a calibrated set: its vectors, values by full parameter name ("topic.name")."""

    @property
    def vectors(self) -> Sequence[Vector]:
        """The vectors, each of which fits about equally well."""


def kept(entry: Parameter) -> str | None:
    """Why a parameter is not drawn in its range; None if it is."""
    if entry.key in _FACTS:
        return FACTS
    if entry.key in _TERMS:
        return TERMS
    if isinstance(entry.value, tuple) and (entry.topic == "population" or entry.name.endswith(("_season", "_shares"))):
        return SHAPES
    return "it has no range" if entry.low == entry.high else None


def triangular(low: float, value: float, high: float, quantile: float) -> float:
    """The value at a quantile of two triangles back to back: half the draws lie below the value, half above.

    The likeliest place is the value itself, and the ends are the least likely. One triangle would put more than half
    the draws on the longer side, so that all numbers together would drift away from where they stand.
    """
    if quantile < 0.5:
        return max(low, value - (value - low) * (1 - sqrt(2 * quantile)))
    return min(high, value + (high - value) * (1 - sqrt(2 * (1 - quantile))))


def within(entry: Parameter, quantile: float) -> Value:
    """A parameter's value at a quantile of its range; all numbers of a list at the same one."""
    if not isinstance(entry.value, tuple):
        return triangular(_only(entry.low), entry.value, _only(entry.high), quantile)
    count = len(entry.value)
    lows, highs = (one if isinstance(one, tuple) else (one,) * count for one in (entry.low, entry.high))
    return tuple(triangular(*three, quantile) for three in zip(lows, entry.value, highs, strict=True))


def _only(value: Value) -> float:
    return value if isinstance(value, float | int) else value[0]


@dataclass(frozen=True)
class Drawing:
    """How parameter vectors come about; picklable, and the same for every scenario of a comparison.

    Attributes:
        mode: One of `MODES`.
        vectors: The calibrated set's vectors.
        entries: The parameters that are drawn in their ranges.
    """

    mode: str
    vectors: tuple[Vector, ...] = ()
    entries: tuple[Parameter, ...] = ()

    @cached_property
    def digest(self) -> str:
        """A hash of everything that decides the vectors, in sixteen digits; empty for `point`."""
        if self.mode == "point":
            return ""
        ranges = [(entry.key, entry.value, entry.low, entry.high) for entry in self.entries]
        rules = [AT_MOST, TOGETHER_ONE] if ranges else []
        content = [self.mode, [dict(vector) for vector in self.vectors], ranges, rules]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Full names of all parameters that differ from seed to seed."""
        fitted = set().union(*self.vectors) if self.vectors else set()
        return tuple(sorted(fitted | {entry.key for entry in self.entries}))

    def vector(self, seed: int) -> dict[str, Value]:
        """The parameters under a seed, by full name; empty for `point`.

        Raises:
            UserError: Parameters of the calibrated set leave no room for what has to hold between parameters.
        """
        drawn = dict(self.vectors[self._place(seed)]) if self.vectors else {}
        tries = {entry.key: 0 for entry in self.entries}
        by_key = {entry.key: entry for entry in self.entries}

        def draw(key: str) -> None:
            drawn[key] = within(by_key[key], uniform(0, number_of(f"parameters.{key}"), seed, 0, tries[key]))

        for key in by_key:
            draw(key)
        for _ in range(TRIES):
            again = [key for names in self._broken(drawn) for key in names if key in by_key]
            if not again:
                break
            for key in dict.fromkeys(again):
                tries[key] += 1
                draw(key)
        if broken := self._broken(drawn):
            raise UserError(f"no vector was found under seed {seed} for which {' and '.join(broken[0])} go together")
        return drawn

    def _place(self, seed: int) -> int:
        """Which vector of the set a seed has."""
        count = len(self.vectors)
        block, place = divmod(seed - 1, count)
        order = np.argsort([uniform(0, ORDER, index, block + 1) for index in range(count)], kind="stable")
        return int(order[place])

    @cached_property
    def _values(self) -> dict[str, Value]:
        return {entry.key: entry.value for entry in load_parameters().table()}

    def _broken(self, drawn: Mapping[str, Value]) -> list[tuple[str, ...]]:
        """The groups of parameters that do not go together, of those that are drawn at all."""

        def at(key: str) -> float:
            return _only(drawn.get(key, self._values[key]))

        wrong: list[tuple[str, ...]] = [pair for pair in AT_MOST if at(pair[0]) > at(pair[1])]
        wrong += [names for names in TOGETHER_ONE if sum(at(name) for name in names) > 1]
        return [names for names in wrong if any(name in drawn for name in names)]

    def manifest(self) -> dict[str, Any]:
        """What a manifest says of it."""
        if self.mode == "point":
            return {"mode": "point"}
        return {
            "mode": self.mode,
            "digest": self.digest,
            "calibrated_vectors": len(self.vectors),
            "calibrated": sorted(set().union(*self.vectors)) if self.vectors else [],
            "ranges": len(self.entries),
        }


def drawing(
    mode: str, load_set: Callable[[], CalibratedSet] | None = None, parameters: Parameters | None = None
) -> Drawing:
    """The drawing that a mode asks for.

    Args:
        mode: One of `MODES`.
        load_set: Finds the calibrated set; that which ships by default.
        parameters: The model's parameters, by default.

    Raises:
        UserError: There is no such mode or no calibrated set, or the set is not one of this model.
    """
    if mode not in MODES:
        raise UserError(f"there is no way {mode!r} to take parameters", field="--parameters", allowed=", ".join(MODES))
    if mode == "point":
        return Drawing("point")
    known = parameters or load_parameters()
    vectors = []
    for vector in (load_set or _shipped_set)().vectors:
        checked = (known.checked(name, list(v) if isinstance(v, tuple) else v) for name, v in vector.items())
        vectors.append(FrozenDict(sorted(checked)))
    if not vectors:
        raise UserError("the calibrated set holds no vector", field="--parameters", mend="repeat 'village calibrate'")
    if mode == "calibrated":
        return Drawing(mode, tuple(vectors))
    fitted = set().union(*vectors)
    free = [entry for entry in known.table() if kept(entry) is None and entry.key not in fitted]
    return Drawing(mode, tuple(vectors), tuple(sorted(free, key=lambda entry: entry.key)))


def _shipped_set() -> CalibratedSet:
    return sets.load_set()


@dataclass(frozen=True)
class Drawn:
    """A plan under the parameter vectors of a drawing.

    Attributes:
        plan: The plan.
        drawing: The vectors.
        run: `module:function` that executes a run of a plan.
    """

    plan: Plan
    drawing: Drawing
    run: str = "sim.running:run"

    def under(self, seed: int) -> Plan:
        """The plan with the seed's vector; what the plan sets itself (parameters, facts of its place) stays."""
        known = self.plan.parameters()
        own = {known.find(name).key for name in (*self.plan.uncertainties, *self.plan.world.place)}
        keys = {entry.key for entry in known.entries} - own  # without a policy, there is nothing of the policy's own
        vector = {key: value for key, value in self.drawing.vector(seed).items() if key in keys}
        return self.plan.model_copy(update={"uncertainties": FrozenDict({**vector, **self.plan.uncertainties})})

    def digest(self) -> str:
        """A hash of the plan and of the vectors."""
        both = f"{self.plan.digest()} {self.drawing.digest}"
        return hashlib.sha256(both.encode()).hexdigest()[: len(self.plan.digest())]


_UNFIT: dict[tuple[str, str], str] = {}  # in this process, so that no second scenario tries the same in vain


def run(drawn: Drawn, seed: int) -> Any:
    """One run of a plan under its seed's vector.

    Raises:
        Unfittable: The vector cannot be fitted to the county's books (the message begins with `UNFITTED`).
    """
    plan = drawn.under(seed)
    if drawn.run == Drawn.run:
        _check_fit(plan)
    return load_function(drawn.run)(plan, seed)


def fit_books(plan: Plan, told: Callable[[int], None] | None = None) -> None:
    """Fit a plan's county to its books under the plan's own parameters; once a process, nothing where it is stored.

    Args:
        plan: A plan of one county.
        told: Hears the number of every attempt.

    Raises:
        Unfittable: The books contradict one another; with the place of the figures.
    """
    from sim.parameters.own import of_model
    from sim.parameters.packed import as_python, as_row
    from sim.population.fitting import fitted
    from sim.population.own_line import with_own_line
    from sim.population.placing import placing
    from sim.population.profile_file import load_profile

    profile = load_profile(plan.world.profile)
    values = with_own_line(plan.parameters().values, profile)
    with placing(plan.world.profile):
        fitted(profile, as_python(values), as_row(of_model(values)), told=told)


def _check_fit(plan: Plan) -> None:
    key = plan.parameters().digest(), plan.profile_digest or plan.world.profile
    if key not in _UNFIT:
        try:
            fit_books(plan)
        except Unfittable as error:
            _UNFIT[key] = str(error)
    if key in _UNFIT:
        raise Unfittable(f"{UNFITTED}: {_UNFIT[key]}")
