"""What a household must spend in a month, and what it likes to keep by it."""

from __future__ import annotations

from sim.agents.household import Household
from sim.calendar.today import Today
from sim.core.rule import rule
from sim.parameters.packed import P


@rule
def subsistence(h: Household, p: P, today: Today) -> float:
    """What the household must spend in a month, in yuan."""
    return p.subsistence_share * today.line_yuan / 12.0 * h.persons


@rule
def buffer(h: Household, p: P, today: Today) -> float:
    """Money the household likes to keep by it, in yuan: some months of what it lives on."""
    return p.buffer_months * max(subsistence(h, p, today), p.buffer_income_share * h.expected_yuan)
