"""The one way to look up a page's sentences and the terms for ids, in one language."""

from __future__ import annotations

from collections.abc import Mapping

from experiments.pages.terms import TERMS


class Words:
    """Sentences and terms in one language.

    Args:
        language: "en" or "zh".
        text: A page's sentences by key, in English and Chinese.
    """

    def __init__(self, language: str, text: Mapping[str, tuple[str, str]]) -> None:
        self.language = language
        self._text = text
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
