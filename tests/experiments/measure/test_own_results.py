"""Results and groups of a user's own observer: recorded, compared, reported, and outcomes of every command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook
from small_worlds import FIVE, GIFTS, fitted_on
from typer.testing import CliRunner

from experiments import plots
from experiments.cli import app
from experiments.measure.outcome import parse_outcome
from sim.core.errors import UserError
from sim.model import VillageModel
from sim.running import run
from sim.scenario import Plan, load_plan
from sim.scenario.comparable import check_comparable

CODE = """
import numpy as np
from sim import Observer
from sim.policies.policy import Policy, reason
GIFT = reason("gifts of this test", "测试赠款")
class Gifts(Policy):
    kind = "gifts"
    title_en, title_zh = "Gifts of money", "货币赠款"
    counts = {"given": ("Households given a gift", "受赠户数")}
    parameters = {
        "gift_sum_yuan": {"value": 100, "unit": "yuan", "low": 50, "high": 150,
                          "source": "A guess for this test.", "confidence": "assumed"},
        "gift_taken": {"value": 0.5, "unit": "share of households", "low": 0.2, "high": 0.8,
                       "source": "A guess for this test.", "confidence": "assumed",
                       "label_en": "Share that takes the gift", "label_zh": "接受赠款的比例"},
    }
    def accepts(self, county, rows):
        return np.where(self.luck(county, "take", rows) < county.p.gift_taken, county.p.gift_sum_yuan, 0.0)
    def pay(self, county, rows, worth_yuan):
        self.grant(county, rows, worth_yuan, GIFT)
class Seen(Observer):
    results = {
        "got_gift": {"unit": "share", "label_en": "Got a gift", "label_zh": "受赠人口比例"},
        "gifts_given": {"unit": "households", "label_en": "Gifts given so far", "label_zh": "累计受赠户数"},
        "poor_in_cash": {"unit": "share", "label_en": "Poor in cash", "label_zh": "现金贫困比例", "better": "less"},
    }
    groups = {"large": ("Households of six or more", "六口及以上农户")}
    def open(self, county):
        self.months = 0
    def month_end(self, county):
        self.months += 1
    def members(self, county):
        return {"large": county.households["persons"] >= 6}
    def values(self, county):
        h, book = county.households, county.books.get("gifts")
        got = book.served if book else np.zeros(len(h), dtype=bool)
        return {"got_gift": got, "gifts_given": got.sum(), "poor_in_cash": h["cash_yuan"] < 500.0 * h["persons"]}
"""
CODE_OPTION = ("--code", "gifts.py")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("plain.toml").write_text(FIVE + 'observers = ["gifts:Seen"]\n', encoding="utf-8")
    Path("own.toml").write_text(GIFTS, encoding="utf-8")
    Path("gifts.py").write_text(CODE, encoding="utf-8")
    return tmp_path


def own(name: str = "own.toml", *settings: str) -> Plan:
    return load_plan(name, settings, code=["gifts.py"])


def village(*words: str) -> Any:
    return CliRunner().invoke(app, words)


def test_what_is_recorded_is_what_the_observer_gives(place: Path) -> None:
    result = run(own(), 3)
    with VillageModel(own(), rng=3) as model:
        large = model.households["persons"] >= 6  # a group is who was in it as the world opened
        model.run_model()
    h, book = model.households, model.county.books["gifts"]
    assert 0 < large.sum() < len(h)
    for group, mask in (("all", h["persons"] > 0), ("large", large), ("poor_at_start", h["poor_at_start"] == 1)):
        share = np.average(book.served[mask], weights=h["persons"][mask])
        assert result.value("panel", "got_gift", group, 12) == pytest.approx(share, rel=1e-12)
    income = np.average(result.households(12)["income_yuan"][large], weights=h["persons"][large])
    assert result.value("panel", "income_yuan", "large", 12) == pytest.approx(income, rel=1e-6)
    assert result.value("monthly", "gifts_given", month=12) == book.served.sum()
    assert result.value("panel", "got_gift", "large", 0) == 0.0 < result.value("day100", "got_gift", "large")
    assert result.value("monthly", "income_yuan", "large", 7) != result.value("monthly", "income_yuan", "all", 7)
    assert parse_outcome("got_gift@12:large", 12).of(result.records) > 0
    with pytest.raises(UserError, match="did you mean 'got_gift'"):
        parse_outcome("gotgift@12", 12).of(result.records)
    with pytest.raises(UserError, match="did you mean 'large'"):
        parse_outcome("income_yuan@12:larg", 12).of(result.records)


def test_an_observer_changes_nothing(place: Path) -> None:
    watched = run(own("plain.toml"), 3)
    alone = run(own("plain.toml").model_copy(update={"observers": ()}), 3)
    ours = np.isin(watched.records["name"], ["got_gift", "gifts_given", "poor_in_cash"])
    ours |= watched.records["group"] == "large"
    assert watched.records["value"][~ours].tobytes() == alone.records["value"].tobytes()
    assert watched.records["value"].tobytes() == run(own("plain.toml"), 3, engine="agents").records["value"].tobytes()
    wrong = CODE.replace("self.months += 1", "county.households['cash_yuan'][:] += 1.0")
    Path("gifts.py").write_text(wrong, encoding="utf-8")
    with pytest.raises(UserError, match=r"the observer 'Seen' changes the county on 2012-12-31"):
        run(own("plain.toml"), 3)


def test_it_is_copied_and_pickled_with_its_model(place: Path) -> None:
    import pickle

    model = VillageModel(own(), rng=3)
    for _ in range(40):
        model.step()
    twins = [model.copy(), pickle.loads(pickle.dumps(model))]
    model.run_model()
    for twin in twins:
        twin.run_model()
        assert twin.observers[0].months == model.observers[0].months == 12  # type: ignore[attr-defined]
        assert twin.recorder.columns()["value"].tobytes() == model.recorder.columns()["value"].tobytes()
    script = "import pickle\n(one,) = pickle.load(open('plan', 'rb')).build_observers()\n"
    script += "print(one.results['got_gift']['unit'])"
    Path("plan").write_bytes(pickle.dumps(own()))
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "share\n"


def test_a_comparison_and_its_pages_know_it(place: Path) -> None:
    words = ["compare", "plain.toml", "own.toml", *CODE_OPTION, "--name", "one", "-n", "3", "-j", "0"]
    words += ["--no-spillovers"]
    words += ["--outcome", "got_gift@12:large", "--outcome", "income_yuan@12:large", "--outcome", "gifts_given@12"]
    done = village(*words)
    assert done.exit_code == 0, done.output
    frame = pd.read_parquet("results/one/tables/differences.parquet").set_index(["month", "group", "name"])
    values = [run(own(), seed).value("panel", "got_gift", "large", 12) for seed in (1, 2, 3)]
    assert frame.loc[(12, "large", "got_gift"), "difference"] == pytest.approx(np.mean(values))
    verdict = pd.read_parquet("results/one/tables/verdict.parquet")
    assert set(verdict["name"]) == {"got_gift", "income_yuan", "gifts_given"}
    pages = {name: Path(f"results/one/report.{name}.html").read_text(encoding="utf-8") for name in ("en", "zh")}
    books = {name: Path(f"results/one/workbook.{name}.xlsx") for name in ("en", "zh")}
    cells = {
        name: [str(cell) for sheet in load_workbook(book) for row in sheet.iter_rows(values_only=True) for cell in row]
        for name, book in books.items()
    }
    said = (
        ("Got a gift", "受赠人口比例"), ("Households of six or more", "六口及以上农户"), ("Gifts of money", "货币赠款"),
        ("Gifts given so far", "累计受赠户数"), ("Households given a gift", "受赠户数"),
    )  # fmt: skip
    for en, zh in said:
        assert en in pages["en"] and zh in pages["zh"], en
        assert any(en in cell for cell in cells["en"]) and any(zh in cell for cell in cells["zh"]), en
    assert "gifts:Gifts" not in pages["en"] and "gifts of this test" not in pages["zh"]
    assert "got_gift" in Path("results/one/summary.csv").read_text(encoding="utf-8-sig")
    assert plots.differences("results/one", "got_gift", group="large").axes[0].get_xlabel().startswith("Got a gift")
    _reported_alone(place, books["en"])


def _reported_alone(place: Path, book: Path) -> None:
    """A process that has never seen the code writes the same report."""
    before = {file.name: file.read_bytes() for file in book.parent.iterdir() if file.is_file()}
    (place / "gifts.py").rename(place / "gone")
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-c", "from experiments.cli import main; main()", "report", "one"]
    subprocess.run(command, env=env, check=True, capture_output=True)
    assert {file.name: file.read_bytes() for file in book.parent.iterdir() if file.is_file()} == before


def test_a_misspelt_outcome_names_the_nearest(place: Path) -> None:
    words = ["plain.toml", "own.toml", *CODE_OPTION, "-j", "0"]
    for outcome, near in (("got_gift@12:lrge", "large"), ("gotgift@12", "got_gift")):
        done = village("compare", *words, "-n", "1", "--no-spillovers", "--outcome", outcome)
        assert done.exit_code == 2 and f"did you mean '{near}'" in done.stderr, done.output
    few = ["--parameters", "gifts", "--trajectories", "4", "--keep", "1", "--seeds", "1", "--villages", "2"]
    done = village("sensitivity", *words, *few, "--outcome", "gotgift@12")
    assert done.exit_code == 2 and "did you mean 'got_gift'" in done.stderr


def test_sensitivity_and_ranges_take_own_outcomes_and_parameters(place: Path) -> None:
    few = ["--parameters", "gifts", "--trajectories", "4", "--keep", "1", "--seeds", "1", "--villages", "2", "-j", "0"]
    outcomes = ["--outcome", "got_gift@12:large", "--outcome", "income_yuan@12:large"]
    done = village("sensitivity", "plain.toml", "own.toml", *CODE_OPTION, *few, *outcomes, "--name", "leans", "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["leans_on"][0] == "gifts.gift_taken" and found["outcome"] == "got_gift@12:large"
    assert found["a"] == "own" and found["value"]["mean"] > 0
    page = Path("results/leans/sensitivity.zh.html").read_text(encoding="utf-8")
    assert "受赠人口比例" in page and "六口及以上农户" in page and "接受赠款的比例" in page
    words = ["compare", "plain.toml", "own.toml", *CODE_OPTION, "--parameters", "ranges", "-n", "2", "-j", "0"]
    with fitted_on(2400):  # each draw of all parameters is another world
        done = village(*words, "--villages", "2", "--no-spillovers", "--outcome", "got_gift@12", "--name", "drawn")
    assert done.exit_code == 0, done.output
    manifest = json.loads(Path("results/drawn/manifest.json").read_text())
    assert [entry["name"] for entry in manifest["own_parameters"]] == ["gift_sum_yuan", "gift_taken"]


def test_scenarios_with_other_observers_are_not_compared(place: Path) -> None:
    bare = own("plain.toml").model_copy(update={"observers": ()})
    with pytest.raises(UserError, match="--set 'observers="):
        check_comparable([bare, own()])
    asked = load_plan("baseline", ['observers=["gifts:Seen"]'], code=["gifts.py"])
    assert asked.observers == own().observers and asked.digest() != load_plan("baseline").digest()
    assert load_plan("baseline", ["observers=[]"]).digest() == load_plan("baseline").digest()
    assert own().with_settings({"campaign.days": 50}).observers == own().observers
    Path("again.toml").write_text(own().resolved_toml(), encoding="utf-8")
    assert own("again.toml").digest() == own().digest()


@pytest.mark.parametrize(
    ("found", "put", "words"),
    [
        ('"unit": "share", "label_en": "Got', '"unit": "shares", "label_en": "Got', ["did you mean 'share'"]),
        (', "label_zh": "受赠人口比例"', "", ["gifts.py", "'label_zh' is missing"]),
        ('"got_gift": {', '"Got gift": {', ["gifts.py", "small letters"]),
        ('("Households of six or more", "六口及以上农户")', '"Large"', ["gifts.py", "Seen.groups.large", "a table"]),
        ("class Seen(Observer):", "class Seen:", ["gifts.py", "not an observer"]),
        ("class Seen(", "class Sees(", ["gifts.py", "did you mean 'Sees'"]),
        ("    def open(self", "    def __init__(self, n): pass\n    def open(self", ["gifts.py", "no arguments"]),
    ],
)
def test_what_is_declared_wrongly_is_said_before_anything_runs(
    place: Path, found: str, put: str, words: list[str]
) -> None:
    assert found in CODE
    Path("gifts.py").write_text(CODE.replace(found, put, 1), encoding="utf-8")
    with pytest.raises(UserError) as caught:
        own("plain.toml")
    assert all(word in str(caught.value) for word in words), caught.value


@pytest.mark.parametrize(
    ("found", "put", "words"),
    [
        ('{"got_gift": got', '{"gotgift": got', ["Seen.values", "did you mean 'got_gift'"]),
        ('"got_gift": got, ', "", ["Seen.values", "does not give 'got_gift'"]),
        ('"got_gift": got,', '"got_gift": got[:3],', ["Seen.results.got_gift", "found 3 of type bool"]),
        ('"got_gift": got,', '"got_gift": h["cash_yuan"] / 0.0,', ["Seen.results.got_gift", "finite"]),
        ('"got_gift": got,', '"got_gift": "yes",', ["Seen.results.got_gift", "must be a number"]),
        (">= 6}", "+ 6}", ["Seen.groups.large", "true or false"]),
        ("got_gift", "headcount", ["results.headcount", "of the model"]),
        ("large", "fifth_1", ["groups.fifth_1", "of the model"]),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_what_is_given_wrongly_ends_the_run_at_once(place: Path, found: str, put: str, words: list[str]) -> None:
    assert found in CODE
    Path("gifts.py").write_text(CODE.replace(found, put), encoding="utf-8")
    with pytest.raises(UserError) as caught:
        VillageModel(own("plain.toml"))
    assert all(word in str(caught.value) for word in words), caught.value


def test_two_observers_cannot_declare_one_name(place: Path) -> None:
    Path("gifts.py").write_text(CODE + "class Again(Seen):\n    pass\n", encoding="utf-8")
    with pytest.raises(UserError, match="two observers declare"):
        own("plain.toml", 'observers=["gifts:Seen", "gifts:Again"]')
    with pytest.raises(UserError, match="named twice"):
        own("plain.toml", 'observers=["gifts:Seen", "gifts:Seen"]')
