"""The measurements run, and say what they should of numbers that are known; how fast the machine is, is no test."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from experiments import cli
from experiments.bench import figures, measures
from experiments.bench.figures import BenchFigure, bench
from sim.agents.household import Household
from sim.core.errors import UserError

EVERY_RUN = (
    *("household_month_ns", "visit_ns", "household_bytes", "month_copies", "engine_ratio"),
    *("county_baseline_s", "county_baseline_mb", "county_mix_s", "shared_luck_income_yuan"),
    *("pool_efficiency", "pool_growth_mb"),
)


def test_an_aim_is_a_limit_from_one_side() -> None:
    assert BenchFigure("x", "x", "x", 400.0, "", 384).met is False
    assert BenchFigure("x", "x", "x", 400.0, "", 384, least=True).met is True
    assert BenchFigure("x", "x", "x", 400.0, "").met is None


def test_a_toy_measurement_gives_every_figure() -> None:
    found = bench(progress=False, small=True)
    by_key = {figure["key"]: figure for figure in found["figures"]}
    assert set(EVERY_RUN) <= set(by_key)
    assert all(by_key[key]["value"] > 0 for key in EVERY_RUN if key != "pool_growth_mb")
    assert by_key["household_bytes"]["value"] == Household.DTYPE.itemsize <= 512
    assert all(figure["label_en"] and figure["label_zh"] for figure in found["figures"])
    assert by_key["engine_ratio"]["value"] > 20  # compiled rules are that much faster on any machine


def test_shared_luck_saves_replicates() -> None:
    plan, baseline = (measures.plan_of(name, 3, 12) for name in ("cash", "baseline"))
    assert measures.shared_luck(plan, baseline, 3)["income_yuan"][12] > 2
    assert measures.shared_luck(baseline, baseline, 3)["income_yuan"][12] == float("inf")


def test_what_the_memory_cannot_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "NATION", 10**9)
    with pytest.raises(UserError, match="GB of memory"):
        bench(nation=True, progress=False)


@pytest.mark.parametrize(("language", "word"), [("en", "MISSED"), ("zh", "未达标")])
def test_the_table_says_what_was_missed(monkeypatch: pytest.MonkeyPatch, language: str, word: str) -> None:
    slow = {"key": "x", "label_en": "A month", "label_zh": "一个月", "value": 12.5, "unit": "s", "aim": 1.5}
    machine = {"processor": "p", "cores": 2, "load": 0.0, "python": "3", "numba": "0", "numpy": "2", "mesa": "3"}
    found = {"machine": machine, "figures": [{**slow, "least": False, "met": False}]}
    monkeypatch.setattr(figures, "bench", lambda *_, **__: found)
    printed = CliRunner().invoke(cli.app, ["bench", "--language", language])
    assert printed.exit_code == 0
    assert word in printed.stdout and "12.5" in printed.stdout
    assert json.loads(CliRunner().invoke(cli.app, ["bench", "--json"]).stdout) == found
