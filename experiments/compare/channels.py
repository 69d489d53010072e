"""What each channel of a scenario is worth: the same scenario once more with each way of acting shut in turn.

A policy says in which ways it acts (`Policy.ways`): visits by putting papers in order, by following up what was given,
and so on. The difference of the scenario and its variant, seed by seed, is what the way is worth while all others are
open; the last variant has all of them shut. Where ways need each other, what they are worth apart does not add up to
what they are worth together. Variants are stored like other runs and enter no other table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from experiments.compare.paired_runs import limits
from experiments.measure.statistics import Of
from experiments.runs.records import panel
from experiments.runs.runfile import RunFile
from sim.core.errors import UserError
from sim.policies.policy import Names
from sim.scenario import Plan

NAMES = ("income_yuan", "headcount", "poverty_gap")
ALL = "all"
"""The way that stands for all of them together."""
_MARK = "~without~"
_FIELD = "--channels"


@dataclass(frozen=True)
class Variant:
    """A scenario with a way of acting shut.

    Attributes:
        way: `POLICY.WAY`, or `all`.
        names: The way's English and Chinese name; empty for all of them.
        plan: The scenario without it.
    """

    way: str
    names: Names
    plan: Plan


def original(scenario: str) -> tuple[str, str]:
    """The scenario whose variant this id names, and the way that is shut; an empty way of any other scenario."""
    found, _, way = scenario.partition(_MARK)
    return found, way


def largest(plans: Sequence[Plan], baseline: str) -> Plan:
    """The scenario whose channels are shut: the one with the most policies, beside the baseline if there are others."""
    others = [plan for plan in plans if plan.id != baseline] or list(plans)
    return min(others, key=lambda plan: (-len(plan.policies), plan.id))


def variants(plans: Sequence[Plan], baseline: str) -> tuple[Variant, ...]:
    """The largest scenario with each of its ways of acting shut in turn, and with all of them shut.

    Raises:
        UserError: It has none, it does not last until a yearly mark, or another scenario has the id of a variant.
    """
    plan = largest(plans, baseline)
    if plan.horizon_months < 12:
        raise UserError("channels are measured at yearly marks", field=_FIELD, mend="look 12 months ahead or more")
    shut = {
        f"{policy.label}.{name}": (names, policy.label, settings)
        for policy in plan.policies
        for name, (names, settings) in policy.policy_class().ways(policy.settings).items()
    }
    if not shut:
        mend = "leave the option out, or open the channels of its policies"
        raise UserError(f"scenario {plan.id!r} acts through no channel that can be shut", field=_FIELD, mend=mend)
    found = [Variant(way, names, _with(plan, way, {label: settings})) for way, (names, label, settings) in shut.items()]
    if len(shut) > 1:
        closed = {policy.label: policy.policy_class().without_ways(policy.settings) for policy in plan.policies}
        found.append(Variant(ALL, ("", ""), _with(plan, ALL, closed)))
    taken = {one.id.casefold() for one in plans}
    for variant in found:
        if variant.plan.id.casefold() in taken:
            problem = f"the name {variant.plan.id!r} is kept for a scenario without a channel"
            raise UserError(problem, mend="give the file another name")
    return tuple(found)


def _with(plan: Plan, way: str, settings: Mapping[str, Mapping[str, object]]) -> Plan:
    """The plan under a variant's id, with other settings of its policies by label."""
    policies = tuple(
        one.model_copy(update={"settings": one.settings.model_copy(update=dict(settings.get(one.label, {})))})
        for one in plan.policies
    )
    return plan.model_copy(update={"id": f"{plan.id}{_MARK}{way}", "policies": policies})


def worth_of(
    scenario: str,
    found: Sequence[Variant],
    done: Callable[[str], Sequence[int]],
    read: Callable[[str, int], RunFile],
    of: Of = "mean",
) -> Iterator[pd.DataFrame]:
    """What each way is worth, by mark, group and indicator: the scenario less its variant, paired by seed.

    Args:
        scenario: The scenario that has all its ways.
        found: Its variants.
        done: The seeds for which a scenario (or variant) has a run.
        read: Opens such a run.
        of: What the intervals are of.
    """
    levels = {seed: panel(read(scenario, seed), NAMES) for seed in done(scenario)} if found else {}
    for variant in sorted(found, key=lambda one: one.way):
        seeds = sorted(set(levels) & set(done(variant.plan.id)))
        without = [panel(read(variant.plan.id, seed), NAMES) for seed in seeds]
        cells = sorted({cell for level in without for cell in level if cell[0] > 0})
        if not cells:
            continue
        pairs = [(levels[seed], level) for seed, level in zip(seeds, without, strict=True)]
        values = np.array([[all_.get(cell, np.nan) - rest.get(cell, np.nan) for all_, rest in pairs] for cell in cells])
        month, group, name = zip(*cells, strict=True)
        columns: dict[str, Any] = {"scenario": scenario, "way": variant.way, "month": month, "group": group}
        columns |= {"name": name, **limits(values, "worth", "low", "high", of=of)}
        frame = pd.DataFrame({**columns, "replicates": np.isfinite(values).sum(axis=1)})
        yield frame[frame["replicates"] > 0]
