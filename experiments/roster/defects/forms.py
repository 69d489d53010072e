"""Cells that are not what their column holds: words that no list knows, text for numbers, dates in four forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import numpy as np

from experiments.roster.defects.kinds import Ask, Hit, defect
from experiments.roster.fields import fields
from experiments.roster.table import Mask, Table
from experiments.roster.values import EMPTY, UNKNOWN, nearest

_AMOUNTS = ("count", "yuan", "mu", "metres", "km", "months", "year")
_KEPT_TOGETHER = ("id", "key", "phone", "name")
_WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ]")
_NAME = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff〇·•．]{2,}")
_LONE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffd]")


def of_kinds(table: Table, *kinds: str) -> list[str]:
    """The fields of a table that hold one of these kinds."""
    return [name for name in table.columns if fields()[name].kind in kinds]


def where(table: Table, names: Iterable[str], ask: Callable[[str], bool]) -> list[Hit]:
    """Rows whose cell is odd (`Column.odd`) and answers yes, column by column."""
    return [Hit(name, np.flatnonzero(table[name].each_odd(ask))) for name in names]


def _words(table: Table, kind: str) -> list[Hit]:
    """Rows whose cell is in no list, with the word that it most resembles."""
    hits = []
    for name in of_kinds(table, kind):
        column = table[name]
        rows = np.flatnonzero(column.choices == UNKNOWN)
        if len(rows):
            near = {code: nearest(column.cells[code], kind) for code in np.unique(column.codes[rows]).tolist()}
            said = tuple(near[code] or "—" for code in column.codes[rows].tolist())
            hits.append(Hit(name, rows, said))
    return hits


def _enter_words() -> None:
    for kind, zh, en in (
        ("relation", "与户主关系", "relation to the head"),
        ("sex", "性别", "sex"),
        ("schooling", "文化程度", "schooling"),
        ("pupil", "在校生状况", "school attended"),
        ("health", "健康状况", "state of health"),
        ("skill", "劳动技能", "ability to work"),
        ("cause", "致贫原因", "cause of poverty"),
        ("attribute", "户属性", "category in the register"),
        ("status", "脱贫属性", "value for having left poverty"),
        ("household_kind", "户类型", "kind of household"),
        ("monitored", "监测对象类别", "monitored category"),
        ("risk", "致贫返贫风险", "risk"),
        ("risk_how", "风险消除方式", "way of removing a risk"),
        ("yes_no", "是否类栏目", "answer: yes or no"),
    ):
        defect(
            f"{kind}_unknown",
            "error",
            f"填写内容不在“{zh}”的选项中；最接近的选项：{{detail}}。",
            f"This is no {en} that the system knows; the nearest: {{detail}}.",
        )(lambda table, ask, kind=kind: _words(table, kind))  # type: ignore[misc]


_enter_words()


@defect("number_text", "error", "应填数字，实为文字。", "A number is expected; this is text.")
def number_text(t: Table, ask: Ask) -> list[Hit]:
    return [Hit(name, np.flatnonzero(np.isinf(t[name].numbers))) for name in of_kinds(t, *_AMOUNTS)]


@defect(
    "number_quoted", "note", "数字以文本形式存放，已按数字读取。", "A number kept as text; it was read as a number."
)
def number_quoted(t: Table, ask: Ask) -> list[Hit]:
    """Only where most of the column are numbers: a CSV or a whole column of text is a form, no defect."""
    hits = []
    for name in of_kinds(t, "count", "yuan", "mu", "metres", "km", "months"):
        column = t[name]
        text = column.each(lambda cell: isinstance(cell, str), np.bool_) & np.isfinite(column.numbers)
        if 2 * text.sum() < np.isfinite(column.numbers).sum():
            hits.append(Hit(name, np.flatnonzero(text)))
    return hits


@defect("number_negative", "error", "面积、人数、月数不能为负数。", "Areas, persons and months are not negative.")
def number_negative(t: Table, ask: Ask) -> list[Hit]:
    names = of_kinds(t, "count", "mu", "metres", "km", "months")
    return [Hit(name, np.flatnonzero(t[name].amounts < 0)) for name in names]


@defect("number_empty", "doubt", "空白：应填0还是漏填，请核实。", "Empty: is it zero, or was it left out?")
def number_empty(t: Table, ask: Ask) -> list[Hit]:
    """Where nearly all of a column is filled, and the row has other amounts."""
    hits = []
    for name in of_kinds(t, "yuan", "mu"):
        empty = np.isnan(t[name].numbers)
        if 0 < empty.sum() < 0.5 * len(t):
            hits.append(Hit(name, np.flatnonzero(empty)))
    return hits


@defect("date_unreadable", "error", "日期无法识别。", "This is no date that can be read.")
def date_unreadable(t: Table, ask: Ask) -> list[Hit]:
    return [Hit(name, np.flatnonzero(t[name].dates == UNKNOWN)) for name in of_kinds(t, "date")]


@defect(
    "date_serial",
    "doubt",
    "日期存成了序列号（5位数字），已换算为日期。",
    "A date kept as a serial number of five digits; it was read as a date.",
)
def date_serial(t: Table, ask: Ask) -> list[Hit]:
    return [Hit(name, np.flatnonzero(t[name].form("serial"))) for name in of_kinds(t, "date")]


@defect(
    "date_form",
    "note",
    "日期写法与本栏多数不同，已识别。",
    "The date is written otherwise than most of its column; it was read.",
)
def date_form(t: Table, ask: Ask) -> list[Hit]:
    hits = []
    for name in of_kinds(t, "date"):
        forms = {form: times for form, times in t[name].forms.items() if form != "serial"}
        usual = max(forms, key=lambda form: forms[form], default="")
        others = np.zeros(len(t), dtype=np.bool_)
        for form in forms:
            if form != usual:
                others |= t[name].form(form)
        hits.append(Hit(name, np.flatnonzero(others)))
    return hits


@defect("date_future", "doubt", "日期晚于核对日期。", "The date lies after the day of this check.")
def date_future(t: Table, ask: Ask) -> list[Hit]:
    return [Hit(name, np.flatnonzero(t[name].dates > ask.day)) for name in of_kinds(t, "date") if name != "birth"]


@defect("year_odd", "error", "年度不在1980年至核对年度之间。", "The year is none between 1980 and that of this check.")
def year_odd(t: Table, ask: Ask) -> list[Hit]:
    hits = []
    for name in of_kinds(t, "year"):
        year = t[name].amounts
        odd = (year != np.floor(year)) | (year < 1980) | (year > ask.day // 10_000)
        hits.append(Hit(name, np.flatnonzero(odd & np.isfinite(year) & (year != 0))))
    return hits


@defect(
    "cell_formula",
    "note",
    "单元格是公式文字（=…），已取其中的文字，不作公式计算。",
    "A formula kept as text; what it says was read, and nothing was calculated.",
)
def cell_formula(t: Table, ask: Ask) -> list[Hit]:
    return where(t, t.columns, lambda cell: cell.lstrip(" '")[:1] in ("=", "＝", "@", "＠", "+", "＋"))


@defect(
    "cell_wide",
    "note",
    "含全角数字或字母，已按半角读取。",
    "Full-width digits or letters; they were read as half-width ones.",
)
def cell_wide(t: Table, ask: Ask) -> list[Hit]:
    return where(t, t.columns, lambda cell: bool(_WIDE.search(cell)))


@defect(
    "cell_space",
    "note",
    "含多余空格或换行，已去除。",
    "Spaces or line breaks that do not belong there; they were left out.",
)
def cell_space(t: Table, ask: Ask) -> list[Hit]:
    def spaced(cell: str) -> bool:
        return cell != cell.strip() or "\n" in cell or "\u3000" in cell

    def inside(cell: str) -> bool:
        return any(c.isspace() or c == "\u200b" for c in cell)

    together = of_kinds(t, *_KEPT_TOGETHER)
    return where(t, [name for name in t.columns if name not in together], spaced) + where(t, together, inside)


@defect("cell_damaged", "error", "含乱码或不可见字符。", "Characters that were damaged, or that cannot be seen.")
def cell_damaged(t: Table, ask: Ask) -> list[Hit]:
    return where(t, t.columns, lambda cell: bool(_LONE.search(cell)))


@defect("name_missing", "error", "姓名为空。", "There is no name.", ("name",))
def name_missing(t: Table, ask: Ask) -> Mask:
    return ~t["name"].filled


@defect(
    "name_odd",
    "error",
    "姓名含数字、字母或符号，或只有一个字。",
    "A name with digits, letters or signs, or of one character.",
)
def name_odd(t: Table, ask: Ask) -> list[Hit]:
    hits = []
    for name in of_kinds(t, "name"):
        column, right = t[name], _NAME.fullmatch
        odd = np.array([bool(text) and not right(text) for text in column.texts] or [False])
        hits.append(Hit(name, np.flatnonzero(odd[column.codes])))
    return hits


@defect(
    "phone_odd",
    "error",
    "联系电话不是11位手机号，也不是带区号的固定电话。",
    "The phone number has not 11 digits, and is no landline with its area code.",
)
def phone_odd(t: Table, ask: Ask) -> list[Hit]:
    fine = re.compile(r"^(1\d{10}|0\d{2,3}-?\d{7,8})$")
    hits = []
    for name in of_kinds(t, "phone"):
        column = t[name]
        odd = np.array([bool(text) and not fine.match(text) for text in column.texts] or [False])
        hits.append(Hit(name, np.flatnonzero(odd[column.codes])))
    return hits


def filled(table: Table, name: str) -> Mask:
    """Where one of a list was chosen, known or not."""
    return np.asarray(table[name].choices != EMPTY)
