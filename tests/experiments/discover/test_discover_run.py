"""A discovery as an experiment, over a stand-in whose answer is known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from experiments.designs.read import load_design
from experiments.discover.run import Asked, discover
from sim.core.errors import UserError
from sim.scenario import Plan

DESIGN = """
title = { en = "When loans lose", zh = "信贷何时不如养殖" }
scenarios = ["baseline", "mix"]
outcomes = ["income_yuan:poor_at_start"]

[settings]
"world.villages" = 2
"horizon_months" = 12

[[levers]]
id = "livestock"
address = "policies.industry.budget_yuan"
title = { en = "Livestock", zh = "养殖" }
unit = "yuan"
low = 0
high = 10_000_000

[[uncertainties]]
name = "credit.apply"
low = 0.1
high = 0.5

[[uncertainties]]
name = "labour.away_drift"
low = 0.0
high = 1.0

[[objectives]]
id = "income"
outcome = "income_yuan:poor_at_start"
aim = "most"
"""
ADDS = {"visits": 0.0, "microcredit": 6.0, "industry": 3.0, "training": 1.0}


def evaluate(plan: Plan, seed: int, outcomes: Sequence[str]) -> list[float]:
    """A mix that helps unless few apply; what its measures add is known."""
    gain = sum(ADDS[policy.label] for policy in plan.policies)
    apply = plan.uncertainties.get(KNOWN[0], 0.5)
    return [100.0 * seed + gain * (1.0 if float(apply) > LIMIT else -1.0)] * len(outcomes)


LIMIT = 0.2
KNOWN: list[str] = []


@pytest.fixture
def design_file(tmp_path: Path) -> Path:
    from sim.parameters import load_parameters

    entries = [one for one in load_parameters().table() if one.topic == "credit" and isinstance(one.value, float)]
    KNOWN[:] = [entries[0].key, entries[1].key]
    text = DESIGN.replace("credit.apply", KNOWN[0]).replace("labour.away_drift", KNOWN[1])
    path = tmp_path / "design.toml"
    path.write_text(text, encoding="utf-8")
    return path


def run(file: Path, results: Path) -> tuple[Path, dict[str, object]]:
    folder, _ = discover(
        load_design(file),
        Asked(samples=80, seeds=2),
        name="small",
        results=results,
        workers=0,
        progress=False,
        command="village discover design.toml",
        evaluate=f"{__name__}:evaluate",
        program="test",
    )
    return folder, json.loads((folder / "answer.json").read_text(encoding="utf-8"))


def test_where_a_plan_loses_is_found_and_what_its_measures_add(design_file: Path, tmp_path: Path) -> None:
    folder, found = run(design_file, tmp_path / "results")
    box = found["box"]
    assert [side["parameter"] for side in box["restrictions"]] == [KNOWN[0]]  # type: ignore[index]
    assert box["restrictions"][0]["high"] == pytest.approx(LIMIT, abs=0.03)  # type: ignore[index]
    assert box["density"]["value"] > 0.95 and box["coverage"]["value"] > 0.9  # type: ignore[index]
    shares = {one["measure"]: one["share"]["value"] for one in found["shapley"]}  # type: ignore[attr-defined]
    assert shares == pytest.approx({"microcredit": 6.0, "industry": 3.0, "training": 1.0})
    for name in ("discover.en.html", "discover.zh.html", "cases.csv", "boxes.csv", "shapley.csv"):
        assert (folder / name).stat().st_size > 50


def test_a_discovery_that_lost_runs_ends_in_the_same_bytes(design_file: Path, tmp_path: Path) -> None:
    folder, _ = run(design_file, tmp_path / "results")
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != ".lock"}
    for number, path in enumerate(sorted(folder.glob("runs/*/*.parquet"))):
        if number % 2:
            path.unlink()
    run(design_file, tmp_path / "results")
    after = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != ".lock"}
    assert after == before


def test_a_design_with_nothing_uncertain_is_refused(design_file: Path, tmp_path: Path) -> None:
    text = design_file.read_text(encoding="utf-8")
    start, end = text.index("[[uncertainties]]"), text.index("[[objectives]]")
    design_file.write_text(text[:start] + text[end:], encoding="utf-8")
    with pytest.raises(UserError, match="nothing uncertain"):
        run(design_file, tmp_path / "results")
