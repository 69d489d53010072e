"""What who runs a project takes of its money, and what those who watch it find.

A yuan more is harder to hide the more is taken already; what is taken weighs what being found costs. What auditors,
supervisors and villagers find of it is put into the work.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.parameters.packed import P

Floats = NDArray[np.float64]
STAGES = ("before", "during", "after")
"""When a project is looked into, in the order of the parameter `audit_finds`: its budget, the site, finished work."""


class Watch(NamedTuple):
    """How a village's project is watched, village by village.

    Attributes:
        audited: Chance of an audit.
        finds: Part of what is missing that an audit finds.
        loss: What a yuan found by an audit costs who took it, making it good included.
        comes: Part of the households that come to a meeting on the accounts.
    """

    audited: Floats
    finds: float
    loss: float
    comes: float


def leaning_of(p: P, luck: Floats, leadership: Floats) -> Floats:
    """What who runs a project would take where nobody looks, share of its money.

    Args:
        p: Parameters.
        luck: A keyed uniform of whoever it is.
        leadership: Strength of the village's committee.
    """
    spread = p.graft_spread * (2.0 * luck - 1.0)
    whoever = p.graft_share * (1.0 + spread)
    return np.asarray(whoever * np.maximum(0.0, 1.0 - p.graft_leadership * (leadership - 0.5)))


def taken(leaning: Floats, watch: Watch, sees: float) -> Floats:
    """Share of one part of a project's money that who runs it takes.

    A yuan more is harder to hide the more is taken already, so that the share s at which it no longer pays solves
    1 - E = s / a, with a what would be taken where nobody looks and E the loss expected from taking a yuan.

    Args:
        leaning: What each would take where nobody looks.
        watch: How the projects are watched.
        sees: Part of what is missing that a meeting sees if everybody comes.
    """
    found = watch.audited * watch.finds
    expected = found * watch.loss + (1.0 - found) * watch.comes * sees
    return np.asarray(np.clip(leaning * (1.0 - expected), 0.0, 1.0))


def missing(p: P, leaning: Floats, watch: Watch, back: Floats) -> tuple[Floats, Floats]:
    """What is taken of projects' money, wages and materials apart, and what of it is missing in the end.

    Args:
        p: Parameters.
        leaning: What each would take where nobody looks.
        watch: How the projects are watched.
        back: Part of what the meeting has not seen that audits bring back.

    Returns:
        Shares of the money: taken, and missing in the end.
    """
    wages, materials = (taken(leaning, watch, p.meeting_sees[part]) for part in (0, 1))
    took = p.project_wages * wages + (1.0 - p.project_wages) * materials
    seen = [watch.comes * p.meeting_sees[part] for part in (0, 1)]
    kept = p.project_wages * wages * (1.0 - seen[0]) + (1.0 - p.project_wages) * materials * (1.0 - seen[1])
    return took, kept * (1.0 - back)
