"""What is allowed in a plan and yet is likely to be a slip: said before anything is run, never mended in silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sim.core.dates import date_of
from sim.money.purse import Purse
from sim.policies import registry
from sim.population.profile_file import profile_source
from sim.scenario.catalogue import Catalogue
from sim.scenario.measure_words import amount_of, kinds
from sim.scenario.plan import Plan
from sim.scenario.shortage import shortages
from sim.scenario.uses import is_use
from sim.workbook.layout import words

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
    return [*_amounts(plan, villages), *doubts_of_money(plan), *_scale(plan, villages)]


def doubts_of_money(plan: Plan) -> list[Doubt]:
    """Those of whether the money that is planned is there, and there in time: a brief has to say them too."""
    return [*_short(plan), *_unused(plan), *_late(plan)]


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


def _short(plan: Plan) -> Iterator[Doubt]:
    """Purses that hold less than is planned to be paid from them."""
    for short in shortages(plan):
        means, holds = short.means_yuan, short.holds_yuan
        purses_en = ", ".join(f"'{purse.id}' ({_where(plan, purse, False)})" for purse in short.purses)
        purses_zh = "、".join(f"“{purse.title_zh}”（{_where(plan, purse, True)}）" for purse in short.purses)
        yield Doubt(
            f"{' and '.join(short.labels)}: {means:,.0f} yuan are planned, and what may pay for it holds {holds:,.0f}: "
            f"{purses_en}; give it more, let another purse pay too, or plan less",
            f"{'、'.join(kinds().get(label, label) for label in short.labels)}共安排{_wan(means)}，"
            f"可用资金只有{_wan(holds)}：{purses_zh}；请增加该项资金、让其他资金也可用于此，或减少安排",
        )


def _unused(plan: Plan) -> Iterator[Doubt]:
    """Purses with uses that no measure has: a word of one's own, or one that is misspelt beyond recognition."""
    known = {*registry(), *(one.policy_class().kind for one in plan.policies)}
    for purse in plan.purses:
        for use in purse.uses:
            if not is_use(use, known):
                en, zh = _where(plan, purse, False, "uses"), _where(plan, purse, True, "uses")
                yield Doubt(
                    f"the purse '{purse.id}' ({en}) may pay for '{use}', which no measure is; "
                    f"allowed: {', '.join(sorted(known))}",
                    f"资金“{purse.title_zh}”（{zh}）的用途“{use}”不是任何措施，这笔钱用不到这上面；"
                    f"可填：{'、'.join(words('use').values())}",
                )


def _where(plan: Plan, purse: Purse, chinese: bool, key: str = "amount_yuan") -> str:
    """Where a purse's figure stands: in the profile, or, where the plan says otherwise, in the plan."""
    profile = Catalogue.shipped().load_profile(plan.world.profile, Path())
    for index, one in enumerate(profile.purses):
        if one.id == purse.id and getattr(one, key) == getattr(purse, key):
            return profile_source(plan.world.profile).place(("purses", index, key)).said(chinese)
    return f"方案{plan.id}" if chinese else f"scenario {plan.id}"


def _wan(yuan: float) -> str:
    return f"{yuan / 1e4:,.6g}万元" if yuan >= 1e4 else f"{yuan:,.0f}元"


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
