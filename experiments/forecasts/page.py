"""The page of the forecast book: scores, every forecast beside its result, what its intervals are made of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from experiments.forecasts.entries import Entry
from experiments.forecasts.score import Totals, score, totals
from experiments.pages.blocks import Answer, Cell, Code, Figure, Section, Table, Text, number_cells, text_cells
from experiments.pages.charts import Panel, Row, dots
from experiments.pages.layout import fill
from experiments.pages.numbers import Estimate, Numbers, decimals_plain
from experiments.pages.svg import Style
from experiments.pages.words import Words
from experiments.runs.files import write_atomic
from sim.scenario import Title

STANDINGS = ("blind", "public", "known")
SCORES = ("forecasts", "scored", "in_half", "in_most", "crps", "beside", "rival_crps", "skill", "relative")
_TIMES = {"percent": 100.0, "share": 100.0}
_MODEL = Style("#0072B2", "circle")
_RESULT = Style("#D55E00", "square")


def write_pages(found: Sequence[Entry], last: str, folder: Path, languages: Sequence[str]) -> list[Path]:
    """Write the page in each language.

    Args:
        found: Every forecast.
        last: The last digest of the user's own book; empty if it has none.
        folder: Where the pages go.
        languages: "en", "zh".
    """
    pages = []
    for language in languages:
        path = folder / f"forecasts.{language}.html"
        write_atomic(path, render(found, last, language))
        pages.append(path)
    return pages


def render(found: Sequence[Entry], last: str, language: str) -> str:
    """The page in one language."""
    page = Page(found, language)
    answer = Answer(
        "answer",
        page.say("answer"),
        page.say("answer_question"),
        sentence=page.sentence(),
        figure=page.figure(),
        blocks=[page.totals()],
    )
    every = Section("entries", page.say("of_entries"), "")
    every.add(page.table(), page.parts())
    seals = Section("seals", page.say("of_seals"), "")
    seals.add(page.seals(), Text(page.say("seals_note", last=last), "note") if last else None)
    seals.add(Code(page.say("again"), "village forecasts"))
    return fill(language, page.say, [answer, every, seals], page.say("kicker"), page.say("world"), calibrated=True)


class Page:
    """What the page and the terminal show of forecasts.

    Args:
        found: Every forecast.
        language: "en" or "zh".
    """

    def __init__(self, found: Sequence[Entry], language: str) -> None:
        self.found, self.zh = found, language == "zh"
        self.say, self.num = Words(language, "forecasts"), Numbers(language)

    def sentence(self) -> str:
        """The answer in a sentence or two; blind forecasts first, whatever the others say."""
        if not self.found:
            return self.say("sentence_none")
        blind, known = self._totals("blind"), self._totals("known")
        if blind.scored:
            text = self.say("sentence_blind", n=blind.scored, half=blind.inside_50, most=blind.inside_80)
        elif blind.forecasts:
            text = self.say("sentence_no_blind", open=blind.forecasts)
        else:
            text = self.say("sentence_nothing_blind")
        if not known.scored:
            return text
        rest = self.say("sentence_known", n=known.scored, half=known.inside_50, most=known.inside_80)
        return f"{text}{'' if self.zh else ' '}{rest}"

    def totals(self) -> Table:
        """Scores by standing."""
        words = ("standing", *SCORES)
        rows = [[*text_cells(self.say(name)), *number_cells(*self.scores(name))] for name in STANDINGS]
        return Table(self.say("of_totals"), self._header(*words), rows, note=self.say("scores_note"))

    def scores(self, standing: str) -> list[str]:
        """What stands under `SCORES` for one standing."""
        one = self._totals(standing)
        inside = [self._share(count, one.scored) for count in (one.inside_50, one.inside_80)]
        scores = [*map(self._plain, (one.crps, one.beside, one.rival)), self.num.share(one.skill)]
        return [str(one.forecasts), str(one.scored), *inside, *scores, self.num.share(one.relative)]

    def table(self) -> Table:
        """Every forecast beside its result."""
        words = ["entry", "outcome", "unit", "mean", "half", "most", "result", "where"]
        words += ["crps", "rival_crps", "error_relative"]
        rows = [self._row(entry) for entry in self.found]
        return Table(self.say("of_entries"), self._header(*words), rows)

    def _row(self, entry: Entry) -> list[Cell]:
        one, found = entry.outcome, score(entry)
        amounts = [self.amount(entry, one.mean), self.interval(entry, one.interval_50)]
        amounts += [self.interval(entry, one.interval_80), self.result(entry)]
        rival = math.nan if found is None or found.rival is None else found.rival
        scores = ("–", "–", "–")
        if found is not None:
            scores = (self._plain(found.crps), self._plain(rival), self.num.share(found.relative))
        return [
            *text_cells(self.number(entry), self.label(entry), self.say(f"unit_{one.unit}")),
            *number_cells(*amounts),
            *text_cells(self.where(entry)),
            *number_cells(*scores),
        ]

    def parts(self) -> Table:
        """What each forecast's spread is made of, and its rival."""
        words = ("entry", "outcome", "replicates", "vectors", "chance", "parameters", "discrepancy", "rival")
        rows = []
        for entry in self.found:
            one = entry.outcome
            spreads = [self.amount(entry, sd) for sd in (one.chance_sd, one.parameter_sd, one.discrepancy_sd)]
            counts = (str(sum(map(len, one.effects))), str(len(one.effects)) if entry.trial.vectors else "–")
            names = text_cells(self.number(entry), self._title(one.label))
            rows.append([*names, *number_cells(*counts, *spreads), *text_cells(self.rival(entry))])
        return Table(self.say("of_parts"), self._header(*words), rows, note=self.say("parts_note"))

    def seals(self) -> Table:
        """Digest and program of each sealed trial."""
        rows = []
        for entry in {(entry.shipped, entry.number): entry for entry in self.found}.values():
            whose = self.say("shipped" if entry.shipped else "own")
            texts = (whose, str(entry.number), entry.trial.trial, self.num.day(entry.date))
            rows.append(text_cells(*texts, entry.trial.code_version, entry.digest))
        words = ("book", "entry", "trial", "sealed", "version", "digest")
        return Table(self.say("of_seals"), self._header(*words), rows)

    def figure(self) -> Figure | None:
        """Forecasts with 80% intervals beside results, on one scale; what can have no result is left to tables."""
        rows: list[Row] = []
        for entry in self.found:
            one, scale = entry.outcome, entry.outcome.scale
            if not math.isfinite(scale) or (entry.result is None and not one.blind):
                continue
            rows.append(Row(self.label(entry)))
            low, high = one.interval_80
            forecast = Estimate(one.mean, low, high).times(1 / scale)
            rows.append(Row(f"  {self.say('mean')}", (forecast,), (self._plain(forecast.value),), _MODEL))
            if entry.result is not None:
                at = entry.result.estimate / scale
                rows.append(Row(f"  {self.say('result')}", (Estimate(at),), (self._plain(at),), _RESULT))
        if not rows:
            return None
        everyone = totals(self.found)
        title = self.say("figure_open", n=everyone.forecasts)
        if everyone.scored:
            title = self.say("figure_title", inside=everyone.inside_80, n=everyone.scored)
        draw = dots(rows, [Panel(self.say("axis"))], self.num)
        return Figure("forecasts", title, self.say("figure_source"), draw, self.table())

    # ---- words and numbers -------------------------------------------------------------------------------------------

    def number(self, entry: Entry) -> str:
        """The number by which a result is entered; that of the shipped book is marked."""
        return f"{self.say('shipped')} {entry.number}" if entry.shipped else str(entry.number)

    def label(self, entry: Entry) -> str:
        """Trial and outcome in one, and whether the forecast is blind."""
        words = {"trial": self._title(entry.trial.title), "outcome": self._title(entry.outcome.label)}
        return self.say("row_label", **words, standing=self.say(entry.standing))

    def amount(self, entry: Entry, value: float | None) -> str:
        """A number of the outcome, percent and points as such."""
        return self._plain(math.nan if value is None else value * _TIMES.get(entry.outcome.unit, 1.0))

    def interval(self, entry: Entry, ends: tuple[float, float]) -> str:
        """An interval of the outcome."""
        return self.say("from_to", low=self.amount(entry, ends[0]), high=self.amount(entry, ends[1]))

    def result(self, entry: Entry) -> str:
        """What was found."""
        if entry.result is None:
            return self.say("open" if entry.outcome.blind else "no_number")
        text = self.amount(entry, entry.result.estimate)
        return self.say("corrected", result=text) if entry.result.corrects else text

    def where(self, entry: Entry) -> str:
        """Where the result lies."""
        found = score(entry)
        if found is None:
            return "–"
        return self.say("inside_half" if found.inside_50 else "inside_most" if found.inside_80 else "outside")

    def rival(self, entry: Entry) -> str:
        """The pooled mean of like trials."""
        one = entry.outcome.rival
        if one is None:
            return self.say("no_rival")
        return self.say("rival_of", mean=self.amount(entry, one.mean), sd=self.amount(entry, one.sd), n=one.trials)

    def _totals(self, standing: str) -> Totals:
        return totals([entry for entry in self.found if entry.standing == standing])

    def _title(self, title: Title) -> str:
        return title.zh if self.zh else title.en

    def _header(self, *words: str) -> list[str]:
        return [self.say(word) for word in words]

    def _plain(self, value: float) -> str:
        return self.num.plain(value, decimals_plain(value, 2)) if math.isfinite(value) else "–"

    def _share(self, count: int, of: int) -> str:
        if not of:
            return "–"
        share = self.num.share(count / of)
        return f"{count}（{share}）" if self.zh else f"{count} ({share})"
