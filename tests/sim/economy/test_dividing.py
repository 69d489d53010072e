"""Families that divide, where a researcher asks for it: what goes with the young couple, and what stays."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from small_worlds import fitted_on

from sim import load_plan
from sim.model import VillageModel
from sim.population.profile_file import load_profile
from sim.scenario import SCENARIOS

COUNTY = load_profile("gansu_county").model_copy(update={"fitted": None})


@pytest.fixture(scope="module", autouse=True)
def _fitted_on_few() -> Iterator[None]:
    with fitted_on(8800):
        yield


def test_families_that_divide_take_their_share_by_heads_and_leave_no_gap() -> None:
    def people(rate: float) -> VillageModel:
        changed = load_plan(SCENARIOS / "baseline.toml", ["world.villages=12", "horizon_months=12"])
        changed = changed.with_settings({"world.place.split_rate": rate})
        model = VillageModel(changed, rng=3, observers=(), profile=COUNTY)
        model.run_model()
        return model

    whole, divided = people(0.0), people(0.2)
    h, same = divided.households, divided.households["persons"] == whole.households["persons"]
    left = whole.households["persons"].astype(int) - h["persons"]
    assert 0.02 < (left >= 2).mean() < 0.2 and divided.county.accounts.audit() < 1e-9
    went = (left == 2) & (h["children"] == whole.households["children"])
    # To a thousandth, since the two are fitted apart; a few meet something else afterwards.
    land, heads = h["land_mu"] / whole.households["land_mu"], h["persons"] / whole.households["persons"]
    assert (np.abs(land / heads - 1.0)[went] < 2e-3).mean() > 0.9
    np.testing.assert_allclose(land[same], 1.0, rtol=2e-3)
