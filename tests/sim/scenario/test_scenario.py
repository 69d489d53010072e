"""Scenario files: what they mean, how they lie over one another, and that nothing leaks."""

from __future__ import annotations

import datetime as dt
import json
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scenario_fakes import BASE, Credit, make_catalogue

from sim.core.errors import UserError
from sim.scenario import (
    Catalogue,
    load_plan,
    load_plans,
    shipped_scenarios,
)
from sim.scenario.schema import json_schema


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    (tmp_path / "base.toml").write_text(BASE, encoding="utf-8")
    return make_catalogue(tmp_path)


def child(folder: Path, text: str, name: str = "child.toml", parent: str = "base.toml") -> Path:
    path = folder / name
    path.write_text(f'extends = "{parent}"\n{text}', encoding="utf-8")
    return path


def test_a_plain_scenario(tmp_path: Path, catalogue: Catalogue) -> None:
    plan = load_plan(tmp_path / "base.toml", catalogue=catalogue)
    assert (plan.id, plan.title.zh, plan.era, plan.horizon_months, plan.closure) == (
        "base",
        "基线",
        "2012",
        36,
        "endogenous",
    )
    assert (plan.world.villages, plan.world.population_seed) == (5, 1)
    assert plan.campaign.end == dt.date(2013, 4, 2)
    assert (plan.first_day, plan.last_day) == (dt.date(2012, 12, 1), dt.date(2015, 11, 30))
    assert [(policy.kind, policy.label) for policy in plan.policies] == [("visits", "visits")]
    assert [purse.id for purse in plan.purses] == ["fiscal"]


def test_end_instead_of_days(tmp_path: Path, catalogue: Catalogue) -> None:
    file = tmp_path / "end.toml"
    for line in ("end = 2013-04-02", "end = 2013-04-02\ndays = 100"):
        file.write_text(BASE.replace("days = 100", line), encoding="utf-8")
        assert load_plan(file, catalogue=catalogue).campaign.days == 100


@pytest.mark.parametrize(
    ("text", "start", "days"),
    [
        ("days = 50", dt.date(2012, 12, 24), 50),
        ("end = 2012-12-31", dt.date(2012, 12, 24), 8),
        ("start = 2013-01-01", dt.date(2013, 1, 1), 100),
        ("start = 2013-01-01\nend = 2013-01-02", dt.date(2013, 1, 1), 2),
    ],
)
def test_a_child_moves_the_campaign(tmp_path: Path, catalogue: Catalogue, text: str, start: dt.date, days: int) -> None:
    plan = load_plan(child(tmp_path, f"[campaign]\n{text}"), catalogue=catalogue)
    assert (plan.campaign.start, plan.campaign.days) == (start, days)


def test_policies_merge_by_kind_and_label(tmp_path: Path, catalogue: Catalogue) -> None:
    middle = """
[[policies]]
kind = "microcredit"
label = "women"
quota_yuan = 1_000
term_months = 6
[[policies]]
kind = "microcredit"
label = "shuanglian"
quota_yuan = 2_000
"""
    last = """
[[policies]]
kind = "microcredit"
label = "women"
quota_yuan = 3_000
[[policies]]
kind = "visits"
days = 4
"""
    child(tmp_path, middle, "middle.toml")
    plan = load_plan(child(tmp_path, last, parent="middle.toml"), catalogue=catalogue)
    assert [policy.label for policy in plan.policies] == ["visits", "women", "shuanglian"]
    visits, women, shuanglian = (policy.settings for policy in plan.policies)
    assert isinstance(women, Credit.Settings) and isinstance(shuanglian, Credit.Settings)
    assert (women.quota_yuan, women.term_months, shuanglian.quota_yuan) == (3000, 6, 2000)
    assert visits.model_dump()["days"] == 4


def test_drop_by_kind_or_label_and_start_afresh(tmp_path: Path, catalogue: Catalogue) -> None:
    assert load_plan(child(tmp_path, 'drop = ["visits"]'), catalogue=catalogue).policies == ()
    fresh = child(tmp_path, 'drop = ["visits"]\n[[policies]]\nkind = "visits"\nlabel = "again"')
    assert [policy.label for policy in load_plan(fresh, catalogue=catalogue).policies] == ["again"]


def test_purses_lie_over_those_of_the_profile(tmp_path: Path, catalogue: Catalogue) -> None:
    text = """
[[purses]]
id = "gift"
title_en = "Gifts"
title_zh = "捐赠"
amount_yuan = 10
release = 2013-03-01
uses = ["visits"]
[[purses]]
id = "fiscal"
amount_yuan = 7
"""
    fiscal, gift = load_plan(child(tmp_path, text), catalogue=catalogue).purses
    assert (fiscal.amount_yuan, fiscal.title_zh, fiscal.release) == (7, "财政资金", 1)
    assert (gift.amount_yuan, gift.release) == (10, dt.date(2013, 3, 1))


def test_uncertainties_in_both_spellings(tmp_path: Path, catalogue: Catalogue) -> None:
    for text in ('"health.hospital_rate" = 0.1', "health.hospital_rate = 0.1", "hospital_rate = 0.1"):
        plan = load_plan(child(tmp_path, f"[uncertainties]\n{text}"), catalogue=catalogue)
        assert plan.uncertainties == {"health.hospital_rate": 0.1}
    listed = load_plan(child(tmp_path, "[uncertainties]\nbill_yuan = [1, 2]"), catalogue=catalogue)
    assert listed.uncertainties == {"health.bill_yuan": (1.0, 2.0)}


@pytest.mark.parametrize(
    ("override", "found"),
    [
        ("policy.visits.days=3", lambda plan: plan.policies[0].settings.days == 3),
        ("policies.visits.end_day=90", lambda plan: plan.policies[0].settings.end_day == 90),
        ('policy.visits.purses=["gift"]', lambda plan: plan.policies[0].settings.purses == ("gift",)),
        ("world.villages=2", lambda plan: plan.world.villages == 2),
        ("horizon_months=12", lambda plan: plan.horizon_months == 12),
        ("closure=fixed", lambda plan: plan.closure == "fixed"),
        ("era=2012", lambda plan: plan.era == "2012"),
        ("title.en=Other", lambda plan: plan.title.en == "Other"),
        ("campaign.start=2013-01-05", lambda plan: plan.campaign.start == dt.date(2013, 1, 5)),
        ("campaign.end=2013-01-05", lambda plan: plan.campaign.days == 13),
        (
            "uncertainties.health.hospital_rate=0.12",
            lambda plan: plan.uncertainties["health.hospital_rate"] == 0.12,
        ),
        ("uncertainties.hospital_rate=0.12", lambda plan: plan.uncertainties["health.hospital_rate"] == 0.12),
        ("purse.fiscal.amount_yuan=1_000", lambda plan: plan.purses[0].amount_yuan == 1000),
    ],
)
def test_settings_from_the_command_line(tmp_path: Path, catalogue: Catalogue, override: str, found: Any) -> None:
    gift = '[[purses]]\nid="gift"\ntitle_en="G"\ntitle_zh="捐"\namount_yuan=1\nuses=["visits"]'
    assert found(load_plan(child(tmp_path, gift), [override], catalogue=catalogue))


def test_an_override_goes_to_the_one_policy_of_a_kind(tmp_path: Path, catalogue: Catalogue) -> None:
    file = child(tmp_path, '[[policies]]\nkind = "microcredit"\nlabel = "women"')
    plan = load_plan(file, ["policy.microcredit.quota_yuan=5"], catalogue=catalogue)
    assert plan.policies[1].settings.model_dump()["quota_yuan"] == 5


def test_an_override_applies_where_it_can(tmp_path: Path, catalogue: Catalogue) -> None:
    files = [tmp_path / "base.toml", child(tmp_path, '[[policies]]\nkind = "microcredit"')]
    plans = load_plans(files, ["policy.microcredit.quota_yuan=5"], catalogue=catalogue)
    assert [len(plan.policies) for plan in plans] == [1, 2]
    with pytest.raises(UserError, match="there is no policy 'microcredt'"):
        load_plans(files, ["policy.microcredt.quota_yuan=5"], catalogue=catalogue)


# --- nothing leaks ---


def test_a_plan_cannot_be_changed(tmp_path: Path, catalogue: Catalogue) -> None:
    plan = load_plan(child(tmp_path, "[uncertainties]\nhospital_rate = 0.1"), catalogue=catalogue)
    for change in (
        lambda: setattr(plan, "era", "2023"),
        lambda: setattr(plan.policies[0].settings, "budget_yuan", 1.0),
        lambda: setattr(plan.world, "villages", 1),
    ):
        with pytest.raises(ValidationError, match="frozen"):
            change()
    with pytest.raises(TypeError, match="frozen"):
        plan.uncertainties["health.hospital_rate"] = 1  # type: ignore[index]
    assert isinstance(hash(plan), int)


def test_loading_another_scenario_changes_nothing(tmp_path: Path, catalogue: Catalogue) -> None:
    other = child(tmp_path, '[[policies]]\nkind = "visits"\ndays = 9\n[[purses]]\nid="fiscal"\namount_yuan=1')
    before = load_plan(tmp_path / "base.toml", catalogue=catalogue)
    load_plans([other, tmp_path / "base.toml"], ["world.villages=2"], catalogue=catalogue)
    assert load_plan(tmp_path / "base.toml", catalogue=catalogue) == before


def test_pickles(tmp_path: Path, catalogue: Catalogue) -> None:
    plan = load_plan(child(tmp_path, "[uncertainties]\nhospital_rate = 0.1"), catalogue=catalogue)
    again = pickle.loads(pickle.dumps(plan))
    assert (again, hash(again), again.digest()) == (plan, hash(plan), plan.digest())


# --- digest and round trip ---


def test_digest_follows_content_only(tmp_path: Path, catalogue: Catalogue) -> None:
    plan = load_plan(tmp_path / "base.toml", catalogue=catalogue)
    same = child(tmp_path, 'horizon_months = 36\ntitle.en = "New name"', "renamed.toml")
    assert load_plan(same, catalogue=catalogue).digest() == plan.digest()
    changes = ("policy.visits.days=2", "world.villages=6", "uncertainties.hospital_rate=0.1", "closure=fixed")
    digests = {load_plan(tmp_path / "base.toml", [change], catalogue=catalogue).digest() for change in changes}
    assert len(digests - {plan.digest()}) == len(changes)
    profile = tmp_path / "profiles/county.toml"
    profile.write_text(profile.read_text(encoding="utf-8") + "# edited\n", encoding="utf-8")
    assert load_plan(tmp_path / "base.toml", catalogue=catalogue).digest() != plan.digest()


def test_a_profile_of_ones_own_is_found_from_anywhere(tmp_path: Path, catalogue: Catalogue) -> None:
    (tmp_path / "mine.toml").write_text('era = "2012"\n', encoding="utf-8")
    plan = load_plan(child(tmp_path, 'world.profile = "mine.toml"'), catalogue=catalogue)
    elsewhere = tmp_path / "results" / "child.toml"
    elsewhere.parent.mkdir()
    elsewhere.write_text(plan.resolved_toml(), encoding="utf-8")
    assert load_plan(elsewhere, catalogue=catalogue) == plan


words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), min_size=1, max_size=10)
credit = st.fixed_dictionaries(
    {"kind": st.just("microcredit")},
    optional={
        "quota_yuan": st.floats(0, 1e12),
        "term_months": st.integers(1, 60),
        "channel": st.sampled_from(["women", "shuanglian"]),
        "terrains": st.lists(words, max_size=3),
        "budget_yuan": st.integers(0, 10**12),
        "village_share": st.floats(0, 1),
        "effects": st.booleans(),
    },
)
scenarios = st.fixed_dictionaries(
    {
        "title": st.fixed_dictionaries({"en": words, "zh": words}),
        "era": st.just("2012"),
        "horizon_months": st.integers(12, 120),
        "closure": st.sampled_from(["fixed", "endogenous"]),
        "world": st.fixed_dictionaries({"profile": st.just("county"), "villages": st.integers(1, 1000)}),
        "campaign": st.fixed_dictionaries(
            {"start": st.dates(dt.date(2010, 1, 1), dt.date(2020, 12, 31)), "days": st.integers(1, 300)}
        ),
        "policies": st.lists(credit, max_size=3).map(
            lambda tables: [{**table, "label": f"l{n}"} for n, table in enumerate(tables)]
        ),
        "purses": st.lists(st.one_of(st.dates(dt.date(2010, 1, 1), dt.date(2020, 1, 1)), st.integers(1, 9))).map(
            lambda releases: [
                {
                    "id": f"p{n}",
                    "title_en": "P",
                    "title_zh": "款",
                    "amount_yuan": n / 7,
                    "release": release,
                    "uses": ["visits"],
                }
                for n, release in enumerate(releases)
            ]
        ),
    },
    optional={"uncertainties": st.fixed_dictionaries({"hospital_rate": st.floats(0.05, 0.15)})},
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(scenarios)
def test_what_is_written_loads_back_equal(tmp_path: Path, catalogue: Catalogue, scenario: dict[str, Any]) -> None:
    first, second = tmp_path / "plan.toml", tmp_path / "out" / "plan.toml"
    second.parent.mkdir(exist_ok=True)
    stated = {key: value for key, value in scenario.items() if value or key != "purses"}
    first.write_text(tomli_w.dumps(stated), encoding="utf-8")
    plan = load_plan(first, catalogue=catalogue)
    second.write_text(plan.resolved_toml(), encoding="utf-8")
    again = load_plan(second, catalogue=catalogue)
    assert again == plan
    assert (again.digest(), again.resolved_toml()) == (plan.digest(), plan.resolved_toml())


# --- a researcher's own policy ---

OWN = """\
from __future__ import annotations
from sim.policies.policy import Policy, PolicySettings

class SchoolMeals(Policy):
    kind = "school_meals"
    class Settings(PolicySettings):
        meals: int = 1
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    file = tmp_path / "meals.py"
    file.write_text(OWN, encoding="utf-8")
    return file


def test_own_code(tmp_path: Path, catalogue: Catalogue, own: Path) -> None:
    scenario = child(tmp_path, '[[policies]]\nkind = "meals:SchoolMeals"\nmeals = 3')
    plan = load_plan(scenario, code=[own], catalogue=catalogue)
    policy = plan.policies[1]
    assert (policy.label, policy.settings.model_dump()["meals"]) == ("school_meals", 3)
    assert type(policy.build()).__name__ == "SchoolMeals"
    resolved = tmp_path / "resolved" / "child.toml"
    resolved.parent.mkdir()
    resolved.write_text(plan.resolved_toml(), encoding="utf-8")
    assert load_plan(resolved, code=[own], catalogue=catalogue) == plan
    own.write_text(OWN + "\n# edited\n", encoding="utf-8")
    assert load_plan(scenario, code=[own], catalogue=catalogue).digest() != plan.digest()


def test_own_code_reaches_a_worker(tmp_path: Path, catalogue: Catalogue, own: Path) -> None:
    scenario = child(tmp_path, '[[policies]]\nkind = "meals:SchoolMeals"\nmeals = 3')
    plan = load_plan(scenario, code=[own], catalogue=catalogue)
    saved = tmp_path / "plan.pickle"
    saved.write_bytes(pickle.dumps(plan.policies[1]))
    program = f"import pickle; print(pickle.load(open({str(saved)!r}, 'rb')).settings.meals)"
    command = [sys.executable, "-c", program]
    worker = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[3])
    assert worker.stdout.strip() == "3", worker.stderr
    own.write_text(OWN + "\n# edited\n", encoding="utf-8")
    changed = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[3])
    assert "has changed since the plan was read" in changed.stderr


# --- the schema for editors ---


def test_schema_knows_every_setting(catalogue: Catalogue) -> None:
    schema = json_schema(catalogue)
    assert json.loads(json.dumps(schema)) == schema
    assert {"title", "extends", "drop", "world", "policies", "purses", "uncertainties"} <= set(schema["properties"])
    kinds = {
        table["properties"]["kind"].get("const"): table for table in schema["properties"]["policies"]["items"]["anyOf"]
    }
    assert {"microcredit", "visits"} <= set(kinds)
    assert kinds["microcredit"]["properties"]["quota_yuan"]["minimum"] == 0
    assert kinds["microcredit"]["additionalProperties"] is False
    rate = schema["properties"]["uncertainties"]["properties"]["health.hospital_rate"]
    assert (rate["minimum"], rate["maximum"]) == (0.05, 0.15)


# --- what ships ---


@pytest.mark.parametrize("name", shipped_scenarios())
def test_a_shipped_scenario_is_right_and_loads_back(tmp_path: Path, name: str) -> None:
    plan = load_plan(name)
    assert plan.title.en != plan.title.zh
    again = tmp_path / f"{name}.toml"
    again.write_text(plan.resolved_toml(), encoding="utf-8")
    assert load_plan(again) == plan


def test_the_schema_of_what_ships() -> None:
    policies = json_schema()["properties"]["policies"]["items"]["anyOf"]
    assert {"visits", "microcredit", "industry", "training", "cash"} <= {
        table["properties"]["kind"].get("const") for table in policies
    }
