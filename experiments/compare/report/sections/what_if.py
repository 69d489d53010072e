"""Part of section 7: what the largest scenario gains if something befalls the county, beside its gain as planned."""

from __future__ import annotations

from experiments.compare.report.context import HEADCOUNT, INCOME, Context
from experiments.compare.report.data import estimate_of
from experiments.pages.blocks import Cell, Figure, Table
from experiments.pages.charts import Panel, Row, dots
from experiments.pages.numbers import Estimate, unit_of
from experiments.pages.svg import INK, Style

SHOWN = (("all", INCOME), ("all", HEADCOUNT), ("poor_at_start", INCOME))
PLANNED, UNDER = Style(INK, "diamond"), Style(INK, "circle")


def figures(ctx: Context) -> list[Figure]:
    """The figure with its table, if the experiment asked what if."""
    frame = ctx.exp.table("what_if")
    frame = frame[frame["month"] == frame["month"].max()] if len(frame) else frame
    if frame.empty:
        return []
    scenario, month = str(frame["scenario"].iloc[0]), int(frame["month"].iloc[0])
    titles = {str(one["name"]): str(one[ctx.language]) for one in ctx.exp.manifest.get("what_if") or []}
    cells = {(str(row["what_if"]), str(row["group"]), str(row["name"])): row for row in frame.to_dict("records")}
    first = next(iter(titles))
    rows, data = [_row(ctx, ctx.say("as_planned"), [_of(cells, first, cell, "planned") for cell in SHOWN], True)], []
    data.append([Cell(ctx.say("as_planned")), *_numbers(ctx, cells, first, "planned"), Cell("–"), Cell("–")])
    for name, title in titles.items():
        rows.append(_row(ctx, title, [_of(cells, name, cell, "gain") for cell in SHOWN], False))
        beside = [_shown(ctx, _of(cells, name, SHOWN[0], part), INCOME) for part in ("change", "county")]
        data.append([Cell(title), *_numbers(ctx, cells, name, "gain"), *(Cell(text, number=True) for text in beside)])
    units = [ctx.num.unit(unit_of(name, True)) for _, name in SHOWN]
    axes = [
        ctx.say("axis_gain_if", name=ctx.indicator(name), unit=unit.axis)
        for (_, name), unit in zip(SHOWN, units, strict=True)
    ]
    axes[2] = ctx.say("axis_of_group", axis=axes[2], group=ctx.group("poor_at_start"))
    header = (ctx.say("col_what_if"), *axes, ctx.say("col_gain_changes"), ctx.say("col_county_changes"))
    return [
        Figure(
            "f-what-if",
            ctx.say("fig_what_if", mix=ctx.title(scenario), month=ctx.month(month)),
            ctx.say("source_what_if", n=int(frame["replicates"].min()), closure=ctx.closure()),
            dots(rows, [Panel(axis, unit.factor) for axis, unit in zip(axes[:2], units, strict=False)], ctx.num),
            Table(ctx.say("data_behind"), header, data, fold=True),
            note=ctx.say("what_if_note"),
        )
    ]


def _of(cells: dict[tuple[str, str, str], dict[str, object]], what: str, cell: tuple[str, str], part: str) -> Estimate:
    row = cells.get((what, *cell))
    return Estimate(float("nan")) if row is None else estimate_of(row, part, f"{part}_low", f"{part}_high")


def _shown(ctx: Context, estimate: Estimate, name: str) -> str:
    return ctx.num.bare(estimate, unit_of(name, True), signed=True)


def _numbers(ctx: Context, cells: dict[tuple[str, str, str], dict[str, object]], what: str, part: str) -> list[Cell]:
    return [Cell(_shown(ctx, _of(cells, what, cell, part), cell[1]), number=True) for cell in SHOWN]


def _row(ctx: Context, label: str, estimates: list[Estimate], planned: bool) -> Row:
    texts = tuple(_shown(ctx, e, name) for e, (_, name) in zip(estimates, SHOWN, strict=True))
    return Row(label, tuple(estimates[:2]), texts[:2], PLANNED if planned else UNDER, bold=planned)
