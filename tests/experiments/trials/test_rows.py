"""The households of a replicate as rows, from which its estimates follow by anybody's arithmetic."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from experiments.cli import app
from experiments.trials.checks import outcome, small_trial
from experiments.trials.replicate import observe, prepare
from experiments.trials.rows import household_rows

TRIAL = """
title = { en = "A gift", zh = "现金试验" }
[world]
profile = "five_villages"
start = 2012-01-01
[world.books]
"size.households_per_village" = 20
[design]
clusters = 4
[[arms]]
name = "control"
share = 0.5
[[arms]]
name = "gift"
share = 0.5
[[arms.policies]]
kind = "cash"
months = 3
[survey]
follow_ups = [3]
attrition = 0.2
error = 0.2
[[outcomes]]
name = "income"
measure = "income_yuan"
"""


def test_estimates_follow_from_the_rows() -> None:
    asked = outcome("income_yuan", estimator="difference")
    seen = observe(prepare(small_trial(outcomes=(asked,), survey={"error": 0.2, "attrition": 0.1})), 1, everything=True)
    rows = household_rows(seen).to_pandas()
    assert list(rows["key"]) == sorted(rows["key"]) and len(rows) == len(seen.keys)
    there = rows[rows["surveyed"] & rows["income_yuan_12"].notna()]
    assert len(there) == (~rows["lost_12"]).sum() < len(rows)
    means = there.groupby("arm")["income_yuan_12"].mean()
    assert means["offer"] - means["control"] == pytest.approx(seen.found().estimates["income_yuan"].effect)
    assert (rows["income_yuan_12_true"] == seen.noted[12, "income_yuan"][np.argsort(seen.keys)]).all()
    assert rows["income_yuan_12_true"].notna().all() and "land_mu_0" not in rows
    assert {"consumption_yuan_0", "debt_total_yuan_12", "took_up_12", "contacts_0"} <= set(rows.columns)
    assert "poor_12_true" not in rows  # only amounts are reported with an error
    assert set(rows.loc[rows["told"], "arm"]) == {"offer"}


def test_they_are_written_as_parquet_and_csv(tmp_path: Path) -> None:
    file = tmp_path / "gift.toml"
    file.write_text(TRIAL, encoding="utf-8")
    asked = ["trial", str(file), "-n", "2", "-j", "0", "-q", "--results", str(tmp_path / "results")]
    said = CliRunner().invoke(app, [*asked, "--rows", "2"])
    assert said.exit_code == 0, said.output
    tables = tmp_path / "results" / "gift" / "tables"
    whole = pq.read_table(tables / "rows-gift-2.parquet").to_pydict()
    with open(tables / "rows-gift-2.csv", encoding="utf-8") as text:
        lines = list(csv.DictReader(text))
    assert len(lines) == len(whole["key"]) == 80
    assert [float(line["income_yuan_0"]) for line in lines] == whole["income_yuan_0"]
    assert {line["lost_3"] for line in lines} == {"0", "1"}
    assert all((line["income_yuan_3"] == "") == (line["lost_3"] == "1") for line in lines)
    refused = CliRunner().invoke(app, [*asked, "--rows", "3"])
    assert refused.exit_code == 2 and "has no replicate 3; allowed: 1 to 2" in refused.output
