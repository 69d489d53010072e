"""A purse as a plan states it: money with permitted uses, an amount and a release date."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import BeforeValidator, Field

from sim.core.frozen import FrozenModel


def _release(value: object) -> object:
    if isinstance(value, dt.datetime) or not isinstance(value, (dt.date, int)) or isinstance(value, bool):
        raise ValueError("must be a date such as 2013-03-01 or a campaign day (1 = first)")
    if isinstance(value, int) and not 1 <= value <= 3650:
        raise ValueError("must be a campaign day from 1 to 3650")
    return value


class Purse(FrozenModel):
    """Money with permitted uses; it never crosses purposes."""

    id: str = Field(min_length=1, description="name that policies use")
    title_en: str = Field(min_length=1, description="English name")
    title_zh: str = Field(min_length=1, description="Chinese name")
    amount_yuan: float = Field(ge=0, description="how much it holds, in yuan")
    release: Annotated[dt.date | int, BeforeValidator(_release)] = Field(
        default=1, description="date or campaign day (1 = first) from which it can be spent"
    )
    uses: tuple[str, ...] = Field(min_length=1, description="kinds of policy it may pay for")
