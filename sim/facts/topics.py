"""What a household can know of: a bit each of `knows`, and of what contacts are seen to take part in.

A line of livelihood that can be built up has its own number as its bit (see `sim.facts.lines`); the campaign's
programmes follow.
"""

from __future__ import annotations

from sim.facts.lines import LINES

KNOWS_CREDIT, KNOWS_TRAINING, KNOWS_INDUSTRY, KNOWS_JOBS, HELPED = 5, 6, 7, 8, 9
BEEN_AWAY, FAILED_AWAY = 10, 11
"""What it knows of itself: it has sent somebody away for work once, and they did not do well there."""
POST = 12  # no topic: the household holds a public-service post
CALLED, DISPUTE = 13, 14
"""No topics: this month it is called to meetings and inspectors; it stands in a dispute."""
KINDERGARTEN = 15  # no topic: a child of the household is at a kindergarten

PROGRAMMES: dict[str, tuple[str, str]] = {
    "credit": ("small loans", "小额信贷"),
    "training": ("training", "技能培训"),
    "industry": ("industry support", "产业扶持"),
    "jobs": ("work away", "外出务工"),
    "helped": ("help with papers", "代办手续"),
}
"""The programmes, in the order of their bits; `helped` says that a cadre has helped with papers."""

TOPICS: dict[str, int] = {
    topic: bit for bit, topic in enumerate((*LINES, *PROGRAMMES)) if topic not in ("staple", "helped")
}
"""Bits of what people can be told of."""
