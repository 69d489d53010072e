"""A model with known answers, quick to ask, and a process to calibrate it in that a test can kill.

Growth rises with the farm trend, a little with the inclination to leave; who is away follows that inclination; what a
course adds to yields is the product of two parameters, which no target can tell apart. Every seed moves growth by the
same amount for all vectors.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from math import exp
from pathlib import Path
from typing import Any

import numpy as np

RUN = "stand_in:evaluate"
FARM, LEAVE = "trend.volume_growth", "labour.leave_base"
SKILL, GAIN = "farm.skill_yield", "policies.course_gain"
TRUTH = {FARM: 0.05, LEAVE: 0.4, SKILL: 0.8, GAIN: 0.3}

PARAMETERS = f"""
[[parameters]]
name = "{FARM}"
low = 0.0
high = 0.09
[[parameters]]
name = "{LEAVE}"
[[parameters]]
name = "{SKILL}"
scale = "log"
[[parameters]]
name = "{GAIN}"
scale = "log"
"""
GROWTH, AWAY, COURSE = "growth/income_yuan@12", "migrants_per_worker@24", "course/yield@12"


def evaluate(plan: Any, seed: int, outcomes: Sequence[str]) -> list[float]:
    """What the stand-in answers."""
    time.sleep(float(os.environ.get("STAND_IN_DELAY", "0")))
    if log := os.environ.get("STAND_IN_LOG"):
        with open(log, "a", encoding="utf-8") as file:
            file.write("asked\n")
    p = plan.uncertainties
    if p.get(LEAVE, 0.0) > float(os.environ.get("STAND_IN_FAILS_ABOVE", "9")):
        raise ArithmeticError("nobody is left at home")
    luck = float(np.random.default_rng(seed).normal(0, 0.01))
    answers = {
        GROWTH: 0.02 + 1.2 * p[FARM] + 0.02 * p[LEAVE] + luck,
        AWAY: 1.0 / (1.0 + exp(0.8 - 0.9 * p[LEAVE])),
        COURSE: 0.6 * p[SKILL] * p[GAIN] / (1.0 + 0.1 * p[SKILL]),
    }
    return [answers[outcome] for outcome in outcomes]


def write_spec(folder: Path, name: str = "small", **effort: float) -> Path:
    """A specification of the stand-in, with the answers at TRUTH as its targets."""
    from types import SimpleNamespace

    values = evaluate(SimpleNamespace(uncertainties=TRUTH), 3, [GROWTH, AWAY, COURSE])
    tolerances = (0.005, 0.03, 0.02)
    targets = "".join(
        f"""
[[targets]]
id = "target{i}"
label = {{ en = "figure {i}", zh = "指标{i}" }}
measure = "{measure}"
value = {value!r}
tolerance = {tolerance}
unit = {{ en = "share", zh = "占比" }}
year = "2011"
source = "made by the stand-in"
"""
        for i, (measure, value, tolerance) in enumerate(zip((GROWTH, AWAY, COURSE), values, tolerances, strict=True))
    )
    table = {"seeds": 1, "first_seed": 3, "budget": 200, "starts": 2, "vectors": 24, **effort}
    lines = "\n".join(f"{key} = {value}" for key, value in table.items())
    path = folder / f"{name}.toml"
    path.write_text(
        f"""title = {{ en = "stand-in", zh = "替身" }}
[world]
profile = "five_villages"
villages = 1
start = 2011-01-01
months = 24
[effort]
{lines}
{PARAMETERS}{targets}""",
        encoding="utf-8",
    )
    return path


def main() -> None:
    """Calibrate in a process of its own: specification, results folder, name."""
    from experiments.calibrate.run import calibrate
    from experiments.calibrate.spec import load_spec

    spec, results, name = sys.argv[1:]
    calibrate(
        load_spec(spec),
        name=name,
        results=Path(results),
        workers=0,
        progress=False,
        run=RUN,
        program="test",
        command="x",
    )


if __name__ == "__main__":
    main()
