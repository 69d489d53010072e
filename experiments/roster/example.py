"""Made-up rosters, to test with and to try: nobody's name, nobody's id, nobody's village.

Names are numerals behind a surname that no register knows ("甲一二三"), ids begin with 99, which is no province's code,
and unless asked otherwise their check digit is wrong. Phones begin with 100, which no network gives out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.roster.defects.ids import CHECKS, WEIGHTS

AREA = "99"
"""No province has this code (GB/T 2260)."""
STEMS, NUMERALS = "甲乙丙丁戊己庚辛壬癸", "〇一二三四五六七八九"
PLACES = "子丑寅卯辰巳午未申酉戌亥"
YEAR = 2022
CAUSES = ("因病", "因残", "因学", "缺技术", "缺资金", "缺劳力", "缺土地", "因灾", "自身发展动力不足")
WORK_PLACES = ("乡(镇)内务工", "乡(镇)外县内务工", "县外省内务工", "省外务工")
A = (
    "县(市、区、旗)", "乡(镇)", "行政村", "自然村", "户编号", "人编号", "姓名", "证件号码", "人数", "与户主关系",
    "民族", "文化程度", "在校生状况", "健康状况", "劳动技能", "务工状况", "务工时间（月）", "参加大病医疗",
    "脱贫属性", "脱贫年度", "贫困户属性", "主要致贫原因", "危房户", "饮水安全", "饮水困难", "人均纯收入", "联系电话",
)  # fmt: skip
D = (
    "乡(镇)", "行政村", "户编号", "户主姓名", "户类型", "监测对象类别", "帮扶责任人", "帮扶单位", "工资性收入",
    "公益性岗位收入", "其他工资性收入", "生产经营性收入", "财产性收入", "资产收益扶贫分红收入",
    "其他财产性收入（旧指标）", "转移性收入", "计划生育金", "最低生活保障金", "特困人员救助供养金",
    "养老金或离退休金", "生态补偿金", "其他转移性收入", "生产经营性支出", "年收入（元）", "纯收入（元）",
    "人均纯收入（元）", "当前家庭人口数", "耕地面积（亩）", "林地面积（亩）", "住房面积", "是否有卫生厕所",
    "是否解决安全饮用水",
)  # fmt: skip
E_ = (
    "乡(镇)", "行政村", "户编号", "户主姓名", "监测对象类别", "致贫/返贫风险1", "致贫/返贫风险2", "识别监测时间",
    "风险是否已消除", "消除监测时间", "风险消除方式", "产业帮扶", "就业帮扶", "教育帮扶",
)  # fmt: skip


@dataclass(frozen=True)
class Example:
    """A made-up roster: sheet by sheet its headings and rows."""

    sheets: dict[str, tuple[Sequence[str], list[list[Any]]]]


Places = tuple[Sequence[tuple[str, str]], int]
"""Townships and villages, and how many households each village has."""


def example(
    households: int, seed: int = 1, passing: bool = False, layouts: str = "A", places: Places | None = None
) -> Example:
    """A roster in which nothing is wrong but, unless `passing`, the check digit of every id.

    Args:
        households: How many households (about 3.6 persons each).
        seed: Of the made-up people.
        passing: Whether check digits agree, for tests that need ids to pass.
        layouts: Which sheets: letters of A (people), D (households), E (monitoring).
        places: Where they live; made-up places by default.
    """
    rng = np.random.default_rng(seed)
    homes = [_home(number, _place(number, households, places), rng, passing) for number in range(households)]
    sheets: dict[str, tuple[Sequence[str], list[list[Any]]]] = {}
    if "A" in layouts:
        sheets["人员"] = (A, [row for home in homes for row in home.people])
    if "D" in layouts:
        sheets["户"] = (D, [home.row for home in homes])
    if "E" in layouts:
        sheets["监测"] = (E_, [home.monitoring for home in homes if home.monitoring])
    return Example(sheets)


@dataclass(frozen=True)
class _Home:
    people: list[list[Any]]
    row: list[Any]
    monitoring: list[Any]


HOUSEHOLDS_A_VILLAGE, VILLAGES_A_TOWNSHIP = 120, 12


def _place(number: int, households: int, places: Places | None) -> list[str]:
    if places:
        named, size = places
        return ["示例县", *named[number // size % len(named)]]
    village = number // HOUSEHOLDS_A_VILLAGE
    if households - village * HOUSEHOLDS_A_VILLAGE < HOUSEHOLDS_A_VILLAGE // 2 and village:
        village -= 1  # the rest of the division joins the last village, which would be a hamlet otherwise
    township, place = divmod(village, VILLAGES_A_TOWNSHIP)
    return ["示例县", f"示例{_numeral(township)}乡", f"{PLACES[place]}{STEMS[township % 10]}示例村"]


def _home(number: int, where: list[str], rng: np.random.Generator, passing: bool) -> _Home:
    members = _members(rng)
    home, n = f"99{number:010d}", len(members)
    per_head = int(rng.integers(3_000, 15_000))
    monitored = rng.random() < 0.05
    cause = _cause(members, rng)
    status = "已脱贫" if rng.random() < 0.9 else "未脱贫"
    exit_year: Any = int(rng.integers(2016, 2021)) if status == "已脱贫" else ""
    safe = "是" if rng.random() < 0.95 else "否"
    unsafe_house = "否" if rng.random() < 0.97 else "是"
    attribute = "一般脱贫户" if status == "已脱贫" else "一般贫困户"
    phone, mu = f"100{number % 10**8:08d}", round(float(rng.uniform(1, 20)), 1)
    people = []
    for i, (relation, age, sex, schooling, pupil, health, skill) in enumerate(members):
        months = int(rng.integers(3, 12)) if skill == "普通劳动力" and rng.random() < 0.5 and age < 65 else ""
        work = WORK_PLACES[int(rng.integers(4))] if months else ""
        ident = made_up_id(age, sex, number * 16 + i, passing)
        people.append(
            [*where, f"{where[2][:2]}一组", home, f"{home}{i:02d}", made_up_name(number * 16 + i), ident, n, relation,
             "汉族", schooling, pupil, health, skill, work, months, "是", status, exit_year, attribute, cause,
             unsafe_house, safe, "否" if safe == "是" else "是", per_head, phone]
        )  # fmt: skip
    risk = "因病" if cause == "因病" else "务工就业不稳"
    kind = "脱贫不稳定户" if monitored else ""
    gone = bool(rng.random() < 0.5)
    return _Home(people, _row(where, home, number, n, per_head, mu, kind), _risk(where, home, number, kind, risk, gone))


def _row(where: list[str], home: str, number: int, n: int, per_head: int, mu: float, kind: str) -> list[Any]:
    net = per_head * n
    cost = net // 10
    income = net + cost
    post, wage = (3_000 if number % 20 == 0 else 0), income // 2
    fees, pension = 10 * n, 1_200
    share, transfer = min(200, income // 100), min(income // 5, 2_000)
    business = income - wage - share - transfer
    family, other = fees, transfer - fees - min(pension, transfer - fees)
    helper = made_up_name(10**6 + number // 6)
    return [
        where[1], where[2], home, made_up_name(number * 16), "脱贫户且监测对象" if kind else "脱贫户", kind, helper,
        f"示例单位{number // 600}", wage, min(post, wage), wage - min(post, wage), business, share, share, 0,
        transfer, family, 0, 0, min(pension, transfer - fees), 0, other, cost, income, net, per_head, n, mu, 0,
        25 * n, "是", "是",
    ]  # fmt: skip


def _risk(where: list[str], home: str, number: int, kind: str, risk: str, gone: bool) -> list[Any]:
    if not kind:
        return []
    return [where[1], where[2], home, made_up_name(number * 16), kind, risk, "", "202103", "是" if gone else "否",
            "202206" if gone else "", "帮扶消除" if gone else "", "是", "是", "否"]  # fmt: skip


Member = tuple[str, int, int, str, str, str, str]
"""Relation, age, sex (0: male), schooling, school, health, ability to work."""


def _members(rng: np.random.Generator) -> list[Member]:
    age = int(rng.integers(32, 72))
    found = [_grown("户主", age, 0, rng)]
    if rng.random() < 0.8:
        found.append(_grown("配偶", age - int(rng.integers(0, 6)), 1, rng))
        for child in range(int(rng.integers(0, 4))):
            years = age - 24 - int(rng.integers(0, 4)) - 2 * child
            if years >= 0:
                sex = int(rng.integers(2))
                relation = ("之子", "之女")[sex]
                found.append(_young(relation, years, sex) if years < 19 else _grown(relation, years, sex, rng))
    if rng.random() < 0.25 and age < 60:
        found.append(_grown("之母", age + int(rng.integers(18, 28)), 1, rng))
    return found


def _grown(relation: str, age: int, sex: int, rng: np.random.Generator) -> Member:
    ill, disabled = rng.random() < 0.12, rng.random() < 0.05
    health = "残疾" if disabled else "长期慢性病" if ill else "健康"
    schooling = ("文盲或半文盲", "小学", "初中", "初中", "高中")[int(rng.integers(5))]
    skill = "无劳动力" if age >= 75 else "弱劳动力或半劳动力" if age >= 65 or disabled else "普通劳动力"
    return relation, age, sex, schooling, "", health, skill


def _young(relation: str, age: int, sex: int) -> Member:
    grades = ("七年级", "八年级", "九年级", "高中一年级", "高中二年级", "高中三年级")
    school = "学龄前儿童" if age < 4 else "学前教育" if age < 7 else "小学" if age < 13 else grades[age - 13]
    return relation, age, sex, "", school, "健康", "无劳动力"


def _cause(members: list[Member], rng: np.random.Generator) -> str:
    fits = {
        "因病": any(m[5] in ("长期慢性病", "患有大病") for m in members),
        "因残": any(m[5] == "残疾" for m in members),
        "因学": any(m[4] for m in members),
    }
    causes = [cause for cause in CAUSES if fits.get(cause, True)]
    return causes[int(rng.integers(len(causes)))]


def _numeral(number: int) -> str:
    return "".join(NUMERALS[int(digit)] for digit in str(number))


def made_up_name(number: int) -> str:
    """A name that nobody has: a stem of the calendar and numerals."""
    return STEMS[number % 10] + _numeral(number // 10)


def made_up_id(age: int, sex: int, number: int, passing: bool) -> str:
    """An id that nobody has: of no province, and, unless `passing`, with a wrong check digit."""
    born, serial = divmod(number, 500)  # five hundred a day and sex
    area, born = divmod(born, 12 * 28)
    month, day = born // 28 + 1, born % 28 + 1
    first = f"{AREA}{area:04d}{YEAR - age:04d}{month:02d}{day:02d}{2 * serial + (1 - sex):03d}"
    right = chr(CHECKS[sum(int(d) * w for d, w in zip(first, WEIGHTS.tolist(), strict=True)) % 11])
    return first + (right if passing else "0123456789X"[("0123456789X".index(right) + 5) % 11])
