"""Puts the sections on one self-contained page."""

from __future__ import annotations

from typing import Any

from experiments.compare.report.context import Context
from experiments.compare.report.data import Experiment
from experiments.compare.report.sections import build_all
from experiments.pages.layout import fill


def render(experiment: Experiment, language: str) -> str:
    """The page in one language ("en" or "zh"), as text without a trace of time or machine."""
    ctx = Context(experiment, language)
    plan_world: dict[str, Any] = next(
        (s.plan["world"] for s in experiment.scenarios if isinstance(s.plan.get("world"), dict)), {}
    )
    world = experiment.manifest.get("world")
    villages = (world if isinstance(world, dict) else {}).get("villages") or plan_world.get("villages")
    counts = {"scenarios": len(experiment.scenarios), "n": experiment.replicates, "months": ctx.final}
    line = ctx.say("page_world", villages=villages, **counts) if villages else ctx.say("page_world_short", **counts)
    if listed := (world if isinstance(world, dict) else {}).get("counties"):
        entries = [(int(one["count"]), int(one["villages"] or villages or 0)) for one in listed]
        nation = {"counties": sum(n for n, _ in entries), "villages": sum(n * each for n, each in entries)}
        line = ctx.say("page_nation", **{name: ctx.num.plain(one, 0) for name, one in nation.items()}, **counts)
    if ctx.campaign:
        start, end = (ctx.num.day(ctx.campaign[k]) for k in ("start", "end"))
        line += ("" if ctx.zh else " ") + ctx.say("page_campaign", start=start, end=end, days=ctx.days)
    if ctx.calendar(1) and ctx.final >= 12 and ctx.final % 12 == 0:
        first, last = ctx.calendar(ctx.final - 11), ctx.calendar(ctx.final)
        line += ("" if ctx.zh else " ") + ctx.say("page_year", n=ctx.final // 12, first=first, last=last)
    kicker = ctx.say("page_kicker", name=experiment.manifest.get("name", experiment.folder.name))
    return fill(language, ctx.say, build_all(ctx), kicker, line, experiment.calibrated)
