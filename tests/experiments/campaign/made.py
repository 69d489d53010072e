"""A campaign whose runs were made up, so that what is said of it can be checked by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np

from experiments.campaign.curves import Curves
from experiments.campaign.outcomes import Levels
from experiments.campaign.results import Results
from experiments.campaign.run import Carried
from sim.population.profile_file import load_profile
from sim.scenario import Plan
from sim.scenario.tasks import Tasks

START = dt.date(2012, 12, 24)
TITLE = {"en": "t", "zh": "任务"}
DAYS = np.array([*range(7, 99, 7), 100])


def plan(tasks: Any = None) -> Plan:
    courses = {"title": {"en": "Courses", "zh": "培训"}, "measure": "training", "amount": 100, "deadline": 50}
    rest = {"title": {"en": "Pairing", "zh": "结对"}, "deadline": 20}
    return Plan.build(
        era="2012", title=TITLE, horizon_months=12, world={"profile": "five_villages", "villages": 5},
        campaign={"start": START, "days": 100}, tasks=tasks or {"courses": courses, "pairing": rest},
        policies=[{"kind": "visits"}, {"kind": "training", "content": "farm"}],
    )  # fmt: skip


def curves(paces: list[float], most: float = 1e9) -> Curves:
    """Runs that do so much a day, evenly in two townships, one of which has a unit with half of it."""
    made = Curves(DAYS)
    done = np.minimum(np.outer(paces, DAYS), most)
    for place, part in (("all", 1.0), ("town_0", 1.0), ("unit_1", 0.25)):
        made.done[place, "training/trained"] = part * done
    sizes = {"households": 300.0, "linked": 30.0, "registered": 90.0, "villages": 5.0}
    made.sizes = {"all": sizes, "town_0": dict(sizes), "unit_1": {k: v / 4 for k, v in sizes.items()} | {"trade": 5.0}}
    return made


def results(**variants: Curves) -> Results:
    runs = len(next(iter(variants["plan"].done.values())))
    found = Tasks.of(plan().resolved())
    assert found is not None
    return Results(found, load_profile("five_villages"), variants, range(1, runs + 1))


def carried(sizes: dict[str, float], **variants: Curves) -> Carried:
    found = results(**variants)
    nothing = Levels({}, np.zeros(len(found.seeds)), {})
    levels = dict.fromkeys(variants, nothing)
    return Carried(Path("results/made"), plan(), sizes, found, levels, [], [], "mean", {})
