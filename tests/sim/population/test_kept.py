"""Worlds kept from run to run: the same as opened anew, and nobody's run touches them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from sim.parameters import load_parameters
from sim.parameters.packed import as_python, as_row
from sim.population import kept
from sim.population.opening import Opened
from sim.population.profile_file import load_profile


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(kept, "_KEPT", type(kept._KEPT)())
    yield


def world(villages: int = 2, seed: int = 1) -> Opened:
    values = load_parameters().values
    profile = load_profile("five_villages")
    return kept.opened_world(profile, villages, seed, as_python(values), as_row(values), 2012, 12)


def test_a_kept_world_is_opened_once_and_never_changed() -> None:
    first = world()
    fresh = first.world.households.copy()
    first.world.households["cash_yuan"] = -1.0
    first.market.opening_supply[:] = 0.0
    again = world()
    assert len(kept._KEPT) == 1
    assert again.world.households.tobytes() == fresh.tobytes()
    assert np.all(again.market.opening_supply > 0.0)


def test_another_world_is_another_one() -> None:
    assert world(seed=1).world.households.tobytes() != world(seed=2).world.households.tobytes()
    assert len(kept._KEPT) == 2


def test_only_so_many_villages_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_VILLAGES", 4)
    for seed in (1, 2, 1, 3):
        world(seed=seed)
    assert [key[2] for key in kept._KEPT] == [1, 3]  # the one used longest ago had to go
    world(villages=5)
    assert len(kept._KEPT) == 2  # too big to keep
