"""The first sheets of the workbook: plans side by side, then units, weeks and the progress of tasks."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.worksheet.pagebreak import Break

from experiments.compare.report.amounts import stated
from experiments.compare.report.book import Book, Content, value
from experiments.compare.report.context import HEADCOUNT, INCOME
from experiments.compare.report.sections import answer
from experiments.compare.report.sections.day100 import at_horizon
from experiments.pages.numbers import delivery_unit, unit_of
from sim.facts.trades import TRADES
from sim.facts.units import LEVELS

_CHART_ROWS = 18


def plans(b: Book) -> None:
    """Plans and their headline figures, with a chart of what each gains."""
    ctx, exp = b.ctx, b.exp
    ranking = exp.table("ranking")
    ranking = ranking[(ranking["other"] == "") & (ranking["month"] == ctx.final) & (ranking["name"] == INCOME)]
    times = dict(zip(ranking["scenario"], ranking["times"], strict=True))
    rows: list[list[Content]] = []
    for s in ctx.ranked:
        row: list[Content] = [ctx.title(s), value(stated(ctx, s), "money")]
        row += [value(number, "money") for number in ctx.extra_cost(s)]
        for name in (INCOME, HEADCOUNT):
            found = exp.difference(s, ctx.final, "all", name) or (math.nan,) * 3
            row += [value(number, unit_of(name, True)) for number in found]
        rows.append([*row, value(times.get(s), "count"), value(exp.replicates, "count")])
    low, high = b.say("col_low95"), b.say("col_high95")
    header = [b.say("col_scenario"), b.with_unit(b.say("col_stated"), "money")]
    header += [b.with_unit(b.say("col_extra_cost"), "money"), low, high]
    for name in (INCOME, HEADCOUNT):
        header += [b.with_unit(b.say("change_of", name=b.term("indicator", name)), unit_of(name, True)), low, high]
    first, more = answer.said_with_caveats(ctx)
    below = [] if exp.calibrated else [b.say("uncalibrated_text")]
    ran, whole = int(exp.manifest["world"]["villages"]), exp.profile.villages if exp.profile else 0
    if ran < whole:
        below.append(b.say("plans_of_a_part", n=ran, all=whole))
    below += [first, *more, b.say("covers", n=exp.replicates)]
    sheet = b.sheet("plans", [*header, b.say("col_times_first"), b.say("col_replicates")], rows, below)
    if not rows:
        return
    last = sheet.max_row
    for place, column in enumerate((6, 9)):
        chart = BarChart()
        chart.type, chart.style, chart.legend = "bar", 10, None
        chart.title = header[column - 1]
        chart.add_data(Reference(sheet, min_col=column, min_row=2, max_row=len(rows) + 1))
        chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=len(rows) + 1))
        _shown(chart)
        chart.x_axis.scaling.orientation = "maxMin"
        chart.width, chart.height = 15, 8.5
        sheet.add_chart(chart, f"{'AF'[place]}{last + 2}")
    sheet.print_area = f"A1:M{last + 2 + _CHART_ROWS}"


def _shown(chart: Any) -> None:
    """Axes that LibreOffice and newer Excels show."""
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.tickLblPos = "low"


def units(b: Book) -> None:
    """Each support unit's trade, level and days over the campaign."""
    frame = b.exp.table("cadre_days")
    frame = frame[frame["group"].str.startswith("unit_")]
    frame = frame.assign(unit=frame["group"].str.removeprefix("unit_").astype(int))
    days = frame.pivot_table(index=["scenario", "unit"], columns="name", values="mean", aggfunc="sum", observed=True)
    count = int(frame["unit"].max()) if len(frame) else 0
    levels, trades = _levels_and_trades(b, count)
    language = int(b.ctx.zh)
    rows: list[list[Content]] = []
    for (scenario, unit), row in zip(days.index, days.to_dict("records"), strict=True):
        trade = list(TRADES.values())[trades[unit - 1]][language] if len(trades) else "–"
        level = list(LEVELS.values())[levels[unit - 1]][language] if len(levels) else "–"
        counted = [value(row.get(name), "count") for name in ("asked", "used")]
        rows.append([b.ctx.title(str(scenario)), value(unit, "count"), trade, level, *counted])
    keys = "col_scenario col_support_unit col_trade col_level_unit col_days_asked col_days_used"
    b.sheet("units", b.header(keys), rows)


def _levels_and_trades(b: Book, count: int) -> tuple[list[int], list[int]]:
    """Level and trade of the first units, as the world gives them."""
    if b.exp.profile is None or not count:
        return [], []
    levels, trades = b.exp.profile.unit_levels_and_trades(count)
    return levels.tolist(), trades.tolist()


def weeks(b: Book) -> None:
    """What is delivered week by week, added up, and the cadre-days of each week, with a chart of these."""
    ctx, frame, days = b.ctx, b.exp.table("delivery"), b.exp.table("cadre_days")
    days = days[(days["group"] == "all") & days["name"].isin(["asked", "used", "given"]) & (days["item"] > 0)]
    last = int(max([*frame["week"], *days["item"], 0]))
    rows: list[list[Content]] = []
    charted: list[int] = []
    for (scenario, name), part in days.groupby(["scenario", "name"], observed=True):
        by_week = dict(zip(part["item"], part["mean"], strict=True))
        if scenario == (ctx.leader or ctx.baseline):
            charted.append(len(rows) + 2)
        title, what = ctx.title(str(scenario)), b.say(f"week_{name}")
        rows.append(
            [
                title,
                b.say("card_cadre_days_by_week"),
                what,
                *(value(by_week.get(w), "count") for w in range(1, last + 1)),
            ]
        )
    for (scenario, policy, name), part in frame.groupby(["scenario", "policy", "name"], observed=True, sort=False):
        if str(name).endswith("_target"):
            continue
        by_week = dict(zip(part["week"], part["mean"], strict=True))
        unit = delivery_unit(str(name))
        what = b.term("delivery", str(name))
        what = b.with_unit(what, "money") if unit == "money" else what
        head: list[Content] = [ctx.title(str(scenario)), ctx.policy(str(policy), str(scenario)), what]
        rows.append([*head, *(value(by_week.get(w), unit) for w in range(1, last + 1))])
    header = [*b.header("col_scenario col_policy col_delivered"), *(b.say("col_week", n=w) for w in range(1, last + 1))]
    sheet = b.sheet("weeks", header, rows)
    if not charted:
        return
    chart = LineChart()
    chart.title, chart.style = b.say("chart_cadre_days", mix=ctx.title(ctx.leader or ctx.baseline)), 10
    for row in charted:
        data = Reference(sheet, min_col=3, max_col=3 + last, min_row=row)
        chart.add_data(data, from_rows=True, titles_from_data=True)
        chart.series[-1].smooth = False
    chart.set_categories(Reference(sheet, min_col=4, max_col=3 + last, min_row=1))
    _shown(chart)
    chart.width, chart.height = 24, 8.5
    end = sheet.max_row + 2
    if sheet.page_setup.fitToHeight != 1:
        sheet.row_breaks.append(Break(id=end - 1))  # a chart is not cut in two
    sheet.add_chart(chart, f"A{end}")
    sheet.print_area = f"{sheet.print_area.split(':')[0]}:{sheet.cell(1, len(header)).column_letter}{end + _CHART_ROWS}"


def progress(b: Book) -> None:
    """What is done against each target, with columns for what was done in fact."""
    frame, ctx = b.exp.table("delivery"), b.ctx
    in_the_end = at_horizon(b.exp.table("by_month"))
    rows: list[list[Content]] = []
    last = frame.sort_values("week", kind="stable").drop_duplicates(["scenario", "policy", "name"], keep="last")
    for r in last.to_dict("records"):
        scenario, policy, name = str(r["scenario"]), str(r["policy"]), str(r["name"])
        if name.endswith("_target"):
            continue
        unit, later = delivery_unit(name), in_the_end.get((scenario, policy, name))
        deadline = ""
        if ctx.campaign and r["deadline_day"] == r["deadline_day"] and r["deadline_day"]:
            deadline = ctx.num.day(ctx.campaign["start"] + dt.timedelta(days=int(r["deadline_day"]) - 1))
        rows.append(
            [
                ctx.title(scenario),
                ctx.policy(policy, scenario),
                b.term("delivery", name),
                b.unit("money") if unit == "money" else "",
                value(r["target"], unit),
                deadline,
                *(value(r[c], unit) for c in ("mean", "low", "high")),
                value(r["mean"] / r["target"] if r["target"] > 0 else math.nan, "share"),
                value(r["chance_met"], "share"),
                value(later.value if later else math.nan, unit),
                "",
                "",
            ]
        )
    keys = "col_scenario col_policy col_delivered col_unit col_target col_deadline col_done col_low95 col_high95"
    more = "col_percent_done col_chance_share col_done_in_the_end col_actual col_remark"
    b.sheet("progress", b.header(f"{keys} {more}"), rows)
