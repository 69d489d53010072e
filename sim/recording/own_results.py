"""Results and groups of the user's own: what an observer declares, and what it gives in a run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from sim.core.errors import UserError
from sim.core.frozen import FrozenDict, FrozenModel
from sim.core.guard import only_reads
from sim.core.text import OneLine
from sim.county import County
from sim.indicators.arrays import group_means
from sim.recording.observer import Observer
from sim.toml.check import check
from sim.toml.source import Place, meant, raise_all

Masks = Mapping[str, NDArray[np.bool_]]
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_LABEL = Field(min_length=1, max_length=300)


class Result(FrozenModel):
    """A number of each run and month: how it is counted, its names, and which way is better."""

    unit: Literal["yuan", "share", "index", "count", "people", "households", "villages"]
    label_en: OneLine = _LABEL
    label_zh: OneLine = _LABEL
    better: Literal["more", "less"] = "more"


class _Names(FrozenModel):
    """A group's names."""

    label_en: OneLine = _LABEL
    label_zh: OneLine = _LABEL


class Declared(FrozenModel):
    """Results and groups by their names."""

    results: Annotated[Mapping[str, Result], AfterValidator(FrozenDict)] = FrozenDict()
    groups: Annotated[Mapping[str, tuple[str, str]], AfterValidator(FrozenDict)] = FrozenDict()


NOTHING = Declared()


def declared(cls: type[Observer], file: Path) -> Declared:
    """What an observer's class declares.

    Args:
        cls: The class.
        file: Where it stands, for messages.

    Raises:
        UserError: A name is none, a unit is unknown, or a label is missing; all problems are reported together.
    """
    problems: list[UserError] = []

    def entries(field: str, model: type[Any]) -> dict[str, Any]:
        tables, found = getattr(cls, field), {}
        if not isinstance(tables, Mapping):
            problems.append(UserError("must be a dict, by name", file=file, field=f"{cls.__name__}.{field}"))
            return {}
        for name, table in tables.items():
            where = f"{cls.__name__}.{field}.{name}"
            if not isinstance(name, str) or not _NAME.fullmatch(name):
                problem = "must be named by small letters, digits and underscores, beginning with a letter"
                problems.append(UserError(problem, file=file, field=where))
                continue
            if model is _Names and isinstance(table, (tuple, list)) and len(table) == len(_Names.model_fields):
                table = dict(zip(_Names.model_fields, table, strict=True))
            entry, wrong = check(model, table, lambda _: Place(str(file)), name=where)
            problems.extend(wrong)
            if entry is not None:
                found[name] = entry
        return found

    results = entries("results", Result)
    groups = {name: (one.label_en, one.label_zh) for name, one in entries("groups", _Names).items()}
    if problems:
        raise_all(problems)
    return Declared(results=results, groups=groups)


def together(of_each: Iterable[Declared]) -> Declared:
    """What several observers declare.

    Raises:
        UserError: Two of them give one name.
    """
    results: dict[str, Result] = {}
    groups: dict[str, tuple[str, str]] = {}
    for one in of_each:
        for name in (*(results.keys() & one.results.keys()), *(groups.keys() & one.groups.keys())):
            raise UserError(f"two observers declare '{name}'", field="observers", mend="give one of them another name")
        results |= one.results
        groups |= one.groups
    return Declared(results=results, groups=groups) if results or groups else NOTHING


class OwnResults:
    """Asks observers for what they declare, and holds them to it.

    Args:
        observers: The plan's own.
    """

    def __init__(self, observers: Sequence[Observer] = ()) -> None:
        self.observers = tuple(observers)
        self.groups: tuple[str, ...] = ()

    def members(self, county: County, taken: Masks) -> dict[str, NDArray[np.bool_]]:
        """Which households belong to each of their groups; those of the model are `taken`.

        Raises:
            UserError: A group is missing, not declared or one of the model's, or its mask is none of the households.
        """
        found: dict[str, NDArray[np.bool_]] = {}
        for observer in self.observers:
            with only_reads(observer, county.rows, county.date):
                given = _as_declared(observer, "groups", observer.members(county) if observer.groups else {})
            for name, mask in given.items():
                if name in taken:
                    raise _error(observer, f"groups.{name}", "is a group of the model", mend="give it another name")
                column = np.asarray(mask)
                if column.dtype != np.bool_ or column.shape != county.keys.shape:
                    what = f"must be true or false for each of {len(county.keys)} households, found {_seen(column)}"
                    raise _error(observer, f"groups.{name}", what)
                found[name] = column.copy()
        self.groups = tuple(found)
        return found

    def values(self, county: County, groups: Masks, persons: NDArray[np.float64]) -> dict[str, dict[str, float]]:
        """Their results as they stand, by group: a number is everyone's, a column a mean over each group's persons.

        Raises:
            UserError: A result is missing or not declared, or is neither a number nor a column of the households.
        """
        columns: dict[str, NDArray[np.float64]] = {}
        numbers: dict[str, float] = {}
        for observer in self.observers:
            with only_reads(observer, county.rows, county.date):
                given = _as_declared(observer, "results", observer.values(county) if observer.results else {})
            for name, value in given.items():
                column = np.asarray(value)
                if column.dtype.kind not in "biuf" or column.shape not in ((), county.keys.shape):
                    what = f"must be a number, or one for each of {len(county.keys)} households, found {_seen(column)}"
                    raise _error(observer, f"results.{name}", what)
                if column.ndim and not np.isfinite(column).all():
                    raise _error(observer, f"results.{name}", "is not a finite number for every household")
                if column.ndim:
                    columns[name] = column.astype(np.float64)
                else:
                    numbers[name] = float(column)
        found = group_means(columns, groups, persons) if columns else {}
        return {**found, "all": {**found.get("all", {}), **numbers}} if numbers else found


def refuse_taken(name: str) -> UserError:
    """The complaint that the model has a result of that name itself."""
    return UserError("is a result of the model", field=f"results.{name}", mend="give it another name")


def _as_declared(observer: Observer, field: str, given: object) -> Mapping[str, Any]:
    names = getattr(type(observer), field)
    what = "members" if field == "groups" else "values"
    if not isinstance(given, Mapping):
        raise _error(observer, what, f"must give a dict, by name, found {type(given).__name__}")
    for name in given:
        if name not in names:
            raise _error(observer, what, f"gives '{name}', which is not among its {field}", **meant(str(name), names))
    for name in names:
        if name not in given:
            raise _error(observer, what, f"does not give '{name}'", mend=f"it stands among its {field}")
    return given


def _seen(column: NDArray[Any]) -> str:
    size = f"{column.size} of type {column.dtype}" if column.ndim else f"one value of type {column.dtype}"
    return size if column.dtype != object else "something else"


def _error(observer: Observer, field: str, problem: str, **hint: Any) -> UserError:
    return UserError(problem, field=f"{type(observer).__name__}.{field}", **hint)
