"""A plan from Python is the plan of the file that says the same."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import shipped_scenario_files

from sim.core.errors import UserError
from sim.scenario import SCENARIOS, Plan, load_plan

BASE: dict[str, Any] = {
    "title": {"en": "Base", "zh": "基线"},
    "era": "2012",
    "world": {"profile": "five_villages", "villages": 5},
    "campaign": {"start": dt.date(2012, 12, 24), "days": 100},
    "policies": [{"kind": "visits"}],
}


def test_every_shipped_scenario_can_be_built(monkeypatch: pytest.MonkeyPatch) -> None:
    for file in shipped_scenario_files():
        monkeypatch.chdir(file.parent)
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        built = Plan.build(id=file.stem, **content)
        assert built == load_plan(file) and built.digest() == load_plan(file).digest()


def test_values_of_python_are_those_of_a_file() -> None:
    stated = {**BASE, "world": {"profile": "five_villages", "villages": np.int64(5), "population_seed": None}}
    assert Plan.build(**stated, policies_=None) == Plan.build(**BASE)
    credit = {"kind": "microcredit", "channel": "women", "quota_yuan": np.float64(5e5), "purses": ("bank_women",)}
    wage = {"labour.local_wage_yuan": 80}
    built = Plan.build(id="credit", extends="baseline", policies=(credit,), uncertainties=wage)
    assert [policy.label for policy in built.policies] == ["visits", "microcredit"]
    assert built.policies[-1].settings.quota_yuan == 5e5
    without = Plan.build(extends="baseline", drop=["visits"], title=BASE["title"])
    assert not without.policies and without.world == load_plan("baseline").world


def test_a_profile_of_ones_own_and_code_start_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (SCENARIOS / "profiles" / "five_villages.toml").read_text(encoding="utf-8")
    (tmp_path / "ours.toml").write_text(text, encoding="utf-8")
    (tmp_path / "mine.py").write_text(
        'from sim.policies.policy import Policy\nclass Mine(Policy):\n    kind = "mine"\n', encoding="utf-8"
    )
    content = {**BASE, "world": {"profile": "ours.toml", "villages": 5}, "policies": [{"kind": "mine:Mine"}]}
    built = Plan.build(**content, code=["mine.py"])
    assert built.world.profile == (tmp_path / "ours.toml").as_posix()
    assert built.policies[0].label == "mine"
    with pytest.raises(UserError, match="names code"):
        Plan.build(**content)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"horizon_month": 12}, r"Plan.build, horizon_month: unknown key 'horizon_month' \(did you mean"),
        ({"world": {"profile": "five_villages", "villages": 0}}, r"Plan.build, world.villages: .* at least 1, found 0"),
        ({"policies": [{"kind": "visits", "visits_per_day": 0.5}]}, r"Plan.build, policies\[0\].visits_per_day: "),
        ({"title": {"en": "a\x1b[2J", "zh": "基线"}}, r"Plan.build, title.en: holds the character U\+001B"),
        ({"extends": "basline"}, "did you mean 'baseline'"),
        ({"id": "a/b"}, "cannot name a plan"),
        ({"code": ["gone.py"]}, "no such code file"),
    ],
)
def test_what_is_wrong_is_said_of_its_address(change: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        Plan.build(**{**BASE, **change})
