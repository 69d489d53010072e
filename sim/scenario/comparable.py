"""Which plans may be compared: what measures may change, what is an assumption, and what has to agree."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.core.errors import UserError
from sim.parameters import Parameters, Value
from sim.scenario.country import HOME
from sim.scenario.own_rules import stands_for
from sim.scenario.plan import Plan

MEASURES = ("policies", "purses", "targets", "changes", "campaign.days", "events", "tasks", "goals")
"""What a comparison is about: what a planner decides, and what may befall the county, asked as "what if"."""
ASSUMPTIONS = ("uncertainties", "world.place", "closure", "rules")
"""What nobody decides: it may differ only where assumptions are compared on purpose. All else has to agree, so that a
new field of a plan is refused until somebody enters it in one of these lists."""
_NAMES = ("id", "title", "profile_digest")
_OPTION = "--assumptions-differ"
_MENDS = {
    "era": "eras differ in income concept, line and categories",
    "world.profile": "give all the same profile",
    "horizon_months": "give all the same horizon",
    "campaign.start": "give all the same first day",
    "observers": """name the same in all, or for all at once: --set 'observers=["module:Class"]'""",
}
_SHOWN = 3


@dataclass(frozen=True)
class Apart:
    """An assumption in which plans differ.

    Attributes:
        field: Its address: `closure`, or `uncertainties.labour.local_wage_yuan`.
        values: Its value in each plan, in their order; None where it is drawn anew with each seed.
    """

    field: str
    values: tuple[Any, ...]


def check_same_era(plans: Sequence[Plan]) -> None:
    """Refuse plans of different eras.

    Raises:
        UserError: Era 2012 and era 2023 measure income and poverty differently and cannot be compared.
    """
    _check_same(plans, [_stated(plan) for plan in plans], "era")


def check_comparable(
    plans: Sequence[Plan], assumptions_may_differ: bool = False, drawn: Collection[str] = ()
) -> tuple[Apart, ...]:
    """Refuse plans whose paired differences would be of something else than their measures.

    Args:
        plans: The plans.
        assumptions_may_differ: Whether to give back the assumptions in which they differ instead of refusing them.
        drawn: Full names of the parameters that are drawn anew with each seed, unless a plan sets them.

    Returns:
        The assumptions in which they differ.

    Raises:
        UserError: They differ in anything but `MEASURES` (and `ASSUMPTIONS`, where these may differ).
    """
    check_same_era(plans)
    stated = [_stated(plan) for plan in plans]
    for field in stated[0] if stated else ():
        if field not in (*MEASURES, *ASSUMPTIONS, *_NAMES):
            _check_same(plans, stated, field)
    apart = assumptions_apart(plans, drawn)
    if apart and not assumptions_may_differ:
        first = apart[0]
        more = f", and {len(apart) - 1} more" if len(apart) > 1 else ""
        raise UserError(
            "these scenarios differ in what they assume, not only in their measures, so that their difference would"
            f" not be the measures' ({_groups(plans, first.values)}{more})",
            field=first.field,
            mend=f"give all the same, or compare assumptions on purpose: village compare {_OPTION}",
        )
    return apart


def assumptions_apart(plans: Sequence[Plan], drawn: Collection[str] = ()) -> tuple[Apart, ...]:
    """The assumptions in which plans differ; a parameter that two set alike, or one to where it stands, is none.

    Args:
        plans: The plans.
        drawn: As for `check_comparable`.
    """
    closures = tuple(plan.closure for plan in plans)
    found = [] if _alike(closures) else [Apart("closure", closures)]
    for name in sorted({rule.name for plan in plans for rule in plan.rules}):
        functions = tuple(stands_for(name, plan.rules) for plan in plans)
        if not _alike(functions):
            found.append(Apart(f"rules.{name}", functions))
    where = {key: "uncertainties" for plan in plans for key in plan.uncertainties}
    where |= {key: "world.place" for plan in plans for key in plan.world.place}
    known = [plan.parameters() for plan in plans] if where else []
    for key in sorted(where):
        # None where it is drawn, or declared by a policy that the plan does not have
        values = [
            None if key in drawn and key not in {**plan.uncertainties, **plan.world.place} else _value(its, key)
            for plan, its in zip(plans, known, strict=True)
        ]
        having = [value for value, its in zip(values, known, strict=True) if _value(its, key) is not None]
        if not _alike(having):
            found.append(Apart(f"{where[key]}.{key}", tuple(values)))
    return tuple(found)


def _value(known: Parameters, key: str) -> Value | None:
    return next((entry.value for entry in known.entries if entry.key == key), None)


def _stated(plan: Plan) -> dict[str, Any]:
    """Every field of a plan by its address, those of world and campaign one by one; a profile by its content."""
    stated: dict[str, Any] = {}
    for name in type(plan).model_fields:
        value = getattr(plan, name)
        if name in ("world", "campaign"):
            stated |= {f"{name}.{inner}": getattr(value, inner) for inner in type(value).model_fields}
        else:
            stated[name] = value
    if plan.profile_digest:
        stated["world.profile"] = f"{plan.world.profile} ({plan.profile_digest[:12]})"
    country = plan.world.country
    own = [] if country is None else [f"{key} {_text(value)}" for key, value in country.decides().items()]
    stated["world.country"] = ", ".join([country.name.en if country else HOME, *own])
    return stated


def _same_content(plans: Sequence[Plan]) -> bool:
    return _alike([plan.profile_digest or plan.world.profile for plan in plans])


def _alike(values: Sequence[Any]) -> bool:
    return all(value == values[0] for value in values)


def _groups(plans: Sequence[Plan], values: Sequence[Any]) -> str:
    """The plans by value: "a, b: 60; c: 80"."""
    held: list[tuple[Any, list[str]]] = []
    for plan, value in zip(plans, values, strict=True):
        ids = next((ids for one, ids in held if one == value), None)
        if ids is None:
            held.append((value, ids := []))
        ids.append(plan.id)
    return "; ".join(f"{', '.join(ids[:_SHOWN])}{' ...' * (len(ids) > _SHOWN)}: {_text(value)}" for value, ids in held)


def _text(value: Any) -> str:
    if value is None:
        return "drawn with each seed"
    if isinstance(value, tuple):
        return ", ".join(map(_text, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _check_same(plans: Sequence[Plan], stated: Sequence[Mapping[str, Any]], field: str) -> None:
    values = [one[field] for one in stated]
    if _alike(values) or (field == "world.profile" and _same_content(plans)):
        return
    raise UserError(
        f"these scenarios cannot be compared ({_groups(plans, values)})",
        field=field,
        mend=_MENDS.get(field, "give all the same"),
    )
