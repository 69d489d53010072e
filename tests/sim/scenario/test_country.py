"""The country of a world: its price level multiplies amounts that a place does not state, its years replace others."""

from __future__ import annotations

import pytest

from sim.calendar.trend import level, price_level, year_line
from sim.core.errors import UserError
from sim.parameters import load_parameters
from sim.parameters.packed import as_python
from sim.scenario import Plan
from sim.scenario.country import SERIES, Country, in_country
from sim.scenario.title import Title

NAME = Title(en="Elsewhere", zh="别处")
KNOWN = load_parameters()
P = as_python(KNOWN.values)


def plan(**country: object) -> Plan:
    world = {"country": {"name": {"en": "Elsewhere", "zh": "别处"}, **country}} if country else {}
    return Plan.build(extends="baseline", world=world)


def test_a_price_level_multiplies_amounts_of_money_and_nothing_else() -> None:
    stated = {"labour.leave_cost_yuan": 100.0}
    found = in_country(KNOWN.override(stated, within_range=False), Country(name=NAME, price_level=2.0), stated, 2013)
    for before, after in zip(KNOWN.entries, found.entries, strict=True):
        if before.key in stated:
            assert after.value == 100.0  # the place's own
        elif "/yuan" in before.unit:
            assert after.value == before.value / 2, before.key
        elif not before.unit.startswith("yuan"):
            assert after.value == before.value, before.key
    assert found.find("ewe_price_yuan").value == 2 * P.ewe_price_yuan
    assert found.find("project_cost_yuan").value == tuple(2 * cost for cost in P.project_cost_yuan)
    assert found.find("price_yuan").value == (*(2 * price for price in P.price_yuan[:4]), P.price_yuan[4])
    ewe, ewe_before = found.find("ewe_price_yuan"), KNOWN.find("ewe_price_yuan")
    assert (ewe.low, ewe.high) == (2 * ewe_before.low, 2 * ewe_before.high)  # type: ignore[operator]
    money = [one.key for one in KNOWN.entries if "_yuan" in one.name and not one.unit.startswith("yuan")]
    assert not money, "an amount whose unit does not begin with yuan would be left at China's prices"


def test_chinas_series_given_as_a_countrys_change_nothing() -> None:
    own = {name: getattr(P, name) for name in SERIES}
    assert in_country(KNOWN, Country(name=NAME, first_year=2010, **own), {}, 2013).values == KNOWN.values
    assert in_country(KNOWN, Country(name=NAME, price_level=1.0), {}, 2013).values == KNOWN.values
    earlier = {name: (series[0],) * 4 + series for name, series in own.items()}
    found = in_country(KNOWN, Country(name=NAME, first_year=2006, **earlier), {}, 2008)
    q = as_python(found.values)
    assert q.first_year == 2006 and len(q.cpi) == len(P.cpi)
    for year in range(2005, 2019):
        assert price_level(year, q) == pytest.approx(price_level(year, P))
        assert level(q.wage_growth, 0.0, year, q) == pytest.approx(level(P.wage_growth, 0.0, year, P))
    for year in range(2006, 2016):
        assert year_line(year, q) == pytest.approx(year_line(year, P))


def test_a_countrys_years_are_its_own_to_their_end_and_then_the_declared_scenario() -> None:
    found = in_country(KNOWN, Country(name=NAME, first_year=2009, cpi=(0.10, 0.12, 0.08)), {}, 2010)
    q = as_python(found.values)
    assert q.first_year == 2009
    assert q.cpi[:5] == (0.10, 0.12, 0.08, P.later_cpi, P.later_cpi)
    assert q.wage_growth[:4] == (P.wage_growth[0], *P.wage_growth[:3])
    assert price_level(2010, q) == pytest.approx(1 / (1.08 * (1 + P.later_cpi)))


def test_what_is_not_given_is_named() -> None:
    home = Country(name=Title(en="China", zh="中国"))
    assert home.not_given(()) == ()
    assert Country(name=NAME).not_given(()) == ("price_level", *SERIES)
    some = Country(name=NAME, price_level=0.8, first_year=2008, cpi=(0.1,))
    assert some.not_given({"trend.wage_growth"}) == ("farm_price_growth", "spending_growth", "transfer_growth")


def test_a_scenario_takes_it_and_a_plan_comes_back_equal() -> None:
    there = plan(price_level=0.5, first_year=2012, wage_growth=(0.05, 0.06))
    assert there.parameters().find("hassle_yuan").value == 0.5 * P.hassle_yuan
    assert as_python(there.parameters().values).wage_growth[2:4] == (0.05, 0.06)
    again = there.with_settings({"horizon_months": there.horizon_months})
    assert again == there and again.digest() == there.digest() != plan().digest()
    assert plan(price_level=1.0).digest() == plan().digest()  # neither a name nor a level of 1 changes a run
    dearer = there.with_settings({"world.country.price_level": 0.6})
    assert dearer.parameters().find("hassle_yuan").value == pytest.approx(0.6 * P.hassle_yuan)


@pytest.mark.parametrize(
    ("country", "message"),
    [
        ({"price_level": 0.0}, "price_level"),
        ({"cpi": (0.1,)}, "'first_year' is missing"),
        ({"first_year": 2009}, "there is none; allowed: wage_growth, cpi"),
        ({"first_year": 2009, "wages": (0.1,)}, "unknown key 'wages'; allowed: cpi"),
        ({"first_year": 2009, "cpi": (10.0,)}, "cpi"),
    ],
)
def test_what_is_wrong_with_it_is_said(country: dict[str, object], message: str) -> None:
    with pytest.raises(UserError, match=message):
        plan(**country)


def test_a_series_is_stated_once() -> None:
    world = {
        "country": {"name": {"en": "Elsewhere", "zh": "别处"}, "first_year": 2010, "cpi": P.cpi},
        "place": {"trend.cpi": P.cpi},
    }
    with pytest.raises(UserError, match=r"as trend\.cpi, in world\.place; leave one out"):
        Plan.build(extends="baseline", world=world)
