"""A stand-in for the model whose sensitivities are known, and a process that tests can kill.

Scenario "plain" gives 1000 yuan and the seed's luck, "better" gives 4 yuan more and what its parameters add: the first
twelve parameters that have a range count in the order of WEIGHTS, by where in their range they stand, so that the
first moves the advantage by 12 yuan from end to end, the next by 10, and so on. What the environment variable FAKE
says may go wrong goes wrong. "persons" is the same everywhere.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from experiments.designs.sweep import Sweep, sweep
from experiments.runs.store import Store
from experiments.sensitivity.factors import Factor, choose
from sim.core.errors import Unfittable
from sim.core.frozen import FrozenDict
from sim.parameters import load_parameters
from sim.scenario import Campaign, Plan, Title, World

EVALUATE = "fake_model:evaluate"
WEIGHTS = (12.0, 10.0, 8.0, 6.0, 5.0, 1.0, 0.5, 0.3, 0.2, 0.1, 0.0, 0.0)
ADVANTAGE = 4.0
OUTCOME = "income_yuan@36:all"


def plan(name: str, **uncertainties: float) -> Plan:
    """A plan that says no more than its name and parameters."""
    return Plan(
        id=name,
        title=Title(en=name.title(), zh=f"方案{name}"),
        era="2012",
        horizon_months=36,
        closure="fixed",
        world=World(profile="five_villages", villages=5),
        campaign=Campaign(start=dt.date(2012, 12, 24), days=100),
        uncertainties=FrozenDict(uncertainties),
    )


def pair() -> list[Plan]:
    """The two scenarios."""
    return [plan("plain"), plan("better")]


def factors() -> list[Factor]:
    """The twelve parameters, the most important first."""
    return choose("all", pair())[: len(WEIGHTS)]


def manifest(version: str = "test") -> dict[str, object]:
    """Enough for a store to begin."""
    return {"code_version": version, "scenarios": []}


_FACTORS: list[Factor] = []


@cache
def _shipped() -> Mapping[str, Any]:
    return load_parameters().values


def evaluate(of: Plan, seed: int, outcomes: Sequence[str]) -> list[float]:
    """The outcomes, in yuan; a headcount falls as income rises."""
    knobs = json.loads(os.environ.get("FAKE", "{}"))
    if not _FACTORS:
        _FACTORS.extend(factors())
    if "delay" in knobs:
        time.sleep(knobs["delay"])
    if "log" in knobs:
        with open(knobs["log"], "a") as file:
            file.write(f"{of.id} {seed}\n")
    values = {**_shipped(), **{key.split(".")[1]: x for key, x in of.uncertainties.items()}}
    places = [(values[f.parameter.name] - f.low) / (f.high - f.low) for f in _FACTORS]
    if places[0] > knobs.get("books_above", 2):
        raise Unfittable("2.8 workers in a household of 4.3", field="household.workers")
    if places[1] > knobs.get("fail_above", 2):
        raise ZeroDivisionError("nothing to divide by")
    income = 1000.0 + np.random.default_rng(seed).normal(0, 50)
    if of.id == "better":
        now = [(f.base - f.low) / (f.high - f.low) for f in _FACTORS]
        income += ADVANTAGE + sum(w * (u - v) for w, u, v in zip(WEIGHTS, places, now, strict=True))
        income += np.random.default_rng([seed, 7]).normal(0, 0.5)
    if places[2] > knobs.get("nan_above", 2):
        income = float("nan")
    numbers = {"headcount": 1.0 - income / 2000.0, "persons": 4000.0}
    return [numbers.get(text.partition("@")[0], income) for text in outcomes]


def swept(results: Path, points: int = 12, workers: int = 0) -> Sweep:
    """A sweep of the first parameter, through its range."""
    first = factors()[0]
    vectors = [{first.key: first.at(number / (points - 1))} for number in range(points)]
    with Store(results, "swept") as store:
        store.begin(manifest(), {})
        return sweep(
            vectors, plans=pair(), outcomes=[OUTCOME], seeds=[1, 2], store=store, workers=workers, evaluate=EVALUATE,
            program="test",
        )  # fmt: skip


if __name__ == "__main__":
    swept(Path(sys.argv[1]), workers=2)
