"""Specifications and sets: what is wrong in them is said with its line; what ships holds together."""

from __future__ import annotations

import tomllib
from math import exp
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
from stand_in import FARM, write_spec

from experiments.calibrate import SHIPPED, load_set
from experiments.calibrate.measures import parse_measure
from experiments.calibrate.shipping import BEGIN, END, PAGE, check_shippable
from experiments.calibrate.spec import DEFAULT, fitted_figures, load_spec
from experiments.measure.outcome import Outcome
from sim.core.errors import UserError
from sim.economy import weather
from sim.parameters import load_parameters
from sim.parameters.packed import as_python


def line_of(path: Path, part: str) -> int:
    """The last line that reads so."""
    return max(i for i, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if part in line)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"trend.volume_growth"', '"trend.volume_grwth"', "did you mean 'trend.volume_growth'"),
        ('"trend.volume_growth"', '"farm.price_yuan"', "list of numbers"),
        ('"labour.leave_base"', '"trend.volume_growth"', "twice"),
        ('name = "labour.leave_base"', 'name = "labour.leave_base"\nlow = -9.0', "leaves the parameter's range"),
        ('name = "labour.leave_base"', 'name = "labour.leave_base"\nscale = "log"', "above 0"),
        ("tolerance = 0.03", "tolerance = -0.1", "more than 0"),
        ("tolerance = 0.03", "tolerence = 0.03", "tolerence"),
        ('"growth/income_yuan@12"', '"groth/income_yuan@12"', "did you mean 'growth'"),
        ('"growth/income_yuan@12"', '"growth/income_yuan@13"', "no yearly mark"),
        ('"growth/income_yuan@12"', '"world/contacts_men"', "did you mean 'contacts_mean'"),
        ('"growth/income_yuan@12"', '"household/busines_yuan@12"', "business_yuan"),
        ('id = "target1"', 'id = "target0"', "second target"),
        ('"five_villages"', '"six_villages"', "five_villages"),
        ("2011-01-01", "2011-01-02", "first of a month"),
        ("budget = 200", "budget = 20", "not enough"),
        ("vectors = 24", "vectors = 8", "at least 16"),
    ],
)
def test_a_bad_specification_is_refused_at_its_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    path = write_spec(tmp_path)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load_spec(path)
    message = str(caught.value)
    assert says in message
    assert f"{path}:" in message
    line = int(message.split(f"{path}:")[1].split(":")[0])
    assert abs(line - line_of(path, new.splitlines()[0])) <= 6


def test_options_are_checked_like_the_file(tmp_path: Path) -> None:
    spec = load_spec(write_spec(tmp_path))
    changed = spec.changed(seeds=5, budget=None, villages=3)
    assert (changed.seeds, changed.effort.budget, changed.world.villages) == ((3, 4, 5, 6, 7), 200, 3)
    assert changed.digest() != spec.digest()
    with pytest.raises(UserError, match="--budget"):
        spec.changed(budget=1)


def test_measures_are_taken_apart() -> None:
    one = parse_measure("migrants_per_worker@24:fifth_1", 24)
    assert (one.kind, one.outcome) == ("panel", Outcome("migrants_per_worker", 24, "fifth_1"))
    assert parse_measure("growth/income_yuan", 24) == parse_measure("growth/income_yuan@24", 24)
    assert parse_measure("world/hospital").kind == "world"
    for bad in ("growth/income_yuan@0", "income_yuan@36", "course/income@12", "income_yuan@12#1", "a b"):
        with pytest.raises(UserError):
            parse_measure(bad, 24)


SET = f"""format = 1
spec = "x"
spec_digest = "d"
code_version = "c"
seeds = [1, 2]
villages = 5
evaluations = 9
targets = 3
threshold = 5.0
[[parameters]]
name = "{FARM}"
low = 0.02
high = 0.14
[[vectors]]
objective = 2.0
[vectors.values]
"{FARM}" = 0.05
[[vectors]]
objective = 1.0
[vectors.values]
"{FARM}" = 0.06
"""


def test_a_set_is_read_best_first(tmp_path: Path) -> None:
    path = tmp_path / "set.toml"
    path.write_text(SET, encoding="utf-8")
    found = load_set(path)
    assert found.vectors == [{FARM: 0.06}, {FARM: 0.05}]
    assert found.best == {FARM: 0.06}
    assert found.interval(FARM) == (0.05, 0.06)


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("= 0.06", "= 0.6", 18, "out of range"),
        (f'"{FARM}" = 0.06', '"trend.cpi2" = 0.06', 18, "other parameters"),
        ("threshold = 5.0", "threshold = -5.0", 9, "more than 0"),
        ("format = 1", "format = 2", 1, "1"),
        ("objective = 2.0", "objective = 7.0", 14, "too far above the best"),
        ("objective = 1.0", "objektive = 1.0", 19, "objektive"),
        ("[[parameters]]", "[[parameters", 10, "TOML"),
    ],
)
def test_a_damaged_set_is_refused_at_its_line(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    path = tmp_path / "set.toml"
    path.write_text(SET.replace(old, new), encoding="utf-8")
    with pytest.raises(UserError, match=says) as caught:
        load_set(path)
    assert f"{path}:{line}:" in str(caught.value)


def test_a_missing_set_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="village calibrate --write"):
        load_set(tmp_path / "none.toml")


def test_the_shipped_specification_turns_what_is_marked_calibrated() -> None:
    spec = load_spec()
    marked = {entry.key for entry in load_parameters().table() if entry.confidence == "calibrated"}
    assert set(spec.names) <= marked
    assert len(spec.names) <= 10
    assert spec.world.start.year == 2011 and spec.world.months <= 24  # before the campaign of December 2012
    assert not spec.plan().policies


def test_the_shipped_seeds_have_ordinary_years() -> None:
    p = as_python(load_parameters().values)
    spec = load_spec()
    for year in (2011, 2012):
        fields = [weather.yield_factor(weather.drought(seed, 0, year, p), 0.1, p) for seed in spec.seeds]
        grain = [exp(weather.price_shock(seed, 0, year, 0, p)) for seed in spec.seeds]
        assert abs(mean(fields) - 1.0) < 0.02
        assert abs(mean(grain) - 1.0) < 0.02


def published() -> dict[str, dict[str, Any]]:
    """Every published row, and every part of one, by id; with the role that the evidence gives it."""
    folder = Path(__file__).parents[3]
    files = [folder / "experiments" / "published" / f"{name}.toml" for name in ("figures", "trials", "claims")]
    described = tomllib.loads((folder / "sim" / "population" / "published.toml").read_text(encoding="utf-8"))
    rows: dict[str, dict[str, Any]] = {}
    for file in files:
        for name, row in tomllib.loads(file.read_text(encoding="utf-8")).items():
            parts = row.get("parts", {}) if isinstance(row, dict) else {}
            for key, part in [("", {}), *parts.items()]:
                whole = {**row, **part, "file": file.stem}
                whole.setdefault("role", described.get(whole.get("describe", ""), {}).get("role", ""))
                rows[f"{name}.{key}" if key else name] = whole
    return rows


def test_what_is_fitted_is_no_claim_no_trial_and_no_check() -> None:
    rows = published()
    for figure in fitted_figures():
        row = rows[figure]
        assert row["file"] != "claims"
        assert row["file"] == "figures" or row["kind"] == "synthesis"
        assert row["role"] in ("fitted", "set"), figure


def test_fitted_and_checked_targets_do_not_share_a_figure() -> None:
    targets = load_spec().targets
    fitted = {target.figure for target in targets if target.role == "fitted"}
    assert not fitted & {target.figure for target in targets if target.role == "checked" and target.figure}


def test_only_the_shipped_specification_is_shipped(tmp_path: Path) -> None:
    check_shippable(None, False)
    check_shippable(DEFAULT, False)
    for spec, recover in ((write_spec(tmp_path), False), (None, True)):
        with pytest.raises(UserError, match="--write"):
            check_shippable(spec, recover)


def test_the_page_has_a_place_for_what_is_generated() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.count(BEGIN) == text.count(END) == 1


@pytest.mark.skipif(not SHIPPED.is_file(), reason="no set ships yet")
def test_the_shipped_set_is_that_of_the_shipped_specification() -> None:
    found, spec = load_set(), load_spec()
    assert found.spec_digest == spec.digest()
    assert found.parameters == spec.names
    assert len(found.vectors) >= 16
