"""What a trial's outcomes are held against: a published row by its id, or what the file states itself."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.trials.file import Outcome, PublishedEstimate, Rule

if TYPE_CHECKING:
    from experiments.published import TrialRow


@dataclass(frozen=True)
class Standard:
    """What was published about an outcome, and when the model passes; None where nothing is stated."""

    estimate: float | None = None
    se: float | None = None
    rule: Rule | None = None
    source: str = ""
    confidence: str = ""

    @property
    def tolerance(self) -> float | None:
        """Most that the Monte Carlo error may be: a fifth of the published error.

        Where none is published, the rule's range is taken for a 95% interval; a rule by sign alone asks for none.
        """
        if self.se is not None:
            return self.se / 5
        rule = self.rule
        if rule is None or rule.low is None or rule.high is None:
            return None
        return (rule.high - rule.low) / (2 * 1.96) / 5


def published_row(ident: str) -> TrialRow:
    """A published row (`experiments.published.TrialRow`).

    Raises:
        UserError: There is no such row.
    """
    from experiments.published import trial_row

    return trial_row(ident)


def standard(outcome: Outcome) -> Standard:
    """What an outcome is held against.

    Raises:
        UserError: As `published_row`.
    """
    if outcome.row is None:
        stated = outcome.published or PublishedEstimate()
        return Standard(stated.estimate, stated.se, outcome.rule, stated.source)
    row = published_row(outcome.row)
    return Standard(row.middle, row.se, _rule(row), row.source, row.confidence)


def _rule(row: TrialRow) -> Rule | None:
    """The rule of a published row in the form of a trial file's."""
    if row.rule is None:
        return None
    rule = row.rule
    low, high = (limit if math.isfinite(limit) else None for limit in rule.limits(row.middle))
    if rule.sign is not None:
        low = high = None
    return Rule(
        low=low,
        high=high,
        sign=rule.sign,
        share=rule.share or 0.95,
        control_low=rule.control_low,
        control_high=rule.control_high,
    )
