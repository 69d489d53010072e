"""A nation is its counties: each the same bits alone, added up without rounding, resumed to the same bytes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nation_runs import CASH, SETTINGS, broken, folder_bytes

from experiments.compare.nation.adding import added, weighted_mean
from experiments.compare.nation.parts import kinds_of
from experiments.compare.run import compare
from experiments.runs.records import RECORDS, panel
from experiments.runs.runfile import RunFile
from sim import VillageModel, run
from sim.core.errors import UserError
from sim.scenario import Plan, load_plan, load_plans
from sim.scenario.counties import count_of

SEED = 1


@pytest.fixture(scope="module")
def plans() -> list[Plan]:
    return load_plans(["baseline", CASH], SETTINGS)


@pytest.fixture(scope="module")
def nation(plans: list[Plan], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asked(plans, tmp_path_factory.mktemp("whole"))


def asked(plans: list[Plan], results: Path, **how: Any) -> Path:
    given = {"workers": 0, "program": "test", "command": "the same", "replicates": 1, **how}
    return compare(plans, name="nation", results=results, progress=False, spillovers=(), **given)


def counties(folder: Path, scenario: str = "baseline") -> list[RunFile]:
    return [RunFile(folder / "runs" / f"{scenario}@{number}" / f"{SEED}.parquet") for number in range(3)]


@pytest.fixture(scope="module")
def alone(plans: list[Plan]) -> list[Any]:
    """Every county by itself."""
    return [run(load_plan("baseline", [*SETTINGS, f"world.county={number}"]), SEED) for number in range(3)]


def test_a_county_is_the_same_bits_alone(nation: Path, alone: list[Any]) -> None:
    for stored, found in zip(counties(nation), alone, strict=True):
        there = found.records["table"] != "household"
        for name, column in stored.table(RECORDS).to_pydict().items():
            np.testing.assert_array_equal(np.array(column), found.records[name][there], err_msg=name)
    incomes = {found.value("panel", "income_yuan", month=12) for found in alone}
    assert len(incomes) == 3  # each has chance of its own


def test_what_is_said_of_the_nation_is_said_of_all_its_households(nation: Path, alone: list[Any]) -> None:
    said = panel(RunFile(nation / "runs" / "baseline" / f"{SEED}.parquet"))
    homes = [found.households(12) for found in alone]
    persons = np.concatenate([home["persons"] for home in homes])
    income = np.concatenate([home["income_yuan"] for home in homes])
    line = said[12, "all", "line_yuan"]
    poor = income < line
    assert said[12, "all", "persons"] == persons.sum()
    assert said[12, "all", "households"] == len(persons)
    assert said[12, "all", "headcount"] == pytest.approx(persons[poor].sum() / persons.sum(), rel=1e-13)
    assert said[12, "all", "income_yuan"] == pytest.approx((income * persons).sum() / persons.sum(), rel=1e-6)
    weigh = [found.value("weight", "workers_at_mark", month=12) for found in alone]
    away = [found.value("panel", "migrants_per_worker", month=12) * w for found, w in zip(alone, weigh, strict=True)]
    assert said[12, "all", "migrants_per_worker"] == pytest.approx(sum(away) / sum(weigh), rel=1e-13)


def test_money_and_deliveries_add_up(nation: Path) -> None:
    whole = RunFile(nation / "runs" / "cash" / f"{SEED}.parquet").table(RECORDS).to_pandas()
    parts = [one.table(RECORDS).to_pandas() for one in counties(nation, "cash")]
    for table, name in (("cost", "cost_yuan"), ("purse", "spent_yuan"), ("cadre_days", "used")):

        def rows(frame: Any, table: str = table, name: str = name) -> float:
            here = (frame["table"] == table) & (frame["name"] == name) & ~frame["group"].str.startswith("unit_")
            return float(frame.loc[here, "value"].sum())

        assert rows(whole) == pytest.approx(sum(rows(part) for part in parts), rel=1e-12) and rows(whole) > 0


def test_what_cannot_be_had_is_not_made_up(nation: Path) -> None:
    names = {name for _, _, name in panel(RunFile(nation / "runs" / "baseline" / f"{SEED}.parquet"))}
    assert not names & {"income_median_yuan", "gini", "sen"} and {"headcount", "poverty_gap", "watts"} <= names


def test_the_order_of_counties_moves_no_bit(nation: Path) -> None:
    def values(runs: list[RunFile]) -> dict[tuple[Any, ...], float]:
        rows = added(runs)[RECORDS.name]
        keys = zip(*(rows[name] for name in ("table", "month", "group", "name", "item")), strict=True)
        return dict(zip(keys, map(repr, rows["value"].tolist()), strict=True))

    assert values(counties(nation)) == values(counties(nation)[::-1])


def test_a_mean_is_exact_to_the_last_bit() -> None:
    x, w = np.random.default_rng(3).lognormal(8, 3, 500), np.random.default_rng(4).integers(1, 10**6, 500).astype(float)
    exact = sum(Fraction(a) * Fraction(b) for a, b in zip(x, w, strict=True)) / sum(map(Fraction, w))
    found = weighted_mean(x, w)
    assert abs(Fraction(found) - exact) <= abs(exact) * Fraction(2) ** -52
    assert weighted_mean(x[::-1], w[::-1]) == found
    assert weighted_mean(np.array([np.nan, 5.0]), np.array([0.0, 2.0])) == 5.0
    assert np.isnan(weighted_mean(np.array([np.nan, 5.0]), np.array([1.0, 2.0])))
    assert np.isnan(weighted_mean(x, 0 * w))


def test_resumed_to_the_same_bytes(plans: list[Plan], nation: Path, tmp_path: Path) -> None:
    half = tmp_path / "nation"
    shutil.copytree(nation, half)
    for gone in ("baseline/1", "baseline@1/1", "cash@2/1", "cash/1"):
        (half / "runs" / f"{gone}.parquet").unlink()
    kept = (half / "runs" / "baseline@0" / "1.parquet").stat().st_mtime_ns
    assert folder_bytes(asked(plans, tmp_path)) == folder_bytes(nation)
    assert (half / "runs" / "baseline@0" / "1.parquet").stat().st_mtime_ns == kept


def test_a_county_that_fails_is_named_and_tried_again(plans: list[Plan], tmp_path: Path) -> None:
    with broken("cash", 2), pytest.raises(UserError, match="no seed"):
        asked(plans[1:], tmp_path, run="nation_runs:run_or_break")
    assert "cash@2, 1 of 3 parts" in (tmp_path / "nation" / "runs" / "cash" / "1.error.json").read_text()
    mended = asked(plans[1:], tmp_path, run="nation_runs:run_or_break", retry_failed=True)
    assert not list(mended.rglob("*.error.json"))


@pytest.fixture
def two_regions() -> Iterator[list[VillageModel]]:
    settings = ["world.profile=five_villages", "world.villages=1", "world.counties=[{count=30}]"]
    models = []
    for number in (0, 9, 10, 25):
        models.append(VillageModel(load_plan("baseline", [*settings, f"world.county={number}"]), rng=4))
        models[-1].step()
    yield models
    for model in models:
        model.close()


def test_a_region_shares_its_years_and_nothing_else(two_regions: list[VillageModel]) -> None:
    shocks = [model.market.shock_log.tobytes() for model in two_regions]
    assert shocks[0] == shocks[1] and len(set(shocks)) == 3
    luck = {model.market.luck.tobytes() for model in two_regions}
    people = {model.households["ability"].tobytes() for model in two_regions}
    assert len(luck) == len(people) == 4


def test_many_profiles_and_each_brings_its_purses() -> None:
    entries = "world.counties=[{count=2}, {profile='five_villages', villages=3}, {count=4, villages=7}]"
    plan = load_plan("baseline", [entries])
    kinds = list(kinds_of(plan))
    assert count_of(plan.world) == 7 and [numbers for _, numbers in kinds] == [range(2), range(2, 3), range(3, 7)]
    assert [one.world.villages for one, _ in kinds] == [215, 3, 7]
    assert {purse.amount_yuan for purse in kinds[1][0].purses} == {
        purse.amount_yuan for purse in load_plan("baseline", ["world.profile=five_villages"]).purses
    }
    assert kinds[1][0] == load_plan("baseline", [entries, "world.county=2"])
    assert plan.with_settings({}) == plan
    assert plan.digest() != load_plan("baseline", [entries.replace("count=4", "count=5")]).digest()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (["world.counties=[{count=0}]"], "at least 1"),
        (["world.counties=[{counts=3}]"], "did you mean 'count'"),
        (["world.counties=[{count=3}]", "world.county=3"], "0 to 2"),
        (["world.counties=[{profile='gansu'}]"], "no profile 'gansu'"),
        (["world.counties=[{profile='nowhere.toml'}]"], "no profile 'nowhere.toml'"),
    ],
)
def test_a_wrong_nation_is_refused(settings: list[str], said: str) -> None:
    with pytest.raises(UserError, match=said):
        load_plan("baseline", settings)


def test_one_run_is_of_one_county(plans: list[Plan]) -> None:
    with pytest.raises(UserError, match=r"nation of 3 counties.*world.county=0"):
        run(plans[0], SEED)
    with pytest.raises(UserError, match="eras cannot be mixed"):
        list(kinds_of(load_plan("baseline", ["world.counties=[{profile='ex_poor_county_2023'}]"])))
