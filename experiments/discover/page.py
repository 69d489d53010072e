"""The page and the sentences of a discovery, in one language."""

from __future__ import annotations

import math

from experiments.designs.outcomes import parse
from experiments.discover.prim import restrictions
from experiments.discover.result import Found
from experiments.pages.blocks import Answer, Cell, Code, Figure, Section, Table, Text, number_cells
from experiments.pages.charts import Panel, Row, dots
from experiments.pages.layout import fill
from experiments.pages.numbers import Estimate, Numbers
from experiments.pages.words import Words, unit_zh


class Speaker:
    """Says what a discovery says.

    Args:
        of: What was found.
        language: "en" or "zh".
    """

    def __init__(self, of: Found, language: str) -> None:
        self.of, self.language = of, language
        self.words, self.num = Words(language, "discover"), Numbers(language)
        self._side = 1 if language == "zh" else 0
        self._known = of.design.scenarios[0].parameters()
        self.kept = parse(of.outcome, of.design.scenarios[0].horizon_months)
        self.unit = {"share": "points"}.get(self.kept.unit, self.kept.unit)

    def say(self, key: str, /, **values: object) -> str:
        """A phrase."""
        return self.words(key, **values)

    def scenario(self, place: int) -> str:
        """A scenario's title."""
        title = self.of.design.scenarios[place].title
        return title.zh if self.language == "zh" else title.en

    def outcome(self) -> str:
        """The outcome that decides."""
        return self.kept.title[self._side]

    def parameter(self, name: str) -> str:
        """What readers call a parameter."""
        entry = self._known.find(name)
        return (entry.label_zh if self.language == "zh" else entry.label_en) or name

    def number(self, name: str, value: float) -> str:
        """A parameter's value with its unit."""
        unit = self._known.find(name).unit
        return self.num.counted(self.num.values(value), unit_zh(unit) if self.language == "zh" else unit)

    def sides(self) -> str:
        """Where the cases lie, as a list in a sentence."""
        assert self.of.box is not None
        said = []
        for name, low, high in restrictions(self.of.box, self.of.names):
            values = {"name": self.parameter(name), "low": self.number(name, low), "high": self.number(name, high)}
            if not math.isfinite(low):
                said.append(self.say("below", name=values["name"], high=values["high"]))
            elif not math.isfinite(high):
                said.append(self.say("above", name=values["name"], low=values["low"]))
            else:
                said.append(self.say("between", **values))
        return self.num.join(said)

    def sentence(self) -> str:
        """The answer in one sentence."""
        of = self.of
        count, worlds = int(of.cases.sum()), len(of.cases)
        if of.limit is None:
            values = {"a": self.scenario(0), "b": self.scenario(1), "outcome": self.outcome()}
            said = self.say("loses", **values, count=count, worlds=worlds)
        else:
            said = self.say("misses", a=self.scenario(0), outcome=self.outcome(), count=count, worlds=worlds)
        if of.box is None:
            return said
        return said + self.say("where", sides=self.sides())

    def more(self) -> list[str]:
        """How sure that is."""
        of = self.of
        said = []
        if of.box and of.sure:
            said.append(
                self.say(
                    "coverage",
                    coverage=self.num.share(of.box.coverage),
                    coverage_low=self.num.share(of.sure.coverage[0]),
                    coverage_high=self.num.share(of.sure.coverage[1]),
                    density=self.num.share(of.box.density),
                    density_low=self.num.share(of.sure.density[0]),
                    density_high=self.num.share(of.sure.density[1]),
                )
            )
            again = dict(zip(of.names, of.sure.again.tolist(), strict=True))
            weak = [self.parameter(name) for name, *_ in restrictions(of.box, of.names) if again[name] < 0.75]
            if weak:
                said.append(self.say("weak", names=self.num.join(weak)))
        if of.ruled_out:
            said.append(self.say("ruled_out", count=of.ruled_out))
        return said


def page(of: Found, language: str, name: str, command: str) -> str:
    """The whole page ("en" or "zh"), without a trace of time or machine."""
    s = Speaker(of, language)
    plan = of.design.scenarios[0]
    title = of.design.title.zh if language == "zh" else of.design.title.en
    world = s.say("world", title=title, villages=plan.world.villages, months=plan.horizon_months, worlds=len(of.cases))
    sections = [_answer(s, command), *([_shares(s)] if of.shares else [])]
    return fill(language, s.say, sections, s.say("kicker", name=name), world, calibrated=False)


def _answer(s: Speaker, command: str) -> Answer:
    section = Answer("answer", s.say("s_answer"), s.say("q_answer"), sentence=s.sentence(), more=tuple(s.more()))
    of = s.of
    if of.box and of.sure:
        again = dict(zip(of.names, of.sure.again.tolist(), strict=True))
        rows = []
        for name, low, high in restrictions(of.box, of.names):
            ends = [s.number(name, end) if math.isfinite(end) else "–" for end in (low, high)]
            rows.append([Cell(s.parameter(name)), *number_cells(*ends, s.num.share(again[name]))])
        header = [s.say(key) for key in ("col_parameter", "col_low", "col_high", "col_again")]
        section.add(Table(s.say("box_table"), header, rows, note=s.say("box_note")))
    section.add(Code(s.say("how_again"), command))
    return section


def _shares(s: Speaker) -> Section:
    section = Section("shares", s.say("s_shares"), s.say("q_shares"))
    unit = s.num.unit(s.unit)
    rows, data = [], []
    for one in sorted(s.of.shares, key=lambda share: -share.share.value):
        shown = Estimate(one.share.value, one.share.low, one.share.high)
        text = s.num.bare(shown, s.unit, signed=True)
        label = s.words.term("policy", one.measure)
        rows.append(Row(label, (shown,), (text,)))
        data.append([Cell(label), *number_cells(text)])
    axis = s.say("axis_shares", outcome=s.outcome(), unit=unit.axis)
    section.add(
        Figure(
            "shares-plot",
            s.say("figure_shares"),
            s.say("source_shares"),
            dots(rows, [Panel(axis, unit.factor)], s.num),
            Table(s.say("data"), ["", axis], data),
        ),
        None if s.of.shares[0].exact else Text(s.say("shares_sampled"), "note"),
    )
    return section
