"""Sentences on how sure the answer is: calibration, ranking, sensitivity. Key -> (English, Chinese)."""

from __future__ import annotations

CERTAINTY: dict[str, tuple[str, str]] = {
    "calibrated_short": (
        "Calibrated in part: {n} numbers were fitted to published figures; the others are measured or assumed, some of "
        "them chosen with published figures or trials in view (section 8).",
        "部分校准：{n}项参数已按公开数据拟合，其余为实测或假定，其中有的在取值时参照过公开数据或试验结果（见第八部分）。",
    ),
    "calibrated": (
        "What was calibrated: {n} numbers ({names}) were fitted together to {targets}, and {vectors} vectors of them "
        "fit about equally well. All other numbers are as their sources say, or assumed; some were chosen with other "
        "published figures or trials in view. docs/calibration.md says which figures were fitted and how; "
        "docs/evidence.md shows model beside published, misses included, and keeps what was only checked apart from "
        "what was set, fitted or in view.",
        "已校准的：{n}项参数（{names}）按{targets}一并拟合，吻合程度相近的参数共{vectors}组。其他参数依其来源或假定取值，"
        "其中有的取值时参照过其他公开数据或试验结果。拟合了哪些数据、如何拟合，见 docs/calibration.md；"
        "模型与公开数据的对照（含不符之处）见 docs/evidence.md，其中只作检验的与设定、拟合或参照过的分开列出。",
    ),
    "targets_n": ("{n} published figures", "{n}项公开数据"),
    "targets_some": ("published figures", "公开数据"),
    "part_ranking": ("Ranking", "排序"),
    "rank_holds": (
        "In {times} of {n} runs (chance only) “{mix}” stays ahead of “{other}”, the nearest to it, on income in "
        "{month}; in {first} it comes first of all {count} scenarios.",
        "在{n}次模拟中（仅随机情形不同），{month}人均纯收入有{times}次“{mix}”领先于最接近的“{other}”，"
        "有{first}次在{count}个情景中居首位。",
    ),
    "rank_table": ("How often the ranking holds, {month}", "排序在多大程度上成立（{month}）"),
    "rank_pairs": ("The same, pair by pair", "逐对比较"),
    "rank_note": (
        "Each of {n} runs ranks all scenarios under its own chance events: more income, a lower headcount is better. "
        "The runs do not differ in parameters.",
        "每次模拟（共{n}次，随机情形各不相同，参数相同）对各情景排序一次：收入高、贫困发生率低者为先。",
    ),
    "col_first_income": ("First on income", "收入居首"),
    "col_first_headcount": ("First on headcount", "贫困发生率最低"),
    "col_nearest": ("Ahead of the next on income", "收入领先于下一位"),
    "col_ahead": ("Ahead", "领先"),
    "col_behind": ("Of", "对比"),
    "col_on_income": ("On income", "收入"),
    "col_on_headcount": ("On headcount", "贫困发生率"),
    "of_all": ("all others", "其他全部情景"),
    "sheet_ranking": ("Ranking", "排序"),
    "col_times": ("Times ahead", "领先次数"),
    "col_share": ("Share of runs", "次数占比"),
    "col_share_low": ("Share, low (95%, Wilson)", "占比下限（95%，威尔逊法）"),
    "col_share_high": ("Share, high (95%, Wilson)", "占比上限（95%，威尔逊法）"),
    "times_of": ("{times} of {n}", "{n}次中{times}次"),
    "sensitivity_leans": (
        "What it leans on: by a sensitivity analysis (“{name}”{how}), the advantage of “{a}” over “{b}” in {outcome} "
        "leans most on {names}.",
        "据敏感性分析（“{name}”{how}），“{a}”在{outcome}上对“{b}”的优势主要取决于{names}。",
    ),
    "sensitivity_undecided": (
        "By a sensitivity analysis (“{name}”{how}) it cannot be told whether “{a}” or “{b}” is ahead in {outcome}; the "
        "difference leans most on {names}.",
        "据敏感性分析（“{name}”{how}），“{a}”与“{b}”在{outcome}上孰高孰低无法认定，差异主要取决于{names}。",
    ),
    "sensitivity_how": (", {method}, {samples} parameter vectors", "，{method}，{samples}组参数"),
    "sensitivity_turns": ("It turns round if {turns}.", "若{turns}，结论将反转。"),
    "sensitivity_above": ("{name} exceeds {value}", "{name}高于{value}"),
    "sensitivity_below": ("{name} falls below {value}", "{name}低于{value}"),
    "sensitivity_times": ("{value} times its values", "原值的{value}倍"),
    "sensitivity_either": (" or if ", "，或"),
    "sensitivity_stays": (
        "Of the {count} numbers that were moved alone, none turns it round within its range.",
        "逐一变动过的{count}项参数，在各自范围内均不使结论反转。",
    ),
    "sensitivity_none": (
        "Which numbers the answer leans on, and what would turn it round (other values of the assumed numbers): not "
        "computed in this experiment. A sensitivity analysis of two of its scenarios tells; this comparison then "
        "quotes it.",
        "结论取决于哪些参数、参数取其他值时会不会反转：本次实验未计算。"
        "可对其中两个情景作敏感性分析，本比较随后会引用其结论。",
    ),
    "sensitivity_how_to": ("To find out, type:", "需要时输入："),
    "in_month": ("{name} in {month}", "{month}的{name}"),
    "county_rest": ("All {n} lines", "全部{n}项"),
    "county_headlines": ("The {n} lines that matter most, and any that does not agree", "主要{n}项及不符各项"),
    "county_drawn": (
        "Counted with all parameters at their values; each other vector was fitted to the same books anew.",
        "模型数按各参数既定值计算；换用其他参数时，均重新与同一账目拟合。",
    ),
    "covers_chance": ("intervals cover chance only", "区间只反映随机情形"),
    "covers_both": ("intervals cover chance and parameters", "区间反映随机情形和参数取值"),
}
