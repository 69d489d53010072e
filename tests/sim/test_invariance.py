"""What a change does not reach stays as it was, to the last bit: chance is keyed, never queued for.

County couplings (prices, jobs, budgets, rankings) reach far by design: here they are held fixed or kept from binding.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import EVERY_POLICY, VISITS, differing, done, lived, plan_of, records_bytes, small_profile

from sim.core.mesa_compat import MesaAgent
from sim.model import VillageModel

PUBLICITY = {"kind": "publicity", "subjects": ["livestock", "business", "credit", "jobs"], "meetings": 6}
CREDIT = {"kind": "microcredit", "channel": "microlender", "told_share": 1.0}


def some(policy: dict[str, Any], share: float = 0.5) -> dict[str, Any]:
    """The policy in a keyed lottery's share of the villages."""
    return {**policy, "village_share": share}


def reached(model: VillageModel, labels: Sequence[str] | None = None) -> np.ndarray:
    """Villages in which any policy (but visits) is at work."""
    on = np.zeros(len(model.villages), dtype=np.bool_)
    for policy in model.policies:
        if policy.kind != "visits" and (labels is None or policy.label in labels):
            on |= policy.villages_on(model.county)
    return on


FIRST_LOAN = frozenset({"households.first_loan"})


def changed(one: VillageModel, other: VillageModel, but: Collection[str] = FIRST_LOAN) -> np.ndarray:
    """Villages in which anything differs: the village, its households, its cadres.

    Where a loan stands in the county's book depends on who else has borrowed; what is owed does not.
    """
    n = min(len(one.villages), len(other.villages))
    found = np.zeros(n, dtype=np.bool_)
    for i in range(n):
        a, b = one.villages[i], other.villages[i]
        for kind, first, last in (("households", "first", "last"), ("cadres", "first_cadre", "last_cadre")):
            x, y = (getattr(m, kind)[v[first] : v[last]] for m, v in ((one, a), (other, b)))
            names = [name for name in x.dtype.names if f"{kind}.{name}" not in but]
            found[i] |= len(x) != len(y) or any(x[name].tobytes() != y[name].tobytes() for name in names)
        found[i] |= a.tobytes() != b.tobytes()
    return found


# ---- policies ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", EVERY_POLICY[1:], ids=lambda p: p.get("label", p["kind"]))
def test_adding_a_policy_changes_nothing_where_it_does_not_go(policy: dict[str, Any], tmp_path: Path) -> None:
    without = lived(plan_of(tmp_path, [VISITS], villages=10, months=24, closure="fixed"))
    with_it = lived(plan_of(tmp_path, [VISITS, some(policy)], villages=10, months=24, closure="fixed"))
    on, differ = reached(with_it), changed(without, with_it)
    assert 0 < on.sum() < len(on)
    assert not differ[~on].any()
    assert differ[on].any()


def test_dropping_one_of_many_changes_nothing_where_it_did_not_go(tmp_path: Path) -> None:
    many = [VISITS, some(PUBLICITY), some(CREDIT), some({"kind": "demonstration"}), some(dict(EVERY_POLICY[3]))]
    for left_out in range(1, len(many)):
        fewer = [policy for i, policy in enumerate(many) if i != left_out]
        all_of_them = lived(plan_of(tmp_path, many, villages=10, closure="fixed"))
        without = lived(plan_of(tmp_path, fewer, villages=10, closure="fixed"))
        label = many[left_out].get("label", many[left_out]["kind"])
        on, differ = reached(all_of_them, [label]), changed(all_of_them, without)
        assert 0 < on.sum() < len(on)
        assert not differ[~on].any(), label
        assert differ[on].any(), label


def test_with_prices_that_answer_a_change_reaches_further(tmp_path: Path) -> None:
    """Or the two tests above would show nothing: it is the closure that holds the others still."""
    policies = [VISITS, some(EVERY_POLICY[3])]
    without = lived(plan_of(tmp_path, [VISITS], villages=10))
    with_it = lived(plan_of(tmp_path, policies, villages=10))
    assert changed(without, with_it)[~reached(with_it)].any()


def test_another_county_feels_nothing_even_then(tmp_path: Path) -> None:
    profile = small_profile(tmp_path, villages=4, flags={"linked_households": 60})
    plans = [
        plan_of(tmp_path, policies, villages=8, profile=profile, months=24)
        for policies in ([VISITS], [VISITS, some(EVERY_POLICY[3], 0.2)])
    ]
    for seed in range(100):
        on = reached(VillageModel(plans[1], rng=seed))
        if on[:4].any() and not on[4:].any():
            break
    without, with_it = (lived(plan, seed) for plan in plans)
    assert with_it.villages["county"].tolist() == [0] * 4 + [1] * 4
    differ = changed(without, with_it)
    assert differ[:4][~on[:4]].any() and not differ[4:].any()


def test_the_order_of_policies_changes_nothing(tmp_path: Path) -> None:
    there = lived(plan_of(tmp_path, EVERY_POLICY, villages=6))
    back = lived(plan_of(tmp_path, EVERY_POLICY[::-1], villages=6))
    assert differing(there, back) == []
    for label, book in there.county.books.items():
        too = back.county.books[label]
        assert book.served.tobytes() == too.served.tobytes() and done(book) == done(too) > 0, label
    assert there.county.accounts.matrix() == back.county.accounts.matrix()


def test_renaming_a_policy_moves_no_luck_but_its_own(tmp_path: Path) -> None:
    def plan(**label: str) -> Any:
        return plan_of(tmp_path, [VISITS, some(CREDIT), some({**PUBLICITY, **label})], villages=12, closure="fixed")

    one, other = lived(plan()), lived(plan(label="radio"))
    on, too = reached(one, ["publicity"]), reached(other, ["radio"])
    assert (on != too).any(), "a name of its own is luck of its own"
    differ = changed(one, other)
    assert not differ[~on & ~too].any() and (~on & ~too).any()
    assert differ[on | too].any()


NOTHING = [
    {"kind": "cash", "budget_yuan": 1},
    {"kind": "industry", "line": "livestock", "budget_yuan": 1},
    {"kind": "training", "content": "farm", "budget_yuan": 1},
    {"kind": "microcredit", "label": "spare", "channel": "women", "quota_yuan": 1, "told_share": 0},
    {"kind": "publicity", "meetings": 0},
    {"kind": "publicity", "village_share": 0},
    {"kind": "demonstration", "households": 0, "meetings": 0},
    {"kind": "support_units", "village_share": 0},
]


@pytest.mark.parametrize("closure", ["fixed", "endogenous"])
@pytest.mark.parametrize("idle", NOTHING, ids=lambda p: "-".join(map(str, p.values())))
def test_a_policy_that_can_do_nothing_changes_nothing(idle: dict[str, Any], closure: str, tmp_path: Path) -> None:
    busy = [VISITS, {**CREDIT, "label": "lender"}, {**PUBLICITY, "label": "meetings"}]
    without = lived(plan_of(tmp_path, busy, villages=4, closure=closure))
    with_it = lived(plan_of(tmp_path, [{"label": "idle", **idle}, *busy], villages=4, closure=closure))
    assert differing(without, with_it) == []
    policy = with_it.policies[0]
    assert sum(policy.book.costs.values()) == 0.0 and policy.book.cash_outlay_yuan == 0.0


# ---- villages, seeds, agents ---------------------------------------------------------------------------------------


def test_a_bigger_world_leaves_the_first_villages_as_they_were(tmp_path: Path) -> None:
    purse = {"id": "extra", "title_en": "x", "title_zh": "x", "amount_yuan": 1e9, "uses": ["microcredit", "publicity"]}
    credit = {"purses": ["extra"]}
    policies = [VISITS, {**CREDIT, "quota_yuan": 1e9, **credit}, {**PUBLICITY, **credit}, {"kind": "demonstration"}]
    worlds = [
        lived(plan_of(tmp_path, policies, villages=n, closure="fixed", months=24, purses=[purse])) for n in (6, 12, 230)
    ]
    assert worlds[2].villages["county"].max() == 1
    for bigger in worlds[1:]:
        # Fifths are of all there are: not a household's own.
        assert not changed(worlds[0], bigger, but={"households.fifth", *FIRST_LOAN}).any()
        assert bigger.policies[1].book.principal_yuan > worlds[0].policies[1].book.principal_yuan > 0


def test_who_is_made_first_in_mesa_plays_no_part(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, EVERY_POLICY)
    alone = lived(plan, engine="agents")
    ids = [agent.unique_id for agent in alone._mesa_agents["households"]]
    for engine in ("agents", "compiled"):
        crowded = VillageModel(plan, rng=3, engine=engine)
        others = [MesaAgent(crowded) for _ in range(5)]
        assert len(crowded.agents) == len(others) + sum(map(len, crowded._mesa_agents.values()))
        crowded.random.random(), crowded.rng.random()
        crowded.run_model()
        assert [agent.unique_id for agent in crowded._mesa_agents["households"]] != ids
        assert differing(alone, crowded) == []


def test_the_population_does_not_change_with_the_run_seed(tmp_path: Path) -> None:
    plan = plan_of(tmp_path)
    assert differing(VillageModel(plan, rng=1), VillageModel(plan, rng=2)) == []


def test_a_run_leaves_no_trace_in_the_next(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, EVERY_POLICY)
    first = lived(plan)
    lived(plan_of(tmp_path, [VISITS], uncertainties={"farm.gate_margin": 0.3}, name="other"), seed=8)
    again = lived(plan)
    assert differing(first, again) == []
    assert records_bytes(first.recorder.columns()) == records_bytes(again.recorder.columns())
