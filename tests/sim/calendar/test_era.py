"""Eras are data: whatever asks for one finds all of it, and its words are its own."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import get_args

from sim.calendar.era import ERAS, EraId, Name
from sim.parameters import load_parameters


def names(era: str) -> list[Name]:
    one = ERAS[era]  # type: ignore[index]
    return [one.name, one.income, one.line, *one.categories.values(), *one.words.values()]


def test_every_id_has_an_era_and_every_era_its_days() -> None:
    assert get_args(get_args(EraId)[0]) == tuple(ERAS)
    assert all(era.first < era.last for era in ERAS.values())
    for before, after in pairwise(ERAS.values()):
        assert before.last + dt.timedelta(days=1) == after.first


def test_all_is_named_in_both_languages() -> None:
    for era in ERAS:
        for name in names(era):
            assert name.en and name.en.isascii() and name.zh and not name.zh.isascii(), name


def test_nobody_is_called_poor_after_2020() -> None:
    later = ERAS["2023"]
    assert "贫困户" in later.never
    for word in later.never:
        assert not [name for name in names("2023") if word in name.en or word in name.zh], word
        assert [name for name in names("2012") if word in name.en or word in name.zh], f"{word} is refused for nothing"


def test_eras_are_told_alike_by_the_same_keys() -> None:
    first, later = ERAS.values()
    assert first.words.keys() == later.words.keys()
    assert first.categories.keys() <= later.categories.keys()


def test_every_era_has_its_line_among_the_parameters() -> None:
    known = load_parameters().values
    assert all(era.line_series in known for era in ERAS.values())
