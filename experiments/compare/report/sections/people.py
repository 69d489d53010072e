"""Section 5: who gains, who is left out, who is worse off."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from experiments.compare.report.context import HEADCOUNT, INCOME, Context
from experiments.compare.report.data import estimate_of
from experiments.compare.report.sections import spillover
from experiments.pages.blocks import Block, Cell, Figure, Section, Table, Text
from experiments.pages.charts import Bar, Panel, Row, bars, dots
from experiments.pages.curves import Line, LinePanel, lines
from experiments.pages.numbers import Estimate, unit_of
from sim.facts.causes import CAUSES
from sim.facts.terrains import TERRAINS

BANDS = (
    ("band_people", ("all", "poor_at_start", "not_poor_at_start", "linked", "registered", "not_registered")),
    ("band_fifths", ("fifth_1", "fifth_2", "fifth_3", "fifth_4", "fifth_5")),
    ("band_causes", (*(f"cause_{cause}" for cause in CAUSES if cause != "none"), "cause_none")),
    ("band_terrain", tuple(f"terrain_{terrain}" for terrain in TERRAINS)),
    ("band_served", ("served", "not_served")),
)


def bands(ctx: Context) -> list[tuple[str, tuple[str, ...]]]:
    """Groups under their headings, those of the user's own last."""
    return [*BANDS, *([("band_own", ctx.own_groups)] if ctx.own_groups else [])]


def build(ctx: Context) -> Section:
    """Groups, spillovers, percentiles, distribution, spending by fifth, targeting, movers."""
    section = Section("people", ctx.say("s5"), ctx.say("s5_question"))
    parts: dict[str, Sequence[Block | None]] = {
        "part_groups": [groups(ctx)],
        "part_spillover": spillover.figures(ctx),
        "part_percentiles": [incidence(ctx)],
        "part_distribution": [distribution(ctx)],
        "part_fifths": [fifths(ctx)],
        "part_targeting": [targeting(ctx)],
        "part_movers": [movers(ctx)],
    }
    for key, blocks in parts.items():
        section.add(*(blocks if any(blocks) else [Text(ctx.say("part_missing", part=ctx.say(key)), "missing")]))
    section.add(movers_by_group(ctx))
    return section


def groups(ctx: Context) -> Figure | None:
    """Paired difference by group for the leading scenario."""
    if ctx.leader is None:
        return None
    rows, data, flat, count = [], [], 0, 0
    for band, members in bands(ctx):
        found = []
        for group in members:
            pair = tuple(ctx.exp.difference(ctx.leader, ctx.final, group, n) for n in (INCOME, HEADCOUNT))
            if pair[0] is None:
                continue
            count += 1
            flat += pair[0].sign <= 0
            texts = tuple(
                ctx.num.bare(e, u, signed=True) if e else "–" for e, u in zip(pair, ("yuan", "points"), strict=True)
            )
            found.append(Row(ctx.group(group), pair, texts, ctx.style(ctx.leader), bold=group == "all"))
            data.append([Cell(ctx.say(band)), Cell(ctx.group(group)), *(Cell(t, number=True) for t in texts)])
        if found:
            rows += [Row(ctx.say(band)), *found]
    if not rows:
        return None
    panels = [
        Panel(
            ctx.say("axis_difference", name=ctx.indicator(n), unit=ctx.num.unit(unit_of(n, True)).axis),
            ctx.num.unit(unit_of(n, True)).factor,
        )
        for n in (INCOME, HEADCOUNT)
    ]
    poor = ctx.exp.difference(ctx.leader, ctx.final, "poor_at_start", INCOME)
    others = ctx.exp.difference(ctx.leader, ctx.final, "not_poor_at_start", INCOME)
    values: dict[str, Any] = {"month": ctx.month(ctx.final), "mix": ctx.title(ctx.leader), "flat": flat, "count": count}
    values["closure"] = ctx.closure(short=True)
    if poor is not None and others is not None:
        title = ctx.say("fig_groups", poor=ctx.change(poor, "yuan"), others=ctx.change(others, "yuan"), **values)
    else:
        title = ctx.say("fig_groups_plain", **values)
    header = (ctx.say("col_kind"), ctx.say("col_group"), panels[0].axis, panels[1].axis)
    return Figure(
        "f-groups",
        title,
        ctx.source("paired"),
        dots(rows, panels, ctx.num),
        Table(ctx.say("data_behind"), header, data, fold=True),
        note=ctx.say("groups_note"),
    )


def _curve(ctx: Context, scenario: str | None, month: int) -> pd.DataFrame:
    frame = ctx.exp.table("percentile")
    return frame[(frame["scenario"] == scenario) & (frame["month"] == month)].sort_values("item")


def incidence(ctx: Context) -> Figure | None:
    """Growth incidence: gain at each percentile of persons, in yuan and in per cent of the baseline."""
    if ctx.leader is None or _curve(ctx, ctx.leader, ctx.final)["difference"].dropna().empty:
        return None
    yuan, percent, data = [], [], []
    for ident in (ctx.cash, ctx.leader):
        part = _curve(ctx, ident, ctx.final)
        if ident is None or part["difference"].dropna().empty:
            continue
        item, gain, low, high, mean = (
            part[c].to_numpy(dtype=float) for c in ("item", "difference", "low", "high", "mean")
        )
        base = mean - gain
        safe = np.where((base > 0.05 * np.nanmedian(base)) & (item > 1) & (item < 100), base, math.nan)
        style, label = ctx.style(ident), ctx.title(ident)
        inner = (item > 1) & (item < 100)
        drawn = [np.where(inner, values, math.nan) for values in (gain, low, high)]
        yuan.append(Line(item.tolist(), drawn[0].tolist(), style, label, drawn[1].tolist(), drawn[2].tolist()))
        percent.append(
            Line(
                item.tolist(),
                (gain / safe * 100).tolist(),
                style,
                label,
                (low / safe * 100).tolist(),
                (high / safe * 100).tolist(),
            )
        )
        for k in range(len(item)):
            if item[k] % 5 == 0 or item[k] == 1:
                data.append(
                    [
                        Cell(label),
                        Cell(ctx.num.plain(item[k], 0), number=True),
                        Cell(ctx.num.plain(base[k], 0), number=True),
                        Cell(ctx.num.bare(Estimate(gain[k], low[k], high[k]), "yuan", signed=True), number=True),
                    ]
                )
    part = _curve(ctx, ctx.leader, ctx.final)
    rates = [_rate(part[part["item"] <= 20]), _rate(part[part["item"] > 80])]
    title = ctx.say(
        "fig_incidence",
        mix=ctx.title(ctx.leader),
        month=ctx.month(ctx.final),
        bottom=ctx.change(rates[0], "share"),
        top=ctx.change(rates[1], "share"),
    )
    ticks = (1, 20, 40, 60, 80, 100)
    panels = [
        LinePanel(ctx.say("panel_gain_yuan"), ctx.say("axis_yuan_year"), yuan, zero=True, ticks_x=ticks),
        LinePanel(
            ctx.say("panel_gain_percent"), ctx.say("axis_percent_of_baseline"), percent, zero=True, ticks_x=ticks
        ),
    ]
    header = tuple(ctx.say(k) for k in ("col_scenario", "col_percentile", "col_baseline_yuan", "col_gain_yuan"))
    return Figure(
        "f-incidence",
        title,
        ctx.source("paired"),
        lines(panels, ctx.say("axis_percentile"), ctx.num),
        Table(ctx.say("data_behind"), header, data, fold=True),
        note=ctx.say("incidence_note"),
    )


def _rate(part: pd.DataFrame) -> Estimate:
    """Gain as a share of baseline income over some percentiles; ends are added up: the interval is rather wide."""
    base = float((part["mean"] - part["difference"]).sum())
    if not base > 0:
        return Estimate(math.nan)
    return Estimate(*(float(part[c].sum(skipna=False)) / base for c in ("difference", "low", "high")))


def distribution(ctx: Context) -> Figure | None:
    """The distribution of income: share of people below each income, at the start and at the end."""
    if ctx.leader is None or _curve(ctx, ctx.leader, ctx.final).empty:
        return None
    wanted = [
        (ctx.baseline, 0, "curve_start"),
        (ctx.baseline, ctx.final, "curve_end"),
        (ctx.leader, ctx.final, "curve_end"),
    ]
    drawn, data = [], []
    for ident, month, key in wanted:
        part = _curve(ctx, ident, month)
        if part.empty:
            continue
        income = part["mean"].to_numpy(dtype=float)
        shares = part["item"].to_numpy(dtype=float) - 0.5
        keep = shares <= 95  # the long right tail would squeeze the part that matters here
        style = ctx.style(ident)
        if month == 0:
            style = type(style)("#999999", "circle", "2 3")
        label = ctx.say(key, title=ctx.title(ident), month=ctx.month(month) if month else ctx.say("start"))
        drawn.append(Line(income[keep].tolist(), shares[keep].tolist(), style, label, markers=month != 0))
        for k in range(0, len(income)):
            if part["item"].iloc[k] % 10 == 0:
                data.append(
                    [
                        Cell(label),
                        Cell(ctx.num.plain(float(part["item"].iloc[k]), 0), number=True),
                        Cell(ctx.num.plain(income[k], 0), number=True),
                    ]
                )
    if len(drawn) < 2:
        return None
    middle = ctx.exp.difference(ctx.leader, ctx.final, "all", "income_median_yuan")
    title = ctx.say("fig_distribution_plain")
    if middle is not None:
        row = ctx.exp.difference_row(ctx.leader, ctx.final, "all", "income_median_yuan")
        title = ctx.say(
            "fig_distribution",
            month=ctx.month(ctx.final),
            base=ctx.num.show(Estimate(round(row["baseline_mean"])), "yuan"),
            change=ctx.change(middle, "yuan"),
            mix=ctx.title(ctx.leader),
        )
    panel = LinePanel(ctx.say("panel_distribution"), "%", drawn, zero=True)
    header = tuple(ctx.say(k) for k in ("col_scenario", "col_percentile", "col_income_yuan"))
    return Figure(
        "f-distribution",
        title,
        ctx.source("level_mean_plain"),
        lines([panel], ctx.say("axis_income"), ctx.num, 1, 250, key="always"),
        Table(ctx.say("data_behind"), header, data, fold=True),
        note=ctx.say("distribution_note"),
    )


def fifths(ctx: Context) -> Figure | None:
    """Share of spending that goes to each fifth of people by income at the start."""
    frame = ctx.exp.table("spending")
    part = frame[frame["name"] == "fifth"]
    mine = part[(part["scenario"] == ctx.leader) & (part["group"] == "all")].sort_values("item")
    total = float(mine["mean"].sum()) if len(mine) else 0.0
    if ctx.leader is None or total <= 0:
        return None
    items = []
    for _, row in mine.iterrows():
        share = estimate_of(row).times(1 / total)
        items.append(
            Bar(ctx.group(f"fifth_{int(row['item'])}"), share, ctx.num.show(share, "share"), ctx.style(ctx.leader))
        )
    data = []
    for ident in ctx.treatments:
        rows = part[(part["scenario"] == ident) & (part["group"] == "all")].sort_values("item")
        whole = float(rows["mean"].sum()) if len(rows) else 0.0
        if whole > 0:
            data.append(
                [
                    Cell(ctx.title(ident)),
                    *(
                        Cell(ctx.num.show(estimate_of(r).times(1 / whole), "share"), number=True)
                        for _, r in rows.iterrows()
                    ),
                    Cell(ctx.num.bare(Estimate(whole), "money"), number=True),
                ]
            )
    title = ctx.say("fig_fifths", mix=ctx.title(ctx.leader), bottom=items[0].text, top=items[-1].text)
    header = (
        ctx.say("col_scenario"),
        *(ctx.group(f"fifth_{k}") for k in range(1, 6)),
        ctx.say("with_unit", name=ctx.say("col_spending"), unit=ctx.num.unit("money").axis),
    )
    return Figure(
        "f-fifths",
        title,
        ctx.source("level_mean"),
        bars(items, ctx.say("axis_spending_share"), 100, ctx.num, reference=20),
        Table(ctx.say("data_behind"), header, data, fold=True),
        note=ctx.say("fifths_note"),
    )


def targeting(ctx: Context) -> Table | None:
    """Targeting errors by scenario."""
    frame = ctx.exp.table("spending")
    part = frame[frame["group"] == "all"]
    names = ("targeting_inclusion_error", "targeting_exclusion_error")
    rows = []
    for ident in ctx.treatments:
        mine = part[part["scenario"] == ident]
        found = [mine[mine["name"] == n] for n in names]
        if any(len(f) for f in found):
            rows.append(
                [
                    Cell(ctx.title(ident)),
                    *(
                        Cell(ctx.num.show(estimate_of(f.iloc[0]), "share") if len(f) else "–", number=True)
                        for f in found
                    ),
                ]
            )
    if not rows:
        return None
    header = (ctx.say("col_scenario"), *(ctx.say.term("error", n) for n in names))
    return Table(ctx.say("targeting_table"), header, rows)


def movers(ctx: Context) -> Figure | None:
    """The same household with and without: share of people whose household gained, and who lost."""
    frame = ctx.exp.table("movers")
    part = frame[(frame["month"] == ctx.final) & (frame["group"] == "all")]
    if part.empty:
        return None
    items, data = [], []
    for ident in [s for s in ctx.ranked if s in set(part["scenario"])] or list(part["scenario"].unique()):
        row = part[part["scenario"] == ident].iloc[0]
        gained, lost = (_with_ends(row, name) for name in ("gained_share", "lost_share"))
        text = ctx.say("moved", gained=ctx.num.bare(gained, "share"), lost=ctx.num.bare(lost, "share"))
        items.append(
            Bar(ctx.title(ident), gained, text, ctx.style(ident), second=lost.times(-1), bold=ident == ctx.leader)
        )
        data.append(
            [
                Cell(ctx.title(ident)),
                Cell(ctx.num.show(gained, "share"), number=True),
                Cell(ctx.num.show(lost, "share"), number=True),
            ]
        )
    lead = next((i for i, s in enumerate(items) if s.bold), 0)
    title = ctx.say(
        "fig_movers",
        mix=items[lead].label,
        gained=data[lead][1].text,
        lost=data[lead][2].text,
        month=ctx.month(ctx.final),
        closure=ctx.closure(short=True),
    )
    header = tuple(ctx.say(k) for k in ("col_scenario", "col_gained", "col_lost"))
    return Figure(
        "f-movers",
        title,
        ctx.source("paired"),
        bars(items, ctx.say("axis_movers"), 100, ctx.num),
        Table(ctx.say("data_behind"), header, data, fold=True),
        note=ctx.say("movers_note", closure=ctx.closure()),
    )


def movers_by_group(ctx: Context) -> Table | None:
    """For the leading scenario: who gained and who lost, group by group."""
    frame = ctx.exp.table("movers")
    mine = frame[(frame["scenario"] == ctx.leader) & (frame["month"] == ctx.final)].set_index("group")
    order = [g for _, members in BANDS for g in members if g in mine.index]
    if len(order) < 2 or ctx.leader is None:
        return None
    rows = [
        [
            Cell(ctx.group(g)),
            *(
                Cell(ctx.num.show(_with_ends(mine.loc[g], n), "share"), number=True)
                for n in ("gained_share", "lost_share")
            ),
        ]
        for g in order
    ]
    header = tuple(ctx.say(k) for k in ("col_group", "col_gained", "col_lost"))
    values = {"mix": ctx.title(ctx.leader), "month": ctx.month(ctx.final), "closure": ctx.closure(short=True)}
    return Table(ctx.say("movers_table", **values), header, rows)


def _with_ends(row: Any, name: str) -> Estimate:
    """A share with its interval."""
    return estimate_of(row, name, f"{name}_low", f"{name}_high")
