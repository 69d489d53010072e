"""Figures of a comparison of scenarios."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.compare.report.context import INCOME, Context
from experiments.compare.report.data import Experiment
from experiments.compare.report.sections.day100 import in_plan_order
from experiments.compare.report.sections.people import bands
from experiments.pages.numbers import delivery_unit
from experiments.pages.svg import INK
from experiments.plots.paper import (
    KEY,
    ONE_COLUMN,
    ROW,
    SMALL,
    TEXT,
    TWO_COLUMNS,
    Axes,
    Figure,
    Language,
    NotStored,
    Row,
    folded,
    forest,
    forest_height,
    key,
    line,
    numbers,
    of_kind,
    page,
    point,
    whole,
    zero,
)
from sim.core.errors import UserError


def _comparison(folder: Path | str, language: str) -> Context:
    of_kind(folder, "compare")
    return Context(Experiment(Path(folder)), language)


def _stored(ctx: Context, name: str) -> pd.DataFrame:
    """A table of a comparison that must hold something."""
    frame = ctx.exp.table(name)
    if frame.empty:
        raise NotStored(
            "the table is missing or empty",
            file=ctx.exp.folder / "tables" / f"{name}.parquet",
            mend="repeat the command that made the experiment: tables are made from the runs",
        )
    return frame


def _nothing(ctx: Context, table: str, what: str) -> NotStored:
    return NotStored(f"the table says nothing of {what}", file=ctx.exp.folder / "tables" / f"{table}.parquet")


def _scenarios(ctx: Context, chosen: Sequence[str] | None, default: Sequence[str]) -> list[str]:
    """Scenarios to draw, without the baseline.

    Raises:
        UserError: One of them is not in the experiment.
    """
    for ident in chosen or ():
        if ident not in ctx.treatments:
            raise UserError(f"there is no scenario '{ident}' beside the baseline", allowed=", ".join(ctx.treatments))
    return [one for one in (default if chosen is None else chosen) if one != ctx.baseline]


def _difference_axis(ctx: Context, name: str, unit: str = "") -> str:
    return ctx.say(
        "axis_difference", name=ctx.indicator(name), unit=unit or ctx.num.unit(ctx.unit_of(name, difference=True)).axis
    )


def differences(
    folder: Path | str,
    name: str = INCOME,
    *,
    month: int | None = None,
    group: str = "all",
    scenarios: Sequence[str] | None = None,
    language: Language = "en",
    width: float = ONE_COLUMN,
    ax: Axes | None = None,
) -> Figure:
    """Forest plot: each scenario's mean paired difference to the baseline.

    Args:
        folder: A comparison's folder.
        name: Which indicator.
        month: A yearly mark; the last by default.
        group: Whose.
        scenarios: Which, from the top; by default all, those that raise income most first, whatever the indicator, so
            that figures can stand side by side.
        language: "en" or "zh".
        width: In inches.
        ax: Where to draw instead of in a figure of its own.

    Raises:
        UserError: The folder is no comparison, or does not hold these differences.
    """
    ctx = _comparison(folder, language)
    _stored(ctx, "differences")
    at = ctx.final if month is None else month
    chosen = _scenarios(ctx, scenarios, ctx.ranked or ctx.treatments)
    rows: list[Row] = [
        (ctx.title(one), [(found, ctx.style(one))])
        for one in chosen
        if (found := ctx.exp.difference(one, at, group, name))
    ]
    if not rows:
        raise _nothing(ctx, "differences", f"'{name}' of '{group}' at month {at}")
    room = 0.38 * width
    with page(language, ax, width, 0.65 + forest_height(rows, room)) as axes:
        factor = ctx.num.unit(ctx.unit_of(name, difference=True)).factor
        forest(axes, rows, factor, _difference_axis(ctx, name), room, width)
    return whole(axes)


def groups(
    folder: Path | str,
    name: str = INCOME,
    *,
    scenario: str | None = None,
    month: int | None = None,
    language: Language = "en",
    width: float = ONE_COLUMN,
    ax: Axes | None = None,
) -> Figure:
    """Forest plot: one scenario's mean paired difference to the baseline, for each group of people.

    Args:
        folder: A comparison's folder.
        name: Which indicator.
        scenario: Which; by default the one that raises income most, cash aside.
        month: A yearly mark; the last by default.
        language: "en" or "zh".
        width: In inches.
        ax: Where to draw instead of in a figure of its own.

    Raises:
        UserError: The folder is no comparison, or does not hold these differences.
    """
    ctx = _comparison(folder, language)
    _stored(ctx, "differences")
    at = ctx.final if month is None else month
    (chosen,) = _scenarios(ctx, [scenario or ctx.leader or ctx.treatments[0]], ())
    rows: list[Row] = []
    for band, members in bands(ctx):
        found = [(one, estimate) for one in members if (estimate := ctx.exp.difference(chosen, at, one, name))]
        if found:
            rows.append((ctx.say(band), []))
            rows += [(ctx.group(one), [(estimate, ctx.style(chosen))]) for one, estimate in found]
    if not rows:
        raise _nothing(ctx, "differences", f"'{name}' of '{chosen}' by group at month {at}")
    room, row = 0.5 * width, 0.85 * ROW
    with page(language, ax, width, 0.85 + forest_height(rows, room, row)) as axes:
        factor = ctx.num.unit(ctx.unit_of(name, difference=True)).factor
        forest(axes, rows, factor, _difference_axis(ctx, name), room, width, row)
        axes.set_title(folded(ctx.title(chosen), width - room))
    return whole(axes)


def path(
    folder: Path | str,
    name: str = INCOME,
    *,
    group: str = "all",
    scenarios: Sequence[str] | None = None,
    language: Language = "en",
    width: float = ONE_COLUMN,
    ax: Axes | None = None,
) -> Figure:
    """Mean paired difference to the baseline over the months, with bands.

    What is stored by month is drawn by month (income: of that month alone), the rest at the yearly marks.

    Args:
        folder: A comparison's folder.
        name: Which indicator.
        group: Whose.
        scenarios: Which; by default those of the report's lines (the one that raises income most, and cash).
        language: "en" or "zh".
        width: In inches.
        ax: Where to draw instead of in a figure of its own.

    Raises:
        UserError: The folder is no comparison, or does not hold these differences.
    """
    ctx = _comparison(folder, language)
    months, columns = ctx.exp.table("monthly"), ["difference", "difference_low", "difference_high"]
    frame = months[(months["name"] == name) & (months["group"] == group)]
    by_month = len(frame) > 0
    if not by_month:
        marks, columns = _stored(ctx, "differences"), ["difference", "low", "high"]
        frame = marks[(marks["name"] == name) & (marks["group"] == group) & (marks["month"] >= 0)]
    chosen = [one for one in _scenarios(ctx, scenarios, ctx.focus) if (frame["scenario"] == one).any()]
    if not chosen:
        raise _nothing(ctx, "monthly" if by_month else "differences", f"'{name}' of '{group}'")
    unit = ctx.num.unit(ctx.unit_of(name, difference=True))
    yuan = ctx.say("axis_yuan_month") if by_month and name.endswith("_yuan") and name not in ctx.own.results else ""
    with page(language, ax, width, 2.3 + KEY * len(chosen)) as axes:
        zero(axes, "y", ctx.title(ctx.baseline))
        for one in chosen:
            part = frame[frame["scenario"] == one].sort_values("month")
            line(axes, part["month"], part[columns].to_numpy(float).T * unit.factor, ctx.style(one), ctx.title(one))
        axes.set_xticks(range(0, int(frame["month"].max()) + 1, 6 if by_month else 12))
        numbers(axes, "y")
        axes.set_xlabel(ctx.months_axis())
        axes.set_ylabel(folded(_difference_axis(ctx, name, yuan), 2.1))
        key(axes, [])
    return whole(axes)


def incidence(
    folder: Path | str,
    *,
    relative: bool = False,
    month: int | None = None,
    scenarios: Sequence[str] | None = None,
    language: Language = "en",
    width: float = ONE_COLUMN,
    ax: Axes | None = None,
) -> Figure:
    """Growth incidence: what each hundredth of people gains in income, the poorest at the left.

    The first and the last hundredth are left out, as are, with `relative`, those with next to no income.

    Args:
        folder: A comparison's folder.
        relative: In per cent of income in the baseline instead of yuan a head and year.
        month: A yearly mark; the last by default.
        scenarios: Which; by default those of the report's lines (the one that raises income most, and cash).
        language: "en" or "zh".
        width: In inches.
        ax: Where to draw instead of in a figure of its own.

    Raises:
        UserError: The folder is no comparison, or does not hold the percentiles.
    """
    ctx = _comparison(folder, language)
    at = ctx.final if month is None else month
    frame = _stored(ctx, "percentile")
    frame = frame[(frame["month"] == at) & frame["item"].between(2, 99) & frame["difference"].notna()]
    chosen = [one for one in _scenarios(ctx, scenarios, ctx.focus) if (frame["scenario"] == one).any()]
    if not chosen:
        raise _nothing(ctx, "percentile", f"month {at}")
    with page(language, ax, width, 2.3 + KEY * len(chosen)) as axes:
        zero(axes, "y", ctx.title(ctx.baseline))
        for one in chosen:
            part = frame[frame["scenario"] == one].sort_values("item")
            parts = part[["difference", "low", "high"]].to_numpy(float).T
            if relative:
                base = (part["mean"] - part["difference"]).to_numpy(float)
                parts = parts / np.where(base > 0.05 * np.median(base), base, math.nan) * 100
            line(axes, part["item"], parts, ctx.style(one), ctx.title(one))
        axes.set_xticks((1, 20, 40, 60, 80, 100))
        numbers(axes, "y")
        axes.set_xlabel(ctx.say("axis_percentile"))
        unit = ctx.say("axis_percent_of_baseline" if relative else "axis_yuan_year")
        axes.set_ylabel(folded(_difference_axis(ctx, INCOME, unit), 2.1))
        key(axes, [])
    return whole(axes)


def plane(
    folder: Path | str,
    *,
    scenarios: Sequence[str] | None = None,
    language: Language = "en",
    width: float = TWO_COLUMNS,
    ax: Axes | None = None,
) -> Figure:
    """Cost against effect: fall of the poverty gap (mean over the yearly marks) for cost beyond the baseline's.

    Scenarios that another one clearly beats in both are named as such.

    Args:
        folder: A comparison's folder.
        scenarios: Which; all by default.
        language: "en" or "zh".
        width: In inches.
        ax: Where to draw instead of in a figure of its own.

    Raises:
        UserError: The folder is no comparison, or does not hold costs and poverty gaps.
    """
    ctx = _comparison(folder, language)
    for name in ("extra", "outcomes"):
        _stored(ctx, name)
    places = [(one, ctx.extra_cost(one), ctx.gap_fall(one)) for one in _scenarios(ctx, scenarios, ctx.ranked)]
    known = [(one, cost, fall) for one, cost, fall in places if fall is not None and math.isfinite(cost.value)]
    if not known:
        raise _nothing(ctx, "extra", "cost")
    money, points = ctx.num.unit("money"), ctx.num.unit("points")
    with page(language, ax, width, max(3.2, 0.6 + ROW * len(known))) as axes:
        entries = []
        for one, cost, fall in known:
            label = ctx.title(one) + (ctx.say("dominated_mark") if one in ctx.dominated else "")
            entries.append((folded(label, 0.3 * width, SMALL), ctx.style(one)))
            point(axes, cost.times(money.factor), fall.times(points.factor), ctx.style(one), 5.0)
        for direction in ("x", "y"):
            zero(axes, direction)
        numbers(axes, "x", "y")
        axes.set_xlabel(ctx.say("with_unit", name=ctx.say("col_extra_cost"), unit=money.axis))
        axes.set_ylabel(folded(ctx.say("axis_fall", unit=points.axis), 2.6))
        key(axes, entries, "right")
    return whole(axes)


def delivery(
    folder: Path | str,
    *,
    scenario: str | None = None,
    only: Sequence[tuple[str, str]] | None = None,
    language: Language = "en",
    width: float = TWO_COLUMNS,
    ax: Axes | None = None,
) -> Figure:
    """What one scenario has delivered by the end of each week of the campaign, with its targets (dashed).

    Args:
        folder: A comparison's folder.
        scenario: Which; by default the one that raises income most, cash aside.
        only: Policy and what it delivers, as in the table, a small chart each; by default all.
        language: "en" or "zh".
        width: In inches.
        ax: Where to draw instead of in a figure of its own; then `only` names one.

    Raises:
        UserError: The folder is no comparison, or does not hold these deliveries.
    """
    ctx = _comparison(folder, language)
    frame = _stored(ctx, "delivery")
    chosen = scenario or ctx.leader or ctx.baseline
    mine = in_plan_order(ctx, frame[(frame["scenario"] == chosen) & ~frame["name"].str.endswith("_target")])
    parts = {(str(p), str(n)): part for (p, n), part in mine.groupby(["policy", "name"], sort=False, observed=True)}
    wanted = list(parts) if only is None else list(only)
    for one in wanted:
        if one not in parts:
            allowed = ", ".join(map(str, parts)) or None
            raise UserError(f"'{chosen}' has no delivery {one}", field="only", allowed=allowed)
    if not wanted:
        raise _nothing(ctx, "delivery", f"'{chosen}'")
    if ax is not None:
        if len(wanted) != 1:
            raise UserError(f"one chart has no room for {len(wanted)} deliveries", field="only", mend="name one")
        with page(language, ax, width, 1.5):
            _weeks(ax, ctx, chosen, wanted[0], parts[wanted[0]], width)
        return whole(ax)
    across = min(len(wanted), max(1, round(width / 2.3)))
    down = math.ceil(len(wanted) / across)
    with page(language, None, width, 1.55 * down) as first:
        figure = whole(first)
        first.remove()
        for place, one in enumerate(wanted):
            axes = figure.add_subplot(down, across, place + 1)
            _weeks(axes, ctx, chosen, one, parts[one], width / across)
            axes.set_xlabel("")
        figure.supxlabel(ctx.say("axis_week"), fontsize=TEXT)
    return figure


def _weeks(ax: Axes, ctx: Context, scenario: str, what: tuple[str, str], part: pd.DataFrame, width: float) -> None:
    """One delivery by week."""
    policy, name = what
    unit = ctx.num.unit(delivery_unit(name))
    part = part.sort_values("week")
    target = float(part["target"].iloc[-1]) * unit.factor
    if math.isfinite(target):
        ax.axhline(target, color=INK, linewidth=0.9, linestyle=(0, (3, 2)))
        ax.annotate(
            ctx.say("target"), (0.02, target), (0, -2), ("axes fraction", "data"), "offset points", size=SMALL, va="top"
        )
    line(ax, part["week"], part[["mean", "low", "high"]].to_numpy(float).T * unit.factor, ctx.style(scenario))
    ax.set_ylim(bottom=0.0)
    ax.set_xticks(range(0, int(part["week"].max()) + 1, 5))
    numbers(ax, "y")
    words = ctx.say.term("delivery", name)
    ax.set_title(folded(ctx.policy(policy, scenario), 0.8 * width, lines=2))
    ax.set_ylabel(folded(ctx.say("with_unit", name=words, unit=unit.axis) if unit.axis else words, 1.1))
    ax.set_xlabel(ctx.say("axis_week"))
