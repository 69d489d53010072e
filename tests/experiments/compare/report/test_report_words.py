"""Both languages have every word, with the same blanks; every word asked for is there."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import experiments.compare.report
from experiments.compare.report.text import TEXT
from experiments.compare.report.text_drawn import DRAWN
from experiments.pages.terms import TERMS
from experiments.pages.units import UNITS_ZH, unit_zh
from sim.parameters import load_parameters

ROOT = Path(experiments.compare.report.__file__).parent


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_with_the_same_blanks() -> None:
    for key, (english, chinese) in [*TEXT.items(), *DRAWN.items()]:
        assert english.strip() and chinese.strip(), key
        assert blanks(english) == blanks(chinese), key
        assert not any(ord(c) > 0x2E7F for c in english), key
        assert english == chinese or any(ord(c) > 0x2E7F for c in chinese), key


def test_terms_have_both_languages() -> None:
    for kind, terms in TERMS.items():
        for name, (english, chinese) in terms.items():
            assert bool(english) == bool(chinese), (kind, name)
            assert not any(ord(c) > 0x2E7F for c in english), (kind, name)


def test_the_words_a_county_does_not_use_are_absent() -> None:
    texts = [*TEXT.values(), *DRAWN.values()]
    every = " ".join(pair[1] for pair in texts) + " ".join(p[1] for t in TERMS.values() for p in t.values())
    every += " ".join(entry.label_zh for entry in load_parameters().table()) + " ".join(UNITS_ZH.values())
    for word in ("懒", "最佳", "运气", "腐败", "最优"):
        assert word not in every


def asked_for() -> set[str]:
    """Keys in `say("...")` and in lists of keys handed to it."""
    found = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Attribute | ast.Name):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
                first = node.args[0]
                if name in ("say", "both") and isinstance(first, ast.Constant):
                    found.add(str(first.value))
    return found


def test_every_sentence_asked_for_exists() -> None:
    assert asked_for() <= set(TEXT) | set(DRAWN)


def test_every_unit_of_a_parameter_has_a_chinese_name() -> None:
    units = {entry.unit for entry in load_parameters().table()}
    assert units <= set(UNITS_ZH), "name it in experiments/pages/units.py"
    assert all(any(ord(c) > 0x2E7F for c in unit_zh(unit)) for unit in units)
    assert unit_zh("furlongs") == "furlongs"
