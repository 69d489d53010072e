"""Duplicates: two payers build the same in one village, consultations find it, and what it costs if they do not."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from small_worlds import differing, lived, plan_of

from sim.facts.units import PROJECTS
from sim.model import VillageModel
from sim.policies.streams import STREAMS

VILLAGES = 6
ALL = 10 * 215
ROADS = {"kind": "infrastructure", "road": ALL, "supervision": 0.0}
STREAM = {"kind": "streams"}
UNITS = {"kind": "support_units", "supervision": 1.0, "end_day": 365}
LEVELS = {"kind": "levels", "consultation_days": 0.0, "leader": "none"}
PLACE: dict[str, Any] = {
    "trend.cpi": [0.0] * 14,
    "policies.project_enough": [1.0 if kind in ("road", "water") else 0.2 for kind in PROJECTS],
    "streams.stream_share": [float(name == "infrastructure") for name in STREAMS],
    "oversight.graft_share": 0.0,
    "levels.level_arrives": [1.0, 1.0],
    "levels.level_days": [0.0, 0.0],
    "levels.level_keeps": [1.0, 1.0],
    "levels.township_spread": 0.0,
    "levels.attention_fades": 0.0,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("duplicates")


@cache
def run(folder: Path, which: tuple[str, ...], found: float = 1.0, coordination: float = 0.0) -> VillageModel:
    """Roads of the infrastructure, beside streams or units that may build roads and water."""
    own = {"roads": ROADS, "streams": STREAM, "units": {**UNITS, "coordination": coordination}, "levels": LEVELS}
    kinds = ["infrastructure", "streams", "support_units"]
    purses = [{"id": one, "title_en": one, "title_zh": one, "amount_yuan": yuan, "uses": [one]}
              for one, yuan in zip(kinds, (1e9, 3e5 * 215 / VILLAGES, 1e9), strict=True)]  # fmt: skip
    how: dict[str, Any] = {"villages": VILLAGES, "months": 14, "closure": "fixed", "purses": purses}
    place = {**PLACE, "levels.duplicates_found": found}
    model = VillageModel(plan_of(folder, [own[one] for one in which], place=place, **how), rng=3)
    model.units["money_yuan"] = 4e5
    model.run_model()
    model.close()
    return model


def twice(model: VillageModel, kind: str) -> float:
    return model.county.books[kind].counts.get("duplicates", 0.0)


def test_nobody_knows_of_anothers_road_until_they_consult(folder: Path) -> None:
    alone, talked = run(folder, ("roads", "streams")), run(folder, ("roads", "streams", "levels"))
    assert twice(alone, "streams") > 0 == twice(alone, "infrastructure") == twice(talked, "streams")
    money = alone.county.books["streams"].counts["duplicate_yuan"]
    assert money == twice(alone, "streams") * 180_000.0
    half = twice(run(folder, ("roads", "streams", "levels"), 0.5), "streams")
    assert 0 <= half <= twice(alone, "streams")
    deaf = run(folder, ("roads", "streams", "levels"), 0.0)
    assert differing(alone, deaf) == []


def test_what_is_not_built_twice_builds_something_else(folder: Path) -> None:
    alone, talked = run(folder, ("roads", "streams")), run(folder, ("roads", "streams", "levels"))
    spent = [model.county.books["streams"].cash_outlay_yuan for model in (alone, talked)]
    assert spent[1] > 0.5 * spent[0]
    dry = [int((model.households["water"] == 0).sum()) for model in (alone, talked)]
    road = [float(model.villages["road"].sum()) for model in (alone, talked)]
    assert dry[1] < dry[0] and road[0] >= road[1] > 0.8 * road[0]


def test_units_find_duplicates_as_far_as_they_are_coordinated(folder: Path) -> None:
    found = [twice(run(folder, ("roads", "units"), 1.0, share), "support_units") for share in (0.0, 0.5, 1.0)]
    assert found[0] > found[2] == 0 and found[0] >= found[1]


def test_where_one_payer_builds_nothing_is_a_duplicate_and_a_null_check_is_seen_by_nobody(folder: Path) -> None:
    for which, kind in ((("roads",), "infrastructure"), (("streams",), "streams"), (("units",), "support_units")):
        assert twice(run(folder, which), kind) == 0
    null = {**ROADS, "effects": False}
    purses = [{"id": one, "title_en": one, "title_zh": one, "amount_yuan": 1e7, "uses": [one]}
              for one in ("infrastructure", "streams")]  # fmt: skip
    how: dict[str, Any] = {"villages": 3, "months": 6, "closure": "fixed", "purses": purses, "place": PLACE}
    beside, plain = (lived(plan_of(folder, some, **how)) for some in ([null, STREAM, LEVELS], [STREAM, LEVELS]))
    assert differing(beside, plain) == []


def test_a_road_for_which_there_is_no_money_is_in_nobodys_way(folder: Path) -> None:
    """Planned works that nobody will pay for are no duplicates, and consulting does not keep others from building."""
    purse = {"id": "streams", "title_en": "s", "title_zh": "s", "amount_yuan": 4e7, "uses": ["streams"]}
    place = {**PLACE, "levels.duplicates_found": 1.0}

    def of(*policies: dict[str, Any]) -> VillageModel:
        how: dict[str, Any] = {"villages": VILLAGES, "months": 14, "closure": "fixed", "purses": [purse]}
        return lived(plan_of(folder, [*policies, STREAM, LEVELS], place=place, **how))

    planned, without = of({**ROADS, "budget_yuan": 0.0}), of()
    assert planned.county.books["infrastructure"].counts.get("begun", 0.0) == 0.0
    assert twice(planned, "streams") == 0.0 < planned.county.books["streams"].counts["finished"]
    assert (planned.villages["road"] == without.villages["road"]).all()
