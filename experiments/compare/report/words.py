"""The report's sentences in English and Chinese."""

from __future__ import annotations

from experiments.compare.report.text import TEXT
from experiments.compare.report.text_drawn import DRAWN
from experiments.pages.sentences import Words


class ReportWords(Words):
    """Sentences of the report, and terms.

    Args:
        language: "en" or "zh".
        drawn: Whether each run took its own parameter vector, so that intervals cover parameters too.
    """

    def __init__(self, language: str, drawn: bool = False) -> None:
        super().__init__(language, TEXT | DRAWN if drawn else TEXT)
