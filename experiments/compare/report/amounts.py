"""What plans state that they spend, and numbers without their intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from experiments.compare.report.context import Context
from experiments.pages.numbers import Estimate, Numbers, decimals, decimals_plain
from sim.policies import registry
from sim.scenario.measure_words import amount_of


def added(ctx: Context, scenario: str) -> list[Mapping[str, Any]]:
    """The measures of a plan that the baseline lacks."""
    plan, base = ctx.scenario(scenario), ctx.scenario(ctx.baseline)
    known = set(base.policies) if base else set()
    return [one for one in (plan.plan.get("policies", []) if plan else []) if label_of(one) not in known]


def label_of(policy: Mapping[str, Any]) -> str:
    """A measure's label in its plan."""
    return str(policy.get("label") or policy["kind"])


def amount(policy: Mapping[str, Any]) -> float:
    """What a measure states that it may spend or lend in the whole county, in yuan; NaN where it states nothing."""
    kind = registry().get(str(policy["kind"]))
    found = policy.get(amount_of(kind)) if kind else policy.get("budget_yuan")
    return math.nan if found is None else float(found)


def stated(ctx: Context, scenario: str) -> float:
    """What a plan states that it spends in the whole county, in yuan; NaN where a measure of it states nothing."""
    found = [amount(one) for one in added(ctx, scenario)]
    return math.fsum(found) if found else math.nan


def rounded(num: Numbers, estimate: Estimate, unit: str, signed: bool = False) -> str:
    """A number rounded to what its interval supports, without the interval."""
    shown = num.unit(unit)
    e = estimate.times(shown.factor)
    if not math.isfinite(e.value):
        return "–"
    known = e.has_interval and e.half > abs(e.value) * 1e-9
    places = decimals(e.half) if known else decimals_plain(e.value)
    return num.plain(e.value, min(places, shown.most), signed)
