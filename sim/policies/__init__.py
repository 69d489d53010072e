"""The policies a scenario can list, one file each."""

from __future__ import annotations

from sim.policies.policy import Policy
from sim.policies.settings import PolicySettings, TargetedSettings

__all__ = ["Policy", "PolicySettings", "TargetedSettings", "registry"]


def registry() -> dict[str, type[Policy]]:
    """Every policy that ships, by its kind."""
    from sim.policies import cash, demonstration, industry, microcredit, publicity, support_units, training, visits

    modules = (visits, microcredit, industry, training, publicity, demonstration, cash, support_units)
    classes = [
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Policy) and value is not Policy and value.kind
    ]
    return {policy.kind: policy for policy in classes}
