"""The world as laid out: what is drawn, what it adds up to, and what a bigger world leaves alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim.core.errors import UserError
from sim.parameters import load_parameters
from sim.parameters.packed import as_python, as_row
from sim.population.profile import Profile
from sim.population.profile_file import load_profile
from sim.population.sharing import in_pairs
from sim.population.synthetic import lay_out
from sim.population.synthetic.recipe import Knobs, Shape, shape, tilted
from sim.population.synthetic.world import World

VALUES = load_parameters().values
P, ROW = as_python(VALUES), as_row(VALUES)
FIVE, COUNTY = load_profile("five_villages"), load_profile("gansu_county")
SHARES = P.persons_shares


def with_(profile: Profile, **sections: dict[str, Any]) -> Profile:
    data = profile.model_dump()
    for section, values in sections.items():
        data[section] = {**data[section], **values}
    return Profile.model_validate(data)


def laid(profile: Profile, villages: int, seed: int = 1, **knobs: float) -> World:
    return lay_out(profile, villages, seed, P, ROW, Knobs(**knobs))


def same(a: NDArray[Any], b: NDArray[Any]) -> bool:
    """Whether rows agree in every column, bit by bit."""
    return all(a[name].tobytes() == b[name].tobytes() for name in a.dtype.names or ())


@pytest.mark.parametrize(("profile", "n"), [(FIVE, 5), (COUNTY, 8)], ids=["five", "county"])
def test_a_bigger_world_leaves_the_first_villages_as_they_were(profile: Profile, n: int) -> None:
    small, big = laid(profile, n), laid(profile, 2 * n)
    households, cadres = len(small.households), len(small.cadres)
    assert same(small.villages, big.villages[:n])
    assert same(small.households, big.households[:households])
    assert same(small.cadres, big.cadres[:cadres])
    assert big.indptr[: households + 1].tobytes() == small.indptr.tobytes()
    assert big.indices[: len(small.indices)].tobytes() == small.indices.tobytes()
    # Units too, but for the villages that the last one gains.
    others = [name for name in small.units.dtype.names or () if name != "last_village"]
    assert same(small.units[others], big.units[: len(small.units)][others])


def test_another_seed_is_another_world() -> None:
    one, other = laid(FIVE, 3, seed=1), laid(FIVE, 3, seed=2)
    assert not same(one.villages, other.villages)
    assert laid(FIVE, 3, seed=1).households.tobytes() == one.households.tobytes()


def test_keys_are_the_village_and_the_slot() -> None:
    world = laid(FIVE, 4)
    keys = world.households["key"]
    assert len(np.unique(keys)) == len(keys)
    assert (keys >> 20 == world.villages["key"][world.households["village"]]).all()


@pytest.mark.parametrize("counties", [1, 2])
def test_totals_are_the_profile_s_in_every_county(counties: int) -> None:
    world = laid(COUNTY, 215 * counties)
    assert len(world.households) == counties * COUNTY.households
    assert len(world.cadres) == counties * COUNTY.cadres
    assert len(world.units) == counties * COUNTY.units
    assert world.units["money_yuan"].sum() == pytest.approx(counties * COUNTY.unit_money_yuan, rel=1e-12)
    assert world.villages["level"].mean() == pytest.approx(
        (np.array(P.level_terrain)[world.villages["terrain"]]).mean() * Knobs().level, rel=0.005
    )


def test_more_units_than_villages() -> None:
    crowded = with_(FIVE, support={"units": 12, "unit_kinds": [{"trade": "bank", "level": "county", "count": 12}]})
    for villages in (1, 4, 5, 10):
        world = laid(crowded, villages)
        assert len(world.units) == 12 * villages // 5
        assert (world.villages["unit"] < len(world.units)).all()


def test_a_household_adds_up() -> None:
    h = laid(COUNTY, 20).households
    known = h["workers"] + h["children"] + h["seniors"] + h["university"] + h["elders"]
    assert (known <= h["persons"]).all() and (h["persons"] - known <= 1).all()  # the rest is unable to work
    assert (h["leavers"] <= h["workers"]).all()
    assert set(np.unique(h["schooling"])) == {0, 5, 8, 12, 16}
    assert (h["orchard_mu"] + h["block_mu"] <= h["land_mu"]).all()
    assert ((h["dibao"] == 0) | (h["dibao"] == h["persons"])).all()


def test_young_orchards_are_one_to_six_years_old() -> None:
    h = laid(COUNTY, 20).households
    planted = h["block_month"][h["block_mu"] > 0]
    assert planted.min() >= -71 and planted.max() <= -12


def test_the_profile_drives_household_and_schooling() -> None:
    education = {"primary": 0.2, "junior": 0.5, "senior": 0.3}
    other = with_(COUNTY, household={"size": 3.4, "workers": 2.3, "education": education})
    h = laid(other, 60, dependants=0.3).households
    assert h["persons"].mean() == pytest.approx(3.4, abs=0.05)
    assert (h["schooling"] <= 5).mean() == pytest.approx(0.2, abs=0.02)
    assert (h["schooling"] > 9).mean() == pytest.approx(0.3, abs=0.02)


def test_knobs_do_what_they_say() -> None:
    base = laid(COUNTY, 20)
    plots = laid(COUNTY, 20, land_mu=4.7)
    assert plots.households["land_mu"] == pytest.approx(2 * base.households["land_mu"])
    assert laid(COUNTY, 20, level=2.5).villages["level"] == pytest.approx(2 * base.villages["level"])
    assert laid(COUNTY, 20, dependants=0.6).households["workers"].mean() < base.households["workers"].mean()
    assert laid(COUNTY, 20, dibao=-1.0).households["dibao"].mean() > base.households["dibao"].mean()
    equal = laid(COUNTY, 20, spread=0.0).households
    by_schooling = [len(np.unique(equal["ability"][equal["schooling"] == years])) for years in (5, 8, 12)]
    assert by_schooling == [1, 1, 1]
    # Ability is spread around the same mean, not lifted.
    wide = laid(COUNTY, 20, spread=0.6).households
    assert wide["ability"].mean() == pytest.approx(equal["ability"].mean(), rel=0.03)


def test_the_rules_read_the_knobs() -> None:
    row = shape(FIVE, P, Knobs(level=1.5))[0]
    assert row["level"] == 1.5 and row["sizes"].sum() == pytest.approx(1) and row["schooling"].sum() == pytest.approx(1)
    assert {"spread", "property_yuan", "dibao", "dependants", "land_mu"} <= Shape.COLUMNS.keys()
    expected = row["a_head_yuan"] * FIVE.household.size + row["a_worker_yuan"] * FIVE.household.workers
    assert 12 * expected / FIVE.household.size == pytest.approx(FIVE.income_yuan)


@given(st.floats(1.6, 7.0))
def test_shares_are_tilted_to_a_mean(size: float) -> None:
    shares = tilted(SHARES, size)
    assert sum(shares) == pytest.approx(1) and min(shares) >= 0
    assert sum(n * share for n, share in enumerate(shares, start=1)) == pytest.approx(size)


@pytest.mark.parametrize("size", [1.0, 7.9])
def test_a_household_size_out_of_reach(size: float) -> None:
    with pytest.raises(UserError, match=r"household\.size: .*allowed: 1\.\d to 7\.\d"):
        tilted(SHARES, size)


@given(n=st.integers(0, 60), block=st.integers(1, 12))
def test_pairs_cancel_within_blocks(n: int, block: int) -> None:
    pair, sign = in_pairs(n, block)
    for first in range(0, n - block + 1, block):
        assert sign[first : first + block].sum() == 0
        assert (pair[first : first + block] >= first).all()
    longer = in_pairs(n + 7, block)
    assert longer[0][:n].tolist() == pair.tolist() and longer[1][:n].tolist() == sign.tolist()
    for place in range(n):
        partner = place + int(sign[place])
        if sign[place] and partner < n:
            assert pair[partner] == pair[place] and sign[partner] == -sign[place]
