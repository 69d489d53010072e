"""Meetings: their days are gone for visits, and on a site visit cadres see their township's best."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import differing, lived, plan_of

from sim.core.errors import UserError
from sim.model import VillageModel
from sim.policies.meetings import KNOWLEDGE
from sim.scenario.idle import never_act

VISITS: dict[str, Any] = {"kind": "visits", "coverage": "everyone", "visits_per_household": 60}
DAY, VILLAGES = 20, 12


def meeting(**settings: Any) -> dict[str, Any]:
    return {"kind": "meeting", "on": DAY, **settings}


def world(folder: Path, *policies: dict[str, Any], **more: Any) -> Any:
    return plan_of(folder, policies, **{"villages": VILLAGES, "months": 5, **more})


def on_the_eve(folder: Path, *policies: dict[str, Any], **more: Any) -> VillageModel:
    """The model as the day of the meeting begins."""
    model = VillageModel(world(folder, *policies, **more), rng=3)
    held = model.clock.date(model.clock.day_index(model.clock.start) + DAY - 1)
    while model.today_date < held - dt.timedelta(days=1):
        model.step()
    return model


def test_a_meeting_takes_its_days_of_every_cadre_once_and_prices_them(tmp_path: Path) -> None:
    model = on_the_eve(tmp_path, meeting(prepare_days=2.5))
    cadres, days, book = model.cadres, model.county.cadre_days, model.policies[0].book
    left, used = cadres["days_left"].copy(), cadres["days_used"].copy()
    assert not days.used.any() and (left >= 2.5).all()
    model.step()
    assert (cadres["days_left"] == left - 2.5).all() and (cadres["days_used"] == used + 2.5).all()
    of_village = 2.5 * np.bincount(cadres["village"], minlength=VILLAGES)
    week = model.clock.week_of_campaign(model.day)
    assert (days.used[week] == of_village).all() and (days.asked[week] == of_village).all()
    price = 2.5 * len(cadres) * model.county.profile.support.day_cost_yuan
    assert book.costs["cadre_days_yuan"] == pytest.approx(price) and book.counts["attended"] == len(cadres)
    model.run_model()
    assert days.used.sum() == pytest.approx(of_village.sum()), "it is held once"
    assert book.cash_outlay_yuan == 0.0 and model.county.accounts.audit() < 1e-9


def test_the_longer_it_takes_the_fewer_visits_are_left(tmp_path: Path) -> None:
    visited = []
    for days in (0, 2, 6):
        model = lived(world(tmp_path, VISITS, meeting(prepare_days=days)))
        visited.append(model.county.books["visits"].counts["visited"])
    assert visited[0] > 1.05 * visited[1] > 1.1 * visited[2]


def test_who_has_no_days_left_stays_away(tmp_path: Path) -> None:
    model = on_the_eve(tmp_path, meeting(occasion="site_visit", prepare_days=2))
    cadres, book = model.cadres, model.policies[0].book
    cadres["days_left"][::2] = 1.0
    before = {name: cadres[name].copy() for name in KNOWLEDGE}
    model.step()
    assert (cadres["days_left"][::2] == 1.0).all() and (cadres["days_used"][::2] == 0.0).all()
    assert all((cadres[name][::2] == before[name][::2]).all() for name in KNOWLEDGE)
    there = len(cadres[1::2])
    assert book.counts["attended"] == there < book.targets["attended"] == len(cadres)
    days = model.county.cadre_days
    assert days.asked.sum() == 2 * len(cadres) and days.used.sum() == 2 * there
    price = model.county.profile.support.day_cost_yuan
    assert book.lost_yuan["cadre_days"] == pytest.approx(2 * (len(cadres) - there) * price)


@pytest.mark.parametrize("learn", [0.0, 0.2, 1.0])
def test_on_a_site_visit_cadres_come_nearer_to_the_best_of_their_township(tmp_path: Path, learn: float) -> None:
    model = on_the_eve(
        tmp_path, meeting(occasion="site_visit"), villages=40, place={"meetings.site_visit_learn": learn}
    )
    cadres, towns = model.cadres, model.villages["township"][model.cadres["village"]]
    assert len(set(towns.tolist())) > 1
    before = {name: cadres[name].copy() for name in KNOWLEDGE}
    model.step()
    for name, was in before.items():
        best = np.array([was[towns == town].max() for town in towns])
        assert cadres[name] == pytest.approx(was + learn * (best - was))
        assert (cadres[name] == was).all() if learn == 0.0 else (cadres[name] > was).any()


def test_other_occasions_and_one_without_effects_teach_nothing(tmp_path: Path) -> None:
    for settings in ({"occasion": "ranking"}, {"occasion": "site_visit", "effects": False}):
        model = on_the_eve(tmp_path, meeting(**settings))
        before = model.cadres.copy()
        model.step()
        assert all((model.cadres[name] == before[name]).all() for name in KNOWLEDGE)
        assert (model.cadres["days_left"] == before["days_left"] - 1.0).all(), "its days are gone all the same"


def test_one_that_takes_nothing_and_teaches_nothing_leaves_the_world_as_it_was(tmp_path: Path) -> None:
    plain = lived(world(tmp_path, VISITS))
    idle = [meeting(label=f"of_day_{day}", on=day, prepare_days=0) for day in (DAY, 2 * DAY)]
    empty = lived(world(tmp_path, VISITS, *idle))
    assert differing(plain, empty) == []
    held = lived(world(tmp_path, VISITS, meeting(occasion="site_visit")))
    assert "cadres.farm" in differing(plain, held)


def test_both_engines_hold_the_same_meetings(tmp_path: Path) -> None:
    plan = world(tmp_path, VISITS, meeting(occasion="site_visit"), villages=2)
    assert differing(lived(plan), lived(plan, engine="agents")) == []


def test_some_villages_alone_may_be_called(tmp_path: Path) -> None:
    model = lived(world(tmp_path, meeting(village_share=0.5)))
    called = model.cadres["days_used"] > 0.0
    assert 0 < called.sum() < len(called)
    assert len({bool(one) for one in called[model.cadres["village"] == model.cadres["village"][0]]}) == 1


def test_a_day_is_a_date_or_a_number_of_the_campaign_and_else_is_refused_or_said(tmp_path: Path) -> None:
    start = world(tmp_path).campaign.start
    dated = world(tmp_path, meeting(on=start + dt.timedelta(days=DAY - 1)))
    assert differing(lived(dated), lived(world(tmp_path, meeting()))) == []
    for wrong in (0, "soon"):
        with pytest.raises(UserError, match="on: must be a "):
            world(tmp_path, meeting(on=wrong))
    for outside in (start - dt.timedelta(days=1), 3650):
        (found,) = never_act(world(tmp_path, meeting(on=outside)))
        assert "no day to act on" in found.en
    assert never_act(dated) == []
