"""What each township gains: its households in paired runs, and whether the replicates can tell townships apart.

Runs keep no figures by township, but the village of every household, and the profile says in which township each
village lies. A township is weighted by its persons at each mark, so that all of them together are the county.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from experiments.compare.paired_runs import PairedRuns, paired
from experiments.measure.statistics import t_limits
from sim.facts.limits import FEWEST
from sim.population.profile import terrains
from sim.population.profile_file import load_profile
from sim.scenario import World

APART = ("apart", "apart_low", "apart_high")
"""By how much more a township changes than the county, with limits that hold for all townships together."""


def of_villages(world: World) -> Sequence[int]:
    """The township of each village of a world, counted from 0 as in its profile.

    Raises:
        UserError: The profile cannot be read.
    """
    return [int(number) for number in terrains(load_profile(world.profile), world.villages)[1]]


def townships(runs: PairedRuns) -> Iterator[pd.DataFrame]:
    """Paired differences of every township, a frame a scenario.

    A township with fewer than `FEWEST` households has a row without figures, and 0 households.
    """
    for scenario in runs.others:
        pairs = runs.pairs[scenario]
        for (month, name), both in pairs.towns.items():
            yield _frame(runs, np.array(both), pairs.homes).assign(scenario=scenario, month=month, name=name)


def _frame(runs: PairedRuns, both: Any, homes: Any) -> pd.DataFrame:
    """One scenario, mark and indicator.

    Args:
        runs: Say what intervals are of.
        both: Levels by seed, run (baseline, scenario) and township, the whole county last.
        homes: Households of each township.
    """
    shown, few = np.flatnonzero(homes >= FEWEST), homes < FEWEST
    base, other = both[:, 0, :-1].T, both[:, 1, :-1].T
    frame = pd.DataFrame({"households": homes, **paired(base, other, runs.of)})
    county = both[:, 1, -1] - both[:, 0, -1]
    apart = np.full((len(APART), len(homes)), np.nan)
    if len(shown):
        more = (other - base)[shown] - county
        apart[:, shown] = t_limits(more, comparisons=len(shown), of=runs.of)
    frame = frame.assign(**dict(zip(APART, apart, strict=True)))
    frame.loc[few, [name for name in frame if name not in ("households", "replicates")]] = np.nan
    frame.loc[few, "households"] = 0
    return frame.assign(township=np.arange(len(homes)))[homes > 0]
