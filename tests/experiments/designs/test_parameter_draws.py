"""Parameter vectors: keyed, shared by all scenarios of a seed, and within what parameters may be."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fake_runs
import numpy as np
import pytest

from experiments.calibrate import load_set
from experiments.compare.provenance import calibration_of, conclusion_for
from experiments.compare.run import compare
from experiments.compare.tables import Comparison
from experiments.designs.vectors import (
    AT_MOST,
    TOGETHER_ONE,
    Drawing,
    Drawn,
    drawing,
    kept,
    run,
    triangular,
    within,
)
from experiments.measure.statistics import t_limits
from sim.core.errors import UserError
from sim.core.frozen import FrozenDict
from sim.parameters import Parameter, load_parameters
from sim.population.profile_file import load_profile
from sim.running import run as plain_run
from sim.scenario import Campaign, Plan, Title, World

GAINS = (0.15, 0.2, 0.3, 0.4)


def a_set(*gains: float) -> Any:
    return lambda: SimpleNamespace(vectors=[{"policies.course_gain": gain} for gain in gains or GAINS], targets=5)


def parameter(name: str, value: Any, low: Any, high: Any) -> Parameter:
    return Parameter("farm", name, value, "yuan", low, high, "x", "assumed")


def compared(results: Path, name: str = "trial", **more: Any) -> Path:
    settings = {"workers": 0, "progress": False, "program": "test", "command": "x", "run": fake_runs.RUN}
    settings |= {"parameters": "calibrated", "load_set": a_set(), "replicates": 4}
    return compare(fake_runs.four_plans(), name=name, results=results, **{**settings, **more})


def content(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


# --- one vector ---


def test_half_the_draws_lie_on_either_side_of_the_value() -> None:
    assert [triangular(1.0, 2.0, 10.0, q) for q in (0.0, 0.5, 1.0)] == [1.0, 2.0, 10.0]
    assert triangular(1.0, 2.0, 10.0, 0.125) == pytest.approx(1.5)  # a quarter of the lower half, at its middle
    assert triangular(1.0, 2.0, 10.0, 0.875) == pytest.approx(6.0)
    quantiles = (np.arange(2000) + 0.5) / 2000
    drawn = np.array([triangular(1.0, 2.0, 10.0, q) for q in quantiles])
    assert np.count_nonzero(drawn < 2.0) == 1000 and (np.diff(drawn) > 0).all()
    assert drawn.mean() == pytest.approx((2 / 3 + 1 + (2 + 8 / 3)) / 2, abs=0.01)  # means of the two triangles


def test_the_numbers_of_a_list_share_one_quantile() -> None:
    low, high = within(parameter("x", (2.0, 5.0), (1.0, 4.0), (3.0, 8.0)), 0.5 + 0.375)
    assert (low, high) == (pytest.approx(2.5), pytest.approx(6.5))
    assert within(parameter("x", (2.0, 3.0), 0.0, 4.0), 1.0) == (4.0, 4.0)


def test_another_parameter_moves_no_draw_and_seeds_differ() -> None:
    some = [parameter(name, 2.0, 1.0, 10.0) for name in "ab"]
    few, more = Drawing("ranges", (), tuple(some)), Drawing("ranges", (), (parameter("0", 1.0, 0.0, 2.0), *some[::-1]))
    for seed in (1, 2, 99):
        assert few.vector(seed).items() <= more.vector(seed).items()
    assert few.digest != more.digest
    vectors = [few.vector(seed) for seed in range(1, 400)]
    a, b = (np.array([vector[f"farm.{name}"] for vector in vectors]) for name in "ab")
    assert abs(np.corrcoef(a, b)[0, 1]) < 0.15 and len(set(a)) == len(a)
    assert np.median(a) == pytest.approx(2.0, abs=0.3)


def test_every_vector_of_the_ranges_is_allowed() -> None:
    known = load_parameters()
    found = drawing("ranges", a_set())
    assert {"policies.course_gain", "farm.field_luck"} <= set(found.names)
    assert not any(kept(known.find(name)) for name in found.names)
    for name in ("trend.cpi", "population.persons_shares", "farm.staple_days_season", "credit.channel_lump_sum"):
        assert name not in found.names
    gains = set()
    for seed in range(1, 61):
        vector = found.vector(seed)
        at = known.override(vector).find  # refuses what is out of range
        assert all(float(at(a).value) <= float(at(b).value) for a, b in AT_MOST)  # type: ignore[arg-type]
        assert all(sum(float(at(name).value) for name in names) <= 1 for names in TOGETHER_ONE)  # type: ignore[arg-type]
        gains.add(vector["policies.course_gain"])
    assert gains == set(GAINS)


def test_what_has_to_hold_is_drawn_again_until_it_does() -> None:
    both = [Parameter("health", name, 3.0, "x", 1.0, 5.0, "", "assumed") for name in AT_MOST_NAMES]
    assert ("health.illness_months", "health.illness_most_months") in AT_MOST
    vectors = [Drawing("ranges", (), tuple(both)).vector(seed) for seed in range(1, 80)]
    assert all(v["health.illness_months"] <= v["health.illness_most_months"] for v in vectors)  # type: ignore[operator]


AT_MOST_NAMES = ("illness_months", "illness_most_months")


def test_each_block_of_seeds_uses_every_calibrated_vector_once() -> None:
    found = drawing("calibrated", a_set())
    orders = [
        [found.vector(seed)["policies.course_gain"] for seed in range(4 * block + 1, 4 * block + 5)]
        for block in range(6)
    ]
    assert all(sorted(order) == sorted(GAINS) for order in orders)  # type: ignore[type-var]
    assert len({tuple(order) for order in orders}) > 1
    assert drawing("calibrated", a_set()).digest == found.digest != drawing("calibrated", a_set(0.2)).digest


def test_modes_and_sets_that_are_not_there() -> None:
    assert drawing("point").vector(3) == {} and drawing("point").digest == ""
    with pytest.raises(UserError, match="point, calibrated, ranges"):
        drawing("latin")
    with pytest.raises(UserError, match="village calibrate"):
        drawing("ranges", lambda: load_set(Path("nowhere.toml")))
    with pytest.raises(UserError, match="holds no vector"):
        drawing("calibrated", lambda: SimpleNamespace(vectors=[]))
    with pytest.raises(UserError, match="out of range"):
        drawing("calibrated", a_set(99.0))


def test_what_a_scenario_sets_itself_stays_set() -> None:
    plan = fake_runs.plan("a").model_copy(update={"uncertainties": FrozenDict({"policies.course_gain": 0.5})})
    drawn = Drawn(plan, drawing("calibrated", a_set()))
    assert drawn.under(1).uncertainties == {"policies.course_gain": 0.5}
    assert Drawn(fake_runs.plan("a"), drawn.drawing).under(1).uncertainties == drawn.drawing.vector(1)


def test_a_run_of_the_model_takes_its_seeds_vector() -> None:
    plan = Plan(
        id="base",
        title=Title(en="x", zh="基线"),
        era="2012",
        horizon_months=1,
        closure="fixed",
        world=World(profile="five_villages", villages=2),
        campaign=Campaign(start=fake_runs.dt.date(2012, 12, 24), days=2),
        purses=load_profile("five_villages").purses,
    )
    vectors = [{"livelihood.consumption_share": share} for share in (0.75, 0.95)]
    drawn = Drawn(plan, drawing("calibrated", lambda: SimpleNamespace(vectors=vectors)))
    same = plain_run(plan.model_copy(update={"uncertainties": FrozenDict(drawn.drawing.vector(1))}), 1)
    found = run(drawn, 1)
    assert np.array_equal(found.records["value"], same.records["value"], equal_nan=True)
    other = plain_run(plan.model_copy(update={"uncertainties": FrozenDict(drawn.drawing.vector(2))}), 1)
    assert not np.array_equal(found.records["value"], other.records["value"], equal_nan=True)


# --- a comparison ---


def test_all_scenarios_of_a_seed_share_its_vector_and_intervals_are_of_another_draw(tmp_path: Path) -> None:
    found = Comparison.load(compared(tmp_path, replicates=8))
    vectors = drawing("calibrated", a_set())
    outcomes = found.table("outcomes")
    here = outcomes[(outcomes["month"] == 36) & (outcomes["group"] == "all") & (outcomes["name"] == "income_yuan")]
    wide = here.pivot_table(index="seed", columns="scenario", values="value")
    weight = fake_runs.persons()
    served = float(np.average(fake_runs.SERVED["training"], weights=weight))
    both = float(np.average(fake_runs.SERVED["training"] & fake_runs.SERVED["credit"], weights=weight))
    for seed, row in wide.iterrows():
        own = np.random.default_rng([int(seed), len("training")]).normal(0, 0.1)  # type: ignore[call-overload]
        size = 100.0 * float(vectors.vector(int(seed))["policies.course_gain"]) / fake_runs.GAIN  # type: ignore
        assert row["training"] - row["baseline"] == pytest.approx(size * (1 + own) * served)
        beyond = row["mix"] - row["credit"] - fake_runs.BOTH * both
        assert beyond == pytest.approx(row["training"] - row["baseline"])
    effect = (wide["training"] - wide["baseline"]).to_numpy()
    frame = found.table("differences").set_index(["scenario", "month", "group", "name"])
    line = frame.loc["training", 36, "all", "income_yuan"]
    half = 2.3646242510103 * effect.std(ddof=1) * np.sqrt(1 + 1 / 8)  # Student's t of seven degrees, printed tables
    assert line["high"] - line["difference"] == pytest.approx(half)
    verdict = found.table("verdict").set_index(["scenario", "name"])
    assert verdict.loc[("training", "income_yuan"), "halfwidth"] == pytest.approx(half / 3)  # of the mean
    for table in ("monthly", "cost", "extra", "movers", "percentile"):
        assert not found.table(table).empty
    month = found.table("monthly").set_index(["scenario", "month"]).loc["training", 12]
    assert month["difference_high"] - month["difference"] == pytest.approx(half / 12)
    assert found.of == "draw" and found.manifest["parameters"]["mode"] == "calibrated"
    text = (found.folder / "summary.csv").read_text(encoding="utf-8-sig")
    assert "interval_covers" in text.splitlines()[0] and text.splitlines()[1].endswith("chance and parameters")


def test_resumed_and_extended_it_ends_with_the_same_bytes(tmp_path: Path) -> None:
    whole = compared(tmp_path / "whole", parameters="ranges", replicates=4)
    compared(tmp_path / "parts", parameters="ranges", replicates=2)
    before = {path.name: path.read_bytes() for path in (tmp_path / "parts" / "trial" / "runs" / "mix").iterdir()}
    parts = compared(tmp_path / "parts", parameters="ranges", replicates=4)
    assert content(parts) == content(whole)
    assert all((parts / "runs" / "mix" / name).read_bytes() == data for name, data in before.items())


def test_point_is_the_default_and_changes_no_run(tmp_path: Path) -> None:
    point = compared(tmp_path / "a", parameters="point", replicates=2)
    settings = {"workers": 0, "progress": False, "program": "test", "command": "x", "run": fake_runs.RUN}
    default = compare(fake_runs.four_plans(), name="trial", results=tmp_path / "b", replicates=2, **settings)
    assert content(point).items() - content(default).items() <= {("manifest.json", content(point)["manifest.json"])}
    manifest = json.loads((default / "manifest.json").read_text())
    assert manifest["parameters"] == {"mode": "point"}
    assert manifest["scenarios"][0]["digest"] == fake_runs.plan("baseline").digest()


def test_modes_and_sets_do_not_mix_in_a_folder(tmp_path: Path) -> None:
    compared(tmp_path)
    for more in ({"parameters": "point"}, {"parameters": "ranges"}, {"load_set": a_set(0.2, 0.3)}):
        with pytest.raises(UserError, match="parameters of each seed"):
            compared(tmp_path, **more)
    compared(tmp_path / "other", parameters="point")
    with pytest.raises(UserError, match="parameters of each seed"):
        compared(tmp_path / "other")


def test_vectors_that_no_county_could_have_are_counted_and_others_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE", json.dumps({"unfitted": [1, 3, 5]}))
    found = Comparison.load(compared(tmp_path, replicates=4))
    counts = found.manifest["replicates"]
    assert (counts["done"], counts["asked"], counts["tried"], counts["unfitted"]) == (4, 4, 7, 3)
    assert sorted(set(found.table("outcomes")["seed"])) == [2, 4, 6, 7]
    monkeypatch.setenv("FAKE", json.dumps({"unfitted": list(range(2, 40))}))
    few = Comparison.load(compared(tmp_path, "few", replicates=2))
    assert few.manifest["replicates"]["tried"] == 8 and few.manifest["replicates"]["done"] == 1


def test_calibrated_means_that_the_values_in_use_were_found() -> None:
    value = load_parameters().find("policies.course_gain").value
    plans = [fake_runs.plan("a")]
    here = calibration_of(plans, drawing("point"), a_set(float(value), 0.3))  # type: ignore[arg-type]
    assert here == {
        "calibrated": True,
        "calibration": {"parameters": ["policies.course_gain"], "vectors": 2, "targets": 5},
    }
    assert not calibration_of(plans, drawing("point"), a_set(0.6))["calibrated"]
    assert calibration_of(plans, drawing("calibrated", a_set()), a_set(0.6))["calibrated"]
    changed = [plans[0].model_copy(update={"uncertainties": FrozenDict({"policies.course_gain": 0.6})})]
    assert not calibration_of(changed, drawing("point"), a_set(float(value)))["calibrated"]  # type: ignore[arg-type]


def test_a_sensitivity_experiment_is_found_or_refused(tmp_path: Path) -> None:
    found = {"a": "mix", "b": "credit", "outcome": "income_yuan@36", "leans_on": ["farm.field_luck"], "extra": 1}
    turn = {"parameter": "farm.field_luck", "value": 0.3, "direction": "above", "times": False}
    folder = tmp_path / "lean"
    folder.mkdir()
    path = folder / "conclusion.json"
    path.write_text(json.dumps({**found, "turns_round": [turn], "method": "sobol", "samples": 8}))
    (folder / "manifest.json").write_text(json.dumps({"code_version": "test"}))
    told = conclusion_for(["mix", "credit"], tmp_path, None, "test")
    assert told is not None and told["name"] == "lean" and told["turns_round"] == [turn] and "extra" not in told
    assert conclusion_for(["mix", "credit"], tmp_path, None, "another program") is None
    assert conclusion_for(["mix", "baseline"], tmp_path, None, "test") is None
    assert conclusion_for(["mix", "credit"], tmp_path, Path("lean"), "another program") == told
    with pytest.raises(UserError, match="compares 'mix' with 'credit'"):
        conclusion_for(["mix", "baseline"], tmp_path, folder, "test")
    path.write_text(json.dumps({**found, "b": None}))
    with pytest.raises(UserError, match="about 'mix' alone"):
        conclusion_for(["mix", "baseline"], tmp_path, folder, "test")
    path.write_text("{}")
    with pytest.raises(UserError, match="not the conclusion"):
        conclusion_for(["mix", "credit"], tmp_path, folder, "test")
    assert conclusion_for(["mix", "credit"], tmp_path, None, "test") is None


def test_limits_of_another_draw_hold_another_draw() -> None:
    mean, low, high = t_limits([1.0, 2.0, 3.0, 4.0], of="draw")
    assert (float(mean), float(high - mean), float(mean - low)) == pytest.approx((2.5, 4.59344, 4.59344), abs=1e-4)
    chance = np.random.default_rng(7)
    samples = chance.normal(3, 2, (20_000, 6))
    _, low, high = t_limits(samples[:, :5], of="draw")
    assert np.mean((samples[:, 5] > low) & (samples[:, 5] < high)) == pytest.approx(0.95, abs=0.005)
