"""Parameters that a policy of the user's own declares: read, set, drawn and moved as the model's own are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_worlds import FIVE, GIFTS
from typer.testing import CliRunner

from experiments.cli import app
from experiments.compare.report import write_report
from experiments.compare.run import compare
from experiments.designs.vectors import Drawn, drawing
from experiments.sensitivity.factors import choose
from sim.core.errors import UserError
from sim.parameters import load_parameters
from sim.parameters.own import with_own
from sim.running import run
from sim.scenario import Plan, load_plan
from sim.scenario.comparable import check_comparable

CODE = """
from sim.policies.policy import Policy, reason
import numpy as np
GIFT = reason("gifts", "赠款")
class Gifts(Policy):
    kind = "gifts"
    title_en, title_zh = "Gifts", "赠款"
    counts = {"given": ("Households given a gift", "受赠户数")}
    parameters = {
        "gift_taken": {"value": 0.5, "unit": "share of households", "low": 0.2, "high": 0.8,
                       "source": "A guess for this test.", "confidence": "assumed",
                       "label_en": "Share that takes the gift", "label_zh": "接受赠款的比例"},
        "gift_sum_yuan": {"value": 100, "unit": "yuan", "low": 50, "high": 150,
                          "source": "A guess for this test.", "confidence": "assumed"},
    }
    def accepts(self, county, rows):
        return np.where(self.luck(county, "take", rows) < county.p.gift_taken, county.p.gift_sum_yuan, 0.0)
    def pay(self, county, rows, worth_yuan):
        self.grant(county, rows, worth_yuan, GIFT)
"""
TAKEN = "gifts.gift_taken"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("plain.toml").write_text(FIVE, encoding="utf-8")
    Path("own.toml").write_text(GIFTS, encoding="utf-8")
    Path("gifts.py").write_text(CODE, encoding="utf-8")
    return tmp_path


def own(**values: float) -> Plan:
    return load_plan("own.toml", [f"uncertainties.gifts.{name}={v}" for name, v in values.items()], code=["gifts.py"])


def test_the_policy_reads_what_the_plan_sets(place: Path) -> None:
    few, many = (run(own(gift_sum_yuan=yuan), 3).value("purse", "spent_yuan", group="gifts") for yuan in (50.0, 150.0))
    assert 0 < few == pytest.approx(many / 3)
    assert own().digest() != own(gift_taken=0.6).digest()
    assert own().with_settings({f"uncertainties.{TAKEN}": 0.6}) == own(gift_taken=0.6)


def test_plans_without_the_policy_do_not_have_its_parameters(place: Path) -> None:
    with pytest.raises(UserError, match="unknown parameter"):
        load_plan("plain.toml", [f"uncertainties.{TAKEN}=0.5"])
    assert check_comparable([load_plan("plain.toml"), own(gift_taken=0.6)]) == ()  # what it sets is the measure's
    with pytest.raises(UserError, match="differ in what they assume"):
        check_comparable([own(), own(gift_taken=0.6)])


def test_what_is_declared_wrongly_is_said_with_its_file(place: Path) -> None:
    with pytest.raises(UserError, match=r"0\.9 is out of range"):
        own(gift_taken=0.9)
    for wrong, said in (
        (('"gift_taken": {', '"fruit_hand": {'), None),
        (('"value": 0.5', '"value": 0.9'), "value 0.9 is outside its range"),
        (('"low": 0.2, ', ""), "low"),
        (('"source": "A guess for this test.", ', ""), "source"),
    ):
        if said is None:
            name = load_parameters().entries[0].name
            wrong, said = (wrong[0], f'"{name}": {{'), "same name as a parameter of the model"
        Path("gifts.py").write_text(CODE.replace(*wrong), encoding="utf-8")
        with pytest.raises(UserError, match=said) as error:
            own()
        assert "gifts.py" in str(error.value)


def test_it_is_drawn_in_its_range_with_each_seed(place: Path) -> None:
    vectors = drawing("ranges", parameters=with_own(load_parameters(), own().own_parameters()))
    before = drawing("ranges")
    taken = [Drawn(own(), vectors).under(seed).uncertainties[TAKEN] for seed in range(1, 6)]
    assert len(set(taken)) == 5 and all(isinstance(one, float) and 0.2 <= one <= 0.8 for one in taken)
    assert Drawn(load_plan("plain.toml"), vectors).under(1) == Drawn(load_plan("plain.toml"), before).under(1)
    assert Drawn(own(gift_taken=0.4), vectors).under(1).uncertainties[TAKEN] == 0.4


def test_it_is_a_factor_of_sensitivity(place: Path) -> None:
    plans = [load_plan("plain.toml"), own(gift_taken=0.6)]
    found = {factor.key: factor for factor in choose("gifts", plans)}
    assert sorted(found) == ["gifts.gift_sum_yuan", TAKEN]
    assert (found[TAKEN].low, found[TAKEN].base, found[TAKEN].high) == (0.2, 0.6, 0.8)


def test_the_report_lists_it_with_its_source(place: Path) -> None:
    folder = compare(
        [load_plan("plain.toml"), own(gift_taken=0.6)],
        name="gifts",
        results=place,
        replicates=2,
        spillovers=[],
        workers=0,
        progress=False,
    )
    write_report(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    listed = {entry["name"]: entry for entry in manifest["own_parameters"]}
    assert listed["gift_taken"]["source"] == "A guess for this test."
    for language, label in (("en", "Share that takes the gift"), ("zh", "接受赠款的比例")):
        page = (folder / f"report.{language}.html").read_text(encoding="utf-8")
        assert label in page and "A guess for this test." in page


def test_the_list_of_parameters_has_those_of_a_file(place: Path) -> None:
    done = CliRunner().invoke(app, ["parameters", "list", "gift", "--code", "gifts.py", "--json"])
    listed = {entry["key"]: entry for entry in json.loads(done.stdout)}
    assert listed[TAKEN]["low"] == 0.2 and listed[TAKEN]["source"] == "A guess for this test."
    assert f"{TAKEN} = 0.5 share of households" in CliRunner().invoke(app, ["parameters", "--code", "gifts.py"]).stdout
    Path("gifts.py").write_text(CODE.replace('"low": 0.2, ', ""), encoding="utf-8")
    assert "gifts.py" in CliRunner().invoke(app, ["parameters", "--code", "gifts.py"]).stderr
