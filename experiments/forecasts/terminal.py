"""Forecasts on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table as Screen

from experiments.forecasts.book import Record
from experiments.forecasts.entries import Entry, SealedTrial
from experiments.forecasts.page import SCORES, STANDINGS, Page
from experiments.pages.words import Words
from experiments.screen import screen
from experiments.trials.results import TrialResult


def print_forecasts(found: Sequence[Entry], language: str, console: Console | None = None) -> None:
    """A line a forecast, a line a standing, and the sentence of the page."""
    page, console = Page(found, language), console or screen()
    table = Screen()
    for word in ("entry", "outcome", "standing", "unit", "most", "result", "where"):
        table.add_column(page.say(word), overflow="fold")
    for entry in found:
        one = entry.outcome
        words = (page.number(entry), entry.key, page.say(entry.standing), page.say(f"unit_{one.unit}"))
        table.add_row(*words, page.interval(entry, one.interval_80), page.result(entry), page.where(entry))
    if found:
        console.print(table)
        scores = Screen("", *map(page.say, STANDINGS))
        for word, *values in zip(SCORES, *map(page.scores, STANDINGS), strict=True):
            scores.add_row(page.say(word), *values)
        console.print(scores)
    console.print(page.sentence(), highlight=False)


def print_sealed(
    records: Sequence[Record], results: Sequence[TrialResult], language: str, console: Console | None = None
) -> None:
    """What was sealed, its digest, what makes it worth less than it looks, and what could not be sealed."""
    say, console = Words(language, "forecasts"), console or screen()
    for record in records:
        trial = SealedTrial.model_validate(record.content)
        known = [one.name for one in trial.outcomes if not one.blind]
        lines = [
            say("sealed_line", number=record.number, trial=trial.trial, n=len(trial.outcomes), digest=record.digest)
        ]
        if known:
            lines.append("! " + say("not_blind_line", names=", ".join(known)))
        if trial.discrepancy is None:
            lines.append("! " + say("no_discrepancy_line"))
        if trial.in_view:
            lines.append("! " + say("in_view_line", n=len(trial.known), seen=len(trial.in_view)))
        if set(trial.known_by) - {trial.code_version}:
            lines.append("! " + say("other_version_line", n=len(trial.known)))
        if not trial.vectors:
            lines.append("! " + say("point_line"))
        if trial.unfitted:
            lines.append("! " + say("unfitted_line", n=len(trial.unfitted)))
        for line in lines:
            console.print(line, highlight=False, soft_wrap=True)
    sealed = {(record.content["trial"], one["name"]) for record in records for one in record.content["outcomes"]}
    for result in results if records else ():
        names = [one.name for one in result.trial.outcomes if (result.trial.id, one.name) not in sealed]
        if names:
            line = say("not_sealed_line", trial=result.trial.id, names=", ".join(names))
            console.print(f"! {line}", highlight=False, soft_wrap=True)


def print_entered(record: Record, language: str, console: Console | None = None) -> None:
    """That a result was entered."""
    say, console = Words(language, "forecasts"), console or screen()
    line = say("entered_line", number=record.number, digest=record.digest)
    console.print(line, highlight=False, soft_wrap=True)
