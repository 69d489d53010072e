"""Levels: when an instruction arrives where, how much of it is left, and what units make of it."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomli_w
from small_worlds import VISITS, differing, lived, plan_of, small_profile

from sim.model import VillageModel
from sim.policies.levels import INSTRUCTED, Levels

UNITS = {"kind": "support_units", "coordination": 0.9}
MONEY = {"id": "units", "title_en": "x", "title_zh": "x", "amount_yuan": 1e9, "uses": ["support_units"]}
AT_ONCE = {
    "levels.level_arrives": [1.0, 1.0],
    "levels.level_days": [0.0, 0.0],
    "levels.level_keeps": [1.0, 1.0],
    "levels.township_spread": 0.0,
    "levels.attention_fades": 0.0,
}
ALONE = {"consultation_days": 0.0, "leader": "none"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("levels")


@cache
def run(
    folder: Path, place: tuple[tuple[str, Any], ...] = (), coordination: float = 0.9, months: int = 4, **settings: Any
) -> VillageModel:
    """Twenty-four villages of four townships, whose units have money."""
    units = {**UNITS, "coordination": coordination}
    policies = [units, {"kind": "levels", **settings}] if settings else [units]
    how: dict[str, Any] = {"villages": 24, "months": months, "days": 60, "purses": [MONEY]}
    return lived(plan_of(folder, policies, profile=profile_of(folder), place={**AT_ONCE, **dict(place)}, **how))


@cache
def profile_of(folder: Path) -> Path:
    county = tomllib.loads(small_profile(folder, households=30).read_text(encoding="utf-8"))
    one = county["townships"][0]
    county["townships"] = [{**one, "villages": n} for n in (6, 6, 6, 6, 215 - 24)]
    path = folder / "four_townships.toml"
    path.write_text(tomli_w.dumps(county), encoding="utf-8")
    return path


def levels_of(model: VillageModel) -> Levels:
    policy = next(policy for policy in model.policies if policy.kind == "levels")
    assert isinstance(policy, Levels)
    return policy


def informed(model: VillageModel) -> float:
    return levels_of(model).book.counts["informed"]


def test_what_arrives_whole_and_at_once_is_coordination_as_before_and_what_never_does_is_none(folder: Path) -> None:
    assert differing(run(folder), run(folder, **ALONE)) == []
    never = run(folder, (("levels.level_arrives", (0.0, 1.0)),), **ALONE)
    assert informed(never) == 0 and levels_of(never).book.counts["in_force"] == 0
    assert differing(run(folder, coordination=0.0), never) == []
    assert differing(run(folder), never) != []


def test_what_is_left_is_what_every_level_keeps_and_attention_fades_by_months(folder: Path) -> None:
    place = (("levels.level_keeps", (0.5, 1.2)), ("levels.attention_fades", 0.1))
    found = run(folder, place, **ALONE)
    # Known at the first of four months' ends; so it has faded three times.
    assert found.county.shared[INSTRUCTED] == pytest.approx(0.5 * 1.2 * 0.9**3)
    talked = run(folder, place, months=3, consultation_days=2.0, leader="none")
    left, attention = 0.5 * 1.2, 1.0
    for month in range(3):
        attention *= 0.9 if month else 1.0
        left, attention = left + 0.5 * (1.0 - left), attention + 0.5 * (1.0 - attention)
    assert talked.county.shared[INSTRUCTED] == pytest.approx(left * attention)
    book = levels_of(talked).book
    assert book.counts["consulted"] == 3 * 24 * 2.0 and book.costs["cadre_days_yuan"] > 0
    assert book.cash_outlay_yuan == 0


def test_days_on_the_way_add_up_level_by_level(folder: Path) -> None:
    slow = levels_of(run(folder, (("levels.level_days", (10.0, 15.0)),), months=6, **ALONE))
    assert (slow.village_day > slow.passed[slow._town]).all() and (slow.passed == slow.arrived).all()
    assert ((slow.arrived >= 1.0) & (slow.arrived <= 21.0)).all()
    assert (slow.village_day - slow.passed[slow._town]).max() <= 30.0
    assert slow.book.counts["days_until"] == pytest.approx((slow.village_day - 1.0).sum())
    by_delay = [
        levels_of(run(folder, (("levels.level_days", (d, d)),), months=6, **ALONE)).book.counts["in_force"]
        for d in (0.0, 10.0, 40.0, 400.0)
    ]
    assert by_delay == sorted(by_delay, reverse=True) and by_delay[-1] < 0.2 * by_delay[0]


def test_a_leader_has_what_got_lost_sent_again(folder: Path) -> None:
    place = (("levels.level_arrives", (1.0, 0.5)),)
    lost, asked = run(folder, place, **ALONE), run(folder, place, consultation_days=0.0, leader="group")
    assert 0 < informed(lost) < informed(asked) <= 24
    assert levels_of(lost).book.counts["lost"] == 24 - informed(lost)


def test_townships_that_wait_begin_after_a_neighbour_or_not_at_all(folder: Path) -> None:
    assert informed(run(folder, consultation_days=0.0, leader="none", waiting=1.0)) == 0
    some = levels_of(run(folder, consultation_days=0.0, leader="none", waiting=0.5))
    ready, waits = np.flatnonzero(~some._waits), np.flatnonzero(some._waits)
    assert len(ready) and len(waits), "the lot has to have both in this small world"
    assert (some.passed[ready] == 1.0).all()
    begun = waits[np.isfinite(some.passed[waits])]
    assert len(begun) and (some.passed[begun] > 1.0).all()


def test_coordination_moves_money_and_choices_by_way_of_what_is_in_force(folder: Path) -> None:
    def leaked(share: float) -> float:
        model = run(folder, (("levels.level_keeps", (share, 1.0)),), **ALONE)
        return float(model.units["leaked_yuan"].sum())

    by_share = [leaked(share) for share in (0.3, 0.6, 1.0)]
    assert by_share == sorted(by_share, reverse=True) and by_share[0] > by_share[-1] > 0.0


def test_it_moves_no_luck_of_others_and_without_effects_takes_days_alone(folder: Path) -> None:
    profile, how = profile_of(folder), {"villages": 6, "closure": "fixed", "months": 6}
    plain = lived(plan_of(folder, [VISITS, UNITS], profile=profile, purses=[MONEY], **how))
    idle = [VISITS, UNITS, {"kind": "levels", "village_share": 0.0}]
    assert differing(plain, lived(plan_of(folder, idle, profile=profile, purses=[MONEY], **how))) == []
    null = lived(plan_of(folder, [UNITS, {"kind": "levels", "effects": False}], profile=profile, purses=[MONEY], **how))
    bare = lived(plan_of(folder, [UNITS], profile=profile, purses=[MONEY], **how))
    assert set(differing(bare, null)) == {"cadres.days_left", "cadres.days_used"}
    assert levels_of(null).book.counts["consulted"] > 0 and INSTRUCTED not in null.county.shared
