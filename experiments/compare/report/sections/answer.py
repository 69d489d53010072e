"""Section 1, one screen: what does most, by how much, at what cost, who is left out, and can one say so yet."""

from __future__ import annotations

import math

from experiments.compare.report.caveats import caveats
from experiments.compare.report.context import HEADCOUNT, INCOME, Context
from experiments.compare.report.data import estimate_of
from experiments.compare.report.sections import certainty
from experiments.pages.blocks import Answer, Aside, Card, Cell, Figure, Table
from experiments.pages.charts import Panel, Row, dots
from experiments.pages.numbers import Estimate, decimals, unit_of


def build(ctx: Context) -> Answer:
    """The answer, or the plain statement that there is none."""
    sentence, more = said_with_caveats(ctx)
    return Answer(
        "answer",
        ctx.say("s1"),
        ctx.say("s1_question"),
        sentence=sentence,
        more=more,
        figure=ranking(ctx),
        cards=cards(ctx),
        asides=(left_out(ctx), binding(ctx), verdict(ctx)),
    )


def relative(ctx: Context, scenario: str, month: int, group: str, name: str) -> str:
    """A difference as a percentage of the baseline, rounded to what its interval supports."""
    row = ctx.exp.difference_row(scenario, month, group, name)
    base = row["baseline_mean"]
    if not (math.isfinite(base) and base > 0 and math.isfinite(row["difference"])):
        return ""
    share = Estimate(row["difference"] / base, row["low"] / base, row["high"] / base)
    places = min(decimals(share.half * 100), 2) if share.has_interval and share.half > 0 else 1
    return ctx.num.plain(abs(share.value) * 100, places) + "%"


def said_with_caveats(ctx: Context) -> tuple[str, tuple[str, ...]]:
    """The answer with what has to be said with it: before it what turns its meaning, after it all else."""
    sentence, more = sentences(ctx)
    found = caveats(ctx)
    before, after = ([one.text for one in found if one.first is first] for first in (True, False))
    said = [*before, sentence, *after, *more]
    return said[0], tuple(said[1:])


def sentences(ctx: Context) -> tuple[str, tuple[str, ...]]:
    """The one sentence, and the paragraphs that keep it honest: on the mix itself, beside cash, and how sure it is."""
    leader = ctx.leader
    gain = ctx.exp.difference(leader, ctx.final, "all", INCOME) if leader else None
    if leader is None or gain is None:
        return ctx.say("answer_none"), ()
    if not gain.has_interval:
        return ctx.say("answer_one_run", gain=ctx.num.show(gain, "yuan", signed=True), mix=ctx.title(leader)), ()
    say, space, sure = ctx.say, "" if ctx.zh else " ", certainty.sure(ctx)
    if gain.sign <= 0:
        first = say(
            "answer_no_gain",
            month=ctx.month(ctx.final),
            gain=ctx.num.show(gain, "yuan", signed=True),
            mix=ctx.title(leader),
        )
        return first, (_closure(ctx, leader), *([space.join(sure)] if sure else []))
    extra = ctx.extra_cost(leader)
    part = relative(ctx, leader, ctx.final, "all", INCOME)
    alone = sum(not ctx.is_cash(s) for s in ctx.ranked) == 1
    first = say(
        "answer_single" if alone else "answer_tied" if ctx.tied else "answer_clear",
        mix=ctx.title(leader),
        month=ctx.month(ctx.final),
        gain=ctx.num.show(gain, "yuan"),
        percent=say("percent_of_baseline", percent=part) if part else "",
        cost=say("answer_cost", cost=ctx.num.show(extra, "money")) if math.isfinite(extra.value) else "",
        baseline=ctx.title(ctx.baseline),
    )
    more = []
    if ctx.tied:
        more.append(say("answer_tied_with", others=ctx.num.join([say("quoted", title=ctx.title(s)) for s in ctx.tied])))
    heads = [(s, ctx.exp.difference(s, ctx.final, "all", HEADCOUNT)) for s in ctx.treatments if not ctx.is_cash(s)]
    known = [(s, e) for s, e in heads if e is not None and e.sign < 0]
    if known:
        best, fall = min(known, key=lambda pair: pair[1].value)
        key = "answer_headcount_same" if best == leader else "answer_headcount_other"
        key = "answer_headcount_single" if alone else key
        more.append(say(key, mix=ctx.title(best), fall=ctx.num.show(fall.times(-1), "points")))
    spent = {s: ctx.extra_cost(s).value for s in ctx.ranked if not ctx.is_cash(s)}
    if not alone and all(spent[leader] > cost for s, cost in spent.items() if s != leader):
        apart = any(ctx.is_cash(s) for s in ctx.ranked)
        more.append(say("answer_most_expensive_but_cash" if apart else "answer_most_expensive"))
    more.append(_closure(ctx, leader))
    beside = _beside_cash(ctx, leader)
    if leader in ctx.dominated:
        beside.append(say("answer_dominated", by=ctx.title(ctx.dominated[leader])))
    return first, tuple(space.join(part) for part in (more, beside, sure) if part)


def _beside_cash(ctx: Context, leader: str) -> list[str]:
    """The mix beside the cash that costs about the same: all that was received, what still flows, the poverty gap."""
    if ctx.cash is None:
        return []
    out, num = [], ctx.num
    received, flows = ([of(s) for s in (ctx.cash, leader)] for of in (ctx.received, ctx.flow))
    if all(received) and all(flows):
        still = ctx.exp.difference(ctx.cash, ctx.final, "all", "income_transfer_yuan")
        ended = still is None or abs(still.value) < 0.5
        out.append(
            ctx.say(
                "answer_cash",
                title=ctx.title(ctx.cash),
                cost=num.show(ctx.extra_cost(ctx.cash), "money"),
                months=ctx.final,
                first=ctx.final - 11,
                last=ctx.final,
                ended=ctx.say("payments_ended" if ended else "payments_running"),
                **{k: num.show(e, "yuan") for k, e in zip(("total", "total_mix"), received, strict=True) if e},
                **{k: num.show(e, "yuan") for k, e in zip(("flow", "flow_mix"), flows, strict=True) if e},
            )
        )
    falls, gap = [ctx.gap_fall(s) for s in (ctx.cash, leader)], ctx.gap_fall(ctx.cash, leader)
    if gap is not None and all(falls):
        verdict = {1: "gap_cash_more", -1: "gap_mix_more", 0: "gap_alike"}[gap.sign]
        texts = {k: num.show(e, "points") for k, e in zip(("fall", "fall_mix"), falls, strict=True) if e}
        out.append(ctx.say("answer_cash_gap", verdict=ctx.say(verdict), **texts))
    return out


def _closure(ctx: Context, leader: str) -> str:
    """Under which closure this is said, and what it would be with prices and jobs held."""
    found = ctx.exp.spillovers.get((leader, ctx.final, "all", INCOME))
    if found is None:
        return ctx.say("counted_under", closure=ctx.closure())
    return ctx.say("answer_spillover", **{k: ctx.num.show(e, "yuan", signed=True) for k, e in found.items()})


def ranking(ctx: Context) -> Figure | None:
    """Paired differences of every scenario with intervals, ordered, in income and headcount."""
    if not ctx.ranked:
        return None
    rows, data = [], []
    for ident in ctx.ranked:
        pair = tuple(ctx.exp.difference(ident, ctx.final, "all", name) for name in (INCOME, HEADCOUNT))
        texts = tuple(
            ctx.num.bare(e, unit, signed=True) if e is not None else "–"
            for e, unit in zip(pair, ("yuan", "points"), strict=True)
        )
        rows.append(Row(ctx.title(ident), pair, texts, ctx.style(ident), bold=ident == ctx.leader))
        data.append(
            [
                Cell(ctx.title(ident)),
                *(Cell(t, number=True) for t in texts),
                Cell(ctx.num.bare(ctx.extra_cost(ident), "money"), number=True),
            ]
        )
    names = (INCOME, HEADCOUNT)
    panels = [
        Panel(
            ctx.say("axis_difference", name=ctx.indicator(n), unit=ctx.num.unit(unit_of(n, True)).axis),
            ctx.num.unit(unit_of(n, True)).factor,
        )
        for n in names
    ]
    spread = [e for ident in ctx.ranked if (e := ctx.exp.difference(ident, ctx.final, "all", INCOME)) is not None]
    clear = sum(1 for e in spread if e.sign > 0)
    title = ctx.say(
        "fig_ranking",
        clear=clear,
        count=len(spread),
        month=ctx.month(ctx.final),
        low=ctx.num.show(spread[-1], "yuan", signed=True),
        high=ctx.num.show(spread[0], "yuan", signed=True),
    )
    header = (
        ctx.say("col_scenario"),
        panels[0].axis,
        panels[1].axis,
        ctx.say("with_unit", name=ctx.say("col_extra_cost"), unit=ctx.num.unit("money").axis),
    )
    table = Table(ctx.say("data_behind"), header, data, fold=True)
    return Figure("f-rank", title, ctx.source("paired"), dots(rows, panels, ctx.num), table)


def cards(ctx: Context) -> tuple[Card, ...]:
    """Income, headcount, cost, cadre-days."""
    leader = ctx.leader
    if leader is None:
        return ()
    out = []
    for name in (INCOME, HEADCOUNT):
        e = ctx.exp.difference(leader, ctx.final, "all", name)
        unit = unit_of(name, True)
        row = ctx.exp.difference_row(leader, ctx.final, "all", name)
        level_unit = unit_of(name)
        detail = ctx.say(
            "card_from_to",
            base=ctx.num.show(Estimate(row["baseline_mean"]), level_unit),
            level=ctx.num.show(Estimate(row["mean"]), level_unit),
            month=ctx.month(ctx.final),
        )
        value = ctx.num.bare(e, unit, signed=True) if e is not None else "–"
        out.append(
            Card(
                ctx.indicator(name),
                value,
                ctx.num.unit(unit).suffix.strip(),
                detail if e is not None else ctx.missing(),
            )
        )
    extra = ctx.extra_cost(leader)
    served = ctx.cost(leader, "households_served")
    detail = ctx.missing() if not math.isfinite(extra.value) else ""
    if not detail and served.value > 0:
        detail = ctx.say(
            "card_per_household",
            total=ctx.num.show(ctx.cost(leader), "money"),
            each=ctx.num.show(Estimate(round(ctx.cost(leader).value / served.value)), "yuan"),
            households=ctx.num.show(Estimate(served.value), "households"),
        )
    out.append(
        Card(ctx.say("col_extra_cost"), ctx.num.bare(extra, "money"), ctx.num.unit("money").suffix.strip(), detail)
    )
    out.append(_cadre_card(ctx, leader))
    return tuple(out)


def _cadre_card(ctx: Context, leader: str) -> Card:
    frame = ctx.exp.table("cadre_days")
    mine = frame[(frame["scenario"] == leader) & (frame["group"] == "all")]
    label = ctx.say("card_cadre_days")
    total = {str(n): float(part["mean"].sum()) for n, part in mine.groupby("name", observed=True)}
    # `available` is a stock, what is left as each week begins: the first week's is what the campaign was given.
    available = total.get("given") or float(mine[mine["name"] == "available"]["mean"].max())
    if not available > 0:
        return Card(label, "–", "", ctx.missing())
    used = total.get("used", 0.0)
    return Card(
        label,
        ctx.num.plain(used / available * 100, 0),
        "%",
        ctx.say(
            "card_used_of",
            used=ctx.num.plain(used, 0),
            available=ctx.num.plain(available, 0),
            asked=ctx.num.plain(total.get("asked", math.nan), 0),
        ),
    )


def left_out(ctx: Context) -> Aside:
    """Who is left out, or may be worse off."""
    heading, leader = ctx.say("left_out"), ctx.leader
    items: list[str] = []
    if leader is not None:
        frame = ctx.exp.table("spending")
        rows = frame[
            (frame["scenario"] == leader) & (frame["group"] == "all") & (frame["name"] == "targeting_exclusion_error")
        ]
        if len(rows):
            share = estimate_of(rows.iloc[0]).value
            items.append(ctx.say("left_unreached", n=ctx.num.plain(share * 100, 0)))
        causes = [
            g
            for g in ctx.exp.table("differences")["group"].unique()
            if str(g).startswith(("cause_", "terrain_", "poor_at", "fifth_", "not_served"))
        ]
        found = {str(g): ctx.exp.difference(leader, ctx.final, str(g), INCOME) for g in sorted(causes)}
        known = {g: e for g, e in found.items() if e is not None and e.has_interval}
        for key, sign in (("left_worse", -1), ("left_flat", 0)):
            names = [ctx.group_in_list(g) for g, e in known.items() if e.sign == sign]
            if names:
                items.append(ctx.say(key, groups=ctx.num.join(names)))
        if known and all(e.sign > 0 for e in known.values()):
            items.append(ctx.say("left_none_flat"))
        moved = ctx.exp.table("movers")
        rows = moved[(moved["scenario"] == leader) & (moved["month"] == ctx.final) & (moved["group"] == "all")]
        if len(rows):
            items.append(ctx.say("left_lost", percent=ctx.num.share(float(rows.iloc[0]["lost_share"]), 0)))
        if known or len(rows):
            items.append(ctx.say("counted_under", closure=ctx.closure()))
    return Aside(heading, tuple(items) or (ctx.missing(),))


def binding(ctx: Context) -> Aside:
    """Which constraint bound each policy of the leading scenario, strongest first."""
    heading = ctx.say("what_bound")
    frame = ctx.exp.table("binding")
    mine = frame[frame["scenario"] == ctx.leader]
    if ctx.leader is None or mine.empty:
        return Aside(heading, (ctx.missing(),))
    top = mine.sort_values(["mean", "group", "name"], ascending=[False, True, True]).drop_duplicates("group")
    top = top[top["mean"] >= 0.005].head(3)
    if top.empty:
        return Aside(heading, (ctx.say("nothing_bound"),))
    items = tuple(
        ctx.say(
            "bound_demand" if r["name"] == "demand" else "bound_line",
            policy=ctx.policy(str(r["group"]), ctx.leader),
            percent=ctx.num.share(float(r["mean"]), 0),
            constraint=ctx.say.term("constraint", str(r["name"])),
        )
        for _, r in top.iterrows()
    )
    return Aside(heading, items)


def verdict(ctx: Context) -> Aside:
    """Whether the replicates are enough for the precision asked."""
    heading = ctx.say("enough")
    frame = ctx.exp.table("verdict")
    mine = frame[frame["scenario"] == ctx.leader]
    if ctx.leader is None or mine.empty:
        return Aside(heading, (ctx.say("not_enough_to_say") if ctx.exp.replicates < 2 else ctx.missing(),))
    last = mine["month"].max()
    items, warn = [], False
    mine = mine[mine["month"] == last]
    first = mine["name"].map({INCOME: 0, HEADCOUNT: 1}).fillna(2)
    for _, row in mine.assign(_o=first).sort_values("_o", kind="stable").iterrows():
        name, enough = str(row["name"]), bool(row["enough"])
        factor_unit = ctx.num.unit(ctx.unit_of(name, True))
        half = row["halfwidth"]
        values = {
            "name": ctx.indicator(name),
            "n": int(row["replicates"]) if row["replicates"] == row["replicates"] else ctx.exp.replicates,
            "asked": _brief(ctx, float(row["asked_precision"]) * factor_unit.factor) + factor_unit.suffix,
            "half": ctx.num.plain(float(half) * factor_unit.factor, digits_of(float(half) * factor_unit.factor))
            + factor_unit.suffix,
            "needed": _about(ctx, float(row["needed"])),
            "same": int(row["same"]),
            "share": ctx.num.share(float(row["may_differ"])),
        }
        warn = warn or not enough
        known = "verdict_not_enough" if row["needed"] > 0 else "verdict_few"
        items.append(ctx.say("verdict_enough" if enough else "verdict_same" if row["same"] else known, **values))
    left_out = [text.text for text in certainty.mode(ctx)[1:]]
    return Aside(heading, (*items, ctx.say("verdict_covers"), *left_out), warn)


def _about(ctx: Context, count: float) -> str:
    """A count known roughly: two significant digits."""
    return (
        ctx.num.plain(count, 1 - math.floor(math.log10(count)) if count >= 10 else 0) if math.isfinite(count) else "–"
    )


def _brief(ctx: Context, value: float) -> str:
    """The precision asked for: two digits at most, without trailing zeros."""
    most = max(decimals(value), 0) if value > 0 else 0
    places = next((d for d in range(max(most, 0)) if abs(round(value, d) - value) < 1e-9 * abs(value)), most)
    return ctx.num.plain(value, places)


def digits_of(half: float) -> int:
    """Decimals for a half-width shown by itself."""
    return decimals(half) if math.isfinite(half) and half > 0 else 0
