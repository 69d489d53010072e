"""A campaign carried out in five villages: tables, pages and workbook, resumed, and followed by actual figures."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from experiments.campaign.page import write
from experiments.campaign.run import Carried, carry_out
from experiments.campaign.tables import TABLES
from experiments.campaign.variants import Asked, variants
from experiments.cli import app
from sim.core.errors import UserError
from sim.scenario import Plan, load_plan

FILE = """
title = { en = "Small campaign", zh = "小型活动" }
extends = "baseline"
horizon_months = 12
world = { profile = "five_villages", villages = 5 }
policies = [{ kind = "training", content = "farm", budget_yuan = 20_000 },
    { kind = "microcredit", channel = "women", quota_yuan = 600_000 }]
tasks.pairing = { title = { en = "Pairing", zh = "结对" }, deadline = 2013-01-05 }
tasks.visits = { title = { en = "Visits", zh = "走访" }, measure = "visits", amount = 120, split = "linked" }
tasks.loans = { title = { en = "Loans", zh = "放款" }, measure = "microcredit", amount = 400_000, deadline = 81 }
goals.up = { title = { en = "Income up by 18%", zh = "增收18%" }, indicator = "income_yuan", change = 0.18 }
targets.training.trained = { amount = 20 }
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("campaign")
    (folder / "small.toml").write_text(FILE, encoding="utf-8")
    return folder


def carry(home: Path) -> Carried:
    plan = load_plan(home / "small.toml")
    late = Asked(late_days=60)
    return carry_out(plan, name="small", results=home, replicates=3, asked=late, workers=0, progress=False)


@pytest.fixture(scope="module")
def carried(home: Path) -> Carried:
    found = carry(home)
    write(found, ["en", "zh"])
    return found


def invoke(*args: str) -> Any:
    return CliRunner().invoke(app, ["campaign", *args])


def test_done_is_what_the_books_say(carried: Carried) -> None:
    levels = carried.levels["plan"].values
    for name, label, count in (("visits", "visits", "visited"), ("loans", "microcredit", "lent_yuan")):
        assert (carried.results.done(name, "all", 100) == levels["delivery", -1, label, count]).all()
        assert carried.results.done(name, "all", 100).min() > 0.0


def test_late_money_shows_in_the_chart_and_in_income(carried: Carried) -> None:
    results = carried.results
    gap = results.finished("loans", "all", "late") - results.finished("loans", "all")
    weeks = [float((results.done("loans", "all", 7 * w, "late") - results.done("loans", "all", 7 * w)).mean())
             for w in results.weeks]  # fmt: skip
    assert min(weeks) < -100_000.0 and not (gap < 0).any()
    (income,) = (one for one in carried.changed if (one.what_if, one.group, one.name) == ("late", "all", "income_yuan"))
    assert income.difference.value < 0.0


def test_tables_are_tidy_the_same_in_both_forms_and_every_column_is_explained(carried: Carried) -> None:
    folder = carried.folder
    with (folder / "dictionary.csv").open(encoding="utf-8-sig") as file:
        known = {(row["table"], row["column"]): row for row in csv.DictReader(file)}
    for name, columns in TABLES.items():
        frame = pd.read_parquet(folder / f"tables/{name}.parquet")
        flat = pd.read_csv(folder / f"tables/{name}.csv", encoding="utf-8-sig")
        assert list(frame.columns) == list(flat.columns) == list(columns) and len(frame) == len(flat) > 0
        assert all(known[name, column]["meaning"] and known[name, column]["含义"] for column in columns)
    weeks = pd.read_parquet(folder / "tables/task_week.parquet")
    assert set(weeks["level"]) == {"county", "township", "unit"}
    assert not weeks.duplicated(["task", "place", "week"]).any()


def test_pages_and_workbook_say_it_in_their_language(carried: Carried) -> None:
    english, chinese = ((carried.folder / f"campaign.{one}.html").read_text(encoding="utf-8") for one in ("en", "zh"))
    assert "Loans" in english and "放款" in chinese and "乡镇1" in chinese and "township 1" not in chinese
    assert "Income up by 18%" in english and "true income" in english and "Poorest fifth" in english
    assert "money 60 days late" in english and "资金推迟60天到位" in chinese
    sheets = load_workbook(carried.folder / "campaign.xlsx").worksheets
    assert sheets[0].title == "Wall chart" and len(sheets) == 8
    assert [sheets[0].cell(row, 1).value for row in (3, 4, 5)] == ["Loans", "Pairing", "Visits"]


def test_the_same_command_does_only_what_is_missing(home: Path, carried: Carried) -> None:
    runs = {path: path.stat().st_mtime_ns for path in carried.folder.glob("runs/*/*.parquet")}
    assert len(runs) == 4 * 3
    next(iter(runs)).unlink()
    again = carry(home)
    changed = [path for path, when in runs.items() if path.stat().st_mtime_ns != when]
    assert len(changed) == 1
    pd.testing.assert_frame_equal(again.tables()["task"], carried.tables()["task"])


def test_actual_figures_go_on_from_the_stored_runs(home: Path, carried: Carried) -> None:
    actual = home / "actual.csv"
    actual.write_text("task,place,date,done\nvisits,,2013-01-20,5\nloans,乡镇1,2013-02-20,40万\n", encoding="utf-8")
    asked = ("progress", str(home / "small.toml"), "--actual", str(actual), "-n", "3", "-j", "0", "--late-days", "60",
             "--parameters", "point")  # fmt: skip
    done = invoke(*asked, "--results", str(home), "--json")
    assert done.exit_code == 0, done.output
    found = {(one["task"], one["place"]): one for one in json.loads(done.stdout)["standings"]}
    assert set(found) == {("visits", "all"), ("loans", "all"), ("loans", "town_0")}
    assert found["visits", "all"]["chance"] < found["visits", "all"]["chance_before"]
    assert found["visits", "all"]["behind_days"] > 10 and found["loans", "all"]["reported"] == 400_000.0
    assert "滞后" in (carried.folder / "progress.zh.html").read_text(encoding="utf-8")
    actual.write_text("task,place,date,done\nvisit,,soon,5\n", encoding="utf-8")
    wrong = invoke(*asked, "--results", str(home), "-q")
    assert wrong.exit_code == 2 and "actual.csv:2: task:" in wrong.output and "actual.csv:2: date:" in wrong.output


def test_what_ifs_mean_something_to_the_campaign_or_are_left_out() -> None:
    content: dict[str, Any] = {
        "era": "2012", "title": {"en": "x", "zh": "x"}, "horizon_months": 12,
        "world": {"profile": "five_villages", "villages": 5}, "campaign": {"start": dt.date(2012, 12, 24), "days": 100},
    }  # fmt: skip
    task = {"title": {"en": "t", "zh": "任务"}, "amount": 10}
    visits = Plan.build(**content, policies=[{"kind": "visits"}], tasks={"v": {**task, "measure": "visits"}})
    assert [one.name for one in variants(visits, Asked(late_days=0))] == ["plan", "cadres", "money"]
    credit = Plan.build(
        **content, policies=[{"kind": "microcredit", "channel": "women", "quota_yuan": 1e5}],
        tasks={"c": {**task, "measure": "microcredit"}},
    )  # fmt: skip
    more = variants(credit, Asked(late_days=0, cadres=0, yuan=5e4))[-1].plan
    assert more.policies[0].settings.quota_yuan == 1.5e5  # type: ignore[attr-defined]
    assert sum(purse.amount_yuan for purse in more.purses) == sum(p.amount_yuan for p in credit.purses) + 5e4


def test_a_campaign_that_nothing_counts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no task that a measure delivers"):
        carry_out(load_plan("baseline"), name="x", results=tmp_path)


def test_the_template_is_written_once_and_can_be_checked(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    assert invoke("template", str(file)).exit_code == 0
    assert invoke("check", str(file)).exit_code == 0
    again = invoke("template", str(file))
    assert again.exit_code == 2 and "nothing was touched" in again.output
    visits = json.loads(invoke("show", str(file), "--json").stdout)["visits"]
    assert visits["acceptance"][0]["zh"] == "走访有农户签字" and visits["split"] == "linked"
    assert "集中活动计划：本县集中活动" in invoke("show", str(file), "--language", "zh").output


@pytest.mark.parametrize("name", ["winter_campaign", "progress_meeting", "yearly_programme", "2023/sprint"])
def test_the_campaigns_that_ship_are_plans_whose_deadlines_can_be_met(name: str) -> None:
    shown = invoke("show", name, "--json")
    assert shown.exit_code == 0, shown.output
    found = json.loads(shown.stdout)
    meetings = found.pop("dated meetings", [])
    assert [one["on"] for one in meetings] == (["2023-09-28"] if name == "2023/sprint" else [])
    assert all(task["earliest_finish"] <= task["deadline"] for task in found.values())
    number = {"winter_campaign": 5, "progress_meeting": 20, "yearly_programme": 2, "2023/sprint": 9}
    assert number[name] == len(found)
