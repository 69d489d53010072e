"""What others have published: figures of the world, trials of programmes, claims of documents; with their rules."""

from __future__ import annotations

from experiments.published.figure import Figure, Rule, Verdict
from experiments.published.load import (
    CLAIMS,
    FIGURES,
    Published,
    TrialRow,
    claims,
    figures,
    published_figure,
    read_rows,
    row_ids,
    trial_row,
    trial_rows,
)

__all__ = [
    "CLAIMS",
    "FIGURES",
    "Figure",
    "Published",
    "Rule",
    "TrialRow",
    "Verdict",
    "claims",
    "figures",
    "published_figure",
    "read_rows",
    "row_ids",
    "trial_row",
    "trial_rows",
]
