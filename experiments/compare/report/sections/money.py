"""Section 6: what it costs, which purse pays, what is left over and why, and what a yuan buys."""

from __future__ import annotations

import math

import pandas as pd

from experiments.compare.report.context import GAP, Context
from experiments.compare.report.data import estimate_of
from experiments.pages.blocks import Cell, Figure, Section, Table, Text
from experiments.pages.charts import Bar, bars
from experiments.pages.curves import Point, plane
from experiments.pages.numbers import Estimate
from experiments.pages.words import terms

PARTS = (
    "grants_yuan",
    "interest_subsidy_yuan",
    "loan_losses_yuan",
    "capital_cost_yuan",
    "administration_yuan",
    "cadre_days_yuan",
)
BESIDE = ("cash_outlay_yuan", "principal_yuan")


def build(ctx: Context) -> Section:
    """Cost by policy and by purse, the plane of cost against effect, cost per point, and flows of money."""
    section = Section("money", ctx.say("s6"), ctx.say("s6_question"))
    for key, block in (
        ("part_plane", effect_plane(ctx)),
        ("part_efficiency", efficiency(ctx)),
        ("part_costs", costs(ctx)),
        ("part_cost_table", parts_of_cost(ctx)),
        ("part_purses", purses(ctx)),
        ("part_flows", flows(ctx)),
    ):
        section.add(block or Text(ctx.say("part_missing", part=ctx.say(key)), "missing"))
    return section


def effect_plane(ctx: Context) -> Figure | None:
    """Fall of the poverty gap (mean over the yearly marks) against cost, with intervals both ways; cash beside."""
    points, data, worse = [], [], ctx.dominated
    for ident in ctx.ranked:
        cost = ctx.extra_cost(ident)
        fall = ctx.gap_fall(ident)
        if fall is None or not math.isfinite(cost.value):
            continue
        label = ctx.title(ident) + (ctx.say("dominated_mark") if ident in worse else "")
        points.append(Point(label, cost, fall, ctx.style(ident), ident in worse))
        data.append(
            [
                Cell(ctx.title(ident)),
                Cell(ctx.num.bare(cost, "money"), number=True),
                Cell(ctx.num.bare(fall, "points", signed=True), number=True),
                Cell(ctx.title(worse[ident]) if ident in worse else "–"),
            ]
        )
    if len(points) < 2:
        return None
    if worse:
        names = [ctx.say("quoted", title=ctx.title(s)) for s in ctx.ranked if s in worse]
        title = ctx.say("fig_plane", dominated=ctx.num.join(names), count=len(names), of=len(points))
    else:
        title = ctx.say("fig_plane_none")
    money = ctx.num.unit("money")
    header = (
        ctx.say("col_scenario"),
        ctx.say("with_unit", name=ctx.say("col_extra_cost"), unit=money.axis),
        ctx.say("axis_fall", unit=ctx.num.unit("points").axis),
        ctx.say("col_dominated"),
    )
    draw = plane(points, header[1], header[2], (money.factor, 100.0), ctx.num)
    return Figure(
        "f-plane",
        title,
        ctx.source("paired"),
        draw,
        Table(ctx.say("data_behind"), header, data, fold=True),
        note=ctx.say("plane_note"),
    )


def efficiency(ctx: Context) -> Table | None:
    """Cost per point of gap and per person-year, with honest intervals or "not defined"."""
    frame = ctx.exp.table("effectiveness")
    if frame.empty:
        return None
    measures = [m for m in (GAP, "yuan_per_person_year_out") if m in set(frame["measure"])]
    worse, rows = ctx.dominated, []
    for ident in ctx.ranked or ctx.treatments:
        cells = []
        for measure in measures:
            mine = frame[(frame["scenario"] == ident) & (frame["measure"] == measure)]
            cells.append(_ratio(ctx, mine, measure))
        if any(c.text != "–" for c in cells):
            by = ctx.title(worse[ident]) if ident in worse else "–"
            rows.append([Cell(ctx.title(ident)), *cells, Cell(by)])
    if not rows:
        return None
    header = (
        ctx.say("col_scenario"),
        *(
            ctx.say("with_unit", name=ctx.say.term("measure", m), unit=ctx.num.unit(_measure_unit(m)).axis)
            for m in measures
        ),
        ctx.say("col_dominated"),
    )
    return Table(ctx.say("efficiency_table"), header, rows, note=ctx.say("efficiency_note"))


def _measure_unit(measure: str) -> str:
    return "money" if measure == GAP else "yuan"


def _ratio(ctx: Context, mine: pd.DataFrame, measure: str) -> Cell:
    if mine.empty:
        return Cell("–", number=True)
    row = mine.iloc[0]
    defined = row["defined"] if row["defined"] == row["defined"] else math.isfinite(float(row["value"]))
    e = estimate_of(row, "value")
    if not bool(defined) or not math.isfinite(e.value) or not e.has_interval:
        return Cell(ctx.say("not_defined"), number=True)
    return Cell(ctx.num.bare(e, _measure_unit(measure)), number=True)


def costs(ctx: Context) -> Figure | None:
    """Cost of each policy in the leading scenario."""
    frame = ctx.exp.table("cost")
    mine = frame[(frame["scenario"] == ctx.leader) & (frame["name"] == "cost_yuan") & (frame["policy"] != "all")]
    mine = mine[mine["mean"] > 0].sort_values(["mean", "policy"], ascending=[False, True])
    if ctx.leader is None or mine.empty:
        return None
    items, data = [], []
    for _, row in mine.iterrows():
        cost = estimate_of(row)
        label = ctx.policy(str(row["policy"]), ctx.leader)
        served = ctx.cost(ctx.leader, "households_served", str(row["policy"]))
        each = ctx.num.plain(cost.value / served.value) if served.value > 0 else "–"
        items.append(Bar(label, cost, ctx.num.bare(cost, "money"), ctx.style(ctx.leader)))
        data.append(
            [
                Cell(label),
                Cell(ctx.num.bare(cost, "money"), number=True),
                Cell(ctx.num.plain(served.value, 0), number=True),
                Cell(each, number=True),
            ]
        )
    money = ctx.num.unit("money")
    title = ctx.say(
        "fig_costs",
        policy=items[0].label,
        cost=ctx.num.show(items[0].estimate, "money"),
        mix=ctx.title(ctx.leader),
        total=ctx.num.show(ctx.cost(ctx.leader), "money"),
        extra=ctx.num.show(ctx.extra_cost(ctx.leader), "money"),
    )
    header = (
        ctx.say("col_policy"),
        ctx.say("with_unit", name=ctx.say("col_cost"), unit=money.axis),
        ctx.say("col_served"),
        ctx.say("col_each"),
    )
    return Figure(
        "f-costs",
        title,
        ctx.source("level_mean"),
        bars(items, ctx.say("with_unit", name=ctx.say("col_cost"), unit=money.axis), money.factor, ctx.num),
        Table(ctx.say("data_behind"), header, data, fold=True),
    )


def parts_of_cost(ctx: Context) -> Table | None:
    """Every scenario's cost by part, with principal and outlay beside."""
    names = [
        n
        for n in (*PARTS, "cost_yuan", *BESIDE)
        if any(math.isfinite(ctx.cost(s, n).value) for s in (ctx.baseline, *ctx.treatments))
    ]
    if not names:
        return None
    rows = []
    for ident in (ctx.baseline, *(ctx.ranked or ctx.treatments)):
        cells = [
            Cell(ctx.num.bare(ctx.cost(ident, n), "money"), number=True, mark="total" if n == "cost_yuan" else "")
            for n in names
        ]
        rows.append([Cell(ctx.title(ident)), *cells])
    header = (ctx.say("col_scenario"), *(ctx.say.term("cost", n) if n in terms("cost") else n for n in names))
    return Table(ctx.say("cost_table", unit=ctx.num.unit("money").axis), header, rows, note=ctx.say("cost_note"))


def purses(ctx: Context) -> Figure | None:
    """What each purse held, what was spent, what was left over and why."""
    frame = ctx.exp.table("purse")
    mine = frame[frame["scenario"] == ctx.leader]
    if ctx.leader is None or mine.empty:
        return None
    wide = mine.pivot_table(index="group", columns="name", values="mean", sort=False, observed=True)
    wide = wide.reindex(
        columns=[n for n in ("amount_yuan", "released_yuan", "spent_yuan", "unspent_yuan", "infeasible_yuan")]
    )
    wide = wide[wide["amount_yuan"] > 0].sort_values("amount_yuan", ascending=False, kind="stable")
    idle = [ctx.purse(str(p)) for p, row in wide.iterrows() if not row["spent_yuan"] > 0 and _open_to(ctx, str(p))]
    wide = wide[wide["spent_yuan"] > 0]
    if wide.empty:
        return None
    items, data = [], []
    for purse, row in wide.iterrows():
        spent, amount = float(row["spent_yuan"]), float(row["amount_yuan"])
        rest = float(row["unspent_yuan"]) if math.isfinite(row["unspent_yuan"]) else amount - spent
        one = mine[(mine["group"] == purse) & (mine["name"] == "spent_yuan")].iloc[0]
        text = ctx.say(
            "spent_of", spent=ctx.num.bare(Estimate(spent), "money"), amount=ctx.num.bare(Estimate(amount), "money")
        )
        items.append(Bar(ctx.purse(str(purse)), estimate_of(one), text, ctx.style(ctx.leader), rest=max(rest, 0.0)))
        data.append(
            [Cell(ctx.purse(str(purse))), *(Cell(ctx.num.bare(Estimate(float(v)), "money"), number=True) for v in row)]
        )
    note = [_why(ctx)] + ([ctx.say("purses_idle", names=ctx.num.join(idle))] if idle else [])
    money = ctx.num.unit("money")
    total, drawn = float(wide["amount_yuan"].sum()), float(wide["spent_yuan"].sum())
    title = ctx.say(
        "fig_purses",
        spent=ctx.num.show(Estimate(drawn), "money"),
        total=ctx.num.show(Estimate(total), "money"),
        percent=ctx.num.share(drawn / total, 0),
        mix=ctx.title(ctx.leader),
    )
    header = (
        ctx.say("with_unit", name=ctx.say("col_purse"), unit=money.axis),
        *(ctx.say.term("purse_line", str(c)) for c in wide.columns),
    )
    return Figure(
        "f-purses",
        title,
        ctx.source("level_mean"),
        bars(items, money.axis, money.factor, ctx.num),
        Table(ctx.say("data_behind"), header, data, fold=True),
        note=("" if ctx.zh else " ").join(note),
    )


def _open_to(ctx: Context, purse: str) -> bool:
    """Whether the purse's own rules let one of the leading scenario's measures draw on it."""
    leader = ctx.scenario(ctx.leader or "")
    stated = [p for p in leader.plan.get("purses", []) if p.get("id") == purse] if leader else []
    if not stated or leader is None:
        return False
    uses = set(stated[0].get("uses", []))
    policies, kinds = leader.plan.get("policies", []), ctx.own.kinds
    return any(
        purse in p["purses"] if p.get("purses") else kinds.get(p.get("kind", ""), p.get("kind")) in uses
        for p in policies
    )


def _why(ctx: Context) -> str:
    """Why money was left: the constraints that cost most of what was asked."""
    frame = ctx.exp.table("binding")
    mine = frame[(frame["scenario"] == ctx.leader) & (frame["mean"] >= 0.005)]
    if mine.empty:
        return ctx.say("why_unknown")
    top = mine.sort_values(["mean", "group"], ascending=[False, True]).head(3)
    reasons = [
        ctx.say(
            "why_item",
            policy=ctx.policy(str(r["group"]), ctx.leader),
            constraint=ctx.say.term("constraint", str(r["name"])),
            percent=ctx.num.share(float(r["mean"]), 0),
        )
        for _, r in top.iterrows()
    ]
    return ctx.say("why", reasons=ctx.num.join(reasons))


def flows(ctx: Context) -> Figure | None:
    """Flows of money that differ from the baseline, largest first."""
    frame = ctx.exp.table("money")
    levels = {
        (str(row["scenario"]), str(row["group"]), str(row["name"])): float(row["mean"])
        for row in frame[frame["scenario"].isin([ctx.leader, ctx.baseline])].to_dict("records")
    }
    # From a purse to the policy that spends it is the same money as what the policy then pays.
    changes = {
        where: change
        for where, change in ctx.extra(ctx.leader or "", "flow").items()
        if where[1] != "funds" and abs(change.value) > 1.0
    }
    if not levels or not changes:
        return None
    items, data = [], []
    for (who, reason), change in sorted(changes.items(), key=lambda item: (-abs(item[1].value), item[0]))[:12]:
        payer, _, payee = who.partition(">")
        words = {"payer": _account(ctx, payer), "payee": _account(ctx, payee), "reason": ctx.say.term("reason", reason)}
        label = ctx.say("flow", **words)
        text = ctx.num.bare(change, "money", signed=True)
        items.append(Bar(label, change, text, ctx.style(ctx.leader or "")))
        both = (levels.get((str(scenario), who, reason), 0.0) for scenario in (ctx.baseline, ctx.leader))
        cells = [Cell(ctx.num.bare(Estimate(value), "money"), number=True) for value in both]
        data.append([Cell(label), *cells, Cell(text, number=True)])
    money = ctx.num.unit("money")
    title = ctx.say("fig_flows", flow=items[0].label, change=ctx.num.show(items[0].estimate, "money", signed=True))
    header = (
        ctx.say("with_unit", name=ctx.say("col_flow_name"), unit=money.axis),
        ctx.say("col_baseline"),
        ctx.say("col_level"),
        ctx.say("col_change"),
    )
    return Figure(
        "f-flows",
        title,
        ctx.source("paired"),
        bars(items, ctx.say("with_unit", name=ctx.say("col_change"), unit=money.axis), money.factor, ctx.num),
        Table(ctx.say("data_behind"), header, data, fold=True),
        note=ctx.say("flows_note"),
    )


def _account(ctx: Context, ident: str) -> str:
    """Name of a payer or payee: "purse x", "policy x", "lender x" or one of the fixed accounts."""
    kind, _, name = ident.partition(" ")
    if kind == "purse" and name:
        return ctx.purse(name)
    if kind in ("policy", "lender") and name:
        return ctx.say.term("account", f"{kind}_of").format(name=ctx.policy(name, ctx.leader))
    return ctx.say.term("account", ident)
