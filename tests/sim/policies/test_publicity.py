"""Publicity by medium: what each reaches, costs and makes known."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from small_worlds import differing, lived, plan_of

from sim.core.errors import UserError
from sim.facts.topics import KNOWS_CREDIT
from sim.model import VillageModel
from sim.policies.publicity import MEETING, OTHERS, round_of

KIND = "publicity"
PURSE = {"id": "talk", "title_en": "talk", "title_zh": "宣传款", "amount_yuan": 1e8, "uses": [KIND]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("publicity")


@cache
def told_by(folder: Path, medium: str, *, place: tuple[tuple[str, Any], ...] = (), **settings: Any) -> VillageModel:
    policy = {"kind": KIND, "medium": medium, "subjects": ["credit"], "meetings": 6, **settings}
    how: dict[str, Any] = {"villages": 8, "months": 4, "days": 90, "purses": [PURSE], "place": dict(place)}
    return lived(plan_of(folder, [policy], **how))


def known(model: VillageModel) -> float:
    return float((model.households["knows"] >> KNOWS_CREDIT & 1).mean())


def test_a_round_is_what_its_parameters_say(folder: Path) -> None:
    p = told_by(folder, MEETING).county.p
    assert round_of(p, MEETING, 50.0, 400.0) == (400.0, p.meeting_reach, p.meeting_awareness, p.meeting_tells)
    for k, medium in enumerate(OTHERS):
        cost = p.medium_yuan[k] + 50.0 * p.medium_household_yuan[k]
        assert round_of(p, medium, 50.0, 400.0) == (cost, p.medium_reach[k], p.medium_awareness[k], p.medium_tells[k])


@pytest.mark.parametrize("medium", OTHERS)
def test_each_medium_reaches_its_share_at_its_cost_and_makes_known(folder: Path, medium: str) -> None:
    model = told_by(folder, medium)
    k, p, book = OTHERS.index(medium), model.county.p, model.policies[0].book
    rounds, homes = book.counts["meetings"], len(model.households) / len(model.villages)
    assert rounds == 6 * 8
    assert book.costs["administration_yuan"] == pytest.approx(
        rounds * (p.medium_yuan[k] + p.medium_household_yuan[k] * homes)
    )
    assert book.counts["told"] == pytest.approx(6 * len(model.households) * p.medium_reach[k], rel=0.1)
    silent = told_by(folder, medium, meetings=0)
    assert known(model) > known(silent)
    assert model.households["awareness"].mean() > silent.households["awareness"].mean()


def test_the_more_a_medium_reaches_and_tells_the_more_is_known(folder: Path) -> None:
    for name in ("medium_reach", "medium_tells"):
        address = f"policies.{name}"
        by_dose = [known(told_by(folder, "broadcast", place=((address, (dose,) * 4),))) for dose in (0.1, 0.3, 0.6)]
        assert by_dose == sorted(by_dose) and by_dose[0] < by_dose[-1]


def test_nothing_is_heard_of_a_medium_that_reaches_nobody(folder: Path) -> None:
    nobody = told_by(folder, "leaflets", place=(("policies.medium_reach", (0.1, 0.1, 0.0, 0.1)),))
    assert not differing(nobody, told_by(folder, "leaflets", meetings=0), ("households",))
    assert nobody.policies[0].book.counts["told"] == 0


def test_what_is_only_said_mends_no_belief(folder: Path) -> None:
    told, silent = (
        lived(plan_of(folder, [{"kind": KIND, "medium": "broadcast", "meetings": n}], months=2, days=25, villages=4))
        for n in (6, 0)
    )
    assert told.policies[0].book.counts["told"] > 0
    assert (told.households["trust"] == silent.households["trust"]).all()


def test_the_cost_of_a_meeting_is_refused_beside_another_medium(folder: Path) -> None:
    with pytest.raises(UserError, match=r"cost_yuan: has no use here: .*banners"):
        plan_of(folder, [{"kind": KIND, "medium": "banners", "cost_yuan": 90}], villages=4)
