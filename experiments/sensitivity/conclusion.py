"""What an analysis comes to: one sentence, and the file from which another report can quote it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from experiments.measure.outcome import Outcome
from experiments.measure.statistics import mean_of
from experiments.pages.numbers import Estimate, Numbers
from experiments.pages.words import Words, unit_zh
from experiments.sensitivity.analysis import AnalysisResult, SensitivityRequest
from experiments.sensitivity.factors import Factor
from experiments.sensitivity.one_at_a_time import Turn
from sim.parameters import Parameter
from sim.scenario import Plan

NAMED = 3
"""How many parameters, and how many turning points, the sentence names."""


@dataclass(frozen=True)
class Analysis:
    """A question, its scenarios and outcomes, and what was found."""

    plans: tuple[Plan, ...]
    outcomes: tuple[Outcome, ...]
    seeds: tuple[int, ...]
    asked: SensitivityRequest
    found: AnalysisResult

    @property
    def first(self) -> Outcome:
        """The first outcome, which the sentence is about."""
        return self.outcomes[0]

    @property
    def paired(self) -> bool:
        """Whether the outcome is a difference between two scenarios."""
        return len(self.plans) == 2

    @property
    def base(self) -> Estimate:
        """The outcome with every parameter at its value; the interval is of chance."""
        return mean_of(self.found.base[0])

    @property
    def second_is_better(self) -> bool:
        """Of two scenarios, whether the second is better in the first outcome."""
        return (self.base.value > 0) == (self.first.better > 0)

    @property
    def runs_a_point(self) -> int:
        """Runs of the model that one point takes."""
        return len(self.plans) * len(self.seeds)


class Speaker:
    """Says things about an analysis in one language."""

    def __init__(self, analysis: Analysis, language: str) -> None:
        self.of, self.language, self.zh = analysis, language, language == "zh"
        self.say, self.num = Words(language, "sensitivity"), Numbers(language)
        self.unit = analysis.first.unit(analysis.paired)

    # names

    def parameter(self, factor: Factor) -> str:
        """A parameter's name for readers."""
        entry: Parameter = factor.parameter
        return (entry.label_zh if self.zh else entry.label_en) or entry.name

    def scenario(self, place: int) -> str:
        """A scenario's title."""
        title = self.of.plans[place].title
        return title.zh if self.zh else title.en

    def outcome(self) -> str:
        """The first outcome's name with its group and month."""
        first = self.of.first
        name, group = first.title[self.zh], first.group_title[self.zh]
        if not self.zh:
            name, group = name[:1].lower() + name[1:], group[:1].lower() + group[1:]
        if first.month < 0:
            return self.say("outcome_last_day", name=name, group=group)
        key = "outcome_all" if first.group == "all" else "outcome"
        return self.say(key, name=name, group=group, month=first.month)

    # numbers

    def shown(self, value: float | Estimate, signed: bool = False) -> str:
        """A value of the outcome with its unit."""
        return self.num.show(value if isinstance(value, Estimate) else Estimate(value), self.unit, signed)

    def number(self, factor: Factor, x: float) -> str:
        """A value of a parameter, without unit."""
        text = _digits(self.num, x)
        return self.say("times", x=text) if factor.is_list else text

    def with_unit(self, factor: Factor, x: float) -> str:
        """A value of a parameter with its unit."""
        if factor.is_list:
            return self.number(factor, x)
        unit = factor.parameter.unit
        return self.say("with_unit", x=self.number(factor, x), unit=unit_zh(unit) if self.zh else unit)

    # sentences

    def leans_on(self) -> str:
        """The first parameters, as a list in a sentence."""
        first = self.of.found.order[:NAMED]
        return self.num.join([self.parameter(self.of.asked.factors[place]) for place in first])

    def turn(self, turn: Turn) -> str:
        """One turning point: "x exceeds 3 (yuan)"."""
        factor = self.of.asked.factors[turn.place]
        return self.say(turn.direction, name=self.parameter(factor), value=self.with_unit(factor, turn.value))

    def sentence(self) -> str:
        """What it comes to."""
        base, leans, outcome = self.of.base, self.leans_on(), self.outcome()
        if not self.of.paired:
            return self.say("level", a=self.scenario(0), outcome=outcome, value=self.shown(base), leans=leans)
        if not base.sign:
            value = self.shown(base, signed=True)
            names = {"a": self.scenario(0), "b": self.scenario(1)}
            key = "undecided" if len(self.of.seeds) > 1 else "one_replicate"
            return self.say(key, **names, outcome=outcome, value=value, leans=leans)
        better, worse = (1, 0) if self.of.second_is_better else (0, 1)
        cases = [self.turn(one) for one in _nearest(self.of)[:NAMED]]
        turn = (
            self.say("turns", cases=self.say("or").join(cases))
            if cases
            else self.say("no_turn", count=len(self.of.found.swings))
        )
        return self.say(
            "advantage",
            better=self.scenario(better),
            worse=self.scenario(worse),
            outcome=outcome,
            value=self.shown(base if better else base.times(-1.0), signed=True),
            leans=leans,
            turn=turn,
        )


def conclusion(analysis: Analysis) -> dict[str, Any]:
    """What stands in conclusion.json: what a comparison's report quotes (`experiments.measure.conclusion`), and
    more beside.

    `a` has the advantage over `b` (of one scenario alone, `b` is null). Where a list turns it round, `times` is true
    and the value a factor.
    """
    asked, found = analysis.asked, analysis.found
    better = int(analysis.paired and analysis.second_is_better)
    turns = [(asked.factors[one.place], one) for one in _nearest(analysis)]
    return {
        "a": analysis.plans[better].id,
        "b": analysis.plans[1 - better].id if analysis.paired else None,
        "outcome": str(analysis.first),
        "leans_on": [asked.factors[place].key for place in found.order[:NAMED]],
        "turns_round": [
            {"parameter": factor.key, "value": one.value, "direction": one.direction, "times": factor.is_list}
            for factor, one in turns
        ],
        "method": asked.method,
        "samples": found.points,
        "value": {"mean": analysis.base.value, "low": _known(analysis.base.low), "high": _known(analysis.base.high)},
        "decided": bool(analysis.base.sign),
        "enough": found.enough,
        "first_agree": [found.settled.halves_agree, found.settled.of],
        "reversed_share": found.screened.reversed_share if found.screened and analysis.paired else None,
        "moved_alone": len(found.swings),
        "ranked": [_named(asked.factors[place]) for place in found.order[: asked.keep]],
        "turns": [
            {**_named(factor), "value": one.value, "factor_of_list": factor.is_list, "direction": one.direction}
            for factor, one in turns
        ],
        "design": {
            "parameters": len(asked.factors),
            "trajectories": found.screened.trajectories if found.screened else 0,
            "sobol_samples": found.shared.samples if found.shared else 0,
            "replicates": len(analysis.seeds),
            "reach": asked.reach,
            "seed": asked.seed,
        },
        "scenarios": [{"id": plan.id, "digest": plan.digest()} for plan in analysis.plans],
        "sentence": {language: Speaker(analysis, language).sentence() for language in ("en", "zh")},
    }


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _named(factor: Factor) -> dict[str, Any]:
    entry = factor.parameter
    label = {"en": entry.label_en or entry.name, "zh": entry.label_zh or entry.name}
    return {"parameter": entry.key, "label": label, "unit": entry.unit}


def _nearest(analysis: Analysis) -> Sequence[Turn]:
    """The turning points, the nearest first: by the share of the way to the end of the range."""

    def far(turn: Turn) -> float:
        factor = analysis.asked.factors[turn.place]
        end = factor.high if turn.direction == "above" else factor.low
        return abs(turn.value - factor.base) / abs(end - factor.base)

    return sorted(analysis.found.turns, key=far)


def _digits(numbers: Numbers, x: float) -> str:
    """Three significant digits, no noughts at the end."""
    places = 2 - math.floor(math.log10(abs(x))) if x else 0
    text = numbers.plain(x, max(0, places))
    return text.rstrip("0").rstrip(".") if "." in text else text
