"""Pairing of units and villages: by which rule, what goes along, what pairing anew costs, and the table of pairs."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import VISITS, differing, lived, plan_of

from sim.facts.trades import HANDS, TRADES
from sim.model import VillageModel
from sim.policies.projects import NAMES, needs
from sim.recording.recorder import DAY_100
from sim.running import run as run_plan

KIND = "pairing_units"
VILLAGES = 16
UNITS = {"kind": "support_units"}
WHO = ("key", "farm", "finance", "jobs", "effort")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("unit_pairing")


def opened(folder: Path, beside: tuple[dict[str, Any], ...] = (), months: int = 5, **settings: Any) -> VillageModel:
    policies = [*beside, {"kind": KIND, **settings}] if settings else [*beside]
    return VillageModel(plan_of(folder, policies, villages=VILLAGES, months=months, closure="fixed"), rng=3)


@cache
def run(folder: Path, rule: str = "", **settings: Any) -> VillageModel:
    model = opened(folder, (VISITS,), **({"rule": rule, **settings} if rule else {}))
    model.run_model()
    return model


def fit(model: VillageModel) -> float:
    """Need of each village for the best of what its unit's trade has a hand for, in all."""
    found = 0.0
    for village, unit in enumerate(model.villages["unit"]):
        hands = HANDS.get(list(TRADES)[model.units["trade"][unit]], ())
        if hands:
            found += needs(model.county, np.array([village]), [NAMES.index(kind) for kind in hands]).max()
    return found


def counts(model: VillageModel) -> dict[str, float]:
    return model.county.books[KIND].counts


def test_every_village_has_one_unit_by_whatever_rule_and_who_works_there_works_for_it(folder: Path) -> None:
    for rule in ("listed", "random", "trade", "hardest"):
        model = run(folder, rule, again_days=40)
        u, v, c = model.units, model.villages, model.cadres
        beside = [k for unit in u for k in range(unit["first_village"], unit["last_village"])]
        assert sorted(beside) == list(range(VILLAGES))
        for row, unit in enumerate(u):
            assert (v["unit"][unit["first_village"] : unit["last_village"]] == row).all()
        assert (c["unit"] == v["unit"][c["village"]]).all()
        assert sorted(c["key"]) == sorted(run(folder).cadres["key"])
        assert (counts(model)["new_units"] > 0) is (rule != "listed")
    assert differing(run(folder), run(folder, "listed", again_days=0)) == []


def test_by_trade_units_come_where_they_are_needed_and_by_hardship_the_richest_where_most_are_registered(
    folder: Path,
) -> None:
    fits = {rule: fit(opened(folder, rule=rule)) for rule in ("listed", "random", "trade")}
    assert fits["trade"] > 1.05 * max(fits["listed"], fits["random"])
    assert counts(opened(folder, rule="trade"))["fit"] == pytest.approx(fits["trade"])
    model = opened(folder, rule="hardest")
    u, v, h = model.units, model.villages, model.households
    with_villages = [unit for unit in u if unit["last_village"] > unit["first_village"]]
    hard = [h["registered"][v["first"][unit["first_village"]] : v["last"][unit["last_village"] - 1]].mean()
            for unit in with_villages]  # fmt: skip
    money = [float(unit["money_yuan"]) for unit in with_villages]
    assert np.argsort(np.argsort(hard, kind="stable")).tolist() != list(range(len(hard)))
    order = np.argsort(money)
    assert (np.diff(np.array(hard)[order]) >= 0).all()


def test_a_unit_takes_along_its_cadres_and_what_it_has_under_way_stays_where_it_is(folder: Path) -> None:
    was, now = opened(folder), opened(folder, rule="random")
    moved = 0
    for unit in range(len(was.units)):
        mine, theirs = (np.flatnonzero(model.cadres["unit"] == unit) for model in (was, now))
        n = min(len(mine), len(theirs))
        for name in WHO:
            assert (was.cadres[name][mine[:n]] == now.cadres[name][theirs[:n]]).all()
        moved += int(n > 0 and mine[0] != theirs[0])
    assert moved > 3
    model = opened(folder, (UNITS,), 14, rule="random", again_days=30, end_day=365)
    model.run_model()
    assert model.county.books["support_units"].counts["finished"] > 0


def test_pairing_anew_takes_days_and_standing_and_the_first_pairing_neither(folder: Path) -> None:
    once, again = opened(folder, rule="random"), opened(folder, rule="random", again_days=30)
    for model in (once, again):
        model.run_model()
    p = again.p
    assert counts(once)["paired"] == VILLAGES < counts(again)["paired"] == 4 * VILLAGES
    assert once.county.books[KIND].costs["cadre_days_yuan"] == 0.0
    assert once.cadres["standing"].sum() == pytest.approx(opened(folder).cadres["standing"].sum())
    days = again.county.books[KIND].costs["cadre_days_yuan"] / again.profile.support.day_cost_yuan
    moves = again.county.cadre_days.used.sum()
    assert days == pytest.approx(moves) and 0 < days <= 3 * p.move_days * len(again.cadres)
    assert again.cadres["standing"].mean() < (1.0 - 0.8 * p.move_contact) * once.cadres["standing"].mean()


def test_without_effects_days_are_taken_and_nobody_moves_and_engines_agree(folder: Path) -> None:
    null = run(folder, "random", again_days=30, effects=False)
    assert null.county.books[KIND].costs["cadre_days_yuan"] > 0
    assert (null.villages["unit"] == run(folder).villages["unit"]).all()
    assert (null.cadres["key"] == run(folder).cadres["key"]).all()
    settings = [VISITS, {"kind": KIND, "rule": "random", "again_days": 30}]
    plan = plan_of(folder, settings, villages=3, months=5)
    assert differing(lived(plan, engine="compiled"), lived(plan, engine="agents")) == []


def test_the_table_says_who_stands_beside_whom_and_what_each_cadre_covers(folder: Path) -> None:
    plan = plan_of(folder, [VISITS, {"kind": KIND, "rule": "trade"}], villages=VILLAGES, months=5)
    found, model = run_plan(plan, seed=3), lived(plan)
    table = found.table("pairing")
    assert (table["month"] == DAY_100).all()
    cells = {(row.group, row.name, row.item): row.value for row in table.itertuples(index=False)}
    for village, unit in enumerate(model.villages["unit"]):
        key = f"unit_{model.units['key'][unit]}"
        assert cells[key, "village", village] == 1.0 and cells[key, "trade", 0] == model.units["trade"][unit]
        team = model.cadres[model.cadres["village"] == village]
        assert cells["all", "cadres", village] == len(team)
        assert cells["all", "covered", village] == team["count"].sum() and cells["all", "most", village] == max(
            [*team["count"], 0]
        )
        assert cells["all", "reached", village] <= cells["all", "covered", village] <= cells["all", "linked", village]
    loads = {item: value for (_, name, item), value in cells.items() if name == "cadres_with"}
    assert sum(loads.values()) == len(model.cadres)
    assert sum(load * number for load, number in loads.items()) == model.cadres["count"].sum()
    assert len(run_plan(plan_of(folder, [], villages=3, months=5), seed=3).table("pairing")) == 0
