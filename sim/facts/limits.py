"""What no input can mean: amounts and numbers beyond any county, so that a slip of the hand is seen before a run."""

from __future__ import annotations

MOST_YUAN = 1e12
"""More than a thousand times what such a county produces in a year."""
MOST_COUNT = 1_000_000_000
"""More people, places or loans than there are."""
MOST_WORKS = 100_000
"""More works of a kind than a county has villages."""
MOST_SEED = 2**62
"""The largest seed; every draw is keyed by it in whole numbers of 64 bits."""
FEWEST = 10
"""Households of the smallest group whose count or figures are shown: fewer could be told who they are."""
