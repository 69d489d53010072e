"""Land let for a year: who lets, who rents, at what rent, and what lies idle; and trees planted in several years."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from small_worlds import plan_of

from sim import load_plan
from sim.agents.household import Household
from sim.calendar.today import Today
from sim.core.records import views_of
from sim.economy.industries import bearing_share
from sim.economy.investment import mean_month
from sim.facts.months import MARCH
from sim.indicators.land import land_used_twice
from sim.model import VillageModel
from sim.money.reasons import HOUSEHOLDS
from sim.parameters.packed import P
from sim.scenario import SCENARIOS, Plan

VILLAGES, SEED = 8, 3
Values = NDArray[np.float64]


@cache
def plan(months: int = 12, **place: float) -> Plan:
    """The county without any policy, with parameters set: `farm__land_letters` is farm.land_letters."""
    settings = [f"world.villages={VILLAGES}", f"horizon_months={months}"]
    settings += [f"world.place.{name.replace('__', '.')}={value}" for name, value in place.items()]
    return load_plan(SCENARIOS / "baseline.toml", settings).model_copy(update={"policies": ()})


def in_spring(change: Callable[[VillageModel], None] | None = None, **place: float) -> VillageModel:
    """A model when its first land has been let, with something changed on the eve of its first day."""
    model = VillageModel(plan(**place), rng=SEED, observers=())
    if change:
        change(model)
    for _ in model.months():
        if model.today.calendar_month == MARCH:
            break
    return model


def rented(model: VillageModel) -> tuple[Values, Values, Values]:
    """What each household has rented, has let, and has lying idle, in mu."""
    r, taken = model.households["rented_mu"], model.villages["taken"][model.households["village"]]
    return np.maximum(0.0, r), -np.minimum(0.0, r) * taken, -np.minimum(0.0, r) * (1.0 - taken)


@pytest.fixture(scope="module")
def spring() -> VillageModel:
    return in_spring()


def test_what_is_rented_is_what_is_let_in_every_village(spring: VillageModel) -> None:
    taken, let, _ = rented(spring)
    first = spring.villages["first"]
    assert np.add.reduceat(taken, first) == pytest.approx(np.add.reduceat(let, first))
    assert 0.05 < let.sum() / spring.households["land_mu"].sum() < 0.25
    assert not len(land_used_twice(spring.households))


def test_rent_goes_from_households_to_households() -> None:
    model = VillageModel(plan(), rng=SEED, observers=())
    model.run_model()
    moved = model.county.accounts.matrix()
    paid = moved[HOUSEHOLDS, "land rents", "rent paid for land"]
    assert paid > 0.0
    assert moved["land rents", HOUSEHOLDS, "rent received for land"] == pytest.approx(paid, rel=1e-12)
    assert model.county.accounts.audit() < 1e-9


def test_land_goes_to_those_with_more_hands_and_to_the_able(spring: VillageModel) -> None:
    def alike(model: VillageModel) -> None:
        h = model.households
        h["ability"], h["farm_skill"], h["cash_yuan"] = 1.0, 0.4, 20_000.0

    same = in_spring(alike, livelihood__caution_spread=0.0)
    h, r = same.households, same.households["rented_mu"]
    hands = np.maximum(0, h["workers"] - h["migrants"])
    assert hands[r > 0].sum() / h["land_mu"][r > 0].sum() > 1.2 * hands[r < 0].sum() / h["land_mu"][r < 0].sum()
    h, r = spring.households, spring.households["rented_mu"]
    assert h["ability"][r > 0].mean() > h["ability"][r == 0].mean() > h["ability"][r < 0].mean()


def test_more_who_would_let_make_land_cheaper() -> None:
    none, some, all_of_them = (in_spring(farm__land_letters=share) for share in (0.0, 0.2, 1.0))
    let = [rented(model)[1].sum() for model in (none, some, all_of_them)]
    assert 0.0 == let[0] < 0.5 * let[1] and let[1] < 0.7 * let[2]
    assert all_of_them.villages["rent_yuan"].mean() < some.villages["rent_yuan"].mean()
    assert (none.households["rented_mu"] == 0.0).all() and (none.villages["rent_yuan"] == 0.0).all()


def test_land_that_does_not_pay_lies_idle_and_is_free() -> None:
    def barren(model: VillageModel) -> None:
        model.villages["level"] *= 0.3

    def deserted(model: VillageModel) -> None:
        model.households["workers"] = np.minimum(model.households["workers"], 1)
        model.households["migrants"] = model.households["workers"]
        model.households["elders"] = 0

    for change in (barren, deserted):
        model = in_spring(change, farm__land_letters=1.0)
        _, _, idle = rented(model)
        assert idle.sum() > 0.1 * model.households["land_mu"].sum()
        first = model.villages["first"]
        assert (model.villages["rent_yuan"][np.add.reduceat(idle, first) > 1e-9] == 0.0).all()


def test_land_does_not_end_in_a_few_hands() -> None:
    model = VillageModel(plan(120), rng=SEED, observers=())
    most = []
    for month in model.months():
        if month % 12 == 0:
            worked = np.sort(model.households["land_mu"] + model.households["rented_mu"])
            most.append(worked[-len(worked) // 20 :].sum() / worked.sum())
    assert max(most) < 0.4 and most[-1] < most[0] + 0.1


def _lent(folder: Path, letters: float) -> float:
    """Loans of a generous lender where no line can be taken up, but the way to work be paid."""
    purse = {"id": "huge", "title_en": "h", "title_zh": "h", "amount_yuan": 1e9, "uses": ["microcredit"]}
    loan: Mapping[str, Any] = {"kind": "microcredit", "channel": "women", "told_share": 1.0, "capture": 0.0}
    closed = {"livelihood.line_open": [0, 0, 0, 0], "farm.land_letters": letters}
    policies = [{**loan, "purses": ["huge"], "least_income_yuan": 0}]
    model = VillageModel(plan_of(folder, policies, purses=[purse], villages=10, months=6, uncertainties=closed), rng=4)
    model.households["knows"] |= 1 << 5
    model.run_model()
    return float(model.policies[0].book.counts.get("lent", 0.0))


def test_tenants_borrow_for_seed_and_rent(tmp_path: Path) -> None:
    with_land, without = _lent(tmp_path, 0.6), _lent(tmp_path, 0.0)
    assert with_land > without + 10.0, (with_land, without)


def test_trees_that_join_others_bear_as_much_in_all() -> None:
    p: P = VillageModel(plan(), rng=SEED, observers=()).p
    rows = Household.rows(1)
    rows["block_mu"], rows["block_month"] = 3.0, 4
    (h,), today = views_of(rows), Today.of(Today.rows(1)[0])
    today.month = 20
    joined = mean_month(h, 1.0, today)
    assert joined == 8
    months = np.arange(160)

    def borne(planted: int) -> float:
        return float(sum(bearing_share((month - planted) / 12.0, p) for month in months))

    assert 4.0 * borne(joined) == pytest.approx(3.0 * borne(4) + borne(20))
    assert borne(4) > borne(8) > borne(20)
