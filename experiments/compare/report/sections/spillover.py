"""Part of section 5: what a mix does with prices and local jobs held, and what comes through them."""

from __future__ import annotations

from experiments.compare.report.context import HEADCOUNT, INCOME, Context
from experiments.pages.blocks import Cell, Figure, Table
from experiments.pages.charts import Panel, Row, dots
from experiments.pages.numbers import unit_of
from experiments.pages.svg import INK, Style

NAMES = (INCOME, HEADCOUNT)
GROUPS = ("all", "served", "not_served")
STYLES = {"fixed": Style(INK, "square", hollow=True), "spillover": Style(INK, "diamond")}
PARTS = ("fixed", "spillover", "endogenous")


def figures(ctx: Context) -> list[Figure]:
    """A figure for each scenario that was run under both closures, the leading one first."""
    found = {scenario for scenario, month, group, name in ctx.exp.spillovers if (month, group) == (ctx.final, "all")}
    return [_figure(ctx, s, k) for k, s in enumerate(sorted(found, key=lambda s: (s != ctx.leader, s)))]


def _figure(ctx: Context, scenario: str, place: int) -> Figure:
    """Effect with prices held, spillover, and both together: for everyone, those reached and the others."""
    rows: list[Row] = []
    data: list[list[Cell]] = []
    for group in GROUPS:
        effects = [ctx.exp.spillovers.get((scenario, ctx.final, group, name), {}) for name in NAMES]
        if not effects[0]:
            continue
        rows.append(Row(ctx.group(group)))
        for part in PARTS:
            pair = tuple(effect.get(part) for effect in effects)
            texts = tuple(
                ctx.num.bare(e, unit_of(name, True), signed=True) if e is not None else "–"
                for e, name in zip(pair, NAMES, strict=True)
            )
            label = ctx.say.term("effect", part)
            style = STYLES.get(part, ctx.style(scenario))
            rows.append(Row(label, pair, texts, style, bold=part == "endogenous"))
            data.append([Cell(ctx.group(group)), Cell(label), *(Cell(text, number=True) for text in texts)])
    units = [ctx.num.unit(unit_of(name, True)) for name in NAMES]
    panels = [
        Panel(ctx.say("axis_difference", name=ctx.indicator(name), unit=unit.axis), unit.factor)
        for name, unit in zip(NAMES, units, strict=True)
    ]
    income = ctx.exp.spillovers[scenario, ctx.final, "all", INCOME]
    fixed, through, together = (ctx.num.show(income[part], "yuan", signed=True) for part in PARTS)
    values = {"mix": ctx.title(scenario), "month": ctx.month(ctx.final)}
    header = (ctx.say("col_group"), ctx.say("col_effect"), *(panel.axis for panel in panels))
    frame = ctx.exp.table("spillover")
    return Figure(
        f"f-spillover-{place}",
        ctx.say("fig_spillover", fixed=fixed, spillover=through, together=together, **values),
        ctx.say("source_both", n=int(frame[frame["scenario"] == scenario]["replicates"].min())),
        dots(rows, panels, ctx.num),
        Table(ctx.say("data_behind"), header, data, fold=True),
        note=ctx.say("spillover_note"),
    )
