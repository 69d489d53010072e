"""Local profiles: the shipped ones, what is refused, and how totals are shared out."""

from __future__ import annotations

import pickle
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.core.errors import UserError
from sim.facts.terrains import HILLS, RIVER, TABLELAND, TERRAINS
from sim.facts.trades import TRADES
from sim.facts.units import LEVELS
from sim.population.consistency import consistency, lognormal_headcount
from sim.population.profile import Terrain, UnitKind, share_out, terrains, village_sizes
from sim.population.profile_file import PROFILES, load_profile
from sim.population.sharing import interleave

COUNTY = load_profile("gansu_county")
SHIPPED = [file.stem for file in sorted(PROFILES.glob("*.toml"))]


def changed(tmp_path: Path, *edits: tuple[str, str], name: str = "five_villages") -> Path:
    text = (PROFILES / f"{name}.toml").read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_documents_county() -> None:
    p = COUNTY
    assert (p.villages, p.households, p.linked, p.cadres, p.units) == (215, 47_300, 5457, 4205, 169)
    assert (p.income_yuan, p.income.concept, p.income.year) == (4344.32, "net", 2012)
    assert (p.headcount, p.poverty.series, p.registered_share) == (0.332, "registry", 0.332)
    assert p.poverty.other_series == {"survey": 0.285}
    assert p.unit_money_yuan == 42_780_000
    assert next(purse for purse in p.purses if purse.id == "unit_funds").amount_yuan == p.unit_money_yuan
    assert p.persons == pytest.approx(203_390)
    assert p.linked_share == pytest.approx(5457 / 47_300)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_profiles_are_sound(name: str) -> None:
    profile = load_profile(name)
    assert consistency(profile) == []
    assert pickle.loads(pickle.dumps(profile)) == profile and hash(profile) == hash(load_profile(name))
    with pytest.raises(ValueError, match="frozen"):
        profile.era = "2023"  # type: ignore[misc]


def test_every_number_says_where_it_comes_from() -> None:
    text, _, fitted = (PROFILES / "gansu_county.toml").read_text(encoding="utf-8").partition("[fitted]")
    assert "of = " in fitted, "what the generator found, under the hash of what it was found for"
    lines = text.splitlines()
    told_by_heading = {"primary", "junior", "senior", "wage", "operating", "property", "transfer", "year", "release"}
    for before, line in pairwise(lines):
        key, _, value = line.partition(" = ")
        of_township = key == "villages" and before.startswith("name")
        if value[:1].isdigit() and key not in told_by_heading and not of_township:
            assert "#" in value or before.startswith("#"), line


def test_names_agree_with_the_rest_of_the_model() -> None:
    assert tuple(Terrain.model_fields) == tuple(TERRAINS)
    assert UnitKind.model_fields["level"].annotation.__args__ == tuple(LEVELS)  # type: ignore[union-attr]


def test_a_path_is_relative_to_what_names_it(tmp_path: Path) -> None:
    changed(tmp_path)
    assert load_profile("mine.toml", tmp_path) == load_profile("five_villages")
    assert load_profile(tmp_path / "mine.toml") == load_profile("five_villages")


def test_unknown_profile() -> None:
    with pytest.raises(UserError, match="there is no profile 'gansu_conty' \\(did you mean 'gansu_county'\\?\\)"):
        load_profile("gansu_conty")
    with pytest.raises(UserError, match="there is no such file"):
        load_profile("nowhere/mine.toml")


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (("villages = 5\n", "vilages = 5\n"), r"mine.toml:\d+: size: unknown key 'vilages' .*'villages'"),
        (("cadres = 27", 'cadres = "27"'), r"mine.toml:\d+: support.cadres: must be a whole number, found '27'"),
        (("headcount = 0.332", "headcount = 33.2"), r"headcount: must be less than 1"),
        (("wage = 0.40", "wage = 0.50"), r"income.sources: .* must add to 1, found 1.1"),
        (("tableland = 0.4", "tableland = 0.9"), r"terrain: .* must add to 1, found 1.5"),
        (('trade = "fruit"', 'trade = "fruits"'), r"unknown trade 'fruits'; did you mean 'fruit'\?"),
        (('level = "county"', 'level = "countty"'), r"found 'countty' \(did you mean 'county'\?\)"),
        (("units = 4", "units = 5"), r"unit_kinds: 4 units are listed, but support.units is 5"),
        (("\nvillages = 5\nt", "\nvillages = 4\nt"), r"townships: .* 4 villages together, but size.villages is 5"),
        (("linked_households = 35", "linked_households = 301"), r"301 households are linked, but there are only 300"),
        (("workers = 2.8", "workers = 4.8"), r"household.workers: 4.8 workers in a household of 4.3"),
        (('concept = "net"', 'concept = "disposable"'), r"income.concept: 'disposable' income in era 2012"),
        (('id = "bank_quota"', 'id = "unit_funds"'), r"a second purse is called 'unit_funds'"),
        (("amount_yuan = 40_000", "amount_yuan = -1"), r"amount_yuan: must be at least 0, found -1"),
        (("release = 2013-02-25", 'release = "soon"'), r"must be a date such as 2013-03-01 or a campaign day"),
        (('era = "2012"\n', ""), r"'era' is missing"),
        (('era = "2012"', 'era = "2013"'), r"must be '2012' or '2023', found '2013'"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, edit: tuple[str, str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        load_profile(changed(tmp_path, edit))


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    path = changed(tmp_path, ("units = 4", "units = 5"), ("workers = 2.8", "workers = 4.8"))
    with pytest.raises(UserError) as caught:
        load_profile(path)
    assert len(str(caught.value).splitlines()) == 2


def test_era_may_be_a_number_and_a_fit_may_be_stored(tmp_path: Path) -> None:
    cuts = "fifths = [1.0, 2.0, 3.0, 4.0]\nregistry_line = 1.1\nregistry_noise = 0.5\ncauses = [1.0]\n"
    fit = f'[fitted]\nof = "abc"\nknobs.level = 1.02\nknobs.spread = 0.4\n{cuts}\n[size]'
    profile = load_profile(changed(tmp_path, ('era = "2012"', "era = 2012"), ("[size]", fit)))
    assert profile.era == "2012"
    assert profile.fitted is not None and profile.fitted.knobs["level"] == 1.02


def test_published_lognormal_headcounts() -> None:
    assert lognormal_headcount(4344.32, 0.359, 2625) == pytest.approx(0.332, abs=5e-4)
    assert lognormal_headcount(4344.32, 0.321, 2625) == pytest.approx(0.285, abs=5e-4)


@pytest.mark.parametrize(
    ("edit", "doubt"),
    [
        (("gini = 0.359", "gini = 0.25"), "with a Gini of 0.250 puts about"),
        (("inclusion_error = 0.35", "inclusion_error = 0.1"), "registered and income-poor"),
        (("village_spread = 0.3", "persons = 2000"), "size.persons is 2,000"),
        (("unit_money_yuan = 1_000_000", "unit_money_yuan = 9"), "support.unit_money_yuan is 9"),
    ],
)
def test_doubts(tmp_path: Path, edit: tuple[str, str], doubt: str) -> None:
    doubts = consistency(load_profile(changed(tmp_path, edit)))
    assert len(doubts) == 1 and doubt in doubts[0]


@given(total=st.integers(0, 10**7), places=st.integers(1, 3000), more=st.integers(0, 500))
def test_totals_are_exact_and_a_bigger_world_changes_nothing(total: int, places: int, more: int) -> None:
    counts = share_out(total / places, places)
    assert counts.sum() == total
    assert counts.max() - counts.min() <= 1
    assert (share_out(total / places, places + more)[:places] == counts).all()


def test_phase_moves_the_odd_ones() -> None:
    assert share_out(0.5, 4).tolist() == [0, 1, 0, 1]
    assert share_out(0.5, 4, phase=0.5).tolist() == [1, 0, 1, 0]
    assert share_out(4205 / 215, 215).sum() == 4205


@given(st.lists(st.integers(0, 30), min_size=1, max_size=12).filter(any))
def test_interleaving_keeps_counts_and_spreads_them(weights: list[int]) -> None:
    n = sum(weights)
    order = interleave(weights, n)
    assert np.bincount(order, minlength=len(weights)).tolist() == weights
    assert interleave(weights, 2 * n)[:n].tolist() == order.tolist()


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("seed", [1, 2, 99])
def test_village_sizes_meet_the_total(name: str, seed: int) -> None:
    p = load_profile(name)
    sizes = village_sizes(p, p.villages, seed)
    assert sizes.sum() == p.households
    mean, spread = p.size.households_per_village, p.size.village_spread
    assert sizes.min() >= mean * (1 - spread) - 1 and sizes.max() <= mean * (1 + spread) + 1
    assert len(set(sizes.tolist())) > 2


@pytest.mark.parametrize("name", SHIPPED)
def test_a_bigger_world_leaves_the_first_villages_as_they_were(name: str) -> None:
    p = load_profile(name)
    big = 3 * p.villages + 1
    for n in (1, 2, p.villages, p.villages + 1):
        assert (village_sizes(p, big, 5)[:n] == village_sizes(p, n, 5)).all()
        for short, long in zip(terrains(p, n), terrains(p, big), strict=True):
            assert (long[:n] == short).all()
    assert not (village_sizes(p, p.villages, 5) == village_sizes(p, p.villages, 6)).all()


def test_an_even_county_meets_its_total_too(tmp_path: Path) -> None:
    even = [("villages = 5\n", "villages = 6\n"), ("\nvillages = 5\nt", "\nvillages = 6\nt")]
    p = load_profile(changed(tmp_path, *even, ("households_per_village = 60", "households_per_village = 60.5")))
    assert village_sizes(p, 6, 3).sum() == p.households == 363


def test_terrain_follows_the_townships() -> None:
    terrain, township = terrains(COUNTY, 2 * 215)
    assert sorted(terrain[:3].tolist()) == [TABLELAND, RIVER, HILLS]
    assert (terrain[215:] == terrain[:215]).all()
    assert (township[215:] == township[:215] + 15).all()
    for i, town in enumerate(COUNTY.townships):
        counts = np.bincount(terrain[township == i], minlength=3)
        assert counts.sum() == town.villages
        assert np.abs(counts - np.array(list(dict(town.terrain).values())) * town.villages).max() <= 1


def test_units_by_level_and_trade() -> None:
    levels, trades = COUNTY.unit_levels_and_trades(169)
    names = list(TRADES)
    for kind in COUNTY.support.unit_kinds:
        here = (levels == list(LEVELS).index(kind.level)) & (trades == names.index(kind.trade))
        assert here.sum() == kind.count
    assert len(set(trades[:8].tolist())) >= 5
    more = COUNTY.unit_levels_and_trades(400)
    assert (more[0][:169] == levels).all() and (more[1][169:338] == trades).all()
