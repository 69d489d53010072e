"""villagesim: try a village-development campaign before it is carried out.

The public names are `VillageModel`, `run`, `load_plan` and `Plan`; they are loaded when first asked for, so that
`import sim` stays light.
"""

from __future__ import annotations

from typing import Any

from sim.core import kernel_cache

kernel_cache.set_folder()

_WHERE = {
    "VillageModel": "sim.model",
    "run": "sim.running",
    "warm_up": "sim.running",
    "RunResult": "sim.running",
    "load_plan": "sim.scenario",
    "Plan": "sim.scenario",
    "UserError": "sim.core.errors",
}
__all__ = list(_WHERE)


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_WHERE[name]), name)
