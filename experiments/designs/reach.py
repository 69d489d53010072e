"""What a lever reaches: the measures that it moves, and the purses that these may draw on."""

from __future__ import annotations

from experiments.designs.design import Design, Lever


def policies_of(design: Design, lever: Lever) -> list[tuple[str, str]]:
    """The measures that a lever moves: label and kind of each, in any scenario."""
    found: dict[str, str] = {}
    for plan in design.scenarios:
        for address in lever.addresses:
            head, _, rest = address.partition(".")
            name = rest.partition(".")[0]
            if head in ("policy", "policies"):
                found |= {one.label: one.kind for one in plan.policies if name in (one.label, one.kind)}
    return list(found.items())


def purses_of(design: Design, lever: Lever) -> tuple[str, ...]:
    """The purses that a lever's measures draw on, in their order: those named, or all that permit the kind."""
    found: dict[str, None] = {}
    for plan in design.scenarios:
        labels = {label for label, _ in policies_of(design, lever)}
        for policy in plan.policies:
            if policy.label in labels and policy.policy_class().from_purses:
                own = policy.settings.purses
                permit = [purse.id for purse in plan.purses if policy.policy_class().kind in purse.uses]
                found |= dict.fromkeys(own or permit)
    return tuple(found)
