"""What a trial's outcome is held against: a published row by its id, or what the file states itself."""

from __future__ import annotations

from experiments.published import Figure, trial_row
from experiments.trials.outcome import PublishedEstimate, TrialOutcome


def figure_of(outcome: TrialOutcome) -> Figure:
    """The published figure of an outcome; without value and rule where nothing is stated.

    Raises:
        UserError: The outcome names a row that there is not.
    """
    if outcome.row is not None:
        return trial_row(outcome.row)
    stated, label = outcome.published or PublishedEstimate(), outcome.label
    return Figure(
        id=outcome.name,
        label_en=label.en if label else outcome.name,
        label_zh=label.zh if label else outcome.name,
        value=stated.estimate,
        se=stated.se,
        unit=outcome.unit,
        source=stated.source,
        rule=outcome.rule,
    )
