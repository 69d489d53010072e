"""`[goals.NAME]`: what a county means to reach by a yearly mark: income to grow, poverty to fall, a level."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from sim.core.errors import UserError
from sim.core.frozen import FrozenDict, FrozenModel
from sim.facts.limits import MOST_YUAN
from sim.recording.panel import GROUPS, MEASURES
from sim.scenario.layers import Layers
from sim.scenario.tasks import TaskTitle
from sim.toml.source import meant

LESS = ("headcount", "poverty_gap", "severity", "deprived_share", "overdue_rate", "registered_headcount", "gini")
"""Indicators of which less is better, so that a level set for them is one to come down to."""


class Goal(FrozenModel):
    """One target of the county."""

    title: TaskTitle
    indicator: str = Field(description="indicator of the panel")
    group: str = Field(default="all", description="whose")
    change: float | None = Field(
        default=None, ge=-1, le=10, description="relative change since the opening: 0.18 = up by 18%"
    )
    level: float | None = Field(
        default=None, ge=0, le=MOST_YUAN, description="level to be reached, in the indicator's unit"
    )
    month: int = Field(default=12, ge=12, le=120, multiple_of=12, description="yearly mark by which (12, 24, ...)")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.change is None) == (self.level is None):
            raise ValueError("state either change or level")
        return self

    @property
    def down(self) -> bool:
        """Whether it is reached from above."""
        return self.change < 0 if self.change is not None else self.indicator in LESS

    def asked(self, opening: float) -> float:
        """The level asked for, given the level as the run opened."""
        return opening * (1.0 + self.change) if self.change is not None else float(self.level or 0.0)

    def met(self, opening: float, value: float) -> bool:
        """Whether a value reaches it."""
        asked = self.asked(opening)
        return value <= asked if self.down else value >= asked


Goals = Annotated[Mapping[str, Goal], AfterValidator(FrozenDict)]
"""Goals by the name that the plan gives each."""


def check_goals(layers: Layers, goals: Mapping[str, Goal], own: Collection[str], problems: list[UserError]) -> None:
    """A goal is about an indicator and a group that there are; one beyond the end of a shorter run is not judged.

    Args:
        layers: Where each value came from.
        goals: The goals.
        own: Results and groups that the plan's own observers declare.
        problems: Takes what is wrong.
    """
    for name, goal in goals.items():
        for key, known in (("indicator", MEASURES), ("group", GROUPS)):
            found = getattr(goal, key)
            if found not in known and found not in own:
                place, problem = layers.place(("goals", name, key)), f"there is no {key} '{found}'"
                problems.append(place.error(problem, field=f"goals.{name}.{key}", **meant(found, known)))
