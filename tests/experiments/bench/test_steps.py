"""What steps take is measured where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.bench.steps import measure_steps
from sim.order import Order
from tests.small_worlds import plan_of


def test_every_step_that_ran_has_its_own_time(tmp_path: Path) -> None:
    order = Order()
    phases, rules = [*order.day(), *order.month_end()], order.household_month()
    times = measure_steps(plan_of(tmp_path, villages=1, months=12), phases, rules)
    close = "VillageModel._close_month"
    ran = {"close_month", "learn_from_contacts", "Accounts.post", "LoanBook.post"}
    ran |= {"Policy.month_end", "Observer.month_end"}
    assert ran <= {name for within, name in times.ns if within == close}
    whole = times.ns["VillageModel._live_a_day", close]
    parts = [taken for (within, _), taken in times.ns.items() if within == close]
    assert 0.0 < sum(parts) <= whole * 1.02  # one counted twice would be more than the whole
    assert times.ns[close, "Accounts.post"] != times.ns[close, "LoanBook.post"]
    shares = {name: share for (within, name), share in times.shares.items() if within == "household_month"}
    assert set(shares) == {step.name for step in rules} - {"household_month"}
    assert sum(shares.values()) == pytest.approx(0.9, abs=0.1)  # the rest is what the month does itself
