"""The specification of a calibration: what is turned, what is held against what, and with how much effort."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from experiments.calibrate.measures import parse_measure
from experiments.published import Figure, Rule
from sim.calendar.era import ERAS
from sim.core.errors import UserError
from sim.core.frozen import FrozenModel
from sim.facts.limits import MOST_SEED
from sim.parameters import Parameter, load_parameters
from sim.population.profile_file import PROFILES, load_profile, named_by_path
from sim.scenario import Campaign, Plan, Title, World
from sim.shipped import shipped
from sim.toml.check import check
from sim.toml.source import KeyPath, Place, TomlSource, each_problem, raise_all, read_toml

DEFAULT = shipped("calibration") / "county.toml"
MOST_PARAMETERS = 12
LEAST_VECTORS = 16


class CalibrationWorld(FrozenModel):
    """The world that is run, without any policy."""

    profile: str = Field(min_length=1, description="a shipped profile, or the path of a profile file (.toml)")
    villages: int = Field(ge=1, le=200_000, description="first villages of the generated world")
    start: dt.date = Field(description="first day; the world opens on its eve, after an opening year of its own")
    months: int = Field(ge=12, le=120, description="months to run")
    closure: Literal["endogenous", "fixed"] = "endogenous"
    population_seed: int = Field(default=1, ge=0, le=MOST_SEED)


class Effort(FrozenModel):
    """How much is tried."""

    seeds: int = Field(ge=1, le=1000, description="run seeds that every vector shares, counted from first_seed")
    first_seed: int = Field(default=1, ge=0, lt=2**40)
    budget: int = Field(ge=8, le=100_000, description="most vectors that may be evaluated")
    starts: int = Field(default=3, ge=1, le=64, description="starting points that are followed downhill")
    looked_at: int = Field(default=4, ge=1, le=64, description="points of the Latin hypercube looked at for each start")
    start_seed: int = Field(default=1, ge=0, lt=2**32, description="seed of the Latin hypercube and of the set's draws")
    vectors: int = Field(default=32, ge=LEAST_VECTORS, le=1000, description="vectors in the set")
    confidence: float = Field(default=0.95, gt=0.5, lt=1, description="of the chi-square bound of the set")


class Turned(FrozenModel):
    """A parameter that is turned."""

    name: str
    low: float | None = Field(default=None, description="lowest value tried; the parameter's own by default")
    high: float | None = None
    scale: Literal["linear", "log"] = "linear"
    step: float = Field(default=0.04, gt=0, le=0.3, description="step of finite differences, share of the range")


class Target(FrozenModel):
    """A figure that the model is held against."""

    id: str = Field(min_length=1)
    label: Title
    measure: str = Field(description="what is measured in the model; see experiments/calibrate/measures.py")
    value: float
    tolerance: float = Field(gt=0, description="one standard error of the figure, or half the width of its range")
    weight: float = Field(default=1.0, gt=0)
    unit: Title
    year: str = Field(min_length=1)
    source: str = Field(min_length=1)
    figure: str = Field(default="", description="id of the published figure or row, where it has one")
    role: Literal["fitted", "checked"] = Field(default="fitted", description="checked: shown, but not fitted to")

    @property
    def published(self) -> Figure:
        """The figure with its rule; what passes is one tolerance wide on either side."""
        return Figure(
            id=self.figure or self.id,
            label_en=self.label.en,
            label_zh=self.label.zh,
            role="fitted" if self.role == "fitted" else "check",
            group="moving",
            value=self.value,
            unit=self.unit.en,
            year=int(self.year) if self.year.isdecimal() else None,
            source=self.source,
            rule=Rule(tolerance=self.tolerance),
        )


class _File(FrozenModel):
    title: Title
    note: str = ""
    world: CalibrationWorld
    effort: Effort
    parameters: tuple[Turned, ...] = Field(min_length=1, max_length=MOST_PARAMETERS)
    targets: tuple[Target, ...] = Field(min_length=1)


class Spec(FrozenModel):
    """A specification, resolved: ranges filled in, everything checked."""

    id: str
    title: Title
    note: str = ""
    world: CalibrationWorld
    profile_digest: str
    effort: Effort
    parameters: tuple[Turned, ...]
    targets: tuple[Target, ...]

    @property
    def names(self) -> list[str]:
        """Full names of the parameters that are turned."""
        return [one.name for one in self.parameters]

    @property
    def fitted(self) -> list[Target]:
        """The targets that are fitted."""
        return [target for target in self.targets if target.role == "fitted"]

    @property
    def seeds(self) -> tuple[int, ...]:
        """The run seeds."""
        return tuple(range(self.effort.first_seed, self.effort.first_seed + self.effort.seeds))

    @property
    def measures(self) -> list[str]:
        """Every measure once, in the order of the targets."""
        return list(dict.fromkeys(target.measure for target in self.targets))

    def range(self, name: str) -> tuple[float, float]:
        """Lowest and highest value of a parameter."""
        one = next(one for one in self.parameters if one.name == name)
        assert one.low is not None and one.high is not None
        return one.low, one.high

    def plan(self) -> Plan:
        """The world as a plan without policies; the vectors go over its parameters."""
        return Plan(
            id=self.id,
            title=self.title,
            era="2012",
            horizon_months=self.world.months,
            closure=self.world.closure,
            world=World(
                profile=self.world.profile,
                villages=self.world.villages,
                population_seed=self.world.population_seed,
            ),
            campaign=Campaign(start=self.world.start, days=1),
            profile_digest=self.profile_digest,
        )

    def digest(self) -> str:
        """A hash of all that decides the set: not titles, labels, sources or checked targets."""
        content = {
            "plan": self.plan().digest(),
            "effort": self.effort.model_dump(),
            "parameters": [one.model_dump() for one in self.parameters],
            "targets": [[one.measure, one.value, one.tolerance, one.weight] for one in self.fitted],
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def changed(self, **effort: Any) -> Spec:
        """The same with another effort or number of villages; None changes nothing.

        Raises:
            UserError: A number is out of range.
        """
        villages = effort.pop("villages", None)
        table = {**self.effort.model_dump(), **{key: value for key, value in effort.items() if value is not None}}
        new, problems = check(Effort, table, lambda path: Place(f"--{path[-1]}" if path else "options"))
        if new is None:
            raise_all(problems)
        stated = {**self.world.model_dump(), **({} if villages is None else {"villages": villages})}
        world, problems = check(CalibrationWorld, stated, lambda path: Place(f"--{path[-1]}" if path else "options"))
        if world is None:
            raise_all(problems)
        return self.model_copy(update={"effort": new, "world": world})


def _books(path: Path) -> str:
    """A hash of a profile's books; not of the fit that is kept beside them, which follows from books and rules."""
    return hashlib.sha256(load_profile(str(path)).model_dump_json(exclude={"fitted"}).encode()).hexdigest()


def load_spec(path: Path | str | None = None) -> Spec:
    """Read a specification.

    Args:
        path: The file; the one that ships by default.

    Raises:
        UserError: Something in it is wrong; all problems are reported together, each with its line.
    """
    file_path = Path(path) if path is not None else DEFAULT
    source = read_toml(file_path)
    file, problems = check(_File, source.data, source.place)
    if file is None:
        raise_all(problems)
    problems += list(_world_problems(file, source))
    turned, wrong = _turned(file, source)
    problems += wrong
    problems += list(_target_problems(file, source))
    if problems:
        raise_all(problems)
    profile = _profile_file(file.world.profile, file_path.parent)
    world = file.world
    if profile.parent != PROFILES:
        world = world.model_copy(update={"profile": profile.resolve().as_posix()})
    return Spec(
        id=file_path.stem,
        title=file.title,
        note=file.note,
        world=world,
        profile_digest=_books(profile),
        effort=file.effort,
        parameters=turned,
        targets=file.targets,
    )


def fitted_figures(path: Path | None = None) -> dict[str, str]:
    """Ids of the published figures that a specification fits, each with the target that fits it.

    Args:
        path: The specification; the one that ships by default.
    """
    return {target.figure: target.id for target in load_spec(path).fitted if target.figure}


def _profile_file(name: str, folder: Path) -> Path:
    return folder / name if named_by_path(name) else PROFILES / f"{name}.toml"


def _world_problems(file: _File, source: TomlSource) -> Iterator[UserError]:
    try:
        load_profile(file.world.profile, source.path.parent)
    except UserError as error:
        place = source.place(("world", "profile"))
        yield from (one if one.file else place.of(one) for one in each_problem(error))
    era = ERAS["2012"]
    if not era.first <= file.world.start <= era.last or file.world.start.day != 1:
        place = source.place(("world", "start"))
        allowed = f"the first of a month, {era.days}"
        yield place.error(f"{file.world.start} is no day to open on", field="world.start", allowed=allowed)
    least = len(file.parameters) + 1 + file.effort.vectors
    if file.effort.budget < least:
        place = source.place(("effort", "budget"))
        problem = f"{file.effort.budget} evaluations are not enough for {len(file.parameters)} parameters and the set"
        yield place.error(problem, field="effort.budget", allowed=f"{least} or more")


def _turned(file: _File, source: TomlSource) -> tuple[tuple[Turned, ...], list[UserError]]:
    """The parameters with their full names and ranges."""
    known = load_parameters()
    found: list[Turned] = []
    problems: list[UserError] = []
    for i, one in enumerate(file.parameters):
        at: KeyPath = ("parameters", i)
        try:
            entry = known.find(one.name)
        except UserError as error:
            problems.append(source.place((*at, "name")).of(error))
            continue
        if isinstance(entry.value, tuple) or isinstance(entry.low, tuple) or isinstance(entry.high, tuple):
            place = source.place((*at, "name"))
            problems.append(place.error("is a list of numbers; only single numbers can be turned", field=entry.key))
            continue
        turned = one.model_copy(
            update={
                "name": entry.key,
                "low": float(entry.low if one.low is None else one.low),
                "high": float(entry.high if one.high is None else one.high),
            }
        )
        if problem := _range_problem(turned, entry):
            problems.append(
                source.place(at).error(problem, field=entry.key, allowed=f"{entry.low:g} to {entry.high:g}")
            )
        if entry.key in (other.name for other in found):
            problems.append(source.place(at).error("stands here twice", field=entry.key))
        found.append(turned)
    return tuple(found), problems


def _range_problem(turned: Turned, entry: Parameter) -> str | None:
    assert turned.low is not None and turned.high is not None
    assert not isinstance(entry.low, tuple) and not isinstance(entry.high, tuple)
    if not turned.low < turned.high:
        return f"low {turned.low:g} is not below high {turned.high:g}"
    if turned.low < entry.low or turned.high > entry.high:
        return f"{turned.low:g} to {turned.high:g} leaves the parameter's range"
    if turned.scale == "log" and turned.low <= 0:
        return "a logarithmic scale needs values above 0"
    return None


def _target_problems(file: _File, source: TomlSource) -> Iterator[UserError]:
    seen: set[str] = set()
    for i, target in enumerate(file.targets):
        if target.id in seen:
            yield source.place(("targets", i)).error("a second target has this id", field=target.id)
        seen.add(target.id)
        try:
            parse_measure(target.measure, file.world.months)
        except UserError as error:
            yield source.place(("targets", i, "measure")).of(error)
    fitted = [target for target in file.targets if target.role == "fitted"]
    if not fitted:
        yield source.place(("targets",)).error("no target is fitted", field="targets", mend='give one role = "fitted"')


def parameter_values(spec: Spec) -> Mapping[str, float]:
    """The values at which the parameter files have the parameters now."""
    known = load_parameters()
    return {name: float(known.find(name).value) for name in spec.names}  # type: ignore[arg-type]
