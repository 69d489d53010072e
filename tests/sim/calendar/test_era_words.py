"""The words of an era: everything is written in those of the first, and put into those of the later one."""

from __future__ import annotations

import re

import pytest

from experiments.pages.words import Words, phrases
from sim.calendar.era import ERAS

FIRST, LATER = ERAS.values()


def test_words_agree_with_what_the_era_calls_things() -> None:
    pairs = [
        (FIRST.income, LATER.income),
        *((FIRST.words[key], LATER.words[key]) for key in FIRST.words),
    ]
    pairs += [(FIRST.categories[key], LATER.categories[key]) for key in FIRST.categories]
    assert [LATER.says(old.en) for old, _ in pairs] == [new.en for _, new in pairs]
    assert [LATER.says(old.zh) for old, _ in pairs] == [new.zh for _, new in pairs]


def test_a_capital_is_kept_and_the_longest_word_is_taken() -> None:
    assert (
        LATER.says("Headcount; the headcount") == "Share below the monitoring line; the share below the monitoring line"
    )
    assert LATER.says("多维贫困发生率") == "多维困难人口比例"
    assert FIRST.says("Headcount 贫困户") == "Headcount 贫困户"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("file", ["report", "report_drawn", "schedule"])
def test_nothing_of_a_report_keeps_a_word_that_the_era_never_uses(language: str, file: str) -> None:
    say = Words(language, file, era="2023")
    kept = [
        key
        for key in phrases(file)
        for word in LATER.never
        if word in say._era.says(getattr(phrases(file)[key], language))
    ]
    assert kept == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_terms_are_in_the_words_of_the_era(language: str) -> None:
    say = Words(language, "report", era="2023")
    assert say.term("indicator", "headcount") in ("Share below the monitoring line", "监测线以下人口比例")
    assert say.term("group", "registered") in ("Households lifted out of poverty", "脱贫户")
    assert not re.search("贫困户|poor household", say.term("choice", "registered"))
