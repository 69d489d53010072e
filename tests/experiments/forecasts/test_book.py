"""A sealed record cannot be changed, moved, added or taken out unnoticed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.forecasts.book import FIRST, read_book, writing
from sim.core.errors import UserError

DAY = dt.date(2030, 1, 2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "sub" / "book.jsonl"
    with writing(path) as book:
        for number in range(3):
            book.add("result", {"estimate": number + 0.1, "说明": "预测"}, DAY)
    return path


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines(keepends=True)


def test_what_is_sealed_is_read_back(path: Path) -> None:
    book = read_book(path)
    assert [(one.number, one.date, one.content["estimate"]) for one in book.records] == [
        (1, DAY, 0.1),
        (2, DAY, 1.1),
        (3, DAY, 2.1),
    ]
    assert book.last == book.records[2].digest != FIRST
    assert read_book(path.with_name("none.jsonl")).last == FIRST


def changed(old: str, new: str) -> Callable[[list[str]], list[str]]:
    return lambda text: [text[0], text[1].replace(old, new), text[2]]


@pytest.mark.parametrize(
    ("change", "number"),
    [
        (changed("1.1", "1.2"), 2),
        (changed("2030-01-02", "2029-01-02"), 2),
        (changed('"result"', '"forecast"'), 2),
        (changed('{"estimate": 1.1', '{"estimate": 9.9, "estimate": 1.1'), 2),
        (changed("1.1", "1.10"), 2),
        (changed("{", "["), 2),
        (lambda text: [text[0], text[2]], 2),
        (lambda text: [text[1], text[0], text[2]], 1),
        (lambda text: [*text, text[2]], 4),
    ],
)
def test_a_change_is_noticed_and_nothing_is_added(
    path: Path, change: Callable[[list[str]], list[str]], number: int
) -> None:
    path.write_text("".join(change(lines(path))), encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(UserError, match=f"record {number} is not as it was sealed"):
        read_book(path)
    with pytest.raises(UserError, match=f"record {number} is not as it was sealed"), writing(path) as book:
        book.add("result", {})
    assert path.read_bytes() == before


def test_a_change_with_a_new_digest_breaks_the_next_record(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    with writing(other) as book:
        book.add("result", {"estimate": 0.1, "说明": "预测"}, DAY)
        book.add("result", {"estimate": 5.0}, DAY)
    path.write_text("".join([lines(other)[0], lines(other)[1], lines(path)[2]]), encoding="utf-8")
    with pytest.raises(UserError, match="record 3 is not as it was sealed"):
        read_book(path)


def test_a_seal_that_was_cut_short_is_no_record(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    assert len(read_book(path).records) == 2
    with writing(path) as book:
        book.add("result", {"estimate": 2.1, "说明": "预测"}, DAY)
    assert path.read_bytes() == whole
    assert json.loads(lines(path)[-1])["previous"] == read_book(path).records[1].digest
