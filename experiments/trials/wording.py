"""Numbers, rules and verdicts of virtual trials as a reader should see them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from experiments.measure.statistics import Interval
from experiments.pages.numbers import Estimate, Numbers, decimals_plain
from experiments.pages.words import Words
from experiments.trials.outcome import Condition
from experiments.trials.results import OutcomeResult

_TIMES = {"percent": 100.0, "share": 100.0}


class Shown:
    """Everything about outcomes in words of one language.

    Args:
        language: "en" or "zh".
    """

    def __init__(self, language: str) -> None:
        self.language, self.zh = language, language == "zh"
        self.say = Words(language, "trials")
        self.num = Numbers(language)

    def title(self, title: Any) -> str:
        """A title in this language."""
        return str(title.zh if self.zh else title.en)

    def label(self, one: OutcomeResult) -> str:
        """What the outcome is called."""
        return self.title(one.outcome.label)

    def factor(self, one: OutcomeResult) -> float:
        """From stored effects to shown ones: percent and points."""
        return _TIMES.get(one.outcome.unit, 1.0)

    def unit(self, one: OutcomeResult) -> str:
        """The unit of the effect."""
        return str(self.say(f"unit_{one.outcome.unit}"))

    def model(self, one: OutcomeResult) -> Estimate:
        """Mean over the replicates with its Monte Carlo interval."""
        return _estimate(one.mean).times(self.factor(one))

    def published(self, one: OutcomeResult) -> Estimate | None:
        """The published estimate with its 95% interval."""
        value, se = one.figure.middle, one.figure.se
        if value is None:
            return None
        half = math.nan if se is None else 1.96 * se
        return Estimate(value, value - half, value + half).times(self.factor(one))

    def published_text(self, one: OutcomeResult) -> str:
        """The same with the decimals it was published with."""
        estimate = self.published(one)
        if estimate is None:
            return "–"
        places = _places(estimate.value)
        text = self.num.plain(estimate.value, places)
        space = "" if self.zh else "\u00a0"
        return f"{text}{space}±{space}{self.num.plain(estimate.half, places)}" if estimate.has_interval else text

    def model_text(self, one: OutcomeResult) -> str:
        """The mean over the replicates with its unit."""
        return self._with_unit(one, self.amount(self.model(one)))

    def single(self, one: OutcomeResult) -> Estimate:
        """What one trial of this size would report, on average."""
        half = 1.96 * one.trial_se
        return Estimate(one.mean.value, one.mean.value - half, one.mean.value + half).times(self.factor(one))

    def amount(self, estimate: Estimate | Interval | None) -> str:
        """A value and its half-width."""
        if estimate is None:
            return "–"
        return self.num.bare(_estimate(estimate) if isinstance(estimate, Interval) else estimate)

    def plain(self, value: float) -> str:
        """A number without interval."""
        return "–" if not math.isfinite(value) else self.num.plain(value, decimals_plain(value, 2))

    def percent(self, value: float) -> str:
        """A share."""
        return self.num.share(value)

    def limits(self, low: float | None, high: float | None, factor: float) -> str:
        """A range of a rule."""
        places = max((_places(v * factor) for v in (low, high) if v is not None), default=0)
        words = {"low": low, "high": high}
        shown = {k: self.num.plain(v * factor, places) for k, v in words.items() if v is not None}
        key = "range" if len(shown) == 2 else "at_least" if "low" in shown else "at_most"
        return str(self.say(key, **shown))

    def rule(self, one: OutcomeResult) -> str:
        """The rule in words."""
        rule, factor = one.figure.rule, self.factor(one)
        if rule is None:
            return "–"
        if rule.sign:
            text = str(self.say("sign_rule", sign=self.say(rule.sign), share=self.num.share(rule.sign_share)))
        else:
            low, high = (_finite(limit) for limit in one.figure.limits)
            text = self.limits(low, high, factor)
            if rule.no_effect is not None:
                text = str(self.say("no_effect_rule", range=text))
        if rule.control_low is not None or rule.control_high is not None:
            own = 100.0 if one.outcome.unit == "share" else 1.0
            between = self.limits(rule.control_low, rule.control_high, own)
            text += ("；" if self.zh else "; ") + self.say("control_rule", range=between)
        return text

    def verdict(self, one: OutcomeResult) -> str:
        """Met, missed, or neither."""
        if one.figure.rule is None:
            return str(self.say("no_rule"))
        return str(self.say({True: "met", False: "missed", None: "unjudged"}[one.passed]))

    def enough(self, one: OutcomeResult) -> str:
        """Whether the replicates are enough."""
        if one.enough:
            return str(self.say("no_error" if one.tolerance is None else "enough"))
        if one.tolerance is None or one.needed <= 30:
            return str(self.say("few", n=one.mean.replicates))
        return str(self.say("not_enough", n=one.needed))

    def how(self, one: OutcomeResult) -> str:
        """How the arms are compared, over what, and who is asked."""
        outcome = one.outcome
        at = outcome.quantile
        plain = self.say("arm_itself" if outcome.estimator == "arm" else outcome.estimator)
        parts = [plain if at is None else self.say("at_quantile", share=self.num.share(at))]
        parts += [self.say(f"villages_{outcome.villages}")] if outcome.villages else []
        parts += [self.say(f"who_{outcome.who}")] if outcome.who != "eligible" else []
        return ("；" if self.zh else "; ").join(parts)

    def finds(self, one: OutcomeResult) -> str:
        """A sentence: what the model finds and what was published."""
        words = {"label": self.label(one), "model": self.model_text(one)}
        published, rule = self.published(one), one.figure.rule
        if published is not None:
            return str(self.say("finds", published=self.published_text(one), **words))
        if rule is not None and rule.sign:
            return str(self.say("finds_sign", sign=self.say(rule.sign), **words))
        return str(self.say("finds_alone", **words))

    def condition(self, condition: Condition) -> str:
        """Who is meant."""
        parts = []
        for word, value in (("=", condition.equals), ("≥", condition.min), ("≤", condition.max)):
            if value is not None:
                parts.append(f"{condition.column} {word} {value:g}")
        for word, chinese, share in (("lowest", "最低", condition.lowest), ("highest", "最高", condition.highest)):
            if share is not None:
                text = self.num.share(share)
                column = condition.column
                parts.append(f"{column}{chinese}的{text}" if self.zh else f"{word} {text} of {column}")
        whole = ("，" if self.zh else ", ").join(parts)
        if condition.month:
            whole = str(self.say("in_month", what=whole, month=condition.month))
        return str(self.say("all_but", what=whole)) if condition.all_but else whole

    def settings(self, settings: Mapping[str, Any]) -> str:
        """Names and values."""
        return ", ".join(f"{name} = {_value(value)}" for name, value in settings.items())

    def _with_unit(self, one: OutcomeResult, text: str) -> str:
        if text == "–":
            return text
        unit = {"percent": "%", "sd": " sd", "yuan": " yuan", "share": " points", "level": ""}
        chinese = {"percent": "%", "sd": "个标准差", "yuan": "元", "share": "个百分点", "level": ""}
        return text + (chinese if self.zh else unit)[one.outcome.unit]


def _estimate(interval: Interval | Estimate) -> Estimate:
    return interval if isinstance(interval, Estimate) else Estimate(interval.value, interval.low, interval.high)


def _finite(limit: float) -> float | None:
    return limit if math.isfinite(limit) else None


def _places(value: float) -> int:
    text = f"{value:.6f}".rstrip("0")
    return len(text.partition(".")[2])


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return f"{value:g}" if isinstance(value, float) else str(value)
