"""What has to be said with an answer, wherever it is given: page, workbook, terminal and JSON."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from experiments.compare.report.context import HEADCOUNT, INCOME, Context
from experiments.designs.vectors import UNFITTED
from experiments.measure.statistics import COVERS_AFTER_LOOKS, mean_of
from experiments.pages.numbers import Estimate, unit_of
from experiments.pages.words import unit_zh
from sim.core.errors import UserError
from sim.parameters import load_parameters

UNEQUAL = 1.5
"""From how many times the cheapest's cost a comparison is said to be one of unequal costs."""
LARGE_YUAN = 1e5
"""From which cost on all are said in millions (of 10,000 in Chinese)."""
MOST = 3
"""How many things of one kind a sentence names."""


@dataclass(frozen=True)
class Caveat:
    """A sentence that belongs to the answer.

    Attributes:
        kind: What it is about; programs go by it.
        text: The sentence.
        first: Whether the answer means something else without it, so that it has to come first.
    """

    kind: str
    text: str
    first: bool = False


def caveats(ctx: Context) -> list[Caveat]:
    """All that has to be said, the gravest first."""
    found = [_assumptions(ctx), *_missing(ctx), *_never_act(ctx), *_starts(ctx), *_reached_nobody(ctx)]
    found += _same_as_the_baseline(ctx)
    found += [*_names_alone(ctx), _costs(ctx), _falls_by_itself(ctx), _beyond(ctx), _looked(ctx)]
    return [one for one in found if one]


def _assumptions(ctx: Context) -> Caveat | None:
    """In which assumptions the scenarios differ, with each one's value."""
    apart = ctx.exp.manifest.get("assumptions_differ") or []
    if not apart:
        return None
    said = [
        ctx.say("caveat_assumption", name=_assumption(ctx, one["field"]), values=values_by_scenario(ctx, one))
        for one in apart
    ]
    more = ctx.say("caveat_more", n=len(said) - MOST) if len(said) > MOST else ""
    joint = "；" if ctx.zh else "; "
    text = ctx.say("caveat_assumptions", list=joint.join(said[:MOST]), more=more)
    return Caveat("assumptions_differ", text, first=True)


def _falls_by_itself(ctx: Context) -> Caveat | None:
    """How much poverty falls, or rises, in the baseline itself between the start and the last mark."""
    known = ctx.exp.samples(HEADCOUNT, 0), ctx.exp.samples(HEADCOUNT, ctx.final)
    if ctx.final <= 0 or any(ctx.baseline not in frame.columns for frame in known):
        return None
    start, end = (frame[ctx.baseline] for frame in known)
    fall = mean_of((start - end).to_numpy(), of=ctx.exp.of)
    if not math.isfinite(fall.value):
        return None
    points = ctx.num.show(fall if fall.value >= 0 else fall.times(-1), "points")
    levels = {
        name: ctx.num.show(Estimate(float(level.mean())), unit_of(HEADCOUNT))
        for name, level in (("start", start), ("end", end))
    }
    word = "caveat_falls" if fall.value >= 0 else "caveat_rises"
    if points == ctx.num.untold:  # too few runs to say how much, or even which way
        word = "caveat_moves"
    said = ctx.say(word, fall=points, month=ctx.month(ctx.final), baseline=ctx.title(ctx.baseline), **levels)
    return Caveat("falls_by_itself", said)


def _beyond(ctx: Context) -> Caveat | None:
    """That the run goes on past the last year that any published series has observed."""
    years = ctx.exp.manifest.get("beyond_observed")
    if not years:
        return None
    span = f"{years['from']}" if years["from"] == years["to"] else f"{years['from']}–{years['to']}"
    return Caveat("beyond_observed", ctx.say("caveat_beyond", years=span))


def _looked(ctx: Context) -> Caveat | None:
    """That runs were added until the differences were known well enough, which makes printed intervals a little short.

    Of another draw (`Of`) it is not said: those intervals do not shrink with the number of runs.
    """
    done = ctx.exp.manifest.get("replicates") or {}
    if not done.get("added") or done.get("done", 0) <= done["step"] or ctx.exp.of != "mean":
        return None
    return Caveat("runs_added", ctx.say("caveat_looked", share=ctx.num.plain(100 * COVERS_AFTER_LOOKS, 1) + "%"))


def _assumption(ctx: Context, field: str) -> str:
    name = field.removeprefix("uncertainties.").removeprefix("world.place.")
    if field.startswith("rules."):
        return ctx.say("rule_name", name=name.removeprefix("rules."))
    return ctx.say("closure_name") if field == "closure" else ctx.parameter(name)


def values_by_scenario(ctx: Context, one: dict[str, Any]) -> str:
    """Each scenario's value of an assumption in which they differ."""
    name = one["field"].removeprefix("uncertainties.").removeprefix("world.place.")
    said = [
        ctx.say("caveat_value", value=_value(ctx, name, value), scenario=ctx.title(scenario))
        for scenario, value in one["values"].items()
    ]
    return ctx.num.join(said)


def _value(ctx: Context, name: str, value: Any) -> str:
    if value is None:
        return ctx.say("drawn_by_seed")
    if isinstance(value, str):  # a rule is named by its function
        return ctx.say.term("closure_short", value) if name == "closure" else value
    try:
        unit = load_parameters().find(name).unit
    except UserError:  # written by another version of the model
        unit = ""
    return ctx.num.counted(ctx.num.values(value), unit_zh(unit) if ctx.zh else unit)


def _never_act(ctx: Context) -> list[Caveat]:
    """Measures that no run of their plan can carry out."""
    return [
        Caveat(
            "never_acts",
            ctx.say(
                "caveat_never_acts",
                policy=ctx.policy(one["policy"], one["scenario"]),
                scenario=ctx.title(one["scenario"]),
                why=one[ctx.language],
            ),
            first=True,
        )
        for one in ctx.exp.manifest.get("never_act") or []
    ]


def _starts(ctx: Context) -> list[Caveat]:
    """In how many runs each measure that waits for a condition started; one that did in none is no finding."""
    known = {(one["scenario"], one["policy"]) for one in ctx.exp.manifest.get("never_act") or []}
    return [
        _start(ctx, row)
        for row in ctx.exp.table("start").to_dict("records")
        if (row["scenario"], row["policy"]) not in known
    ]


def _start(ctx: Context, row: Mapping[Hashable, Any]) -> Caveat:
    scenario, label, started, n = str(row["scenario"]), str(row["policy"]), int(row["started"]), int(row["replicates"])
    schedule = ctx.schedule(scenario)
    said = {"scenario": ctx.title(scenario), "policy": ctx.policy(label, scenario)}
    said["condition"] = schedule.condition(label)
    if not started:
        return Caveat("started_in_no_run", ctx.say("caveat_not_started", **said, n=n), first=True)
    days = schedule.days_of_start(*(row[f"{which}_day"] for which in ("median", "first", "last")))
    rest = ctx.say("caveat_started_rest") if started < n else ""
    return Caveat("started", ctx.say("caveat_started", **said, started=started, n=n, days=days, rest=rest))


def _reached_nobody(ctx: Context) -> list[Caveat]:
    """Measures that could act and did start, but neither reached nor delivered anything in any run."""
    known = {(one["scenario"], one["policy"]) for one in ctx.exp.manifest.get("never_act") or []}
    starts = ctx.exp.table("start")
    known |= set(starts[starts["started"] == 0][["scenario", "policy"]].itertuples(index=False, name=None))
    cost, delivery = ctx.exp.table("cost"), ctx.exp.table("delivery")
    reached = cost[cost["name"] == "households_served"].set_index(["scenario", "policy"])["mean"]
    delivered = delivery.groupby(["scenario", "policy"], observed=True)["mean"].max()
    idle = [
        (s.id, label)
        for s in ctx.exp.scenarios
        for label in s.policies
        if (s.id, label) not in known and reached.get((s.id, label)) == 0 and not delivered.get((s.id, label), 0.0) > 0
    ]
    return [
        Caveat("reached_nobody", ctx.say("caveat_nobody", policy=ctx.policy(label, s), scenario=ctx.title(s)))
        for s, label in idle
    ]


def _same_as_the_baseline(ctx: Context) -> list[Caveat]:
    """Scenarios under which income and poverty are the baseline's in every run, for everyone and every group."""
    frame = ctx.exp.table("outcomes")
    frame = frame[frame["name"].isin((INCOME, HEADCOUNT, "poverty_gap")) & (frame["month"] > 0)]
    wide = frame.pivot_table(
        index=["month", "group", "name", "seed"], columns="scenario", values="value", observed=True
    ).dropna()
    n = ctx.exp.replicates
    return [
        Caveat("same_as_baseline", ctx.say("caveat_same", scenario=ctx.title(s), baseline=ctx.title(ctx.baseline), n=n))
        for s in ctx.treatments
        if len(wide) and {s, ctx.baseline} <= set(wide.columns) and (wide[s] == wide[ctx.baseline]).all()
    ]


def failed_runs(ctx: Context) -> list[dict[str, Any]]:
    """The runs that failed; parameter vectors that fit no county are none of them."""
    frame = ctx.exp.table("failures")
    frame = frame[~frame["error"].astype(str).str.startswith(UNFITTED)]
    return [
        {"scenario": str(row["scenario"]), "seed": int(row["seed"]), "error": str(row["error"])}
        for row in frame.to_dict("records")
    ]


def _missing(ctx: Context) -> list[Caveat]:
    """How many runs of each scenario failed, and how many pairs that leaves."""
    count = Counter(one["scenario"] for one in failed_runs(ctx))
    return [
        Caveat("failed_runs", ctx.say("caveat_failed", n=n, scenario=ctx.title(s), pairs=ctx.exp.replicates))
        for s, n in count.items()
    ]


def _names_alone(ctx: Context) -> list[Caveat]:
    """Scenarios that differ in names alone; a label names a measure's luck, so that they need not end alike."""
    return [
        Caveat("differ_in_names_alone", ctx.say("caveat_names_alone", one=ctx.title(one), other=ctx.title(other)))
        for one, other in ctx.exp.manifest.get("differ_in_names_alone") or []
    ]


def _costs(ctx: Context) -> Caveat | None:
    """The cheapest and the most expensive scenario, where one costs much more than the other; section 6 has all."""
    costs = {s: ctx.extra_cost(s) for s in ctx.ranked}
    known = {s: cost for s, cost in costs.items() if cost.value > 0}
    if len(known) < 2:
        return None
    cheapest, dearest = (choose(known, key=lambda s: known[s].value) for choose in (min, max))
    least, most = known[cheapest].value, known[dearest].value
    if most < UNEQUAL * least:
        return None
    unit = "money" if least >= LARGE_YUAN else "yuan"
    ends = (cheapest, dearest)
    said = [ctx.say("caveat_cost", scenario=ctx.title(s), cost=ctx.num.show(known[s], unit)) for s in ends]
    return Caveat(
        "unequal_costs", ctx.say("caveat_costs", ratio=ctx.num.plain(most / least, 1), list=ctx.num.join(said))
    )
