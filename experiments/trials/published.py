"""What a trial's outcomes are held against: a published row by its id, or what the file states itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from experiments.trials.file import Outcome, PublishedEstimate, Rule
from sim.errors import UserError


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


def published_row(ident: str) -> Any:
    """A published row: an object with estimate, se, rule, source, confidence, unit and horizon_months.

    Raises:
        UserError: There is no such row, or the published rows are not at hand.
    """
    try:
        from experiments.published import trial_row
    except ImportError:
        raise UserError("there are no published rows to look up", mend="state published and pass instead") from None
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
    rule = {name: _of(row.rule, name) for name in Rule.model_fields if _of(row.rule, name) is not None}
    return Standard(row.estimate, row.se, Rule(**rule) if rule else None, row.source, row.confidence)


def _of(rule: Any, name: str) -> Any:
    return rule.get(name) if isinstance(rule, dict) else getattr(rule, name, None)
