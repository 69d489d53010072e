"""Entering a result: only of a forecast that was sealed before, and only once; a slip is corrected in the open."""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import InvalidOperation
from pathlib import Path

from experiments.forecasts.book import Record, writing
from experiments.forecasts.entries import Entry, Result, entries
from experiments.trials.percent import doubt, from_percent_sign
from sim.core.errors import UserError
from sim.toml.source import meant

FORM = "NUMBER.OUTCOME=ESTIMATE"
_FORM = re.compile(r"(\d+)\.(.+)=([^=]+)")


def enter(
    path: Path, text: str, *, se: float | None, source: str, published: dt.date | None, correct: str = ""
) -> Record:
    """Enter what was found.

    Args:
        path: The book.
        text: "3.profit=0.05": number of the sealed forecast, outcome, estimate in its unit (percent: 0.05 is 5%).
        se: Its standard error, if known.
        source: Who says so.
        published: The day on which the result was made public.
        correct: Why a result that was entered already is wrong; both stay in the book.

    Raises:
        UserError: There is no such forecast, it has a result already, or source or day are missing or impossible.
    """
    number, name, said = _parsed(text)
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
        _check_correction(entry, correct, path)
        estimate = _estimate(said, entry)
        result = Result(
            forecast=number,
            outcome=name,
            estimate=estimate,
            se=se,
            source=source.strip(),
            published=published,
            corrects=entry.result_record,
            why=correct.strip(),
        )
        return book.add("result", result.model_dump(mode="json"))


def _check_correction(entry: Entry, correct: str, path: Path) -> None:
    if entry.result is not None and not correct.strip():
        there = f"{entry.number}.{entry.outcome.name} has a result already ({entry.result.estimate:g})"
        mend = 'if that was a slip, say so: --correct "why"; both stay in the book'
        raise UserError(f"{there}, which is sealed", file=path, field="--enter", mend=mend)
    if entry.result is None and correct.strip():
        raise UserError("there is no result to correct", file=path, field="--correct", mend="leave it out")


def _estimate(said: str, entry: Entry) -> float:
    """The number in the outcome's unit; of percentages and shares 5% is 0.05, and what may mean either is refused."""
    unit = entry.outcome.unit
    share = unit in ("percent", "share") and said.endswith("%")
    try:
        value = from_percent_sign(said) if share else float(said)
    except (ValueError, InvalidOperation):
        value = math.nan
    if not math.isfinite(value):
        raise UserError(f"cannot be read: {said!r}", field="--enter", allowed=FORM, mend="for example 3.profit=0.05")
    if not share and (mend := doubt(value, unit)):
        problem = f"{said} is above 1, where the forecast is in fractions: 0.05 or 5% is 5%"
        raise UserError(problem, field="--enter", mend=mend)
    return value


def _parsed(text: str) -> tuple[int, str, str]:
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise UserError(f"cannot be read: {text!r}", field="--enter", allowed=FORM, mend="for example 3.profit=0.05")
    return int(match[1]), match[2], match[3].strip()
