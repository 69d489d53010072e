"""Section 7: is the mix worth more, or less, than its parts?"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pandas as pd

from experiments.compare.report.context import HEADCOUNT, INCOME, Context
from experiments.compare.report.data import Scenario, estimate_of
from experiments.compare.report.sections import channels, what_if
from experiments.measure.statistics import mean_of
from experiments.pages.blocks import Cell, Figure, Section, Table, Text
from experiments.pages.charts import Panel, Row, dots
from experiments.pages.numbers import Estimate
from experiments.pages.svg import INK, Style

PLAIN = Style(INK, "square", hollow=True)


def build(ctx: Context) -> Section:
    """Parts, mix and synergy with intervals, for every factorial in the experiment."""
    section = Section("together", ctx.say("s7"), ctx.say("s7_question"))
    frame = ctx.exp.table("synergy")
    frame = frame[frame["month"] == frame["month"].max()] if len(frame) else frame
    figures = []
    parts = {
        str(mix): {p for v in of_it["parts"] for p in parts_of(v)}
        for mix, of_it in frame.groupby("scenario", observed=True)
    }
    # A mix inside a larger one is already there, as an interaction of the larger one's parts.
    whole = [mix for mix in parts if not any(parts[mix] < other for other in parts.values())]
    for mix in sorted(whole, key=lambda mix: (-len(parts[mix]), mix)):
        for name in (INCOME, HEADCOUNT):
            part = frame[(frame["scenario"] == mix) & (frame["name"] == name)]
            if len(part):
                figures.append(_factorial(ctx, mix, name, part))
    if figures:
        section.add(Text(ctx.say("together_text")), *figures)
    else:
        section.add(Text(ctx.missing(), "missing"), Text(ctx.say("together_how"), "note"))
    asked = what_if.figures(ctx)
    section.add(*asked)
    if not asked:
        section.add(_not_asked_for(ctx, "part_what_if", "village compare --what-if drought"))
    found = channels.figures(ctx)
    section.add(*found)
    if not found:
        section.add(_not_asked_for(ctx, "part_channels", "village compare --channels"))
    return section


def _not_asked_for(ctx: Context, part: str, command: str) -> Text:
    return Text(ctx.say("part_asked_for", part=ctx.say(part), command=command), "missing")


def parts_of(value: Any) -> list[str]:
    """The policy labels in one cell."""
    return [part for part in str(value).split("+") if part]


def alone(ctx: Context, mix: str, part: str) -> str | None:
    """The scenario that adds just this part to the baseline, with the settings that the part has in the mix."""
    whole, base = ctx.scenario(mix), ctx.scenario(ctx.baseline)
    if whole is None or base is None:
        return None
    common = _policies(base)
    wanted = common | {part: _policies(whole).get(part)}
    return next((s.id for s in ctx.exp.scenarios if _policies(s) == wanted), None)


def _policies(scenario: Scenario) -> dict[str, Any]:
    """A scenario's policies by label, as they are stored."""
    stated = {str(p.get("label") or p.get("kind")): p for p in scenario.plan.get("policies", [])}
    return stated or dict.fromkeys(scenario.policies)


def _factorial(ctx: Context, mix: str, name: str, part: pd.DataFrame) -> Figure:
    """Dots for each part, for the parts added up, for the mix, and for what the mix adds."""
    unit = ctx.unit_of(name, True)
    month = int(part["month"].iloc[0])
    singles = sorted({p for value in part["parts"] for p in parts_of(value)}, key=_mix_order(ctx, mix))
    rows: list[Row] = []
    data: list[list[Cell]] = []

    def put(label: str, e: Estimate, style: Style, bold: bool = False) -> None:
        text = ctx.num.bare(e, unit, signed=True)
        rows.append(Row(label, (e,), (text,), style, bold))
        data.append([Cell(label), Cell(text, number=True)])

    scenarios = [alone(ctx, mix, p) for p in singles]
    found = [s for s in scenarios if s is not None and ctx.exp.difference(s, month, "all", name) is not None]
    if found:
        rows.append(Row(ctx.say("head_parts")))
        for ident in found:
            e = ctx.exp.difference(ident, month, "all", name)
            if e is not None:
                put(ctx.title(ident), e, ctx.style(ident))
        total = _sum(ctx, found, name, month)
        if len(found) == len(singles) and total is not None:
            put(ctx.say("parts_added"), total, PLAIN)
    whole = ctx.exp.difference(mix, month, "all", name)
    if whole is not None:
        rows.append(Row(ctx.say("head_mix")))
        put(ctx.title(mix), whole, ctx.style(mix), bold=True)
    rows.append(Row(ctx.say("head_synergy")))
    lines = part.assign(_total=part["kind"] == "total").sort_values(
        ["_total", "order"], ascending=[False, True], kind="stable"
    )
    for _, row in lines.iterrows():
        members = [ctx.policy(p, mix) for p in sorted(parts_of(row["parts"]), key=_mix_order(ctx, mix))]
        label = ctx.say("synergy_total") if row["_total"] else " × ".join(members)
        put(label, estimate_of(row, "synergy"), Style(INK, "diamond"), bold=bool(row["_total"]))
    last = estimate_of(lines.iloc[0], "synergy")
    less = (last.value > 0) == (name == HEADCOUNT)  # a lower headcount is the better one
    key = "fig_synergy_none" if last.sign == 0 else "fig_synergy_more" if last.value > 0 else "fig_synergy_less"
    if name == HEADCOUNT and last.sign != 0:
        key = "fig_synergy_headcount"
    title = ctx.say(
        key,
        mix=ctx.title(mix),
        name=ctx.indicator(name),
        month=ctx.month(month),
        synergy=ctx.num.show(last, unit, signed=True),
        less=ctx.say("fall_less" if less else "fall_more"),
        size=ctx.num.show(last if last.value >= 0 else last.times(-1), unit),
    )
    axis = ctx.say("axis_difference", name=ctx.indicator(name), unit=ctx.num.unit(unit).axis)
    replicates = part["replicates"].dropna()
    return Figure(
        f"f-synergy-{_slug(mix)}-{'income' if name == INCOME else 'headcount'}",
        title,
        ctx.source("paired", int(replicates.min()) if len(replicates) else None),
        dots(rows, [Panel(axis, ctx.num.unit(unit).factor)], ctx.num),
        Table(ctx.say("data_behind"), (ctx.say("col_scenario"), axis), data, fold=True),
    )


def _sum(ctx: Context, scenarios: list[str], name: str, month: int) -> Estimate | None:
    """Sum of the parts' differences under the same seeds."""
    frame = ctx.exp.samples(name, month)
    if any(s not in frame.columns for s in (*scenarios, ctx.baseline)):
        return None
    return mean_of(sum((frame[s] - frame[ctx.baseline] for s in scenarios), start=0.0).to_numpy(), of=ctx.exp.of)  # type: ignore[union-attr]


def _mix_order(ctx: Context, mix: str) -> Callable[[str], int]:
    """Parts in the order in which the mix lists them."""
    scenario = ctx.scenario(mix)
    order = list(scenario.policies) if scenario else []
    return lambda part: order.index(part) if part in order else len(order)


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "-", text)
