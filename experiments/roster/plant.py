"""Defects planted in a made-up roster, each in a household of its own, with the place where it has to be found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.roster.defects.ids import CHECKS, WEIGHTS
from experiments.roster.example import YEAR, Example
from experiments.roster.fields import match

Row = list[Any]


@dataclass(frozen=True)
class Planted:
    """A planted defect: its kind, and where it has to be found (row 1 holds the headings; column 0: the whole row)."""

    kind: str
    sheet: str
    row: int
    column: int


class Home:
    """The rows of a household in one sheet, by the fields' names.

    Args:
        head: Headings of the sheet.
        rows: Its rows.
        numbers: Which of them are the household's.
    """

    def __init__(self, head: Sequence[str], rows: list[Row], numbers: list[int]) -> None:
        self.rows, self.numbers = rows, numbers
        self.at = {found.field.name: place for place, text in enumerate(head) if (found := match(text))}

    def __len__(self) -> int:
        return len(self.numbers)

    def get(self, i: int, name: str) -> Any:
        """A cell of its i-th row."""
        return self.rows[self.numbers[i]][self.at[name]]

    def put(self, i: int, name: str, value: Any) -> None:
        """Write a cell of its i-th row."""
        self.rows[self.numbers[i]][self.at[name]] = value

    def put_all(self, name: str, value: Any) -> None:
        """Write a column of all its rows."""
        for i in range(len(self)):
            self.put(i, name, value)

    def age(self, i: int) -> int:
        """Age of its i-th person."""
        return YEAR - int(str(self.get(i, "id"))[6:10])

    def who(self, *relations: str) -> int:
        """Which row has one of these relations; -1 if none has."""
        return next((i for i in range(len(self)) if self.get(i, "relation") in relations), -1)

    def one(self, wanted: Callable[[int], bool]) -> int:
        """The first row that is wanted; -1 if none is."""
        return next((i for i in range(len(self)) if wanted(i)), -1)


Change = Callable[[Home], int]
"""Plants a defect in a household; which row has it, or -1 if this household cannot have it."""


def checked(first: str) -> str:
    """Seventeen digits with the check digit that agrees."""
    return first + chr(CHECKS[sum(int(d) * w for d, w in zip(first, WEIGHTS.tolist(), strict=True)) % 11])


def _put(name: str, value: Any, wanted: Callable[[Home, int], bool] = lambda home, i: True) -> Change:
    """A change of one cell in the first row that is wanted; a function of the old value, or a value."""

    def change(home: Home) -> int:
        i = home.one(lambda i: wanted(home, i))
        if i >= 0:
            home.put(i, name, value(home.get(i, name)) if callable(value) else value)
        return i

    return change


def _put_all(name: str, value: Any, wanted: Callable[[Home], bool] = lambda home: True) -> Change:
    def change(home: Home) -> int:
        if not wanted(home):
            return -1
        home.put_all(name, value(home) if callable(value) else value)
        return 0

    return change


def _born(home: Home, i: int, year: int) -> None:
    old = str(home.get(i, "id"))
    home.put(i, "id", checked(old[:6] + f"{year:04d}" + old[10:17]))


def _born_as(relations: tuple[str, ...], years: int) -> Change:
    """A relative who is so many years older than the head."""

    def change(home: Home) -> int:
        i = home.who(*relations)
        if i >= 0:
            _born(home, i, YEAR - home.age(0) - years)
        return i

    return change


def _other_sex(*relations: str) -> Change:
    def change(home: Home) -> int:
        i = home.who(*relations)
        if i >= 0:
            old = str(home.get(i, "id"))
            home.put(i, "id", checked(old[:16] + str((int(old[16]) + 1) % 10)))
        return i

    return change


def _copy(name: str) -> Change:
    """What stands in the row before, once more."""

    def change(home: Home) -> int:
        if len(home) < 2:
            return -1
        home.put(1, name, home.get(0, name))
        return 1

    return change


def _x_lost(home: Home) -> int:
    return _put("id", lambda old: old[:-1] + "0", lambda home, i: str(home.get(i, "id")).endswith("X"))(home)


def _zeros(home: Home) -> int:
    return _put("id", lambda old: old[:15] + "000", lambda home, i: checked(home.get(i, "id")[:15] + "00")[-1] != "0")(
        home
    )


def _differs(name: str, value: Any) -> Change:
    """The second row of a household differs; it is said of the first."""

    def change(home: Home) -> int:
        if len(home) < 2:
            return -1
        home.put(1, name, value)
        return 0

    return change


def _head_young(home: Home) -> int:
    _born(home, 0, YEAR - 12)
    return 0


def _trouble_with_water(home: Home) -> int:
    home.put_all("safe_water", "是")
    home.put_all("water_trouble", "是")
    return 0


def _same_risk(home: Home) -> int:
    home.put(0, "risk_2", home.get(0, "risk"))
    return 0


def _no_help(home: Home) -> int:
    if home.get(0, "risk_gone") != "否":
        return -1
    for name in ("help_industry", "help_jobs", "help_school"):
        home.put(0, name, "")
    return 0


def _wrong_digit(old: str) -> str:
    return old[:-1] + ("1" if old[-1] != "1" else "2")


def _grown(home: Home, i: int) -> bool:
    return 20 < home.age(i) < 60


def _young(home: Home, i: int) -> bool:
    return 8 <= home.age(i) < 14


def _at_work(home: Home, i: int) -> bool:
    return bool(home.get(i, "work_months"))


def _at_home(home: Home, i: int) -> bool:
    return _grown(home, i) and not _at_work(home, i) and home.get(i, "skill") == "普通劳动力"


def _second_spouse(home: Home, i: int) -> bool:
    return home.get(i, "relation") == "之女" and home.who("配偶") > 0


def _in_senior_school(home: Home, i: int) -> bool:
    return home.age(i) in (16, 17, 18) and bool(home.get(i, "pupil"))


def _not_out(home: Home) -> bool:
    return bool(home.get(0, "status") == "未脱贫")


def _none(name: str, empty: str) -> Callable[[Home], bool]:
    return lambda home: all(home.get(i, name) == empty for i in range(len(home)))


def _is(name: str, value: str) -> Callable[[Home, int], bool]:
    return lambda home, i: home.get(i, name) == value


PEOPLE: tuple[tuple[str, str, Change], ...] = (
    ("id_missing", "id", _put("id", "")),
    ("id_number", "id", _put("id", lambda old: float(old[:17] + "0"))),
    ("id_zeros", "id", _zeros),
    ("id_x_lost", "id", _x_lost),
    ("id_old", "id", _put("id", lambda old: old[:6] + old[8:17])),
    ("id_length", "id", _put("id", lambda old: old[:-1])),
    ("id_signs", "id", _put("id", lambda old: old[:4] + "O" + old[5:])),
    ("id_check_digit", "id", _put("id", _wrong_digit, lambda home, i: home.get(i, "id")[-1] not in "0X")),
    ("id_birth", "id", _put("id", lambda old: checked(old[:10] + "13" + old[12:17]))),
    ("birth_future", "id", _put("id", lambda old: checked(old[:6] + "2090" + old[10:17]))),
    ("id_twice", "id", _copy("id")),
    ("person_twice", "person", _copy("person")),
    ("person_missing", "person", _put("person", "")),
    ("household_missing", "household", _put("household", "")),
    ("relation_missing", "relation", _put("relation", "", lambda home, i: i > 0)),
    ("relation_unknown", "relation", _put("relation", "之义子", lambda home, i: i > 0)),
    ("head_none", "relation", _put("relation", "其他", _is("relation", "户主"))),
    ("head_two", "relation", _put("relation", "户主", _is("relation", "之子"))),
    ("spouse_two", "relation", _put("relation", "配偶", _second_spouse)),
    ("persons_differ", "persons", _put_all("persons", lambda home: len(home) + 2)),
    ("persons_vary", "persons", _differs("persons", 9)),
    ("home_two_villages", "village", _differs("village", "别处示例庄")),
    ("name_missing", "name", _put("name", "")),
    ("name_odd", "name", _put("name", "甲1")),
    ("name_twice", "name", _copy("name")),
    ("head_young", "relation", _head_young),
    ("child_old", "relation", _born_as(("之子", "之女"), 3)),
    ("parent_young", "relation", _born_as(("之母",), 2)),
    ("spouse_apart", "relation", _born_as(("配偶",), 45)),
    ("relation_sex", "relation", _other_sex("之子", "之女")),
    ("spouse_sex", "relation", _other_sex("配偶")),
    ("schooling_unknown", "schooling", _put("schooling", "高小班", _grown)),
    ("pupil_unknown", "pupil", _put("pupil", "预备班", _young)),
    ("health_unknown", "health", _put("health", "一般")),
    ("skill_unknown", "skill", _put("skill", "有", _at_home)),
    ("cause_unknown", "cause", _put_all("cause", "因故")),
    ("status_unknown", "status", _put_all("status", "待定")),
    ("attribute_unknown", "attribute", _put_all("attribute", "特殊户")),
    ("yes_no_unknown", "serious_illness", _put("serious_illness", "不详")),
    ("school_both", "schooling", _put("schooling", "小学", _young)),
    ("school_neither", "schooling", _put("schooling", "", _grown)),
    ("school_age", "pupil", _put("pupil", "小学", _grown)),
    ("schooling_age", "schooling", _put("schooling", "本科及以上", _young)),
    ("health_both", "health", _put("health", "健康，残疾")),
    ("health_missing", "health", _put("health", "")),
    ("skill_child", "skill", _put("skill", "普通劳动力", _young)),
    ("skill_pupil", "skill", _put("skill", "普通劳动力", _in_senior_school)),
    ("skill_missing", "skill", _put("skill", "")),
    ("work_no_months", "work_months", _put("work_months", "", _at_work)),
    ("work_no_place", "work_place", _put("work_place", "", _at_work)),
    ("work_most", "work_months", _put("work_months", 14, _at_work)),
    ("work_child", "work_months", _put("work_months", 5, _young)),
    ("work_unable", "work_months", _put("skill", "丧失劳动力", _at_work)),
    ("number_text", "net_per_head", _put("net_per_head", "约五千")),
    ("number_negative", "persons", _put_all("persons", -3)),
    ("number_quoted", "net_per_head", _put("net_per_head", lambda old: str(old))),
    ("per_head_varies", "net_per_head", _differs("net_per_head", 4321)),
    ("income_unit", "net_per_head", _put_all("net_per_head", 0.8)),
    ("income_zero", "net_per_head", _put_all("net_per_head", 0)),
    ("phone_odd", "phone", _put("phone", "1001234567")),
    ("cell_formula", "id", _put("id", lambda old: f'="{old}"')),
    ("cell_wide", "phone", _put("phone", lambda old: old.translate({48 + i: 0xFF10 + i for i in range(10)}))),
    ("cell_space", "name", _put("name", lambda old: f"{old[0]} {old[1:]}")),
    ("cell_damaged", "hamlet", _put("hamlet", "一\ufffd组")),
    ("cause_missing", "cause", _put_all("cause", "")),
    ("cause_no_illness", "cause", _put_all("cause", "因病", _none("health", "健康"))),
    ("cause_no_disabled", "cause", _put_all("cause", "因残", _none("health", "健康"))),
    ("cause_no_pupil", "cause", _put_all("cause", "因学", _none("pupil", ""))),
    ("category_varies", "cause", _differs("cause", "缺水")),
    ("exit_no_year", "exit_year", _put_all("exit_year", "", lambda home: home.get(0, "status") == "已脱贫")),
    ("exit_year_only", "exit_year", _put_all("exit_year", 2019, _not_out)),
    ("status_missing", "status", _put_all("status", "")),
    ("attribute_status", "attribute", _put_all("attribute", "一般脱贫户", _not_out)),
    ("water_both", "water_trouble", _trouble_with_water),
    ("village_name", "village", _put_all("village", lambda home: str(home.get(0, "village")).replace("示例", "示列"))),
    ("township_name", "township", _put_all("township", lambda home: str(home.get(0, "township")).replace("乡", "多"))),
    ("village_missing", "village", _put_all("village", "")),
    ("township_missing", "township", _put_all("township", "")),
    ("year_odd", "exit_year", _put_all("exit_year", 1921, lambda home: home.get(0, "status") == "已脱贫")),
)  # fmt: skip
HOUSEHOLDS: tuple[tuple[str, str, Change], ...] = (
    ("household_kind_unknown", "household_kind", _put("household_kind", "新户")),
    ("income_parts", "wage", _put("wage_other", lambda old: old + 500)),
    ("income_total", "income", _put("business", lambda old: old + 900)),
    ("income_net", "net_income", _put("cost", lambda old: old + 700)),
    ("income_per_head", "net_per_head", _put("net_per_head", lambda old: old + 50)),
    ("land_much", "land", _put("land", 5_000)),
    ("house_small", "house_area", _put("house_area", 3)),
    ("persons_range", "persons", _put("persons", 31)),
    ("number_empty", "land", _put("land", "")),
    ("helper_missing", "helper", _put("helper", "", lambda home, i: bool(home.get(i, "monitored")))),
)
MONITORING: tuple[tuple[str, str, Change], ...] = (
    ("date_unreadable", "risk_found", _put("risk_found", "去年")),
    ("date_serial", "risk_found", _put("risk_found", 44_256)),
    ("date_form", "risk_found", _put("risk_found", "2021年3月")),
    ("date_future", "risk_found", _put("risk_found", "209901")),
    ("monitored_unknown", "monitored", _put("monitored", "检测户")),
    ("monitored_no_risk", "risk", _put("risk", "")),
    ("risk_no_category", "monitored", _put("monitored", "")),
    ("risk_unknown", "risk", _put("risk", "因运气")),
    ("risk_twice", "risk_2", _same_risk),
    ("monitored_no_date", "risk_found", _put("risk_found", "")),
    ("removed_before_found", "risk_removed", _put("risk_removed", "202001", _is("risk_gone", "是"))),
    ("removed_no_date", "risk_removed", _put("risk_removed", "", _is("risk_gone", "是"))),
    ("removed_not_gone", "risk_gone", _put("risk_gone", "否", _is("risk_gone", "是"))),
    ("removed_no_way", "risk_how", _put("risk_how", "", _is("risk_gone", "是"))),
    ("risk_how_unknown", "risk_how", _put("risk_how", "自行", _is("risk_gone", "是"))),
    ("monitored_no_help", "monitored", _no_help),
)


def plant(made: Example, seed: int = 1) -> list[Planted]:
    """Plant every kind that the roster has a household for; the roster is changed.

    Args:
        made: A roster of three sheets, as `example` makes with layouts "ADE"; its ids should pass.
        seed: Which households are taken.
    """
    rng = np.random.default_rng(seed)
    planted: list[Planted] = []
    for sheet, changes in (("人员", PEOPLE), ("户", HOUSEHOLDS), ("监测", MONITORING)):
        if sheet not in made.sheets:
            continue
        head, rows = made.sheets[sheet]
        free = [Home(head, rows, numbers) for numbers in _homes(head, rows)]
        free = [free[i] for i in rng.permutation(len(free))]
        for kind, field, change in changes:
            for home in free:
                row = change(home)
                if row >= 0:
                    planted.append(Planted(kind, sheet, home.numbers[row] + 2, home.at[field] + 1))
                    free.remove(home)
                    break
        planted += _across(sheet, free)
    if "人员" in made.sheets:
        planted += _other_rows(made)
    return planted


def _homes(head: Sequence[str], rows: list[Row]) -> list[list[int]]:
    at = list(head).index("户编号")
    found: dict[Any, list[int]] = {}
    for number, row in enumerate(rows):
        found.setdefault(row[at], []).append(number)
    return list(found.values())


def _across(sheet: str, free: list[Home]) -> list[Planted]:
    """What takes two households, or more."""
    if sheet == "人员" and len(free) > 2:
        one, other = free[0], free[1]
        one.put(0, "id", other.get(0, "id"))
        return [Planted("id_two_homes", sheet, home.numbers[0] + 2, home.at["id"] + 1) for home in (one, other)]
    if sheet == "户" and len(free) > 30:
        one, other = free[0], free[1]
        one.put(0, "household", other.get(0, "household"))
        load = sorted(free[2:22], key=lambda home: home.numbers[0])
        for home in load:
            home.put(0, "helper", "癸〇〇〇")
        return [
            *(
                Planted("household_twice", sheet, home.numbers[0] + 2, home.at["household"] + 1)
                for home in (one, other)
            ),
            Planted("helper_many", sheet, load[0].numbers[0] + 2, load[0].at["helper"] + 1),
        ]
    return []


def _other_rows(made: Example) -> list[Planted]:
    """Rows that are none of the people, below the others: a blank one, headings again, a total, a signature."""
    head, rows = made.sheets["人员"]
    last = rows.pop()
    blank: Row = [""] * len(head)
    total, signed = ["合计", *blank[1:]], ["填表人：", *blank[1:]]
    rows += [blank, list(head), last, total, signed]
    n = len(rows) + 1
    kinds = ((n - 4, "row_blank"), (n - 3, "row_heading"), (n - 1, "row_total"), (n, "row_note"))
    return [Planted(kind, "人员", row, 0) for row, kind in kinds]
