"""Virtual trials: a published trial put to the model, many times over, and held against what was published."""

from __future__ import annotations

from experiments.trials.file import Trial, load_trial, load_trials

__all__ = ["Trial", "load_trial", "load_trials"]
