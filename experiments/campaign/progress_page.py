"""What is said of progress: a table in the terminal, as CSV, and on a page in each language."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.campaign.actual import Report
from experiments.campaign.blocks import Shown, percent
from experiments.campaign.curves import COUNTY
from experiments.campaign.drawing import Mark, wall
from experiments.campaign.from_ledgers import Note
from experiments.campaign.page import print_table
from experiments.campaign.progress import Help, Standing, date_of_day, week_of
from experiments.campaign.results import BEHIND, RISK
from experiments.campaign.run import KIND, Carried
from experiments.campaign.variants import CADRES
from experiments.measure.statistics import NEAR_ENOUGH
from experiments.pages.blocks import Answer, Cell, Figure, Table
from experiments.pages.layout import fill
from experiments.pages.numbers import Estimate
from experiments.pages.spreadsheet import csv_text
from experiments.runs.store import add_files
from experiments.screen import screen

WORDS = (
    "task", "place", "on_date", "reported", "behind", "amount", "expected", "chance_before", "chance_now", "catches_up",
)  # fmt: skip
COLUMNS = (
    "task", "place", "date", "reported", "planned", "behind_days", "amount", "expected", "expected_low",
    "expected_high", "chance_before", "chance", "chance_low", "chance_high", "more_cadres", "cadres_cost_yuan",
    "more_yuan",
)  # fmt: skip


class ProgressShown:
    """Progress as a reader of one language sees it.

    Args:
        carried: The campaign.
        reports: What was reported.
        standings: What follows of it.
        language: "en" or "zh".
        notes: What is to be said of the figures reported.
    """

    def __init__(
        self,
        carried: Carried,
        reports: Sequence[Report],
        standings: Sequence[Standing],
        language: str,
        notes: Sequence[Note] = (),
    ) -> None:
        self.shown, self.carried = Shown(carried, language), carried
        self.reports, self.standings = reports, standings
        self.say, self.num = self.shown.say, self.shown.num
        self.notes = [*(str(getattr(note, language)) for note in notes), self.say("progress_note")]
        self._places = {place.ident: self.shown.place(place) for place in carried.results.places}

    def sentence(self) -> str:
        """Who is behind in the week of the latest report."""
        week = self.say("week_n", n=week_of(self.carried.results, self.reports))
        late = [one for one in self.standings if one.planned - one.reported >= BEHIND * one.amount]
        late.sort(key=lambda one: (one.now.value, -one.behind_days))
        if not late:
            return self.say("progress_sentence_none", week=week)
        items = [
            self.say("behind_item", task=self.shown.title(one.task), place=self._places[one.place],
                     days=round(one.behind_days))
            for one in late
        ]  # fmt: skip
        return self.say("progress_sentence", week=week, what=self.num.join(items))

    def table(self) -> Table:
        """Every task and place that something was reported of."""
        rows = [self._row(one) for one in self.standings]
        note = ("" if self.shown.zh else " ").join(self.notes)
        return Table(self.say("progress_title"), [self.say(word) for word in WORDS], rows, note=note)

    def wall(self) -> Figure:
        """The county's weeks from the reports on, or those of the places reported: as reported, then as runs go on."""
        county = [one for one in self.standings if one.place == COUNTY]
        results, shown = self.carried.results, self.shown
        rows = []
        for one in county or self.standings:
            title = shown.title(one.task) + ("" if county else f" ({self._places[one.place]})")
            rows.append((title, self._marks(one), -(-results.due(one.task) // 7)))
        kinds = ("done", "plan", "behind", "risk")
        header = (self.say("task"), *map(str, results.weeks))
        data = [[Cell(title), *(Cell(mark.text, number=True) for mark in marks)] for title, marks, _ in rows]
        return Figure(
            key="wall-progress",
            title=self.say("wall_progress"),
            source=self.say("wall_source", n=len(results.seeds)),
            draw=wall(rows, self.say("week"), [(kind, shown.legend(kind)) for kind in kinds]),
            data=Table(self.say("wall_progress"), header, data),
        )

    def _marks(self, one: Standing) -> list[Mark]:
        marks = []
        for week, done in zip(self.carried.results.weeks, one.weeks, strict=True):
            share, planned = done / one.amount, self.carried.results.planned(one.task, week)
            if math.isnan(share):
                marks.append(Mark("", "plain"))
            elif share >= NEAR_ENOUGH:
                marks.append(Mark("✓", "done"))
            elif share < planned - BEHIND:
                marks.append(Mark(f"{percent(share)}▼", "risk" if one.now.value < RISK else "behind"))
            else:
                marks.append(Mark(percent(share), "plan"))
        return marks

    def _row(self, one: Standing) -> list[Cell]:
        shown = self.shown
        expected = Estimate(one.expected.value, one.expected.low, one.expected.high)
        late = one.planned - one.reported >= BEHIND * one.amount
        return [
            Cell(shown.title(one.task)),
            Cell(self._places[one.place]),
            Cell(self.num.day(date_of_day(self.carried.results, one.day))),
            Cell(shown.amount(one.task, one.reported), number=True),
            Cell(self._against_plan(one), mark="bad" if late else ""),
            Cell(shown.amount(one.task, one.amount), number=True),
            Cell(shown.amount(one.task, expected), number=True),
            Cell(shown.chance(one.before)),
            Cell(shown.chance(one.now), mark="bad" if one.now.value < RISK else ""),
            Cell(self._catches_up(one)),
        ]

    def _against_plan(self, one: Standing) -> str:
        days = round(one.behind_days)
        if days == 0:
            return self.say("on_plan")
        return self.say("behind_by" if days > 0 else "ahead_by", n=abs(days))

    def _catches_up(self, one: Standing) -> str:
        if one.now.value >= 1.0:
            return self.say("no_need")
        if not one.helps:
            return self.say("no_help", binds=self.shown.binds(one.task, one.place))
        return self.num.join([self._help(help_) for help_ in one.helps])

    def _help(self, help_: Help) -> str:
        cost = self.num.show(Estimate(help_.cost_yuan), "money")
        if help_.what_if == CADRES:
            return self.say("help_cadres", n=self.num.values(help_.size), cost=cost)
        return self.say("help_money", cost=cost)

    def page(self) -> str:
        """The page."""
        carried, clock = self.carried, self.carried.results.tasks.clock
        plan = carried.plan
        world = self.say(
            "world", title=plan.title.zh if self.shown.zh else plan.title.en, start=self.num.day(clock.start),
            end=self.num.day(clock.end), villages=plan.world.villages, n=len(carried.results.seeds),
        )  # fmt: skip
        answer = Answer(
            "progress", self.say("progress_page"), self.say("progress_question"), sentence=self.sentence(),
            figure=self.wall(), blocks=[self.table()],
        )  # fmt: skip
        kicker = self.say("kicker", name=carried.folder.name)
        return fill(self.shown.language, self.say, [answer], kicker, world, calibrated=True)


def write_progress(
    carried: Carried,
    reports: Sequence[Report],
    standings: Sequence[Standing],
    languages: Sequence[str],
    notes: Sequence[Note] = (),
) -> list[Path]:
    """Write progress.csv and the pages into the campaign's folder.

    Returns:
        The pages first, in the order of the languages.
    """
    shown = [ProgressShown(carried, reports, standings, language, notes) for language in languages]
    pages: dict[str, bytes | str] = {f"progress.{one.shown.language}.html": one.page() for one in shown}
    rows = ([row[column] for column in COLUMNS] for row in map(_flat, [carried] * len(standings), standings))
    return add_files(carried.folder, KIND, {**pages, "progress.csv": csv_text(COLUMNS, rows, mark=True)})


def as_json(carried: Carried, standings: Sequence[Standing]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [{key: None if value == "" else value for key, value in _flat(carried, one).items()} for one in standings]


def _flat(carried: Carried, one: Standing) -> dict[str, Any]:
    helps = {help_.what_if: help_ for help_ in one.helps}
    cadres, money = helps.get(CADRES), next((h for name, h in helps.items() if name != CADRES), None)
    return {
        "task": one.task,
        "place": one.place,
        "date": str(date_of_day(carried.results, one.day)),
        "reported": one.reported,
        "planned": round(one.planned, 2),
        "behind_days": round(one.behind_days, 1),
        "amount": round(one.amount, 2),
        "expected": round(one.expected.value, 2),
        "expected_low": _number(one.expected.low),
        "expected_high": _number(one.expected.high),
        "chance_before": one.before.value,
        "chance": one.now.value,
        "chance_low": round(one.now.low, 4),
        "chance_high": round(one.now.high, 4),
        "more_cadres": cadres.size if cadres else "",
        "cadres_cost_yuan": round(cadres.cost_yuan) if cadres else "",
        "more_yuan": round(money.size) if money else "",
    }


def _number(value: float) -> float | str:
    return round(value, 2) if value == value else ""


def print_progress(
    carried: Carried,
    reports: Sequence[Report],
    standings: Sequence[Standing],
    language: str,
    notes: Sequence[Note] = (),
) -> None:
    """Progress in the terminal: a sentence, the table, how it is reckoned."""
    shown = ProgressShown(carried, reports, standings, language, notes)
    out = screen()
    out.print(shown.sentence(), style="bold")
    print_table(shown.table())
    for note in shown.notes:
        out.print(note)
