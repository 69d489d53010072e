"""Village projects: what is taken of their money, what audits and meetings find, and what stands at the end."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import VISITS, differing, lived, plan_of

from sim.model import VillageModel
from sim.policies import graft
from sim.policies.graft import Watch, taken
from sim.policies.village_projects import MISSING

KIND = "village_projects"
PURSE = {"id": "works", "title_en": "works", "title_zh": "工程款", "amount_yuan": 1e9, "uses": [KIND]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("projects")


def lived_with(folder: Path, *, months: int = 4, place: dict[str, Any] | None = None, **settings: Any) -> VillageModel:
    policy = {"kind": KIND, **settings}
    how: dict[str, Any] = {"villages": 24, "months": months, "days": 60, "purses": [PURSE], "place": place or {}}
    return lived(plan_of(folder, [policy], **how))


@cache
def missing(folder: Path, **settings: Any) -> float:
    found = lived_with(folder, **settings).county.shared[MISSING]
    assert (found >= 0.0).all()
    return float(found.mean())


def test_what_is_taken_solves_its_equation() -> None:
    watch = Watch(np.array([0.0, 1.0, 1.0]), 0.25, 1.5, 0.4)
    # Nobody looks but the meeting (0.4 * 0.3); then an audit finds a quarter, at 1.5, and the meeting of the rest.
    expected = [1.0 - 0.12, 1.0 - (0.375 + 0.75 * 0.12), 1.0 - (0.375 + 0.75 * 0.12)]
    assert taken(np.array([0.2, 0.2, 0.4]), watch, 0.3) == pytest.approx(np.array([0.2, 0.2, 0.4]) * expected)
    for share in taken(np.array([0.2, 0.2, 0.4]), watch, 0.3)[:1]:
        gain = [s * 0.88 - s * s / (2 * 0.2) for s in (0.9 * share, share, 1.1 * share)]
        assert gain[1] == max(gain)
    assert not taken(np.array([0.3]), Watch(np.ones(1), 0.8, 4.0, 0.0), 0.0).any()


def test_more_audits_leave_less_missing_and_none_but_what_villagers_see_is_helped_by_meetings(folder: Path) -> None:
    by_audits = [missing(folder, audit_share=share) for share in (0.0, 0.25, 0.5, 1.0)]
    assert by_audits == sorted(by_audits, reverse=True) and by_audits[-1] < by_audits[0] - 0.03
    by_invitations = [missing(folder, invited_share=share) for share in (0.0, 0.5, 1.0)]
    assert by_invitations == sorted(by_invitations, reverse=True)
    assert by_audits[0] - by_audits[-1] > 2.0 * (by_invitations[0] - by_invitations[-1]) > 0.0
    assert missing(folder, meetings=False) > by_audits[0]


def test_an_audit_nobody_was_told_of_finds_but_does_not_deter(folder: Path) -> None:
    told, untold, none = (
        missing(folder, audit_share=share, announced=said) for share, said in ((1.0, True), (1.0, False), (0.0, False))
    )
    assert told < untold < none
    assert missing(folder, audit_share=1.0, clawback=0.0) > told


def test_less_is_missing_where_a_village_is_better_led(folder: Path) -> None:
    def slope(leans: float) -> float:
        """How much less is missing with leadership, share a unit of it."""
        model = lived_with(folder, place={"oversight.graft_spread": 0.0, "oversight.graft_leadership": leans})
        led = model.villages["leadership"].astype(float)
        return float(np.polyfit(led, model.county.shared[MISSING], 1)[0])

    assert slope(1.0) < -0.05
    assert slope(0.0) == pytest.approx(0.0, abs=1e-9)


def test_what_is_missing_is_not_built(folder: Path) -> None:
    watched = lived_with(folder, months=12, audit_share=1.0, work="market")
    loose = lived_with(folder, months=12, audit_share=0.0, work="market")
    bare = lived(plan_of(folder, [], villages=24, days=60))
    gains = [(model.villages["cooperative"] - bare.villages["cooperative"]) for model in (loose, watched)]
    done = loose.policies[0].book.counts["projects_done"]
    assert 0 < done == watched.policies[0].book.counts["projects_done"] and (gains[1] >= gains[0]).all()
    assert gains[1].sum() > gains[0].sum() > 0.0
    book, p = watched.policies[0].book, watched.p
    assert book.counts["audits"] == 24 and book.costs["grants_yuan"] == pytest.approx(24 * 150_000)
    assert book.costs["administration_yuan"] == pytest.approx(24 * (p.audit_cost_yuan + p.meeting_hold_yuan))
    left = 1.0 - watched.county.shared[MISSING]
    assert watched.policies[0]._worth == pytest.approx(150_000 * left)  # type: ignore[attr-defined]
    assert book.counts["missing_yuan"] == pytest.approx(150_000 * (1.0 - left).sum())


def test_where_nobody_takes_nothing_is_missing_and_audits_only_cost(folder: Path) -> None:
    honest = {"oversight.graft_share": 0.0}
    for share in (0.0, 1.0):
        model = lived_with(folder, place=honest, audit_share=share)
        assert not model.county.shared[MISSING].any() and not model.policies[0].book.counts["recovered_yuan"]


def test_the_effect_of_audits_is_their_finding(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blind = {"oversight.audit_finds": [0.0, 0.0, 0.0]}
    shares = [lived_with(folder, place=blind, audit_share=s).county.shared[MISSING] for s in (0.0, 1.0)]
    assert (shares[0] == shares[1]).all()
    monkeypatch.setattr(graft, "taken", lambda leaning, watch, sees: leaning)
    heedless = lived_with(folder, audit_share=1.0, clawback=0.0)
    assert heedless.county.shared[MISSING].mean() > missing(folder, audit_share=1.0, clawback=0.0)


def test_it_moves_no_luck_of_others_and_costs_nothing_where_it_has_no_village(folder: Path) -> None:
    plain = lived(plan_of(folder, [VISITS], villages=6, closure="fixed"))
    idle = {"kind": KIND, "village_share": 0.0}
    beside = lived(plan_of(folder, [VISITS, idle], villages=6, closure="fixed", purses=[PURSE]))
    assert differing(plain, beside) == [] and beside.policies[1].book.cash_outlay_yuan == 0.0
    null = {"kind": KIND, "effects": False}
    paid = lived(plan_of(folder, [VISITS, null], villages=6, closure="fixed", purses=[PURSE]))
    assert differing(plain, paid) == [] and paid.policies[1].book.cash_outlay_yuan > 0.0
    assert paid.county.accounts.audit() < 1e-9
