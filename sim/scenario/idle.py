"""Measures that can never act in their plan, and why: what would otherwise read as "no effect"."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from types import SimpleNamespace
from typing import Any

from sim.calendar.clock import Clock
from sim.core.dates import date_of
from sim.money.purse import Purse
from sim.policies.policy import Policy
from sim.recording.watch import earliest_opening, never_met
from sim.scenario.parts import PolicyPlan
from sim.scenario.plan import Plan


@dataclass(frozen=True)
class Idle:
    """A measure that can never act.

    Attributes:
        policy: Its label.
        en: Why, in English.
        zh: Why, in Chinese.
    """

    policy: str
    en: str
    zh: str


def never_act(plan: Plan) -> list[Idle]:
    """The measures of a plan that cannot act on any day of its run, each with the first reason.

    A measure without effects (`effects = false`) is none of them: it is delivered and paid for. Where the plan changes
    a measure's settings, or money, at a date, what it begins with is no reason.
    """
    changing = {(what, name) for change in plan.changes for what, name, *_ in change.addresses}
    money_changes = any(what == "purses" for what, _ in changing)
    found = []
    for one in plan.policies:
        changes = money_changes or ("policies", one.label) in changing
        reasons = chain(_too_late(plan, one), () if changes else _reasons(plan, one))
        found += list(islice(reasons, 1))
    return found


def _too_late(plan: Plan, one: PolicyPlan) -> Iterator[Idle]:
    """Why it would start when the run is over, or never; no change of settings alters that."""
    settings, when = one.settings, one.settings.start_when
    late = 0
    if when:
        if never_met(when):
            side_en, side_zh, limit = ("above", "高于", 1) if when.above is not None else ("below", "低于", 0)
            yield Idle(
                one.label,
                f"it waits until '{when.measure}' is {side_en} {limit}, which it can never be",
                f"要等“{when.measure}”{side_zh}{limit}才开始，而这不可能出现",
            )
        opens = earliest_opening(when, _clock(plan))
        if opens > plan.last_day:
            yield Idle(
                one.label,
                f"it could start on {opens} at the earliest (start_when.not_before), after the run's last day, "
                f"{plan.last_day}",
                f"最早{opens}才能开始（start_when.not_before），而模拟到{plan.last_day}为止",
            )
        late = (opens - plan.campaign.start).days
    start, over = settings.start_day + late, _over(plan)
    if start > over:
        yield Idle(
            one.label,
            f"it starts on campaign day {start}, after the run's last ({over})",
            f"第{start}天才开始，而模拟到第{over}天为止",
        )


def _reasons(plan: Plan, one: PolicyPlan) -> Iterator[Idle]:
    """Why what it begins with leaves it nothing to do."""
    settings, kind, over = one.settings, one.policy_class(), _over(plan)

    def idle(en: str, zh: str) -> Idle:
        return Idle(one.label, en, zh)

    if settings.village_share == 0:
        yield idle("no village has it (village_share = 0)", "没有一个村实施（village_share = 0）")
    for name in _amounts(kind):
        field = type(settings).model_fields.get(name)  # a policy of the user's own may have other settings
        if field is not None and getattr(settings, name) == 0 and field.default != 0:
            yield idle(f"it has nothing to give ({name} = 0)", f"没有可提供的内容（{name} = 0）")
    if kind.any_of and not any(getattr(settings, name) for name in kind.any_of):
        names = ", ".join(kind.any_of)
        yield idle(f"it has nothing to give (none of {names})", f"没有可提供的内容（{names} 均为零）")
    # The days of one that waits count from a day that only a run knows.
    days = None if settings.start_when or kind.by_months else _days(plan, one)
    if days is not None and not [day for day in days if day <= over]:
        yield idle(
            f"its settings and the campaign's {plan.campaign.days} days leave it no day to act on",
            f"按其设置和{plan.campaign.days}天的活动期，没有可以实施的日子",
        )
    # What a policy of one's own costs shows only in a run, unless the base's round serves it.
    by_the_base = kind.day is Policy.day and kind.cost_yuan is Policy.cost_yuan
    if kind.from_purses and (one.code is None or by_the_base):
        until = plan.last_day if not days else plan.campaign.start + dt.timedelta(days=min(max(days), over) - 1)
        yield from _unpaid(plan, one, until)


def _unpaid(plan: Plan, one: PolicyPlan, until: dt.date) -> Iterator[Idle]:
    """Why no purse can pay for it."""
    purses, kind = may_pay(plan, one), one.policy_class().kind
    if not purses:
        yield Idle(one.label, f"no purse may pay for '{kind}'", f"没有一项资金允许用于“{kind}”")
        return
    names_en, names_zh = ", ".join(purse.title_en for purse in purses), "、".join(purse.title_zh for purse in purses)
    full = [purse for purse in purses if purse.amount_yuan > 0]
    if not full:
        yield Idle(one.label, f"what may pay for it holds nothing ({names_en})", f"可用资金为零（{names_zh}）")
        return
    release = min(date_of(purse.release, plan.campaign.start) for purse in full)
    if release > until:
        yield Idle(
            one.label,
            f"its money is released on {release}, after its last day, {until} ({names_en})",
            f"资金{release}才可动用，晚于其最后一天{until}（{names_zh}）",
        )


def may_pay(plan: Plan, one: PolicyPlan) -> list[Purse]:
    """The purses of a plan that may pay for one of its measures."""
    policy, there = one.policy_class(), {purse.id for purse in plan.purses}
    named = one.settings.purses or [name for name in policy.own_purses(one.settings) if name in there]
    # What a purse's `uses` calls it is its kind, also where it comes from a file of the user's.
    return [purse for purse in plan.purses if policy.kind in purse.uses and (not named or purse.id in named)]


def _days(plan: Plan, one: PolicyPlan) -> list[int] | None:
    """The campaign days on which it would be called; None where that shows only in a run."""
    county: Any = SimpleNamespace(clock=_clock(plan))
    try:
        return list(one.build().days(county))
    except Exception:  # a policy may need what `open` prepares, or the county itself
        return None


def _clock(plan: Plan) -> Clock:
    return Clock(plan.campaign.start, plan.campaign.days, plan.horizon_months)


def _over(plan: Plan) -> int:
    """The campaign day of the run's last day."""
    return (plan.last_day - plan.campaign.start).days + 1


def _amounts(kind: type[Policy]) -> list[str]:
    """The settings of which zero means that there is nothing to give, its own and those of the base."""
    return [name for base in kind.__mro__ for name in vars(base).get("amounts", ())]
