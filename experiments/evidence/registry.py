"""Views of the model and the measures taken from them: what `village evidence` runs, and how each number is made.

A view lives one seed of the model (or a pair of runs) and returns what was seen. A measure is a function of that: its
name is what a target names, its docstring says what it measures. Both are found by name, so that a stored run knows
which view it is of and a target file with a wrong name is told so.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from experiments.evidence.nulls import NullWorld, null_worlds
from experiments.runs.runfile import Columns, Table

MODULES = ("start", "path", "passing", "mobility", "weather", "disaster", "illness", "orchards", "lending", "campaign")
MEASURES = Table("measures", {"name": "text", "value": "float64"})
SERIES = Table("series", {"name": "text", "year": "int16", "value": "float64"})
"""Yearly; `year` counts from the first value."""
TABLES = (MEASURES, SERIES)

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class View:
    """A way of running the model.

    Attributes:
        name: Its name, that of its function.
        look: Called with (villages, seed, null world or None), returns what was seen.
        villages: How many villages it lives in.
        quick: The same for a quick look.
        seeds: How many seeds.
        series: Names of the yearly series it keeps for drawing.
    """

    name: str
    look: Callable[[int, int, NullWorld | None], Any]
    villages: int
    quick: int
    seeds: int
    series: tuple[str, ...] = ()


@dataclass(frozen=True)
class ViewMeasure:
    """A number taken from what a view saw."""

    name: str
    view: str
    take: Callable[[Any], float]

    @property
    def about(self) -> str:
        """What it measures: the first paragraph of its docstring."""
        return " ".join((inspect.getdoc(self.take) or "").split("\n\n")[0].split())


@dataclass(frozen=True)
class Task:
    """One view in so many villages, of the model or of a null world: what a worker is told."""

    view: str
    villages: int
    null: str = ""

    @property
    def name(self) -> str:
        """What its runs are kept under."""
        return f"{self.view}-{self.null}" if self.null else self.view

    def digest(self) -> str:
        """A hash of the task and of the code that looks and measures."""
        stir = hashlib.blake2b(f"{self.view} {self.villages}".encode(), digest_size=16)
        if self.null:
            null = null_worlds()[self.null]
            stir.update(repr((sorted(null.place.items()), null.closure)).encode())
        for file in sorted(Path(__file__).parent.glob("*.py")):
            if file.stem in (*MODULES, "registry", "living", "nulls"):
                stir.update(file.read_bytes())
        return stir.hexdigest()


_VIEWS: dict[str, View] = {}
_MEASURES: dict[str, ViewMeasure] = {}


def view(villages: int, quick: int, seeds: int, series: tuple[str, ...] = ()) -> Callable[[F], F]:
    """Declare a view; see `View`."""

    def declare(look: F) -> F:
        _VIEWS[look.__name__] = View(look.__name__, look, villages, quick, seeds, series)
        return look

    return declare


def measure(view_name: str) -> Callable[[F], F]:
    """Declare a measure of a view; its name is the function's."""

    def declare(take: F) -> F:
        _MEASURES[take.__name__] = ViewMeasure(take.__name__, view_name, take)
        return take

    return declare


def add_measure(name: str, view_name: str, take: Callable[[Any], float]) -> None:
    """Declare a measure that is made rather than written, such as one for each line of a list."""
    _MEASURES[name] = ViewMeasure(name, view_name, take)


@lru_cache
def views() -> Mapping[str, View]:
    """Every view, by name."""
    for module in MODULES:
        import_module(f"experiments.evidence.{module}")
    return _VIEWS


@lru_cache
def measures() -> Mapping[str, ViewMeasure]:
    """Every measure, by name."""
    views()
    return _MEASURES


def look(task: Task, seed: int) -> dict[str, Columns]:
    """Run a view under a seed and take all of its measures: what a worker calls.

    Args:
        task: Which view, in how many villages.
        seed: Seed of the run and of its population.
    """
    found = views()[task.view]
    seen = found.look(task.villages, seed, null_worlds()[task.null] if task.null else None)
    taken = {one.name: float(one.take(seen)) for one in measures().values() if one.view == task.view}
    series = {name: np.asarray(getattr(seen, name), dtype=np.float64).tolist() for name in found.series}
    return tables_of(taken, series)


def tables_of(taken: Mapping[str, float], series: Mapping[str, Sequence[float]]) -> dict[str, Columns]:
    """What is stored of a run: its measures and its yearly series, by name."""
    rows = [(name, year, value) for name, values in series.items() for year, value in enumerate(values)]
    return {
        MEASURES.name: {"name": list(taken), "value": list(taken.values())},
        SERIES.name: {column: [row[place] for row in rows] for place, column in enumerate(SERIES.columns)},
    }


def warm_up() -> None:
    """Compile the model once, before workers start."""
    from sim.running import warm_up as compile_all

    compile_all()
