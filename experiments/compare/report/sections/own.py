"""Results that the user's own observers declare, for everyone and for their own groups."""

from __future__ import annotations

from experiments.compare.report.context import Context
from experiments.pages.blocks import Table, number_cells, text_cells
from experiments.pages.numbers import Estimate


def results(ctx: Context) -> Table | None:
    """Level and paired difference of each result at the last mark, a row a scenario and group; None without any."""
    rows = []
    for name in ctx.own.results:
        unit, change = ctx.unit_of(name), ctx.unit_of(name, True)
        title = ctx.say("with_unit", name=ctx.indicator(name), unit=ctx.num.unit(change).axis)
        for group in ("all", "poor_at_start", *ctx.own_groups):
            for scenario in ctx.treatments:
                found = ctx.exp.difference(scenario, ctx.final, group, name)
                if found is None:
                    continue
                row = ctx.exp.difference_row(scenario, ctx.final, group, name)
                levels = (ctx.num.show(Estimate(row[key]), unit) for key in ("baseline_mean", "mean"))
                shown = ctx.num.bare(found, change, signed=True)
                rows.append([*text_cells(title, ctx.group(group), ctx.title(scenario)), *number_cells(*levels, shown)])
    keys = ("col_indicator", "col_group", "col_scenario", "col_baseline_mean", "col_scenario_mean", "col_difference")
    caption = ctx.say("own_results", month=ctx.month(ctx.final))
    return Table(caption, [ctx.say(key) for key in keys], rows) if rows else None
