"""What is allowed in a plan and yet is likely to be a slip: said before anything is run, never mended in silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sim.core.dates import date_of
from sim.scenario.catalogue import Catalogue
from sim.scenario.measure_words import amount_of
from sim.scenario.plan import Plan

LEAST_A_VILLAGE_YUAN = 50.0
"""Amount a village below which 万元 are likely to have been typed for yuan: 1880 for 1880万."""


@dataclass(frozen=True)
class Doubt:
    """Something to look at, in both languages."""

    en: str
    zh: str


def doubts_of(plan: Plan) -> list[Doubt]:
    """What a planner should look at before trusting a plan; empty if nothing stands out."""
    profile = Catalogue.shipped().load_profile(plan.world.profile, Path())
    villages = int(getattr(profile, "villages", 0))
    return [*_amounts(plan, villages), *_late(plan), *_scale(plan, villages)]


def _amounts(plan: Plan, villages: int) -> Iterator[Doubt]:
    """Amounts too small for a county, as when 1880 is typed for 1880万."""
    stated = [(f"purse.{purse.id}.amount_yuan", purse.title_zh, purse.amount_yuan) for purse in plan.purses]
    for one in plan.policies:
        name = amount_of(one.policy_class())
        amount = getattr(one.settings, name, None)
        stated += [(f"policy.{one.label}.{name}", one.label, amount)] if amount is not None else []
    for field, zh, amount in stated:
        if 0.0 < amount < LEAST_A_VILLAGE_YUAN * villages:
            yield Doubt(
                f"{field} is {amount:,.0f} yuan for {villages} villages; 10,000 times it is {amount * 1e4:.0f}",
                f"“{zh}”只有{amount:,.0f}元（{villages}个村）；若指{amount:,.0f}万元，应写{amount * 1e4:.0f}",
            )


def _late(plan: Plan) -> Iterator[Doubt]:
    """Money that comes after the campaign ends."""
    for purse in plan.purses:
        day = date_of(purse.release, plan.campaign.start)
        used = any(not one.settings.purses or purse.id in one.settings.purses for one in plan.policies)
        if day > plan.campaign.end and used:
            yield Doubt(
                f"the purse '{purse.id}' is released on {day}, after the campaign ends on {plan.campaign.end}",
                f"资金“{purse.title_zh}”{day}才到位，晚于活动最后一天{plan.campaign.end}",
            )


def _scale(plan: Plan, whole: int) -> Iterator[Doubt]:
    """A part of the county only."""
    if plan.world.villages < whole:
        share = f"{plan.world.villages / whole:.0%}"
        yield Doubt(
            f"only the first {plan.world.villages} of {whole} villages are run: amounts are scaled to {share}",
            f"只测算{whole}个村中的前{plan.world.villages}个，金额按{share}折算",
        )
