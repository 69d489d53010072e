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
    """What a run left; month by month who was at risk, in which group, what each lived on against the line, and what
    it had been paid by then."""

    model: VillageModel
    policy: Any
    risks: NDArray[np.bool_]
    groups: NDArray[np.int64]
    living: NDArray[np.float64]
    paid: NDArray[np.float64]

    def counted(self, name: str) -> float:
        return float(self.policy.book.counts[name])


@cache
def run(**settings: object) -> Run:
    """The scenario that ships, in a few villages, with money enough for everybody."""
    small = [f"world.villages={VILLAGES}", f"horizon_months={MONTHS}", "policies.monitoring.end_day=760"]
    levers = {f"policies.monitoring.{name}": value for name, value in settings.items()}
    model = VillageModel(load_plan("2023/monitoring", small).with_settings({**PLENTY, **levers}), rng=3, observers=())
    policy: Any = next(one for one in model.policies if one.kind == "monitoring")
    rows = np.arange(len(model.households), dtype=np.int64)
    risks, groups, living, paid, spent = [], [], [], [], np.zeros(len(rows))
    for month in model.months():
        closed = month % 12 == 0
        now = model.households["consumption_last_yuan" if closed else "consumption_year_yuan"].copy()
        living.append(12.0 * (now - spent) / model.households["persons"] / model.county.line_now)
        risks.append(policy.at_risk(model.county))
        groups.append(policy.groups(model.county, rows))
        paid.append(policy.book.worth_yuan.copy())
        spent = np.zeros(len(rows)) if closed else now
    return Run(model, policy, np.array(risks), np.array(groups), np.array(living), np.array(paid))


def struck() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The suddenly struck of the first year where nobody helps, and the month (from 0) in which it befell them."""
    null = run(measures=())
    new = null.risks & ~np.vstack([null.risks[:1], null.risks[:-1]]) & (null.groups == STRUCK)
    new[0] = False
    early = new[: MONTHS - 12]
    rows = np.flatnonzero(early.any(axis=0))
    assert len(rows) > 40
    return rows, early[:, rows].argmax(axis=0)


def after_the_strike(run_: Run, months: int) -> NDArray[np.float64]:
    """What they lived on, a month a column, from the month after."""
    rows, when = struck()
    return np.column_stack([run_.living[when + 1 + k, rows] for k in range(months)])


def gap(run_: Run, months: int) -> float:
    """How far below the line they lived in those months, on average."""
    return float(np.maximum(0.0, 1.0 - after_the_strike(run_, months)).mean())


def test_what_is_found_early_and_helped_early_beats_what_is_found_late() -> None:
    gaps = [gap(run(accuracy=1.0, delay_days=days), 12) for days in (0, 90, 180)]
    none = gap(run(measures=()), 12)
    assert gaps[0] < gaps[1] < gaps[2] < none
    assert none - gaps[0] > 1.5 * (none - gaps[2])


def test_early_beats_late_at_equal_money() -> None:
    """Of the struck who get the same sum, at once or 90 days later: how far below the line they live in the year after.

    It is those of whom both arms pay the whole ceiling; who is on its feet again by then gets nothing late.
    """
    early, late = (run(accuracy=1.0, delay_days=days, pays=1.0, most_yuan=1000.0) for days in (0, 90))
    rows, when = struck()
    paid = [np.array([one.paid[w + 12, row] - one.paid[w, row] for row, w in zip(rows, when, strict=True)])
            for one in (early, late)]  # fmt: skip
    same = (paid[0] > 0.0) & (np.abs(paid[0] - paid[1]) < 1.0)
    assert same.sum() > 10
    missing = [np.maximum(0.0, 1.0 - after_the_strike(one, 12)[same]) for one in (early, late)]
    lower = missing[1] - missing[0]
    by_household = lower.mean(axis=1)
    error = by_household.std(ddof=1) / np.sqrt(len(by_household))
    assert by_household.mean() > 2.0 * error > 0.0
    assert lower[:, :3].mean() > 3.0 * by_household.mean()


def test_where_checks_are_right_but_slow_the_suddenly_struck_fall() -> None:
    """In the months that matter they live as if nobody had looked, though nearly as much money comes in the end."""
    fast, slow, none = run(accuracy=1.0, delay_days=0), run(accuracy=1.0, delay_days=120), run(measures=())
    assert gap(fast, 3) < gap(none, 3) - 0.01
    assert abs(gap(slow, 3) - gap(none, 3)) < 0.2 * (gap(none, 3) - gap(fast, 3))
    assert fast.counted("in_time") > 3 * slow.counted("in_time")


def test_an_accurate_check_raises_no_false_alarm() -> None:
    right, wrong = run(accuracy=1.0, delay_days=0), run(accuracy=0.6)
    assert right.counted("false_alarms") == 0.0 < right.counted("found")
    assert wrong.counted("false_alarms") > 0.2 * wrong.counted("found")


def test_bills_show_in_the_data_and_lost_income_does_not() -> None:
    both, data = run(accuracy=1.0, delay_days=0), run(accuracy=1.0, delay_days=0, look=("data",))
    assert 0.0 < data.counted("found") < both.counted("found")
    assert data.policy.book.costs["cadre_days_yuan"] < both.policy.book.costs["cadre_days_yuan"]
    assert data.counted("missed") > both.counted("missed")


def test_where_nobody_looks_the_world_is_that_of_the_baseline() -> None:
    blind = run(look=())
    small = [f"world.villages={VILLAGES}", f"horizon_months={MONTHS}"]
    plain = VillageModel(load_plan("2023/baseline", small), rng=3, observers=())
    plain.run_model()
    assert blind.counted("found") == 0.0 and blind.policy.book.cost_yuan == 0.0
    assert blind.model.households.tobytes() == plain.households.tobytes()


def test_the_three_groups_are_those_of_the_rules() -> None:
    found = run(accuracy=1.0, delay_days=0)
    h, group = found.model.households, found.policy.group
    assert (h["registered"][group == UNSTABLE] == 1).all() and (group == UNSTABLE).any()
    assert (h["registered"][group == NEAR_LINE] == 0).all() and (group == NEAR_LINE).any()
    assert found.counted("found_struck") > 0


def test_a_lower_line_finds_fewer_and_a_household_gets_no_more_than_its_ceiling() -> None:
    province, national = run(accuracy=1.0, delay_days=0), run(accuracy=1.0, delay_days=0, line="national")
    assert 0.0 < national.counted("found") < province.counted("found")
    tight = run(accuracy=1.0, delay_days=0, most_yuan=500.0)
    paid = tight.policy.book.worth_yuan / np.maximum(1.0, tight.risks.sum(axis=0))
    assert (
        0.0 < paid.max() <= 500.0 + 1e-6 and tight.policy.book.cash_outlay_yuan < province.policy.book.cash_outlay_yuan
    )


def test_with_no_savings_so_small_nobody_is_at_risk() -> None:
    small = ["world.villages=2", "horizon_months=5"]
    off = load_plan("2023/monitoring", small).with_settings({"uncertainties.policies.monitoring_savings_months": 0.0})
    model = VillageModel(off, rng=3, observers=())
    policy: Any = next(one for one in model.policies if one.kind == "monitoring")
    assert not any(policy.at_risk(model.county).any() for _ in model.months())
