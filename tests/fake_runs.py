"""Runs with known answers, quick to do, and a process to do them in that tests can kill.

Two policies: credit serves households with an even key and adds its budget to their income, training serves every
third and does likewise; who gets both gets 30 yuan more. A seed moves everyone's income by the same amount, and what
a policy adds by a little of its own. Under the endogenous closure every yuan of budget lowers what everyone gets by a
twentieth, a little more under every second seed.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from experiments.designs.vectors import UNFITTED
from sim.core.errors import UserError
from sim.policies.policy import PolicySettings
from sim.scenario import Campaign, Plan, PolicyPlan, Title, World

LINE, HOUSEHOLDS, BOTH, CROWDING = 2300.0, 60, 30.0, 0.05
WAY = 7.0  # what each open channel of visits adds to everyone's income
GAIN = 0.25  # of a course; what training adds is in proportion to it
KEYS = np.arange(1000, 1000 + HOUSEHOLDS)
SERVED = {"credit": KEYS % 2 == 0, "training": KEYS % 3 == 0, "visits": np.ones(HOUSEHOLDS, dtype=bool)}
RUN = "fake_runs:run"


def plan(name: str, era: str = "2012", horizon: int = 36, closure: Any = "fixed", **budgets: float) -> Plan:
    """A plan whose policies add these amounts to the income of those they serve."""
    return Plan(
        id=name,
        title=Title(en=name.title(), zh=f"方案{name}"),
        era=era,
        horizon_months=horizon,
        closure=closure,
        world=World(profile="fake", villages=1),
        campaign=Campaign(start=dt.date(2012, 12, 24), days=100),
        policies=tuple(
            PolicyPlan(kind=label, label=label, settings=PolicySettings(budget_yuan=amount))
            for label, amount in {"visits": 0.0, **budgets}.items()
        ),
    )


def four_plans(closure: str = "fixed") -> list[Plan]:
    """A full factorial of two policies."""
    return [
        plan("baseline", closure=closure),
        plan("credit", closure=closure, credit=200.0),
        plan("training", closure=closure, training=100.0),
        plan("mix", closure=closure, credit=200.0, training=100.0),
    ]


def start_income() -> np.ndarray:
    return 800.0 + 60.0 * (KEYS - 1000)


def persons() -> np.ndarray:
    return 1.0 + KEYS % 5


def incomes(of: Plan, seed: int) -> np.ndarray:
    """Income of each household at every mark after the start."""
    luck = np.random.default_rng(seed).normal(0, 200)
    income = start_income() + luck
    for policy in of.policies:
        size = policy.settings.budget_yuan or 0.0
        if policy.label == "training":
            size *= float(of.uncertainties.get("policies.course_gain", GAIN)) / GAIN
        income = income + WAY * len(getattr(policy.settings, "channels", ()))
        own = np.random.default_rng([seed, len(policy.label)]).normal(0, 0.1) if size else 0.0
        income = income + SERVED[policy.label] * size * (1 + own)
    if {"credit", "training"} <= {policy.label for policy in of.policies}:
        income = income + BOTH * (SERVED["credit"] & SERVED["training"])
    return income if of.closure == "fixed" else income - crowding(of, seed)


def crowding(of: Plan, seed: int) -> float:
    """What everyone loses because others are helped."""
    return (CROWDING + 0.01 * (seed % 2)) * sum(policy.settings.budget_yuan or 0.0 for policy in of.policies)


def run(of: Plan, seed: int) -> Any:
    """One run; what the environment variable FAKE says may go wrong goes wrong."""
    knobs = json.loads(os.environ.get("FAKE", "{}"))
    if "pids" in knobs:
        (Path(knobs["pids"]) / str(os.getpid())).touch()
    if "delay" in knobs:
        time.sleep(knobs["delay"])
    if seed in knobs.get("fail", {}).get(of.id, ()):
        raise ZeroDivisionError(f"nothing to divide by in {of.id}")
    if seed in knobs.get("refuse", {}).get(of.id, ()):
        raise UserError("no cadre is left", field="campaign.cadres")
    if seed in knobs.get("unfitted", ()):
        raise UserError(f"{UNFITTED}: no county is like that")
    if seed in knobs.get("die", {}).get(of.id, ()):
        os.kill(os.getpid(), signal.SIGKILL)
    once = Path(knobs.get("die_once", "/nonexistent"))
    if once.exists():
        once.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return SimpleNamespace(records=records(of, seed))


def records(of: Plan, seed: int) -> dict[str, np.ndarray]:
    """The long records of a run."""
    rows: list[tuple[str, int, str, str, int, float]] = []
    weight, poor = persons(), start_income() < LINE
    labels = [policy.label for policy in of.policies if policy.settings.budget_yuan]
    end, marks = of.horizon_months, range(0, of.horizon_months + 1, 12)
    for month in (-1, *marks):
        income = start_income() if month == 0 else incomes(of, seed)
        for group, inside in {"all": weight > 0, "poor_at_start": poor, "cause_none": weight < 0}.items():
            mean = np.average if inside.any() else (lambda values, weights: np.nan)
            gap = np.maximum(0, LINE - income) / LINE
            values = {
                "income_yuan": mean(income[inside], weights=weight[inside]),
                "headcount": mean(income[inside] < LINE, weights=weight[inside]),
                "poverty_gap": mean(gap[inside], weights=weight[inside]),
                "persons": weight[inside].sum(),
            }
            table = "day100" if month < 0 else "panel"
            rows += [(table, month, group, name, 0, value) for name, value in values.items()]
        rows.append((table, month, "all", "line_yuan", 0, LINE))
        if month >= 0:
            cells = zip(KEYS, income, strict=True)
            rows += [("household", month, "all", "income_yuan", int(key), value) for key, value in cells]
    mean_income = np.average(incomes(of, seed), weights=weight)
    for month in range(1, of.horizon_months + 1):
        rows.append(("monthly", month, "all", "income_yuan", 0, mean_income / 12))
    for hundredth in range(1, 101):
        rows.append(("percentile", 12, "all", "income_yuan", hundredth, 10.0 * hundredth + len(labels)))
    for place, label in enumerate(labels):
        served = float(SERVED[label].sum())
        for week in range(1, 16):
            rows.append(("delivery", 0, label, "lent", week, served * min(1.0, week / 10) - (seed % 2)))
        rows.append(("delivery", 0, label, "lent_target", 0, served))
        # A target of the plan: three in five runs have a hundred by day 70; in the end all have more.
        rows.append(("delivery", 0, label, "told", 15, 200.0))
        rows.append(("delivery", 0, label, "told_target", 0, 100.0))
        rows.append(("delivery", 0, label, "told_deadline", 0, 70.0))
        rows.append(("delivery", 0, label, "told_in_time", 0, 100.0 if seed % 5 < 3 else 99.0))
        rows += [("by_month", month, label, "lent", 0, served * min(2.0, month / 6)) for month in (6, 12)]
        spent = 1000.0 * (place + 1)
        rows.append(("cost", end, label, "cost_yuan", 0, spent))
        rows.append(("cost", end, label, "households_served", 0, served))
        rows.append(("money", end, f"purse>{label}", "grant", 0, spent))
        rows.append(("purse", end, f"purse_{label}", "spent_yuan", 0, spent))
        rows.append(("binding", end, label, "purse", 0, 0.25))
        rows += [("spending", end, label, "fifth", fifth, spent / 5) for fifth in range(1, 6)]
    rows.append(("cadre_days", 0, "all", "used", 1, 7.0))
    bits = np.zeros(HOUSEHOLDS)
    for place, policy in enumerate(of.policies):
        bits += SERVED[policy.label] * (1 << place)
    fifth = 1 + np.arange(HOUSEHOLDS) * 5 // HOUSEHOLDS
    starts = {"persons": weight, "poor_at_start": poor, "fifth": fifth, "village": KEYS * 0}
    for month, name, values in (*((0, *start) for start in starts.items()), (end, "served", bits)):
        cells = zip(KEYS, values, strict=True)
        rows += [("household", month, "all", name, int(key), float(value)) for key, value in cells]
    frame = pd.DataFrame(rows, columns=["table", "month", "group", "name", "item", "value"])
    types = {"month": np.int16, "item": np.int64, "value": np.float64}
    return {name: np.array(frame[name].to_list(), dtype=types.get(name)) for name in frame}


def gone(pid: int) -> bool:
    """Whether the process has ended; a zombie has, and only waits for its parent to take note."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def all_gone(pids: Iterable[int], seconds: float = 5.0) -> bool:
    """Whether all these processes end within so many seconds."""
    pids = list(pids)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if all(gone(pid) for pid in pids):
            return True
        time.sleep(0.02)
    return False


def main() -> None:
    """Compare in a process of its own: results folder, name, and more arguments of `compare` as JSON."""
    from experiments.compare.run import compare

    results, name, more = sys.argv[1:]
    try:
        compare(
            four_plans(), name=name, results=Path(results), run=RUN, program="test", command="x", **json.loads(more)
        )
    except UserError as error:
        raise SystemExit(f"error: {error}") from None


if __name__ == "__main__":
    main()
