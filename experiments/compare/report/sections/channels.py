"""Part of section 7: what each way in which a scenario's policies act is worth while the others are open."""

from __future__ import annotations

from experiments.compare.channels import ALL
from experiments.compare.report.context import HEADCOUNT, INCOME, Context
from experiments.compare.report.data import estimate_of
from experiments.pages.blocks import Cell, Figure, Table
from experiments.pages.charts import Panel, Row, dots
from experiments.pages.numbers import Estimate, unit_of
from experiments.pages.svg import INK, Style

SHOWN = (("all", INCOME), ("all", HEADCOUNT), ("poor_at_start", INCOME))
APART, TOGETHER = Style(INK, "circle"), Style(INK, "diamond")


def figures(ctx: Context) -> list[Figure]:
    """The figure with its table, if channels were shut in this experiment."""
    frame = ctx.exp.table("channel")
    frame = frame[frame["month"] == frame["month"].max()] if len(frame) else frame
    if frame.empty:
        return []
    scenario, month = str(frame["scenario"].iloc[0]), int(frame["month"].iloc[0])
    found: dict[str, dict[tuple[str, str], Estimate]] = {}
    for row in frame.to_dict("records"):
        found.setdefault(str(row["way"]), {})[str(row["group"]), str(row["name"])] = estimate_of(row, "worth")
    nothing = Estimate(float("-inf"))
    order = sorted(found, key=lambda way: (way == ALL, -found[way].get(SHOWN[0], nothing).value, way))
    rows: list[Row] = []
    data: list[list[Cell]] = []
    for way in order:
        estimates = [found[way].get(cell) for cell in SHOWN]
        texts = tuple(
            ctx.num.bare(e, unit_of(name, True), signed=True) if e is not None else "–"
            for e, (_, name) in zip(estimates, SHOWN, strict=True)
        )
        style = TOGETHER if way == ALL else APART
        rows.append(Row(ctx.way(way), tuple(estimates[:2]), texts[:2], style, bold=way == ALL))
        data.append([Cell(ctx.way(way)), *(Cell(text, number=True) for text in texts)])
    units = [ctx.num.unit(unit_of(name, True)) for _, name in SHOWN]
    axes = [
        ctx.say("axis_channel", name=ctx.indicator(name), unit=unit.axis)
        for (_, name), unit in zip(SHOWN, units, strict=True)
    ]
    axes[2] = ctx.say("axis_of_group", axis=axes[2], group=ctx.group("poor_at_start"))
    apart = [way for way in order if way != ALL]
    clear = sum(one.sign != 0 for way in apart if (one := found[way].get(SHOWN[0])) is not None)
    values = {"mix": ctx.title(scenario), "month": ctx.month(month), "clear": clear, "count": len(apart)}
    return [
        Figure(
            "f-channels",
            ctx.say("fig_channels", best=ctx.way(apart[0]), **values),
            ctx.say("source_channels", n=int(frame["replicates"].min()), closure=ctx.closure()),
            dots(rows, [Panel(axis, unit.factor) for axis, unit in zip(axes[:2], units, strict=False)], ctx.num),
            Table(ctx.say("data_behind"), (ctx.say("col_channel"), *axes), data, fold=True),
            note=ctx.say("channels_note"),
        )
    ]
