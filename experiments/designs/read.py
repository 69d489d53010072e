"""From a design file to a design: every address tried, every name and outcome checked, all problems said together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from experiments.designs.constraints import wrong
from experiments.designs.design import (
    TIMES,
    Constraint,
    Design,
    Lever,
    Objective,
    Sample,
    Seeds,
    Uncertainty,
    Value,
)
from experiments.designs.outcomes import parse
from experiments.designs.reach import policies_of, purses_of
from experiments.designs.vectors import kept
from sim.core.errors import UserError
from sim.core.frozen import FrozenModel
from sim.core.text import OneLine
from sim.scenario import Plan, Title, find_scenario, load_plans
from sim.scenario.settings import NoFile, Setting
from sim.shipped import shipped
from sim.toml.check import check
from sim.toml.reading import is_there
from sim.toml.source import KeyPath, TomlSource, each_problem, meant, raise_all, read_toml, show

DESIGNS = shipped("designs")
MOST_LEVERS = 100
_AS_WRITTEN = ("title", "note", "parameters", "sample", "points", "seeds", "constraints", "objectives", "front")


class _File(FrozenModel):
    """A design file as it is written."""

    title: Title
    note: OneLine = ""
    scenarios: tuple[str, ...] = Field(min_length=1, description="scenario files, from here; or names that ship")
    settings: Mapping[str, Any] = Field(default={}, description="settings laid over every scenario, by address")
    levers: tuple[Lever, ...] = Field(min_length=1, max_length=MOST_LEVERS)
    uncertainties: tuple[Uncertainty, ...] = ()
    parameters: Literal["point", "calibrated", "ranges"] = "point"
    sample: Sample = Sample()
    points: tuple[Mapping[str, Value], ...] = ()
    seeds: Seeds = Seeds()
    outcomes: tuple[Annotated[str, Field(min_length=1)], ...] = Field(min_length=1)
    constraints: tuple[Constraint, ...] = ()
    objectives: tuple[Objective, ...] = ()
    front: bool = False


def shipped_designs() -> dict[str, Path]:
    """The designs that ship, by name."""
    return {path.stem: path for path in sorted(DESIGNS.glob("*.toml"))}


def find_design(name: str | Path) -> Path:
    """The file that a user means: a path, or the name of a shipped design.

    Raises:
        UserError: There is neither.
    """
    if is_there(Path(name)):
        return Path(name)
    if (path := shipped_designs().get(str(name))) is not None:
        return path
    raise UserError(f"there is no design file or shipped design '{name}'", **meant(Path(name).stem, shipped_designs()))


def load_design(name: str | Path, overrides: Sequence[str | Setting] = (), code: Sequence[str | Path] = ()) -> Design:
    """Read a design.

    Args:
        name: A design file, or the name of a shipped one.
        overrides: Settings laid over its scenarios, with the grammar of `--set`; they win over the file's own.
        code: Python files whose policies, rules and observers the scenarios may name.

    Raises:
        UserError: Something is wrong; all problems found are reported together, each with its file and line.
    """
    path = find_design(name)
    source = read_toml(path)
    file, problems = check(_File, _times(source.data), source.place)
    if file is None:
        raise_all(problems)
    reader = _Reader(file, source)
    design = reader.design(path.stem, overrides, code)
    if design is None or reader.problems:
        raise_all(reader.problems)
    return design


def scenarios_of(name: str | Path) -> list[str]:
    """The scenarios that a design file names, as files or names that ship; what is wrong is said when it is loaded.

    Raises:
        UserError: As `find_design`, or the file is not TOML.
    """
    path = find_design(name)
    named = read_toml(path).data.get("scenarios")
    texts = [one for one in named if isinstance(one, str)] if isinstance(named, list) else []
    return [str(path.parent / one) if is_there(path.parent / one) else one for one in texts]


def _times(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """A lever of multiples without values has the usual ones."""
    levers = data.get("levers")
    if not isinstance(levers, list):
        return data
    given = ("values", "low", "high")
    filled = [
        {**one, "values": list(TIMES)}
        if isinstance(one, dict) and one.get("times") is True and not any(key in one for key in given)
        else one
        for one in levers
    ]
    return {**data, "levers": filled}


class _Reader:
    """One file on its way to a design."""

    def __init__(self, file: _File, source: TomlSource) -> None:
        self.file, self.source = file, source
        self.problems: list[UserError] = []

    def design(self, id: str, overrides: Sequence[str | Setting], code: Sequence[str | Path]) -> Design | None:
        """The design; None if it cannot be made at all."""
        for what in ("levers", "constraints", "objectives"):
            self._ids(what, [one.id for one in getattr(self.file, what)])
        sound = [self._range(lever, ("levers", index)) for index, lever in enumerate(self.file.levers)]
        self._sample()
        plans = self._plans(overrides, code)
        if not plans:
            return None
        self._constraints(plans)
        design = Design(
            id=id,
            scenarios=tuple(plans),
            levers=tuple(map(_costed, self.file.levers)),
            uncertainties=self._uncertainties(plans),
            outcomes=self._outcomes(plans),
            **{name: getattr(self.file, name) for name in _AS_WRITTEN},
        )
        for index, lever in enumerate(design.levers):
            if sound[index]:
                self._tried(design, lever, ("levers", index))
        return design

    def _say(self, at: KeyPath, problem: str, **more: Any) -> None:
        field = ".".join(str(part) for part in at)
        self.problems.append(self.source.place(at).error(problem, field=more.pop("field", field), **more))

    # --- scenarios ---

    def _plans(self, overrides: Sequence[str | Setting], code: Sequence[str | Path]) -> list[Plan]:
        files: list[Path] = []
        for index, name in enumerate(self.file.scenarios):
            beside = self.source.path.parent / name
            try:
                files.append(beside if is_there(beside) else find_scenario(name))
            except UserError as error:
                self._say(
                    ("scenarios", index), error.problem, field="scenarios", allowed=error.allowed, mend=error.mend
                )
        said = {one.partition("=")[0].strip() if isinstance(one, str) else ".".join(one.keys) for one in overrides}
        own = [
            Setting(address, value, NoFile(str(self.source.path), self.source.place(("settings", *path)).line))
            for path, address, value in _flat(self.file.settings)
            if ".".join(address) not in said
        ]
        try:
            return load_plans(files, [*own, *overrides], code) if len(files) == len(self.file.scenarios) else []
        except UserError as error:
            self.problems += each_problem(error)
            return []

    # --- levers ---

    def _ids(self, what: str, ids: Sequence[str]) -> None:
        for index, one in enumerate(ids):
            if one in ids[:index]:
                self._say((what, index, "id"), f"the id '{one}' is used twice", field=f"{what}.id")

    def _range(self, lever: Lever, at: KeyPath) -> bool:
        """Whether it is said how far a lever is moved."""
        field, found = f"levers.{lever.id}", len(self.problems)
        ends = [key for key in ("low", "high") if getattr(lever, key) is not None]
        if lever.values and (ends or lever.step is not None):
            self._say(at, "states both values and a range", field=field, mend="leave values or low, high and step out")
        elif not lever.values and len(ends) < 2:
            mend = "write values = [...], or low = ... and high = ..."
            self._say(at, "says not how far it is moved", field=field, mend=mend)
        elif not lever.values:
            self._ends(lever, at, field)
        elif len(set(map(str, lever.values))) < len(lever.values):
            self._say((*at, "values"), "a value stands twice", field=field)
        if lever.times and not all(isinstance(one, (int, float)) and one >= 0 for one in lever.values):
            self._say((*at, "values"), "multiples are numbers from 0 up", field=field)
        if not lever.addresses:
            self._say((*at, "address"), "names no address", field=field)
        return len(self.problems) == found

    def _ends(self, lever: Lever, at: KeyPath, field: str) -> None:
        assert lever.low is not None and lever.high is not None
        if not lever.low < lever.high:
            self._say((*at, "low"), f"low {lever.low:g} is not below high {lever.high:g}", field=field)
        elif lever.scale == "log" and lever.low <= 0:
            self._say((*at, "low"), "a logarithmic scale needs values above 0", field=field)
        elif lever.step is not None and (lever.high - lever.low) / lever.step > 10_000:
            self._say((*at, "step"), "more than 10,000 steps", field=field, mend="take larger steps")

    def _tried(self, design: Design, lever: Lever, at: KeyPath) -> None:
        """Whether every scenario that has a lever is a valid plan wherever it may be moved."""
        field = f"levers.{lever.id}"
        having = [plan for plan in design.scenarios if design.has(plan, lever)]
        for address in lever.addresses:
            if not any(address in design.now(plan, lever) for plan in having):
                self._unknown(design, address, (*at, "address"), field)
                return
        for plan in having:
            now = design.at(plan)[lever.id]
            if lever.times and not all(map(_is_number, design.now(plan, lever).values())):
                self._say((*at, "times"), "the scenario states no number to multiply", field=field)
                return
            for value in _to_try(lever, now):
                if problem := self._refused(design, plan, lever, value):
                    self.problems.append(problem)
                    return
            if now is None:
                mend = "say where it stands while others are moved: at = ..."
                self._say(at, f"the scenario '{plan.id}' leaves it open", field=field, mend=mend)
                return

    def _refused(self, design: Design, plan: Plan, lever: Lever, value: Value) -> UserError | None:
        """Why a scenario would not be valid with a lever there; None if it would."""
        try:
            design.plan(plan, {lever.id: value})
        except UserError as error:
            told = each_problem(error)[0]
            problem = f"cannot be {show(value)} in '{plan.id}': {told.problem}"
            ids = [one.id for one in self.file.levers]
            place = self.source.place(("levers", ids.index(lever.id)))
            return place.error(problem, field=f"levers.{lever.id}", allowed=told.allowed, mend=told.mend)
        return None

    def _unknown(self, design: Design, address: str, at: KeyPath, field: str) -> None:
        """Say of an address that no scenario has, what is there."""
        head, _, rest = address.partition(".")
        name = rest.partition(".")[0]
        content = [plan.resolved() for plan in design.scenarios]
        plural = {"policy": "policies", "purse": "purses"}.get(head, head)
        if plural in ("policies", "purses"):
            known = {str(one.get("label", one.get("id"))) for every in content for one in every.get(plural, ())}
        else:
            known = {key for every in content for key in every.get(plural, ())}
        self._say(at, f"no scenario has '{address}'", field=field, **meant(name, known))

    # --- what is looked at, what binds, what is wanted ---

    def _outcomes(self, plans: Sequence[Plan]) -> tuple[str, ...]:
        found = dict.fromkeys(self.file.outcomes)
        for index, text in enumerate(self.file.outcomes):
            self._outcome(text, plans, ("outcomes", index))
        asked = [(("objectives", index, "outcome"), one.outcome) for index, one in enumerate(self.file.objectives)]
        bound = [(("constraints", index, "outcome"), one.outcome) for index, one in enumerate(self.file.constraints)]
        for at, outcome in (*asked, *bound):
            if outcome and self._outcome(outcome, plans, at):
                found.setdefault(outcome)
        return tuple(found)

    def _outcome(self, text: str, plans: Sequence[Plan], at: KeyPath) -> bool:
        try:
            for plan in plans:
                parse(text, plan.horizon_months, plan.own_results())
        except UserError as error:
            self._say(at, error.problem, allowed=error.allowed, mend=error.mend)
            return False
        return True

    def _uncertainties(self, plans: Sequence[Plan]) -> tuple[Uncertainty, ...]:
        found: list[Uncertainty] = []
        for index, one in enumerate(self.file.uncertainties):
            at: KeyPath = ("uncertainties", index)
            try:
                entry = plans[0].parameters().find(one.name)
            except UserError as error:
                self.problems.append(self.source.place((*at, "name")).of(error))
                continue
            if isinstance(entry.value, tuple) or isinstance(entry.low, tuple) or isinstance(entry.high, tuple):
                self._say((*at, "name"), "is a list of numbers; only single numbers can be drawn", field=entry.key)
                continue
            if (why := kept(entry)) is not None and one.low is None:
                self._say((*at, "name"), f"is not drawn: {why}", field=entry.key)
                continue
            low = float(entry.low if one.low is None else one.low)
            high = float(entry.high if one.high is None else one.high)
            if not entry.low <= low < high <= entry.high:
                allowed = f"a range within {entry.low:g} to {entry.high:g}"
                self._say(at, f"{low:g} to {high:g} will not do", field=entry.key, allowed=allowed)
            elif entry.key in (other.name for other in found):
                self._say(at, "stands here twice", field=entry.key)
            found.append(Uncertainty(name=entry.key, low=low, high=high))
        return tuple(found)

    def _sample(self) -> None:
        known = {one.id: one for one in self.file.levers}
        if self.file.sample.method == "list" and not self.file.points:
            self._say(("sample", "method"), "no points are listed", mend="write [[points]] tables")
        if self.file.points and self.file.sample.method != "list":
            self._say(("points", 0), "points are listed, but not asked for", mend='write method = "list" in [sample]')
        if self.file.seeds.limit < self.file.seeds.replicates and self.file.seeds.precision is not None:
            self._say(("seeds", "limit"), f"limit {self.file.seeds.limit} is below replicates")
        for index, point in enumerate(self.file.points):
            for name in point:
                if name not in known:
                    self._say(("points", index, name), f"there is no lever '{name}'", **meant(name, known))

    def _constraints(self, plans: Sequence[Plan]) -> None:
        levers = {one.id for one in self.file.levers}
        purses = {purse.id for plan in plans for purse in plan.purses}
        for index, one in enumerate(self.file.constraints):
            at: KeyPath = ("constraints", index)
            field = f"constraints.{one.id}"
            for name in one.levers:
                if name not in levers:
                    self._say((*at, "levers"), f"there is no lever '{name}'", field=field, **meant(name, levers))
            if one.purse is not None and one.purse not in purses:
                self._say((*at, "purse"), f"there is no purse '{one.purse}'", field=field, **meant(one.purse, purses))
            for problem, key in wrong(one):
                self._say((*at, key), problem, field=field)

    def _objectives(self, plans: Sequence[Plan]) -> None:
        if self.file.front and len(self.file.objectives) < 2:
            self._say(("front",), "a front needs two objectives or more", mend="add one, or leave front out")


def _costed(lever: Lever) -> Lever:
    """A lever with what a unit of it costs, where that is plain: a yuan of a budget costs a yuan."""
    budget = all(address.endswith("budget_yuan") for address in lever.addresses)
    plain = lever.yuan_each is None and lever.unit == "yuan" and budget and not lever.times
    return lever.model_copy(update={"yuan_each": 1.0}) if plain else lever


def _to_try(lever: Lever, now: Value) -> Iterator[Value]:
    """Values at which a lever is tried: where it stands, every choice or the ends of its numbers, and one between."""
    if now is not None:
        yield now
    if not lever.values:
        yield from (lever.at_quantile(0.0), lever.at_quantile(1.0), *lever.levels[1:2], lever.at_quantile(0.37))
    elif all(map(_is_number, lever.values)):
        whole = (one for one in lever.values if isinstance(one, float) and not one.is_integer())
        yield from (min(lever.values), max(lever.values), *whole)
    else:
        yield from lever.values


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _flat(table: Mapping[str, Any], path: KeyPath = ()) -> Iterator[tuple[KeyPath, tuple[str, ...], Any]]:
    """Settings where they stand and by their addresses, also where the file has them as tables."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, (*path, key))
        else:
            yield (*path, key), tuple(part for one in (*path, key) for part in str(one).split(".")), value


__all__ = ["DESIGNS", "find_design", "load_design", "policies_of", "purses_of", "shipped_designs"]
