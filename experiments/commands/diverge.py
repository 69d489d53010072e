"""`village diverge`: the first day and household at which two scenarios part under one seed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.commands.options import (
    Code,
    Horizon,
    Json,
    Language,
    OneLanguage,
    Quiet,
    Set,
    Villages,
    complete_scenario,
    plans,
    print_json,
)

if TYPE_CHECKING:
    from experiments.measure.parting import Parting, Together
    from sim.scenario import Plan

SHOWN = 8
"""Columns that the screen names; JSON has them all."""
_WHO_ZH = {
    "a rule of the household's month": "农户的月度规则",
    "what households learn and the close of the year": "农户之间的学习和年末结账",
    "the opening of the world": "开局世界",
}
_POLICY = re.compile(r"policy '(.*)', `(\w+)`")

Scenario = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO", help="Scenario file, or name of a shipped one.", autocompletion=complete_scenario
    ),
]


def diverge(
    one: Scenario,
    other: Scenario,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**62, help="Seed of both runs.")] = 1,
    overrides: Set = None,
    code: Code = None,
    villages: Villages = None,
    horizon: Horizon = None,
    language: OneLanguage = Language.en,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say where two scenarios part under one seed: the first day, household and columns, and what acted there."""
    first, second = plans([one, other], overrides, code, villages, horizon)
    from experiments.measure.parting import Together, parting
    from experiments.runs.progress import Progress, compile_first

    compile_first(Progress(not quiet).say)
    found = parting(first, second, seed)
    if as_json:
        print_json(_as_data(found, seed, first, second))
        return
    chinese = language is Language.zh
    from experiments.screen import screen

    lines = _never(found, seed, chinese) if isinstance(found, Together) else _lines(found, seed, first, second, chinese)
    screen(soft_wrap=True).print("\n".join(lines))


def _as_data(found: Parting | Together, seed: int, first: Plan, second: Plan) -> dict[str, Any]:
    before = {what: str(day) if day else None for what, day in found.before.items()}
    head = {"scenarios": [first.id, second.id], "seed": seed, "before": before}
    if not hasattr(found, "date"):
        return {**head, "parts": False, "days": found.days}
    here = vars(found) | {"date": str(found.date) if found.date else None}
    return {**head, "parts": True, **{name: value for name, value in here.items() if name != "before"}}


def _never(found: Together, seed: int, chinese: bool) -> list[str]:
    said = (
        f"随机种子{seed}：{found.days}天里，两个方案没有任何一户出现差异。"
        if chinese
        else f"Seed {seed}: in {found.days} days no household ever differs between the two."
    )
    return [said, *_before(found.before, chinese)]


def _before(before: dict[str, Any], chinese: bool) -> list[str]:
    if not before:
        return []
    dated = [(str(day) if day else ("开局" if chinese else "the opening"), what) for what, day in before.items()]
    first = dated[0][0]
    named = [what for day, what in dated if day == first]
    more = len(dated) - len(named)
    if chinese:
        return [f"农户以外的差异始于{first}：{'、'.join(named)}" + (f"（此后还有{more}项）" if more else "") + "。"]
    return [f"Beside households, from {first} on: {', '.join(named)}" + (f" ({more} more later)" if more else "") + "."]


def _lines(found: Parting, seed: int, first: Plan, second: Plan, chinese: bool) -> list[str]:
    when = str(found.date) if found.date else ("开局" if chinese else "the opening")
    names = list(found.columns)
    shown = [
        f"    {name}: {_value(found.columns[name][0])} | {_value(found.columns[name][1])}" for name in names[:SHOWN]
    ]
    if len(names) > SHOWN:
        shown.append(f"    ... +{len(names) - SHOWN}")
    if chinese:
        head = f"随机种子{seed}：两个方案在{when}（第{found.campaign_day}天）分开，当天有{found.differing}户不同。"
        who = f"其中第一户：{found.key}号户，{found.village}号村（{first.id} | {second.id}）"
    else:
        few = "household differs" if found.differing == 1 else "households differ"
        head = f"Seed {seed}: the two part on {when} (campaign day {found.campaign_day}); {found.differing} {few} then."
        who = f"The first is household {found.key} in village {found.village} ({first.id} | {second.id}):"
    acted = []
    for plan, by in zip((first, second), found.acted, strict=True):
        said = "; ".join(
            _who(name, chinese) + (f" ({', '.join(cols[:SHOWN])})" if cols else "") for name, cols in by.items()
        )
        nobody = "当天没有改动该户" if chinese else "nothing changed it that day"
        acted.append(f"    {plan.id}: {said or nobody}")
    by_whom = "当天改动该户的有：" if chinese else "What changed it that day:"
    return [head, who, *shown, by_whom, *acted, *_before(found.before, chinese)]


def _who(name: str, chinese: bool) -> str:
    if not chinese:
        return name
    policy = _POLICY.fullmatch(name)
    return f"措施“{policy[1]}”（{policy[2]}）" if policy else _WHO_ZH.get(name, name)


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return f"{value:,.2f}" if isinstance(value, float) else str(value)
