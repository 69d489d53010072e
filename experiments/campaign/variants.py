"""What is asked beside a campaign's plan: money that comes late, more cadres, more money. Each is paired by seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.core.errors import UserError
from sim.money.purse import Purse
from sim.scenario import Plan
from sim.scenario.parts import PolicyPlan

PLAN, LATE, CADRES, MONEY = "plan", "late", "cadres", "money"
HELPS = (CADRES, MONEY)
"""Variants that could help a task that is behind."""
_MARK = "~if~"


@dataclass(frozen=True)
class Asked:
    """How large each what-if is; 0 leaves it out.

    Attributes:
        late_days: Days by which money comes late.
        cadres: Cadres more in the whole county, from the first day on.
        yuan: Yuan more for the measures of the campaign's tasks, in the whole county.
    """

    late_days: int = 30
    cadres: int = 10
    yuan: float = 1_000_000.0


@dataclass(frozen=True)
class Variant:
    """The campaign as planned, or with one thing otherwise.

    Attributes:
        name: One of `PLAN`, `LATE`, `CADRES`, `MONEY`.
        size: How large the change is, in days, cadres or yuan.
        plan: The plan that is run.
    """

    name: str
    size: float
    plan: Plan


def variants(plan: Plan, asked: Asked) -> list[Variant]:
    """The campaign, and each what-if that is asked for and means something to it.

    Args:
        plan: The campaign's plan.
        asked: How large the what-ifs are.

    Raises:
        UserError: The campaign leaves no room for one of them.
    """
    found = [Variant(PLAN, 0.0, plan)]
    purses = sorted({purse for policy in measures(plan) for purse in _purses(plan, policy)})
    if asked.late_days and purses:
        events = {f"late_{k}": _late(purse, asked.late_days) for k, purse in enumerate(purses)}
        found.append(Variant(LATE, asked.late_days, _befallen(plan, LATE, events)))
    if asked.cadres:
        event = {"more_cadres": {"kind": "cadres", "number": asked.cadres, "start": 1}}
        found.append(Variant(CADRES, asked.cadres, _befallen(plan, CADRES, event)))
    if asked.yuan and (more := _more(plan, asked.yuan)):
        found.append(Variant(MONEY, asked.yuan, _renamed(plan.with_settings(more), plan, MONEY)))
    return found


def measures(plan: Plan) -> list[PolicyPlan]:
    """The policies by which tasks are counted."""
    counted = {task.measure for task in plan.tasks.values() if task.followed}
    return [policy for policy in plan.policies if policy.label in counted]


def _late(purse: str, days: int) -> dict[str, Any]:
    return {"kind": "purse_late", "purse": purse, "days": days, "start": 1}


def _befallen(plan: Plan, name: str, events: Mapping[str, Any]) -> Plan:
    own = plan.resolved().get("events", {})
    if twice := sorted(set(own) & set(events)):
        problem = f"the campaign has an event '{twice[0]}', which the what-if '{name}' needs"
        raise UserError(problem, field="events", mend="give the event another name")
    return _renamed(plan.with_settings({"events": {**own, **events}}), plan, name)


def _renamed(changed: Plan, plan: Plan, name: str) -> Plan:
    return changed.model_copy(update={"id": f"{plan.id}{_MARK}{name}"})


def _purses(plan: Plan, policy: PolicyPlan) -> list[str]:
    """The purses that may pay for a policy, those that it names first."""
    named = list(policy.settings.purses)
    return named or [purse.id for purse in plan.purses if policy.kind in purse.uses]


def _more(plan: Plan, yuan: float) -> dict[str, float]:
    """Settings that give the measures of tasks so much more, each in proportion to the money it has.

    A budget or quota rises with the purse behind it, so that neither keeps the other from being used.
    """
    by_id = {purse.id: purse for purse in plan.purses}
    has = {policy.label: _money(policy, plan, by_id) for policy in measures(plan)}
    whole = sum(has.values())
    settings: dict[str, float] = {}
    for policy in measures(plan):
        purses = _purses(plan, policy)
        if not purses or not has[policy.label]:
            continue
        part = yuan * has[policy.label] / whole
        for lever in ("quota_yuan", "budget_yuan"):
            now = getattr(policy.settings, lever, None)
            if now is not None:
                settings[f"policies.{policy.label}.{lever}"] = now + part
                break
        held = f"purses.{purses[0]}.amount_yuan"
        settings[held] = settings.get(held, by_id[purses[0]].amount_yuan) + part
    return settings


def _money(policy: PolicyPlan, plan: Plan, purses: Mapping[str, Purse]) -> float:
    """What a policy may spend or lend: its quota or budget, else what its purses hold."""
    for lever in ("quota_yuan", "budget_yuan"):
        if (now := getattr(policy.settings, lever, None)) is not None:
            return float(now)
    return float(sum(purses[one].amount_yuan for one in _purses(plan, policy) if one in purses))
