"""Each policy: who may have it, who gets it, what it does, what it costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import lived, plan_of, small_profile, worth

from experiments.trials.checks import STILL
from sim.facts.lines import GREENHOUSE, LIVESTOCK
from sim.facts.terrains import HILLS, RIVER
from sim.facts.topics import KNOWS_CREDIT, KNOWS_INDUSTRY, KNOWS_TRAINING
from sim.model import VillageModel
from sim.money.lending import BANK
from sim.money.reasons import HOUSEHOLDS
from sim.scenario import load_plan


class Watched(VillageModel):
    """Keeps columns as they stood at the end of every day."""

    def __init__(self, plan: Any, columns: tuple[str, ...], **how: Any) -> None:
        super().__init__(plan, rng=3, **how)
        self._columns = columns
        self.past: dict[str, list[np.ndarray]] = {name: [state(self, name)] for name in columns}
        self.run_model()

    def _live_a_day(self, calendar: Any) -> None:
        super()._live_a_day(calendar)
        for name in self._columns:
            self.past[name].append(state(self, name))

    def days_on_which(self, name: str) -> list[int]:
        """Campaign days on which the column changed for anybody."""
        first = self.clock.day_index(self.clock.start)
        steps = self.past[name]
        return [i - first + 1 for i in range(len(steps) - 1) if (steps[i] != steps[i + 1]).any()]


def run(folder: Path, *policies: dict[str, Any], seed: int = 3, **world: Any) -> VillageModel:
    return lived(plan_of(folder, policies, **{"villages": 8, "closure": "fixed", **world}), seed)


def served(model: VillageModel, label: str = "") -> np.ndarray:
    policy = next(policy for policy in model.policies if not label or policy.label == label)
    return policy.book.served


def state(model: VillageModel, name: str) -> np.ndarray:
    """A column of the households, who has been served, or what the first policy's borrowers owe."""
    if name == "served":
        return served(model).copy()
    if name == "owed":
        return model.county.loans.owed(model.policies[0].lender)
    if name == "overdue":
        return model.county.loans.overdue(model.policies[0].lender)
    return model.households[name].copy()


# ---- visits --------------------------------------------------------------------------------------------------------


def test_visits_go_to_the_linked_or_to_everyone(tmp_path: Path) -> None:
    linked = run(tmp_path, {"kind": "visits", "visits_per_household": 2})
    assert served(linked).any() and (linked.households["linked"][served(linked)] == 1).all()
    everyone = run(tmp_path, {"kind": "visits", "coverage": "everyone"})
    assert served(everyone).sum() > 1.4 * served(linked).sum()
    assert (everyone.households["linked"][served(everyone)] == 0).any()
    visits = everyone.policies[0]
    for cadre in everyone.cadres:
        own = visits.contacts[cadre["first"] : cadre["first"] + cadre["count"]]
        assert (everyone.households["village"][own] == cadre["village"]).all()


def test_visits_take_days_and_days_run_out(tmp_path: Path) -> None:
    few, many = (
        run(tmp_path, {"kind": "visits", "coverage": "everyone", "visits_per_household": 60, "visits_per_day": n})
        for n in (1, 3)
    )
    for model in (few, many):
        c, policy = model.cadres, model.policies[0]
        assert (c["days_left"] >= 0).all() and (c["days_used"] <= c["days_left"] + c["days_used"]).all()
        given = model.profile.support.field_days_per_month * 100 / 30.4
        left = model.county.cadre_days.left[-1]  # as the campaign ended
        assert c["days_used"].sum() + left == pytest.approx(given * len(c))
        days, visited = c["days_used"].sum(), policy.book.counts["visited"]
        assert c["visits"].sum() == visited <= policy.settings.visits_per_day * days
        assert policy.book.costs["cadre_days_yuan"] == pytest.approx(days * 130)
        assert c["days_used"].mean() > 0.8 * given, "so much is asked that nearly all days are used"
    assert many.policies[0].book.counts["visited"] > 1.4 * few.policies[0].book.counts["visited"]


def test_a_visit_has_substance_or_none(tmp_path: Path) -> None:
    hollow, usual, better = (run(tmp_path, {"kind": "visits", "substance": level}) for level in (0, 1, 1.5))
    told = [model.policies[0].book.counts["visited_substance"] for model in (hollow, usual, better)]
    assert told[0] == 0 < told[1] < told[2]
    assert hollow.policies[0].book.counts["visited"] > 0
    bits = (1 << KNOWS_CREDIT) | (1 << KNOWS_INDUSTRY) | (1 << KNOWS_TRAINING)
    assert ((hollow.households["satisfaction"] < usual.households["satisfaction"])[served(usual)]).mean() > 0.5
    knowing = [int((model.households["knows"] & bits > 0).sum()) for model in (hollow, usual, better)]
    assert knowing[0] < knowing[1] <= knowing[2]


# ---- microcredit ---------------------------------------------------------------------------------------------------

LENDER = {"kind": "microcredit", "channel": "microlender", "told_share": 1.0, "quota_yuan": 50_000_000}
WOMEN = {**LENDER, "channel": "women"}


def test_loans_wait_for_a_decision_and_go_to_those_who_earn_enough(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, [{**LENDER, "days_to_decide": 12, "round_days": 30}], villages=8)
    model = Watched(plan, ("owed", "expected_yuan"))
    lent = [day for day in model.days_on_which("owed") if day in (13, 43, 73, 103)]
    others = set(model.days_on_which("owed")) - set(lent)
    first = model.clock.day_index(model.clock.start)
    assert 13 in lent and all(model.clock.is_month_end(day + first - 1) for day in others)
    debt = model.past["owed"]
    new = (debt[first + 13] > 0) & (debt[first + 12] == 0)
    applied_on = model.past["expected_yuan"][first + 1]
    assert new.any() and (applied_on[new] * 12 >= model.policies[0].terms.least_income_yuan).all()
    assert (debt[first + 13][new] <= model.policies[0].terms.size_yuan).all()
    assert (debt[first + 13][new] % 100 == 0).all()


def test_a_quota_binds_and_is_not_exceeded(tmp_path: Path) -> None:
    few = {**WOMEN, "told_share": 0.5}  # so many that the free quota reaches all of them
    free = run(tmp_path, few).policies[0]
    tight_model = run(tmp_path, {**few, "quota_yuan": free.book.principal_yuan * 215 / 8 / 3})
    tight = tight_model.policies[0]
    assert 0 < tight.book.principal_yuan <= free.book.principal_yuan / 3 + 1
    assert tight.book.lost_yuan["quota"] > 0 and free.book.lost_yuan["quota"] == 0


def test_without_a_guarantee_a_loan_needs_income(tmp_path: Path) -> None:
    need_twice = {"uncertainties": {"policies.collateral_need": 2.0}}
    with_it, without = (run(tmp_path, {**WOMEN, "guarantee": given}, **need_twice) for given in (True, False))
    lent = [model.county.loans.owed(model.policies[0].lender) for model in (with_it, without)]
    assert lent[1].sum() < lent[0].sum()
    borrowed = lent[1] > 0
    need = without.p.collateral_need
    assert borrowed.any()
    assert (lent[1][borrowed] * need <= 3 * 12 * without.households["expected_yuan"][borrowed]).all()


def test_instalments_are_paid_every_month_and_a_lump_sum_at_the_end(tmp_path: Path) -> None:
    debts = {}
    for lump in (True, False):
        terms = {"term_months": 12, "lump_sum": lump, "end_day": 1, "rate": 0.12, "days_to_decide": 5}
        plan = plan_of(tmp_path, [{**LENDER, **terms}], villages=8, months=24)
        model = Watched(plan, ("owed", "overdue"))
        ends = [model.clock.month_end_index(month) + 1 for month in range(1, 25)]
        debt = np.stack([model.past["owed"][i] for i in ends])
        late = np.stack([model.past["overdue"][i] for i in ends]).any(axis=0)
        debts[lump] = debt[:, (debt > 0).any(axis=0) & ~late]
        assert debts[lump].shape[1] > 3, "some borrow and pay on time"
    steady, once = debts[False], debts[True]
    fell = np.diff(steady[:12], axis=0)
    assert fell.max() < 0 and np.allclose(fell, fell[5], rtol=1e-9)
    # Month ends are counted: what was paid out in December falls due in November.
    assert (once[:11] == once[0]).all() and (once[11:] == 0).all() and (steady[11:] == 0).all()


def test_the_state_pays_its_share_of_interest(tmp_path: Path) -> None:
    for subsidy in (0.0, 0.5, 1.0):
        terms = {"rate": 0.1, "subsidy": subsidy, "lump_sum": True, "term_months": 24}
        model = run(tmp_path, {**LENDER, **terms})
        lender, flows = "lender microcredit", model.county.accounts.matrix()
        own = flows.get((HOUSEHOLDS, lender, "interest"), 0.0)
        state = flows.get(("state", lender, "interest subsidy"), 0.0)
        assert own + state > 0
        assert state == pytest.approx(subsidy * (own + state), rel=0.1), "but for what is late"
        assert model.policies[0].book.costs["interest_subsidy_yuan"] == pytest.approx(state)


def test_who_is_late_gets_no_loan(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, [LENDER], villages=8)
    model = VillageModel(plan, rng=3)
    rows = np.arange(len(model.households))
    model.county.loans.lend(BANK, rows, np.full(len(rows), 1e7), 0)
    model.county.loans.loans["overdue_months"][: model.county.loans.count] = 3
    model.households["overdue_months"] = 3
    model.run_model()
    assert model.policies[0].book.principal_yuan == 0.0


# ---- industry ------------------------------------------------------------------------------------------------------

STOCK = {"kind": "industry", "line": "livestock", "value_yuan": 3000, "budget_yuan": 20_000_000, "capture": 0.0}


def test_goods_in_kind_are_worth_what_they_cost_and_cost_what_they_are_worth(tmp_path: Path) -> None:
    model = Watched(plan_of(tmp_path, [STOCK], villages=8), ("livestock_head", "served"))
    policy = model.policies[0]
    first = model.clock.day_index(model.clock.start)
    day = next(d for d in model.days_on_which("livestock_head") if not model.clock.is_month_end(first + d - 1))
    before, after = (model.past["livestock_head"][first + d] for d in (day - 1, day))
    gained = after > before
    heads = (after - before)[gained]
    assert gained.any() and (model.past["served"][first + day][gained] > 0).all()
    # Nobody takes more than it can put to use; what it takes is bought at the price of the day.
    given = worth(model)
    assert (given[served(model)] <= 3000).all() and (given[served(model)] == 3000).any()
    assert not given[~served(model)].any()
    price = given[gained] / heads
    assert np.ptp(price) < 1e-6 and price[0] == pytest.approx(model.p.ewe_price_yuan, rel=0.1)
    assert policy.book.costs["grants_yuan"] == pytest.approx(given.sum())
    assert policy.book.costs["administration_yuan"] == pytest.approx(0.08 * given.sum())


def test_a_grant_is_money_and_part_of_it_goes_elsewhere(tmp_path: Path) -> None:
    kind, grant = (run(tmp_path, {**STOCK, "form": form}) for form in ("in_kind", "grant"))
    invested = grant.county.accounts.matrix()[HOUSEHOLDS, "market", "investment"]
    plain = kind.county.accounts.matrix().get((HOUSEHOLDS, "market", "investment"), 0.0)
    paid = grant.county.accounts.matrix()["policy industry", HOUSEHOLDS, "industry grants"]
    assert paid == grant.policies[0].book.costs["grants_yuan"]
    assert plain < invested < plain + paid, "the household buys for a part of it"
    assert grant.households["livestock_head"].sum() < kind.households["livestock_head"].sum()


def test_terrain_is_matched_or_not(tmp_path: Path) -> None:
    matched, anywhere = (
        run(tmp_path, {**STOCK, "line": "vegetables", "value_yuan": 20_000, "terrain_match": match}, villages=20)
        for match in (True, False)
    )
    terrain = matched.villages["terrain"][matched.households["village"]]
    assert served(matched).any() and (terrain[served(matched)] == RIVER).all()
    # The rules themselves know that hills have no water for a greenhouse.
    assert not (terrain[served(anywhere)] == HILLS).any()
    grown = matched.households["greenhouse_mu"] > 0
    assert (matched.households["knows"][grown & served(matched)] >> GREENHOUSE & 1 == 1).all()


def test_nothing_is_planted_or_built_in_frozen_ground_nor_handed_out_at_the_festival(tmp_path: Path) -> None:
    every_day = {"round_days": 1, "purses": ["unit_funds"]}
    for line in ("fruit", "vegetables", "livestock"):
        supported = {**STOCK, **every_day, "line": line, "value_yuan": 20_000 if line == "vegetables" else 2500}
        model = Watched(plan_of(tmp_path, [supported], villages=20), ("served",))
        first = model.clock.day_index(model.clock.start)
        days = [model.clock.date(first + d - 1) for d in model.days_on_which("served")]
        assert days, line
        assert not any(model.clock.is_festival(model.clock.day_index(day)) for day in days)
        if line != "livestock":
            assert all(day.month in (3, 4, 11) for day in days), line


def test_a_household_that_adds_its_own_share_pays_it(tmp_path: Path) -> None:
    model = run(tmp_path, {**STOCK, "own_share": 0.4})
    given = model.policies[0].book.costs["grants_yuan"]
    assert given > 0 and worth(model).max() == pytest.approx(0.6 * 3000)
    assert model.county.accounts.matrix()[HOUSEHOLDS, "market", "investment"] >= 0.4 / 0.6 * given


def test_a_contract_comes_with_the_goods(tmp_path: Path) -> None:
    none, some, all_ = (run(tmp_path, {**STOCK, "contract": share}) for share in (0.0, 0.5, 1.0))
    signed = [model.households["contracted"] == 1 for model in (none, some, all_)]
    assert not signed[0].any() and (signed[2] == served(all_)).all()
    assert (signed[1] <= signed[2]).all() and 0.2 < signed[1].sum() / signed[2].sum() < 0.8
    each = [model.policies[0].book.costs["administration_yuan"] for model in (none, all_)]
    assert each[1] - each[0] == pytest.approx(all_.p.contract_yuan * signed[2].sum(), rel=0.2)
    # Under a contract the same stock brings more.
    both = signed[2] & served(none) & (none.households["livestock_head"] == all_.households["livestock_head"])
    gain = (all_.households["income_last"][:, 1] - none.households["income_last"][:, 1])[both]
    assert both.any() and gain.mean() > 0


# ---- training ------------------------------------------------------------------------------------------------------

COURSE = {"kind": "training", "content": "farm", "places": 4000, "capture": 0.0}


def gain(model: VillageModel, column: str) -> float:
    """How much more the trained know right after the campaign than without it."""
    plan = model.plan.model_copy(update={"policies": ()})
    model = Watched(model.plan, (column,))
    without = Watched(plan, (column,))
    end = model.clock.last_campaign_day_index + 1
    return float((model.past[column][end] - without.past[column][end])[served(model)].mean())


def test_courses_have_places_and_a_price(tmp_path: Path) -> None:
    model = run(tmp_path, COURSE)
    policy = model.policies[0]
    number = served(model).sum()
    assert 0 < number == policy.book.counts["trained"] <= policy.book.targets["trained"] == 4000 * 8 // 215
    each = model.p.training_cost_yuan[0]
    assert policy.book.costs["grants_yuan"] == pytest.approx(each * number)
    followed = run(tmp_path, {**COURSE, "follow_up": True}).policies[0]
    assert followed.book.costs["grants_yuan"] / followed.book.counts["trained"] == pytest.approx(1.5 * each)


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        ({}, {"follow_up": True}),
        ({"hours": 6}, {"hours": 24}),
        ({"class_size": 200}, {"class_size": 40}),
        ({"places": 40_000}, {"places": 1000}),
    ],
)
def test_better_courses_teach_more(worse: dict[str, Any], better: dict[str, Any], tmp_path: Path) -> None:
    little, much = (gain(run(tmp_path, {**COURSE, **how}), "farm_skill") for how in (worse, better))
    assert 0 < little < much


def test_school_leavers_learn_for_work_and_some_are_placed(tmp_path: Path) -> None:
    course = {**COURSE, "content": "leavers"}
    model = run(tmp_path, course, place=STILL)
    before = VillageModel(model.plan, rng=3).households
    assert (before["leavers"][served(model)] > 0).all() and (model.households["leavers"][served(model)] == 0).all()
    assert gain(model, "work_skill") > 0
    models = [run(tmp_path, {**course, "placement": share}, place=STILL) for share in (0.0, 0.5, 1.0)]
    placed = [one.policies[0].book.counts["placed"] for one in models]
    assert placed[0] == 0 < placed[1] < placed[2] <= model.policies[0].book.counts["trained"]
    assert (model.households["migrants"] <= model.households["workers"]).all()


def test_nobody_attends_at_the_festival(tmp_path: Path) -> None:
    model = Watched(plan_of(tmp_path, [{**COURSE, "round_days": 1}], villages=8), ("served",))
    first = model.clock.day_index(model.clock.start)
    days = model.days_on_which("served")
    assert days and not any(model.clock.is_festival(first + day - 1) for day in days)


# ---- publicity, demonstration, cash, units ---------------------------------------------------------------------------


def test_meetings_make_things_known_to_those_who_come(tmp_path: Path) -> None:
    meetings = {"kind": "publicity", "meetings": 8, "subjects": ["credit"], "cost_yuan": 100}
    model, silent = run(tmp_path, meetings), run(tmp_path)
    end = [Watched(m.plan, ("knows", "awareness")) for m in (model, silent)]
    day = model.clock.last_campaign_day_index + 1
    knows, knew = (watched.past["knows"][day] >> KNOWS_CREDIT & 1 for watched in end)
    assert knows[served(model)].sum() > 3 * knew.sum()
    assert knows[~served(model)].sum() <= knew.sum() + 0.1 * len(knew), "the others hear of it by talk alone"
    aware = [watched.past["awareness"][day] for watched in end]
    assert (aware[0] > aware[1])[served(model)].all()
    policy = model.policies[0]
    assert 0 < policy.book.counts["meetings"] <= 8 * 8
    assert policy.book.costs["administration_yuan"] == pytest.approx(100 * policy.book.counts["meetings"])


def test_show_households_are_those_who_have_something_to_show(tmp_path: Path) -> None:
    model = run(tmp_path, {"kind": "demonstration", "line": "livestock", "households": 3})
    opened = VillageModel(model.plan, rng=3).households
    show = model.villages["shown"][:, LIVESTOCK - 1]
    assert show.max() == 3 and model.policies[0].book.counts["show_households"] == show.sum()
    assert model.policies[0].book.costs["grants_yuan"] == pytest.approx(1500 * show.sum())
    for i, v in enumerate(model.villages):
        mine = slice(v["first"], v["last"])
        assert show[i] == min(3, int((opened["livestock_head"][mine] > 0).sum()))


def test_cash_is_income_while_it_lasts_and_not_after(tmp_path: Path) -> None:
    cash = {"kind": "cash", "amount_yuan": 500, "months": 4, "budget_yuan": 3_000_000, "priority": "poorest"}
    paid, without = run(tmp_path, cash, months=24), run(tmp_path, months=24)
    got = served(paid)
    first_year = [m.households["income_last"][:, 3] for m in (run(tmp_path, cash), run(tmp_path))]
    assert got.any() and (first_year[0] - first_year[1])[got] == pytest.approx(2000)
    assert (first_year[0] == first_year[1])[~got].all()
    assert (paid.households["income_last"][:, 3] == without.households["income_last"][:, 3]).all()
    policy = paid.policies[0]
    assert policy.book.costs["grants_yuan"] == pytest.approx(2000 * got.sum())
    assert policy.book.costs["administration_yuan"] == pytest.approx(0.03 * 2000 * got.sum())
    assert policy.book.cash_outlay_yuan <= 3_000_000 * 8 / 215
    seen = VillageModel(paid.plan, rng=3).county.world.perceived_yuan  # before any review
    poorest = seen.argsort(kind="stable")[: int(got.sum() * 0.8)]
    assert got[poorest].mean() > 0.95


def test_supervision_leaves_less_to_leak_and_builds_more(tmp_path: Path) -> None:
    rich = small_profile(tmp_path, support={"unit_money_yuan": 100_000_000})
    purse = [{"id": "unit_funds", "title_en": "u", "title_zh": "u", "amount_yuan": 1e8, "uses": ["support_units"]}]
    world = {"profile": rich, "villages": 20, "months": 24, "purses": purse}
    lax, strict = (run(tmp_path, {"kind": "support_units", "supervision": s}, **world) for s in (0.0, 1.0))
    assert strict.units["leaked_yuan"].sum() == 0 < lax.units["leaked_yuan"].sum()
    built = [sum(m.villages[c].sum() for c in ("road", "irrigation", "cooperative")) for m in (lax, strict)]
    assert built[1] > built[0]


def test_a_lender_of_a_kind_of_its_own_lends_like_any_other(tmp_path: Path) -> None:
    own = "from sim.policies.microcredit import Microcredit\n\n\nclass MyLender(Microcredit):\n    kind = 'my_lender'\n"
    (tmp_path / "lender.py").write_text(own, encoding="utf-8")
    plan = plan_of(tmp_path, [], villages=6)
    purse = '[[purses]]\nid = "own"\ntitle_en = "x"\ntitle_zh = "x"\namount_yuan = 9e6\nuses = ["my_lender"]\n'
    policy = '[[policies]]\nkind = "lender:MyLender"\nchannel = "microlender"\ntold_share = 1.0\npurses = ["own"]\n'
    path = tmp_path / "own.toml"
    path.write_text(f"{plan.resolved_toml()}\n{purse}\n{policy}", encoding="utf-8")
    model = lived(load_plan(path, code=[tmp_path / "lender.py"]))
    lent = model.policies[0].book.counts["lent_yuan"]
    assert lent > 0
    assert model.county.accounts.matrix()["lender my_lender", HOUSEHOLDS, "loans"] == pytest.approx(lent)
