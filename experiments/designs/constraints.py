"""What each kind of constraint of a design needs, and what is of no use to it."""

from __future__ import annotations

from collections.abc import Iterator

from experiments.designs.design import Constraint

_OF = {
    "money": ((), ("at_most",)),
    "purse": (("purse",), ()),
    "cadre_days": ((), ("at_most",)),
    "cap": (("levers",), ("at_most", "at_least")),
    "uses": (("purse", "levers"), ()),
    "outcome": (("outcome",), ("at_most", "at_least")),
}
"""What each kind of constraint needs: all of the first, one of the second."""


def wrong(one: Constraint) -> Iterator[tuple[str, str]]:
    """What a constraint of its kind lacks, or has to no use, and at which key."""
    needs, limits = _OF[one.kind]
    for key in needs:
        if not getattr(one, key):
            yield f"a constraint of kind '{one.kind}' needs '{key}'", "kind"
    if limits and all(getattr(one, key) is None for key in limits):
        yield f"a constraint of kind '{one.kind}' needs '{' or '.join(limits)}'", "kind"
    if one.at_most is not None and one.at_least is not None and one.at_least > one.at_most:
        yield f"at_least {one.at_least:g} is above at_most {one.at_most:g}", "at_least"
    for key in ("purse", "levers", "outcome", "week", "at_least"):
        needed = key in needs or key in limits or (key == "week" and one.kind == "cadre_days")
        if getattr(one, key) and not needed:
            yield f"'{key}' has no use in a constraint of kind '{one.kind}'", key
