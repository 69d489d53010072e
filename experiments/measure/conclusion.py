"""What a sensitivity experiment concludes, in the form in which another experiment's report quotes it."""

from __future__ import annotations

from pydantic import Field

from sim.core.frozen import FrozenModel

CONCLUSION = "conclusion.json"
"""The file's name in the experiment's folder."""


class Turn(FrozenModel):
    """Where a conclusion turns round: a parameter, the value (of a list: times its values), and on which side of it."""

    parameter: str
    value: float
    direction: str
    times: bool = False


class Conclusion(FrozenModel, extra="ignore"):
    """What a sensitivity experiment concludes about one scenario's advantage over another."""

    a: str
    b: str | None
    outcome: str
    leans_on: tuple[str, ...]
    turns_round: tuple[Turn, ...] = ()
    method: str = ""
    samples: int = Field(default=0, ge=0)
    moved_alone: int = Field(default=0, ge=0)  # how many parameters were moved alone, to see whether it turns round
    decided: bool = True  # whether it can be told which of the two is ahead
