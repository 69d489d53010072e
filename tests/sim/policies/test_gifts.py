"""Whether what was given outlives its first years: asset, skill and coaching need one another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from small_worlds import lived, plan_of

from sim.facts.lines import LIVESTOCK, ORCHARD
from sim.model import VillageModel
from sim.policies.gifts import Gifts, coached_in

MONTHS = 24


def left(folder: Path, line: int = LIVESTOCK, skill: float = 0.2, coached: bool = False, **numbers: float) -> float:
    """Share of what everybody has been given that is left after two years of nothing but young gifts' luck."""
    unsure = {f"policies.{name}": value for name, value in numbers.items()}
    model = VillageModel(plan_of(folder, [], uncertainties=unsure), rng=3)
    h, county = model.households, model.county
    while model.today.calendar_month != 3:
        model.step()
    h["farm_skill"], h["contracted"] = skill, 0
    gifts, rows = Gifts(county, line), np.arange(len(h), dtype=np.int64)
    gifts.hand_over(county, rows, np.full(len(h), 1000.0), np.zeros(len(h)))
    given, start = gifts.left.sum(), model.today.month
    for month in range(start, start + MONTHS):
        model.today.month = month
        if coached:
            coached_in(county)[:] = month
        gifts.month(county, 1)
    assert given > 0
    return float(gifts.left.sum() / given)


def test_much_is_lost_without_care_and_little_with_skill_and_coaching(tmp_path: Path) -> None:
    alone, all_of_it = left(tmp_path), left(tmp_path, skill=0.8, coached=True)
    assert 0.2 < alone < 0.7 and all_of_it > 0.85


def test_skill_and_coaching_need_each_other(tmp_path: Path) -> None:
    alone = left(tmp_path)
    skilled, coached = left(tmp_path, skill=0.7), left(tmp_path, coached=True)
    both = left(tmp_path, skill=0.7, coached=True)
    assert both - alone > (skilled - alone) + (coached - alone)
    assert alone < min(skilled, coached)


def test_where_care_counts_for_nothing_neither_helps(tmp_path: Path) -> None:
    assert left(tmp_path, gift_care=0.0) == left(tmp_path, skill=0.8, coached=True, gift_care=0.0)


def test_trees_die_of_drought_and_care_saves_them(tmp_path: Path) -> None:
    assert left(tmp_path, ORCHARD, gift_feed=1.5) < left(tmp_path, ORCHARD, gift_feed=0.0)
    assert left(tmp_path, ORCHARD) < left(tmp_path, ORCHARD, coached=True)


def test_what_is_lost_is_the_households_own_stock_and_no_more(tmp_path: Path) -> None:
    model = VillageModel(plan_of(tmp_path, []), rng=3)
    h, county, rows = model.households, model.county, np.arange(50, dtype=np.int64)
    model.step()
    before = h["livestock_head"].copy()
    gifts = Gifts(county, LIVESTOCK)
    gifts.hand_over(county, rows, np.full(50, 1000.0), np.zeros(50))
    given = gifts.left.copy()
    for month in range(1, 60):
        model.today.month = month
        gifts.month(county, 1)
    assert not gifts.left.any(), "after two years nothing of it is young any more"
    held = h["livestock_head"] - before
    assert (held[:50] <= given[:50] + 1e-12).all() and (held[:50] >= -1e-12).all() and not held[50:].any()
    assert held[:50].sum() < 0.9 * given.sum()


def test_visits_and_follow_up_keep_stock_alive(tmp_path: Path) -> None:
    stock: dict[str, Any] = {"kind": "industry", "line": "livestock", "budget_yuan": 20_000_000, "capture": 0.0}
    kept = {}
    for channels in ((), ("follow_up",)):
        visits = {"kind": "visits", "visits_per_household": 24, "coverage": "everyone", "channels": list(channels)}
        plan = plan_of(tmp_path, [visits, stock], villages=6, days=330, closure="fixed")
        model = VillageModel(plan, rng=3)
        model.run_model()
        kept[channels] = model.policies[1]._gifts.left.sum()  # type: ignore[attr-defined]
    assert kept["follow_up",] > 1.01 * kept[()]


def test_asset_course_and_visits_together_leave_more_than_the_sum_of_each(tmp_path: Path) -> None:
    stock = {"kind": "industry", "line": "livestock", "budget_yuan": 40_000_000, "capture": 0.0}
    course = {"kind": "training", "content": "farm", "places": 40_000, "capture": 0.0, "purses": ["training_funds"]}
    visits = {"kind": "visits", "coverage": "everyone", "visits_per_household": 24, "channels": ["follow_up"]}

    def more_than_the_sum(care: float) -> float:
        """Head of stock after two years that come of having all three at once."""
        heads, all_three = {}, [stock, course, visits]
        for name, policies in {"": [], "a": [stock], "t": [course], "v": [visits], "atv": all_three}.items():
            unsure, how = {"policies.gift_care": care}, {"villages": 4, "months": 24, "days": 330, "closure": "fixed"}
            model = lived(plan_of(tmp_path, policies, uncertainties=unsure, **how), observers=())
            heads[name] = float(model.households["livestock_head"].sum())
        return heads["atv"] + 2.0 * heads[""] - heads["a"] - heads["t"] - heads["v"]

    with_care, without = more_than_the_sum(1.2), more_than_the_sum(0.0)
    assert with_care > 0.0 and with_care > without + 5.0, (with_care, without)
