"""Rules of the user's own: what a plan with them is, what its runs give, and how what cannot run is refused."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from small_worlds import FIVE

from sim.core.errors import UserError
from sim.core.replay import ReplayedError
from sim.model import VillageModel
from sim.month import live_month
from sim.running import run
from sim.scenario import Plan, load_plan
from sim.scenario.comparable import check_comparable

CAREFUL = """
from sim.economy import investment
from terms import LEAST_YUAN


def careful(h, v, p, today, till):
    if h.cash_yuan > LEAST_YUAN * h.persons:
        investment.invest(h, v, p, today, till)
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plain.toml").write_text(FIVE, encoding="utf-8")
    (tmp_path / "own.toml").write_text(f'{FIVE}[rules]\ninvest = "mine:careful"\n', encoding="utf-8")
    (tmp_path / "mine.py").write_text(CAREFUL)
    (tmp_path / "terms.py").write_text("LEAST_YUAN = 2000.0\n")
    return tmp_path


def own() -> Plan:
    return load_plan("own.toml", code=["mine.py"])


def test_a_rule_of_ones_own_acts_from_the_opening_year_on_and_in_both_engines(place: Path) -> None:
    by_rows = run(own(), 3)
    by_agents = run(own(), 3, engine="agents")
    shipped = run(load_plan("plain.toml"), 3)
    assert by_rows.records["value"].tobytes() == by_agents.records["value"].tobytes()
    for month in (0, 12):
        with_it, without = (result.value("panel", "income_yuan", month=month) for result in (by_rows, shipped))
        assert with_it != without
    assert by_rows.audit < 1e-12


def test_an_edit_is_another_plan_and_another_result_wherever_it_is_made(place: Path) -> None:
    before = own()
    result = run(before, 3).value("panel", "income_yuan", month=12)
    (place / "terms.py").write_text("LEAST_YUAN = 0.0\n")
    after = own()
    assert before.digest() != after.digest()
    assert run(after, 3).value("panel", "income_yuan", month=12) != result
    assert run(before, 3).value("panel", "income_yuan", month=12) == result
    assert [file.name for file in after.code_files()] == ["mine.py", "terms.py"]
    (place / "other.py").write_text("LEAST_YUAN = 1.0\n")
    assert own() == after  # what is not imported counts for nothing


def test_a_plan_with_rules_is_written_and_pickled_whole(place: Path) -> None:
    plan = own()
    (place / "again.toml").write_text(plan.resolved_toml(), encoding="utf-8")
    assert load_plan("again.toml", code=["mine.py"]).digest() == plan.digest()
    assert pickle.loads(pickle.dumps(plan)) == plan
    assert plan.with_settings({"campaign.days": 50}).rules == plan.rules
    with pytest.raises(UserError, match="rules"):
        check_comparable([plan, load_plan("plain.toml")])


def test_live_month_goes_by_the_rules_of_the_run(place: Path) -> None:
    (place / "mine.py").write_text("def careful(h, v, p, today, till):\n    h.cash_yuan = 7.0\n")
    with VillageModel(own()) as model:
        model.step()
        household = model.agents[0]
        live_month(household)
        assert household.cash_yuan == 7.0


@pytest.mark.parametrize(
    ("code", "rules", "words"),
    [
        (CAREFUL, 'invests = "mine:careful"', ["own.toml:8", "did you mean 'invest'"]),
        (CAREFUL, 'invest = "mine:carefull"', ["mine.py", "did you mean 'careful'"]),
        (CAREFUL, 'invest = "mine"', ["own.toml:8", "module:"]),
        (CAREFUL, 'invest = "yours:careful"', ["own.toml:8", "--code yours.py"]),
        ("def careful(h, v, p, till): pass", 'invest = "mine:careful"', ["mine.py:1", "(h, v, p, today, till)"]),
        ("def careful(h:", 'invest = "mine:careful"', ["mine.py:1", "cannot be loaded"]),
        ("import parts\ndef careful(h, v, p, today, till): pass", 'invest = "mine:careful"', ["mine.py:1", "package"]),
    ],
)
def test_what_is_no_rule_is_refused_with_its_place(place: Path, code: str, rules: str, words: list[str]) -> None:
    (place / "parts").mkdir()
    (place / "parts" / "__init__.py").touch()
    (place / "mine.py").write_text(code)
    (place / "own.toml").write_text(f"{FIVE}[rules]\n{rules}\n", encoding="utf-8")
    with pytest.raises(UserError) as caught:
        own()
    assert all(word in str(caught.value) for word in words)


@pytest.mark.parametrize(
    ("body", "error", "words"),
    [
        ("    h.cash_yuan += twice(1.0)", UserError, ["mine.py:5", "@rule"]),
        ("    h.cash_yuan = [str(h.cash_yuan)]", UserError, ["mine.py:5", "cannot be compiled"]),
        ("    h.cash += 1.0", ReplayedError, ["mine.py:5", "'cash'", "Household"]),
        ("    h.cash_yuan += 1.0 / (h.persons - h.persons)", ReplayedError, ["mine.py:5", "ZeroDivisionError"]),
    ],
)
def test_what_does_not_compile_or_fails_is_said_with_file_and_line(
    place: Path, body: str, error: type[Exception], words: list[str]
) -> None:
    head = "def twice(x):\n    return x + x\n\ndef careful(h, v, p, today, till):\n"
    (place / "mine.py").write_text(head + body + "\n")
    with pytest.raises(error) as caught:
        run(own(), 3)
    assert all(word in str(caught.value) for word in words)
