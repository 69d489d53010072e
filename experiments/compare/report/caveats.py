"""What has to be said with an answer, wherever it is given: page, workbook, terminal and JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from experiments.compare.report.context import HEADCOUNT, INCOME, Context
from experiments.pages.words import unit_zh
from sim.core.errors import UserError
from sim.parameters import load_parameters

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
    found = [_assumptions(ctx), *_never_act(ctx), *_reached_nobody(ctx), *_same_as_the_baseline(ctx)]
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


def _assumption(ctx: Context, field: str) -> str:
    name = field.removeprefix("uncertainties.").removeprefix("world.place.")
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
    if isinstance(value, str):
        return ctx.say.term("closure_short", value)
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
        )
        for one in ctx.exp.manifest.get("never_act") or []
    ]


def _reached_nobody(ctx: Context) -> list[Caveat]:
    """Measures that could act, but neither reached nor delivered anything in any run."""
    known = {(one["scenario"], one["policy"]) for one in ctx.exp.manifest.get("never_act") or []}
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
