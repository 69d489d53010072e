"""What mechanisms of the newest systems are for: what each shows, and what is gone in scenarios/without/policies."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from small_worlds import differing, fitted_on, lived

from sim import load_plan
from sim.model import VillageModel
from sim.policies.infrastructure import STANDING, Infrastructure
from sim.population.profile_file import load_profile
from sim.scenario import SCENARIOS

WHOLE = {"works": "infrastructure", "bends": "bent_policies", "disputes": "hearing", "schooling": "education"}
COUNTY = load_profile("gansu_county").model_copy(update={"fitted": None})  # fitted alike, whole and without
Settings = tuple[tuple[str, Any], ...]


@pytest.fixture(scope="module", autouse=True)
def _fitted_on_few() -> Iterator[None]:
    with fitted_on(2000):
        yield


@cache
def run(name: str, whole: bool, months: int, settings: Settings = ()) -> VillageModel:
    path = SCENARIOS / "more" / f"{WHOLE[name]}.toml" if whole else SCENARIOS / "without" / "policies" / f"{name}.toml"
    plan = load_plan(path, ["world.villages=6", f"horizon_months={months}", "closure=fixed"])
    model: VillageModel = lived(plan.with_settings(dict(settings)), profile=COUNTY)
    return model


def both(name: str, months: int, **settings: Any) -> tuple[VillageModel, VillageModel]:
    """Whole, and without."""
    held = tuple((f"policies.{WHOLE[name]}.{key}", value) for key, value in settings.items())
    return run(name, True, months, held), run(name, False, months, held)


def counts(model: VillageModel, name: str) -> dict[str, float]:
    return model.county.books[WHOLE[name]].counts


def test_every_file_leaves_out_of_a_shipped_scenario_what_its_test_shows() -> None:
    assert {path.stem for path in (SCENARIOS / "without" / "policies").glob("*.toml")} == set(WHOLE)
    for name, of in WHOLE.items():
        without, whole = (load_plan(SCENARIOS / file) for file in (f"without/policies/{name}.toml", f"more/{of}.toml"))
        assert without.policies == whole.policies and without.world.place != whole.world.place


def test_works_take_time_lose_money_and_wear() -> None:
    whole, without = both("works", 30, water=120, road=120, upkeep=0.0)
    stands: list[Any] = []
    for model in (whole, without):
        policy = next(one for one in model.policies if one.kind == "infrastructure")
        assert isinstance(policy, Infrastructure)
        stands.append(policy.condition[policy.stage == STANDING])
    assert counts(whole, "works")["missing_yuan"] > 0.0 == counts(without, "works")["missing_yuan"]
    assert counts(whole, "works")["use_months"] < counts(without, "works")["use_months"]
    assert (stands[0] < 1.0).mean() > 0.5 and (stands[1] == 1.0).all()
    assert whole.villages["road"].sum() < without.villages["road"].sum()


def test_policies_are_bent_and_villagers_called_from_the_fields() -> None:
    whole, without = both("bends", 12, bent_times=3.0)
    assert counts(whole, "bends")["bent_months"] > 0.0 == counts(without, "bends").get("bent_months", 0.0)
    assert differing(whole, without, ["households"]) != []
    (bent, without), (straight, same) = (both("bends", 12, bent_times=times, channels=()) for times in (3.0, 0.0))
    assert differing(bent, straight, ["households"]) != []
    assert differing(without, same) == []


def test_disputes_take_days_and_cohesion() -> None:
    whole, without = both("disputes", 24, hear_days=0.0, law_share=0.0)
    assert counts(whole, "disputes")["arisen"] > 0.0 == counts(without, "disputes").get("arisen", 0.0)
    assert whole.villages["cohesion"].sum() < without.villages["cohesion"].sum()
    assert whole.villages["free_days"].sum() < without.villages["free_days"].sum()


def test_schools_free_hands_teach_feed_and_leave_debts() -> None:
    whole, without = both("schooling", 34)
    for name in ("kindergarten", "vocational", "graduated"):
        assert counts(whole, "schooling")[name] > 0 and counts(without, "schooling")[name] > 0
    at_home = both("schooling", 11, vocational_places=0, senior_places=0, university_places=0)
    assert at_home[0].villages["free_days"].sum() > at_home[1].villages["free_days"].sum()
    assert whole.households["work_skill"].sum() > without.households["work_skill"].sum()
    assert counts(whole, "schooling")["loans"] > 0.0 == counts(without, "schooling").get("loans", 0.0)
    no_meals = both("schooling", 34, meals_yuan=0.0)
    saved = [float(np.sum(model.households["burden_last_yuan"])) for model in (whole, no_meals[0])]
    same = [float(np.sum(model.households["burden_last_yuan"])) for model in (without, no_meals[1])]
    assert saved[0] < saved[1] and abs(same[0] - same[1]) < 0.5 * (saved[1] - saved[0])
