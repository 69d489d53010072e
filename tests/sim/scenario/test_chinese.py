"""Chinese kinds and values in scenario files and settings say the same as the English ones, at the same places."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.core.errors import UserError
from sim.policies import registry
from sim.scenario import load_plan
from sim.scenario.chinese import english
from sim.scenario.measure_words import choices, kinds

ENGLISH = """
title = { en = "Two", zh = "两项" }
era = "2012"
extends = "baseline"
drop = ["visits"]
closure = "fixed"
[[policies]]
kind = "microcredit"
channel = "women"
priority = "poorest"
[[policies]]
kind = "industry"
line = "livestock"
[[purses]]
id = "stock"
title_en = "Stock"
title_zh = "养殖"
amount_yuan = 1_000_000
uses = ["industry", "relief"]
"""
WORDS = {
    '"visits"': '"入户走访"', '"fixed"': '"不计入"', '"microcredit"': '"小额信贷"', '"women"': '"妇女小额担保贷款"',
    '"poorest"': '"最贫困户"', '"industry"': '"产业扶持"', '"livestock"': '"养殖"', '"relief"': '"救助"',
}  # fmt: skip


def write(folder: Path, text: str) -> Path:
    path = folder / "two.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_in_chinese_is_the_same_plan(tmp_path: Path) -> None:
    in_chinese = ENGLISH
    for word, zh in WORDS.items():
        in_chinese = in_chinese.replace(word, zh)
    assert in_chinese != ENGLISH
    plan = load_plan(write(tmp_path, in_chinese))
    assert plan.digest() == load_plan(write(tmp_path, ENGLISH)).digest()
    assert plan.purses[-1].title_zh == "养殖"  # a title is no word of a list


def test_settings_take_chinese_too() -> None:
    said = ["policies.小额信贷.channel=村级互助资金", "closure=不计入"]
    meant = ["policies.microcredit.channel=village_fund", "closure=fixed"]
    assert load_plan("microcredit", said).digest() == load_plan("microcredit", meant).digest()


def test_an_unknown_word_is_refused_where_it_stands(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"two\.toml:9: .*'women'.*妇女贷款"):
        load_plan(write(tmp_path, ENGLISH.replace('"women"', '"妇女贷款"')))


@pytest.mark.parametrize("kind", registry())
def test_every_choice_has_one_meaning(kind: str) -> None:
    assert english(("kind",), kinds()[kind]) == (("kind",), kind)
    for key in registry()[kind].Settings.model_fields:
        for word, zh in choices(registry()[kind], key).items():
            assert english((key,), zh) == ((key,), word)
