"""What no input may hold is refused by its place: in files, in settings, in what Python gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.core.errors import UserError
from sim.core.text import printable, refused_character
from sim.scenario import load_plan
from sim.scenario.settings import given_settings, read_setting
from sim.toml.source import parse_toml
from sim.toml.values import DEEPEST, unfit

UNSEEN = ["\x00", "\x07", "\x1b", "\x7f", "\x9b", "\u200e", "\u2028", "\u202e", "\u2066"]


@pytest.mark.parametrize("character", UNSEEN)
def test_characters_that_show_nothing_are_refused(character: str) -> None:
    code = f"U+{ord(character):04X}"
    written = f"\\u{ord(character):04x}"
    for text, line in ((f'a = 1\nb = ["x", "y{written}"]', 2), (f'[t]\n"k{written}" = 1', 1)):
        with pytest.raises(UserError, match=rf"f.toml:{line}: .*the character {code.replace('+', '[+]')}"):
            parse_toml(Path("f.toml"), text)
    assert refused_character(f"a{character}b") == code and printable(f"a{character}") == f"a<{code}>"
    with pytest.raises(UserError) as refused:
        read_setting(f"title.en=a{character}b")
    assert code in str(refused.value) and character not in str(refused.value)


def test_what_people_write_is_allowed() -> None:
    text = 'title = "Crédit – 信贷（试点）\\t½ 👩\u200d🌾"\nnote = """\nline\nline\n"""'
    assert parse_toml(Path("f.toml"), text).data["note"] == "line\nline\n"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("9" * 5000, "a whole number has thousands of digits"),
        ("0x" + "f" * 5000, "a whole number of 20000 bits"),
        ("9223372036854775808", "a whole number of 64 bits; at most 64 are allowed"),
        ("1e300", r"1e\+300 is beyond what any input can mean"),
        ("[" * 30 + "]" * 30, "nested too deeply"),
        ("[" * 5000 + "]" * 5000, "nested too deeply"),
    ],
)
def test_numbers_and_nesting_without_bounds(value: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        parse_toml(Path("f.toml"), f"a = {value}")


def test_long_dotted_keys_and_large_files_are_refused_at_once() -> None:
    for text in ("a." * 400_000 + "b = 1", '"a" . ' * 100_000 + "b = 1", "[" + "a." * 300 + "b]"):
        with pytest.raises(UserError, match="nested too deeply"):
            parse_toml(Path("f.toml"), text)
    with pytest.raises(UserError, match=r"too large \(1,000,001 characters\)"):
        parse_toml(Path("f.toml"), "#" * 1_000_001)
    assert parse_toml(Path("f.toml"), "a.b.c.d = 1\ne = '" + "x." * 5000 + "'").data


@pytest.mark.parametrize("setting", ["a." * 5000 + "b=1", "a=" + "[" * 5000, "a=" + "9" * 6000, "title.en=1e300"])
def test_settings_are_held_to_the_same(setting: str) -> None:
    with pytest.raises(UserError) as refused:
        load_plan("baseline", [setting])
    assert len(str(refused.value)) < 2000


@pytest.mark.parametrize("value", [2**63, 1e16, "a\x1b", {"a": ["\x00"]}])
def test_values_from_python_too(value: Any) -> None:
    with pytest.raises(UserError, match=r"setting world.villages"):
        given_settings({"world.villages": value})


def test_depth_is_counted_without_recursion() -> None:
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    (found,) = unfit(deep)
    assert len(found[0]) == DEEPEST


def test_file_names_that_steer_a_terminal(tmp_path: Path) -> None:
    for name in ("a\x1b[2J.toml", "a\nb.toml"):
        (tmp_path / name).write_text('extends = "baseline"\n', encoding="utf-8")
        with pytest.raises(UserError, match="the name of this file holds the character U"):
            load_plan(tmp_path / name)


@pytest.mark.parametrize("key", ["title.en", "title.zh"])
def test_a_title_stands_in_one_line(key: str) -> None:
    with pytest.raises(UserError, match=f"{key}: must stand in one line"):
        load_plan("baseline").with_settings({key: "a\nb"})
