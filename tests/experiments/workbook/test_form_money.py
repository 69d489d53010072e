"""Purses and words of the form: what is too little or misspelt is said at its cell, and every option is Chinese."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from test_form import form, put, saved

from sim.core.errors import UserError
from sim.policies import registry
from sim.scenario import load_plan, load_plans
from sim.scenario.doubts import doubts_of
from sim.scenario.measure_words import choices
from sim.workbook.layout import words

__all__ = ["form"]


def test_money_that_is_too_little_or_of_no_use_is_said_with_its_cell(tmp_path: Path, form: bytes) -> None:
    def change(book: Any) -> None:
        put(book, "资金", "妇女小额担保贷款额度", "金额", 50)
        put(book, "资金", "担保公司担保基金", "可用于1", "危房改造")

    path = saved(tmp_path, form, change)
    doubts = doubts_of(load_plan(f"{path}#mix"))
    assert [one.zh.split("；")[0] for one in doubts] == [
        "小额信贷共安排1,880万元，可用资金只有50万元：“妇女小额担保贷款额度”（填报表.xlsx [资金!D6]）",
        "资金“担保公司担保基金”（填报表.xlsx [资金!F10]）的用途“危房改造”不是任何措施，这笔钱用不到这上面",
    ]
    assert "18,800,000 yuan are planned" in doubts[0].en and "holds 500,000" in doubts[0].en


@pytest.mark.parametrize("use", ["贷款贴习", "interest_subsidi"])
def test_a_misspelt_use_is_refused_at_its_cell(tmp_path: Path, form: bytes, use: str) -> None:
    path = saved(tmp_path, form, lambda book: put(book, "资金", "妇女小额担保贷款贴息资金", "可用于1", use))
    with pytest.raises(UserError) as caught:
        load_plans([path])
    meant = "interest_subsidy" if use.isascii() else "贷款贴息"
    text = caught.value.text()
    assert f"{path} [资金!F9]：没有“{use}”这种用途 / " in text and f"did you mean '{meant}'?" in text


def test_every_option_of_the_form_is_chinese_and_english_is_read_as_well(tmp_path: Path, form: bytes) -> None:
    book = load_workbook(io.BytesIO(form))
    offered = [str(cell.value) for column in book["选项"].columns for cell in column if cell.value is not None]
    assert len(offered) > 100 and not [text for text in offered if re.search("[A-Za-z]", text)]
    for kind, policy in registry().items():
        for name in policy.Settings.model_fields:
            chosen = choices(policy, name)
            assert len(set(chosen.values())) == len(chosen), (kind, name)
            assert not [word for word in chosen.values() if re.search("[A-Za-z]", word)], (kind, name)

    def change(sheets: Any) -> None:
        for row, kind, sort in ((20, "registration", "vote"), (21, "重新识别建档", "公式测算")):
            for column, value in enumerate((f"识别{row}", kind, sort), 1):
                sheets["措施"].cell(row, column).value = value
        put(sheets, "方案", "mix", "措施2", "识别20")
        put(sheets, "方案", "baseline", "措施2", "识别21")
        put(sheets, "资金", "培训专项资金", "可用于2", "重新识别建档")

    plans = {plan.id: plan for plan in load_plans([saved(tmp_path, form, change)])}
    method = {name: plans[name].policies[1].settings.model_dump()["method"] for name in ("mix", "baseline")}
    assert method == {"mix": "vote", "baseline": "formula"}
    assert "registration" in next(purse.uses for purse in plans["mix"].purses if purse.id == "training_funds")


def test_what_a_purse_may_pay_for_has_a_chinese_word_in_the_form() -> None:
    assert {kind for kind, policy in registry().items() if policy.from_purses} <= set(words("use"))
