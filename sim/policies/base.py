"""What every policy is made of: who is eligible, who accepts, what is delivered, what it costs.

A policy is one class in one file. The model calls `begin` once when the world opens and `day` on each day that
`days` names; both work on the columns of the world (NumPy structured arrays) and move money only through
`model.money`. A policy that is not in the scenario's list costs nothing and draws nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from sim.model import VillageModel


class PolicySettings(BaseModel):
    """Settings that every policy has; a policy's own `Settings` adds its levers."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    budget_yuan: float = Field(default=0.0, ge=0, description="most the policy may pay out; 0 = whatever its purses hold")
    purses: tuple[str, ...] = Field(default=(), description="purses it may draw on, in this order; empty = all that permit its kind")
    start_day: int = Field(default=1, ge=1, le=3650, description="campaign day on which it starts")
    end_day: int = Field(default=100, ge=1, le=3650, description="last campaign day on which it takes anyone in")
    priority: Literal["poorest", "registered", "linked", "anyone"] = Field(
        default="registered", description="who comes first when money or places are short"
    )
    capture: float = Field(default=0.0, ge=0, le=1, description="share of places that go by connections, not by need")
    village_share: float = Field(default=1.0, ge=0, le=1, description="share of villages that have it, drawn by keyed lottery")
    effects: bool = Field(default=True, description="false: delivered and paid, but nothing changes (a null check)")


class Policy:
    """One intervention. Subclasses set `kind`, `Settings` and the four questions."""

    kind: ClassVar[str] = ""
    title_en: ClassVar[str] = ""
    title_zh: ClassVar[str] = ""
    Settings: ClassVar[type[PolicySettings]] = PolicySettings

    def __init__(self, settings: PolicySettings, label: str) -> None:
        self.settings = settings
        self.label = label

    def days(self, model: VillageModel) -> Iterable[int]:
        """Campaign days (1 = first) on which `day` is called."""
        return range(self.settings.start_day, self.settings.end_day + 1)

    def begin(self, model: VillageModel) -> None:
        """Called once, when the world opens."""

    def day(self, model: VillageModel) -> None:
        """Called on each of `days`, before the households' accounts."""

    def month_end(self, model: VillageModel) -> None:
        """Called after the households' accounts have closed."""
