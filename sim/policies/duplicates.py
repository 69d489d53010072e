"""Projects of one kind that two payers have under way in one village: how they come about, and who finds them.

Who chooses a project sees what a village has and lacks, not what somebody else is about to build there. Whoever
consults with the others learns of it, and chooses something else.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.numerics import total
from sim.policies.levels import INSTRUCTED
from sim.policies.policy import County, Policy, RowsOf
from sim.policies.projects import NAMES

UNDER_WAY = "projects that any payer has under way, by village and kind"
DUPLICATES = {
    "duplicates": ("Projects begun that another payer had under way", "与他方在建项目重复的开工项目"),
    "duplicate_yuan": ("Paid for such projects", "重复项目金额"),
}
"""What every payer of projects counts, with names."""
Floats = NDArray[np.float64]


def under_way(county: County) -> NDArray[np.int16]:
    """How many payers have a project of each kind (columns) under way in each village."""
    return county.shared.setdefault(UNDER_WAY, np.zeros((len(county.villages), len(NAMES)), dtype=np.int16))


def begin(policy: Policy, county: County, villages: Any, kinds: Any, yuan: Any) -> None:
    """Enter projects that a payer begins: a village, a kind and what is paid for each.

    What a null check pays for is never there for others to see.
    """
    villages, kinds, yuan = np.broadcast_arrays(np.atleast_1d(villages), np.atleast_1d(kinds), np.atleast_1d(yuan))
    there = under_way(county)
    twice = there[villages, kinds] > 0
    policy.book.count("duplicates", float(twice.sum()), villages[twice].astype(np.int64))
    policy.book.count("duplicate_yuan", total(yuan[twice].astype(np.float64)))
    if policy.settings.effects:
        np.add.at(there, (villages, kinds), 1)


def finish(policy: Policy, county: County, village: int, kind: int) -> None:
    """Enter that a payer has it under way no longer."""
    if policy.settings.effects:
        under_way(county)[village, kind] -= 1


def consulted(county: County, coordination: float | None = None) -> Floats:
    """How far each village's projects are talked over with other payers.

    Args:
        county: The county.
        coordination: The payer's own; left out: it has none, and talks as far as `levels` has an instruction in force.
    """
    in_force = county.shared.get(INSTRUCTED)
    if coordination is None:
        return np.zeros(len(county.villages)) if in_force is None else in_force
    return coordination * (np.ones(len(county.villages)) if in_force is None else in_force)


def not_found(
    policy: Policy, county: County, villages: RowsOf, kinds: list[int], need: Floats, talked: Floats
) -> Floats:
    """Need of villages (rows) by kind (columns), none where somebody else is known to have it under way.

    Args:
        policy: Who chooses.
        county: The county.
        villages: Their rows.
        kinds: Numbers of kinds.
        need: Need as the villages' own state has it.
        talked: By village of the county, how far it is talked over (`consulted`).
    """
    found, month = need.copy(), county.today.month
    there = under_way(county)[villages][:, kinds] > 0
    for at in np.flatnonzero(there.any(axis=0)).tolist():
        luck = county.village_luck(policy.number("duplicate"), villages, month * len(NAMES) + kinds[at])
        found[there[:, at] & (luck < county.p.duplicates_found * talked[villages]), at] = 0.0
    return found
