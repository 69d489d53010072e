"""Work nearby, slot by slot, and the days that a family and its house take."""

from __future__ import annotations

from sim.agents.household import Household
from sim.agents.village import Village
from sim.calendar.today import Today
from sim.core.draws import decision, uniform
from sim.core.rule import rule
from sim.economy.consumption import for_the_home
from sim.facts.topics import KINDERGARTEN
from sim.parameters.packed import P

FIRST_SLOT = decision("nearby.first_slot")
SLOT = decision("nearby.slot")


@rule
def home_days(h: Household, p: P) -> float:
    """Working days a month that the small, the old and the house take; a kindergarten takes some of them over."""
    small = h.children * p.care_days_child
    if (h.knows >> KINDERGARTEN) & 1:
        small = max(0.0, small - p.kindergarten_days)
    return small + h.elders * p.care_days_elder + p.house_days


@rule
def days_at_home(h: Household, p: P, today: Today) -> float:
    """The same this month, with the days beside a sickbed and those of building."""
    ill = p.care_days_ill if h.ill_months > 0 else 0.0
    return home_days(h, p) + ill + p.building_days * for_the_home(h, p, today) / today.cpi


@rule
def at_home(h: Household) -> int:
    """Workers who are not away."""
    return max(0, h.workers - h.migrants)


@rule
def hands_nearby(h: Household, p: P, free: float) -> int:
    """Workers at home whose free days are enough for a slot."""
    return min(at_home(h), int(free / p.slot_days))


@rule
def deal_slots(h: Household, v: Village, p: P, today: Today) -> None:
    """As the opening year begins each worker at home holds a slot with the chance that its township has one for it."""
    if p.slot_days == 0.0:
        return
    chance = v.jobs_now * p.work_days_month / p.slot_days
    for worker in range(at_home(h)):
        if uniform(today.people_seed, FIRST_SLOT, h.key, 0, worker) < chance:
            h.slots += 1


@rule
def turn_slots(h: Household, v: Village, p: P, today: Today, free: float) -> None:
    """A month's change: a slot ends, or a hand with the days for it finds one; at most one of the two.

    Who leaves gives the slot up. A hand finds one with the chance that its township's free slots leave to each.
    """
    h.slots = min(h.slots, at_home(h))
    hands = hands_nearby(h, p, free)
    lost = p.slot_ends * h.slots
    found = v.finding * max(0, hands - h.slots)
    if lost + found > 0.0:
        u = uniform(today.seed, SLOT, h.key, today.month)
        if u < lost:
            h.slots -= 1
        elif u < lost + found:
            h.slots += 1
    v.slots += h.slots
    v.hands += max(h.slots, hands)


@rule
def days_nearby(h: Household, v: Village, p: P, free: float) -> float:
    """Of free days, those that the slots it holds pay for; where there are none, the share that finds work."""
    if p.slot_days == 0.0:
        return free * v.jobs_now
    return min(free, h.slots * p.slot_days)


@rule
def paid_days(h: Household, v: Village, p: P, today: Today, free: float) -> float:
    """Of a household's free days, those that find paid work nearby this month, once a slot was lost or found."""
    if p.slot_days > 0.0:
        turn_slots(h, v, p, today, free)
    return days_nearby(h, v, p, free)


@rule
def counted_on(h: Household, v: Village, p: P, worker: int) -> float:
    """What the household's `worker`-th worker (0 = first to go) can count on nearby, yuan a month.

    Who would have to give up a slot gives up its pay; others count on what a day at home finds.
    """
    share = v.jobs_now
    if h.slots > 0 and h.slots >= h.workers - worker:
        share = p.slot_days / p.work_days_month
    return v.local_wage_yuan * p.work_days_month * share
