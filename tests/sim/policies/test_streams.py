"""Streams: what fits a purpose, what offices apart leave undone, late and cut money, and what becomes of the rest."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from small_worlds import VISITS, differing, lived, plan_of

from sim.facts.units import PROJECTS
from sim.model import VillageModel
from sim.policies.projects import NAMES
from sim.policies.streams import STREAMS, Streams

KIND = "streams"
VILLAGES = 6


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("streams")


def purse(yuan: float) -> dict[str, Any]:
    """Money of so much for the villages of these tests."""
    return {"id": "p", "title_en": "p", "title_zh": "专项", "amount_yuan": yuan * 215 / VILLAGES, "uses": [KIND]}


def shares(*names: str) -> tuple[str, tuple[float, ...]]:
    """All money in these streams, evenly."""
    return "streams.stream_share", tuple(float(name in names) for name in STREAMS)


def only(kind: str) -> tuple[str, tuple[float, ...]]:
    """Nothing is ever enough of one kind of project, and everything is of the others."""
    return "policies.project_enough", tuple(1.0 if name == kind else 0.3 for name in PROJECTS)


STEADY = ("trend.cpi", (0.0,) * 14)
"""Prices that never move."""


@cache
def run(
    folder: Path, yuan: float = 600_000.0, place: tuple[tuple[str, Any], ...] = (), months: int = 13, **settings: Any
) -> VillageModel:
    policies = [{"kind": KIND, **settings}] if settings else []
    how: dict[str, Any] = {"villages": VILLAGES, "months": months, "days": 60, "closure": "fixed"}
    place_of = {name: list(value) if isinstance(value, tuple) else value for name, value in place}
    model: VillageModel = lived(plan_of(folder, policies, purses=[purse(yuan)], place=place_of, **how))
    return model


def of(model: VillageModel) -> Streams:
    policy = model.policies[-1]
    assert isinstance(policy, Streams)
    return policy


def spent(model: VillageModel) -> dict[str, float]:
    return dict(zip(STREAMS, of(model).spent_by.tolist(), strict=True))


def test_two_streams_pay_for_a_road_together_that_neither_can_pay_alone(folder: Path) -> None:
    place = (shares("roads", "infrastructure"), only("road"), STEADY)
    apart, bundled = (run(folder, 200_000.0, place, bundled=b) for b in (False, True))
    assert of(apart).book.counts["begun"] == 0 and of(apart).book.lost_yuan["purse"] > 0
    assert of(bundled).book.counts["begun"] == of(bundled).book.counts["finished"] == 1
    assert spent(bundled)["roads"] == 100_000.0  # money that could serve nothing else goes first
    assert spent(bundled)["infrastructure"] == pytest.approx(80_000.0)
    assert of(apart).book.cash_outlay_yuan == pytest.approx(0.2 * 200_000.0)
    was, now = run(folder, place=place).villages["road"], bundled.villages["road"]
    assert (now > was).sum() == 1 and (apart.villages["road"] == was).all()


def test_no_stream_pays_for_what_it_is_not_meant_for(folder: Path) -> None:
    """A road is what is needed, and money for libraries and houses cannot build one, bundled or not."""
    place = (shares("libraries", "houses"), only("road"), STEADY)
    for bundled in (False, True):
        model = run(folder, 2e6, place, bundled=bundled)
        assert (model.villages["road"] == run(folder, place=place).villages["road"]).all()
        assert of(model).book.counts["unspent_yuan"] > 1e6 and of(model).book.counts["begun"] > 0
        news, house = (model.p.project_cost_yuan[NAMES.index(name)] for name in ("news", "house"))
        assert spent(model)["libraries"] % news == 0 and spent(model)["houses"] % house == 0
        assert sum(spent(model).values()) == spent(model)["libraries"] + spent(model)["houses"]


def test_bundled_leaves_less_the_smaller_the_streams_are(folder: Path) -> None:
    """What is left of each stream is too little for a project: of thirteen offices, or of one plan."""
    left = {}
    for yuan in (300_000.0, 600_000.0):
        for bundled in (False, True):
            made = of(run(folder, yuan, bundled=bundled)).book.counts
            assert made["released_yuan"] == pytest.approx(yuan)
            left[yuan, bundled] = (made["unspent_yuan"] + made["misused_yuan"]) / yuan
    assert left[300_000.0, False] > left[600_000.0, False] > left[600_000.0, True]
    assert left[300_000.0, False] > left[300_000.0, True] + 0.1


def test_the_later_and_the_less_the_fewer_are_built(folder: Path) -> None:
    late = [of(run(folder, late_days=days)).book for days in (0.0, 150.0, 300.0, 600.0)]
    begun = [book.counts["begun"] for book in late]
    assert begun == sorted(begun, reverse=True) and begun[0] > begun[-1]
    assert late[0].counts["late_yuan"] == 0.0 < late[1].counts["late_yuan"] <= 600_000.0
    assert late[-1].counts["withheld_yuan"] > 0.0
    cut = [of(run(folder, in_full=share)).book for share in (1.0, 0.6, 0.2, 0.0)]
    built = [book.counts["begun"] for book in cut]
    assert built == sorted(built, reverse=True) and built[0] > built[-1] == 0.0
    for share, book in zip((1.0, 0.6, 0.2, 0.0), cut, strict=True):
        assert book.counts["withheld_yuan"] == pytest.approx((1.0 - share) * 600_000.0, abs=1e-6)


def test_what_is_left_at_the_day_is_partly_put_to_another_use_and_the_books_balance(folder: Path) -> None:
    for diverts in (0.0, 0.5):
        model = run(folder, place=(("streams.stream_diverts", diverts),), bundled=False)
        made, book = of(model).book.counts, of(model).book
        left = 600_000.0 - sum(spent(model).values())
        assert left > 0.0 and made["misused_yuan"] == pytest.approx(diverts * left)
        assert made["unspent_yuan"] == pytest.approx((1.0 - diverts) * left)
        assert book.costs["administration_yuan"] == pytest.approx(diverts * left)
        assert book.costs["grants_yuan"] == pytest.approx(sum(spent(model).values()))
        assert model.county.accounts.audit() < 1e-9
        held = next(held for held in model.county.purses.held if held.id == "p")
        assert held.left_yuan == pytest.approx(made["unspent_yuan"])
    early = of(run(folder, end_day=40)).book.counts
    assert 0 < early["begun"] == early["finished"] < of(run(folder, 2e6, bundled=True)).book.counts["begun"]


def test_it_moves_no_luck_of_others_and_without_effects_changes_nothing(folder: Path) -> None:
    how: dict[str, Any] = {"villages": 3, "months": 6, "closure": "fixed", "purses": [purse(600_000.0)]}
    plain = lived(plan_of(folder, [VISITS], **how))
    off: list[dict[str, Any]] = [{"village_share": 0.0}, {"in_full": 0.0}, {"budget_yuan": 0.0}, {"effects": False}]
    for settings in off:
        beside = lived(plan_of(folder, [VISITS, {"kind": KIND, **settings}], **how))
        assert differing(plain, beside) == []
        assert (beside.policies[1].book.cash_outlay_yuan == 0.0) is (settings != {"effects": False})


def test_both_engines_build_to_the_same_bits(folder: Path) -> None:
    plan = plan_of(folder, [{"kind": KIND}], villages=2, months=8, purses=[purse(900_000.0)])
    compiled, agents = (lived(plan, engine=engine) for engine in ("compiled", "agents"))
    assert differing(compiled, agents) == [] and of(compiled).book.counts == of(agents).book.counts
