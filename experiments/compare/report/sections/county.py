"""Section 2: do the totals of the simulated county agree with the planner's books?"""

from __future__ import annotations

import math
from typing import Any

from experiments.compare.report.context import Context
from experiments.pages.blocks import Cell, Section, Table, Text

HEADLINES = (
    *("villages", "households", "persons", "cadres", "linked_households", "units", "land"),
    *("income", "share_wage", "share_operating", "share_transfer", "headcount", "gini", "registered", "migrants"),
)
MUCH = 100_000  # yuan from which an amount is shown in 万元, or in millions


def build(ctx: Context) -> Section:
    """The reconciliation, the lines that matter most and those that fail first, all of them behind a fold."""
    section = Section("county", ctx.say("s2"), ctx.say("s2_question"))
    frame = ctx.exp.table("reconcile")
    if frame.empty:
        section.add(Text(ctx.missing(), "missing"))
        return section
    fails = int((~frame["within"].astype(bool)).sum())
    key = "county_all" if fails == 0 else "county_some"
    section.add(
        Text(ctx.say(key, good=len(frame) - fails, count=len(frame), fails=fails), "lead" if not fails else "warning")
    )
    rows = {str(row["name"]): _line(ctx, row) for _, row in frame.iterrows()}
    bad = set(frame.loc[~frame["within"].astype(bool), "name"])
    chosen = [cells for name, cells in rows.items() if name in HEADLINES or name in bad or len(rows) <= len(HEADLINES)]
    header = tuple(
        ctx.say(k) for k in ("col_line", "col_model", "col_profile", "col_difference", "col_tolerance", "col_agrees")
    )
    note = ctx.say("county_note") + ("" if ctx.exp.mode == "point" else " " + ctx.say("county_drawn"))
    short = len(chosen) < len(rows)
    caption = ctx.say("county_headlines", n=len(HEADLINES)) if short else ctx.say("county_table")
    section.add(Table(caption, header, chosen, note=note))
    if short:
        section.add(Table(ctx.say("county_rest", n=len(rows)), header, [*rows.values()], fold=True))
    return section


def _line(ctx: Context, row: Any) -> list[Cell]:
    label = str(row["label_zh" if ctx.zh else "label_en"] or row["name"])
    unit = str(row["unit"] or "")
    share = unit in ("share", "%")
    money = ctx.num.unit("money") if unit == "yuan" and abs(float(row["profile"])) >= MUCH else None
    factor = 100.0 if share else money.factor if money else 1.0
    suffix = "%" if share else money.axis if money else (ctx.say.term("unit", unit) if unit else "")
    model, profile = float(row["model"]) * factor, float(row["profile"]) * factor
    gap = float(row["difference"]) * factor if row["difference"] == row["difference"] else model - profile
    decimals = _decimals(profile, float(row["tolerance"]) * factor)
    decimals = max(decimals, 1) if money or share else decimals
    within = bool(row["within"])
    mark = "" if within else "bad"
    plain = unit in ("villages", "households", "units", "cadres", "persons", "count")  # the label says what is counted
    named = ctx.say("named_unit", name=label, unit=suffix) if suffix and not plain else label

    def cell(value: float, signed: bool = False) -> Cell:
        return Cell(ctx.num.plain(value, decimals, signed), number=True, mark=mark)

    tolerance = float(row["tolerance"]) * factor
    return [
        Cell(named, mark=mark),
        cell(model),
        cell(profile),
        cell(gap, signed=True),
        Cell(
            "±" + ctx.num.plain(tolerance, decimals) if math.isfinite(tolerance) else "–",
            number=True,
            mark=mark,
        ),
        Cell(ctx.say("agrees" if within else "fails"), mark=mark),
    ]


def _decimals(value: float, tolerance: float) -> int:
    """Enough decimals to see the tolerance, and no more."""
    if not math.isfinite(tolerance) or tolerance <= 0:
        return 0 if value == math.floor(value) else 2
    return min(max(0, -math.floor(math.log10(tolerance)) + (1 if tolerance < 1 else 0)), 4)
