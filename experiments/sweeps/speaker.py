"""Says things about a sweep in one language: outcomes, levers, values, effects."""

from __future__ import annotations

import math

from experiments.designs.design import UNITS, Lever, Value
from experiments.designs.outcomes import Kept
from experiments.pages.numbers import Estimate, Numbers
from experiments.pages.words import Words, terms
from experiments.sweeps.result import SweepResult

MILLION = 1e6


class Speaker:
    """Says things about a sweep in one language."""

    def __init__(self, result: SweepResult, language: str) -> None:
        self.of, self.zh = result, language == "zh"
        self.say, self.num = Words(language, "sweep"), Numbers(language)

    def outcome(self, place: int) -> str:
        """An outcome's name with its group and month."""
        kept = self.of.outcomes[place]
        name = kept.title[self.zh]
        if kept.outcome is None:
            return name if kept.group == "all" else self.say("outcome_sum", name=name, group=self._group(kept))
        group = kept.outcome.group_title[self.zh]
        if kept.outcome.month < 0:
            return self.say("outcome_last_day", name=name, group=group)
        key = "outcome_all" if kept.outcome.group == "all" else "outcome"
        group = group if self.zh else group[:1].lower() + group[1:]
        return self.say(key, name=name, group=group, month=kept.outcome.month)

    def _group(self, kept: Kept) -> str:
        """What a sum is of: a group of people, a purse or a measure, by whatever names it has."""
        named = terms("group").get(kept.group)
        for plan in self.of.design.scenarios:
            for purse in plan.purses:
                if purse.id == kept.group:
                    return purse.title_zh if self.zh else purse.title_en
        return named[self.zh] if named else kept.group

    def unit(self, place: int) -> str:
        """The unit in which a difference of an outcome is shown."""
        kept = self.of.outcomes[place]
        if kept.outcome:
            return kept.outcome.unit(difference=True)
        return {"yuan": "money", "share": "points"}.get(kept.unit, "count")

    def effect(self, place: int, value: Estimate) -> str:
        """A difference of an outcome with its unit."""
        return self.num.show(value, self.unit(place), signed=True)

    def lever(self, lever: Lever) -> str:
        """A lever's name."""
        return lever.title.zh if self.zh else lever.title.en

    def scale(self, lever: Lever) -> tuple[float, str]:
        """From a lever's values to shown ones, and the axis they stand on."""
        if lever.times:
            return 1.0, self.say("times_axis")
        if lever.unit in ("yuan", "share"):
            shown = self.num.unit("money" if lever.unit == "yuan" else "share")
            return shown.factor, shown.axis
        return 1.0, UNITS[lever.unit][self.zh]

    def value(self, lever: Lever, value: Value) -> str:
        """A value of a lever with its unit."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return str(value)
        if math.isnan(value):
            return "–"
        factor, axis = self.scale(lever)
        shown = self.num.values(value * factor)
        if lever.times:
            return self.say("of_shipped", x=shown)
        return f"{shown}%" if lever.unit == "share" else self.say("with_unit", x=shown, unit=axis)

    def step(self, lever: Lever, place: int, step: Estimate) -> str:
        """What a unit of a lever adds in a step."""
        money = lever.unit == "yuan" and not lever.times
        text = self.effect(place, step.times(MILLION) if money else step)
        return self.say("per_million" if money else "per_unit", effect=text)
