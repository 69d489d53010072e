"""What a trial needs of the model: facts of another place, offers to some households, a village's own disaster."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small_worlds import plan_of, served

from sim.core.errors import UserError
from sim.county import County
from sim.model import VillageModel
from sim.recording.livelihoods import business_result, staple_yield_kg_mu, work_days
from sim.scenario import load_plan

CASH = {"kind": "cash", "amount_yuan": 500, "months": 1, "capture": 0.0}


def _model(
    folder: Path, policies: list[dict[str, object]], place: dict[str, float] | None = None, **more: object
) -> VillageModel:
    plan = plan_of(folder, policies, villages=3, months=12, place=place)
    return VillageModel(plan, rng=3, **more)  # type: ignore[arg-type]


def test_an_offer_to_some_reaches_nobody_else(tmp_path: Path) -> None:
    def odd(county: County) -> np.ndarray:
        return np.asarray(county.keys % 2 == 1)

    model = _model(tmp_path, [CASH], reach={"cash": odd})
    model.run_model()
    reached = served(model)
    assert reached.any()
    assert not reached[model.county.keys % 2 == 0].any()


def test_a_village_policy_acts_where_anyone_is_reached(tmp_path: Path) -> None:
    meetings = {"kind": "publicity", "meetings": 2}
    model = _model(tmp_path, [meetings], reach={"publicity": lambda m: m.households["village"] == 1})
    model.run_model()
    assert set(model.households["village"][served(model)].tolist()) == {1}


def test_facts_of_another_place_may_lie_outside_the_countys_ranges(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, [], villages=3, months=12)
    text = plan.resolved_toml() + "[world.place.population]\nbusiness_households = 0.5\n"
    text = text.replace("[world.place]\n", "")
    (tmp_path / "elsewhere.toml").write_text(text, encoding="utf-8")
    other = load_plan(tmp_path / "elsewhere.toml")
    assert other.world.place == {"population.business_households": 0.5}
    assert other.digest() != plan.digest()
    here, there = VillageModel(plan), VillageModel(other)
    assert there.p.business_households == 0.5
    share = [float((m.households["business_yuan"] > 0).mean()) for m in (here, there)]
    assert share[1] > share[0] + 0.2


def test_a_fact_that_nothing_has_is_refused(tmp_path: Path) -> None:
    text = plan_of(tmp_path, [], villages=3, months=12).resolved_toml().replace("[world.place]\n", "")
    (tmp_path / "wrong.toml").write_text(text + "[world.place]\nbusiness_housholds = 0.5\n", encoding="utf-8")
    with pytest.raises(UserError, match="business_households"):
        load_plan(tmp_path / "wrong.toml")


def test_where_a_line_is_closed_nobody_begins_it(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, [], villages=12, months=36)
    closed = plan.model_copy(update={"uncertainties": {"livelihood.line_open": (0.0, 0.0, 0.0, 0.0)}})
    open_, shut = VillageModel(plan, rng=3), VillageModel(closed, rng=3)
    begun = []
    for model in (open_, shut):
        before = model.households["business_yuan"] > 0
        model.run_model()
        begun.append(int(((model.households["business_yuan"] > 0) & ~before).sum()))
    assert begun[0] > 0
    assert begun[1] == 0


def test_a_disaster_strikes_its_village_alone(tmp_path: Path) -> None:
    alone = {"livelihood.local_demand": 0.0}  # what its people no longer spend is not missed elsewhere
    calm, hit = (_model(tmp_path, [], place=alone) for _ in range(2))
    hit.market.struck[1] = 0.5
    for model in (calm, hit):
        model.run_model()
    loss = calm.households["income_last"][:, 1] - hit.households["income_last"][:, 1]
    village = calm.households["village"]
    assert loss[village == 1].mean() > 200.0
    assert abs(loss[village == 2].mean()) < 1.0


def test_a_business_s_figures_belong_to_its_capital(tmp_path: Path) -> None:
    model = _model(tmp_path, [])
    revenue, profit = business_result(model.county)
    has = model.households["business_yuan"] > 0
    assert (revenue[~has] == 0).all() and (revenue[has] > 0).all()
    assert (profit[has] < revenue[has]).all()
    model.households["business_yuan"][has] *= 2.0
    assert (business_result(model.county)[0][has] > revenue[has]).all()


def test_yield_follows_skill(tmp_path: Path) -> None:
    model = _model(tmp_path, [])
    before = staple_yield_kg_mu(model.county)
    model.households["farm_skill"] += 0.1
    assert np.all(staple_yield_kg_mu(model.county) > before)


def test_days_of_work_are_those_that_were_paid_or_left_over(tmp_path: Path) -> None:
    model = _model(tmp_path, [])
    paid_yuan = 0.0
    for _ in model.months():
        farm, local = work_days(model.county)
        at, books = model.households["village"], model.county.accounts.matrix()
        booked = sum(yuan for (_, _, reason), yuan in books.items() if reason == "local wages")
        day_yuan = model.villages["local_wage_yuan"][at] * model.households["ability"] * model.households["fortune"]
        # Animals bought and trees planted in a month ask for their days from then on, so the two are nearly the same.
        assert (local * day_yuan).sum() == pytest.approx(booked - paid_yuan, rel=0.02)
        paid_yuan = booked
        assert (farm >= 0).all() and farm.sum() > 0
    assert work_days(model.county, year=True)[0].sum() > 6 * farm.sum()  # December is a quiet month on the farm


def test_days_of_work_are_the_same_in_both_engines(tmp_path: Path) -> None:
    both = []
    for engine in ("compiled", "agents"):
        model = _model(tmp_path, [], engine=engine)
        next(model.months())
        both.append(np.array([*work_days(model.county), *work_days(model.county, year=True)]))
    np.testing.assert_array_equal(*both)
