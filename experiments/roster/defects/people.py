"""A person's schooling, health and work: what goes with the age, and what goes with what."""

from __future__ import annotations

import numpy as np

from experiments.roster.defects.family import ages
from experiments.roster.defects.forms import filled
from experiments.roster.defects.kinds import Ask, defect
from experiments.roster.table import Ints, Mask, Table
from experiments.roster.values import choices

WORKS = 16
"""The Labour Law's least age for work."""
SCHOOL_AGES = {
    "学龄前儿童": (0, 7), "学前教育": (2, 8), "小学": (5, 16), "七年级": (10, 18), "八年级": (11, 19),
    "九年级": (12, 20), "高中一年级": (13, 22), "高中二年级": (14, 23), "高中三年级": (15, 24),
    "中职一年级": (13, 30), "中职二年级": (14, 31), "中职三年级": (15, 32), "高职一年级": (15, 35),
    "高职二年级": (16, 36), "高职三年级": (17, 37), "本科": (15, 40), "研究生": (19, 60),
}  # fmt: skip
"""Ages outside which attending such a school is a matter to look at: usual ages, with years to spare."""
SCHOOLED = {"小学": 10, "初中": 13, "高中": 16, "大专": 18, "本科及以上": 19}
"""Ages below which having finished such a school is a matter to look at."""
LEAVES_SCHOOL = 7
NOT_A_PUPIL = ("非在校生",)
AT_HOME = ("未务工", "未外出", "未外出务工", "无", "否", "在家", "务农", "不务工", "在家务农")
NO_CHILD = ("普通劳动力", "技能劳动力")
ABLE = ("普通劳动力", "技能劳动力")


def among(t: Table, field: str, *names: str) -> Mask:
    """Where a cell is one of these words of its list."""
    words = choices(field)
    return np.isin(t[field].choices, [words.index(name) for name in names])


def at_school(t: Table) -> Mask:
    """Where somebody is a pupil, a student, or too young for school."""
    return np.asarray(filled(t, "pupil") & ~among(t, "pupil", *NOT_A_PUPIL))


@defect(
    "school_both",
    "error",
    "文化程度与在校生状况同时填写；在校生不填文化程度。",
    "Both schooling and a school attended: who is at school has no schooling yet.",
    ("schooling", "pupil"),
)
def school_both(t: Table, ask: Ask) -> Mask:
    return filled(t, "schooling") & at_school(t)


@defect(
    "school_neither",
    "error",
    "文化程度与在校生状况均未填写。",
    "Neither schooling nor a school attended.",
    ("schooling", "pupil"),
)
def school_neither(t: Table, ask: Ask) -> Mask:
    return ~filled(t, "schooling") & ~filled(t, "pupil")


@defect("school_age", "doubt", "年龄与在校生状况不符。", "The age does not go with the school attended.", ("pupil",))
def school_age(t: Table, ask: Ask) -> Mask:
    age, words = ages(t, ask), choices("pupil")
    low, high = np.full(len(words) + 2, -10_000), np.full(len(words) + 2, 10_000)
    for name, (least, most) in SCHOOL_AGES.items():
        low[words.index(name)], high[words.index(name)] = least, most
    place: Ints = t["pupil"].choices  # empty and unknown count from the end, where no limits stand
    return np.asarray((age >= 0) & ((age < low[place]) | (age > high[place])))


@defect("schooling_age", "doubt", "年龄与文化程度不符。", "Too young to have finished such a school.", ("schooling",))
def schooling_age(t: Table, ask: Ask) -> Mask:
    age, words = ages(t, ask), choices("schooling")
    low = np.full(len(words) + 2, -10_000)
    for name, least in SCHOOLED.items():
        low[words.index(name)] = least
    return np.asarray((age >= 0) & (age < low[t["schooling"].choices]))


@defect(
    "schooling_child", "doubt", "学龄前儿童填了文化程度。", "A child under school age has schooling.", ("schooling",)
)
def schooling_child(t: Table, ask: Ask) -> Mask:
    age = ages(t, ask)
    return np.asarray((age >= 0) & (age < LEAVES_SCHOOL) & among(t, "schooling", "文盲或半文盲"))


@defect(
    "health_both",
    "error",
    "健康状况同时填“健康”和疾病或残疾。",
    "Both in good health and ill or disabled.",
    ("health",),
)
def health_both(t: Table, ask: Ask) -> Mask:
    bits = t["health"].choices
    return np.asarray((bits > 1) & (bits & 1 == 1))


@defect("health_missing", "doubt", "健康状况为空。", "The state of health is not said.", ("health",))
def health_missing(t: Table, ask: Ask) -> Mask:
    return ~filled(t, "health")


@defect(
    "card_no_disability",
    "doubt",
    "证件号码为残疾证，健康状况未填残疾。",
    "The id is a card for the disabled, the state of health does not say so.",
    ("health", "id"),
)
def card_no_disability(t: Table, ask: Ask) -> Mask:
    card = np.array([len(text) in (20, 22) for text in t["id"].texts] or [False])[t["id"].codes]
    bit = 1 << choices("health").index("残疾")
    bits = t["health"].choices
    return np.asarray(card & (bits > 0) & (bits & bit == 0))


@defect("skill_child", "error", "不满16周岁填为劳动力。", "Able to work at under 16.", ("skill",))
def skill_child(t: Table, ask: Ask) -> Mask:
    age = ages(t, ask)
    return np.asarray((age >= 0) & (age < WORKS) & among(t, "skill", *NO_CHILD))


@defect("skill_pupil", "doubt", "在校生填为劳动力。", "At school, and able to work.", ("skill", "pupil"))
def skill_pupil(t: Table, ask: Ask) -> Mask:
    return at_school(t) & among(t, "skill", *ABLE)


@defect("skill_missing", "doubt", "劳动技能为空。", "The ability to work is not said.", ("skill",))
def skill_missing(t: Table, ask: Ask) -> Mask:
    return ~filled(t, "skill")


def away(t: Table) -> Mask:
    """Where a place of work is named."""
    column = t["work_place"]
    named = np.array([bool(text) and text not in AT_HOME for text in column.texts] or [False])
    return np.asarray(named[column.codes])


@defect(
    "work_no_months",
    "error",
    "填了务工地点，未填务工时间。",
    "A place of work, and no months.",
    ("work_months", "work_place"),
)
def work_no_months(t: Table, ask: Ask) -> Mask:
    months = t["work_months"].amounts
    return np.asarray(away(t) & (np.isnan(months) | (months == 0)) & ~np.isinf(t["work_months"].numbers))


@defect(
    "work_no_place",
    "error",
    "填了务工时间，未填务工地点。",
    "Months of work, and no place.",
    ("work_place", "work_months"),
)
def work_no_place(t: Table, ask: Ask) -> Mask:
    return ~away(t) & (t["work_months"].amounts > 0)


@defect("work_most", "error", "务工时间超过12个月。", "More than 12 months of work in a year.", ("work_months",))
def work_most(t: Table, ask: Ask) -> Mask:
    return t["work_months"].amounts > 12


@defect("work_child", "error", "不满16周岁填了务工时间。", "Months of work at under 16.", ("work_months",))
def work_child(t: Table, ask: Ask) -> Mask:
    age = ages(t, ask)
    return np.asarray((t["work_months"].amounts > 0) & (age >= 0) & (age < WORKS))


@defect("work_pupil", "doubt", "在校生填了务工时间。", "At school, with months of work.", ("work_months", "pupil"))
def work_pupil(t: Table, ask: Ask) -> Mask:
    return np.asarray((t["work_months"].amounts > 6) & at_school(t))


@defect(
    "work_unable",
    "doubt",
    "丧失劳动力或无劳动力，填了务工时间。",
    "Not able to work, with months of work.",
    ("work_months", "skill"),
)
def work_unable(t: Table, ask: Ask) -> Mask:
    return np.asarray((t["work_months"].amounts > 0) & among(t, "skill", "丧失劳动力", "无劳动力"))


@defect("work_ends", "error", "务工结束时间早于开始时间。", "Work ended before it began.", ("work_end", "work_start"))
def work_ends(t: Table, ask: Ask) -> Mask:
    start, end = t["work_start"].dates, t["work_end"].dates
    return (start > 0) & (end > 0) & (end // 100 < start // 100)


@defect(
    "work_start_missing",
    "error",
    "已务工，未填开始时间。",
    "Works now, and it is not said since when.",
    ("work_start", "working"),
)
def work_start_missing(t: Table, ask: Ask) -> Mask:
    return np.asarray((t["working"].choices == 0) & (t["work_start"].dates == -1))


@defect(
    "post_months",
    "error",
    "公益性岗位月数与岗位类型只填了一项。",
    "A public post without months, or months without a post.",
    ("post_months", "post_kind"),
)
def post_months(t: Table, ask: Ask) -> Mask:
    kind = t["post_kind"].each(lambda cell: str(cell).strip() not in ("", "无", "否", "0", "0.0"), np.bool_)
    return np.asarray(kind != (t["post_months"].amounts > 0))


@defect("post_most", "error", "公益性岗位月数超过12个月。", "More than 12 months in a public post.", ("post_months",))
def post_most(t: Table, ask: Ask) -> Mask:
    return t["post_months"].amounts > 12


@defect(
    "medical_two",
    "doubt",
    "同时参加城乡居民和城镇职工医疗保险。",
    "In the residents' and in the employees' medical scheme at once.",
    ("medical", "staff_medical"),
)
def medical_two(t: Table, ask: Ask) -> Mask:
    return np.asarray((t["medical"].choices == 0) & (t["staff_medical"].choices == 0))


@defect(
    "pension_two",
    "doubt",
    "同时参加城乡居民和城镇职工养老保险。",
    "In the residents' and in the employees' pension scheme at once.",
    ("pension", "staff_pension"),
)
def pension_two(t: Table, ask: Ask) -> Mask:
    return np.asarray((t["pension"].choices == 0) & (t["staff_pension"].choices == 0))
