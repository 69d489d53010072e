"""Small helpers of the views: plans, months, what a month's state shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from experiments.evidence.nulls import NullWorld
from sim import VillageModel, load_plan
from sim.scenario import Plan

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

COUNTY_VILLAGES = 215


def quiet_plan(villages: int, seed: int, start: str, months: int, null: NullWorld | None = None) -> Plan:
    """The shipped county without any policy.

    Args:
        villages: First so many villages.
        seed: Population seed.
        start: First day of the run.
        months: Months to run.
        null: A null world to run it in.
    """
    plan: Plan = plan_of("baseline", villages, seed, start, months, null=null).model_copy(update={"policies": ()})
    return plan


def plan_of(
    scenario: str,
    villages: int,
    seed: int,
    start: str,
    months: int,
    settings: Sequence[str] = (),
    days: int = 0,
    null: NullWorld | None = None,
) -> Plan:
    """A shipped scenario in part of its county, with another first day and horizon; or that in a null world."""
    changes = [
        f"world.villages={villages}",
        f"world.population_seed={seed}",
        f"campaign.start={start}",
        f"horizon_months={months}",
        *([f"campaign.days={days}"] if days else []),
    ]
    plan: Plan = load_plan(scenario, [*changes, *settings])
    return null.plan(plan) if null else plan


def persons(model: VillageModel) -> Floats:
    """Persons of each household."""
    people: Floats = model.households["persons"].astype(np.float64)
    return people


def last_income(model: VillageModel) -> Floats:
    """Net income a head of each household in the last closed year, yuan."""
    return np.asarray(model.households["income_last"].sum(axis=1) / model.households["persons"])


def mean_income(model: VillageModel) -> float:
    """Net income a head of all persons in the last closed year, yuan."""
    return float(model.households["income_last"].sum() / persons(model).sum())


def share_of_persons(flag: Bools, people: Floats) -> float:
    """Share of the persons who live in the flagged households."""
    return float(people[flag].sum() / people.sum())


def thirds(income: Floats, people: Floats) -> NDArray[np.int64]:
    """0, 1, 2: the poorest, middle and richest third of the persons by income a head."""
    order = np.argsort(income, kind="stable")
    place = np.empty(len(income))
    place[order] = np.cumsum(people[order]) - 0.5 * people[order]
    which: NDArray[np.int64] = np.minimum(2, (3.0 * place / people.sum()).astype(np.int64))
    return which


def by_reason(model: VillageModel) -> dict[str, float]:
    """All money that has moved so far, yuan by reason."""
    sums: dict[str, float] = {}
    for (_, _, reason), amount in model.county.accounts.matrix().items():
        sums[reason] = sums.get(reason, 0.0) + amount
    return sums


def part(over: float, under: float) -> float:
    """A ratio, not-a-number over nothing."""
    return over / under if under else float("nan")
