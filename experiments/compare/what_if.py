"""What if something befalls the county: the largest scenario and the baseline once more, both with the same events.

A what-if is a file with a title and `[events.NAME]` tables. Under it the scenario's gain is that over the baseline
under it, since both live through the same; how far that is from the gain without it is what the event does to the plan.
All three are paired by seed. Variants are stored like other runs and enter no other table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.compare.paired_runs import limits
from experiments.measure.statistics import Of
from experiments.runs.records import panel
from experiments.runs.runfile import RunFile
from sim.core.errors import UserError
from sim.core.frozen import FrozenModel
from sim.scenario import Plan
from sim.scenario.title import Title
from sim.shipped import shipped
from sim.toml.check import check
from sim.toml.reading import is_file
from sim.toml.source import meant, raise_all, read_toml

NAMES = ("income_yuan", "headcount", "poverty_gap")
_MARK = "~if~"
_FIELD = "--what-if"


class _Head(FrozenModel):
    title: Title


@dataclass(frozen=True)
class WhatIf:
    """One what-if of a comparison.

    Attributes:
        name: The file's name.
        title: Its title.
        baseline: The baseline with its events.
        scenario: The scenario with its events.
        file: The file it was read from.
    """

    name: str
    title: Title
    baseline: Plan
    scenario: Plan
    file: Path


def shipped_what_ifs() -> dict[str, Path]:
    """The what-ifs that ship, by name."""
    return {path.stem: path for path in sorted(shipped("what_if").glob("*.toml"))}


def what_ifs(names: Sequence[str], baseline: Plan, scenario: Plan, taken: Sequence[str]) -> tuple[WhatIf, ...]:
    """The baseline and a scenario under each what-if.

    Args:
        names: Files, or names of those that ship.
        baseline: The scenario that others are compared with.
        scenario: The one that is asked about.
        taken: Ids of the comparison's own scenarios.

    Raises:
        UserError: There is no such file, it is wrong, or its events do not go with the scenarios.
    """
    found = []
    for named in dict.fromkeys(names):
        path = Path(named) if is_file(Path(named)) else shipped_what_ifs().get(named)
        if path is None:
            known = shipped_what_ifs()
            raise UserError(f"there is no file or shipped what-if '{named}'", field=_FIELD, **meant(named, known))
        found.append(_under(path, baseline, scenario))
    for one in found:
        for plan in (one.baseline, one.scenario):
            if plan.id.casefold() in {other.casefold() for other in taken}:
                problem = f"the name {plan.id!r} is kept for a scenario under a what-if"
                raise UserError(problem, mend="give the file another name")
    if len({one.name.casefold() for one in found}) < len(found):
        raise UserError("two what-ifs have the same name", field=_FIELD, mend="give the files different names")
    return tuple(found)


def _under(path: Path, baseline: Plan, scenario: Plan) -> WhatIf:
    source = read_toml(path)
    rest = {key: value for key, value in source.data.items() if key != "events"}
    head, problems = check(_Head, rest, source.place, also=("events",))
    if "events" not in source.data:
        problems.append(source.place().error("there is no event", field="events", mend="write [events.NAME] sections"))
    if head is None or problems:
        raise_all(problems)

    def under(plan: Plan) -> Plan:
        try:
            befallen = plan.with_settings({"events": source.data["events"]})
        except UserError as error:
            raise UserError(f"does not go with the scenario '{plan.id}': {error}", file=path, field=_FIELD) from None
        return befallen.model_copy(update={"id": f"{plan.id}{_MARK}{path.stem}"})

    return WhatIf(path.stem, head.title, under(baseline), under(scenario), path)


def gains_of(
    ids: tuple[str, str],
    found: Sequence[WhatIf],
    done: Callable[[str], Sequence[int]],
    read: Callable[[str, int], RunFile],
    of: Of = "mean",
) -> Iterator[pd.DataFrame]:
    """The scenario's gain as planned and under each what-if, and what the what-if changes, paired by seed.

    Args:
        ids: The baseline's and the scenario's.
        found: The what-ifs.
        done: The seeds for which a scenario (or variant) has a run.
        read: Opens such a run.
        of: What the intervals are of.
    """
    for one in found:
        four = (*ids, one.baseline.id, one.scenario.id)
        seeds = sorted(set.intersection(*(set(done(name)) for name in four)))
        levels = [[panel(read(name, seed), NAMES) for name in four] for seed in seeds]
        cells = sorted({cell for seed in levels for cell in seed[0] if cell[0] > 0})
        if not cells:
            continue
        values = np.array([[[level.get(cell, np.nan) for level in seed] for seed in levels] for cell in cells])
        planned, under = values[..., 1] - values[..., 0], values[..., 3] - values[..., 2]
        month, group, name = zip(*cells, strict=True)
        columns: dict[str, Any] = {"scenario": ids[1], "what_if": one.name, "month": month, "group": group}
        columns["name"] = name
        for column, part in (
            ("planned", planned),
            ("gain", under),
            ("change", under - planned),
            ("county", values[..., 2] - values[..., 0]),
        ):
            columns |= limits(part, column, f"{column}_low", f"{column}_high", of=of)
        frame = pd.DataFrame({**columns, "replicates": np.isfinite(under).sum(axis=1)})
        yield frame[frame["replicates"] > 0]
