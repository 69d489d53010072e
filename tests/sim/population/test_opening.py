"""The opening year and the fit: the county's books come out of it, whatever the size and seed of the world."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import fitted_on
from test_synthetic import COUNTY, FIVE, ROW, P, same, with_

from sim.core.errors import Unfittable, UserError
from sim.economy.market import Market
from sim.facts.causes import CAUSES
from sim.parameters import load_parameters
from sim.parameters.packed import as_python, as_row
from sim.population import fitting
from sim.population.first_year import begin
from sim.population.fitting import (
    LEAST_HOUSEHOLDS,
    LEAST_VILLAGES,
    REFERENCE_SEED,
    cuts_at,
    digest,
    fit,
    fitted,
    reference_villages,
)
from sim.population.opening import Opened, income, open_world, per_head
from sim.population.placing import placing
from sim.population.profile import Profile
from sim.population.profile_file import load_profile
from sim.population.synthetic.recipe import Knobs
from sim.shipped import shipped

START = (2012, 12)
# A county of another kind, in few households: richer, more equal, more land, other hands, more of its income from land.
RICHER = with_(
    FIVE,
    income={
        "yuan_per_head": 6500.0,
        "gini": 0.359,
        "sources": FIVE.income.sources.model_copy(update={"wage": 0.36, "operating": 0.52}),
    },
    poverty={"headcount": 0.15},
    household={"size": 3.9, "workers": 2.5, "land_mu_per_head": 3.5},
    flags={"registered_share": 0.2, "inclusion_error": 0.45},
)


def opened(profile: Profile, villages: int, seed: int = 1, threads: int = 1, start: tuple[int, int] = START) -> Opened:
    return open_world(profile, villages, seed, P, ROW, *start, threads)


def figures(world: Opened) -> dict[str, float]:
    h = world.world.households
    persons = h["persons"].astype(float)
    poor, registered = per_head(h) < world.line_yuan, h["registered"] == 1
    return {
        "mean": income(h).sum() / persons.sum(),
        "wage": h["income_last"][:, 0].sum() / income(h).sum(),
        "property": h["income_last"][:, 2].sum() / income(h).sum(),
        "headcount": (persons * poor).sum() / persons.sum(),
        "registered": (persons * registered).sum() / persons.sum(),
        "inclusion_error": (persons * (registered & ~poor)).sum() / (persons * registered).sum(),
        "land": h["land_mu"].sum() / persons.sum(),
        "workers": h["workers"].mean(),
        "size": persons.mean(),
        "dibao": h["dibao"].sum() / persons.sum(),
    }


@pytest.mark.parametrize("profile", [FIVE, COUNTY, RICHER], ids=["five_villages", "gansu_county", "richer"])
def test_the_fit_gives_the_profile_s_figures(profile: Profile) -> None:
    villages = reference_villages(profile)
    found = figures(opened(profile, villages, seed=REFERENCE_SEED))
    assert found["mean"] == pytest.approx(profile.income_yuan, rel=0.003)
    assert found["headcount"] == pytest.approx(profile.headcount, abs=0.003)
    assert found["registered"] == pytest.approx(profile.registered_share, abs=0.003)
    assert found["inclusion_error"] == pytest.approx(profile.flags.inclusion_error, abs=0.005)
    assert found["wage"] == pytest.approx(profile.income.sources.wage, abs=0.005)
    assert found["property"] == pytest.approx(profile.income.sources.property, abs=0.003)
    assert found["land"] == pytest.approx(profile.household.land_mu_per_head, rel=0.01)
    assert found["workers"] == pytest.approx(profile.household.workers, abs=0.05)
    assert found["size"] == pytest.approx(profile.household.size, abs=0.05)
    assert found["dibao"] == pytest.approx(P.dibao_share, abs=0.01)
    # Another draw of the same county is off by chance alone.
    other = figures(opened(profile, villages, seed=2))
    assert other["mean"] == pytest.approx(profile.income_yuan, rel=0.03)
    assert other["headcount"] == pytest.approx(profile.headcount, abs=0.02)


def test_small_profiles_are_fitted_on_many_households() -> None:
    assert reference_villages(COUNTY) == COUNTY.villages
    assert reference_villages(FIVE) % FIVE.villages == 0
    for households in (1, 60, 300):
        small = with_(FIVE, size={"households_per_village": households})
        villages = reference_villages(small)
        assert villages >= LEAST_VILLAGES and villages * households >= LEAST_HOUSEHOLDS


def test_a_bigger_world_leaves_the_first_villages_as_they_were() -> None:
    small, big = opened(FIVE, 6), opened(FIVE, 12)
    n = len(small.world.households)
    assert same(small.world.households, big.world.households[:n])
    assert same(small.world.villages, big.world.villages[:6])
    assert same(small.world.cadres, big.world.cadres[: len(small.world.cadres)])
    assert (big.market.opening_supply[: len(small.market.opening_supply) - 1] == small.market.opening_supply[:-1]).all()


@pytest.mark.bounds
def test_threads_change_nothing() -> None:
    one, two = opened(FIVE, 7), opened(FIVE, 7, threads=2)
    assert same(one.world.households, two.world.households) and same(one.world.villages, two.world.villages)
    assert one.line_yuan == two.line_yuan


def test_the_copy_of_an_opened_world_is_its_own() -> None:
    first = opened(FIVE, 2)
    copy = first.copy()
    copy.world.households["cash_yuan"] = -1.0
    copy.market.opening_supply[:] = 0.0
    copy.market.villages["jobs"] = 0.0
    assert (first.world.households["cash_yuan"] != -1.0).any()
    assert (first.market.opening_supply > 0.0).all() and (first.world.villages["jobs"] > 0.0).all()
    assert copy.market.villages is copy.world.villages


def test_young_orchards_bring_nothing_yet() -> None:
    """Trees too young to bear bring nothing but upkeep in the opening year."""
    knobs = fitted(FIVE, P, ROW)
    without = load_parameters({"block_households": [0.0, 0.0, 0.0]}).values
    h = begin(FIVE, 20, 1, P, ROW, knobs, START).world.households
    bare = begin(FIVE, 20, 1, as_python(without), as_row(without), knobs, START).world.households
    young = (h["block_mu"] > 0) & (h["block_month"] > -45) & (bare["orchard_mu"] == 0) & (bare["block_mu"] == 0)
    old = (h["block_mu"] + h["orchard_mu"] > bare["orchard_mu"] + bare["block_mu"]) & (h["block_month"] < -60)
    assert young.sum() > 20 and old.sum() > 3
    gain = h["income_last"][:, 1] - bare["income_last"][:, 1]
    assert gain[young].mean() < 0.0  # upkeep, and less room for grain
    assert gain[old].mean() > gain[young].mean()


def test_migrants_pay_and_prices_are_the_profile_s() -> None:
    stated = with_(FIVE, prices={"wage_level": 0.7, "price_level": 1.1})
    knobs = fitted(stated, P, ROW)
    assert knobs.away_months == Knobs().away_months  # what they are paid being stated, the wage share comes as it comes
    plain = begin(FIVE, 5, 1, P, ROW, knobs, START).world.villages
    dear = begin(stated, 5, 1, P, ROW, knobs, START).world.villages
    assert dear["away_wage_yuan"] == pytest.approx(plain["away_wage_yuan"] * 0.7)
    assert dear["gate_price"][:, :4] == pytest.approx(plain["gate_price"][:, :4] * 1.1)
    assert dear["gate_price"][:, 4] == pytest.approx(plain["gate_price"][:, 4])  # a shop's index is no farm price
    # The run goes on at the same prices.
    market = opened(stated, 5).copy().market
    assert isinstance(market, Market) and (market.wages, market.prices) == (0.7, 1.1)
    assert market.away_months == knobs.away_months


def test_the_market_pays_what_it_is_told() -> None:
    villages = opened(FIVE, 2).world.villages
    assert (Market(villages, P).wages, Market(villages, P).prices, Market(villages, P).away_months) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("start", [START, (2013, 9)])
def test_flags_are_the_county_s_whenever_the_run_opens(start: tuple[int, int]) -> None:
    world = opened(FIVE, reference_villages(FIVE), seed=REFERENCE_SEED, start=start)
    h = world.world.households
    persons = h["persons"].astype(float)
    shares = [persons[h["fifth"] == k].sum() / persons.sum() for k in range(1, 6)]
    assert shares == pytest.approx([0.2] * 5, abs=0.01)
    means = [per_head(h)[h["fifth"] == k].mean() for k in range(1, 6)]
    assert means == sorted(means)
    assert figures(world)["registered"] == pytest.approx(FIVE.registered_share, abs=0.005)
    assert ((h["cause"] > 0) == (h["registered"] == 1)).all()
    causes = np.bincount(h["cause"], minlength=len(CAUSES))[1:] / (h["cause"] > 0).sum()
    published = np.array(P.cause_shares) / sum(P.cause_shares)
    assert causes == pytest.approx(published, abs=0.03)
    assert (h["poor_at_start"] == (per_head(h) < world.line_yuan)).all()


def test_linked_households_by_village() -> None:
    world = opened(FIVE, 20).world
    linked = np.bincount(world.households["village"], weights=world.households["linked"])
    assert linked.sum() == 4 * FIVE.linked and linked.max() - linked.min() <= 1
    h = world.households
    assert h["registered"][h["linked"] == 1].mean() > 0.8 > h["registered"].mean()


def test_a_parameter_that_is_varied_is_followed_by_a_new_fit() -> None:
    values = load_parameters({"livelihood.business_scale_yuan": 14000, "labour.local_wage_yuan": 90}).values
    p, row = as_python(values), as_row(values)
    assert fitted(FIVE, p, row) != fitted(FIVE, P, ROW)
    h = begin(FIVE, reference_villages(FIVE), REFERENCE_SEED, p, row, fitted(FIVE, p, row), START).world.households
    assert income(h).sum() / h["persons"].sum() == pytest.approx(FIVE.income_yuan, rel=0.003)


def test_a_policy_s_parameter_asks_for_no_new_fit() -> None:
    other = as_row(load_parameters({"policies.grant_diverted": 0.3}).values)
    assert digest(FIVE, other) == digest(FIVE, ROW)
    assert digest(FIVE, as_row(load_parameters({"labour.local_wage_yuan": 90}).values)) != digest(FIVE, ROW)
    assert digest(with_(FIVE, income={"yuan_per_head": 4000.0}), ROW) != digest(FIVE, ROW)


@pytest.fixture
def nothing_fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "_FITS", {})


@pytest.mark.usefixtures("nothing_fitted")
def test_a_stored_fit_is_used_as_long_as_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    knobs, cuts = fit(FIVE, P, ROW)
    stored = {"of": digest(FIVE, ROW), "knobs": vars(knobs), **vars(cuts)}
    keeping = Profile.model_validate({**FIVE.model_dump(), "fitted": stored})
    monkeypatch.setattr(fitting, "fit", lambda *_: pytest.fail("fitted anew"))
    assert fitted(keeping, P, ROW) == knobs and cuts_at(keeping, P, ROW, *START) == cuts
    stale = Profile.model_validate({**keeping.model_dump(), "income": {**vars(FIVE.income), "yuan_per_head": 4400.0}})
    with pytest.raises(pytest.fail.Exception, match="fitted anew"):
        fitted(stale, P, ROW)
    cut_short = {**stored, "knobs": {"level": 1.0}}
    monkeypatch.setattr(fitting, "_FITS", {})
    with pytest.raises(pytest.fail.Exception, match="fitted anew"):
        fitted(Profile.model_validate({**FIVE.model_dump(), "fitted": cut_short}), P, ROW)


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"poverty": {"headcount": 0.05}}, r"poverty\.headcount: a headcount of 5\.0% does not go with a mean of"),
        ({"poverty": {"headcount": 0.8}}, r"poverty\.headcount: .*allowed: from about \d\d\.\d% up to about \d\d\.\d%"),
        ({"income": {"yuan_per_head": 500.0}}, r"income\.yuan_per_head: a mean of 500 yuan cannot be reached"),
        ({"household": {"workers": 4.1}}, r"household\.workers: 4\.1 workers in .* of 4\.3; allowed: 1\.\d to 3\.\d"),
        ({"household": {"size": 1.0, "workers": 0.9}}, r"household\.size: .*allowed: 1\.\d to 7\.\d"),
    ],
)
def test_figures_that_do_not_go_together_are_refused(sections: dict[str, Any], message: str) -> None:
    with fitted_on(2400), pytest.raises(UserError, match=message):
        fit(with_(FIVE, **sections), P, ROW)


def test_what_no_spread_would_do_is_refused_without_trying_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "_halve", lambda *_: pytest.fail("halved in vain"))
    tries: list[int] = []
    for sections in ({"poverty": {"headcount": 0.05}}, {"income": {"yuan_per_head": 500.0}}):
        with fitted_on(2400), pytest.raises(UserError):
            fit(with_(FIVE, **sections), P, ROW, told=tries.append)
    assert tries[0] == 1 and max(tries) <= 3 * fitting.ROUNDS


def test_where_a_profile_has_what_does_not_go_together_is_named(tmp_path: Path) -> None:
    text = (shipped("profiles") / "five_villages.toml").read_text(encoding="utf-8")
    (at,) = [n for n, line in enumerate(text.splitlines(), 1) if line.startswith("headcount")]
    path = tmp_path / "ours.toml"
    path.write_text(text, encoding="utf-8")
    with (
        pytest.raises(
            Unfittable, match=rf"ours.toml:{at}: poverty.headcount: .*; look at ours.toml:\d+, ours.toml:\d+"
        ),
        placing(path),
    ):
        raise Unfittable("a headcount of 5.0% does not go with a mean", field="poverty.headcount")


def test_books_that_contradict_themselves_a_little_get_the_nearest_that_goes_together() -> None:
    """Five villages with this mean have 32% poor at least; 31% is taken for that, and 28% is refused."""
    with fitted_on(2400):
        knobs, _ = fit(with_(FIVE, poverty={"headcount": 0.31}), P, ROW)
        assert knobs.spread == pytest.approx(0.0, abs=0.01)
        with pytest.raises(UserError, match=r"28\.0% does not go with"):
            fit(with_(FIVE, poverty={"headcount": 0.28}), P, ROW)


def test_the_shipped_profiles_are_the_only_ones() -> None:
    """Each shipped profile is fitted above."""
    assert {FIVE, COUNTY} == {load_profile("five_villages"), load_profile("gansu_county")}


def test_halving_finds_a_spread_where_the_quicker_way_runs_off(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = fitting._solve

    def runs_off(reference: Any, knobs: Any, spread: float | None) -> Any:
        return quick(reference, knobs, 0.0 if spread is None else spread)

    with fitted_on(2400):
        expected, _ = fit(FIVE, P, ROW)
        monkeypatch.setattr(fitting, "_solve", runs_off)
        knobs, _ = fit(FIVE, P, ROW)
    assert knobs.spread == pytest.approx(expected.spread, abs=0.03)
