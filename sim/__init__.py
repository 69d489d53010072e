"""villagesim: try a village-development campaign before it is carried out.

The public names that most work begins with (docs/api.md has all of them); they are loaded when first asked for, so
that `import sim` stays light.
"""

from __future__ import annotations

from typing import Any

from sim.core import kernel_cache

kernel_cache.set_folder()

_WHERE = {
    "load_plan": "sim.scenario",
    "load_plans": "sim.scenario",
    "Plan": "sim.scenario",
    "run": "sim.running",
    "warm_up": "sim.running",
    "RunResult": "sim.running",
    "VillageModel": "sim.model",
    "County": "sim.county",
    "Policy": "sim.policies.policy",
    "PolicySettings": "sim.policies.policy",
    "TargetedSettings": "sim.policies.policy",
    "reason": "sim.policies.policy",
    "Observer": "sim.recording.observer",
    "Recorder": "sim.recording.recorder",
    "rule": "sim.core.rule",
    "kernel": "sim.core.rule",
    "load_parameters": "sim.parameters",
    "UserError": "sim.core.errors",
}
__all__ = list(_WHERE)


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_WHERE[name]), name)
