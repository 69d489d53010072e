"""What purses may pay for: the words for it, and which of them are slips of the pen."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from typing import Any

from sim.scenario.chinese import english
from sim.workbook.layout import words

_NEAR, _NEAR_CHINESE = 0.8, 0.6
"""How alike two words are where one is likely to be the other misspelt; of four Chinese characters one may be wrong."""


def uses_in_english(purse: Mapping[str, Any]) -> dict[str, Any]:
    """A purse's table with the Chinese words of its uses replaced, which a profile may have as well as a scenario."""
    return {key: english((key,), value)[1] if key == "uses" else value for key, value in purse.items()}


def is_use(word: str, kinds: Collection[str]) -> bool:
    """Whether something is paid for under this word: a kind of measure, or a cost that measures have beside."""
    return word in kinds or word in words("use")


def slip_of_use(word: str, kinds: Collection[str]) -> str | None:
    """The use that somebody meant who wrote a word that is none; None where it is one, or is near none.

    A use that no measure has is allowed: a county has purses that this model asks nothing of.

    Args:
        word: As it was written.
        kinds: The kinds of measure there are.
    """
    if is_use(word, kinds):
        return None
    known, alike = ({*kinds, *words("use")}, _NEAR) if word.isascii() else (words("use").values(), _NEAR_CHINESE)
    return next(iter(difflib.get_close_matches(word, sorted(known), n=1, cutoff=alike)), None)
