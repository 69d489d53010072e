"""A county with a known answer: money of two measures raises income, the one in proportion, the other less and less.

`python fake_county.py FOLDER` sweeps it, slowly if FAKE says so, for tests to kill.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from experiments.designs.read import load_design
from experiments.sweeps.result import SweepResult
from experiments.sweeps.run import sweep
from sim.core.errors import Unfittable
from sim.scenario import Plan

EVALUATE = "fake_county:evaluate"
TEXT = """title = { en = "Known", zh = "已知" }
scenarios = ["mix"]
outcomes = ["income_yuan@12", "plan/cost_yuan"]
[settings]
"horizon_months" = 12
[seeds]
replicates = 6
[[levers]]
id = "industry"
address = "policies.industry.budget_yuan"
title = { en = "Industry", zh = "产业" }
unit = "yuan"
low = 0
high = 8_000_000
step = 1_000_000
at = 0
[[levers]]
id = "training"
address = "policies.training.budget_yuan"
title = { en = "Training", zh = "培训" }
unit = "yuan"
values = [0, 1_000_000, 2_000_000, 4_000_000, 8_000_000]
at = 0
"""
TOP = 3e6
"""Money of training beyond which nothing more comes of it."""


def evaluate(plan: Plan, seed: int, outcomes: Sequence[str]) -> list[float]:
    """10 yuan a million of industry; of training 20 yuan a million up to `TOP` and then nothing; chance of its own."""
    fake = json.loads(os.environ.get("FAKE", "{}"))
    time.sleep(fake.get("delay", 0.0))
    industry, training = (plan.setting(f"policies.{name}.budget_yuan") for name in ("industry", "training"))
    if log := fake.get("log"):
        with open(log, "a") as file:
            file.write(f"{seed} {industry} {training}\n")
    if fake.get("unfit") == seed:
        raise Unfittable("this seed fits no county")
    if fake.get("fail") == [seed, industry]:
        raise ZeroDivisionError("nothing to divide by")
    rng = np.random.default_rng(seed)
    level, slope = 3000 + 250 * rng.normal(), 1 + 0.02 * rng.normal()
    income = level + slope * (10 * industry + 20 * min(training, TOP)) / 1e6
    known = {"income_yuan@12": income, "plan/cost_yuan": industry + training}
    return [known.get(one, math.nan) for one in outcomes]


def swept(folder: Path, text: str = TEXT, **more: object) -> SweepResult:
    """Sweep the county."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "known.toml"
    path.write_text(text, encoding="utf-8")
    asked = {"name": "swept", "results": folder, "workers": 0, "progress": False, "command": "village sweep known.toml"}
    asked |= {"evaluate": EVALUATE, "program": "test", **more}
    return sweep(load_design(path), **asked)[1]  # type: ignore[arg-type]


if __name__ == "__main__":
    swept(Path(sys.argv[1]), replicates=3)
