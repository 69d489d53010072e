"""Settings that policies share; a policy's own `Settings` adds its levers.

What is left out stands for "as far as it goes": the whole purse, the whole campaign. Zero is zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from sim.core.dates import CampaignDay
from sim.core.frozen import FrozenModel
from sim.facts.limits import MOST_YUAN


class Lever(NamedTuple):
    """What readers call a setting, and the unit in which they see it ("share" as a percentage); yuan by its name."""

    en: str
    zh: str
    unit: str = "count"


BUDGET = {"budget_yuan": Lever("Most that may be paid out", "支出上限")}
"""For `may_change`, as the next one."""
TURNS = {
    "priority": Lever("Who comes first", "优先对象"),
    "capture": Lever("Places that go by connections", "凭关系占用的名额比例", "share"),
}


class StartWhen(FrozenModel):
    """A condition on which a policy starts: once, for good, on the day after the month's end at which it is met."""

    measure: str = Field(description="a measure of the panel, such as headcount or overdue_rate")
    of: str = Field(default="all", description="a group of the panel, such as poor_at_start; everyone by default")
    above: float | None = Field(
        default=None, ge=-MOST_YUAN, le=MOST_YUAN, description="met where the measure is more than this"
    )
    below: float | None = Field(
        default=None, ge=-MOST_YUAN, le=MOST_YUAN, description="met where the measure is less than this"
    )
    not_before: CampaignDay | None = Field(
        default=None, description="date or campaign day before which nothing is looked at"
    )

    @model_validator(mode="after")
    def _one_threshold(self) -> Self:
        if (self.above is None) == (self.below is None):
            found = "neither" if self.above is None else "both"
            raise ValueError(f"a start condition needs one threshold: either above or below, found {found}")
        return self

    def holds(self, value: float) -> bool:
        """Whether a measure's value meets it; not-a-number (nobody, nothing owed) never does."""
        return value > self.above if self.above is not None else self.below is not None and value < self.below


class PolicySettings(BaseModel):
    """Settings that every policy has."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    no_use: ClassVar[Mapping[str, str]] = {}
    """Shared settings that a policy cannot honour, each with the reason: whoever states one is told, not ignored."""

    budget_yuan: float | None = Field(
        default=None,
        ge=0,
        le=MOST_YUAN,
        description="most the policy may pay out in the whole county; left out: whatever its purses hold",
    )
    purses: tuple[str, ...] = Field(
        default=(), description="purses it may draw on, in this order; empty = all that permit its kind"
    )
    start_day: int = Field(default=1, ge=1, le=3650, description="campaign day on which it starts")
    end_day: int | None = Field(
        default=None,
        ge=1,
        le=3650,
        description="last campaign day on which it takes anyone in; left out: the campaign's last",
    )
    start_when: StartWhen | None = Field(
        default=None,
        description="condition on which it starts, looked at as each month ends; its days then count from the next day;"
        " left out: it starts with the campaign",
    )
    village_share: float = Field(
        default=1.0, ge=0, le=1, description="share of villages that have it, drawn by keyed lottery"
    )
    effects: bool = Field(default=True, description="false: delivered and paid, but nothing changes (a null check)")

    @field_validator("*")
    @classmethod
    def _honoured(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse what would be accepted and do nothing."""
        name = str(info.field_name)
        if name in cls.no_use and value != cls.model_fields[name].default:
            raise ValueError(f"has no use here: {cls.no_use[name]}")
        return value


class TargetedSettings(PolicySettings):
    """Settings of a policy that takes households in turn."""

    priority: Literal["poorest", "registered", "linked", "anyone"] = Field(
        default="registered", description="who comes first when money or places are short"
    )
    capture: float = Field(default=0.1, ge=0, le=1, description="share of places that go by connections, not by need")
