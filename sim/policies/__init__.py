"""The policies a scenario can list, one file each: a file in this folder is a policy that ships."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from sim.policies.policy import Policy
from sim.policies.settings import PolicySettings, TargetedSettings

__all__ = ["Policy", "PolicySettings", "TargetedSettings", "registry"]


@cache
def registry() -> dict[str, type[Policy]]:
    """Every policy that ships, by its kind."""
    found: dict[str, type[Policy]] = {}
    for module in sorted(one.name for one in iter_modules(__path__)):
        for value in vars(import_module(f"{__name__}.{module}")).values():
            if isinstance(value, type) and issubclass(value, Policy) and value.kind:
                found[value.kind] = value
    return found
