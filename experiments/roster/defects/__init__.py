"""Every kind of defect: importing this fills `KINDS`, the order of the imports is the order of the list."""

# isort: skip_file
from __future__ import annotations

from experiments.roster.defects import sheets, forms, ids, family, people, money, register, places
from experiments.roster.defects.kinds import KINDS, LEVELS, Ask, Hit, Kind

__all__ = [
    "KINDS",
    "LEVELS",
    "Ask",
    "Hit",
    "Kind",
    "family",
    "forms",
    "ids",
    "money",
    "people",
    "places",
    "register",
    "sheets",
]
