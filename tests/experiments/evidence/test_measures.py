"""Views and measures: they see what they say they see, and stop seeing it when the mechanism is taken away."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from experiments.evidence import disaster, lending, orchards, path, start, weather
from experiments.evidence.living import thirds
from experiments.evidence.registry import MEASURES, SERIES, Task, look, measures, views
from sim.economy.weather import MAJOR, MINOR, NORMAL

VILLAGES = 6


@pytest.fixture(scope="module")
def dry() -> weather.Weather:
    return weather.droughts(VILLAGES, 1)


@pytest.fixture(scope="module")
def struck() -> disaster.Disaster:
    return disaster.disaster(VILLAGES, 1)


def test_a_dry_year_is_seen_and_years_before_and_after_keep_their_draws(dry: weather.Weather) -> None:
    assert dry.of[MAJOR].income[0] < dry.of[MINOR].income[0] < dry.of[NORMAL].income[0]
    assert weather.drought_income(dry) < -0.03
    assert abs(weather.drought_income_left(dry)) < 0.3
    assert weather.relapse_drought(dry) >= weather.relapse_normal(dry)
    p = dry.p
    loss = 1.0 - weather.major_drought_yield_loss(dry)
    assert loss == pytest.approx(1.0 - p.drought_major_loss, abs=0.1)  # irrigated land is sheltered


def test_returns_are_counted_among_those_who_had_left() -> None:
    left, poor = np.array([True, True, True, False]), np.array([True, False, False, True])
    assert weather._returned(left, poor) == pytest.approx(1 / 3)


def test_a_disaster_takes_income_and_its_mark_fades(struck: disaster.Disaster) -> None:
    assert (struck.income[:, 0] < -100).all()
    assert (np.abs(struck.income[:, 3]) < 0.2 * np.abs(struck.income[:, 0])).all()
    assert struck.left(0, 0) == 1.0
    assert 0.0 < disaster.passed_poor(struck) < 1.0


def test_without_a_disaster_nothing_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disaster, "LEFT_OF_HARVEST", 1.0)
    assert not disaster.disaster(3, 1).income.any()


def test_shares_of_a_shock_are_of_income_lost_and_what_follows() -> None:
    seen = disaster.Disaster(
        income=np.array([[-100.0, -10.0, 0.0, 5.0], [-1.0] * 4, [-200.0, 0.0, 0.0, 0.0]]),
        consumption=np.array([[-30.0, -14.0, 0.0, 0.0], [0.0] * 4, [-10.0, -10.0, 0.0, 0.0]]),
    )
    assert (disaster.passed_poor(seen), disaster.passed_rich(seen)) == pytest.approx((0.4, 0.1))
    assert disaster.recovery_slower(seen) == pytest.approx(0.1)
    assert disaster.recovery_left(seen) == pytest.approx(-0.05)


def test_thirds_are_of_persons() -> None:
    income, people = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 1.0, 2.0, 2.0])
    assert thirds(income, people).tolist() == [0, 0, 1, 2]


def test_the_path_closes_its_years() -> None:
    seen = path.path(3, 1)
    assert len(seen.income) == path.LAST - path.FIRST + 2 == len(seen.line) == len(seen.severity)
    shares = [seen.at(series, 2012) for series in (seen.wage, seen.operating, seen.property, seen.transfer)]
    assert sum(shares) == pytest.approx(1.0)
    assert path.growth_2012(seen) == pytest.approx(seen.income[2] / seen.income[1] - 1.0)
    assert path.line_2011(seen) == pytest.approx(2536, rel=0.02)
    year = seen.sales[2012]
    assert path.ewe_net(seen) < year.livestock_yuan / year.livestock_head
    assert path.orchard_gross(seen) - path.orchard_net(seen) == pytest.approx(
        seen.p.orchard_cost_mu_yuan * year.cpi, rel=1e-9
    )


def test_trees_planted_in_the_run_bear_when_the_parameters_say() -> None:
    seen = orchards.orchards(1, 1)
    assert 4.0 <= seen.first_fruit_years <= 5.5
    assert 7.0 <= seen.full_bearing_years <= 8.5


def test_take_up_by_neighbours_with_known_answers() -> None:
    book = lending.Book(0, 0, 0, 0, 0)
    seen = lending.Neighbours(np.array([True, False, True, True, False]), np.array([0.0, 0.0, 0.05, 0.4, 0.5]), book)
    assert lending.takeup_none(seen) == 0.5
    assert lending.takeup_to_10(seen) == 1.0
    assert lending.takeup_to_50(seen) == 0.5
    assert np.isnan(lending.takeup_above_50(seen))


def test_the_starting_world_is_that_of_the_description() -> None:
    seen: Any = type("Seen", (), {"lines": {"income": 4000.0, "unit_money": 600.0, "units": 3.0}})
    assert measures()["describe.income"].take(seen) == 4000.0
    assert start.unit_money_each(seen) == 200.0


def test_a_stored_run_holds_every_measure_of_its_view(monkeypatch: pytest.MonkeyPatch, dry: weather.Weather) -> None:
    one = views()["droughts"]
    monkeypatch.setitem(views(), "droughts", type(one)("droughts", lambda *_: dry, 1, 1, 1, one.series))
    tables = look(Task("droughts", 1), 1)
    mine = {name for name, found in measures().items() if found.view == "droughts"}
    assert set(tables[MEASURES.name]["name"]) == mine
    assert set(tables[SERIES.name]["name"]) == set(one.series)
    assert Task("droughts", 1).digest() != Task("droughts", 2).digest()
