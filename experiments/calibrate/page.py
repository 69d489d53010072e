"""A calibration in words and tables: Markdown in English and Chinese, and what docs/calibration.md is made of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from experiments.calibrate.calibration import Calibration
from experiments.calibrate.identifiability import sentences
from experiments.calibrate.tables import labels, parameter_rows, recovered, target_rows

_TARGET_HEADS = (
    ("Figure", "Year", "Published", "Tolerance", "Before", "After", "Set", "Fitted"),
    ("指标", "年份", "公布值", "允许差", "校准前", "校准后", "参数组范围", "是否用于校准"),
)
_PARAMETER_HEADS = (
    ("Parameter", "Unit", "Before", "Best", "Set", "Range tried", "Left of the range"),
    ("参数", "单位", "校准前", "最优", "参数组范围", "搜索范围", "剩余不确定（占范围）"),
)
_RECOVERED = {
    "yes": ("recovered", "可还原"),
    "no": ("cannot be recovered from these targets", "现有目标无法还原"),
    "missed": ("missed", "未还原"),
}


def number(value: Any) -> str:
    """A number to four digits; empty for none."""
    if value == "" or value is None:
        return "–"
    if not math.isfinite(value):
        return "∞"
    if value and 1e-3 <= abs(value) < 1e5:
        digits = max(0, 3 - math.floor(math.log10(abs(value))))
        text = f"{value:.{digits}f}"
        return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
    return f"{value:.3g}"


def page(calibration: Calibration, language: str = "en") -> str:
    """The whole page."""
    zh = language == "zh"
    title = calibration.spec.title.zh if zh else calibration.spec.title.en
    return "\n".join([f"# {title}", "", *body(calibration, language)]) + "\n"


def body(calibration: Calibration, language: str = "en") -> list[str]:
    """The page without its heading, as lines."""
    zh = language == "zh"
    lines = [*summary(calibration, zh), ""]
    lines += [*_table(*target_table(calibration, zh)), "", *_table(*parameter_table(calibration, zh)), ""]
    lines += [f"- {sentence}" for sentence in pinned_sentences(calibration, zh)]
    if calibration.truth is not None:
        lines += ["", *(f"- {sentence}" for sentence in recovery_sentences(calibration, zh))]
    return lines


def summary(calibration: Calibration, zh: bool) -> list[str]:
    """What was done, and what it came to."""
    spec, found, kept = calibration.spec, calibration.found, calibration.set
    before = calibration.before_answers
    old = "–" if before is None else number(calibration.objective(before))
    if zh:
        text = (
            f"用{len(spec.fitted)}项目标校准{len(spec.names)}个参数，共评估{found.evaluations}组参数，每组使用相同的"
            f"{len(spec.seeds)}个随机情形、{spec.world.villages}个村。目标函数（以允许差为单位的加权平方和）："
            f"校准前{old}，校准后最优{number(found.objective)}；不高于最优值{number(found.threshold)}的参数组视为"
            f"同样可取，共保留{len(kept.vectors)}组。"
        )
    else:
        text = (
            f"{len(spec.names)} parameters fitted to {len(spec.fitted)} targets; {found.evaluations} vectors tried, "
            f"each under the same {len(spec.seeds)} seeds in {spec.world.villages} villages. Objective (weighted "
            f"sum of squares, in tolerances): {old} before, {number(found.objective)} at best. "
            f"{len(kept.vectors)} vectors within {number(found.threshold)} of the best make up the set."
        )
    lines = [text]
    if calibration.failures:
        n = calibration.failures
        lines.append(f"另有{n}组参数无法运行。" if zh else f"{n} vectors could not be run.")
    return lines


def target_table(calibration: Calibration, zh: bool) -> tuple[Sequence[str], list[list[str]]]:
    """Heads and rows of the table before and after."""
    rows = []
    for row in target_rows(calibration):
        fitted = row["role"] == "fitted"
        rows.append(
            [
                row["label_zh" if zh else "label_en"],
                row["year"],
                f"{number(row['published'])} {row['unit_zh' if zh else 'unit_en']}",
                f"±{number(row['tolerance'])}",
                number(row["before"]),
                number(row["after"]),
                f"{number(row['set_low'])} – {number(row['set_high'])}",
                ("是" if fitted else "否，仅对照") if zh else ("yes" if fitted else "no, only shown"),
            ]
        )
    return _TARGET_HEADS[zh], rows


def parameter_table(calibration: Calibration, zh: bool, keys: bool = True) -> tuple[Sequence[str], list[list[str]]]:
    """Heads and rows of the parameters' table, with the parameters' names in the files beside or without."""
    rows = [
        [
            row["label_zh" if zh else "label_en"] + (f" (`{row['parameter']}`)" if keys else ""),
            row["unit_zh" if zh else "unit_en"],
            number(row["before"]),
            number(row["best"]),
            f"{number(row['set_low'])} – {number(row['set_high'])}",
            f"{number(row['range_low'])} – {number(row['range_high'])}",
            f"{row['left_by_slopes']:.0%}",
        ]
        for row in parameter_rows(calibration)
    ]
    return _PARAMETER_HEADS[zh], rows


def pinned_sentences(calibration: Calibration, zh: bool) -> list[str]:
    """Rank and condition, then what cannot be told apart."""
    found = calibration.identifiability
    steep = ", ".join(number(one.steepness) for one in found.directions)
    count = len(calibration.spec.names)
    unmoved = count - found.rank
    if zh:
        first = (
            f"{len(calibration.spec.fitted)}项目标对{count}个参数的敏感性矩阵秩为{found.rank}（奇异值：{steep}）；"
            f"目标有反应的{found.rank}个方向之间条件数为{number(found.condition)}，"
            f"{f'另有{unmoved}个方向目标毫无反应；' if unmoved else ''}"
            f"{count}个方向中，由目标得到的信息多于搜索范围的有{found.pinned}个。"
        )
    else:
        first = (
            f"The sensitivity matrix of {len(calibration.spec.fitted)} targets by {count} parameters has rank "
            f"{found.rank} (singular values: {steep}); among the {found.rank} directions along which targets move the "
            f"condition number is {number(found.condition)}"
            f"{f', and along {unmoved} no target moves at all' if unmoved else ''}. Of {count} directions, "
            f"{found.pinned} are known better from the targets than from the ranges."
        )
    return [first, *(pair[zh] for pair in sentences(found, labels(calibration.spec.names)))]


def recovery_sentences(calibration: Calibration, zh: bool) -> list[str]:
    """Of a recovery: what became of each parameter."""
    assert calibration.truth is not None
    named = labels(calibration.spec.names)
    lines = []
    for name, truth in calibration.truth.items():
        low, high = calibration.set.interval(name)
        verdict = _RECOVERED[recovered(calibration, name)][zh]
        label = named[name][zh]
        lines.append(
            f"{label}：真值{number(truth)}，参数组{number(low)}至{number(high)}，{verdict}"
            if zh
            else f"{label}: true {number(truth)}, set {number(low)} to {number(high)}: {verdict}"
        )
    return lines


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [
        "| " + " | ".join(heads) + " |",
        "|" + " --- |" * len(heads),
        *("| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in rows),
    ]
