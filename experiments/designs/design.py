"""A design: which worlds, what is moved in them and how far, what is looked at, what binds and what is wanted.

`village sweep` carries one out point by point, `village optimise` searches it. What is moved is a lever: one address
of a plan (`sim.scenario.settings`), or several that move together. `experiments.designs.read` makes a `Design` of a
file or says what is wrong with it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field

from sim.core.frozen import FrozenDict, FrozenModel
from sim.core.text import OneLine
from sim.facts.limits import MOST_COUNT, MOST_SEED, MOST_YUAN
from sim.scenario import Plan
from sim.scenario.settings import value_at
from sim.scenario.title import Title

Method = Literal["one_at_a_time", "grid", "list", "latin_hypercube", "sobol"]
Unit = Literal["yuan", "share", "count", "days", "months", "years", "mu", "factor", "choice", "date"]
UNITS: Mapping[str, tuple[str, str]] = FrozenDict({
    "yuan": ("yuan", "元"), "share": ("share", "占比"), "count": ("count", "个数"), "days": ("days", "天"),
    "months": ("months", "月"), "years": ("years", "年"), "mu": ("mu", "亩"),
    "factor": ("factor", "倍数"), "choice": ("choice", "选项"), "date": ("date", "日期"),
})  # fmt: skip
"""What readers call each unit, in English and Chinese."""

Value = float | int | bool | str | dt.date
"""What a lever may be set to."""
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=40)]
Money = Annotated[float, Field(ge=0, le=MOST_YUAN)]
TIMES = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0)


class Lever(FrozenModel):
    """Something that is moved.

    Attributes:
        id: Its name in the design, and of its column in tables.
        title: What readers call it.
        address: Address in the scenario, or several that take the same value (or, with `times`, the same multiple).
        unit: Unit of its values.
        values: The values it may take, in order; or
        low: its lowest value, with
        high: its highest, anything between being allowed, or
        step: only `low` and so many steps up from it.
        times: Whether its values are multiples of what the scenario says.
        whole: Whether only whole numbers will do; a whole number in the scenario asks for it by itself.
        scale: On which scale values between `low` and `high` are spread.
        at: Where it stands while others are moved; where the scenario has it, if left out.
        points: How many values a response curve has between `low` and `high`.
        yuan_each: What one unit of it claims of the money in all: 1 of a budget in yuan; measured in runs if left out.
        days_each: Cadre-days that one unit claims; measured in runs if left out.
    """

    id: Name
    title: Title
    address: str | tuple[str, ...]
    unit: Unit
    values: tuple[Value, ...] = ()
    low: float | None = None
    high: float | None = None
    step: float | None = Field(default=None, gt=0)
    times: bool = False
    whole: bool = False
    scale: Literal["linear", "log"] = "linear"
    at: Value | None = None
    points: int = Field(default=5, ge=2, le=101)
    yuan_each: float | None = Field(default=None, ge=0, le=MOST_YUAN)
    days_each: float | None = Field(default=None, ge=0, le=MOST_COUNT)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address that it moves."""
        return (self.address,) if isinstance(self.address, str) else self.address

    @cached_property
    def levels(self) -> tuple[Value, ...]:
        """The values of a grid or a response curve, in order: those stated, or `points` of them from low to high."""
        if self.values:
            return self.values
        assert self.low is not None and self.high is not None
        if self.step is not None:
            count = int((self.high - self.low) / self.step + 1e-9)
            return tuple(self._rounded(self.low + self.step * k) for k in range(count + 1))
        return tuple(dict.fromkeys(self.at_quantile(k / (self.points - 1)) for k in range(self.points)))

    def at_quantile(self, quantile: float) -> Value:
        """The value at a quantile from 0 to 1: between low and high on its scale, or one of its values."""
        if self.values or self.step is not None:
            return self.levels[min(int(quantile * len(self.levels)), len(self.levels) - 1)]
        assert self.low is not None and self.high is not None
        if self.scale == "log":
            return self._rounded(float(self.low * (self.high / self.low) ** quantile))
        return self._rounded(self.low + (self.high - self.low) * quantile)

    def _rounded(self, value: float) -> Value:
        return round(value) if self.whole else float(f"{value:.12g}")


class Uncertainty(FrozenModel):
    """A parameter that nobody knows, drawn anew with each seed, the same for every point.

    Attributes:
        name: Its full name ("topic.name").
        low: The lowest value that is drawn; the parameter's own by default.
        high: The highest.
    """

    name: str
    low: float | None = None
    high: float | None = None


class Constraint(FrozenModel):
    """What a plan may not exceed, or has to reach.

    Attributes:
        id: Its name.
        kind: `money` (what measures cost the whole county), `purse` (what is spent of one), `cadre_days` (of a
            campaign, or of each `week`), `cap` (of levers together, in their unit, per county, township or village),
            `uses` (a purse may pay for these levers alone), `outcome` (of the run).
        title: What readers call it.
        purse: Of `purse` and `uses`: its id.
        levers: Of `cap` and `uses`: ids of levers; all by default.
        per: Of `cap`: where it holds.
        outcome: Of `outcome`: which.
        week: Of `cadre_days`: true = in each week.
        at_most: The limit; of a purse what it holds, if left out.
        at_least: The other limit.
    """

    id: Name
    kind: Literal["money", "purse", "cadre_days", "cap", "uses", "outcome"]
    title: Title | None = None
    purse: str | None = None
    levers: tuple[str, ...] = ()
    per: Literal["county", "township", "village"] = "county"
    outcome: str | None = None
    week: bool = False
    at_most: float | None = Field(default=None, ge=-MOST_YUAN, le=MOST_YUAN)
    at_least: float | None = Field(default=None, ge=-MOST_YUAN, le=MOST_YUAN)


class Objective(FrozenModel):
    """What is wanted.

    Attributes:
        id: Its name.
        outcome: Which outcome.
        aim: Whether the most or the least of it is wanted; by default what is better of that outcome.
        weight: Its part in a weighted sum, a unit of the outcome.
        title: What readers call it.
    """

    id: Name
    outcome: str
    aim: Literal["most", "least"] = "most"
    weight: float = Field(default=1.0, gt=0)
    title: Title | None = None


class Sample(FrozenModel):
    """Which points are run.

    Attributes:
        method: `one_at_a_time`: each lever through its values while the others stand. `grid`: every combination.
            `list`: the points of the file. `latin_hypercube`, `sobol`: so many points spread over all levers.
        points: How many, of the last two.
        seed: Seed of their spread.
    """

    method: Method = "one_at_a_time"
    points: int = Field(default=64, ge=1, le=1_000_000)
    seed: int = Field(default=1, ge=0, lt=2**32)


class Seeds(FrozenModel):
    """How much is run.

    Attributes:
        first: The first run seed.
        replicates: Seeds of each point; the first so many where `precision` adds to them.
        precision: Add seeds until differences are known so well (`experiments.measure.precision`).
        limit: Most seeds that this may lead to.
        fresh_first: The first of the seeds on which what a search found is judged.
        fresh: How many of those.
        budget_runs: Most runs that a search may use, in runs of the whole county.
    """

    first: int = Field(default=1, ge=0, lt=2**40)
    replicates: int = Field(default=8, ge=1, le=100_000)
    precision: float | None = Field(default=None, gt=0, lt=1)
    limit: int = Field(default=64, ge=1, le=100_000)
    fresh_first: int = Field(default=1_000_001, ge=0, le=MOST_SEED)
    fresh: int = Field(default=16, ge=1, le=100_000)
    budget_runs: int = Field(default=200, ge=1, le=MOST_COUNT)

    def numbers(self, replicates: int | None = None) -> tuple[int, ...]:
        """The run seeds."""
        return tuple(range(self.first, self.first + (replicates or self.replicates)))


Point = Mapping[str, Value]
"""Values by the ids of levers; a lever that is not named stands where the design has it (`Design.at`)."""


class Design(FrozenModel):
    """A design, resolved: every scenario a plan, every address, name and outcome checked.

    Attributes:
        id: The file's name.
        title: What readers call it.
        note: What else is to be said of it.
        scenarios: The plans that are moved, with the design's own settings laid over them.
        levers: What is moved.
        uncertainties: What is drawn with each seed.
        parameters: How parameters are taken besides; see `experiments.designs.vectors`.
        sample: Which points a sweep runs.
        points: Those that the file lists.
        seeds: How many seeds, which, and how much a search may use.
        outcomes: What is kept of each run, as written; see `experiments.designs.outcomes`.
        constraints: What binds.
        objectives: What is wanted.
        front: Whether objectives stand beside one another as a front, not added up with weights.
    """

    id: str
    title: Title
    note: OneLine = ""
    scenarios: tuple[Plan, ...]
    levers: tuple[Lever, ...]
    uncertainties: tuple[Uncertainty, ...] = ()
    parameters: Literal["point", "calibrated", "ranges"] = "point"
    sample: Sample = Sample()
    points: tuple[Mapping[str, Value], ...] = ()
    seeds: Seeds = Seeds()
    outcomes: tuple[str, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    objectives: tuple[Objective, ...] = ()
    front: bool = False

    def lever(self, id: str) -> Lever:
        """The lever of an id."""
        return next(one for one in self.levers if one.id == id)

    @cached_property
    def _now(self) -> dict[str, dict[str, Any]]:
        """Where every address of a lever stands, by scenario; without those that a scenario lacks."""
        found: dict[str, dict[str, Any]] = {}
        for plan in self.scenarios:
            content = plan.resolved()
            asked = [address for one in self.levers for address in one.addresses]
            had = [address for address in asked if value_at(content, address)[0]]
            found[plan.id] = {address: plan.setting(address) for address in had}
        return found

    def has(self, scenario: Plan, lever: Lever) -> bool:
        """Whether a scenario has anything that a lever moves."""
        return any(address in self._now[scenario.id] for address in lever.addresses)

    def now(self, scenario: Plan, lever: Lever) -> dict[str, Any]:
        """Where a scenario has the addresses of a lever; without those that it lacks."""
        return {one: self._now[scenario.id][one] for one in lever.addresses if one in self._now[scenario.id]}

    def at(self, scenario: Plan) -> dict[str, Value]:
        """Where each lever stands while others are moved: 1 of a multiple, what the scenario says of the rest."""
        return {one.id: self._stands(one, self._now[scenario.id]) for one in self.levers if self.has(scenario, one)}

    @staticmethod
    def _stands(lever: Lever, now: Mapping[str, Any]) -> Value:
        if lever.at is not None:
            return lever.at
        found: Value = 1.0 if lever.times else next(now[one] for one in lever.addresses if one in now)
        return found

    def settings(self, scenario: Plan, point: Point) -> dict[str, Any]:
        """What a point sets in a scenario, by address; levers that the scenario lacks set nothing."""
        asked, now = {**self.at(scenario), **point}, self._now[scenario.id]
        return {
            address: _moved(one, now[address], asked[one.id])
            for one in self.levers
            for address in one.addresses
            if address in now and asked.get(one.id) is not None
        }

    def plan(self, scenario: Plan, point: Point) -> Plan:
        """A scenario moved to a point.

        Raises:
            UserError: The plan would not be valid there.
        """
        return scenario.with_settings(self.settings(scenario, point))

    def digest(self) -> str:
        """A hash of all that decides runs: not titles and notes, not what a search does with them."""
        content = {
            "scenarios": [plan.digest() for plan in self.scenarios],
            "levers": [one.model_dump(mode="json", exclude={"title", "yuan_each", "days_each"}) for one in self.levers],
            "uncertainties": [one.model_dump() for one in self.uncertainties],
            "parameters": self.parameters,
            "sample": self.sample.model_dump(),
            "points": [{name: str(value) for name, value in one.items()} for one in self.points],
            "outcomes": self.outcomes,
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _moved(lever: Lever, now: Any, value: Value) -> Any:
    """The value that an address takes."""
    if lever.times and not isinstance(value, str):  # of a text the scenario's own check says what is wrong
        moved = float(value) * now  # type: ignore[arg-type]
        return round(moved) if isinstance(now, int) else moved
    if isinstance(value, float) and value.is_integer() and isinstance(now, int) and not isinstance(now, bool):
        return int(value)
    return value
