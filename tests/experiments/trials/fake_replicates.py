"""Replicates with known answers: effect 2 among trials whose own error is 1, and what a test asks to go wrong."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from experiments.trials.estimate import Estimate
from experiments.trials.file import Trial
from experiments.trials.replicate_result import ReplicateResult
from sim.core.errors import UserError

RUN, PREPARE = "fake_replicates:run", "fake_replicates:prepare"
EFFECT, SE = 2.0, 1.0


def prepare(trial: Trial) -> Any:
    """What every replicate shares; here nothing but the trial."""
    if "books" in _knobs():
        raise UserError("the books do not go together", file=trial.file, field="world.books.income.yuan_per_head")
    if trial.digest() == _knobs().get("unfit"):
        raise UserError("the books do not go together", file=trial.file, field="world.books")
    return trial


def run(trial: Trial, seed: int) -> ReplicateResult:
    """One replicate; the environment variable FAKE says what goes wrong, and where to leave a mark of each run."""
    knobs = _knobs()
    if "marks" in knobs:
        with open(Path(knobs["marks"]), "a") as file:
            file.write(f"{trial.id} {seed}\n")
    if seed in knobs.get("fail", ()):
        raise ZeroDivisionError("nothing to divide by")
    if seed in knobs.get("stop", ()):
        raise KeyboardInterrupt
    found = {}
    for number, outcome in enumerate(trial.outcomes):
        draw = float(np.random.default_rng([seed, number]).normal(EFFECT, SE))
        effect = float("nan") if seed in knobs.get("undefined", ()) else draw
        found[outcome.name] = Estimate(effect, SE, 9.0, 50.0, 10.0, 100, 10)
    quantiles = {one.name: tuple(10 * q for q in one.quantiles) for one in trial.outcomes if one.quantiles}
    return ReplicateResult(found, {"control": 0.05, "offer": 0.25}, quantiles, {"surveyed": 100.0})


def _knobs() -> dict[str, Any]:
    knobs: dict[str, Any] = json.loads(os.environ.get("FAKE", "{}"))
    return knobs
