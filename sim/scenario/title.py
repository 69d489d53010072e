"""What something is called, in both languages."""

from __future__ import annotations

from pydantic import Field

from sim.core.frozen import FrozenModel
from sim.core.text import OneLine

MOST_LETTERS = 300
"""Characters of a title."""


class Title(FrozenModel):
    """What a scenario, a trial or a country is called."""

    en: OneLine = Field(min_length=1, max_length=MOST_LETTERS, description="English title")
    zh: OneLine = Field(min_length=1, max_length=MOST_LETTERS, description="Chinese title")
