"""Plans moved from Python: the grammar of `--set`, values as Python objects, everything checked again."""

from __future__ import annotations

import datetime as dt
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scenario_fakes import BASE, PARAMETER, PROFILE, make_catalogue

from sim import load_plan as load_shipped
from sim.core.errors import UserError
from sim.money.purse import Purse
from sim.parameters import load_parameters
from sim.policies import registry
from sim.scenario import Campaign, Catalogue, Plan, PolicyPlan, Title, World, check_comparable, load_plan
from sim.toml.source import each_problem

MORE = """
[[policies]]
kind = "microcredit"
label = "women"
quota_yuan = 1_000
purses = ["fiscal"]
[[purses]]
id = "fiscal"
amount_yuan = 7
[[purses]]
id = "gift"
title_en = "Gifts"
title_zh = "捐赠"
amount_yuan = 10
uses = ["visits"]
[world.place]
health.hospital_rate = 0.3
[uncertainties]
health.bill_yuan = [500, 600]
"""


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    (tmp_path / "base.toml").write_text(BASE + MORE, encoding="utf-8")
    other = PROFILE.replace('"fiscal"', '"other"') + "# another county\n"
    made = make_catalogue(tmp_path)
    (tmp_path / "profiles/elsewhere.toml").write_text(other, encoding="utf-8")
    (tmp_path / "profiles/richer.toml").write_text(PROFILE.replace('"Fiscal money"', '"Much money"'), encoding="utf-8")
    return made


@pytest.fixture
def plan(tmp_path: Path, catalogue: Catalogue) -> Plan:
    return load_plan(tmp_path / "base.toml", catalogue=catalogue)


def test_no_setting_changes_nothing(plan: Plan, catalogue: Catalogue) -> None:
    assert plan.with_settings({}, catalogue) == plan
    shipped = load_shipped("mix")
    assert shipped.with_settings({}) == shipped


@pytest.mark.parametrize(
    ("name", "value", "typed"),
    [
        ("policies.microcredit.quota_yuan", 5e6, "5e6"),
        ("policy.women.quota_yuan", 5, "5"),
        ("policies.women.terrains", ("hills", "river"), '["hills", "river"]'),
        ("policies.visits.effects", False, "false"),
        ("world.villages", 60, "60"),
        ("world", {"villages": 60}, "{ villages = 60 }"),
        ("world.profile", "richer", "richer"),
        ("world.place.hospital_rate", 0.4, "0.4"),
        ("purses.gift.amount_yuan", 3.5, "3.5"),
        ("purse.fiscal.release", dt.date(2013, 3, 1), "2013-03-01"),
        ("uncertainties.health.hospital_rate", 0.1, "0.1"),
        ("uncertainties.hospital_rate", np.float64(0.1), "0.1"),
        ("uncertainties.bill_yuan", np.array([1.0, 2.0]), "[1.0, 2.0]"),
        ("campaign.start", dt.date(2013, 3, 1), "2013-03-01"),
        ("campaign.end", dt.date(2013, 3, 1), "2013-03-01"),
        ("horizon_months", np.int64(24), "24"),
        ("closure", "fixed", "fixed"),
        ("title.en", "Other", "Other"),
    ],
)
def test_it_says_what_the_command_line_says(
    tmp_path: Path, plan: Plan, catalogue: Catalogue, name: str, value: Any, typed: str
) -> None:
    changed = plan.with_settings({name: value}, catalogue)
    assert changed == load_plan(tmp_path / "base.toml", [f"{name}={typed}"], catalogue=catalogue)
    assert changed != plan
    assert pickle.loads(pickle.dumps(changed)) == changed


def test_several_at_once_and_one_after_the_other(plan: Plan, catalogue: Catalogue) -> None:
    tables = {"uncertainties": {"health": {"hospital_rate": 0.1}}, "policies.visits.days": 3}
    singly = {"uncertainties.hospital_rate": 0.1, "policies.visits.days": 3}
    once = plan.with_settings(tables, catalogue)
    assert once.uncertainties == {"health.hospital_rate": 0.1, "health.bill_yuan": (500.0, 600.0)}
    assert once == plan.with_settings(singly, catalogue)
    for name, value in singly.items():
        plan = plan.with_settings({name: value}, catalogue)
    assert plan == once


def test_another_profile_brings_its_purses_and_takes_the_old_ones_along(catalogue: Catalogue, tmp_path: Path) -> None:
    (tmp_path / "bare.toml").write_text(BASE, encoding="utf-8")
    moved = load_plan(tmp_path / "bare.toml", catalogue=catalogue).with_settings(
        {"world.profile": "elsewhere"}, catalogue
    )
    assert [purse.id for purse in moved.purses] == ["other"]
    assert moved == load_plan(tmp_path / "bare.toml", ["world.profile=elsewhere"], catalogue=catalogue)


def test_what_a_scenario_says_of_a_purse_needs_that_purse(tmp_path: Path, plan: Plan, catalogue: Catalogue) -> None:
    for load in (
        lambda: plan.with_settings({"world.profile": "elsewhere"}, catalogue),
        lambda: load_plan(tmp_path / "base.toml", ["world.profile=elsewhere"], catalogue=catalogue),
    ):
        with pytest.raises(UserError, match=r"purse.fiscal: 'title_en' is missing"):
            load()


def test_a_plan_made_in_python() -> None:
    settings = registry()["microcredit"].Settings
    made = Plan(
        id="made",
        title=Title(en="Made", zh="自制"),
        era="2012",
        horizon_months=12,
        closure="fixed",
        world=World(profile="five_villages", villages=5),
        campaign=Campaign(start=dt.date(2012, 12, 24), days=100),
        policies=(PolicyPlan(kind="microcredit", label="women", settings=settings(channel="women", told_share=0.5)),),
        purses=(Purse(id="own", title_en="Own", title_zh="自有", amount_yuan=9, uses=("microcredit",)),),
    )
    assert made.with_settings({}) == made
    changed = made.with_settings({"policies.women.told_share": 1.0, "purses.own.amount_yuan": 90})
    assert changed.policies[0].settings == settings(channel="women", told_share=1.0)
    assert [(purse.id, purse.amount_yuan) for purse in changed.purses] == [("own", 90)]  # the profile's stay out
    check_comparable([made, changed.model_copy(update={"id": "changed"})])


@pytest.mark.parametrize(
    ("settings", "problems"),
    [
        ({"policies.women.quota_yaun": 1}, ["policy.women: unknown key 'quota_yaun' (did you mean 'quota_yuan'?)"]),
        ({"policies.women.quota_yuan": -1}, ["policy.women.quota_yuan: must be at least 0, found -1"]),
        ({"policies.women.quota_yuan": "5e6"}, ["policy.women.quota_yuan: must be a number, found '5e6'"]),
        ({"policies.wmen.quota_yuan": 1}, ["there is no policy 'wmen' (did you mean 'women'?)"]),
        ({"policies.women": 1}, ["names no setting (write policy.<name>.<setting>)"]),
        ({"policies.women.kind": "visits"}, ["'kind' cannot be set here (write a scenario file)"]),
        ({"purses.gft.amount_yuan": 1}, ["there is no purse 'gft' (did you mean 'gift'?)"]),
        ({"world.villages": 2.5}, ["world.villages: must be a whole number, found 2.5"]),
        ({"world.profile": "cuonty"}, ["world.profile: there is no profile 'cuonty' (did you mean 'county'?)"]),
        ({"campain.days": 3}, ["unknown key 'campain' (did you mean 'campaign'?)"]),
        ({"": 3}, ["unknown key ''; allowed: "]),
        ({"uncertainties.hospital_rate": 9}, ["health.hospital_rate: 9 is out of range; allowed: 0.05 to 0.15"]),
        ({"campaign.start": dt.date(2023, 1, 1)}, ["campaign.start: 2023-01-01 is not in era 2012; allowed: "]),
        ({"world.villages": 0, "policies.x.days": 1}, ["there is no policy 'x'", "world.villages: must be at least 1"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_of_the_setting(
    plan: Plan, catalogue: Catalogue, settings: dict[str, Any], problems: list[str]
) -> None:
    with pytest.raises(UserError) as caught:
        plan.with_settings(settings, catalogue)
    found = sorted(problem.text() for problem in each_problem(caught.value))
    assert len(found) == len(settings)
    for text in found:
        name, _, rest = text.removeprefix("setting ").partition(": ")
        assert name in settings and any(rest.startswith(problem) for problem in problems), text


def test_what_a_setting_upsets_is_said_of_the_plan(plan: Plan, catalogue: Catalogue) -> None:
    with pytest.raises(UserError, match=r"^plan 'base': horizon_months: the horizon ends on 2015-11-30, before"):
        plan.with_settings({"campaign.days": 2000}, catalogue)


def test_own_code_is_found_again(tmp_path: Path, plan: Plan, catalogue: Catalogue) -> None:
    file = tmp_path / "meals.py"
    own = "from sim.policies.policy import Policy, PolicySettings\nclass Meals(Policy):\n    kind = 'meals'\n"
    file.write_text(own + "    class Settings(PolicySettings):\n        meals: int = 1\n", encoding="utf-8")
    text = 'extends = "base.toml"\n[[policies]]\nkind = "meals:Meals"\n'
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    plan = load_plan(tmp_path / "own.toml", code=[file], catalogue=catalogue)
    changed = plan.with_settings({"policies.meals.meals": 3}, catalogue)
    assert changed.policies[-1].settings.model_dump()["meals"] == 3
    assert changed.policies[-1].code == plan.policies[-1].code


def test_uncertainties_keep_to_the_range_in_force(tmp_path: Path) -> None:
    dated = 'dated = [{ from = 2014-07-01, value = 0.3, low = 0.2, high = 0.4, source = "a notice" }]\n'
    catalogue = make_catalogue(tmp_path)
    health = tmp_path / "parameters/health.toml"
    health.write_text(PARAMETER.replace("value = 0.09\n", f"value = 0.09\n{dated}"), encoding="utf-8")
    (tmp_path / "base.toml").write_text(BASE, encoding="utf-8")
    catalogue = replace(catalogue, parameters=load_parameters(folder=health.parent))
    plan = load_plan(tmp_path / "base.toml", catalogue=catalogue)
    later = {"campaign.start": dt.date(2014, 7, 1), "uncertainties.hospital_rate": 0.25}
    assert plan.with_settings(later, catalogue).uncertainties == {"health.hospital_rate": 0.25}
    with pytest.raises(UserError, match=r"0.25 is out of range; allowed: 0.05 to 0.15"):
        plan.with_settings({**later, "campaign.start": dt.date(2014, 6, 30)}, catalogue)
