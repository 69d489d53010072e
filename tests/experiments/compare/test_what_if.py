"""What if something befalls the county: the plan's gain under it, beside its gain as planned."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from experiments.compare.run import compare
from experiments.compare.what_if import shipped_what_ifs, what_ifs
from sim import load_plan
from sim.core.errors import UserError
from sim.scenario import Plan

NOTHING = 'title = { en = "Nothing", zh = "无" }\n[events.none]\nkind = "hail"\nstart = 2013-03-01\nloss = 0.0\n'


def plan(name: str, *policies: dict[str, object]) -> Plan:
    return Plan.build(
        id=name, era="2012", title={"en": name, "zh": "方案"}, horizon_months=12, policies=list(policies),
        world={"profile": "five_villages", "villages": 5}, campaign={"start": dt.date(2012, 12, 24), "days": 100},
    )  # fmt: skip


BASE, CASH = plan("baseline"), plan("cash", {"kind": "cash", "budget_yuan": 1e6})


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    folder = tmp_path_factory.mktemp("what")
    (folder / "nothing.toml").write_text(NOTHING, encoding="utf-8")
    asked = ["drought", str(folder / "nothing.toml")]
    done = compare([BASE, CASH], name="if", results=folder, replicates=2, workers=0, spillovers=(), what_if=asked, progress=False)  # fmt: skip  # noqa: E501
    frame = pd.read_parquet(done / "tables" / "what_if.parquet")
    return frame[(frame["month"] == 12) & (frame["group"] == "all")].set_index(["what_if", "name"])


def test_a_drought_costs_the_county_and_the_gain_is_over_the_same_drought(table: pd.DataFrame) -> None:
    dry = table.loc["drought", "income_yuan"]
    assert dry["county"] < -50.0 and dry["planned"] > 0.0
    assert dry["change"] == pytest.approx(dry["gain"] - dry["planned"])
    assert abs(dry["change"]) < 0.5 * abs(dry["county"]), "what the drought costs is no loss of the plan"


def test_what_changes_nothing_is_nought_to_the_last_bit(table: pd.DataFrame) -> None:
    for name in ("income_yuan", "headcount"):
        row = table.loc["nothing", name]
        assert row["change"] == 0.0 and row["county"] == 0.0 and row["gain"] == row["planned"]


@pytest.mark.parametrize("name", shipped_what_ifs())
def test_every_shipped_one_goes_with_the_shipped_mix(name: str) -> None:
    baseline, mix = load_plan("baseline"), load_plan("mix")
    (one,) = what_ifs([name], baseline, mix, ["baseline", "mix"])
    assert one.scenario.digest() != mix.digest() and one.baseline.events == one.scenario.events != {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "'title' is missing"),
        ('title = { en = "x", zh = "x" }\n', "there is no event"),
        (NOTHING + "[policies]\n", "unknown key 'policies'"),
        (NOTHING.replace('"hail"', '"hale"'), "did you mean 'hail'"),
        (NOTHING.replace("2013-03-01", "2033-03-01"), "the days of the run"),
    ],
)
def test_mistakes_are_said(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=words):
        what_ifs([str(tmp_path / "mine.toml")], BASE, CASH, [])


def test_a_name_that_is_not_there_is_refused_with_the_nearest() -> None:
    with pytest.raises(UserError, match="did you mean 'drought'"):
        what_ifs(["draught"], BASE, CASH, [])
