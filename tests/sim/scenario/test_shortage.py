"""Purses that hold less than is planned from them, and words for uses that are none, in TOML."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.core.errors import UserError
from sim.scenario import load_plan
from sim.scenario.doubts import doubts_of
from sim.scenario.shortage import shortages
from sim.shipped import shipped


def short(*settings: str) -> list[tuple[tuple[str, ...], float, list[str], float]]:
    """Who is short in the shipped mix: measures, yuan planned, purses, yuan held."""
    found = shortages(load_plan("mix", settings))
    return [(one.labels, one.means_yuan, [purse.id for purse in one.purses], one.holds_yuan) for one in found]


def test_the_shipped_plans_are_short_of_nothing() -> None:
    assert not [path.name for path in shipped("scenarios").glob("*.toml") if list(shortages(load_plan(path)))]


def test_a_quota_above_its_purse_is_short_whatever_other_lenders_hold() -> None:
    found = short("purse.bank_women.amount_yuan=500_000")
    assert found == [(("microcredit",), 18_800_000.0, ["bank_women"], 500_000.0)]
    assert short("purse.bank_women.amount_yuan=18_800_000") == []


def test_measures_that_share_a_purse_are_short_together() -> None:
    two = ("policy.industry.purses=['industry_funds', 'unit_funds']", "purse.unit_funds.amount_yuan=6_000_000")
    little = "purse.industry_funds.amount_yuan=0"
    training = "policy.training.purses=['unit_funds']"
    assert short(*two, "purse.industry_funds.amount_yuan=6_100_000", training) == [
        (("training",), 6_130_000.0, ["unit_funds"], 6_000_000.0)
    ]
    together = short(*two, little, training, "policy.training.budget_yuan=5_900_000")
    assert together == [(("industry", "training"), 11_840_000.0, ["unit_funds", "industry_funds"], 6_000_000.0)]


def test_money_that_changes_at_a_date_is_no_shortage(tmp_path: Path) -> None:
    path = tmp_path / "more_later.toml"
    path.write_text(
        'title = { en = "More later", zh = "追加" }\nextends = "mix"\n'
        '[[purses]]\nid = "bank_women"\namount_yuan = 500_000\n'
        '[[changes]]\ndate = 2013-02-01\n"purses.bank_women.amount_yuan" = 20_000_000\n',
        encoding="utf-8",
    )
    assert list(shortages(load_plan(path))) == []


def profile(folder: Path, old: str, new: str) -> Path:
    """A plan of a county of which something is written otherwise."""
    text = (shipped("profiles") / "gansu_county.toml").read_text(encoding="utf-8")
    assert old in text
    (folder / "ours.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    plan = folder / "plan.toml"
    plan.write_text(
        'title = { en = "Ours", zh = "本县" }\nextends = "mix"\n[world]\nprofile = "ours.toml"\n', encoding="utf-8"
    )
    return plan


def test_places_in_a_profile_are_named(tmp_path: Path) -> None:
    plan = profile(tmp_path, "amount_yuan = 100_000_000", "amount_yuan = 500_000")
    (doubt,) = doubts_of(load_plan(plan))
    line = (tmp_path / "ours.toml").read_text(encoding="utf-8").split("amount_yuan = 500_000")[0].count("\n") + 1
    assert f"'bank_women' (ours.toml:{line})" in doubt.en and f"（ours.toml 第{line}行）" in doubt.zh


@pytest.mark.parametrize(
    ("use", "meant"),
    [("interest_subsidi", "interest_subsidy"), ("贷款贴习", "贷款贴息"), ("microcredits", "microcredit")],
)
def test_a_misspelt_use_is_refused_with_its_line(tmp_path: Path, use: str, meant: str) -> None:
    plan = profile(tmp_path, 'uses = ["interest_subsidy"]', f'uses = ["{use}"]')
    with pytest.raises(UserError, match=rf"ours.toml:\d+: .*unknown use '{use}' \(did you mean '{meant}'") as caught:
        load_plan(plan)
    assert caught.value.line


def test_uses_may_be_written_in_chinese_and_unheard_of_ones_are_said(tmp_path: Path) -> None:
    plan = load_plan(profile(tmp_path, 'uses = ["interest_subsidy"]', 'uses = ["贷款贴息", "dams"]'))
    assert next(purse.uses for purse in plan.purses if purse.id == "women_interest") == ("interest_subsidy", "dams")
    (doubt,) = doubts_of(plan)
    assert "'dams', which no measure is" in doubt.en and "“dams”不是任何措施" in doubt.zh
