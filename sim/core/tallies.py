"""Four counts in one number: bits of four topics, added up over contacts in one sum instead of four."""

from __future__ import annotations

from sim.core.rule import rule

FOUR = 15
"""The four bits that are counted."""
_EACH_APART = 1 | 1 << 15 | 1 << 30 | 1 << 45  # sets four bits apart by sixteen ...
_LANES = 1 | 1 << 16 | 1 << 32 | 1 << 48  # ... and where they stand then
_APART = 16
_LANE = 0xFFFF  # no household has as many contacts


@rule
def tally(bits: int) -> int:
    """The lowest four of `bits`, each in sixteen bits of its own, to be added up."""
    return (bits & FOUR) * _EACH_APART & _LANES


@rule
def count(tallies: int, place: int) -> int:
    """How often the bit at `place` (0 to 3) was set in what was added up."""
    return (tallies >> (_APART * place)) & _LANE
