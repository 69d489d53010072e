"""Relatives with purses that end: what they lend and give is missing somewhere, and no debt grows for ever."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim import load_plan
from sim.agents.household import Household
from sim.agents.village import Village
from sim.economy.kin import settle_village
from sim.model import VillageModel
from sim.money.reasons import INFORMAL_GIFT, INFORMAL_LOAN, N_REASONS

Values = NDArray[np.float64]
VILLAGES, SEED, MONTHS = 6, 3, 120


class Watched:
    """A model, what its households borrowed and were given in each month, and what each could have borrowed."""

    def __init__(self, **settings: float) -> None:
        self.settings = settings
        place = [f"world.place.livelihood.{name}={value}" for name, value in settings.items()]
        plan = load_plan("baseline", [f"world.villages={VILLAGES}", f"horizon_months={MONTHS}", *place])
        self.model = VillageModel(plan.model_copy(update={"policies": ()}), rng=SEED, observers=())
        self.first = self.model.villages["first"]
        self.opening = self.by_village(self.model.households["informal_yuan"])
        self.lent: list[Values] = []
        self.given: list[Values] = []
        self.lines = [self.by_village(self.model.households["kin_line_yuan"])]
        post = self.model.county.accounts.post

        def watched(tills: Values) -> None:
            self.lent.append(tills[:, INFORMAL_LOAN].copy())
            self.given.append(tills[:, INFORMAL_GIFT].copy())
            self.lines.append(self.by_village(self.model.households["kin_line_yuan"]))
            post(tills)

        self.model.county.accounts.post = watched  # type: ignore[method-assign]
        self.model.run_model()
        self.model.county.accounts.post = post  # type: ignore[method-assign]

    def by_village(self, column: NDArray[Any]) -> Values:
        return np.add.reduceat(column.astype(float), self.first)

    @property
    def from_elsewhere(self) -> float:
        """Of all that was lent and given, the part that no neighbour has put up or got back."""
        helped = float(np.sum(self.lent) + np.sum(self.given))
        return -self.model.county.accounts.balances["relatives"] / helped


@cache
def lived(**settings: float) -> Watched:
    return Watched(**settings)


OFF = {"kin_within": 0.0, "kin_forgiven": 0.0}


def test_what_relatives_do_is_missing_elsewhere_in_the_village() -> None:
    whole = lived()
    assert abs(whole.from_elsewhere) < 0.05 < 0.5 < lived(**OFF).from_elsewhere
    assert whole.model.county.accounts.audit() <= 1e-9
    assert np.sum(whole.lent) > 0.0 and np.sum(whole.given) > 0.0


def test_the_nearer_kin_live_the_less_comes_from_elsewhere() -> None:
    near = [lived(**OFF), lived(kin_within=0.5), lived()]
    assert sorted((one.from_elsewhere for one in near), reverse=True) == [one.from_elsewhere for one in near]


def test_what_is_owed_to_kin_is_owed_to_neighbours() -> None:
    whole = lived()
    assert whole.opening == pytest.approx(np.zeros(VILLAGES), abs=1e-6)
    h = whole.model.households
    debts = np.maximum(h["informal_yuan"], 0.0).sum()
    assert debts > 0.0 and abs(h["informal_yuan"].sum()) < 0.05 * debts


def test_kin_who_live_elsewhere_ask_nothing_of_neighbours() -> None:
    model = lived(**OFF).model
    assert (model.households["informal_yuan"] >= 0.0).all() and not model.households["kin_line_yuan"].any()
    assert not {"lent to relatives", "given to relatives", "repaid by relatives"} & {
        reason for _, _, reason in model.county.accounts.matrix()
    }


def test_a_village_borrows_no_more_than_its_people_offered() -> None:
    whole = lived()
    for lent, line in zip(whole.lent, whole.lines, strict=False):
        assert (lent <= line + 1e-6).all()


def test_where_neighbours_lend_less_less_is_borrowed_and_more_goes_without() -> None:
    little, much = (float(np.sum(lived(kin_share=share).lent)) for share in (0.01, 0.2))
    assert little < 0.8 * much
    assert lived(kin_share=0.01).model.county.accounts.audit() <= 1e-9


def test_no_debt_runs_away_from_income() -> None:
    def debts(one: Watched) -> tuple[Values, Values]:
        h = one.model.households
        owed = np.maximum(h["informal_yuan"], 0.0)
        return owed, owed / np.maximum(12.0 * h["expected_yuan"], 1.0)

    (owed, years), (owed_then, years_then) = debts(lived()), debts(lived(**OFF))
    assert np.quantile(years, 0.99) < np.quantile(years_then, 0.99)
    assert (years > 1.0).mean() <= (years_then > 1.0).mean() and (years > 1.0).mean() < 0.01
    top = len(owed) // 20
    assert np.sort(owed)[-top:].sum() < 0.9 * np.sort(owed_then)[-top:].sum()
    kept = debts(lived(kin_forgiven=0.0))[1]
    assert (years > 0.5).sum() < (kept > 0.5).sum()  # what is let off is what could not be earned


def test_who_lends_and_gives_has_less() -> None:
    h, then = lived().model.households, lived(**OFF).model.households
    richest = h["fifth"] == 5
    assert h["cash_yuan"][richest].mean() < then["cash_yuan"][then["fifth"] == 5].mean()


def test_nobody_comes_first() -> None:
    p: Any = SimpleNamespace(
        kin_within=1.0, kin_share=0.1, kin_forgiven=0.5, informal_limit=0.3, subsistence_share=0.6,
        buffer_months=2.0, buffer_income_share=0.5,
    )  # fmt: skip
    n, chance = 9, np.random.default_rng(5)
    rows = Household.rows(n)
    rows["persons"], rows["expected_yuan"] = 3, chance.uniform(0.0, 1500.0, n)
    rows["cash_yuan"], rows["informal_yuan"] = chance.uniform(0.0, 9000.0, n), chance.normal(0.0, 800.0, n)
    contacts = chance.integers(0, 9, n)
    ends = []
    for order in (np.arange(n), np.arange(n)[::-1], chance.permutation(n)):
        village = Village.rows(1)
        village["last"], village["cohesion"] = n, 0.5
        till = np.zeros(N_REASONS)
        till[INFORMAL_LOAN], till[INFORMAL_GIFT] = 700.0, 300.0
        turned = rows[order]
        views = [Household.of(row) for row in turned]
        today: Any = SimpleNamespace(line_yuan=2400.0)
        indptr = np.append(0, np.cumsum(contacts[order])).astype(np.int64)
        settle_village(views, Village.of(village[0]), p, today, till, indptr)
        back = np.argsort(order)
        ends.append([turned[name][back].astype(float) for name in ("cash_yuan", "informal_yuan", "kin_line_yuan")])
    assert not np.array_equal(ends[0][0], rows["cash_yuan"])
    for other in ends[1:]:
        assert np.array(other) == pytest.approx(np.array(ends[0]), rel=1e-9, abs=1e-6)
