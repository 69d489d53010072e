"""A profile's own poverty line is the line of its world."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.model import VillageModel
from sim.parameters import load_parameters
from sim.population.own_line import with_own_line
from sim.population.profile_file import load_profile
from sim.scenario import load_plan
from tests.small_worlds import small_profile

NATIONAL, OWN = 2625, 2300
VALUES = load_parameters().values


def test_a_line_of_its_own_moves_as_the_national_one(tmp_path: Path) -> None:
    profile = load_profile(small_profile(tmp_path, poverty={"line_yuan": OWN}))
    lines, known = with_own_line(VALUES, profile)["line_yuan"], VALUES["line_yuan"]
    assert isinstance(lines, tuple) and isinstance(known, tuple)
    assert lines[2] == pytest.approx(OWN) and lines[3] / known[3] == pytest.approx(OWN / NATIONAL)


def test_the_national_line_stays_to_the_bit_and_a_stated_series_stands_first(tmp_path: Path) -> None:
    county, own = load_profile("gansu_county"), load_profile(small_profile(tmp_path, poverty={"line_yuan": OWN}))
    stated = {**VALUES, "line_yuan": (2000.0, 2000.0, 2000.0, 2000.0)}
    assert with_own_line(VALUES, county) is VALUES and with_own_line(stated, own) is stated


def test_a_run_counts_the_poor_by_it(tmp_path: Path) -> None:
    path = small_profile(tmp_path, poverty={"line_yuan": OWN, "headcount": 0.26})
    model = VillageModel(load_plan("baseline", [f"world.profile={path}", "world.villages=3"]), rng=1)
    assert model.county.line_yuan == pytest.approx(OWN, rel=0.01)
    model.step()
    assert model.county.today.line_yuan == pytest.approx(OWN, rel=0.03)
