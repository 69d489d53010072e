"""Purses that hold less than the measures mean to spend that they may pay for: what no run would say, only pay less."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sim.core.numerics import add_up
from sim.money.purse import Purse
from sim.scenario.idle import may_pay
from sim.scenario.plan import Plan

_MORE = 1 + 1e-9


@dataclass(frozen=True)
class Shortage:
    """Measures and all the purses that may pay for them, which hold too little.

    Attributes:
        labels: The measures.
        means_yuan: What they mean to spend together.
        purses: The purses; each holds something or another does.
        holds_yuan: What these hold together.
    """

    labels: tuple[str, ...]
    means_yuan: float
    purses: tuple[Purse, ...]
    holds_yuan: float


def shortages(plan: Plan) -> Iterator[Shortage]:
    """The shortages of a plan, those of few purses first.

    Money and settings that change at a date are left out, and measures whose purses are all empty
    (`sim.scenario.idle`). What is short once is counted once: its purses are taken to be spent for what else they may
    pay.
    """
    held = {purse.id: purse for purse in plan.purses}
    left = _wanted(plan)
    while short := next(_short(left, held), None):
        yield short
        spent = {purse.id for purse in short.purses}
        left = {label: (yuan, ids - spent) for label, (yuan, ids) in left.items() if label not in short.labels}


def _wanted(plan: Plan) -> dict[str, tuple[float, frozenset[str]]]:
    """What each measure means to spend, and the ids of the purses that may pay for it."""
    moving = {name for change in plan.changes for _, name, *_ in change.addresses}
    wanted = {}
    for one in plan.policies:
        policy, ids = one.policy_class(), frozenset(purse.id for purse in may_pay(plan, one))
        means = policy.means_yuan(one.settings) if policy.from_purses else None
        if means and ids and not moving & {one.label, *ids}:
            wanted[one.label] = (means, ids)
    return wanted


def _short(wanted: Mapping[str, tuple[float, frozenset[str]]], held: Mapping[str, Purse]) -> Iterator[Shortage]:
    for ids in sorted({ids for _, ids in wanted.values()}, key=lambda ids: (len(ids), sorted(ids))):
        labels = tuple(label for label, (_, its) in wanted.items() if its <= ids)
        means = add_up(wanted[label][0] for label in labels)
        holds = add_up(held[name].amount_yuan for name in held if name in ids)
        if holds > 0 and means > holds * _MORE:
            yield Shortage(labels, means, tuple(held[name] for name in held if name in ids), holds)
