"""How lines of evidence are written: amounts with their units, verdicts and uses, in English and Chinese."""

from __future__ import annotations

import math
from typing import Any

from experiments.evidence.judge import Counts, Line
from experiments.evidence.nulls import null_worlds
from experiments.pages.numbers import decimals
from experiments.pages.words import phrases
from experiments.published import Figure

GROUPS, ROLES, VERDICTS, UNITS, NULLS, EVIDENCE = (
    phrases("evidence", kind) for kind in ("group", "role", "verdict", "unit", "null", "evidence")
)
_LARGE, _MANY = ("million yuan", "万元"), 1e7
_PERCENT = ("share", "relative", "share/year")
MINUS, SPACE = "\u2212", "\u00a0"


class Words:
    """Writes in one language.

    Args:
        language: "en" or "zh".
    """

    def __init__(self, language: str) -> None:
        self.zh = language == "zh"

    def pick(self, pair: tuple[str, str]) -> str:
        """The language's half of a pair."""
        return pair[self.zh]

    def label(self, target: Figure) -> str:
        """A target's label."""
        return target.label_zh if self.zh else target.label_en

    def unit(self, unit: str, value: float = 0.0) -> str:
        """What follows a number (large sums are in millions, in Chinese in 万元)."""
        pair = _LARGE if unit == "yuan" and abs(value) >= _MANY else UNITS.get(unit, (unit, unit))
        text = self.pick(pair)
        return text if not text or text.startswith("%") or self.zh else f" {text}"

    def number(self, value: float, unit: str, spread: float = 0.0, size: float | None = None) -> str:
        """A number without its unit, to as many digits as its spread supports.

        Args:
            value: The number.
            unit: Its unit as in the files.
            spread: How well it is known.
            size: The number whose unit stands beside, if that is another one.
        """
        if not math.isfinite(value):
            return "–"
        factor = 100.0 if unit in _PERCENT else 1.0
        if unit == "yuan" and abs(value if size is None else size) >= _MANY:
            factor = 1e-4 if self.zh else 1e-6
        value, spread = value * factor, abs(spread) * factor
        # As the literal in a file: a figure read as 0.276 is 27.6, not 27.599999.
        places = min(4, max(0, decimals(spread))) if spread > 0 else _plain_places(value)
        text = f"{abs(value):,.{places}f}"
        negative = value < 0 and float(text.replace(",", "")) != 0
        return (MINUS if negative else "") + text

    def model(self, line: Line) -> str:
        """Mean and half of its interval."""
        if not math.isfinite(line.mean):
            return "–"
        unit = line.target.unit
        half = (line.high - line.low) / 2.0 if math.isfinite(line.high - line.low) else 0.0
        if half <= 1e-9 * abs(line.mean):  # the same under every seed: as many digits as the rule can tell apart
            low, high = line.target.limits
            allowed = (high - low) / 10.0 if math.isfinite(high - low) else 0.0
            return self.number(line.mean, unit, allowed) + self.unit(unit, line.mean)
        spread = self.number(half, unit, half, line.mean)
        return f"{self.number(line.mean, unit, half)}{SPACE}±{SPACE}{spread}{self.unit(unit, line.mean)}"

    def published(self, target: Figure) -> str:
        """The figure, its range or its sign; and its standard error."""
        unit = target.unit
        if target.range is not None:
            return f"{self._ends(*target.range, unit)}{self.unit(unit)}"
        value = target.middle
        if value is None:
            if target.rule is not None and target.rule.sign is not None:
                return self._sign(target.rule.sign)
            return "–"
        text = self.number(value, unit)
        if target.se is not None:
            text += f" (se {self.number(float(target.se), unit)})" if not self.zh else f"（标准误{target.se * 1:g}）"
        return text + self.unit(unit, value)

    def passes(self, target: Figure) -> str:
        """What passes."""
        rule = target.rule
        if rule is not None and rule.sign is not None:
            share = f"{100 * float(rule.share or 0.95):.0f}%"
            sign = self._sign(rule.sign)
            return f"{share}的均值为{sign}" if self.zh else f"{sign} in {share} of means"
        low, high = target.limits
        if not (math.isfinite(low) or math.isfinite(high)):
            return "–"
        if rule is not None and rule.no_effect is not None:
            whole = "整个区间在" if self.zh else "whole interval in "
            return f"{whole}{self._ends(low, high, target.unit)}{self.unit(target.unit, high)}"
        return f"{self._ends(low, high, target.unit)}{self.unit(target.unit, high)}"

    def verdict(self, line: Line) -> str:
        """The verdict, with a mark where chance could turn it round."""
        text = self.pick(VERDICTS[line.verdict])
        if line.judged and not line.firm:
            text += "（在误差内）" if self.zh else ", not firmly"
        return text

    @property
    def nulls_meet(self) -> str:
        """What the mark of rows says that every null world meets."""
        return self.pick(EVIDENCE["met"])

    def nulls(self, line: Line) -> str:
        """What each null world that a line was put to makes of it."""
        titles = {name: null.title.zh if self.zh else null.title.en for name, null in null_worlds().items()}
        said = [f"{titles[name]}{'：' if self.zh else ': '}{self._null(found)}" for name, found in line.nulls.items()]
        return ("；" if self.zh else "; ").join(said) or "–"

    def _null(self, found: Line) -> str:
        if not found.judged:
            return self.pick(NULLS["nothing"])
        return self.pick(NULLS["met" if found.verdict == "within" else "perhaps" if found.met else "failed"])

    def _sign(self, sign: str) -> str:
        return self.pick({"positive": ("positive", "正"), "negative": ("negative", "负")}[sign])

    def _ends(self, low: float, high: float, unit: str) -> str:
        joint = "至" if self.zh else " to "
        return f"{self.number(low, unit, size=high)}{joint}{self.number(high, unit)}"

    def summary(self, counts: Counts) -> str:
        """First the rows that could fail; then blind checks, rows seen while mending, used rows, inputs and claims."""
        c = counts
        if self.zh:
            text = (
                f"可能不符的{c.could_fail}项中，符合{c.could_fail_within}项（其中未参照的{c.blind_could_fail}项，"
                f"符合{c.blind_could_fail_within}项）：这些至少在一个零世界中不成立。"
                f"其中{c.seen_to_fail}项在零世界中测得且不符（模型符合{c.seen_to_fail_within}项），其余在零世界中无从测量，证据较弱。另计："
                f"未参照检验{c.checks}项，符合{c.checks_within}项；改进模型时已参照{c.informed}项，"
                f"符合{c.informed_within}项；设定或拟合{c.used}项，符合{c.used_within}项；"
                f"参数{c.inputs}项，不作检验；文件说法{c.claims}项，仅作对照；未建模{c.not_modelled}项。"
            )
            text += f"待建模{c.waiting}项。" if c.waiting else ""
            text += f"未在零世界中检验{c.not_put}项。" if c.not_put else ""
            return text + (f"另有{c.not_run}项未运行。" if c.not_run else "")
        text = (
            f"Of {c.could_fail} rows that could fail, {c.could_fail_within} are within (of them blind: "
            f"{c.blind_could_fail}, within {c.blind_could_fail_within}): at least one null world does not meet them. "
            f"{c.seen_to_fail} of them were measured in a null world that fails them, within {c.seen_to_fail_within}; "
            "of the others a null world has nothing to measure, which is weaker evidence. "
            f"Of {c.checks} blind checks {c.checks_within} are within; of {c.informed} rows seen while the model was "
            f"changed {c.informed_within}; of {c.used} fitted or set rows {c.used_within}; "
            f"{c.inputs} inputs are no checks; {c.claims} claims are compared, never fitted; "
            f"{c.not_modelled} figures are not modelled."
        )
        text += f" {c.waiting} rows wait for what the model does not have yet." if c.waiting else ""
        text += f" {c.not_put} rows were put to no null world." if c.not_put else ""
        return text + (f" {c.not_run} rows were not run." if c.not_run else "")


def _plain_places(value: float) -> int:
    """Decimals that a stated figure needs: at most four, none to spare."""
    for places in range(5):
        if abs(round(value, places) - value) < 1e-6 * max(1.0, abs(value)):
            return places
    return 2 if abs(value) >= 1 else 4


def as_json(lines: list[Line], counts: Counts) -> dict[str, Any]:
    """Everything found, as plain values; what is not known is null."""
    return {"counts": vars(counts), "lines": [_plain(line) for line in lines]}


def _plain(line: Line) -> dict[str, Any]:
    target = line.target
    low, high = target.limits
    rule = target.rule
    found: dict[str, Any] = {
        "id": target.id,
        "label": {"en": target.label_en, "zh": target.label_zh},
        "group": line.group,
        "role": target.role,
        "unit": target.unit,
        "published": target.middle,
        "range": target.range,
        "passes": {"low": low, "high": high, "sign": None if rule is None else rule.sign},
        "mean": line.mean,
        "low": line.low,
        "high": line.high,
        "seeds": line.seeds,
        "verdict": line.verdict,
        "could_fail": line.could_fail if line.speaks else None,
        "nulls": {
            name: {"verdict": null.verdict, "met": null.met, "mean": null.mean, "low": null.low, "high": null.high}
            for name, null in line.nulls.items()
        },
        "firm": line.firm if line.judged else None,
        "sign_share": line.sign_share,
        "source": target.source,
        "confidence": target.confidence,
        "turned": target.turned,
        "not_modelled": target.not_modelled,
        "waits_for": target.waits_for,
        "note": target.note,
    }
    return {key: _null(value) for key, value in found.items()}


def _null(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _null(item) for key, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
