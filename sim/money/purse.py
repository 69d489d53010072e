"""A purse as a plan states it: money with permitted uses, an amount and a release date."""

from __future__ import annotations

from pydantic import Field

from sim.core.dates import CampaignDay
from sim.core.frozen import FrozenModel
from sim.core.text import OneLine
from sim.facts.limits import MOST_YUAN


class Purse(FrozenModel):
    """Money with permitted uses; it never crosses purposes."""

    id: OneLine = Field(min_length=1, description="name that policies use")
    title_en: OneLine = Field(min_length=1, description="English name")
    title_zh: OneLine = Field(min_length=1, description="Chinese name")
    amount_yuan: float = Field(ge=0, le=MOST_YUAN, description="how much it holds, in yuan")
    release: CampaignDay = Field(default=1, description="date or campaign day (1 = first) from which it can be spent")
    uses: tuple[str, ...] = Field(min_length=1, description="kinds of policy it may pay for")
