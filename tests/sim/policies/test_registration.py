"""The registry drawn up anew: who errs how, what villagers think of it, and what a formula can see."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from small_worlds import VISITS, differing, lived, plan_of

from sim.facts.causes import ILLNESS
from sim.model import VillageModel
from sim.policies import registration
from sim.policies.registration import as_villagers_see, least_squares, visible

KIND = "registration"
PURSE = {"id": "lists", "title_en": "lists", "title_zh": "经费", "amount_yuan": 1e9, "uses": [KIND]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lists")


def run(folder: Path, place: dict[str, Any] | None = None, months: int = 1, **settings: Any) -> VillageModel:
    policies = [{"kind": KIND, **settings}] if settings else []
    how: dict[str, Any] = {"villages": 20, "months": months, "days": 8, "purses": [PURSE], "place": place or {}}
    return lived(plan_of(folder, policies, **how))


def wrong(model: VillageModel) -> float:
    """Share of households on the list or off it against consumption a head in the year before."""
    h = model.households
    listed = h["registered"] == 1
    poorest = np.zeros(len(h), dtype=bool)
    order = np.argsort(h["consumption_last_yuan"] / h["persons"], kind="stable")
    poorest[order[: listed.sum()]] = True
    return float((poorest != listed).mean())


def test_every_village_keeps_its_places_and_the_books_what_it_cost(folder: Path) -> None:
    bare = run(folder)
    for method in ("vote", "formula"):
        model = run(folder, method=method)
        places = [np.bincount(m.households["village"], weights=m.households["registered"]) for m in (bare, model)]
        assert (places[0] == places[1]).all()
        h, book, p = model.households, model.policies[0].book, model.p
        moved = (h["registered"] != bare.households["registered"]).sum()
        assert moved == 2 * book.counts["entered"] == 2 * book.counts["left"] > 0
        each = p.vote_cost_yuan * 20 if method == "vote" else p.formula_cost_yuan * len(h)
        assert book.costs["administration_yuan"] == pytest.approx(each)
        new = (bare.households["cause"] == 0) & (h["registered"] == 1)
        assert (h["cause"][h["registered"] == 1] > 0).all() and not (h["cause"][new] == ILLNESS).any() and new.any()
        assert model.county.accounts.audit() < 1e-9


def test_errors_come_from_what_villagers_do_not_see_and_lists_from_what_they_mean(folder: Path) -> None:
    none, much = {"policies.review_vote_noise": 0.0}, {"policies.review_vote_noise": 3.0}
    clear, usual, noisy = (run(folder, place, method="vote") for place in (none, None, much))
    assert wrong(clear) < wrong(usual) < wrong(noisy) - 0.05
    a_head = {"oversight.vote_scale": 1.0, "oversight.vote_hands": 0.0, "policies.review_worry": 0.0}
    other = run(folder, none | a_head, method="vote")
    sizes = [m.households["persons"][m.households["registered"] == 1].mean() for m in (clear, other)]
    assert sizes[0] < sizes[1], "large households are thought less poor than a head count has them"
    tired = run(folder, {"oversight.vote_fatigue": 10.0}, method="vote")
    assert wrong(usual) < wrong(tired)


def test_who_ranked_is_more_content_with_the_list_than_with_a_formulas(folder: Path) -> None:
    vote, formula, bare = (run(folder, method="vote"), run(folder, method="formula"), run(folder))
    content = [float(model.households["satisfaction"].mean()) for model in (vote, formula)]
    assert content[0] > content[1]
    deaf = {"oversight.list_satisfaction": 0.0}
    assert (run(folder, deaf, method="vote").households["satisfaction"] == bare.households["satisfaction"]).all()


def test_villagers_put_large_families_and_those_without_hands_first() -> None:
    h = np.zeros(3, dtype=[("persons", "i4"), ("workers", "i4"), ("counted_yuan", "f8", 12)])
    h["persons"], h["workers"] = [4, 8, 4], [2, 4, 0]
    h["counted_yuan"] = np.array([1000.0, 2000.0, 1000.0])[:, None]
    p = SimpleNamespace(vote_scale=0.75, vote_hands=0.4, review_worry=0.1)
    seen = as_villagers_see(h, p, np.array([0.0, 0.0, 2.0]))  # type: ignore[arg-type]
    assert seen[1] - seen[0] == pytest.approx(0.25 * np.log(2.0))
    assert seen[2] - seen[0] == pytest.approx(-0.4 * 0.5 - 0.1 * 2)


def test_least_squares_finds_the_line() -> None:
    x = np.column_stack([np.ones(40), np.arange(40.0), np.arange(40.0) % 7, np.zeros(40)])
    assert least_squares(x, x[:, 0] + 2.0 * x[:, 1] - 3.0 * x[:, 2]) == pytest.approx([1, 2, -3, 0], abs=1e-3)


def test_a_formula_errs_less_the_more_it_sees(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seeing = wrong(run(folder, method="formula", survey_share=1.0))
    assert seeing <= wrong(run(folder, method="formula", survey_share=0.02))
    monkeypatch.setattr(registration, "visible", lambda h: visible(h)[:, :1])
    assert wrong(run(folder, method="formula", survey_share=1.0)) > seeing + 0.05


def test_it_moves_no_luck_of_others_and_costs_nothing_where_it_has_no_village(folder: Path) -> None:
    plain = lived(plan_of(folder, [VISITS], villages=6, closure="fixed"))
    for settings, free in (({"village_share": 0.0}, True), ({"effects": False}, False)):
        policies = [VISITS, {"kind": KIND, **settings}]
        beside = lived(plan_of(folder, policies, villages=6, closure="fixed", purses=[PURSE]))
        assert differing(plain, beside) == [] and (beside.policies[1].book.cash_outlay_yuan == 0.0) is free
