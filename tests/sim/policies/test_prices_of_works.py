"""What a work costs: the same whoever pays for it, at the prices of the day on which it is begun."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small_worlds import lived, plan_of

from sim.facts.units import PROJECTS
from sim.model import VillageModel
from sim.policies.infrastructure import Infrastructure
from sim.policies.projects import NAMES
from sim.policies.streams import STREAMS, Streams
from sim.policies.support_units import SupportUnits
from sim.policies.under_way import UnderWay

ROAD = NAMES.index("road")
DEAR = [0.0, 0.0, 0.0, 0.5, 0.5, *[0.0] * 9]
"""Prices rise by half in 2013 and again in 2014, and never move before or after."""
PLACE: dict[str, Any] = {
    "trend.cpi": DEAR,
    "policies.project_enough": [1.0 if kind == "road" else 0.3 for kind in PROJECTS],
    "streams.stream_share": [float(name == "roads") for name in STREAMS],
    "oversight.graft_share": 0.0,
}
PAYERS: dict[str, dict[str, Any]] = {
    "infrastructure": {"road": 10 * 215, "supervision": 0.0},
    "streams": {},
    "support_units": {"supervision": 1.0, "coordination": 1.0},
    "first_secretaries": {"fund_yuan": 1e6, "households_month": 0},
}


def begun(folder: Path, kind: str, months: int) -> tuple[VillageModel, dict[int, float]]:
    """What is paid for the whole of a road, by the month in which it is begun."""
    purse = {"id": "all", "title_en": "all", "title_zh": "全部", "amount_yuan": 1e9, "uses": [kind]}
    policy = {"kind": kind, "end_day": 3650, **PAYERS[kind]}
    plan = plan_of(folder, [policy], villages=3, months=months, closure="fixed", purses=[purse], place=PLACE)
    paid: dict[int, int] = {}
    model = VillageModel(plan, rng=3)
    model.units["money_yuan"] = 1e9
    for month in model.months():
        for yuan in _under_way(model):
            paid.setdefault(round(yuan), month)
    model.close()
    return model, {month: yuan for yuan, month in paid.items()}


def _under_way(model: VillageModel) -> list[float]:
    policy = model.policies[0]
    if isinstance(policy, Infrastructure):
        return [float(yuan) for yuan in policy.price_yuan[:, 0] if yuan > 0.0]
    if isinstance(policy, SupportUnits):
        u = model.units
        return [float(yuan) for yuan in u["cost_yuan"][u["project"] == ROAD]]
    works = policy.works if isinstance(policy, Streams) else getattr(policy, "_works", None)
    return [float(yuan) for yuan in works.worth_yuan[:, ROAD] if yuan > 0.0] if isinstance(works, UnderWay) else []


@pytest.mark.parametrize("kind", PAYERS)
def test_a_road_costs_the_same_whoever_pays_at_the_prices_of_its_month(kind: str, tmp_path: Path) -> None:
    model, found = begun(tmp_path, kind, 6)
    level = {month: yuan / model.p.project_cost_yuan[ROAD] for month, yuan in found.items()}
    assert level
    for month, times in level.items():
        # Straight from 1 at the middle of 2012 to 1.5 at the middle of 2013; the first month is December.
        since = 5.0 if month == 1 else month + 4.0
        assert times == pytest.approx(1.0 + 0.5 * since / 12.0, rel=0.02), (month, times)


def test_the_same_money_builds_less_of_a_road_where_works_are_dearer(tmp_path: Path) -> None:
    def better(cpi: list[float], grant: float) -> float:
        place = {**PLACE, "trend.cpi": cpi}
        policies = [{"kind": "village_projects", "grant_yuan": grant, "meetings": False}] if grant else []
        purse = {"id": "all", "title_en": "x", "title_zh": "x", "amount_yuan": 1e9, "uses": ["village_projects"]}
        plan = plan_of(tmp_path, policies, villages=3, months=12, closure="fixed", purses=[purse], place=place)
        return float(lived(plan).villages["road"].sum())

    steady, dear = ([better(cpi, grant) for grant in (0.0, 60_000.0)] for cpi in ([0.0] * 14, DEAR))
    # Paid for in the first month: prices stand at 1.21 of those of 2012.
    assert steady[1] - steady[0] == pytest.approx((dear[1] - dear[0]) * (1.0 + 0.5 * 5.0 / 12.0), rel=0.03)
    assert steady[1] > steady[0]
