"""Bent policies: what each way of bending does to whom, how it comes out, and what it takes of villagers."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import VISITS, differing, lived, plan_of

from sim.core.draws import number_of
from sim.facts.topics import CALLED
from sim.model import VillageModel
from sim.money.audit import BALANCED
from sim.money.reasons import HOUSEHOLDS
from sim.policies import bends
from sim.policies.bends import CAPTURED, CHARGED, DELAYED, SKIMMED, TAKEN, felt_of, places_of

KIND = "bent_policies"
CASH = {
    "kind": "cash",
    "amount_yuan": 500,
    "months": 3,
    "budget_yuan": 6_000_000,
    "priority": "poorest",
    "capture": 0.0,
}
STOCK = {"kind": "industry", "line": "livestock", "budget_yuan": 20_000_000, "capture": 0.0}
LOANS = {"kind": "microcredit", "channel": "microlender", "told_share": 1.0}
PURSES = [
    {"id": kind, "title_en": kind, "title_zh": "经费", "amount_yuan": 1e8, "uses": [kind]}
    for kind in (KIND, "cash", "industry", "microcredit")
]
EVERYWHERE: dict[str, Any] = {"bent_times": 20.0, "channels": ()}  # but under the strongest committees


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bent")


@cache
def run(
    folder: Path, *others: str, months: int = 4, days: int = 60, place: tuple[tuple[str, Any], ...] = (), **bent: Any
) -> VillageModel:
    """Six villages with some of cash, stock, loans and visits, bent as `bent` says; not at all if it is empty."""
    known = {"cash": CASH, "stock": STOCK, "loans": LOANS, "visits": {**VISITS, "coverage": "everyone"}}
    policies = [known[name] for name in others] + ([{"kind": KIND, **bent}] if bent else [])
    how: dict[str, Any] = {"villages": 6, "months": months, "days": days, "closure": "fixed", "purses": PURSES}
    return lived(plan_of(folder, policies, place=dict(place), **how))


def counts(model: VillageModel) -> dict[str, float]:
    return next(policy.book.counts for policy in model.policies if policy.kind == KIND)


def served(model: VillageModel, label: str) -> np.ndarray:
    return model.county.books[label].served


def everywhere(folder: Path, way: str, *others: str, **how: Any) -> VillageModel:
    """The run in which every place is bent in that way."""
    return run(folder, *others, **EVERYWHERE, ways=(way,), **how)


def test_what_is_skimmed_does_not_arrive_and_what_is_charged_is_paid_back_and_both_are_in_one_account(
    folder: Path,
) -> None:
    straight = run(folder, "cash")
    got = served(straight, "cash")
    for way, number, part in (("skimmed", SKIMMED, 0.2), ("charged", CHARGED, 0.1)):
        bent = everywhere(folder, way, "cash")
        places = places_of(bent.county, "cash")
        assert set(places["way"]) <= {0, number} and (served(bent, "cash") == got).all()
        there = got & (places["way"] > 0)[bent.households["village"]]
        assert there.any() and (felt_of(bent.county, "cash") == there).all()
        meant = bent.county.books["cash"].costs["grants_yuan"]
        assert meant == straight.county.books["cash"].costs["grants_yuan"]
        taken = bent.county.accounts.balances[TAKEN]
        assert taken == pytest.approx(part * 1500 * there.sum()) == pytest.approx(counts(bent)["taken_yuan"])
        income = [model.households["income_year"].sum(axis=1) for model in (straight, bent)]
        assert (income[0] - income[1])[got & ~there] == pytest.approx(0.0, abs=50.0)
        assert (income[0] - income[1])[there].mean() == pytest.approx(part * 1500, rel=0.3)
        assert bent.county.accounts.audit() <= BALANCED


def test_goods_that_are_skimmed_are_sold_and_less_is_put_to_use(folder: Path) -> None:
    straight, bent = run(folder, "stock", months=6), everywhere(folder, "skimmed", "stock", months=6)
    flows = bent.county.accounts.matrix()
    assert flows["market", TAKEN, "goods skimmed and sold"] > 0 and bent.county.accounts.audit() <= BALANCED
    stock = [model.households["livestock_head"][served(model, "industry")].mean() for model in (straight, bent)]
    assert stock[1] < stock[0]


def test_of_a_loan_that_is_skimmed_all_is_owed(folder: Path) -> None:
    bent = everywhere(folder, "skimmed", "loans")
    flows, lent = bent.county.accounts.matrix(), counts_of(bent, "lent_yuan")
    taken = flows["lender microcredit", TAKEN, "skimmed from what is given"]
    assert taken > 0 and flows["lender microcredit", HOUSEHOLDS, "loans"] == pytest.approx(lent - taken)
    assert bent.county.loans.loans["principal_yuan"].sum() > 0 and bent.county.accounts.audit() <= BALANCED


def counts_of(model: VillageModel, name: str) -> float:
    return next(policy.book.counts[name] for policy in model.policies if policy.kind == "microcredit")


def test_who_is_held_up_waits_and_who_has_connections_comes_first(folder: Path) -> None:
    straight, late = run(folder, "stock"), everywhere(folder, "delayed", "stock")
    held = (places_of(late.county, "industry")["way"] == DELAYED)[late.households["village"]]
    assert served(straight, "industry")[held].any() and not served(late, "industry")[held].any()
    in_time = everywhere(folder, "delayed", "stock", place=(("oversight.bent_delay_days", 15),))
    assert served(in_time, "industry")[held].any()
    fair, bent = run(folder, "cash"), everywhere(folder, "captured", "cash")
    assert set(places_of(bent.county, "cash")["way"]) <= {0, CAPTURED}
    well_off = bent.county.income_per_head > bent.p.well_off_lines * bent.county.line_yuan
    shares = [float(well_off[served(model, "cash")].mean()) for model in (fair, bent)]
    assert shares[1] > shares[0] + 0.05
    passed_over = felt_of(bent.county, "cash")
    assert passed_over.any() and not (passed_over & well_off).any()


def test_nothing_comes_out_without_channels_and_more_of_them_leave_less_bent(folder: Path) -> None:
    how: dict[str, Any] = {"ways": ("charged", "skimmed"), "bent_times": 6.0}
    shut, letters, all_open = (
        counts(run(folder, "cash", "visits", months=9, channels=channels, **how))
        for channels in ((), ("letters",), ("calls", "accounts", "hotline", "letters"))
    )
    assert shut["reported"] == shut["mended"] == 0 < shut["bent_months"]
    assert letters["reported"] < all_open["reported"] and 0 < all_open["mended"] <= all_open["reported"]
    assert all_open["bent_months"] < letters["bent_months"] <= shut["bent_months"]
    seldom, often = (
        counts(
            run(
                folder,
                "cash",
                "visits",
                channels=("calls", "accounts"),
                place=(("oversight.bent_mended", part),),
                **how,
            )
        )
        for part in (0.1, 0.95)
    )
    assert seldom["mended"] < often["mended"]


def test_more_places_are_bent_under_weak_committees_and_mended_ones_are_bent_again(folder: Path) -> None:
    by_times = [counts(run(folder, "cash", bent_times=n, channels=()))["bent_months"] for n in (0.0, 1.0, 9.0)]
    assert 0 == by_times[0] < by_times[1] < by_times[2]
    some = run(folder, "cash", bent_times=1.0, channels=())
    policy = next(policy for policy in some.policies if policy.kind == KIND)
    chance = policy._chance.sum(axis=1)  # type: ignore[attr-defined]
    assert np.argmin(chance) == np.argmax(some.villages["leadership"])
    later = [
        counts(run(folder, "cash", months=6, bent_times=1.0, channels=(), place=(("oversight.bent_again", rate),)))
        for rate in (0.0, 2.0)
    ]
    assert later[0]["bent_months"] < later[1]["bent_months"]


def test_whoever_comes_from_outside_takes_days_of_villagers(folder: Path) -> None:
    def free_days(received: float) -> tuple[float, float]:
        place = (("oversight.bent_received", received), ("oversight.called_days", 5.0))
        model = run(folder, "visits", months=2, days=35, bent_times=0.0, channels=("hotline",), place=place)
        assert ((model.households["knows"] >> CALLED) & 1 == 0).all(), "nobody is called any more"
        return counts(model).get("called", 0.0), float(model.villages["free_days"].sum())

    called, free = zip(*(free_days(times) for times in (0.0, 1.0, 5.0)), strict=True)
    assert called[0] == 0 < called[1] < called[2] and free[0] > free[1] > free[2]


def test_whoever_has_felt_it_thinks_less_of_the_help(folder: Path) -> None:
    calm, angry = (
        everywhere(folder, "charged", "cash", place=(("oversight.bent_anger", part),)) for part in (0.0, 0.5)
    )
    felt = felt_of(angry.county, "cash")
    before, after = (model.households["satisfaction"] for model in (calm, angry))
    assert felt.any() and (after[felt] < before[felt]).all() and (after[~felt] == before[~felt]).all()


def test_witnesses_and_those_who_come_to_hear_accounts_are_called_from_work(folder: Path) -> None:
    none = (("oversight.bent_received", 0.0),)
    how: dict[str, Any] = {"ways": ("charged", "skimmed"), "bent_times": 9.0, "months": 6}

    def called(*channels: str, witnesses: float) -> float:
        place = (*none, ("oversight.bent_witnesses", witnesses))
        return counts(run(folder, "cash", "visits", channels=channels, place=place, **how)).get("called", 0.0)

    assert called("hotline", witnesses=0.0) == 0 < called("hotline", witnesses=20.0) < called("hotline", witnesses=60.0)
    assert called("accounts", witnesses=0.0) > 0


def test_with_enough_for_all_nobody_is_passed_over(folder: Path) -> None:
    assert felt_of(everywhere(folder, "captured", "cash").county, "cash").any()
    rich = lived(
        plan_of(
            folder,
            [{**CASH, "budget_yuan": 3e8}, {"kind": KIND, **EVERYWHERE, "ways": ["captured"]}],
            villages=6, months=4, days=60, closure="fixed",
            purses=[{**purse, "amount_yuan": 1e9} for purse in PURSES],
        )
    )  # fmt: skip
    assert served(rich, "cash").all() and not felt_of(rich.county, "cash").any()


def test_who_is_passed_over_is_the_same_in_whatever_order_they_are_told(folder: Path) -> None:
    """Half of each village is served; in the first those with connections come first, in the second nothing is felt."""
    model = run(folder, "cash")
    county, home = model.county, model.households["village"]
    rows = np.flatnonzero(home <= 1).astype(np.int64)
    felt = []
    for told in (1, -1):
        bends.set_up(county, "tried")
        places_of(county, "tried")["way"][0] = CAPTURED
        turn = bends.in_turn(county, "tried", rows, lambda name, who: (who % 7) / 7.0)
        assert not (turn == rows).all() and sorted(turn) == sorted(rows)
        got = np.concatenate([turn[home[turn] == village][: (home[turn] == village).sum() // 2] for village in (0, 1)])
        bends.passed_over(county, "tried", turn[::told], got)
        felt.append(felt_of(county, "tried").copy())
    first = rows[home[rows] == 0]
    assert felt[0].any() and (felt[0] == felt[1]).all()
    assert set(np.flatnonzero(felt[0])) <= set(first[: len(first) // 2]) - set(got), "they stood in the first half"


def test_what_is_held_up_comes_in_the_end_and_a_place_bent_again_holds_up_again(folder: Path) -> None:
    wait = ("oversight.bent_delay_days", 40)
    once, again = (
        everywhere(folder, "delayed", "stock", months=8, days=200, place=(wait, ("oversight.bent_again", rate)))
        for rate in (0.0, 3.0)
    )
    assert (places_of(once.county, "industry")["way"] == 0).all(), "40 days have gone"
    assert counts(once)["bent_months"] < counts(again)["bent_months"]


def test_who_speaks_of_one_policy_need_not_speak_of_another(folder: Path) -> None:
    bent = everywhere(folder, "charged", "cash", "stock", months=3)
    rows = np.arange(len(bent.households))
    policy = next(policy for policy in bent.policies if policy.kind == KIND)
    number = policy.number("speaks by letters")
    luck = [bent.county.luck(number, rows, 2, number_of(label)) for label in ("cash", "industry")]
    assert abs(np.corrcoef(*luck)[0, 1]) < 0.1


def test_channels_cost_money_and_days_and_close_without_them(folder: Path) -> None:
    model = run(folder, "cash", "visits", bent_times=9.0, channels=("accounts",))
    book = model.county.books[KIND]
    assert book.costs["administration_yuan"] >= 4 * 6 * 150 * 0.9 and book.costs["cadre_days_yuan"] > 0
    assert model.county.accounts.audit() <= BALANCED
    broke = run(folder, "cash", "visits", bent_times=9.0, channels=("accounts",), budget_yuan=0.0)
    assert counts(broke)["reported"] == 0 and broke.county.books[KIND].cash_outlay_yuan == 0


def test_it_moves_no_luck_of_others_and_without_effects_costs_money_alone(folder: Path) -> None:
    none = (("oversight.bent_received", 0.0),)
    plain = run(folder, "cash", "loans", "visits", place=none)
    idle = run(folder, "cash", "loans", "visits", place=none, bent_times=0.0, channels=())
    assert differing(plain, idle) == []
    null = run(folder, "cash", "loans", "visits", place=none, bent_times=9.0, effects=False)
    assert differing(plain, null) == [] and null.county.books[KIND].costs["administration_yuan"] > 0
    assert TAKEN not in null.county.accounts.balances


def test_nobody_is_charged_for_a_post_that_has_no_effect(folder: Path) -> None:
    purse = {"id": "posts", "title_en": "posts", "title_zh": "岗位", "amount_yuan": 1e8, "uses": ["public_posts"]}
    purses = [*PURSES, purse]

    def taken(effects: bool) -> float:
        policies = [{"kind": "public_posts", "effects": effects}, {"kind": KIND, **EVERYWHERE, "ways": ["charged"]}]
        model = lived(plan_of(folder, policies, villages=6, months=4, days=60, closure="fixed", purses=purses))
        return model.county.accounts.balances.get(TAKEN, 0.0)

    assert taken(True) > 0 == taken(False)


def test_what_channels_and_inspections_lack_is_told_as_money_short(folder: Path) -> None:
    short = run(folder, "cash", "visits", bent_times=9.0, channels=("accounts",), budget_yuan=50_000.0)
    assert short.county.books[KIND].lost_yuan["purse"] > 0
