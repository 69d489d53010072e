"""Settings that policies share; a policy's own `Settings` adds its levers."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from sim.facts.limits import MOST_YUAN


class PolicySettings(BaseModel):
    """Settings that every policy has."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    budget_yuan: float = Field(
        default=0.0,
        ge=0,
        le=MOST_YUAN,
        description="most the policy may pay out in the whole county; 0 = whatever its purses hold",
    )
    purses: tuple[str, ...] = Field(
        default=(), description="purses it may draw on, in this order; empty = all that permit its kind"
    )
    start_day: int = Field(default=1, ge=1, le=3650, description="campaign day on which it starts")
    end_day: int = Field(default=100, ge=1, le=3650, description="last campaign day on which it takes anyone in")
    village_share: float = Field(
        default=1.0, ge=0, le=1, description="share of villages that have it, drawn by keyed lottery"
    )
    effects: bool = Field(default=True, description="false: delivered and paid, but nothing changes (a null check)")


class TargetedSettings(PolicySettings):
    """Settings of a policy that takes households in turn."""

    priority: Literal["poorest", "registered", "linked", "anyone"] = Field(
        default="registered", description="who comes first when money or places are short"
    )
    capture: float = Field(default=0.1, ge=0, le=1, description="share of places that go by connections, not by need")
