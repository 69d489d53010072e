"""Townships: known households give known figures, together they are the county, and few households are not shown."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from experiments.compare.households import Households, Pairs
from experiments.compare.report.data import Experiment
from experiments.compare.report.workbook import workbook_bytes
from experiments.compare.run import compare
from experiments.compare.tables import Comparison
from experiments.compare.townships import of_villages, townships
from sim.scenario import Plan, World

TOWNS = np.array([0, 0, 1, 2])
"""Township of each of four villages, of twelve households each but the last, which has four."""
VILLAGE = np.repeat([0, 1, 2, 3], [12, 12, 12, 4])
PERSONS = 1.0 + np.arange(len(VILLAGE)) % 4
LINE = 2000.0


def rows(income: np.ndarray) -> Households:
    columns = {(0, "persons"): PERSONS, (0, "village"): VILLAGE.astype(float), (12, "persons"): PERSONS}
    return Households(np.arange(len(income)), {**columns, (12, "income_yuan"): income})


def found(gains: dict[int, float], seeds: int = 5) -> pd.DataFrame:
    """Every household of a township gains as much, give or take what differs by seed."""
    pairs = Pairs(TOWNS)
    for seed in range(seeds):
        luck = np.random.default_rng(seed).normal(0, 300)
        more = np.array([gains[town] for town in TOWNS[VILLAGE]]) + seed
        base = 1500.0 + 20.0 * np.arange(len(VILLAGE)) + luck
        pairs.add(rows(base), rows(base + more), {12: LINE}, 0)
    runs: Any = SimpleNamespace(others=["plan"], pairs={"plan": pairs}, of="mean")
    return pd.concat(townships(runs)).set_index(["name", "township"])


def test_a_townships_change_is_that_of_its_persons_paired_by_seed() -> None:
    frame = found({0: 100.0, 1: 50.0, 2: 10.0})
    first = frame.loc["income_yuan", 0]
    assert first["difference"] == pytest.approx(102.0) and first["households"] == 24 and first["replicates"] == 5
    half = 2.7764 * np.std(range(5), ddof=1) / np.sqrt(5)  # t(4); the luck of a seed is in both runs
    assert first["high"] - first["low"] == pytest.approx(2 * half, rel=1e-4)
    base = 1500.0 + 20.0 * np.arange(24)
    lucks = [np.random.default_rng(seed).normal(0, 300) for seed in range(5)]
    mean = np.mean([np.average(base + luck, weights=PERSONS[:24]) for luck in lucks])
    assert first["baseline_mean"] == pytest.approx(mean)
    poor = np.mean([np.average(base + luck < LINE, weights=PERSONS[:24]) for luck in lucks])
    assert frame.loc["headcount", 0]["baseline_mean"] == pytest.approx(poor)
    assert frame.loc["headcount", 0]["difference"] < 0


def test_townships_are_told_apart_only_where_they_differ() -> None:
    frame = found({0: 100.0, 1: 50.0, 2: 10.0}).loc["income_yuan"]
    assert frame.loc[0, "apart_low"] > 0 > frame.loc[1, "apart_high"]
    same = found({0: 70.0, 1: 70.0, 2: 70.0}).loc["income_yuan"]
    assert same.loc[[0, 1], "apart"].to_numpy() == pytest.approx([0, 0], abs=1e-9)


def test_fewer_than_ten_households_are_not_shown() -> None:
    frame = found({0: 100.0, 1: 50.0, 2: 10.0})
    for name in ("income_yuan", "headcount"):
        few = frame.loc[name, 2]
        assert few["households"] == 0 and few.drop(["households", "replicates", "scenario", "month"]).isna().all()


def test_one_run_tells_nothing_apart() -> None:
    frame = found({0: 100.0, 1: 50.0, 2: 10.0}, seeds=1).loc["income_yuan"]
    assert frame.loc[0, "difference"] == pytest.approx(100) and frame[["low", "apart_low"]].isna().all(axis=None)


def test_villages_lie_where_the_profile_says() -> None:
    world = World(profile="gansu_county", villages=216)
    count = np.bincount(of_villages(world))
    assert list(count[:3]) == [15, 12, 17] and count[-1] == 1 and count.sum() == 216


def plan(name: str, **more: Any) -> Plan:
    return Plan.build(
        id=name, title={"en": name.title(), "zh": f"方案{name}"}, era="2012", horizon_months=12,
        world={"profile": "five_villages", "villages": 2}, campaign={"start": dt.date(2012, 12, 24), "days": 100},
        **more,
    )  # fmt: skip


def test_townships_of_the_model_are_its_county(tmp_path: Path) -> None:
    cash = {"id": "aid", "title_en": "Aid", "title_zh": "补助", "amount_yuan": 4e6, "uses": ["cash"]}
    paid = plan("paid", purses=[cash], policies=[{"kind": "cash", "months": 2}])
    plans = [plan("baseline", purses=[cash]), paid]
    folder = compare(plans, name="towns", results=tmp_path, replicates=2, workers=0, progress=False, spillovers=())
    stored = Comparison.load(folder)
    whole = stored.table("differences").query("month == 12 and group == 'all'").set_index("name")
    here = stored.table("township").query("month == 12 and township == 0").set_index("name")
    for name in ("income_yuan", "headcount"):
        for column in ("baseline_mean", "mean", "difference", "low", "high"):
            assert here.loc[name, column] == pytest.approx(whole.loc[name, column], rel=1e-5, abs=1e-6), (name, column)
    assert here.loc["income_yuan", "difference"] > 0
    sheet = load_workbook(io.BytesIO(workbook_bytes(Experiment(folder), "en")))["By township"]
    line = next(sheet.iter_rows(min_row=2, values_only=True))
    assert line[:3] == ("Paid", "township 1", 2) and line[4] == pytest.approx(here.loc["income_yuan", "difference"])
