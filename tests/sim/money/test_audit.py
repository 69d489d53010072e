"""A run whose money does not balance fails, and says which policy, in which hook, on which day."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import VISITS, lived, plan_of

from sim.core.errors import UserError
from sim.county import County
from sim.model import VillageModel
from sim.policies import registry
from sim.policies.visits import Visits
from sim.recording.recorder import Recorder
from sim.running import run

HOOKS = ("open", "day", "month_end", "books_closed", "close")


def write_cash(county: County) -> None:
    county.households["cash_yuan"][:3] += 1000.0


def take_from_a_purse(county: County) -> None:
    county.purses.held[0].left_yuan -= 5000.0


def open_an_account_twice(county: County) -> None:
    county.accounts.balances["state"] = county.accounts.balances.get("state", 0.0) + 5000.0


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize(
    ("cheat", "said"),
    [
        (write_cash, "households have 3,000.00 yuan more"),
        (take_from_a_purse, "purses have 5,000.00 yuan less"),
        (open_an_account_twice, "all accounts together have 5,000.00 yuan more"),
    ],
)
def test_a_policy_that_makes_money_is_named(
    hook: str, cheat: Callable[[County], None], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = getattr(Visits, hook)

    def cheating(self: Visits, county: County) -> Any:
        if hook != "day" or county.today.campaign_day == 9:
            cheat(county)
        return honest(self, county)

    plan = plan_of(tmp_path, [VISITS], villages=2, months=5)
    monkeypatch.setattr(registry()["visits"], hook, cheating)
    day = {"open": "2012-12-01", "day": "2013-01-01", "close": "2013-04-30"}.get(hook, "2012-12-31")
    if hook == "day" and not {9} & set(VillageModel(plan).policies[0].days(VillageModel(plan).county)):
        pytest.fail("the ninth day is a day of visits")
    with pytest.raises(UserError, match=f"policy 'visits', `{hook}`: money does not balance on {day}: {said}"):
        lived(plan)


def test_what_is_written_by_hand_between_steps_stops_nobody_but_shows_in_the_audit(tmp_path: Path) -> None:
    with VillageModel(plan_of(tmp_path, [VISITS], villages=2, months=5), rng=3) as model:
        for _ in range(40):
            model.step()
        model.households["cash_yuan"][0] += 500.0
        model.run_model()
    assert model.county.accounts.audit() * model.county.accounts.turnover_yuan == pytest.approx(500.0)


def test_a_run_whose_observer_gives_money_away_is_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Recorder.week

    def week(self: Recorder, county: County) -> None:
        kept(self, county)
        county.households["cash_yuan"][:] += 10.0

    monkeypatch.setattr(Recorder, "week", week)
    with pytest.raises(UserError, match="money does not balance at the end of the run"):
        run(plan_of(tmp_path, [VISITS], villages=2, months=5), 3)


def test_looking_changes_nothing_and_rounding_is_no_cheat(tmp_path: Path) -> None:
    model = lived(plan_of(tmp_path, [VISITS, {"kind": "cash", "budget_yuan": 3_000_000}], villages=4))
    assert model.county.accounts.audit() <= 1e-12 and np.isfinite(model.households["cash_yuan"]).all()
