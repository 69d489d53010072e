"""Pairs: agreements signed, carried out or lapsed; shares, returns and dividends; who gains and who loses."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import VISITS, differing, lived, plan_of

from sim.facts.sources import PROPERTY
from sim.model import VillageModel

KIND = "partners"
PURSE = {"id": "shares", "title_en": "shares", "title_zh": "股金", "amount_yuan": 1e9, "uses": [KIND]}
SURE = {"carries": [1.0, 1.0], "return": [0.0, 0.0], "spread": [0.0, 0.0], "fails": [0.0, 0.0]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("partners")


@cache
def _run(folder: Path, place: tuple[tuple[str, Any], ...], settings: tuple[tuple[str, Any], ...]) -> VillageModel:
    policies = [VISITS, *([{"kind": KIND, **dict(settings)}] if settings else [])]
    how: dict[str, Any] = {"villages": 3, "months": 12, "closure": "fixed"}
    chances = {name: list(values) for name, values in place}
    model: VillageModel = lived(plan_of(folder, policies, purses=[PURSE], place=chances, **how))
    return model


def run(folder: Path, *, place: dict[str, list[float]] | None = None, **settings: Any) -> VillageModel:
    """A year, in which what is signed is carried out at once and earns nothing unless the test says so."""
    chances = {f"pairing.partner_{name}": tuple(v) for name, v in {**SURE, **(place or {})}.items()}
    return _run(folder, tuple(chances.items()), tuple(settings.items()))


def book(model: VillageModel) -> Any:
    return model.policies[1].book


def moved(model: VillageModel, reason: str) -> float:
    return sum(yuan for (_, _, why), yuan in model.county.accounts.matrix().items() if why == reason)


def property_yuan(model: VillageModel) -> Any:
    return model.households["income_last"][:, PROPERTY]


@pytest.mark.parametrize("who", ["neighbours", "outside"])
def test_the_dividend_is_income_of_property_of_those_paired_and_of_nobody_else(folder: Path, who: str) -> None:
    model, bare = run(folder, who=who, pairs=1000, dividend_rate=0.1), run(folder)
    paid, rows = book(model).worth_yuan, np.flatnonzero(book(model).served)
    # Signed in month s and carried out in the next: 12 - s - 1 months by the close of the year.
    assert len(rows) == book(model).counts["carried_out"] == book(model).counts["agreements_signed"] > 5
    assert set(np.round(paid[rows] / (5000.0 * 0.1 / 12.0), 9)) <= set(range(8, 13))
    assert property_yuan(model) - property_yuan(bare) == pytest.approx(paid)
    assert book(model).counts["dividends_yuan"] == pytest.approx(paid.sum()) and paid.sum() > 0.0
    assert book(model).costs["grants_yuan"] == 5000.0 * len(rows)
    assert model.county.accounts.audit() < 1e-9


def test_the_effect_is_the_dividends(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as m:
        m.setattr("sim.policies.partners.dividend_due", lambda *_: 0.0)
        without = run(folder, who="outside", pairs=1000, start_day=2)
    paid = run(folder, who="outside", pairs=1000)
    assert differing(without, run(folder)) == []
    assert differing(paid, run(folder)) != []


def test_agreements_wait_for_their_chance_and_for_money_and_lapse(folder: Path) -> None:
    rare = [book(run(folder, place={"carries": [c, c]}, who="outside", pairs=1000)) for c in (0.0, 0.1, 1.0)]
    carried = [one.counts["carried_out"] for one in rare]
    assert carried[0] == 0 and carried == sorted(set(carried))
    assert all(one.counts["agreements_signed"] == one.counts["carried_out"] + one.counts["lapsed"] for one in rare)
    at_once = book(run(folder, who="outside", pairs=1000, deadline_months=0)).counts
    assert at_once["carried_out"] == 0 and at_once["lapsed"] == at_once["agreements_signed"] > 0
    poor = book(run(folder, who="outside", pairs=1000, budget_yuan=1_100_000.0))
    assert poor.counts["carried_out"] == int(1_100_000 * 3 / 215 / 5000) and poor.lost_yuan["purse"] >= 0.0
    assert poor.counts["lapsed"] > 0
    assert poor.targets["carried_out"] == poor.targets["agreements_signed"] == poor.counts["agreements_signed"]


def test_more_money_pays_more_and_ten_times_the_promise_no_more_than_there_is(folder: Path) -> None:
    counts = [book(run(folder, who="outside", pairs=1000, dividend_rate=r)).counts for r in (0.0, 0.1, 1.0, 10.0)]
    paid = [one["dividends_yuan"] for one in counts]
    assert paid[0] == 0.0 < paid[1] and paid[2] == pytest.approx(10.0 * paid[1])
    assert paid[3] == pytest.approx(5000.0 * counts[3]["carried_out"])  # all the capital, and no more
    by_pairs = [book(run(folder, who="outside", pairs=n)).counts["dividends_yuan"] for n in (200, 1000, 2000)]
    assert by_pairs == sorted(set(by_pairs)) and by_pairs[0] > 0.0


def test_who_loses_when_ventures_fail_and_who_gains_when_they_end(folder: Path) -> None:
    common: dict[str, Any] = {"who": "neighbours", "pairs": 1000, "share_yuan": 400.0, "own_share": 1.0}
    kept = run(folder, months=5, **common)
    brought = moved(kept, "shares that paired households bring")
    assert brought == 400.0 * book(kept).counts["carried_out"] > 0.0
    returned = moved(kept, "shares returned to paired households")
    assert returned + book(kept).counts["dividends_yuan"] == pytest.approx(brought)
    assert returned > 0.0 and book(kept).cash_outlay_yuan == 0.0
    failed = run(folder, place={"fails": [1.0, 1.0]}, **common)
    assert 0 < book(failed).counts["ventures_failed"] <= book(failed).counts["carried_out"]
    assert moved(failed, "losses of paired ventures") == 400.0 * book(failed).counts["ventures_failed"]
    lost = book(failed).served & (book(failed).worth_yuan == 0.0)
    assert lost.sum() == book(failed).counts["ventures_failed"]
    given = run(folder, months=5, who="neighbours", pairs=1000)
    stays = moved(given, "what partners keep of paired ventures")
    assert stays == pytest.approx(book(given).costs["grants_yuan"] - book(given).counts["dividends_yuan"])
    good = run(folder, place={"return": [0.5, 0.5]}, who="neighbours", pairs=1000)
    gains = property_yuan(good) - property_yuan(run(folder))
    strong = (gains > 1.0) & ~book(good).served
    assert strong.sum() == book(good).counts["carried_out"] and (good.households["registered"][strong] == 0).all()
    assert all(model.county.accounts.audit() < 1e-9 for model in (kept, failed, given, good))


def test_pairs_of_the_county_come_to_its_villages_by_a_keyed_draw(folder: Path) -> None:
    signed = [book(run(folder, who="outside", pairs=n)).counts["agreements_signed"] for n in (150, 180, 210)]
    assert set(signed) == {2.0, 3.0}
    assert signed == sorted(signed)


def test_it_moves_no_luck_of_others_and_nothing_without_pairs_or_effects(folder: Path) -> None:
    bare = run(folder)
    none, null = run(folder, pairs=0), run(folder, pairs=1000, own_share=0.1, effects=False)
    assert differing(bare, none) == differing(bare, null) == []
    assert book(none).cash_outlay_yuan == 0.0 < book(null).cash_outlay_yuan
    assert book(null).counts["carried_out"] > 0 and book(null).counts["dividends_yuan"] == 0.0
