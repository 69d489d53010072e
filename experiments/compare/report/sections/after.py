"""Section 4: income by source and headcount in the years that follow, before and after other payments."""

from __future__ import annotations

import math
from collections.abc import Sequence

from experiments.compare.report.context import HEADCOUNT, INCOME, Context
from experiments.compare.report.sections import own
from experiments.pages.blocks import Cell, Figure, Section, Table, Text
from experiments.pages.curves import Line, LinePanel, lines
from experiments.pages.numbers import Estimate, unit_of
from sim.facts.sources import SOURCES

TOTALS = ("income_yuan", "income_after_yuan")
BY_SOURCE = tuple(f"income_{source}_yuan" for source in SOURCES)


def build(ctx: Context) -> Section:
    """Trajectories with bands; the monthly gain; cash counted both ways; results of the user's own."""
    section = Section("after", ctx.say("s4"), ctx.say("s4_question"))
    blocks = (
        levels(ctx, (*TOTALS[:1], *BY_SOURCE, *TOTALS[1:]), "f-sources", "sources"),
        monthly(ctx),
        poverty(ctx),
        payments(ctx),
        own.results(ctx),
    )
    section.add(*blocks)
    if not section.blocks:
        section.add(Text(ctx.missing(), "missing"))
    elif blocks[1] is None:
        section.add(Text(ctx.say("no_monthly"), "missing"))
    return section


def _marks(ctx: Context) -> list[int]:
    return sorted({m for _, m in ctx.exp.everyone if m >= 0})


def levels(ctx: Context, names: Sequence[str], key: str, what: str) -> Figure | None:
    """Levels at the yearly marks for baseline, leader and cash, with the central 95% of simulated years."""
    marks = _marks(ctx)
    panels, data = [], []
    for name in names:
        unit = ctx.num.unit(unit_of(name))
        drawn = []
        for ident in ctx.focus:
            values = [ctx.exp.level(ident, name, m) for m in marks]
            if not any(math.isfinite(v[0]) for v in values):
                continue
            mean, low, high = ([v[i] * unit.factor for v in values] for i in range(3))
            drawn.append(Line(marks, mean, ctx.style(ident), ctx.title(ident), low, high))
            for month, value in zip(marks, values, strict=True):
                band = Estimate(value[0], value[1], value[2])
                data.append(
                    [
                        Cell(ctx.indicator(name)),
                        Cell(ctx.title(ident)),
                        Cell(ctx.num.plain(month, 0), number=True),
                        Cell(ctx.num.show(Estimate(value[0]), unit_of(name)), number=True),
                        Cell(ctx.num.span(band, unit_of(name)), number=True),
                    ]
                )
        if drawn:
            axis = ctx.say("axis_yuan_year") if name.endswith("_yuan") else unit.axis
            panels.append(LinePanel(ctx.indicator(name), axis, drawn, ticks_x=marks))
    if not panels or ctx.leader is None:
        return None
    header = tuple(ctx.say(k) for k in ("col_indicator", "col_scenario", "col_month", "col_mean", "col_years"))
    table = Table(ctx.say("data_behind"), header, data, fold=True)
    return Figure(
        key,
        _levels_title(ctx, names, what),
        ctx.source("years"),
        lines(panels, ctx.months_axis(), ctx.num, 3 if len(panels) > 4 else 2, 170, key="wide"),
        table,
        note=ctx.say("bands_note") if what == "sources" else _line_note(ctx) or ctx.say("bands_note"),
    )


def _line_note(ctx: Context) -> str:
    """The poverty line by which heads were counted, at the start and at the end."""
    start, end = (ctx.exp.mean(ctx.baseline, "line_yuan", m) for m in (0, ctx.final))
    if start is None or end is None:
        return ""
    values = {k: ctx.num.show(Estimate(round(e.value)), "yuan") for k, e in (("start", start), ("end", end))}
    return ctx.say("line_note", month=ctx.month(ctx.final), **values)


def _levels_title(ctx: Context, names: Sequence[str], what: str) -> str:
    leader = ctx.leader or ""
    found = {n: ctx.exp.difference(leader, ctx.final, "all", n) for n in names if n not in TOTALS}
    known = {n: e for n, e in found.items() if e is not None}
    if what == "sources" and known:
        top, gain = max(known.items(), key=lambda pair: abs(pair[1].value))
        return ctx.say(
            "fig_sources",
            source=ctx.indicator(top),
            month=ctx.month(ctx.final),
            mix=ctx.title(leader),
            change=ctx.change(gain, "yuan"),
        )
    if what == "poverty" and HEADCOUNT in known:
        base = ctx.exp.mean(ctx.baseline, HEADCOUNT, 0)
        row = ctx.exp.difference_row(leader, ctx.final, "all", HEADCOUNT)
        key = "fig_headcount" if base is not None else "fig_headcount_end"
        return ctx.say(
            key,
            start=ctx.num.show(Estimate(base.value), "share") if base else "",
            month=ctx.month(ctx.final),
            base=ctx.num.show(Estimate(row["baseline_mean"]), "share"),
            mix=ctx.title(leader),
            change=ctx.change(known[HEADCOUNT], "points"),
        )
    return ctx.say("fig_levels")


def poverty(ctx: Context) -> Figure | None:
    """Both measures of poverty: before and after medical and school payments."""
    return levels(ctx, (HEADCOUNT, "headcount_after"), "f-poverty", "poverty")


def monthly(ctx: Context) -> Figure | None:
    """When in the year the gain comes: paired monthly differences of income."""
    frame = ctx.exp.table("monthly")
    part = frame[(frame["group"] == "all") & (frame["name"] == INCOME)] if len(frame) else frame
    if part.empty or ctx.leader is None:
        return None
    drawn, data = [], []
    for ident in (ctx.cash, ctx.leader):
        mine = part[part["scenario"] == ident].sort_values("month")
        mine = mine[mine["difference"].notna()]
        if ident is None or mine.empty:
            continue
        columns = [mine[c].astype(float).tolist() for c in ("month", "difference", "difference_low", "difference_high")]
        drawn.append(Line(columns[0], columns[1], ctx.style(ident), ctx.title(ident), columns[2], columns[3]))
        for month, value, low, high in zip(*columns, strict=True):
            data.append(
                [
                    Cell(ctx.title(ident)),
                    Cell(ctx.num.plain(month, 0), number=True),
                    Cell(ctx.num.bare(Estimate(value, low, high), "yuan", signed=True), number=True),
                ]
            )
    if not drawn:
        return None
    mine = part[(part["scenario"] == ctx.leader) & part["difference_low"].notna()].sort_values("month")
    above = mine[mine["difference_low"] > 0]["month"]
    title = ctx.say("fig_monthly_none")
    if len(above):
        title = ctx.say(
            "fig_monthly", first=int(above.min()), count=len(above), of=len(mine), mix=ctx.title(ctx.leader)
        )
    panel = LinePanel(
        ctx.say("panel_monthly"),
        ctx.say("axis_yuan_month"),
        drawn,
        zero=True,
        ticks_x=[m for m in range(0, int(max(drawn[-1].x)) + 1, 6) if m >= min(drawn[-1].x)],
    )
    header = (ctx.say("col_scenario"), ctx.say("col_month"), ctx.say("axis_yuan_month"))
    table = Table(ctx.say("data_behind"), header, data, fold=True)
    return Figure("f-monthly", title, ctx.source("paired"), lines([panel], ctx.months_axis(), ctx.num, 1, 230), table)


def payments(ctx: Context) -> Table | None:
    """Gain summed over the years with transfers, and the yearly flow at the end without them: cash fairly judged."""
    marks = [m for m in ctx.exp.months if m % 12 == 0]
    if not marks:
        return None
    rows = []
    for ident in ctx.ranked:
        total, flow = ctx.received(ident), ctx.flow(ident)
        after = ctx.exp.difference(ident, ctx.final, "all", "income_after_yuan")
        if total is None and flow is None:
            continue
        cells = [ctx.num.bare(e, "yuan", signed=True) if e is not None else "–" for e in (total, flow, after)]
        rows.append([Cell(ctx.title(ident)), *(Cell(c, number=True) for c in cells)])
    if not rows:
        return None
    alike = any(row[2].text == row[3].text != "–" for row in rows)
    last = {"first": ctx.final - 11, "last": ctx.final}
    header = (
        ctx.say("col_scenario"),
        ctx.say("col_cumulative", months=marks[-1]),
        ctx.say("col_flow", **last),
        ctx.say("col_after", **last),
    )
    note = ctx.say("payments_note") + (("" if ctx.zh else " ") + ctx.say("payments_alike") if alike else "")
    return Table(ctx.say("payments_table"), header, rows, note=note)
