"""All words of the report in English and Chinese, and the one way to look them up."""

from __future__ import annotations

from experiments.compare.report.text import TEXT
from experiments.compare.report.text_drawn import DRAWN
from experiments.pages.terms import TERMS


class Words:
    """Sentences and terms in one language.

    Args:
        language: "en" or "zh".
        drawn: Whether each run took its own parameter vector, so that intervals cover parameters too.
    """

    def __init__(self, language: str, drawn: bool = False) -> None:
        self.language = language
        self._text = TEXT | DRAWN if drawn else TEXT
        self._side = 1 if language == "zh" else 0

    def __call__(self, key: str, **values: object) -> str:
        """The sentence `key` with its blanks filled in."""
        return self._text[key][self._side].format(**values)

    def term(self, kind: str, name: str) -> str:
        """The term for an id; an id nobody named is shown as it is."""
        found = TERMS.get(kind, {}).get(name)
        return found[self._side] if found else name

    def knows(self, kind: str, name: str) -> bool:
        """Whether there is a term for this id."""
        return name in TERMS.get(kind, {})
