"""Two runs part exactly where they were made to, and those that are the same never do."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from experiments.cli import app
from experiments.measure.parting import Parting, Together, parting
from sim.core.errors import UserError
from sim.model import VillageModel
from sim.scenario import Plan

START = dt.date(2012, 12, 24)
PURSE: dict[str, Any] = {"id": "aid", "title_en": "Aid", "title_zh": "补助", "amount_yuan": 4e5, "uses": ["cash"]}


def plan(*policies: dict[str, Any], title: str = "t", **more: Any) -> Plan:
    return Plan.build(
        title={"en": title, "zh": "题"}, era="2012", horizon_months=5,
        world={"profile": "five_villages", "villages": 3},
        campaign={"start": START, "days": 100}, policies=[{"kind": "visits"}, *policies], purses=[PURSE], **more,
    )  # fmt: skip


def cash(**settings: Any) -> dict[str, Any]:
    return {"kind": "cash", "months": 1, "purses": ["aid"], **settings}


@pytest.mark.parametrize("day", [1, 40])
def test_cash_parts_on_the_day_of_its_payment_at_those_it_pays(day: int) -> None:
    without, paid = plan(), plan(cash(start_day=day))
    found = parting(without, paid, seed=4)
    assert isinstance(found, Parting)
    assert (found.date, found.campaign_day) == (START + dt.timedelta(days=day - 1), day)
    with VillageModel(paid, rng=4) as model:
        while model.today.campaign_day < day or model.day < 0:
            model.step()
        rows = np.flatnonzero(model.county.books["cash"].served)
        first = model.households[rows[0]]
        assert found.differing == len(rows) > 0
        assert (found.key, found.village) == (first["key"], model.villages["key"][first["village"]])
    assert found.columns["cash_yuan"][1] - found.columns["cash_yuan"][0] == pytest.approx(1000.0)
    assert {"cash_yuan", "deferred_cut_yuan", "income_year"} <= set(found.columns)
    assert "policy 'cash', `day`" not in found.acted[0]
    assert set(found.acted[1]["policy 'cash', `day`"]) == {"cash_yuan", "deferred_cut_yuan", "income_year"}


def test_the_same_plan_and_one_of_another_title_never_part() -> None:
    for other in (plan(cash()), plan(cash(), title="another")):
        found = parting(plan(cash()), other, seed=4)
        assert found == Together(days=151, before={})


def test_money_that_reaches_no_household_shows_beside_them() -> None:
    found = parting(plan(), plan(cash(effects=False, start_day=10)), seed=4)
    assert isinstance(found, Together)
    day = START + dt.timedelta(days=9)
    assert found.before["account purse aid"] == found.before["account market"] == day


def test_other_facts_of_the_world_part_as_it_opens() -> None:
    found = parting(plan(), plan(uncertainties={"labour.local_wage_yuan": 80.0}), seed=4)
    assert isinstance(found, Parting) and found.date is None and found.differing > 0


@pytest.mark.parametrize(
    "setting",
    [
        {"world.villages": 2},
        {"world.population_seed": 9},
        {"horizon_months": 6},
        {"campaign.start": dt.date(2012, 12, 25)},
    ],
)
def test_other_worlds_and_times_are_refused(setting: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=next(iter(setting))):
        parting(plan(), plan().with_settings(setting))


def test_the_command_says_it_in_both_languages_and_as_data(tmp_path: Path) -> None:
    for name, one in (("a", plan()), ("b", plan(cash(start_day=20))), ("c", plan(title="c"))):
        (tmp_path / f"{name}.toml").write_text(one.resolved_toml(), encoding="utf-8")
    asked = ["diverge", str(tmp_path / "a.toml"), str(tmp_path / "b.toml"), "--seed", "4", "-q"]
    said = CliRunner().invoke(app, asked).output
    assert "part on 2013-01-12 (campaign day 20)" in said and "policy 'cash', `day`" in said
    said = CliRunner().invoke(app, [*asked, "--language", "zh"]).output
    assert "2013-01-12（第20天）" in said and "措施“cash”" in said
    found = json.loads(CliRunner().invoke(app, [*asked, "--json"]).output)
    assert found["parts"] and found["date"] == "2013-01-12" and found["columns"]["cash_yuan"]
    same = CliRunner().invoke(app, ["diverge", str(tmp_path / "a.toml"), str(tmp_path / "c.toml"), "-q", "--json"])
    assert json.loads(same.output)["parts"] is False
