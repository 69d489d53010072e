"""Virtual trials: a published trial put to the model, many times over, and held against what was published."""

from __future__ import annotations

from experiments.trials.file import Trial
from experiments.trials.load import load_trial, load_trials
from experiments.trials.results import OutcomeResult, TrialResult
from experiments.trials.run import run_trials

__all__ = ["OutcomeResult", "Trial", "TrialResult", "load_trial", "load_trials", "run_trials"]
