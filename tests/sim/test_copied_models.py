"""Copies of a model: at any moment a copy goes on to the same bits, and leaves its original as it was."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pytest

from sim.agents.household import Household
from sim.core.errors import UserError
from sim.model import VillageModel
from sim.recording.observer import Observer
from sim.scenario import Plan
from tests.small_worlds import EVERY_POLICY, plan_of, records_bytes

SEED = 5
HOW: dict[str, Callable[[VillageModel], VillageModel]] = {
    "model.copy": lambda model: model.copy(),
    "copy.copy": copy.copy,
    "copy.deepcopy": copy.deepcopy,
    "pickle": lambda model: pickle.loads(pickle.dumps(model)),
}
# Before the first day; before the campaign; in mid campaign with loans waiting; a month's end; after the campaign.
# A copy and a pickle are made in two ways (`sim.core.snapshot`), the other two names are those of a copy.
DAYS = {
    0: ("model.copy", "pickle"),
    10: ("model.copy", "pickle"),
    45: ("model.copy", "copy.copy", "copy.deepcopy", "pickle"),
    62: ("model.copy", "pickle"),
    200: ("model.copy", "pickle"),
}


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return plan_of(tmp_path_factory.mktemp("copies"), EVERY_POLICY)


@pytest.fixture(scope="module")
def alone(plan: Plan) -> dict[str, bytes]:
    """What a run without any copy leaves."""
    return ended(VillageModel(plan, rng=SEED))


def after(plan: Plan, days: int, **how: Any) -> VillageModel:
    model = VillageModel(plan, rng=SEED, **how)
    for _ in range(days):
        model.step()
    return model


def ended(model: VillageModel) -> dict[str, bytes]:
    """The records of a model lived to its end, and what its rows and accounts hold."""
    model.run_model()
    model.close()
    assert model.county.accounts.audit() < 1e-9
    rows = {name: getattr(model, name).tobytes() for name in ("households", "villages", "cadres", "units")}
    balances = repr(sorted(model.county.accounts.balances.items())).encode()
    return records_bytes(model.recorder.columns()) | rows | {"balances": balances}


def test_copies_go_on_to_the_same_bits_and_leave_their_original_as_it_was(plan: Plan, alone: dict[str, bytes]) -> None:
    original = after(plan, 0)
    for days, ways in DAYS.items():
        for _ in range(original.day + 1, days):
            original.step()
        rows = {name: getattr(original, name).tobytes() for name in ("households", "villages", "cadres", "units")}
        for way in ways:
            assert ended(HOW[way](original)) == alone, f"{way} after {days} days"
        assert original.day == days - 1
        assert rows == {name: getattr(original, name).tobytes() for name in rows}
    assert ended(original) == alone  # the twelve copies moved nothing of it


def test_copies_of_copies_and_of_models_with_threads(plan: Plan, alone: dict[str, bytes]) -> None:
    original = after(plan, 45, threads=2)
    twin = original.copy().copy()
    original.close()
    assert ended(twin) == alone


def test_loans_are_waiting_when_it_is_copied(plan: Plan) -> None:
    waiting = [getattr(policy, "_waiting", {}) for policy in after(plan, 45).policies]
    assert any(waiting)


def test_a_copy_of_agents_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, EVERY_POLICY, villages=1, months=5)
    whole = ended(after(plan, 0))
    original = after(plan, 45, engine="agents")
    twin = original.copy()
    assert ended(twin) == whole == ended(original)


def test_agents_of_a_copy_are_views_of_its_own_rows(plan: Plan) -> None:
    original = after(plan, 10)
    first = next(iter(original.agents_by_type[Household]))
    twin = original.copy()
    theirs = next(iter(twin.agents_by_type[Household]))
    assert theirs is not first and theirs.model is twin and theirs.unique_id == first.unique_id
    theirs.cash_yuan = 12345.0
    assert twin.households["cash_yuan"][0] == 12345.0 != original.households["cash_yuan"][0]
    assert twin.county.accounts._households is twin.households is twin.county.world.households

    class Trader(mesa.Agent):  # type: ignore[misc]
        pass

    assert Trader(twin).unique_id == Trader(original).unique_id == len(original.agents)


class Remembers(Observer):
    """An observer that keeps views and rows, as a user's may."""

    def open(self, county: Any) -> None:
        self.poorest = county.households["cash_yuan"][::-2]
        self.one = county.households[3]
        self.seen: list[float] = []

    def month_end(self, county: Any) -> None:
        self.seen.append(float(self.poorest.sum()) + float(self.one["cash_yuan"]))


def test_views_that_users_keep_stay_views(plan: Plan) -> None:
    original = after(plan, 40, observers=[Remembers()])
    twins = [original.copy(), pickle.loads(pickle.dumps(original))]
    original.run_model()
    for twin in twins:
        twin.run_model()
        assert twin.observers[0].seen == original.observers[0].seen  # type: ignore[attr-defined]
        assert np.shares_memory(twin.observers[0].poorest, twin.households)  # type: ignore[attr-defined]


class Watched(VillageModel):
    """A model with a collector of lambdas, as a Mesa user writes one."""

    def __init__(self, plan: Plan, rng: int) -> None:
        super().__init__(plan, rng)
        reporters = {"cash": lambda m: float(m.households["cash_yuan"].sum())}
        self.datacollector = mesa.DataCollector(model_reporters=reporters)

    def step(self) -> None:
        super().step()
        self.datacollector.collect(self)


def test_a_collector_goes_along(plan: Plan) -> None:
    original = Watched(plan, rng=SEED)
    for _ in range(40):
        original.step()
    twin = original.copy()
    for model in (original, twin):
        for _ in range(30):
            model.step()
    frames = [model.datacollector.get_model_vars_dataframe() for model in (original, twin)]
    assert len(frames[0]) == 70 and frames[0].equals(frames[1])


def test_what_cannot_be_copied_is_refused(plan: Plan) -> None:
    model = after(plan, 3)
    for part in (model.county, next(iter(model.agents))):
        with pytest.raises(UserError, match=r"cannot be copied by itself.*model\.copy\(\)"):
            copy.deepcopy(part)
    model.report = lambda: model.day  # type: ignore[attr-defined]
    with pytest.raises(UserError, match="remembers a part of it"):
        model.copy()
    cash = model.households["cash_yuan"]
    model.report = lambda: cash.sum()  # type: ignore[attr-defined]
    with pytest.raises(UserError, match="remembers a part of it"):
        model.copy()
    model.report = (n for n in range(3))  # type: ignore[attr-defined]
    with pytest.raises(UserError, match="cannot pickle 'generator' object"):
        copy.deepcopy(model)
    model.report = lambda: 3  # type: ignore[attr-defined]
    assert model.copy().report() == 3  # type: ignore[attr-defined]
    with pytest.raises(UserError, match="cannot be copied"):
        pickle.dumps(model)
