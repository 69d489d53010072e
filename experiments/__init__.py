"""Many runs: compare scenarios, store what came out, and report it.

The names here are loaded when first asked for; docs/api.md has all that are public.
"""

from __future__ import annotations

from typing import Any

_WHERE = {
    "sweep": "experiments.research",
    "ema_model": "experiments.sweeps.ema",
    "run_many": "experiments.runs.many",
    "Runs": "experiments.runs.many",
    "Comparison": "experiments.compare.tables",
    "Outcome": "experiments.measure.outcome",
    "parse_outcome": "experiments.measure.outcome",
    "load_trial": "experiments.trials",
    "run_trials": "experiments.trials",
}
__all__ = list(_WHERE)


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'experiments' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_WHERE[name]), name)
