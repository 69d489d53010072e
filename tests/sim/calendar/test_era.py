"""Eras are data: whatever asks for one finds all of it, and its words are its own."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from small_worlds import plan_of

import sim.model
from sim.calendar.era import ERAS, EraId, Name
from sim.core.errors import UserError
from sim.core.frozen import FrozenDict
from sim.model import VillageModel
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


def test_an_era_that_runs_has_its_line_among_the_parameters() -> None:
    known = load_parameters().values
    assert {era.id: era.line_series in known for era in ERAS.values()} == {
        era.id: era.runnable for era in ERAS.values()
    }


def test_what_may_run_is_what_the_data_say(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    plan = plan_of(tmp_path).model_copy(update={"era": "2023"})
    with pytest.raises(UserError, match=r"era '2023' cannot be run yet: the parameters are .* 2012; allowed: 2012$"):
        VillageModel(plan)
    told = {id_: replace(era, not_runnable="" if id_ == "2023" else "of no interest") for id_, era in ERAS.items()}
    monkeypatch.setattr(sim.model, "ERAS", FrozenDict(told))
    with pytest.raises(UserError, match=r"era '2012' cannot be run yet: of no interest; allowed: 2023$"):
        VillageModel(plan_of(tmp_path))
