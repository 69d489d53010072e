"""`[targets]`: what policies are to deliver, held against what they count and against the tasks that say the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sim.core.dates import date_of
from sim.core.errors import UserError
from sim.scenario.layers import Layers
from sim.scenario.parts import Campaign, PolicyPlan, Targets
from sim.scenario.tasks import Task
from sim.toml.source import meant


def check_targets(
    layers: Layers,
    targets: Targets,
    policies: Sequence[PolicyPlan],
    campaign: Campaign,
    horizon: dt.date,
    problems: list[UserError],
) -> None:
    """A target is one of a policy of the plan, of something that it counts, due before the run ends.

    Args:
        layers: Where each value came from.
        targets: The targets.
        policies: The plan's policies.
        campaign: Its campaign.
        horizon: Its last day.
        problems: Takes what is wrong.
    """
    counts = {plan.label: plan.policy_class().counts for plan in policies}
    for label, named in targets.items():
        if label not in counts:
            place = layers.place(("targets", label))
            said = meant(label, counts) if counts else {"allowed": "no policy, since the scenario has none"}
            problems.append(place.error(f"there is no policy '{label}'", field="targets", **said))
            continue
        for name, target in named.items():
            place, field = layers.place(("targets", label, name)), f"targets.{label}"
            if name not in counts[label]:
                problem = f"'{label}' does not count '{name}'"
                problems.append(place.error(problem, field=field, **meant(name, counts[label])))
            day = date_of(target.deadline or campaign.end, campaign.start)
            if not campaign.start <= day <= horizon:
                problem = f"the deadline of '{name}' is {day}"
                allowed = f"{campaign.start} to {horizon}, the days of the run"
                problems.append(place.error(problem, field=field, allowed=allowed))


def check_once(layers: Layers, targets: Targets, tasks: Mapping[str, Task], problems: list[UserError]) -> None:
    """What a measure is to deliver is said once, by a target or by a task."""
    said: dict[tuple[str, str], list[tuple[str, ...]]] = {
        (label, name): [()] for label, named in targets.items() for name in named
    }
    for name, task in tasks.items():
        if not (task.amount and task.measure and task.counts):
            continue
        before = said.setdefault((task.measure, task.counts), [])
        if any(not other or not task.townships or set(other) & set(task.townships) for other in before):
            where, field = layers.place(("tasks", name)), f"tasks.{name}"
            problem = f"'{task.counts}' of '{task.measure}' has a target already"
            problems.append(where.error(problem, field=field, mend="state it once"))
        before.append(task.townships)
