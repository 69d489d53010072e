"""Sweeps: known answers, few files, failures apart, nothing done twice, the same bytes after any number of kills."""

from __future__ import annotations

import json
import math
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import fake_county
import numpy as np
import pandas as pd
import pytest
from fake_county import TEXT, swept

from experiments.designs.read import load_design
from experiments.plots import response, write
from experiments.runs.files import read_json
from experiments.sweeps.points import points_of
from experiments.sweeps.returns import returns_of
from sim.core.errors import UserError
from tests.kills import differing, files_of

POINTS = 1 + 8 + 4


def spread(method: str, points: int = 64) -> str:
    """The county's design with points spread over both levers."""
    head, levers = TEXT.split("[seeds]")
    return f'{head}[sample]\nmethod = "{method}"\npoints = {points}\n[seeds]{levers}'


def points(tmp_path: Path, text: str) -> list[dict[str, object]]:
    path = tmp_path / "design.toml"
    path.write_text(text, encoding="utf-8")
    return [dict(one) for one in points_of(load_design(path))]


def test_one_at_a_time_moves_one_lever_at_a_time(tmp_path: Path) -> None:
    found = points(tmp_path, TEXT)
    assert found[0] == {} and len(found) == POINTS
    assert [one["industry"] for one in found[1:9]] == [1e6 * k for k in range(1, 9)]
    assert all(len(one) == 1 for one in found[1:])


def test_a_grid_has_every_combination_and_a_list_what_is_listed(tmp_path: Path) -> None:
    found = points(tmp_path, spread("grid"))[1:]
    assert len(found) == 9 * 5 == len({tuple(one.values()) for one in found})
    listed = TEXT.replace("[seeds]", '[sample]\nmethod = "list"\n[seeds]') + "[[points]]\nindustry = 5\n"
    assert points(tmp_path, listed) == [{}, {"industry": 5}]


@pytest.mark.parametrize("method", ["latin_hypercube", "sobol"])
def test_points_are_spread_evenly_and_alike_every_time(tmp_path: Path, method: str) -> None:
    """Each 64th of a range has one point; of a lever with five values, each a fifth of them."""
    text = spread(method).replace("step = 1_000_000\n", "")
    found = points(tmp_path, text)[1:]
    industry = np.sort([float(one["industry"]) for one in found])  # type: ignore[arg-type]
    np.testing.assert_array_equal((industry / 8e6 * 64).astype(int), np.arange(64))
    training = [one["training"] for one in found]
    assert {training.count(value) for value in (0, 1e6, 2e6, 4e6, 8e6)} <= {12, 13, 14}
    assert (
        points(tmp_path, text)[1:]
        == found
        != points(tmp_path, text.replace("points = 64", "points = 64\nseed = 2"))[1:]
    )


def test_a_number_that_does_not_balance_the_sequence_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="do not balance Sobol's sequence; allowed: 32 or 64"):
        points(tmp_path, spread("sobol", 50))


def test_differences_are_paired_and_returns_fall_where_they_do(tmp_path: Path) -> None:
    result = swept(tmp_path)
    assert result.values.shape == (1, POINTS, 6, 2)
    first = result.effect(0, 1, 0)
    assert abs(first.value - 10) < 0.5 and first.half < 0.5  # although levels differ by 250 yuan from seed to seed
    industry, training = returns_of(result, 0)
    assert industry.x == tuple(1e6 * k for k in range(9)) and training.x == (0, 1e6, 2e6, 4e6, 8e6)
    assert math.isnan(industry.falls_from) and math.isnan(industry.flat_from)  # in proportion to the last
    assert (training.falls_from, training.flat_from) == (2e6, 4e6)  # half of the step to 4 million is in vain
    assert [round(one.value * 1e6) for one in training.steps] == [20, 20, 10, 0]
    assert training.cost == (0, 1e6, 2e6, 4e6, 8e6)


def test_tables_are_tidy_and_say_what_their_columns_mean(tmp_path: Path) -> None:
    result = swept(tmp_path)
    tables = tmp_path / "swept" / "tables"
    runs = pd.read_parquet(tables / "runs.parquet")
    assert len(runs) == POINTS * 6 and set(runs["status"]) == {"done"}
    keys = ["scenario", "point", "seed", "status"]
    assert list(runs.columns) == [*keys, "industry", "training", "income_yuan@12", "plan/cost_yuan"]
    np.testing.assert_array_equal(runs["income_yuan@12"], result.values[0, :, :, 0].ravel())
    np.testing.assert_array_equal(runs["industry"] + runs["training"], runs["plan/cost_yuan"])
    for name in ("runs", "effects", "returns"):
        whole = pd.read_parquet(tables / f"{name}.parquet")
        pd.testing.assert_frame_equal(pd.read_csv(tables / f"{name}.csv", encoding="utf-8-sig"), whole)
    meant = pd.read_csv(tables / "dictionary.csv", encoding="utf-8-sig")
    assert set(runs.columns) == set(meant[meant["table"] == "runs"]["column"])
    assert meant["meaning_zh"].notna().all()


def test_thousands_of_runs_take_few_files(tmp_path: Path) -> None:
    swept(tmp_path, spread("sobol", 128), replicates=4)
    files = [file for file in (tmp_path / "swept").rglob("*") if file.is_file()]
    assert len(files) <= 129 * 4 / 8 + 16  # eight runs a file here; of the model as many as take 20 seconds, up to 64


def test_a_design_with_more_seeds_or_points_does_not_do_again_what_is_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    monkeypatch.setenv("FAKE", json.dumps({"log": str(log)}))
    swept(tmp_path, replicates=4)
    done = len(log.read_text().splitlines())
    assert done == POINTS * 4
    swept(tmp_path, replicates=4)
    assert len(log.read_text().splitlines()) == done
    swept(tmp_path, replicates=8)
    assert len(log.read_text().splitlines()) <= done + POINTS * 4 + 8  # but for the block that was not full


def test_a_failure_stands_apart_and_takes_no_other_run_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = swept(tmp_path / "whole")
    monkeypatch.setenv("FAKE", json.dumps({"fail": [2, 3e6]}))
    broken = swept(tmp_path / "broken")
    ((run, error),) = broken.cube.failures.items()
    assert (run.seed, run.point, error) == (2, 3, "ZeroDivisionError: nothing to divide by")
    expected = whole.values.copy()
    expected[0, 3, 1] = np.nan
    np.testing.assert_array_equal(broken.values, expected)
    table = pd.read_parquet(tmp_path / "broken" / "swept" / "tables" / "failures.parquet")
    assert table.values.tolist() == [["mix", 3, 2, error]]
    monkeypatch.setenv("FAKE", "{}")
    assert swept(tmp_path / "broken").cube.failures  # not tried again by itself
    mended = swept(tmp_path / "broken", retry_failed=True)
    np.testing.assert_array_equal(mended.values, whole.values)


def test_a_seed_that_fits_no_county_is_left_out_of_every_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE", json.dumps({"unfit": 2}))
    result = swept(tmp_path)
    assert result.unfitted == 1 and not result.cube.failures
    assert np.isnan(result.values[0, :, 1]).all() and np.isfinite(result.values[0, :, [0, 2, 3, 4, 5]]).all()


def test_seeds_are_added_until_differences_are_known(tmp_path: Path) -> None:
    text = TEXT.replace("replicates = 6", "replicates = 8\nlimit = 64")
    rough = swept(tmp_path / "rough", text, precision=0.01)
    fine = swept(tmp_path / "fine", text, precision=0.0003)
    assert 8 <= len(rough.seeds) < len(fine.seeds) < 64
    assert max(fine.effect(0, p, 0).half for p in range(1, POINTS)) <= 0.0003 * fine.level(0, 0).value


def test_what_a_design_draws_is_the_same_at_every_point(tmp_path: Path) -> None:
    text = TEXT + '[[uncertainties]]\nname = "policies.course_gain"\n'
    result = swept(tmp_path, text)
    assert result.of_what == "draw"
    runs = pd.read_parquet(tmp_path / "swept" / "tables" / "runs.parquet")
    by_seed = runs.groupby("seed")["policies.course_gain"].nunique()
    assert (by_seed == 1).all() and runs["policies.course_gain"].nunique() == 6


def test_killed_at_random_moments_it_ends_with_the_same_bytes(tmp_path: Path) -> None:
    swept(tmp_path / "whole", replicates=3)
    chance, folder = random.Random(1), tmp_path / "killed"
    paths = os.pathsep.join([str(Path(fake_county.__file__).parent), os.getcwd()])
    slow = {**os.environ, "FAKE": json.dumps({"delay": 0.01}), "PYTHONPATH": paths}
    kills = 0
    for _ in range(40):
        before = len(list(folder.glob("swept/runs/*/*.parquet")))
        process = subprocess.Popen([sys.executable, fake_county.__file__, str(folder)], env=slow)
        end = time.monotonic() + 60
        while len(list(folder.glob("swept/runs/*/*.parquet"))) < before + 2 and process.poll() is None:
            assert time.monotonic() < end
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.3))
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        if process.wait() == 0:
            break
    assert kills >= 2 and read_json(folder / "swept" / "manifest.json")["complete"]
    assert differing(files_of(tmp_path / "whole" / "swept"), files_of(folder / "swept")) == []


def test_pages_of_curves_and_of_points_say_what_was_found(tmp_path: Path) -> None:
    swept(tmp_path)
    english, chinese = ((tmp_path / "swept" / f"sweep.{one}.html").read_text("utf-8") for one in ("en", "zh"))
    assert (
        "“Industry” does most: +" in english
        and "2 are known to change" in english
        and "“Training”: returns fall from 2 million yuan on" in english
    )
    assert "“培训”：自200万元起收益递减" in chinese
    swept(tmp_path / "spread", spread("latin_hypercube", 16))
    page = (tmp_path / "spread" / "swept" / "sweep.en.html").read_text("utf-8")
    assert "Of 16 points" in page and "fresh seeds" in page


def test_figures_for_papers_show_the_curves(tmp_path: Path) -> None:
    swept(tmp_path)
    folder = tmp_path / "swept"
    (axes,) = response(folder, "training").axes
    np.testing.assert_allclose(np.asarray(axes.lines[-1].get_xdata(), float), [0, 1, 2, 4, 8])
    np.testing.assert_allclose(np.asarray(axes.lines[-1].get_ydata(), float), [0, 20, 40, 60, 60], atol=1.5)
    files, left_out = write(folder, tmp_path / "plots", "svg")
    assert [file.name for file in files] == ["response-industry.en.svg", "response-training.en.svg"] and not left_out
    with pytest.raises(UserError, match="there is no curve of 'credit'"):
        response(folder, "credit")
