"""Parameters: each has a unit, a range and a source; overrides stay in range."""

from __future__ import annotations

import datetime as dt
import json
import pickle
import re
from functools import partial
from pathlib import Path

import pytest
from scenario_fakes import PARAMETER
from typer.testing import CliRunner

import sim.parameters
import sim.scenario.plan as plan_module
from sim.core.errors import UserError
from sim.parameters import Parameters, load_parameters
from sim.scenario import load_plan
from sim.toml.source import Problems, each_problem


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "health.toml").write_text(PARAMETER, encoding="utf-8")
    return tmp_path


def load(folder: Path, **overrides: object) -> Parameters:
    return load_parameters(overrides, folder)


def test_values_and_table(folder: Path) -> None:
    parameters = load(folder)
    assert parameters.values == {"hospital_rate": 0.09, "bill_yuan": (1000.0, 5000.0)}
    assert all(type(number) is float for number in parameters.values["bill_yuan"])  # type: ignore[union-attr]
    first = parameters.table()[0]
    assert (first.key, first.unit, first.low, first.high) == (
        "health.hospital_rate",
        "share a year",
        0.05,
        0.15,
    )
    assert parameters.find("health.bill_yuan") is parameters.find("bill_yuan")


@pytest.mark.parametrize("name", ["hospital_rate", "health.hospital_rate"])
def test_override_by_either_name(folder: Path, name: str) -> None:
    before = load(folder)
    after = before.override({name: 0.1})
    assert (before.values["hospital_rate"], after.values["hospital_rate"]) == (0.09, 0.1)
    assert before.digest() != after.digest() == load(folder, hospital_rate=0.1).digest()


def test_override_a_list(folder: Path) -> None:
    assert load(folder, bill_yuan=[1, 2]).values["bill_yuan"] == (1.0, 2.0)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("hospital_rat", 0.1, r"unknown parameter 'hospital_rat' \(did you mean 'hospital_rate'\?\)"),
        ("health.hospital", 0.1, r"unknown parameter .* \(did you mean 'health.hospital_rate'\?\)"),
        (
            "hospital_rate",
            0.2,
            "health.hospital_rate: 0.2 is out of range; allowed: 0.05 to 0.15 share a year",
        ),
        ("hospital_rate", "much", "must be a number, found 'much'"),
        ("hospital_rate", True, "must be a number, found true"),
        ("hospital_rate", float("nan"), "out of range"),
        ("hospital_rate", [0.1], "must be one number, found a list of 1"),
        ("bill_yuan", 5, "must be a list of 2 numbers, found 5"),
        ("bill_yuan", [5, 9999], "out of range; allowed: 0 to 2000, 9000 yuan"),
    ],
)
def test_bad_override(folder: Path, name: str, value: object, message: str) -> None:
    with pytest.raises(UserError, match=message):
        load_parameters({name: value}, folder)


def test_override_twice_under_two_names(folder: Path) -> None:
    with pytest.raises(UserError, match=r"health\.hospital_rate: is overridden twice"):
        load_parameters({"hospital_rate": 0.1, "health.hospital_rate": 0.12}, folder)


def test_frozen_and_picklable(folder: Path) -> None:
    parameters = load(folder)
    with pytest.raises(TypeError):
        parameters.values["hospital_rate"] = 1.0
    with pytest.raises(AttributeError):
        parameters.entries = ()  # type: ignore[misc]
    again = pickle.loads(pickle.dumps(parameters))
    assert again == parameters
    assert pickle.loads(pickle.dumps(parameters.values)) == parameters.values


def entry(**changes: str) -> str:
    keys = {
        "value": "1",
        "unit": '"yuan"',
        "low": "0",
        "high": "2",
        "source": '"s"',
        "confidence": '"assumed"',
    }
    return "[price]\n" + "".join(f"{key} = {text}\n" for key, text in {**keys, **changes}.items() if text)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (entry(value="3"), 1, "price: value 3 is outside its range 0 to 2"),
        (entry(low="5"), 1, "price: low 5 is above high 2"),
        (entry(value="[1, 1]", low="[0]"), 1, "lists of the same length"),
        (entry(value="[]"), 1, "lists of the same length"),
        (entry(value="nan"), 2, "price.value: must be a finite number or a list, found nan"),
        (entry(value='"1"'), 2, "price.value: must be a number or a list, found '1'"),
        (entry(unit=""), 1, "price: 'unit' is missing"),
        (entry(confidence=""), 1, "price: 'confidence' is missing; allowed: measured, calibrated, assumed"),
        (entry(source='""'), 6, "price.source: must be text of at least 1 character"),
        (entry(confidence='"mesured"'), 7, r"found 'mesured' \(did you mean 'measured'\?\)"),
        (entry(nte='"x"'), 8, r"price: unknown key 'nte' \(did you mean 'note'\?\)"),
        ("price = 3\n", 1, "price: must be a table, found 3"),
        ('["a price"]\n' + entry().split("\n", 1)[1], 1, "'a price' must be a plain name"),
    ],
)
def test_bad_entry(tmp_path: Path, text: str, line: int, message: str) -> None:
    file = tmp_path / "market.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=message) as caught:
        load_parameters(folder=tmp_path)
    assert (caught.value.file, caught.value.line) == (str(file), line)


DATED = """\
[pension_yuan]
value = 55
unit = "yuan/person/month"
low = 50
high = 60
source = "rules"
confidence = "measured"
dated = [
    { from = 2014-07-01, value = 70, low = 65, high = 75, source = "a notice" },
    { from = 2018-01-01, value = 58, source = "another", confidence = "assumed" },
]

[line_yuan]
unit = "yuan"
low = [0, 0]
high = 9
source = "a council"
confidence = "measured"
dated = [{ from = 2010-01-01, value = [1, 2], source = "its paper" }]
"""


@pytest.fixture
def dated(tmp_path: Path) -> Path:
    (tmp_path / "old.toml").write_text(DATED, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        (None, (55, 50, 60, "rules", "measured")),
        (dt.date(2014, 6, 30), (55, 50, 60, "rules", "measured")),
        (dt.date(2014, 7, 1), (70, 65, 75, "a notice", "measured")),
        (dt.date(2017, 12, 31), (70, 65, 75, "a notice", "measured")),
        (dt.date(2018, 1, 1), (58, 50, 60, "another", "assumed")),
    ],
)
def test_the_value_in_force(dated: Path, day: dt.date | None, shown: tuple[object, ...]) -> None:
    known = load_parameters(folder=dated, on=day)
    one = known.find("pension_yuan")
    assert (one.value, one.low, one.high, one.source, one.confidence) == shown
    assert known.values == {"pension_yuan": shown[0], "line_yuan": (1.0, 2.0)}
    assert known == load_parameters(folder=dated).on(dt.date(2030, 1, 1)).on(day or dt.date(2012, 1, 1))
    assert [str(value.start) for value in one.dated] == ["None", "2014-07-01", "2018-01-01"]
    assert pickle.loads(pickle.dumps(known)) == known


def test_the_day_decides_what_is_hashed(dated: Path) -> None:
    days = (dt.date(2012, 1, 1), dt.date(2013, 1, 1), dt.date(2015, 1, 1))
    first, same, other = (load_parameters(folder=dated, on=day).digest() for day in days)
    assert first == same != other


def test_before_the_first_value_there_is_none(dated: Path) -> None:
    with pytest.raises(UserError, match=r"old.line_yuan: has no value on 2009-12-31; allowed: 2010-01-01 or later"):
        load_parameters(folder=dated, on=dt.date(2009, 12, 31))


def test_an_override_replaces_the_value_in_force(dated: Path) -> None:
    day = dt.date(2015, 1, 1)
    found = load_parameters({"pension_yuan": 66}, dated, on=day)
    assert found.values["pension_yuan"] == 66
    assert found.on(dt.date(2019, 1, 1)).values["pension_yuan"] == 66
    with pytest.raises(UserError, match="55 is out of range; allowed: 65 to 75"):
        load_parameters({"pension_yuan": 55}, dated, on=day)
    elsewhere = load_parameters({"pension_yuan": 74}, dated, place={"pension_yuan": 400, "line_yuan": [8, 7]}, on=day)
    assert elsewhere.values == {"pension_yuan": 74.0, "line_yuan": (8.0, 7.0)}


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("{ from = 2014-07-01, value = 3, source = 's' }", 1, "price: from 2014-07-01: value 3 is outside its range"),
        ("{ from = 2014-07-01, value = 3, high = 2.5, source = 's' }", 1, "outside its range 0 to 2.5"),
        ("{ from = 2014-07-01, value = 1 }", 8, "price.dated.0: 'source' is missing"),
        ("{ value = 1, source = 's' }", 8, "price.dated.0: 'from' is missing"),
        ("{ frm = 2014-07-01, value = 1, source = 's' }", 8, r"unknown key 'frm' \(did you mean 'from'\?\)"),
        ("{ from = 2014, value = 1, source = 's' }", 8, "price.dated.0.from: must be a date such as"),
        ("{ from = 2014-07-01, value = 1, source = '' }", 8, "source: must be text of at least 1 character"),
        (
            "{ from = 2014-07-01, value = 1, source = 's' }, { from = 2014-07-01, value = 2, source = 's' }",
            1,
            "price: from 2014-07-01: does not come after 2014-07-01; give each day once, in order",
        ),
        ("{ from = 2014-07-01, value = [1, 1], source = 's' }", 1, "as many numbers are wanted as before"),
    ],
)  # fmt: skip
def test_bad_dated_value(tmp_path: Path, text: str, line: int, message: str) -> None:
    file = tmp_path / "market.toml"
    file.write_text(entry(dated=f"[{text}]"), encoding="utf-8")
    with pytest.raises(UserError, match=message) as caught:
        load_parameters(folder=tmp_path)
    first = each_problem(caught.value)[0]
    assert (first.file, first.line) == (str(file), line)


def test_a_parameter_without_any_value(tmp_path: Path) -> None:
    (tmp_path / "market.toml").write_text(entry(value=""), encoding="utf-8")
    with pytest.raises(UserError, match="price: 'value' is missing, and no dated value stands in for it"):
        load_parameters(folder=tmp_path)


def test_dates_are_shown(dated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.commands.parameters import app
    from experiments.generated import doc_tables

    monkeypatch.setattr(sim.parameters, "load_parameters", lambda: load_parameters(folder=dated))
    shown = CliRunner().invoke(app, ["list", "pension"]).output
    assert "old.pension_yuan = 55 yuan/person/month; range 50 to 60; measured\n    rules\n" in shown
    assert "    from 2014-07-01: 70; range 65 to 75; measured\n        a notice\n" in shown
    (told,) = json.loads(CliRunner().invoke(app, ["list", "pension", "--json"]).output)
    assert [(one["start"], one["value"]) for one in told["dated"]] == [
        (None, 55),
        ("2014-07-01", 70),
        ("2018-01-01", 58),
    ]
    monkeypatch.setattr(doc_tables, "load_parameters", lambda: load_parameters(folder=dated))
    assert "| `pension_yuan` | 55; 70 from 2014-07-01; 58 from 2018-01-01 |" in doc_tables.table("parameters")


def test_a_run_takes_the_values_of_its_first_day(dated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_module, "load_parameters", partial(load_parameters, folder=dated))
    plan = load_plan("baseline", ["world.profile=five_villages", "world.villages=5"])
    assert plan.parameters().values["pension_yuan"] == 55
    later = plan.with_settings({"campaign.start": dt.date(2014, 12, 24)})
    assert later.parameters().values["pension_yuan"] == 70


def test_a_name_belongs_to_one_topic(folder: Path) -> None:
    (folder / "money.toml").write_text("\n" + PARAMETER, encoding="utf-8")
    with pytest.raises(Problems) as caught:
        load(folder)
    assert [problem.line for problem in caught.value.problems] == [2, 10]
    assert "'hospital_rate' already stands in" in str(caught.value)


def test_shipped_parameters_load() -> None:
    parameters = load_parameters()
    assert len(parameters.values) == len(parameters.table())


def test_every_parameter_has_a_name_of_its_own_in_both_languages() -> None:
    table = load_parameters().table()
    for names in ({e.name: e.label_en for e in table}, {e.name: e.label_zh for e in table}):
        assert all(names.values()), [name for name, label in names.items() if not label]
        assert len(set(names.values())) == len(names)
    for entry in table:
        assert entry.label_en.isascii() and len(entry.label_en) <= 60, entry.key
        assert not entry.label_zh.isascii() and len(entry.label_zh) <= 24, entry.key


def _numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:\.\d+)?", re.sub(r"(?<=\d),(?=\d{3})", "", text)))


def test_every_source_is_given_in_chinese_with_the_same_numbers() -> None:
    for entry in load_parameters().table():
        for held in entry.dated or (entry,):
            assert not held.source_zh.isascii(), f"{entry.key}: a source in Chinese is missing"
            assert _numbers(held.source) == _numbers(held.source_zh), f"{entry.key}: {held.source} | {held.source_zh}"


def test_the_typed_list_of_parameters_is_up_to_date() -> None:
    from experiments.generated.typed_parameters import TARGET, source

    assert TARGET.read_text(encoding="utf-8") == source(load_parameters()), "run its module"
