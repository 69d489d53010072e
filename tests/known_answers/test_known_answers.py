"""Every rule gives the answer that was worked out by hand, and every rule has one."""

from __future__ import annotations

import re
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from cases import ODD, Case, cases, differences, plain, rules, section, unworked, wrong_sums

CASES = cases()
RULES = rules()
EACH = pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.rule}: {case.title}") for case in CASES])


@EACH
def test_the_rule_gives_the_answer(case: Case) -> None:
    assert case.rule in RULES, f"there is no rule {case.rule}"
    assert differences(case, RULES[case.rule]) == []


@EACH
def test_the_work_is_right_and_leads_to_the_answer(case: Case) -> None:
    assert wrong_sums(case.work) == []
    assert unworked(case) == []


@EACH
def test_the_equation_stands_in_odd(case: Case) -> None:
    text = plain(section(case.under))
    assert [line for line in case.equation.strip().split("\n\n") if plain(line) not in text] == []


def test_every_rule_has_a_case() -> None:
    missing = sorted(set(RULES) - {case.rule for case in CASES})
    assert not missing, f"no worked example in tests/known_answers/*.toml: {', '.join(missing)}"


def test_odd_shows_an_example_of_every_rule_and_no_other() -> None:
    titles = [case.title for case in CASES]
    assert len(set(titles)) == len(titles)
    shown = re.findall(r"^- Worked example: (.+)\.$", ODD.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(set(shown)) == sorted(shown)
    assert set(shown) <= set(titles)
    assert {case.rule for case in CASES if case.title in shown} == set(RULES)
    for case in CASES:
        if case.title in shown:
            assert f"Worked example: {case.title}." in section(case.under), f"stands elsewhere than under {case.under}"


def test_a_month_has_its_parts_in_the_order_of_odd() -> None:
    _, _, text = section("3. Process overview").partition("A household's month, `household_month`, in its order:")
    order = [name for name in re.findall(r"`(\w+)`", text) if name in RULES]
    called: list[str] = []

    def part(name: str) -> float:
        called.append(name)
        return 0.0

    month = RULES["household_month"]
    with patch.dict(month.__globals__, {name: lambda *_, name=name: part(name) for name in order}):
        month(SimpleNamespace(income_year=[0.0] * 4), None, None, *[None] * 5)
    assert called == order and len(order) == 17
