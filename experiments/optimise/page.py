"""The page of an answer, in one language."""

from __future__ import annotations

import math
from collections.abc import Sequence

from experiments.designs.outcomes import parse
from experiments.measure.statistics import t_limits
from experiments.optimise.answer import Answer, plan_rows
from experiments.optimise.curve import Curve
from experiments.optimise.problem import Lever
from experiments.optimise.speaker import Speaker, estimate
from experiments.pages.blocks import Answer as First
from experiments.pages.blocks import Bullets, Cell, Code, Figure, Section, Table, Text, number_cells
from experiments.pages.charts import Panel, Row, dots
from experiments.pages.curves import Line, LinePanel, lines
from experiments.pages.layout import fill
from experiments.pages.numbers import Estimate
from experiments.pages.svg import scenario_style


def page(of: Answer, language: str, name: str, command: str) -> str:
    """The whole page ("en" or "zh"), without a trace of time or machine."""
    s = Speaker(of, language)
    plan = of.design.scenarios[0]
    world = s.say(
        "world",
        title=of.design.title.zh if language == "zh" else of.design.title.en,
        small=of.small.scenarios[0].world.villages,
        villages=plan.world.villages,
        months=plan.horizon_months,
    )
    sections = [_answer(s), _plan(s), _curves(s), _limits(s), _certain(s), _how(s, command)]
    return fill(language, s.say, sections, s.say("kicker", name=name), world, calibrated=False)


def _answer(s: Speaker) -> First:
    finals = s.of.found.finals
    rows, data = [], []
    for name, one in finals.references.items():
        text = s.num.bare(estimate(one.behind), s.unit, signed=True)
        rows.append(Row(s.reference(name), (estimate(one.behind),), (text,)))
        data.append([Cell(s.reference(name)), *number_cells(text, s.num.bare(estimate(one.gain), s.unit))])
    unit = s.num.unit(s.unit)
    axis = s.say("axis_behind", unit=unit.axis)
    figure = Figure(
        "answer-plot",
        s.say("figure_answer"),
        _source(s),
        dots(rows, [Panel(axis, unit.factor)], s.num),
        Table(s.say("data"), ["", axis, s.say("col_gain")], data),
    )
    return First(
        "answer", s.say("s_answer"), s.say("q_answer"), sentence=s.sentence(), more=tuple(s.more()), figure=figure
    )


def _source(s: Speaker) -> str:
    return s.say(
        "source",
        runs=s.num.plain(s.of.found.runs + s.of.runs_large),
        county=s.num.plain(s.of.county_runs, 0),
        seeds=s.of.found.finals.by_seed.size,
    )


def _plan(s: Speaker) -> Section:
    section = Section("plan", s.say("s_plan"), s.say("q_plan"))
    rows = []
    for row in plan_rows(s.of):
        paid = list(row["purses"].items()) or [("", math.nan)]
        for number, (purse, yuan) in enumerate(paid):
            first = number == 0
            cells = [
                s.lever(row["lever"]) if first else "",
                s.amount(row["lever"], row["amount"]) if first else "",
                s.money(row["cost_yuan"]) if first else "",
            ]
            money = s.money(yuan) if math.isfinite(yuan) else ""
            rows.append(
                [Cell(cells[0]), *number_cells(*cells[1:]), Cell(s.limit(purse) if purse else ""), *number_cells(money)]
            )
    if s.of.found.problem.fixed_yuan:
        fixed = number_cells("", s.money(s.of.found.problem.fixed_yuan))
        rows.append([Cell(s.say("nothing_else")), *fixed, Cell(""), *number_cells("")])
    total = s.money(s.of.found.problem.cost_yuan(s.of.found.winner))
    rows.append([Cell(s.say("all_together"), mark="total"), *number_cells("", total), Cell(""), *number_cells("")])
    header = [s.say(key) for key in ("col_measure", "col_amount", "col_cost", "col_purse", "col_from")]
    section.add(Table(s.say("plan_table"), header, rows), _reaches(s))
    return section


def _reaches(s: Speaker) -> Table:
    months = s.of.design.scenarios[0].horizon_months
    rows = []
    for name, (plan, nothing) in s.of.found.outcomes.items():
        kept = parse(name, months)
        unit = "money" if name.startswith("plan/") and kept.unit == "yuan" else kept.unit
        change = [a - b for a, b in zip(plan, nothing, strict=True)]
        shown = {"share": "points"}.get(unit, unit)
        title = kept.title[1 if s.language == "zh" else 0]
        if kept.outcome and kept.outcome.group != "all":
            title += f"（{kept.outcome.group_title[1]}）" if s.language == "zh" else f" ({kept.outcome.group_title[0]})"
        levels = s.num.show(_mean(nothing), unit), s.num.show(_mean(plan), unit)
        rows.append([Cell(title), *number_cells(*levels, s.num.show(_mean(change), shown, signed=True))])
    header = [s.say(key) for key in ("col_outcome", "col_nothing", "col_plan", "col_change")]
    return Table(s.say("reaches_table"), header, rows)


def _mean(values: Sequence[float]) -> Estimate:
    mean, low, high = t_limits(list(values))
    return Estimate(float(mean), float(low), float(high))


def _curves(s: Speaker) -> Section:
    section = Section("curves", s.say("s_curves"), s.say("q_curves"))
    found = s.of.found
    panels, data = [], []
    factor = s.num.unit("money").factor
    unit = s.num.unit(s.unit)
    for lever, curve in zip(found.problem.levers, found.curves, strict=True):
        mean, low, high = (part * unit.factor for part in t_limits(curve.gains))
        x = _across(lever, curve, factor)
        style = scenario_style(0)
        note = "" if lever.unit_cost_yuan else s.say("axis_amount")
        line = Line(x, mean.tolist(), style, low=low.tolist(), high=high.tolist())
        panels.append(LinePanel(s.lever(lever.name), unit.axis, [line], zero=True, note=note))
        for place, amount in enumerate(curve.at):
            text = s.num.bare(Estimate(float(mean[place]), float(low[place]), float(high[place])), signed=True)
            data.append([Cell(s.lever(lever.name)), *number_cells(s.amount(lever.name, float(amount)), text)])
    header = [s.say("col_measure"), s.say("col_amount"), s.say("col_gain")]
    first = found.finals.standings[0].gain
    section.add(
        Figure(
            "curves-plot",
            s.say("figure_curves"),
            _source(s),
            lines(panels, s.say("axis_cost"), s.num, columns=3),
            Table(s.say("data"), header, data),
            s.say("curves_note", forecast=s.plain_gain(found.forecast), gain=s.gain(first, signed=True)),
        )
    )
    return section


def _across(lever: Lever, curve: Curve, factor: float) -> list[float]:
    """Where a curve's points stand: at their cost, or at their amounts where those cost nothing."""
    across = curve.at * lever.unit_cost_yuan * factor if lever.unit_cost_yuan else curve.at
    return [float(one) for one in across]


def _limits(s: Speaker) -> Section:
    section = Section("limits", s.say("s_limits"), s.say("q_limits"))
    rows = []
    for one in sorted(s.of.found.prices, key=lambda price: not price.binds):
        price = s.price(one) if one.binds else "0"
        cells = number_cells(s.of_limit(one, one.amount), s.of_limit(one, one.used))
        worth = [Cell(s.say("yes") if one.binds else s.say("no")), Cell(s.per(one)), *number_cells(price)]
        rows.append([Cell(s.limit(one.constraint)), *cells, *worth])
    header = [s.say("col_limit"), s.say("col_there"), s.say("col_used"), s.say("col_binds"), "",
              s.say("col_price", per=s.say("per_any"))]  # fmt: skip
    section.add(Table(s.say("prices_table"), header, rows, note=s.say("prices_note")))
    return section


def _certain(s: Speaker) -> Section:
    section = Section("certain", s.say("s_certain"), s.say("q_certain"))
    finals, regret = s.of.found.finals, s.of.found.regret
    rows = []
    named = [(s.say("finalist", place=place + 1), one) for place, one in enumerate(finals.standings)]
    named += [(s.reference(name), one) for name, one in finals.references.items()]
    for title, one in named:
        apart = s.say("yes") if one.told_apart else s.say("no")
        numbers = (s.gain(one.gain, signed=True), s.gain(one.behind), s.num.share(one.leads))
        rows.append([Cell(title), *number_cells(*numbers), Cell(apart)])
    header = ["", s.say("col_gain"), s.say("col_behind"), s.say("col_leads"), s.say("col_apart")]
    section.add(Table(s.say("finalists_table"), header, rows))
    if finals.broken:
        names = sorted({s.limit(name) for names in finals.broken.values() for name in names})
        section.add(Text(s.say("dropped", count=len(finals.broken), names=s.num.join(names)), "note"))
    if s.of.contest:
        rows = [[Cell(cells[0]), *number_cells(*cells[1:])] for cells in s.contest_rows()]
        section.add(Table(s.say("contest_table"), s.contest_header(), rows, note=s.say("contest_note")))
    if s.of.front:
        section.add(_front(s))
    if regret:
        rows = []
        for place in range(len(regret.mixes)):
            span = s.num.span(estimate(regret.gain(place)), s.unit)
            numbers = (s.gain(regret.mean(place)), s.num.share(regret.leads(place).value), span)
            rows.append([Cell(s.say("finalist", place=place + 1)), *number_cells(*numbers)])
        header = ["", s.say("col_regret"), s.say("col_leads"), s.say("col_range")]
        section.add(Table(s.say("regret_table"), header, rows))
    return section


def _front(s: Speaker) -> Table:
    """The choices among several objectives."""
    asked = s.of.design.objectives
    header = ["", *(one.title.zh if s.language == "zh" else one.title.en for one in asked if one.title)]
    if len(header) <= len(asked):
        header = ["", *(one.outcome for one in asked)]
    rows = []
    for place, choice in enumerate(s.of.front):
        gains = []
        for one, gain in zip(asked, choice.gains, strict=True):
            kept = parse(one.outcome, s.of.design.scenarios[0].horizon_months)
            sign = 1.0 if one.aim == "most" else -1.0
            unit = {"share": "points"}.get(kept.unit, kept.unit)
            gains.append(s.num.show(estimate(gain).times(sign), unit, signed=True))
        beaten = "" if choice.beaten_by is None else s.say("beaten", place=choice.beaten_by + 1)
        rows.append([Cell(s.say("choice", place=place + 1)), *number_cells(*gains), Cell(beaten)])
    return Table(s.say("front_table"), [*header, s.say("col_beaten")], rows)


def _how(s: Speaker, command: str) -> Section:
    found, effort = s.of.found, s.of.found.effort
    section = Section("how", s.say("s_how"), s.say("q_how"))
    items = [
        s.say("how_curves", sizes=len(effort.sizes), seeds=effort.search_seeds),
        s.say("how_exchange", looks=sum(climb.looks for climb in found.climbs.values())),
        s.say(
            "how_fresh",
            count=len(found.finals.standings) + len(found.finals.broken),
            ranking=effort.ranking_seeds,
            last=found.finals.by_seed.size,
        ),
    ]
    if any(climb.stopped for climb in found.climbs.values()):
        items.append(s.say("how_stopped"))
    if s.of.stated.notes:
        items.append(s.say("how_caps", names=s.num.join([s.limit(name) for name in s.of.stated.notes])))
    section.add(Bullets(items), Code(s.say("how_again"), command))
    return section
