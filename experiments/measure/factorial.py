"""Which scenarios make a full factorial: a mix, and every subset of its policies with the same settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from sim.scenario.comparable import assumptions_apart


@dataclass(frozen=True)
class Factorial:
    """A mix whose parts can be told apart.

    Attributes:
        mix: Id of the scenario with all parts.
        scenarios: For every set of parts (policy labels), the scenario that has just these beyond the baseline.
    """

    mix: str
    scenarios: dict[frozenset[str], str]


def find_factorials(plans: Sequence[Any], baseline: str) -> list[Factorial]:
    """Every scenario with two or more policies beyond the baseline, all of whose subsets are there.

    A policy counts as the same only with the same label and settings. Scenarios must agree in campaign and
    assumptions; what the purses hold may differ, since a part needs only its own.
    """
    by_id = {plan.id: plan for plan in plans}
    base = by_id[baseline]
    extra: dict[str, list[Any]] = {}
    for plan in plans:
        alike = plan.campaign == base.campaign and not assumptions_apart([base, plan])
        if alike and all(policy in plan.policies for policy in base.policies):
            extra[plan.id] = [policy for policy in plan.policies if policy not in base.policies]
    found = []
    for mix, parts in extra.items():
        if not 4 <= 1 << len(parts) <= len(plans):
            continue
        scenarios = {
            frozenset(policy.label for policy in some): _having(extra, some)
            for size in range(len(parts) + 1)
            for some in combinations(parts, size)
        }
        if None not in scenarios.values():
            scenarios |= {frozenset(policy.label for policy in parts): mix, frozenset(): baseline}
            found.append(Factorial(mix, {key: scenario for key, scenario in scenarios.items() if scenario}))
    return sorted(found, key=lambda factorial: factorial.mix)


def _having(extra: dict[str, list[Any]], some: Sequence[Any]) -> str | None:
    """The first scenario with just these policies, in whatever order."""
    return next(
        (
            scenario
            for scenario, parts in extra.items()
            if len(parts) == len(some) and all(policy in parts for policy in some)
        ),
        None,
    )
