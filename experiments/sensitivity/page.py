"""The page of an analysis, in one language."""

from __future__ import annotations

import math
from collections.abc import Sequence

from experiments.pages.blocks import Answer, Bullets, Cell, Code, Figure, Section, Table, Text, number_cells, text_cells
from experiments.pages.charts import Panel, Row, dots
from experiments.pages.layout import fill
from experiments.pages.numbers import Estimate
from experiments.sensitivity.analysis import Shared
from experiments.sensitivity.conclusion import Analysis, Speaker
from experiments.sensitivity.figures import Bars, Dot, scatter, tornado
from experiments.sensitivity.indices import LEVELS, Convergence, Index

NAMED = 10
"""How many parameters figures name and tables list before the fold."""


def page(analysis: Analysis, language: str, name: str, command: str) -> str:
    """The whole page ("en" or "zh"), without a trace of time or machine."""
    speaker = Speaker(analysis, language)
    plan = analysis.plans[0]
    facts = {"villages": plan.world.villages, "months": plan.horizon_months, "seeds": len(analysis.seeds)}
    say = speaker.say
    if analysis.paired:
        world = say("world_pair", a=speaker.scenario(0), b=speaker.scenario(1), **facts)
    else:
        world = say("world_one", a=speaker.scenario(0), **facts)
    sections = [_answer(speaker), _screening(speaker), _sobol(speaker), _turns(speaker), _how(speaker, command)]
    there = [section for section in sections if section]
    return fill(language, say, there, say("kicker", name=name), world, calibrated=False)


def _answer(s: Speaker) -> Answer:
    found, asked = s.of.found, s.of.asked
    more = [_verdict(s, found.settled, isinstance(found.judged, Shared))]
    if found.screened and s.of.paired:
        points = found.screened.trajectories * (len(asked.factors) + 1)
        share = s.num.share(found.screened.reversed_share)
        more.append(s.say("reversed", count=len(asked.factors), share=share, points=points))
    if asked.reach < 1:
        more.append(s.say("reach", share=s.num.share(asked.reach)))
    return Answer(
        "answer", s.say("s_answer"), s.say("q_answer"), sentence=s.sentence(), more=tuple(more), figure=_tornado(s)
    )


def _verdict(s: Speaker, settled: Convergence, absolute: bool) -> str:
    def width(value: float) -> str:
        return "±" + (s.num.plain(value, 2) if absolute else s.say("of_largest", share=s.num.share(value)))

    return s.say(
        "enough" if settled.enough else "not_enough",
        agree=settled.halves_agree,
        of=settled.of,
        widest=width(settled.widest),
        allowed=width(settled.allowed),
    )


def _tornado(s: Speaker) -> Figure:
    moved = sorted(s.of.found.swings, key=lambda swing: -swing.size)
    shown = s.num.unit(s.unit)
    items, rows = [], []
    for swing in moved:
        factor = s.of.asked.factors[swing.place]
        at_low, at_high = swing.outcome[0], swing.outcome[-1]
        name = s.parameter(factor)
        items.append(Bars(name, s.number(factor, swing.at[0]), s.with_unit(factor, swing.at[-1]), at_low, at_high))
        ends = [(swing.at[0], at_low), (swing.at[-1], at_high)]
        cells = [cell for x, y in ends for cell in (s.with_unit(factor, x), _or(s, y))]
        rows.append([*text_cells(name), *number_cells(s.with_unit(factor, factor.base), *cells)])
    header = [s.say(key) for key in ("parameter", "now", "low", "at_low", "high", "at_high")]
    title = s.say(
        "tornado_title",
        name=items[0].label,
        outcome=s.outcome(),
        swing=s.shown(moved[0].size),
    )
    axis = s.say("tornado_axis", outcome=s.outcome(), unit=shown.axis)
    return Figure(
        "tornado",
        title,
        s.say("source", points=f"{s.of.found.points:,}", runs=s.of.runs_a_point),
        tornado(items, s.of.base.value, axis, s.say("ruled_out"), shown.factor, s.num, s.of.paired),
        Table(s.say("data"), header, rows),
        s.say("tornado_note"),
    )


def _or(s: Speaker, value: float) -> str:
    return s.shown(value, signed=s.of.paired) if math.isfinite(value) else s.say("ruled_out")


def _screening(s: Speaker) -> Section | None:
    screened = s.of.found.screened
    if not screened:
        return None
    section = Section("screening", s.say("s_screening"), s.say("q_screening"))
    index = screened.indices[0]
    factors, star = s.of.asked.factors, index.mu_star
    order = sorted(range(len(factors)), key=lambda place: -star.value[place])
    first = [place for place in order[:NAMED] if star.value[place] > 0]
    shown = s.num.unit(s.unit)
    points = [
        Dot(
            s.parameter(factors[place]) if place in first else "",
            float(star.value[place]),
            float(star.half[place]),
            float(index.sigma[place]),
        )
        for place in order
    ]
    header = [s.say(key) for key in ("parameter", "col_mu_star", "col_half", "col_mu", "col_sigma", "col_confidence")]
    rows = []
    for place in order:
        entry = factors[place].parameter
        numbers = (star.value[place], star.half[place], index.mu[place], index.sigma[place])
        cells = number_cells(*(s.num.plain(float(value) * shown.factor) for value in numbers))
        rows.append([Cell(s.parameter(factors[place])), *cells, Cell(s.say.term("confidence", entry.confidence))])
    title = s.say(
        "scatter_title",
        name=_capital(points[0].label),
        value=s.shown(_estimate(star, order[0])),
        none=int((star.value == 0).sum()),
        count=len(factors),
    )
    source = s.say("screening_source", trajectories=screened.trajectories, levels=LEVELS, seed=s.of.asked.seed)
    caption = s.say("screening_table", n=min(40, len(rows)), count=len(rows))
    axes = s.say("scatter_x", unit=shown.axis), s.say("scatter_y", unit=shown.axis)
    section.add(
        Figure(
            "screening-plot",
            title,
            source,
            scatter(points, *axes, shown.factor, s.num),
            Table(caption, header, rows[:40]),
            s.say("scatter_note"),
        ),
        Text(_verdict(s, screened.settled, False)),
        Text(s.say("redrawn", redrawn=screened.redrawn), "note") if screened.redrawn else None,
    )
    return section


def _sobol(s: Speaker) -> Section | None:
    shared = s.of.found.shared
    if not shared:
        return None
    section = Section("sobol", s.say("s_sobol"), s.say("q_sobol"))
    index, factors = shared.indices[0], s.of.asked.factors
    order = sorted(range(len(shared.of)), key=lambda at: -index.total.value[at])[: 2 * NAMED]
    rows, data = [], []
    for at in order:
        name = s.parameter(factors[shared.of[at]])
        both = _estimate(index.first, at), _estimate(index.total, at)
        texts = s.num.bare(both[0], "share"), s.num.bare(both[1], "share")
        rows.append(Row(name, both, texts))
        data.append([*text_cells(name), *number_cells(*texts)])
    axes = s.say("sobol_axis_first"), s.say("sobol_axis_total")
    title = s.say(
        "sobol_title" if shared.settled.enough else "sobol_unsettled",
        name=_capital(rows[0].label),
        total=s.num.share(float(index.total.value[order[0]])),
        first=s.num.share(max(0.0, float(index.first.value[order[0]]))),
    )
    section.add(
        Figure(
            "sobol-plot",
            title,
            s.say("sobol_source", samples=shared.samples, count=len(shared.of)),
            dots(rows, [Panel(f"{axis}, %", 100.0) for axis in axes], s.num),
            Table(s.say("data"), [s.say("parameter"), *axes], data),
        ),
        Text(_verdict(s, shared.settled, True)),
        Text(s.say("left_out", left_out=shared.left_out), "note") if shared.left_out else None,
    )
    return section


def _capital(text: str) -> str:
    """With a capital, to begin a sentence."""
    return text[:1].upper() + text[1:]


def _estimate(index: Index, place: int) -> Estimate:
    value, half = float(index.value[place]), float(index.half[place])
    return Estimate(value, value - half, value + half)


def _turns(s: Speaker) -> Section | None:
    if not s.of.paired:
        return None
    section = Section("turn", s.say("s_turn"), s.say("q_turn"))
    rows = []
    for swing in s.of.found.swings:
        factor = s.of.asked.factors[swing.place]
        cases = [s.turn(one) for one in s.of.found.turns if one.place == swing.place]
        span = f"{s.number(factor, factor.low)} … {s.number(factor, factor.high)}"
        now = s.with_unit(factor, factor.base)
        says = s.say("or").join(cases) or s.say("turn_never")
        rows.append([Cell(s.parameter(factor)), *number_cells(now, span), Cell(says, mark="total" if cases else "")])
    header = [s.say("parameter"), s.say("now"), f"{s.say('low')} … {s.say('high')}", s.say("col_turn")]
    section.add(Table(s.say("turn_table"), header, rows))
    return section


def _how(s: Speaker, command: str) -> Section:
    section = Section("how", s.say("s_how"), s.say("q_how"))
    items: Sequence[str] = (
        s.say("how_points", points=f"{s.of.found.points:,}", runs=s.of.runs_a_point),
        s.say("how_chance", seeds=len(s.of.seeds)),
        s.say("how_ranges"),
        s.say("how_fit"),
    )
    section.add(Bullets(items), Code(s.say("how_again"), command))
    return section
