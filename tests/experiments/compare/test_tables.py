"""Tables say what the runs say: known runs, known answers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fake_runs
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from experiments.compare.cells import Cells
from experiments.compare.report.context import Context
from experiments.compare.report.data import Experiment
from experiments.compare.report.sections.day100 import at_horizon, delivery
from experiments.compare.run import compare
from experiments.compare.tables import COLUMNS, Comparison
from experiments.measure.factorial import find_factorials
from sim.core.errors import UserError

SEEDS = range(1, 6)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Comparison]:
    folder = compare(
        fake_runs.four_plans(), name="trial", results=tmp_path_factory.mktemp("results"), replicates=5,
        workers=0, progress=False, program="test", run=fake_runs.RUN,
    )  # fmt: skip
    yield Comparison.load(folder)


def one(frame: pd.DataFrame, **where: Any) -> pd.Series:
    for column, value in where.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1, f"{len(frame)} rows for {where}"
    return frame.iloc[0]


def gains(name: str, weight: np.ndarray) -> np.ndarray:
    """What a scenario adds to mean income, seed by seed."""
    plans = {plan.id: plan for plan in fake_runs.four_plans()}
    pairs = [(fake_runs.incomes(plans[name], seed), fake_runs.incomes(plans["baseline"], seed)) for seed in SEEDS]
    return np.array([np.average(other - base, weights=weight) for other, base in pairs])


def test_every_table_has_its_columns_sorted_by_key_and_no_time_in_it(found: Comparison) -> None:
    for name, text in COLUMNS.items():
        frame = found.table(name)
        key, _, rest = text.partition("|")
        assert list(frame.columns) == [*key.split(), *rest.split()], name
        if key.strip():
            assert not frame.duplicated(key.split()).any(), name
            pd.testing.assert_frame_equal(frame, frame.sort_values(key.split(), kind="stable"))
        metadata = pq.read_schema(found.folder / "tables" / f"{name}.parquet").metadata
        assert not metadata, name


def test_outcomes_are_what_the_runs_reported(found: Comparison) -> None:
    plan = fake_runs.four_plans()[3]
    row = one(found.table("outcomes"), scenario="mix", seed=4, month=24, group="all", name="income_yuan")
    assert row["value"] == np.average(fake_runs.incomes(plan, 4), weights=fake_runs.persons())
    assert set(found.table("outcomes")["month"]) == {-1, 0, 12, 24, 36}


def test_differences_are_paired_with_their_interval(found: Comparison) -> None:
    expected = gains("credit", fake_runs.persons())
    row = one(found.table("differences"), scenario="credit", month=36, group="all", name="income_yuan")
    assert row["difference"] == pytest.approx(expected.mean(), rel=1e-9)
    half = 2.7764 * expected.std(ddof=1) / np.sqrt(5)  # t(4)
    assert row["high"] - row["low"] == pytest.approx(2 * half, rel=1e-4)
    assert row["mean"] - row["baseline_mean"] == pytest.approx(row["difference"])
    assert row["relative"] == pytest.approx(row["difference"] / row["baseline_mean"])
    assert row["replicates"] == 5 and row["share_positive"] == 1
    start = one(found.table("differences"), scenario="credit", month=0, group="all", name="income_yuan")
    assert (start["difference"], start["low"], start["high"], start["share_positive"]) == (0, 0, 0, 0)


def test_a_group_without_members_has_no_row(found: Comparison) -> None:
    frame = found.table("differences")
    assert not (frame.query("group == 'cause_none' and name == 'headcount'")["replicates"] > 0).any()


def test_served_and_not_served_leave_out_what_the_baseline_does_too(found: Comparison) -> None:
    even = fake_runs.SERVED["credit"]
    differences = found.table("differences")
    served = one(differences, scenario="credit", month=24, group="served", name="income_yuan")
    assert served["difference"] == pytest.approx(gains("credit", fake_runs.persons() * even).mean())
    rest = one(differences, scenario="credit", month=24, group="not_served", name="income_yuan")
    assert (rest["difference"], rest["low"], rest["high"]) == (0, 0, 0)
    poor = one(differences, scenario="credit", month=24, group="served", name="headcount")
    base = fake_runs.plan("baseline")
    expected = [
        np.average((fake_runs.incomes(base, seed) < fake_runs.LINE)[even], weights=fake_runs.persons()[even])
        for seed in SEEDS
    ]
    assert poor["baseline_mean"] == pytest.approx(np.mean(expected))


def test_movers_are_shares_of_persons(found: Comparison) -> None:
    row = one(found.table("movers"), scenario="training", month=12, group="all")
    weight, served = fake_runs.persons(), fake_runs.SERVED["training"]
    assert row["gained_share"] == pytest.approx(weight[served].sum() / weight.sum())
    assert row["lost_share"] == 0
    assert row["gained_share"] + row["unchanged_share"] == pytest.approx(1)
    assert row["gained_share_low"] == row["gained_share_high"] == row["gained_share"]  # the same every time
    assert one(found.table("movers"), scenario="training", month=12, group="not_served")["gained_share"] == 0


def test_synergy_is_what_the_mix_adds(found: Comparison) -> None:
    weight = fake_runs.persons()
    both = fake_runs.SERVED["credit"] & fake_runs.SERVED["training"]
    row = one(found.table("synergy"), scenario="mix", month=36, name="income_yuan")
    assert (row["parts"], row["order"], row["replicates"]) == ("credit+training", 2, 5)
    assert row["synergy"] == pytest.approx(fake_runs.BOTH * weight[both].sum() / weight.sum())
    assert row["low"] == pytest.approx(row["high"])


def test_only_full_factorials_with_equal_settings_count() -> None:
    plans = fake_runs.four_plans()
    (pair,) = find_factorials(plans, "baseline")
    assert pair.mix == "mix" and pair.scenarios[frozenset({"credit"})] == "credit"
    assert find_factorials([plan for plan in plans if plan.id != "credit"], "baseline") == []
    other = [plan if plan.id != "credit" else fake_runs.plan("credit", credit=199.0) for plan in plans]
    assert find_factorials(other, "baseline") == []
    parts = {"credit": 1.0, "training": 2.0, "cash": 3.0}
    names = ["credit", "training", "cash"]
    subsets = [[name for bit, name in enumerate(names) if number >> bit & 1] for number in range(8)]
    eight = [fake_runs.plan("+".join(some) or "baseline", **{name: parts[name] for name in some}) for some in subsets]
    assert [len(one.scenarios) for one in find_factorials(eight, "baseline")] == [4, 4, 8, 4]


def test_delivery_against_its_target(found: Comparison) -> None:
    served = fake_runs.SERVED["credit"].sum()
    frame = found.table("delivery")
    last = one(frame, scenario="credit", policy="credit", name="lent", week=15)
    assert last["target"] == served
    assert last["mean"] == pytest.approx(served - 3 / 5)
    assert last["chance_met"] == pytest.approx(2 / 5)  # even seeds
    assert np.isnan(last["deadline_day"]), "what the money buys is due on no day"
    assert one(frame, scenario="credit", policy="credit", name="lent", week=3)["chance_met"] == 0


def test_a_target_of_the_plan_counts_as_met_only_in_time(found: Comparison) -> None:
    last = one(found.table("delivery"), scenario="credit", policy="credit", name="told", week=15)
    assert (last["target"], last["deadline_day"], last["mean"]) == (100.0, 70.0, 200.0)
    assert last["chance_met"] == pytest.approx(3 / 5), "what comes after the deadline is too late"
    names = set(found.table("delivery")["name"])
    assert not any(name.endswith(("_target", "_deadline", "_in_time")) for name in names)


def test_delivery_goes_on_by_month_to_the_horizon(found: Comparison) -> None:
    served = fake_runs.SERVED["credit"].sum()
    month = {"scenario": "credit", "group": "credit", "name": "lent"}
    by_month = found.table("by_month")
    assert [one(by_month, **month, month=at)["mean"] for at in (6, 12)] == [served, 2 * served]
    assert at_horizon(by_month)["credit", "credit", "lent"].value == 2 * served


def test_costs_add_up_and_households_count_once(found: Comparison) -> None:
    frame = found.table("cost")
    assert one(frame, scenario="mix", policy="all", name="cost_yuan")["mean"] == 3000
    assert one(frame, scenario="mix", policy="training", name="cost_yuan")["mean"] == 2000
    served = one(frame, scenario="mix", policy="all", name="households_served")["mean"]
    assert served == fake_runs.HOUSEHOLDS  # everyone is visited, many twice served


def test_effectiveness_is_extra_cost_by_effect(found: Comparison) -> None:
    row = one(found.table("effectiveness"), scenario="credit", measure="yuan_per_gap_point")
    gaps = [
        one(found.table("differences"), scenario="credit", month=month, group="all", name="poverty_gap")["difference"]
        for month in (12, 24, 36)
    ]
    assert row["defined"] and row["value"] == pytest.approx(1000 / (-100 * np.mean(gaps)))
    assert row["low"] < row["value"] < row["high"]
    out = one(found.table("effectiveness"), scenario="credit", measure="yuan_per_person_year_out")
    heads = one(found.table("differences"), scenario="credit", month=12, group="all", name="headcount")["difference"]
    assert out["value"] == pytest.approx(1000 / (-3 * heads * fake_runs.persons().sum()))


def test_monthly_percentiles_and_plain_tables(found: Comparison) -> None:
    monthly = found.table("monthly")
    row = one(monthly, scenario="credit", month=7, group="all", name="income_yuan")
    assert row["difference"] == pytest.approx(gains("credit", fake_runs.persons()).mean() / 12)
    assert row["difference_low"] < row["difference"] < row["difference_high"]
    assert one(monthly, scenario="baseline", month=7, group="all", name="income_yuan")["difference"] == 0
    assert one(found.table("percentile"), scenario="mix", month=12, item=50)["difference"] == 2
    assert one(found.table("money"), scenario="credit", group="purse>credit", name="grant")["mean"] == 1000
    assert len(found.table("spending").query("scenario == 'mix' and group == 'credit'")) == 5
    assert one(found.table("binding"), scenario="mix", group="training", name="purse")["mean"] == 0.25
    assert found.table("reconcile").empty and found.table("failures").empty


def test_what_is_absent_is_nought_for_money_and_unknown_for_indicators() -> None:
    import pyarrow as pa

    def rows(names: list[str]) -> pa.Table:
        text = lambda values: pa.array(values).dictionary_encode()  # noqa: E731
        n = len(names)
        return pa.table(
            {
                "table": text(["money"] * n), "month": pa.array([0] * n, pa.int16()), "group": text(["a>b"] * n),
                "name": text(names), "item": [0] * n, "value": [float(len(name)) for name in names],
            }
        )  # fmt: skip

    cells = Cells()
    cells.add("s", 1, rows(["grant", "fee"]))
    cells.add("s", 2, rows(["fee"]))
    nought, unknown = cells.matrix("money", "s", [1, 2], 0.0), cells.matrix("money", "s", [1, 2])
    np.testing.assert_array_equal(cells.row(nought, "a>b", "grant", 0), [5, 0])
    np.testing.assert_array_equal(cells.row(unknown, "a>b", "grant", 0), [5, np.nan])
    assert cells.row(nought, "a>b", "other", 0) is None
    with pytest.raises(ValueError, match="two values"):
        cells.add("s", 3, rows(["fee", "fee"]))


def test_a_table_that_is_missing_or_unknown_is_named(found: Comparison, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no table 'nonsense'; allowed: outcomes"):
        found.table("nonsense")
    with pytest.raises(UserError, match=r"cost\.parquet: this file is missing"):
        Comparison(tmp_path, {}).table("cost")
    with pytest.raises(UserError, match=r"manifest\.json"):
        Comparison.load(tmp_path)


@pytest.mark.parametrize("table", COLUMNS)
def test_a_flipped_bit_in_a_table_is_found(found: Comparison, tmp_path: Path, table: str) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(found.folder, folder)
    path = folder / "tables" / f"{table}.parquet"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(UserError, match=rf"{table}\.parquet: this file is not as the experiment wrote it"):
        Comparison.load(folder).table(table)


def test_an_emptied_scenario_is_found(found: Comparison, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(found.folder, folder)
    (folder / "scenarios" / "credit.toml").write_text("", encoding="utf-8")
    with pytest.raises(UserError, match=r"credit\.toml: this file is not as the experiment wrote it"):
        Experiment(folder)


def test_the_report_shows_what_is_delivered_by_the_runs_end(found: Comparison) -> None:
    ctx = Context(Experiment(found.folder), "en")
    _, table = delivery(ctx)
    assert table is not None
    at = table.header.index(ctx.say("col_done_in_the_end"))
    lent = [row for row in table.rows if row[0].text == ctx.title("credit") and row[2].text == "Loans paid out"]
    in_the_end = at_horizon(found.table("by_month"))["credit", "credit", "lent"]
    assert [row[at].text for row in lent] == [ctx.num.show(in_the_end, "")]
    assert lent[0][at].text != lent[0][at - 1].text  # day 100 came before
