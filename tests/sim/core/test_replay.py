"""When a compiled rule fails, the error names rule, household and day, wherever in the world and the run it was."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
from small_worlds import EVERY_POLICY, VISITS, plan_of

from sim import month as months
from sim.agents.household import Household
from sim.core.engine import Kernel
from sim.core.replay import Careful, ReplayedError
from sim.model import VillageModel
from sim.population import first_year, kept
from sim.scenario import Plan

ROOT = Path(__file__).parents[3]


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return plan_of(tmp_path, EVERY_POLICY, villages=5, months=6)


class Broken(VillageModel):
    """On the morning of some day something is wrong with one household, which a rule will stumble on later."""

    column, value, row, on = "talent", np.nan, 78, 40

    def _turn_the_calendar(self, calendar: object) -> None:
        super()._turn_the_calendar(calendar)
        if self.day == self.on:
            self.households[self.column][self.row] = self.value


def _line(file: str, line: int) -> str:
    return (ROOT / file).read_text(encoding="utf-8").splitlines()[line - 1]


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(
    ("column", "value", "when", "cause", "words"),
    [
        # Compiled code raises, when the month's accounts close.
        ("persons", 0, "2013-01-31", "ZeroDivisionError", "h.persons"),
        # It overflows without a word: the land is let as March ends, and the first payment for it is the subsidy.
        ("land_mu", 1e308, "2013-04-30", "ValueError", "receive(h, till, subsidy, SUBSIDY)"),
    ],
)
def test_a_failure_names_rule_household_and_day(
    plan: Plan, threads: int, column: str, value: float, when: str, cause: str, words: str
) -> None:
    broken = type("Broken", (Broken,), {"column": column, "value": value})
    model = broken(plan, rng=3, threads=threads)
    with pytest.raises(ReplayedError) as caught:
        model.run_model()
    error = caught.value
    assert error.agent == f"Household {model.county.keys[model.row]}"
    assert error.when == when
    assert cause in str(error) and error.agent in str(error) and error.when in str(error)
    assert error.file.startswith("sim/economy/") and f"{error.file}:{error.line}" in str(error)
    assert words in _line(error.file, error.line)
    assert error.__cause__ is not None
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_only_the_failing_village_is_replayed(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    in_python: list[int] = []

    def month(h: Household, *args: object) -> None:
        in_python.append(h.village)
        rule(h, *args)  # type: ignore[arg-type]

    def again(self: Careful, kernel: Kernel, *args: object) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(months, "household_month", month)
            in_python_as_ever(self, kernel, *args)

    rule, in_python_as_ever = months.household_month, Careful.in_python
    monkeypatch.setattr(Careful, "in_python", again)
    model = type("Broken", (Broken,), {"column": "persons", "value": 0})(plan, rng=3)
    with pytest.raises(ReplayedError):
        model.run_model()
    village = model.villages[model.households["village"][model.row]]
    assert in_python == [int(village["key"]) - 1] * (model.row - int(village["first"]) + 1)


def test_both_engines_name_the_same_rule(plan: Plan) -> None:
    broken = type("Broken", (Broken,), {"column": "persons", "value": 0})
    found = []
    for engine in ("compiled", "agents"):
        with pytest.raises(ReplayedError) as caught:
            broken(plan, rng=3, engine=engine).run_model()
        found.append(str(caught.value))
    assert found[0] == found[1]


def test_a_failure_of_a_policy_that_is_no_rule_is_left_as_it_is(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stumbling(VillageModel):
        def _turn_the_calendar(self, calendar: object) -> None:
            super()._turn_the_calendar(calendar)
            if self.day == 20:
                raise ValueError("a policy of one's own")

    with pytest.raises(ValueError, match="a policy of one's own") as caught:
        Stumbling(plan, rng=3).run_model()
    assert not isinstance(caught.value, ReplayedError)
    assert any("2012-12-21" in note for note in caught.value.__notes__)


def test_a_failure_in_the_opening_year_names_rule_and_household(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid_out = first_year.lay_out

    def without_persons(*args: object) -> object:
        world = laid_out(*args)
        world.households["persons"][9] = 0
        return world

    monkeypatch.setattr(first_year, "lay_out", without_persons)
    monkeypatch.setattr(kept, "_KEPT", OrderedDict())
    with pytest.raises(ReplayedError, match="the opening year, Household 1048585: ZeroDivisionError"):
        VillageModel(plan_of(tmp_path, [VISITS]), rng=3)
