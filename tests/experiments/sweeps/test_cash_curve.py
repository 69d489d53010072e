"""The response curve of cash by the model itself, whose answer is known; and a folder that is run again."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments import compare, sweep
from experiments.runs.again import run_again
from experiments.runs.files import read_json
from experiments.runs.folder import CRATE

TEXT = """title = { en = "Cash", zh = "现金" }
scenarios = ["cash"]
outcomes = ["income_transfer_yuan@12", "persons@12", "plan/cost_yuan", "plan/outlay_yuan:cash", "plan/cadre_days"]
[settings]
"world.profile" = "five_villages"
"world.villages" = 2
"horizon_months" = 12
"closure" = "fixed"
[seeds]
replicates = 2
[[levers]]
id = "cash"
address = "policies.cash.budget_yuan"
title = { en = "Cash", zh = "现金" }
unit = "yuan"
low = 0
high = 800_000
points = 5
at = 0
"""
OPTIONS = {"--name": True, "--results": True, "-n": True, "--set": True}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("cash")
    (place / "cash_curve.toml").write_text(TEXT, encoding="utf-8")
    found = sweep(place / "cash_curve.toml", results=place / "results", workers=0)
    assert found.attrs["meaning"]["cash"] == "Cash"
    return Path(found.attrs["folder"])


def test_what_is_paid_is_what_incomes_rise_by(folder: Path) -> None:
    """Two villages of five: what is paid in the county is 2.5 times what is paid here, and all of it is income."""
    runs = pd.read_parquet(folder / "tables" / "runs.parquet").set_index(["seed", "cash"]).sort_index()
    scale = 5 / 2
    for _, one in runs.groupby(level="seed"):
        income = (one["income_transfer_yuan@12"] * one["persons@12"]).to_numpy() * scale
        outlay = one["plan/outlay_yuan:cash"].to_numpy()
        np.testing.assert_allclose(income - income[0], outlay / 1.03, rtol=1e-6, atol=1e-3)  # 3% administration
        np.testing.assert_array_equal(one["plan/cost_yuan"], outlay)
        assert (np.diff(outlay) > 0).all() and outlay[0] == 0
        assert (outlay <= one.index.get_level_values("cash")).all()  # never more than the budget


def test_the_same_frames_come_from_a_call_and_from_the_folder(folder: Path) -> None:
    again = sweep(folder.parents[1] / "cash_curve.toml", results=folder.parent, workers=0)
    pd.testing.assert_frame_equal(again, pd.read_parquet(folder / "tables" / "runs.parquet"))


def test_a_folder_is_run_again_elsewhere_to_the_same_bytes_or_the_first_difference(
    folder: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "moved" / folder.name
    shutil.copytree(folder, elsewhere)
    (elsewhere / CRATE).write_text("{}", encoding="utf-8")  # said of the folder, and no part of it
    shutil.rmtree(tmp_path / "again", ignore_errors=True)
    found = run_again(elsewhere, tmp_path / "again", OPTIONS, workers=0)
    assert (found.difference, found.other_program) == ("", False)
    assert found.files == len([one for one in folder.rglob("*") if one.is_file() and not one.name.startswith(".")])
    table = elsewhere / "tables" / "runs.csv"
    table.write_text(table.read_text("utf-8").replace(",done,0.0,", ",done,1.0,", 1), encoding="utf-8")
    other = run_again(elsewhere, tmp_path / "once_more", OPTIONS, workers=0)
    assert other.difference.startswith("tables/runs.csv, line 2: ")


def test_comparisons_are_a_package_and_a_call(tmp_path: Path) -> None:
    import experiments.compare.run  # whichever comes first

    assert callable(experiments.compare)
    settings = {"world.profile": "five_villages", "world.villages": 2, "horizon_months": 12}
    found = compare(["baseline", "cash"], settings=settings, replicates=2, results=tmp_path, workers=0)
    rows = found[(found["scenario"] == "cash") & (found["name"] == "income_yuan") & (found["group"] == "all")]
    assert len(rows) and (rows[rows["month"] == 12]["mean"] > 0).all()
    assert read_json(Path(found.attrs["folder"]) / "manifest.json")["command"].startswith(
        "village compare baseline cash"
    )
