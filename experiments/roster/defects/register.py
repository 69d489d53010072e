"""The register: categories and years that go together, causes, risks found and removed."""

from __future__ import annotations

import numpy as np

from experiments.roster.defects.forms import filled
from experiments.roster.defects.kinds import Ask, Hit, defect
from experiments.roster.defects.people import among
from experiments.roster.table import Ints, Mask, Table

YES, NO = 0, 1
HELPS = (
    "help_industry", "help_jobs", "help_finance", "help_posts", "help_school", "help_compulsory", "help_house",
    "help_move", "help_water", "help_society",
)  # fmt: skip
_CONSTANT = ("attribute", "status", "exit_year", "household_kind", "cause", "monitored")


def registered(t: Table) -> Mask:
    """Where a row belongs to the register by any column that says so."""
    found = np.zeros(len(t), dtype=np.bool_)
    for name in ("attribute", "status", "monitored"):
        if t.has(name):
            found |= filled(t, name)
    return found


def helped(t: Table, name: str) -> Mask:
    """Where a measure of help is entered in a column."""
    return np.asarray(t[name].each(lambda cell: str(cell).strip() not in ("", "无", "否", "0", "0.0"), np.bool_))


@defect("cause_missing", "error", "建档立卡户未填主要致贫原因。", "Registered without a main cause.", ("cause",))
def cause_missing(t: Table, ask: Ask) -> Mask:
    return registered(t) & ~filled(t, "cause")


@defect(
    "cause_twice",
    "doubt",
    "主要致贫原因与其他致贫原因相同。",
    "The main cause stands among the other causes.",
    ("cause_other", "cause"),
)
def cause_twice(t: Table, ask: Ask) -> Mask:
    texts: dict[str, int] = {"": -1}
    of = [
        np.array([texts.setdefault(x, len(texts)) for x in t[name].texts] or [-1])[t[name].codes]
        for name in ("cause", "cause_other")
    ]
    return np.asarray((of[0] >= 0) & (of[0] == of[1]))


@defect(
    "cause_no_illness",
    "doubt",
    "致贫原因为因病，全家人均填健康。",
    "Illness is the cause, and all of the household are in good health.",
    ("cause", "health", "household"),
)
def cause_no_illness(t: Table, ask: Ask) -> list[Hit]:
    ill = np.asarray(t["health"].choices > 1)
    known = np.asarray(t["health"].choices > 0)
    says = t.count(among(t, "cause", "因病")) > 0
    return [Hit("cause", t.first(says & (t.count(ill) == 0) & (t.count(~known) == 0)))]


@defect(
    "cause_no_disabled",
    "doubt",
    "致贫原因为因残，户内无残疾人。",
    "Disability is the cause, and nobody of the household is disabled.",
    ("cause", "health", "household"),
)
def cause_no_disabled(t: Table, ask: Ask) -> list[Hit]:
    from experiments.roster.values import choices

    bits = t["health"].choices
    disabled = np.asarray((bits > 0) & (bits & (1 << choices("health").index("残疾")) != 0))
    says = t.count(among(t, "cause", "因残")) > 0
    return [Hit("cause", t.first(says & (t.count(disabled) == 0) & (t.count(bits <= 0) == 0)))]


@defect(
    "cause_no_pupil",
    "doubt",
    "致贫原因为因学，户内无在校生。",
    "Schooling is the cause, and nobody of the household is at school.",
    ("cause", "pupil", "household"),
)
def cause_no_pupil(t: Table, ask: Ask) -> list[Hit]:
    from experiments.roster.defects.people import at_school

    says = t.count(among(t, "cause", "因学")) > 0
    return [Hit("cause", t.first(says & (t.count(at_school(t)) == 0)))]


@defect(
    "category_varies",
    "error",
    "同户各行该栏内容不一致。",
    "The rows of one household differ in this column.",
    ("household",),
)
def category_varies(t: Table, ask: Ask) -> list[Hit]:
    hits = []
    for name in _CONSTANT:
        if t.has(name):
            keys = t[name].keys
            hits.append(Hit(name, t.first(t.varies(keys.astype(np.float64), keys >= 0))))
    return hits


@defect(
    "exit_no_year",
    "error",
    "已脱贫，未填脱贫年度。",
    "Has left poverty, and the year is not said.",
    ("exit_year", "status"),
)
def exit_no_year(t: Table, ask: Ask) -> Mask:
    return among(t, "status", "已脱贫") & ~t["exit_year"].filled


@defect(
    "exit_year_only",
    "error",
    "未脱贫，却填了脱贫年度。",
    "Has not left poverty, and a year of leaving is given.",
    ("exit_year", "status"),
)
def exit_year_only(t: Table, ask: Ask) -> Mask:
    return np.asarray(among(t, "status", "未脱贫") & (t["exit_year"].amounts > 0))


@defect(
    "exit_before_entry",
    "error",
    "脱贫年度早于首次识别时间。",
    "Left poverty before being identified.",
    ("exit_year", "identified"),
)
def exit_before_entry(t: Table, ask: Ask) -> Mask:
    found = t["identified"].dates
    return np.asarray((t["exit_year"].amounts > 0) & (found > 0) & (t["exit_year"].amounts < found // 10_000))


@defect(
    "person_before_home",
    "error",
    "人员识别时间早于本户首次识别时间。",
    "The person was identified before the household.",
    ("person_identified", "identified"),
)
def person_before_home(t: Table, ask: Ask) -> Mask:
    home, person = t["identified"].dates, t["person_identified"].dates
    return (home > 0) & (person > 0) & (person // 100 < home // 100)


@defect(
    "status_missing",
    "error",
    "有户属性，未填脱贫属性。",
    "A category without saying whether poverty was left.",
    ("status", "attribute"),
)
def status_missing(t: Table, ask: Ask) -> Mask:
    return filled(t, "attribute") & ~filled(t, "status")


@defect(
    "attribute_status",
    "error",
    "户属性与脱贫属性不一致。",
    "The category does not go with having left poverty or not.",
    ("attribute", "status"),
)
def attribute_status(t: Table, ask: Ask) -> Mask:
    left = among(t, "attribute", "一般脱贫户", "低保脱贫户", "特困供养脱贫户")
    return left & among(t, "status", "未脱贫")


@defect(
    "monitored_no_risk", "error", "监测对象未填致贫返贫风险。", "Monitored, and no risk is said.", ("risk", "monitored")
)
def monitored_no_risk(t: Table, ask: Ask) -> Mask:
    return filled(t, "monitored") & ~filled(t, "risk")


@defect(
    "risk_no_category",
    "error",
    "填了风险，未填监测对象类别。",
    "A risk, and no monitored category.",
    ("monitored", "risk"),
)
def risk_no_category(t: Table, ask: Ask) -> Mask:
    return filled(t, "risk") & ~filled(t, "monitored")


@defect("risk_twice", "doubt", "同一风险填了两次。", "The same risk is given twice.", ("risk_2", "risk"))
def risk_twice(t: Table, ask: Ask) -> Mask:
    return np.asarray((t["risk"].choices >= 0) & (t["risk"].choices == t["risk_2"].choices))


@defect(
    "monitored_no_date",
    "error",
    "监测对象未填识别监测时间。",
    "Monitored, and it is not said since when.",
    ("risk_found", "monitored"),
)
def monitored_no_date(t: Table, ask: Ask) -> Mask:
    return filled(t, "monitored") & ~t["risk_found"].filled


@defect(
    "removed_before_found",
    "error",
    "风险消除时间早于识别时间。",
    "The risk was removed before it was found.",
    ("risk_removed", "risk_found"),
)
def removed_before_found(t: Table, ask: Ask) -> Mask:
    found, removed = t["risk_found"].dates, t["risk_removed"].dates
    return (found > 0) & (removed > 0) & (removed // 100 < found // 100)


@defect(
    "removed_no_date",
    "error",
    "风险已消除，未填消除时间。",
    "The risk is removed, and the date is not said.",
    ("risk_removed", "risk_gone"),
)
def removed_no_date(t: Table, ask: Ask) -> Mask:
    return np.asarray((t["risk_gone"].choices == YES) & ~t["risk_removed"].filled)


@defect(
    "removed_not_gone",
    "error",
    "填了消除时间，风险是否已消除为否。",
    "A date of removal, and the risk is not removed.",
    ("risk_gone", "risk_removed"),
)
def removed_not_gone(t: Table, ask: Ask) -> Mask:
    return np.asarray((t["risk_gone"].choices == NO) & (t["risk_removed"].dates > 0))


@defect(
    "removed_no_way",
    "error",
    "风险已消除，未填消除方式。",
    "The risk is removed, and it is not said how.",
    ("risk_how", "risk_gone"),
)
def removed_no_way(t: Table, ask: Ask) -> Mask:
    return np.asarray((t["risk_gone"].choices == YES) & ~filled(t, "risk_how"))


@defect(
    "monitored_no_help",
    "doubt",
    "风险未消除的监测对象没有任何帮扶措施。",
    "Monitored, the risk is there, and no measure of help is entered.",
    ("monitored",),
)
def monitored_no_help(t: Table, ask: Ask) -> Mask:
    present = [name for name in HELPS if t.has(name)]
    any_help = np.zeros(len(t), dtype=np.bool_)
    for name in present:
        any_help |= helped(t, name)
    gone: Mask = np.asarray(t["risk_gone"].choices == YES) if t.has("risk_gone") else np.zeros(len(t), dtype=np.bool_)
    return filled(t, "monitored") & ~any_help & ~gone & bool(present)


@defect(
    "water_both",
    "error",
    "饮水安全与饮水困难矛盾。",
    "Safe water and trouble with water at once.",
    ("water_trouble", "safe_water"),
)
def water_both(t: Table, ask: Ask) -> Mask:
    safe: Ints = t["safe_water"].choices
    return np.asarray((safe == YES) & (t["water_trouble"].choices == YES))


@defect(
    "dibao_and_destitute",
    "doubt",
    "同时享受低保和特困供养。",
    "Has the minimum living guarantee and is supported as destitute.",
    ("dibao", "destitute"),
)
def dibao_and_destitute(t: Table, ask: Ask) -> Mask:
    return np.asarray((t["dibao"].choices == YES) & (t["destitute"].choices == YES))
