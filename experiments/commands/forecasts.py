"""`village forecasts`: the book of sealed forecasts, results entered, everything scored."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.options import Json, Languages, Quiet, Results, languages, print_json

BOOK = "forecasts/book.jsonl"
Book = Annotated[Path | None, typer.Option("--book", metavar="FILE", help=f"The book; RESULTS/{BOOK} by default.")]


def book_of(book: Path | None, results: Path) -> Path:
    """The book that is meant."""
    return results / BOOK if book is None else book


def forecasts(
    enter: Annotated[
        str | None,
        typer.Option(
            "--enter",
            metavar="NUMBER.OUTCOME=ESTIMATE",
            help="Enter what was found: 3.profit=0.05, in the outcome's unit (percent and share: 0.05 is 5%).",
        ),
    ] = None,
    se: Annotated[float | None, typer.Option("--se", help="With --enter: the result's standard error.")] = None,
    source: Annotated[str, typer.Option("--source", help="With --enter: who says so.")] = "",
    published: Annotated[
        str | None,
        typer.Option("--published", metavar="DAY", help="With --enter: the day it was made public, as 2031-05-01."),
    ] = None,
    correct: Annotated[
        str, typer.Option("--correct", metavar="WHY", help="With --enter: why the result entered before was wrong.")
    ] = "",
    book: Book = None,
    results: Results = Path("results"),
    language: Languages = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List and score what was sealed with `village trial --seal`, and enter results.

    A sealed record cannot be changed unnoticed, and a result cannot be entered before its forecast is sealed.
    """
    from experiments.forecasts.book import read_book
    from experiments.forecasts.enter import enter as put
    from experiments.forecasts.entries import entries
    from experiments.forecasts.export import as_json as everything
    from experiments.forecasts.page import write_pages
    from experiments.forecasts.seal import SHIPPED, shipped_entries
    from experiments.forecasts.terminal import print_entered, print_forecasts
    from sim.core.errors import UserError

    path, written = book_of(book, results), languages(language)
    if enter is None and (se is not None or source or published is not None or correct):
        problem, mend = "say something of a result, and none is entered", "add --enter NUMBER.OUTCOME=ESTIMATE"
        raise UserError(problem, field="--se, --source, --published and --correct", mend=mend)
    if enter is not None:
        record = put(path, enter, se=se, source=source, published=_day(published), correct=correct)
        if not quiet and not as_json:
            print_entered(record, written[0])
    own = read_book(path)
    found = [*(shipped_entries() if path.resolve() != SHIPPED else ()), *entries(own)]
    pages = write_pages(found, own.last if own.records else "", (results / BOOK).parent, written)
    if as_json:
        print_json({"book": str(path), "files": [str(page) for page in pages], **everything(found)})
        return
    print_forecasts(found, written[0])
    if not quiet:
        typer.echo(f"{'报告：' if written[0] == 'zh' else 'Report: '}{pages[0]}")


def _day(text: str | None) -> dt.date | None:
    from sim.core.errors import UserError

    try:
        return None if text is None else dt.date.fromisoformat(text)
    except ValueError:
        problem = f"{text!r} is no day"
        raise UserError(problem, field="--published", allowed="year-month-day, as 2031-05-01") from None
