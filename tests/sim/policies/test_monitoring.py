"""Return-to-poverty monitoring: who is found, by whom, how fast, how rightly; and what being found in time is worth."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import load_plan
from sim.facts.monitored import NEAR_LINE, STRUCK, UNSTABLE
from sim.model import VillageModel

VILLAGES, MONTHS = 15, 26
PLENTY = {"purses.monitoring_funds.amount_yuan": 4e8, "policies.monitoring.budget_yuan": 3e8}


class Run(NamedTuple):
    """What a run left, and who was at risk at each month's end."""

    model: VillageModel
    policy: Any
    risks: NDArray[np.bool_]
    groups: NDArray[np.int64]

    def count(self, name: str) -> float:
        return float(self.policy.book.counts[name])


@cache
def run(**settings: object) -> Run:
    """The scenario that ships, in a few villages, with money enough for everybody."""
    small = [f"world.villages={VILLAGES}", f"horizon_months={MONTHS}", "policies.monitoring.end_day=760"]
    levers = {f"policies.monitoring.{name}": value for name, value in settings.items()}
    model = VillageModel(load_plan("2023/monitoring", small).with_settings({**PLENTY, **levers}), rng=3, observers=())
    policy = next(one for one in model.policies if one.kind == "monitoring")
    rows = np.arange(len(model.households), dtype=np.int64)
    seen = [(policy.at_risk(model.county), policy.groups(model.county, rows)) for _ in model.months()]
    model.county.accounts.audit()
    return Run(model, policy, np.array([risk for risk, _ in seen]), np.array([group for _, group in seen]))


def struck() -> NDArray[np.bool_]:
    """Households that are suddenly struck, where nobody helps anybody, early enough to see what becomes of them."""
    null = run(measures=())
    new = null.risks & ~np.vstack([null.risks[:1], null.risks[:-1]])
    found: NDArray[np.bool_] = (new & (null.groups == STRUCK))[: MONTHS - 6].any(axis=0)
    return found


def test_what_is_found_early_and_helped_early_beats_what_is_found_late() -> None:
    """Where checks are right but slow the suddenly struck fall further: into debt, and out of their animals."""
    early, late = run(accuracy=1.0, delay_days=0), run(accuracy=1.0, delay_days=360)
    mine = struck()
    assert mine.sum() > 25
    assert early.count("in_time") > 3 * late.count("in_time")
    owed = [(one.model.households["informal_yuan"] - one.model.households["cash_yuan"])[mine] for one in (early, late)]
    kept = [one.model.households["livestock_head"][mine].mean() for one in (early, late)]
    assert owed[0].mean() < owed[1].mean() - 100.0
    assert kept[0] > kept[1]


def test_help_that_comes_late_is_still_better_than_none() -> None:
    late, none = run(accuracy=1.0, delay_days=360), run(measures=())
    mine = struck()
    owed = [(one.model.households["informal_yuan"] - one.model.households["cash_yuan"])[mine] for one in (late, none)]
    assert owed[0].mean() < owed[1].mean()


def test_an_accurate_check_raises_no_false_alarm() -> None:
    right, wrong = run(accuracy=1.0, delay_days=0), run(accuracy=0.6)
    assert right.count("false_alarms") == 0.0 < right.count("found")
    assert wrong.count("false_alarms") > 0.2 * wrong.count("found")


def test_bills_show_in_the_data_and_lost_income_does_not() -> None:
    both, data = run(accuracy=1.0, delay_days=0), run(accuracy=1.0, delay_days=0, look=("data",))
    assert 0.0 < data.count("found") < both.count("found")
    assert data.policy.book.costs["cadre_days_yuan"] < both.policy.book.costs["cadre_days_yuan"]
    assert data.count("missed") > both.count("missed")


def test_where_nobody_looks_the_world_is_that_of_the_baseline() -> None:
    blind = run(look=())
    small = [f"world.villages={VILLAGES}", f"horizon_months={MONTHS}"]
    plain = VillageModel(load_plan("2023/baseline", small), rng=3, observers=())
    plain.run_model()
    assert blind.count("found") == 0.0 and blind.policy.book.cost_yuan == 0.0
    assert blind.model.households.tobytes() == plain.households.tobytes()


def test_the_three_groups_are_those_of_the_rules() -> None:
    found = run(accuracy=1.0, delay_days=0)
    h, group = found.model.households, found.policy.group
    assert (h["registered"][group == UNSTABLE] == 1).all() and (group == UNSTABLE).any()
    assert (h["registered"][group == NEAR_LINE] == 0).all() and (group == NEAR_LINE).any()
    assert found.count("found_struck") > 0


def test_a_lower_line_finds_fewer_and_a_household_gets_no_more_than_its_ceiling() -> None:
    province, national = run(accuracy=1.0, delay_days=0), run(accuracy=1.0, delay_days=0, line="national")
    assert 0.0 < national.count("found") < province.count("found")
    tight = run(accuracy=1.0, delay_days=0, most_yuan=500.0)
    paid = tight.policy.book.worth_yuan / np.maximum(1.0, tight.risks.sum(axis=0))
    assert (
        0.0 < paid.max() <= 500.0 + 1e-6 and tight.policy.book.cash_outlay_yuan < province.policy.book.cash_outlay_yuan
    )


def test_with_no_savings_so_small_nobody_is_at_risk() -> None:
    small = ["world.villages=2", "horizon_months=5"]
    off = load_plan("2023/monitoring", small).with_settings({"uncertainties.policies.monitoring_savings_months": 0.0})
    model = VillageModel(off, rng=3, observers=())
    policy = next(one for one in model.policies if one.kind == "monitoring")
    assert not any(policy.at_risk(model.county).any() for _ in model.months())
