"""`village run --order`: what a day and a month do, in order, with what each step may write and its time."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from inspect import getsourcefile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from experiments.commands.options import print_json

if TYPE_CHECKING:
    from experiments.bench.steps import StepTimes
    from sim.order import Order, PolicyHooks, Step
    from sim.scenario import Plan

DEFAULT = ("world.profile=five_villages", "world.villages=5", "horizon_months=12")
"""The world whose order is shown and measured where no scenario is named: the baseline in five small villages."""

SECTIONS = {
    "day": ("A day", "一天"),
    "month_end": ("A month's end", "月末"),
    "household_month": ("A household's month", "一户的一个月"),
    "cadre_day": ("A cadre's day in the field", "干部下村的一天"),
}
PHASES, RULES = ("day", "month_end"), ("household_month", "cadre_day")
WORDS = {
    "writes": ("may write", "可写入"),
    "below": ("as below", "见下"),
    "policies": (
        "Policies of the day in the order in which they act, by kind and label",
        "各项措施，按当天执行的先后（类别、名称）",
    ),
    "nothing": ("nothing", "无"),
}
CLOSE = "VillageModel._close_month"
MEASURED = (
    "ns: compiled, for a household and a month, in a run of {households} households over {months} months under a "
    "profiler. %: share of the function a step stands in (a month, a day in the field, a visit), measured in Python "
    "over the same households. In so small a world, what is paid once a day or a month weighs more than in a county, "
    "which `village bench` measures.",
    "ns：编译后每户每月所需纳秒，在{households}户、{months}个月的运行中测得（含性能分析器开销）。"
    "%：占所在函数（一户一个月、下村一天、一次走访）的比例，以同一批农户在Python中测得。"
    "这里户数很少，每天、每月只付一次的固定开销所占比重高于全县；全县耗时见 `village bench`。",
)


def show_order(plan: Plan, timed: bool, language: int, as_json: bool, quiet: bool = False) -> None:
    """Print the order.

    Args:
        plan: Whose policies are listed, and whose world is measured.
        timed: Measure how long the steps take.
        language: 0 English, 1 Chinese.
        as_json: Print it as data.
        quiet: Say nothing of progress.
    """
    from sim.order import Order, Source

    own = {Path(str(getsourcefile(type(one.build())))) for one in plan.policies if one.code}
    order = Order(Source.read(sorted(own)))
    sections = {name: getattr(order, name)() for name in SECTIONS}
    times = None
    if timed:
        from experiments.bench.steps import measure_steps
        from experiments.runs.progress import Progress, compile_first

        phases, rules = ([step for name in part for step in sections[name]] for part in (PHASES, RULES))
        with Progress(not quiet) as said:
            compile_first(said.say)
            said.say("measuring what steps take")
            times = measure_steps(plan, phases, rules)
    policies = list(_policies(plan, order))
    if as_json:
        print_json(_as_data(sections, policies, times))
        return
    for name, steps in sections.items():
        typer.echo(f"{SECTIONS[name][language]}\n")
        for number, step in enumerate(steps, start=1):
            typer.echo("\n".join(_lines(number, step, times, language)))
        typer.echo("")
    typer.echo(f"{WORDS['policies'][language]}\n")
    for label, policy in policies:
        typer.echo(f"    {policy.kind} {label}  {policy.file}")
        for hook, writes in policy.hooks.items():
            typer.echo("\n".join(_wrapped(f"{hook}: {_listed(writes, language)}", 8)))
    if times:
        measured = MEASURED[language].format(households=times.households, months=times.months)
        typer.echo("\n" + "\n".join(_wrapped(measured, 0)))


def _policies(plan: Plan, order: Order) -> Iterator[tuple[str, PolicyHooks]]:
    """The plan's policies as they act: by kind and label, with their hooks."""
    known = {policy.kind: policy for policy in order.policies()}
    built = sorted((one.build() for one in plan.policies), key=lambda policy: (policy.kind, policy.label))
    for policy in built:
        yield policy.label, known[policy.kind]


def _lines(number: int, step: Step, times: StepTimes | None, language: int) -> Iterator[str]:
    taken = ""
    if times:
        ns, share = times.ns.get((step.within, step.name)), times.shares.get((step.within, step.name))
        taken = f"  {ns:,.1f} ns" if ns is not None else f"  {share:.1%}" if share is not None else ""
    yield f"{number:3d} {step.name}  {step.file}{taken}"
    yield from _wrapped(step.does, 8)
    if step.when:
        yield from _wrapped("; ".join(step.when), 8)
    if step.writes:
        listed = WORDS["below"][language] if step.name == CLOSE else _listed(step.writes, language)
        yield from _wrapped(f"{WORDS['writes'][language]}: {listed}", 8)


def _listed(writes: Mapping[str, Sequence[str]], language: int) -> str:
    return "; ".join(f"{what}: {', '.join(names)}" for what, names in writes.items()) or WORDS["nothing"][language]


def _wrapped(text: str, indent: int) -> list[str]:
    return textwrap.wrap(text, 110, initial_indent=" " * indent, subsequent_indent=" " * (indent + 4 if indent else 0))


def _as_data(
    sections: Mapping[str, Sequence[Step]], policies: Sequence[tuple[str, PolicyHooks]], times: StepTimes | None
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, steps in sections.items():
        found[name] = [asdict(step) for step in steps]
        for step, row in zip(steps, found[name], strict=True):
            if times and name in PHASES:
                row["ns_a_household_month"] = times.ns.get((step.within, step.name))
            elif times:
                row["share_in_python"] = times.shares.get((step.within, step.name))
    found["policies"] = [{"label": label, **asdict(policy)} for label, policy in policies]
    if times:
        found["measured"] = {"households": times.households, "months": times.months}
    return found
