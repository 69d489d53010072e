"""Every key of a TOML file is found on its line."""

from __future__ import annotations

import pickle
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from sim.core.errors import UserError
from sim.toml.source import KeyPath, Problems, key_lines, meant, raise_all, read_toml, show

TEXT = '''\
# a comment with [brackets] and "quotes"
title = { en = "a # b", zh = "乙" }
days = 3 # trailing
when = 2012-12-24 10:00:00
"quoted.key" = 1
a.b . "c d" = 'literal = x'
list = [
  1, # one
  [2, 3],
  { x = 1, y = [
    4,
  ] },
]
text = """
[not.a.table]
key = "no"
quotes ""\\""" ok"""
raw = \'\'\'
[[no]]\'\'\'

[world]
villages = 2
[world.deep.er]
z = -1.5e3

[[policies]]
kind = "visits"
[policies.nested]
q = true

[[policies]]
kind = "credit"
[[policies.parts]]
id = 1
[[policies.parts]]
id = 2
'''

EXPECTED: dict[KeyPath, int] = {
    ("title",): 2,
    ("title", "zh"): 2,
    ("days",): 3,
    ("when",): 4,
    ("quoted.key",): 5,
    ("a", "b"): 6,
    ("a", "b", "c d"): 6,
    ("list",): 7,
    ("list", 0): 8,
    ("list", 1, 1): 9,
    ("list", 2, "x"): 10,
    ("list", 2, "y", 0): 11,
    ("text",): 14,
    ("raw",): 18,
    ("world",): 21,
    ("world", "villages"): 22,
    ("world", "deep", "er"): 23,
    ("world", "deep", "er", "z"): 24,
    ("policies", 0): 26,
    ("policies", 0, "kind"): 27,
    ("policies", 0, "nested", "q"): 29,
    ("policies", 1): 31,
    ("policies", 1, "kind"): 32,
    ("policies", 1, "parts", 0, "id"): 34,
    ("policies", 1, "parts", 1, "id"): 36,
}


def paths(value: Any, at: KeyPath = ()) -> list[KeyPath]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, item in items for found in ((*at, key), *paths(item, (*at, key)))]


def test_lines_of_every_construction() -> None:
    lines = key_lines(TEXT)
    assert {path: lines.get(path) for path in EXPECTED} == EXPECTED
    assert set(paths(tomllib.loads(TEXT))) <= set(lines)


def test_windows_line_ends(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(b"\xef\xbb\xbfa = 1\r\n\r\nb = 2\r\n")
    source = read_toml(file)
    assert (source.data, source.place(("b",)).line) == ({"a": 1, "b": 2}, 3)


scalars = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.booleans(),
    st.dates(),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
)
keys = st.one_of(st.from_regex(r"[A-Za-z0-9_-]{1,4}", fullmatch=True), st.text("a.\"'#[]= \\乙\n", max_size=4))
documents = st.dictionaries(
    keys,
    st.recursive(
        scalars,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=3)),
        max_leaves=8,
    ),
    max_size=4,
)


@given(documents, st.booleans())
def test_every_key_of_any_document_has_a_line(document: dict[str, Any], multiline: bool) -> None:
    text = tomli_w.dumps(document, multiline_strings=multiline)
    lines = key_lines(text)
    assert set(paths(tomllib.loads(text))) <= set(lines)
    rows = text.split("\n")
    for path in paths(document):
        plain = path[-1]
        if isinstance(plain, str) and plain.isalnum() and plain.isascii():
            assert plain in rows[lines[path] - 1]


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"a = 1\nb = = 2\n", 2, "is not valid TOML: Invalid value"),
        (b"a = 1\na = 2\n", 2, "is not valid TOML"),
        (b"a = 1\nb = [1,\n", 2, "is not valid TOML"),
        (b"a = 1\n\nb = 2012-13-45\n", 3, "is not valid TOML"),
        (b"a = 1\n# \xb2\xe2\n", 2, "is not UTF-8"),
        (b"a = " + b"[" * 5000, None, "nested too deeply"),
    ],
)
def test_broken_files(tmp_path: Path, content: bytes, line: int | None, message: str) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(content)
    with pytest.raises(UserError, match=message) as caught:
        read_toml(file)
    assert (caught.value.file, caught.value.line) == (file, line)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        read_toml(tmp_path / "none.toml")
    with pytest.raises(UserError, match="is a folder"):
        read_toml(tmp_path)


def test_problems_together() -> None:
    with pytest.raises(UserError) as one:
        raise_all([UserError("a", file="f", line=1)])
    assert not isinstance(one.value, Problems)
    with pytest.raises(Problems) as both:
        raise_all([UserError("a", file="f", line=1), UserError("b", file="f", line=2, mend="c")])
    assert str(both.value) == "f:1: a\nf:2: b (c)"
    again = pickle.loads(pickle.dumps(both.value))
    assert (str(again), len(again.problems)) == (str(both.value), 2)


def test_hints() -> None:
    assert meant("quota_yaun", ["quota_yuan", "kind"]) == {"mend": "did you mean 'quota_yuan'?"}
    assert meant("xyz", ["b", "a"]) == {"allowed": "a, b"}
    assert [show(value) for value in (True, "x", [1], {}, 2.5)] == [
        "true",
        "'x'",
        "a list of 1",
        "a table",
        "2.5",
    ]
