"""The examples of one's own policies: at most fifty lines each, and each does what it says."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.facts.sources import WAGE
from sim.model import VillageModel
from sim.running import run
from sim.scenario import load_plan

FOLDER = Path(__file__).parents[2] / "examples" / "policies"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py"))
LONGEST = 50


def plan_of(name: str, **settings: Any) -> Any:
    plan = load_plan(FOLDER / f"{name}.toml", code=[FOLDER / f"{name}.py"])
    return plan.with_settings({f"policies.{name}.{key}": value for key, value in settings.items()})


@cache
def lived(name: str) -> VillageModel:
    model = VillageModel(plan_of(name) if name != "visits_only" else load_plan(FOLDER / "visits_only.toml"), rng=3)
    model.run_model()
    return model


def test_there_are_three_and_the_readme_names_each_with_its_command() -> None:
    assert NAMES == ["insurance", "monitoring", "road_works"]
    text = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    for name in NAMES:
        place = f"examples/policies/{name}"
        assert f"village run {place}.toml --code {place}.py" in text


@pytest.mark.parametrize("name", NAMES)
def test_it_is_short_and_its_money_balances_and_without_effects_it_changes_nobody(name: str) -> None:
    lines = (FOLDER / f"{name}.py").read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line.strip()]) <= LONGEST
    model, quiet = lived(name), lived("visits_only")
    assert model.policies[-1].book.served.any() and model.county.accounts.audit() < 1e-9
    assert model.households.tobytes() != quiet.households.tobytes()
    result = run(plan_of(name, effects=False), 3)
    null = result.records["value"][result.records["table"] == "panel"]
    plain = run(load_plan(FOLDER / "visits_only.toml"), 3)
    without = plain.records["value"][plain.records["table"] == "panel"]
    named = [(r["name"] != "support_yuan")[r["table"] == "panel"] for r in (result.records, plain.records)]
    if name == "insurance":  # cadre-days are what visits and the others share
        assert null[named[0]].tobytes() == without[named[1]].tobytes()


def test_insurance_relieves_the_insured_of_half_of_what_illness_costs() -> None:
    model, quiet = lived("insurance"), lived("visits_only")
    policy = model.policies[-1]
    book = policy.book
    insured = np.zeros(len(model.households), dtype=bool)
    insured[policy.enrolled] = True
    assert 0 < book.counts["enrolled"] == insured.sum() < len(insured) and book.targets["enrolled"] == 200
    relief = quiet.households["burden_last_yuan"] - model.households["burden_last_yuan"]
    assert relief[insured].sum() > 0 and not relief[~insured].any()
    premiums = model.county.accounts.matrix()["households", "policy insurance", "premiums"]
    paid = model.county.accounts.matrix()["policy insurance", "households", "medical payments reimbursed"]
    assert book.costs["grants_yuan"] == pytest.approx(max(0.0, paid - premiums)) and book.counts["claims"] > 0


def test_roads_are_finished_after_the_campaign_and_pay_wages() -> None:
    model, quiet = lived("road_works"), lived("visits_only")
    book = model.policies[-1].book
    assert book.counts["finished"] == book.counts["begun"] == 5 == book.targets["finished"]
    assert (model.villages["road"] > quiet.villages["road"]).all()
    records = model.recorder.columns()
    at = (records["table"] == "by_month") & (records["group"] == "road_works") & (records["name"] == "finished")
    finished = dict(zip(records["month"][at].tolist(), records["value"][at], strict=True))
    assert finished[4] == 0 < finished[12] == finished[24] == 5, "the campaign ends in month 5"
    wages = [run(plan, 3) for plan in (plan_of("road_works"), load_plan(FOLDER / "visits_only.toml"))]
    gain = [result.value("panel", "income_wage_yuan", month=12) for result in wages]
    assert gain[0] > gain[1] and WAGE == 0


def test_monitoring_goes_on_to_the_horizon_and_finds_those_below_the_line() -> None:
    model = lived("monitoring")
    book = model.policies[-1].book
    assert 0 < book.counts["helped"] <= book.counts["found"] and book.deadlines == {"helped": 700}
    records = model.recorder.columns()
    at = (records["table"] == "by_month") & (records["group"] == "monitoring") & (records["name"] == "helped")
    by_month = records["value"][at]
    assert by_month[5] < by_month[-1] and (np.diff(by_month) >= 0).all() and (np.diff(by_month) > 0).sum() >= 4
    in_time = (records["name"] == "helped_in_time") & (records["table"] == "delivery")
    assert 0 < records["value"][in_time][0] <= book.counts["helped"]
