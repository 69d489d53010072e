"""What prices and local jobs do to an effect: the same plans once more under the fixed closure.

Under the endogenous closure households meet in markets: whoever sells more, or looks for fewer local jobs, changes
what others get. Under the fixed closure prices and jobs follow the years alone, which is the pure effect. The
difference of the two effects, seed by seed and for the same households, is the spillover. Twins, the runs under the
fixed closure, are stored like others but enter no other table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

from experiments.compare.households import Floats, Households, new_policies
from experiments.compare.paired_runs import limits
from experiments.measure.statistics import Of
from experiments.runs.records import panel
from experiments.runs.runfile import RunFile
from sim.core.errors import UserError
from sim.scenario import Plan

NAMES = ("income_yuan", "income_operating_yuan", "income_wage_yuan", "headcount", "poverty_gap")
_MARK = "~fixed"
_FIELD = "--spillovers"

Cell = tuple[int, str, str]  # month, group, name


def twin_of(scenario: str) -> str:
    """The id of a scenario's twin under the fixed closure."""
    return scenario + _MARK


def original(scenario: str) -> str | None:
    """The scenario that this id is the twin of, if it is a twin's."""
    return scenario.removesuffix(_MARK) if scenario.endswith(_MARK) else None


def choose(plans: Sequence[Plan], baseline: str, asked: Sequence[str] | None) -> tuple[str, ...]:
    """The scenarios to run under the fixed closure too.

    Args:
        plans: The scenarios that are compared.
        baseline: Id of the one they are compared with.
        asked: Their ids; None for the largest mix, if every plan's closure is endogenous.

    Raises:
        UserError: There is no such scenario, or nothing would be learnt from its twin.
    """
    others = {plan.id: plan for plan in plans if plan.id != baseline}
    measured = plans[0].horizon_months >= 12
    if asked is None:
        if not others or not measured or any(plan.closure != "endogenous" for plan in plans):
            return ()
        return (min(others, key=lambda one: (-len(others[one].policies), one)),)
    if asked and not measured:
        raise UserError("spillovers are measured at yearly marks", field=_FIELD, mend="look 12 months ahead or more")
    for scenario in asked:
        if scenario not in others:
            raise UserError(
                f"there is no scenario {scenario!r} beside the baseline", field=_FIELD, allowed=", ".join(others)
            )
        for plan in plans:
            if plan.id in (scenario, baseline) and plan.closure != "endogenous":
                raise UserError(
                    f"scenario {plan.id!r} has the closure {plan.closure!r}, so it shows no spillovers",
                    field=_FIELD,
                    mend='set closure = "endogenous", or give --no-spillovers',
                )
    return tuple(dict.fromkeys(asked))


def twins(plans: Sequence[Plan], baseline: str, chosen: Sequence[str]) -> list[Plan]:
    """The twins of the chosen scenarios and of their baseline.

    Raises:
        UserError: Another scenario has the id of a twin.
    """
    wanted = (baseline, *chosen) if chosen else ()
    made = [plan.model_copy(update={"id": twin_of(plan.id), "closure": "fixed"}) for plan in plans if plan.id in wanted]
    taken = {plan.id.casefold() for plan in plans}
    for plan in made:
        if plan.id.casefold() in taken:
            raise UserError(f"the name {plan.id!r} is kept for a scenario's twin", mend="give the file another name")
    return made


def spillovers_of(
    plans: Sequence[Plan],
    baseline: str,
    chosen: Sequence[str],
    done: Callable[[str], Sequence[int]],
    read: Callable[[str, int], RunFile],
    of: Of = "mean",
) -> Iterator[pd.DataFrame]:
    """The effect under both closures and their difference, by mark, group and indicator, one frame a scenario.

    Args:
        plans: The scenarios that are compared.
        baseline: Id of the one they are compared with.
        chosen: Ids of those that have a twin.
        done: The seeds for which a scenario (or twin) has a run.
        read: Opens such a run.
        of: What the intervals are of.
    """
    by_id = {plan.id: plan for plan in plans}
    for scenario in sorted(chosen):
        four = [baseline, scenario, twin_of(baseline), twin_of(scenario)]
        bits = new_policies(by_id[scenario].policies, by_id[baseline].policies)
        seeds = sorted(set.intersection(*(set(done(one)) for one in four)))
        found = [_effects([read(one, seed) for one in four], bits) for seed in seeds]
        cells = sorted({cell for effects in found for cell in effects})
        if not cells:
            continue
        both = np.array([[effects.get(cell, (np.nan, np.nan)) for effects in found] for cell in cells])
        both[~np.isfinite(both).all(axis=2)] = np.nan
        month, group, name = zip(*cells, strict=True)
        columns: dict[str, Any] = {"scenario": scenario, "month": month, "group": group, "name": name}
        for column, values in (
            ("endogenous", both[..., 0]),
            ("fixed", both[..., 1]),
            ("spillover", both[..., 0] - both[..., 1]),
        ):
            columns |= limits(values, column, f"{column}_low", f"{column}_high", of=of)
        frame = pd.DataFrame({**columns, "replicates": np.isfinite(both[..., 0]).sum(axis=1)})
        yield frame[frame["replicates"] > 0]


def _effects(runs: Sequence[RunFile], policies: int) -> dict[Cell, tuple[float, float]]:
    """One seed's effect under the endogenous and the fixed closure.

    Args:
        runs: Baseline and scenario, then their twins.
        policies: Bits of the scenario's policies that the baseline does not have.
    """
    panels = [panel(run, [*NAMES, "line_yuan"]) for run in runs]
    lines = {month: value for (month, group, name), value in panels[0].items() if name == "line_yuan" and month > 0}
    levels = [{cell: value for cell, value in one.items() if cell[0] > 0 and cell[2] in NAMES} for one in panels]
    for level, rows in zip(levels, _served(runs, lines, policies), strict=True):
        level.update(rows)
    base, other, base_fixed, other_fixed = levels
    return {
        cell: (other[cell] - base[cell], other_fixed[cell] - base_fixed[cell])
        for cell in base
        if all(cell in level for level in levels)
    }


def _served(runs: Sequence[RunFile], lines: dict[int, float], policies: int) -> list[dict[Cell, float]]:
    """Each run's levels of those whom the scenario serves and of the others: the same households in all four."""
    found = [Households.read(run) for run in runs]
    rows = [one for one in found if one is not None]
    if len(rows) < len(runs):
        return [{} for _ in runs]
    keys = reduce(np.intersect1d, (one.keys for one in rows))
    rows = [one.among(keys) for one in rows]
    served = rows[1].served(policies)
    persons = rows[0].columns[0, "persons"]
    return [
        {
            (month, group, name): float(np.average(values[inside], weights=persons[inside]))
            for month, line in lines.items()
            for name, values in _measures(one.columns[month, "income_yuan"], line).items()
            for group, inside in (("served", served), ("not_served", ~served))
            if inside.any()
        }
        for one in rows
    ]


def _measures(income: Floats, line: float) -> dict[str, Floats]:
    gap = np.maximum(0.0, line - income) / line
    return {"income_yuan": income, "headcount": (income < line).astype(float), "poverty_gap": gap}
