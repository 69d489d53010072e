"""Entering a result: only of a forecast that was sealed before, and only once."""

from __future__ import annotations

import datetime as dt
import math
import re
from pathlib import Path

from experiments.forecasts.book import Record, writing
from experiments.forecasts.entries import Result, entries
from sim.core.errors import UserError
from sim.toml.source import meant

FORM = "NUMBER.OUTCOME=ESTIMATE"
_FORM = re.compile(r"(\d+)\.(.+)=([^=]+)")


def enter(path: Path, text: str, *, se: float | None, source: str, published: dt.date | None) -> Record:
    """Enter what was found.

    Args:
        path: The book.
        text: "3.profit=0.05": number of the sealed forecast, outcome, estimate in its unit (percent: 0.05 is 5%).
        se: Its standard error, if known.
        source: Who says so.
        published: The day on which the result was made public.

    Raises:
        UserError: There is no such forecast, it has a result already, or source or day are missing or impossible.
    """
    number, name, estimate = _parsed(text)
    today = dt.datetime.now(dt.UTC).date()
    if not source.strip():
        raise UserError("a result needs a source", field="--source", mend='for example --source "Smith and Li 2031"')
    if published is None:
        mend = "for example --published 2031-05-01; a result that was public before the seal is counted apart"
        raise UserError("a result needs the day on which it was made public", field="--published", mend=mend)
    if published > today:
        raise UserError(f"{published} has not come yet", field="--published", allowed=f"at the latest {today}")
    if se is not None and not (math.isfinite(se) and se > 0):
        raise UserError(f"must be above 0, found {se:g}", field="--se")
    with writing(path) as book:
        found = entries(book.book)
        known = list(dict.fromkeys(str(entry.number) for entry in found))
        mine = [entry for entry in found if entry.number == number]
        if not mine:
            nothing = f"no forecast was sealed as number {number}: a result cannot come before its seal"
            raise UserError(nothing, file=path, field="--enter", allowed=", ".join(known) or "none yet: seal one first")
        entry = next((one for one in mine if one.outcome.name == name), None)
        if entry is None:
            names = [one.outcome.name for one in mine]
            raise UserError(f"forecast {number} has no outcome '{name}'", field="--enter", **meant(name, names))
        if entry.result is not None:
            problem = f"{number}.{name} has a result already ({entry.result.estimate:g}), which is sealed"
            raise UserError(problem, file=path, field="--enter", mend="seal a new forecast if the question is new")
        result = Result(
            forecast=number, outcome=name, estimate=estimate, se=se, source=source.strip(), published=published
        )
        return book.add("result", result.model_dump(mode="json"))


def _parsed(text: str) -> tuple[int, str, float]:
    match = _FORM.fullmatch(text.strip())
    try:
        estimate = float(match[3]) if match else math.nan
    except ValueError:
        estimate = math.nan
    if match is None or not math.isfinite(estimate):
        raise UserError(f"cannot be read: {text!r}", field="--enter", allowed=FORM, mend="for example 3.profit=0.05")
    return int(match[1]), match[2], estimate
