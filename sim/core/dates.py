"""Days as files state them: a date, or a day of the campaign."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import BeforeValidator

MOST_DAYS = 3650


def _checked(value: object) -> object:
    if isinstance(value, dt.datetime) or not isinstance(value, (dt.date, int)) or isinstance(value, bool):
        raise ValueError("must be a date such as 2013-03-01 or a campaign day (1 = first)")
    if isinstance(value, int) and not 1 <= value <= MOST_DAYS:
        raise ValueError(f"must be a campaign day from 1 to {MOST_DAYS}")
    return value


CampaignDay = Annotated[dt.date | int, BeforeValidator(_checked)]
"""A date, or a campaign day (1 = first)."""


def date_of(day: dt.date | int, start: dt.date) -> dt.date:
    """The date of a day stated either way, for a campaign that starts on `start`."""
    return start + dt.timedelta(days=day - 1) if isinstance(day, int) else day
