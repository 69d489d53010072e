"""Section 3: what is done by the last campaign day and by the run's end, targets met, and what is expected."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from experiments.compare.report.context import INCOME, Context
from experiments.compare.report.data import DAY100, estimate_of
from experiments.compare.report.sections import wall
from experiments.pages.blocks import Bullets, Cell, Figure, Section, Table, Text
from experiments.pages.curves import Line, LinePanel, lines
from experiments.pages.numbers import Estimate, delivery_unit

MOST_PANELS = 8


def build(ctx: Context) -> Section:
    """Delivery by week against target, jobs begun, and income at month 12 said as an expectation."""
    section = Section("day100", ctx.say("s3", days=ctx.days), ctx.say("s3_question"))
    section.add(Text(ctx.say("day100_caveat", days=ctx.days)))
    items = [
        ctx.say("schedule_item", scenario=ctx.title(s.id), text=text)
        for s in ctx.exp.scenarios
        for text in ctx.schedule(s.id).said()
    ]
    section.add(Bullets(items, ctx.say("schedule_heading")) if items else None)
    if any(ctx.schedule(s.id).waiting for s in ctx.exp.scenarios):
        section.add(Text(ctx.say("schedule_late", days=ctx.days), "note"))
    section.add(*wall.tables(ctx))
    figure, table = delivery(ctx)
    section.add(figure or Text(ctx.missing(), "missing"), table)
    if ctx.exp.table("by_month").empty:
        section.add(Text(ctx.say("part_missing", part=ctx.say("col_done_in_the_end")), "missing"))
    section.add(*expectations(ctx))
    return section


def delivery(ctx: Context) -> tuple[Figure | None, Table | None]:
    """Small multiples of cumulative delivery for the leading scenario, and the table for all of them."""
    frame = ctx.exp.table("delivery")
    if frame.empty or ctx.leader is None:
        return None, None
    mine = in_plan_order(ctx, frame[frame["scenario"] == ctx.leader])
    in_the_end = at_horizon(ctx.exp.table("by_month"))
    panels: list[LinePanel] = []
    data: list[list[Cell]] = []
    for (policy, name), part in mine.groupby(["policy", "name"], sort=False, observed=True):
        part = part.sort_values("week")
        target = float(part["target"].iloc[-1])
        if str(name).endswith("_target") or (not math.isfinite(target) and len(panels) >= MOST_PANELS):
            continue
        panels.append(_panel(ctx, str(policy), str(name), part, target))
        data.append(_row(ctx, ctx.leader, part.iloc[-1], in_the_end))
    panels.sort(key=lambda p: p.target is None)
    rated = mine.sort_values("week").drop_duplicates(["policy", "name"], keep="last")
    chances = rated["chance_met"].dropna()
    likely = int((chances >= 0.9).sum())
    near = int((rated["mean"] >= 0.99 * rated["target"]).sum())
    title = (
        ctx.say("fig_delivery", likely=likely, near=near, count=len(chances), mix=ctx.title(ctx.leader))
        if len(chances)
        else ctx.say("fig_delivery_no_targets", mix=ctx.title(ctx.leader))
    )
    table = Table(ctx.say("data_behind"), _header(ctx)[1:], [row[1:] for row in data], fold=True)
    figure = Figure(
        "f-delivery",
        title,
        ctx.source("level_mean"),
        lines(panels[:MOST_PANELS], ctx.say("axis_week"), ctx.num, columns=3, tall=130),
        table,
        note=ctx.say("delivery_note"),
    )
    last = frame.sort_values("week", kind="stable").drop_duplicates(["scenario", "policy", "name"], keep="last")
    last = in_plan_order(ctx, last)
    rows = [
        _row(ctx, str(r["scenario"]), r, in_the_end)
        for _, r in last.iterrows()
        if not str(r["name"]).endswith("_target")
    ]
    return figure, Table(ctx.say("delivery_table", days=ctx.days), _header(ctx), rows, fold=True)


def in_plan_order(ctx: Context, frame: pd.DataFrame) -> pd.DataFrame:
    """Rows by scenario and policy in the order in which the manifest and the scenarios list them."""
    order = {(s.id, p): (i, k) for i, s in enumerate(ctx.exp.scenarios) for k, p in enumerate(s.policies)}
    places = [order.get(key, (len(order), 0)) for key in zip(frame["scenario"], frame["policy"], strict=True)]
    return frame.iloc[sorted(range(len(frame)), key=lambda i: (places[i], i))]


def at_horizon(by_month: pd.DataFrame) -> dict[tuple[str, str, str], Estimate]:
    """What each policy of each scenario had delivered when the run ended, by scenario, policy and name."""
    if by_month.empty:
        return {}
    last = by_month[by_month["month"] == by_month["month"].max()]
    keys = zip(last["scenario"].astype(str), last["group"].astype(str), last["name"].astype(str), strict=True)
    return dict(zip(keys, (estimate_of(row) for _, row in last.iterrows()), strict=True))


def _header(ctx: Context) -> tuple[str, ...]:
    keys = "col_scenario col_policy col_delivered col_done col_done_in_the_end col_target col_percent_done col_chance"
    return tuple(ctx.say(k) for k in keys.split())


def _done(ctx: Context, mean: float, target: float) -> str:
    """Share of the target that is delivered on average; never rounded up to the whole."""
    if not (math.isfinite(target) and target > 0):
        return "–"
    percent = mean / target * 100
    return ctx.num.plain(math.floor(percent * 10 + 1e-6) / 10, 1 if percent < 100 else 0) + "%"


def _target(ctx: Context, target: float, unit: str, deadline: float) -> str:
    """A target, and the day by which the scenario wants it, if it states one."""
    if not math.isfinite(target):
        return ctx.say("no_target")
    amount = ctx.num.show(Estimate(target), unit)
    return ctx.say("target_by", amount=amount, day=round(deadline)) if math.isfinite(deadline) else amount


def _row(ctx: Context, scenario: str, row: Any, in_the_end: Mapping[tuple[str, str, str], Estimate]) -> list[Cell]:
    target, chance, unit = float(row["target"]), float(row["chance_met"]), delivery_unit(str(row["name"]))
    later = in_the_end.get((scenario, str(row["policy"]), str(row["name"])))
    return [
        Cell(ctx.title(scenario)),
        Cell(ctx.policy(str(row["policy"]), scenario)),
        Cell(ctx.say.term("delivery", str(row["name"]))),
        Cell(ctx.num.show(estimate_of(row), unit), number=True),
        Cell(ctx.num.show(later, unit) if later else "–", number=True),
        Cell(_target(ctx, target, unit, float(row.get("deadline_day", math.nan))), number=True),
        Cell(_done(ctx, float(row["mean"]), target), number=True),
        Cell(ctx.num.chance(chance, ctx.exp.replicates), mark="bad" if float(row["mean"]) < 0.99 * target else ""),
    ]


def _panel(ctx: Context, policy: str, name: str, part: pd.DataFrame, target: float) -> LinePanel:
    chance = float(part["chance_met"].iloc[-1])
    style = ctx.style(ctx.leader or "")
    note = ""
    if math.isfinite(target) and math.isfinite(chance):
        done = _done(ctx, float(part["mean"].iloc[-1]), target)
        note = ctx.say("target_met", percent=done, chance=ctx.num.chance(chance, ctx.exp.replicates))
    unit = ctx.num.unit(delivery_unit(name))
    mean, low, high = ([0.0, *(part[c].astype(float) * unit.factor)] for c in ("mean", "low", "high"))
    line = Line([0.0, *part["week"].astype(float)], mean, style, "", low, high, markers=True)
    target *= unit.factor
    return LinePanel(
        ctx.say("panel_delivery", policy=ctx.policy(policy, ctx.leader), name=ctx.say.term("delivery", name)),
        unit.axis,
        [line],
        zero=True,
        target=target if math.isfinite(target) else None,
        target_label=ctx.say("target") if math.isfinite(target) else "",
        note=note,
        ticks_x=(0, 5, 10, 15),
    )


def expectations(ctx: Context) -> list[Text | Table]:
    """The state on the last campaign day, and income expected at month 12."""
    frame = ctx.exp.table("differences")
    names = sorted({str(n) for n in frame[frame["month"] == DAY100]["name"]}) if len(frame) else []
    rows = []
    shown = [s for s in (ctx.leader, ctx.cash) if s is not None]
    for name in names:
        found = [ctx.exp.difference(s, DAY100, "all", name) for s in shown]
        if not any(found):
            continue
        known = next(s for s, e in zip(shown, found, strict=True) if e is not None)
        base = ctx.exp.difference_row(known, DAY100, "all", name)["baseline_mean"]
        unit = "people" if name == "jobs_begun" else ctx.unit_of(name, True)
        counted = "people" if name == "jobs_begun" else ctx.unit_of(name)
        cells = [ctx.num.bare(e, unit, signed=True) if e is not None else "–" for e in found]
        rows.append(
            [
                Cell(ctx.say("with_unit", name=ctx.indicator(name), unit=ctx.num.unit(unit).axis)),
                Cell(ctx.num.show(Estimate(base), counted), number=True),
                *(Cell(text, number=True) for text in cells),
            ]
        )
    out: list[Text | Table] = []
    if rows:
        header = (ctx.say("col_indicator"), ctx.say("col_baseline"), *(ctx.title(s) for s in shown))
        out.append(Table(ctx.say("day100_table", days=ctx.days), header, rows))
    leader = ctx.leader
    jobs = ctx.exp.difference(leader, DAY100, "all", "jobs_begun") if leader else None
    if leader and jobs is None:
        frame = ctx.exp.table("delivery")
        mine = frame[(frame["scenario"] == leader) & frame["name"].isin(["placed", "jobs"])]
        if len(mine):
            last = mine.sort_values("week", kind="stable").drop_duplicates(["policy", "name"], keep="last")
            placed = ctx.num.show(estimate_of(last.iloc[0]), "people")
            out.insert(0, Text(ctx.say("placed_line", mix=ctx.title(leader), jobs=placed)))
    if leader and jobs is not None:
        out.insert(0, Text(ctx.say("jobs_line", mix=ctx.title(leader), jobs=ctx.num.show(jobs, "people", signed=True))))
    gain = ctx.exp.difference(leader, 12, "all", INCOME) if leader else None
    if leader and gain is not None:
        level = ctx.exp.mean(leader, INCOME, 12)
        out.append(
            Text(
                ctx.say(
                    "expect_12",
                    mix=ctx.title(leader),
                    change=ctx.change(gain, "yuan"),
                    level=ctx.num.show(Estimate(round(level.value)), "yuan") if level else "–",
                ),
                "lead",
            )
        )
    elif not rows:
        out.append(Text(ctx.missing(), "missing"))
    return out
