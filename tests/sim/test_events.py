"""What befalls the county: each kind does what it says, where and when it says so, and nothing else."""

from __future__ import annotations

import datetime as dt
import pickle
from typing import Any

import numpy as np
import pytest

from sim.core.errors import UserError
from sim.events import registry
from sim.model import VillageModel
from sim.running import run
from sim.scenario import Plan, load_plan

SPRING = dt.date(2013, 3, 1)
NOTHING: dict[str, dict[str, Any]] = {
    "hail": {"loss": 0.0},
    "flood": {"loss": 0.0, "houses": 0.0, "road": 0.0},
    "disease": {"loss": 0.0},
    "price": {"line": "orchard", "change": 0.0},
    "work_away": {"change": 0.0},
    "purse_cut": {"purse": "money", "share": 0.0},
    "cadres": {"number": 0},
    "drought": {"village_share": 0.0},
}
SOMETHING: dict[str, dict[str, Any]] = {
    "hail": {"loss": 0.8},
    "flood": {},
    "disease": {"spread": 0.9},
    "price": {"line": "livestock", "change": -0.5},
    "work_away": {"change": -0.5},
    "purse_cut": {"purse": "money", "share": 0.9995, "start": 1},
    "purse_late": {"purse": "money", "days": 60, "start": 1},
    "cadres": {"number": -30, "start": 8},
    "drought": {},
}


def plan(months: int = 12, **events: dict[str, Any]) -> Plan:
    return Plan.build(
        era="2012", title={"en": "x", "zh": "x"}, horizon_months=months, events=events,
        world={"profile": "five_villages", "villages": 5}, campaign={"start": dt.date(2012, 12, 24), "days": 100},
        policies=[{"kind": "visits"}, {"kind": "industry", "line": "livestock", "purses": ["money"]}],
        purses=[{"id": "money", "title_en": "m", "title_zh": "资", "amount_yuan": 60_000_000, "release": 20,
                 "uses": ["industry"]}],
    )  # fmt: skip


def lived(engine: Any = "compiled", months: int = 12, **events: dict[str, Any]) -> VillageModel:
    model = VillageModel(plan(months, **events), rng=3, engine=engine)
    model.run_model()
    return model


def event(kind: str, **settings: Any) -> dict[str, Any]:
    return {"kind": kind, "start": SPRING, **settings}


@pytest.fixture(scope="module")
def calm() -> VillageModel:
    return lived()


def test_every_kind_is_tried() -> None:
    assert set(registry()) == set(SOMETHING) and set(NOTHING) == set(SOMETHING) - {"purse_late"}


@pytest.mark.parametrize("kind", NOTHING)
def test_an_event_of_no_size_changes_not_one_bit(kind: str, calm: VillageModel) -> None:
    model = lived(tried=event(kind, **NOTHING[kind]))
    assert model.households.tobytes() == calm.households.tobytes()


@pytest.mark.parametrize("kind", SOMETHING)
def test_an_event_does_something_and_money_balances_in_both_engines(kind: str, calm: VillageModel) -> None:
    events = {"tried": {**event(kind), **SOMETHING[kind]}}
    model = lived(**events)
    assert model.households.tobytes() != calm.households.tobytes()
    assert model.county.accounts.audit() < 1e-9
    agents = VillageModel(plan(5, **events), rng=3, engine="agents")
    compiled = VillageModel(plan(5, **events), rng=3)
    for one in (agents, compiled):
        one.run_model()
    assert agents.households.tobytes() == compiled.households.tobytes()


def test_prices_fall_from_the_first_month_that_begins_and_for_so_many_months() -> None:
    paths = []
    for change in (0.0, -0.25):
        model = VillageModel(plan(9, drop=event("price", line="orchard", change=change, months=3)), rng=3)
        paths.append([model.villages["gate_price"][:, 1].copy() for _ in model.months()])
    calm, fallen = np.array(paths)
    ratio = fallen / calm
    assert ratio[3:6] == pytest.approx(0.75) and ratio[:3] == pytest.approx(1.0)  # December is month 1, March month 4
    assert ratio[6:] == pytest.approx(1.0, abs=0.02), "but for what others then bring to market"


def test_a_drought_is_of_its_severity_where_it_is_and_less_on_irrigated_land() -> None:
    model = VillageModel(plan(6, dry=event("drought", severity="major", townships=["township 1"])), rng=3)
    for month in model.months():
        if month == 4:
            there, p, v = model.villages["township"] == 0, model.p, model.villages
            kept = (1.0 - p.drought_major_loss * (1.0 - p.irrigation_shelter * v["irrigation"])) * model.market.luck
            assert there.any() and (model.market.forced[there] == 2).all() and (model.market.forced[~there] == -1).all()
            mean = p.drought_minor * p.drought_minor_loss + p.drought_major * p.drought_major_loss
            bare = v["irrigation"] == 0
            assert v["weather"][there & bare] == pytest.approx(kept[there & bare] / (1.0 - mean))


def test_disease_takes_its_share_of_the_herds_it_reaches() -> None:
    days = [VillageModel(plan(6, sick=event("disease", spread=s, loss=0.5)), rng=3) for s in (0.0, 0.4)]
    herds = []
    for model in days:
        while model.county.date < SPRING or model.day < 0:
            model.step()
        herds.append(model.households["livestock_head"].copy())
    had = herds[0] > 0
    lost = herds[1][had] / herds[0][had]
    assert set(np.round(lost, 9)) <= {0.5, 1.0} and (lost < 1).mean() == pytest.approx(0.4, abs=0.12)


def test_money_that_is_late_or_cut_cannot_be_spent(calm: VillageModel) -> None:
    industry = "industry"
    late = lived(late={"kind": "purse_late", "purse": "money", "days": 300, "start": 1})
    assert late.county.books[industry].cash_outlay_yuan == 0 < calm.county.books[industry].cash_outlay_yuan
    cut = lived(cut={"kind": "purse_cut", "purse": "money", "share": 1.0, "start": 1})
    moved = cut.county.accounts.matrix()
    assert moved["purse money", "state", "cut of a purse"] == pytest.approx(60_000_000 * cut.county.share)
    assert cut.county.books[industry].cash_outlay_yuan == 0


def test_cadres_who_are_called_away_leave_days_behind(calm: VillageModel) -> None:
    whole, n = calm.county.cadre_days.given, len(calm.cadres)
    none, same, half_more = (
        lived(gone={"kind": "cadres", "number": more, "start": 51}).county.cadre_days for more in (-n, 0, n // 2)
    )
    assert same.given == pytest.approx(whole)
    assert half_more.given - whole == pytest.approx(0.5 * whole * (n // 2) / n), "half of the campaign is left"
    assert 0 < whole - none.given <= 0.5 * whole, "what has been used by then cannot be taken back"
    assert none.months[6:, 0].sum() == 0 < same.months[6:, 0].sum() < half_more.months[6:, 0].sum()


def test_a_flood_takes_houses_and_roads_where_it_is(calm: VillageModel) -> None:
    wet = lived(flood=event("flood", townships=["乡镇1"], houses=1.0, road=0.5, loss=0.0, months=1))
    there = wet.villages["township"] == 0
    assert wet.villages["road"][there] == pytest.approx(0.5 * calm.villages["road"][there])
    assert wet.villages["road"][~there] == pytest.approx(calm.villages["road"][~there])
    mine = there[wet.households["village"]]
    assert wet.households["house"][mine].mean() < 0.1 < calm.households["house"][mine].mean()


def test_copies_branches_and_pickles_go_on_alike() -> None:
    events = {"dry": event("drought"), "price": event("price", line="staple")}
    straight = lived(**events)
    model = VillageModel(plan(**events), rng=3)
    while model.county.date < SPRING or model.day < 0:
        model.step()
    for twin in (model.copy(), pickle.loads(pickle.dumps(model))):
        twin.run_model()
        assert twin.households.tobytes() == straight.households.tobytes()


def test_a_plan_says_its_events_and_loads_back(tmp_path: Any) -> None:
    one = plan(dry=event("drought"), cut={"kind": "purse_cut", "purse": "money", "start": 5})
    file = tmp_path / "again.toml"
    file.write_text(one.resolved_toml(), encoding="utf-8")
    again = load_plan(file)
    assert again.digest() == one.digest() != plan().digest() and again.events == one.events
    moved = one.with_settings({"events.dry.months": 3, "events.cut.share": 0.5})
    assert moved.resolved()["events"]["dry"]["months"] == 3 and moved.digest() != one.digest()
    assert run(one, 1).audit < 1e-9


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ({"x": {"kind": "draught", "start": 1}}, "did you mean 'drought'"),
        ({"x": {"start": 1}}, "'kind' is missing"),
        ({"x": {"kind": "drought", "start": 1, "townships": ["township9"]}}, "there is no township 'township9'"),
        ({"x": {"kind": "purse_cut", "start": 1, "purse": "monye"}}, "did you mean 'money'"),
        ({"x": {"kind": "price", "start": dt.date(2019, 1, 1), "line": "staple"}}, "the days of the run"),
        ({"x": {"kind": "price", "start": 1, "line": "apples"}}, "events.x.line"),
        ({"x": {"kind": "hail", "start": 1, "loss": 2}}, "at most 1"),
        ({"1 x": {"kind": "hail", "start": 1}}, "cannot name an event"),
        ([{"kind": "hail"}], "[events.NAME]"),
    ],
)
def test_what_cannot_befall_a_county_is_refused(events: Any, words: str) -> None:
    with pytest.raises(UserError, match=words.replace("[", r"\[").replace("]", r"\]")):
        Plan.build(
            era="2012", title={"en": "x", "zh": "x"}, events=events, world={"profile": "five_villages", "villages": 5},
            campaign={"start": dt.date(2012, 12, 24), "days": 100},
            purses=[{"id": "money", "title_en": "m", "title_zh": "资", "amount_yuan": 1, "uses": ["industry"]}],
        )  # fmt: skip
