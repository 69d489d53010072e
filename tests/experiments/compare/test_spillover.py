"""Effects under both closures: twins run beside the others, and enter only the table that is made of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fake_runs
import numpy as np
import pandas as pd
import pytest

from experiments.compare.run import compare
from experiments.compare.spillover import choose
from experiments.compare.tables import COLUMNS, Comparison
from sim.core.errors import UserError

SEEDS = np.arange(1, 6)
SETTINGS: dict[str, Any] = {"workers": 0, "progress": False, "program": "t", "command": "x", "run": fake_runs.RUN}


def compared(results: Path, closure: str = "endogenous", **more: Any) -> Comparison:
    settings = {**SETTINGS, "replicates": len(SEEDS), **more}
    return Comparison.load(compare(fake_runs.four_plans(closure), name="trial", results=results, **settings))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Comparison]:
    yield compared(tmp_path_factory.mktemp("results"))


def row(found: Comparison, group: str, name: str = "income_yuan") -> pd.Series:
    frame = found.table("spillover").query("month == 24 and group == @group and name == @name")
    assert len(frame) == 1
    return frame.iloc[0]


@pytest.mark.parametrize("group", ["all", "poor_at_start", "served", "not_served"])
def test_the_spillover_is_the_difference_of_the_two_effects(found: Comparison, group: str) -> None:
    lost = np.array([-300 * (0.05 + 0.01 * (seed % 2)) for seed in SEEDS])
    one = row(found, group)
    assert one["spillover"] == pytest.approx(lost.mean())
    half = 2.7764 * lost.std(ddof=1) / np.sqrt(5)  # t(4), paired over seeds
    assert one["spillover_high"] - one["spillover_low"] == pytest.approx(2 * half, rel=1e-4)
    assert one["endogenous"] - one["fixed"] == pytest.approx(one["spillover"])
    assert one["replicates"] == 5
    if group == "not_served":
        assert (one["fixed"], one["fixed_low"], one["fixed_high"]) == (0, 0, 0)
        assert one["endogenous"] == pytest.approx(lost.mean())
    else:
        assert one["fixed_low"] < one["fixed"] < one["fixed_high"]


def test_it_agrees_with_the_table_of_differences(found: Comparison) -> None:
    differences = found.table("differences").query("scenario == 'mix' and month > 0")
    both = found.table("spillover").merge(differences, on=["scenario", "month", "group", "name"], validate="1:1")
    assert set(both["group"]) >= {"all", "poor_at_start", "served", "not_served"}
    for ours, theirs in (("endogenous", "difference"), ("endogenous_low", "low"), ("endogenous_high", "high")):
        np.testing.assert_allclose(both[ours], both[theirs], rtol=1e-9, atol=1e-12)
    assert set(found.table("spillover")["name"]) == {"income_yuan", "headcount", "poverty_gap"}
    assert set(found.table("spillover")["month"]) == {12, 24, 36}
    poor, gap = row(found, "not_served", "headcount"), row(found, "not_served", "poverty_gap")
    assert poor["fixed"] == gap["fixed"] == 0 < gap["spillover"]
    # A group that counts nobody has no row.
    assert "cause_none" not in set(found.table("spillover")["group"])


def test_twins_enter_no_other_table(found: Comparison, tmp_path: Path) -> None:
    assert {path.name for path in (found.folder / "runs").iterdir()} == {
        "baseline", "credit", "training", "mix", "baseline~fixed", "mix~fixed",
    }  # fmt: skip
    assert found.manifest["spillovers"] == ["mix"] and len(found.manifest["scenarios"]) == 4
    without = compared(tmp_path, spillovers=())
    assert without.manifest["spillovers"] == [] and without.table("spillover").empty
    for name in COLUMNS:
        if name != "spillover":
            pd.testing.assert_frame_equal(found.table(name), without.table(name))
    assert not (without.folder / "runs" / "mix~fixed").exists()


def test_a_failed_twin_is_recorded_and_touches_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE", json.dumps({"fail": {"mix~fixed": [2], "baseline~fixed": [4]}}))
    found = compared(tmp_path)
    assert found.manifest["replicates"]["done"] == 5
    assert set(found.table("differences")["replicates"]) == {5}
    assert set(found.table("spillover")["replicates"]) == {3}
    assert list(found.table("failures")["scenario"]) == ["baseline~fixed", "mix~fixed"]
    monkeypatch.setenv("FAKE", json.dumps({"fail": {"mix~fixed": [1, 2, 3, 4, 5]}}))
    assert compared(tmp_path / "never").table("spillover").empty


def test_the_largest_mix_is_chosen_unless_nothing_would_be_learnt() -> None:
    plans = fake_runs.four_plans("endogenous")
    assert choose(plans, "baseline", None) == ("mix",)
    assert choose(plans[:3], "baseline", None) == choose(plans[2::-1], "baseline", None) == ("credit",)
    assert choose(plans, "baseline", ["training", "mix", "training"]) == ("training", "mix")
    assert choose(plans, "baseline", ()) == choose(plans[:1], "baseline", None) == ()
    assert choose(fake_runs.four_plans(), "baseline", None) == ()
    assert choose([*plans[:3], fake_runs.plan("mix", credit=1.0)], "baseline", None) == ()
    assert choose([fake_runs.plan(name, horizon=6, closure="endogenous") for name in "ab"], "a", None) == ()


def test_several_scenarios_may_be_asked_for(tmp_path: Path) -> None:
    found = compared(tmp_path, spillovers=["training", "credit"])
    assert list(found.table("spillover")["scenario"].unique()) == ["credit", "training"]


@pytest.mark.parametrize(
    ("closure", "asked", "message"),
    [
        ("endogenous", "nothing", "--spillovers: there is no scenario 'nothing' beside the baseline; allowed: credit"),
        ("endogenous", "baseline", "no scenario 'baseline' beside"),
        ("fixed", "mix", "'baseline' has the closure 'fixed'.*--no-spillovers"),
    ],
)
def test_spillovers_that_cannot_be_measured_are_refused(tmp_path: Path, closure: str, asked: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        compared(tmp_path, closure, spillovers=[asked])
    assert not (tmp_path / "trial").exists()


def test_a_twins_name_is_kept_for_it_and_a_short_look_ahead_shows_none(tmp_path: Path) -> None:
    names = ("baseline", "mix", "Mix~fixed")
    plans = [fake_runs.plan(name, closure="endogenous", credit=len(name)) for name in names]
    with pytest.raises(UserError, match="'mix~fixed' is kept for a scenario's twin"):
        compare(plans, name="trial", results=tmp_path, spillovers=["mix"], **SETTINGS)
    short = [fake_runs.plan(name, horizon=6, closure="endogenous") for name in names]
    with pytest.raises(UserError, match="at yearly marks"):
        compare(short, name="trial", results=tmp_path, spillovers=["mix"], **SETTINGS)
