"""Hands: who goes away for work, and what those at home do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.household import Household
from sim.agents.village import Village
from sim.calendar.today import Today
from sim.core.draws import decision, uniform
from sim.core.numerics import logistic
from sim.core.rule import rule
from sim.economy.crops import staple_land
from sim.economy.industries import bearing_share, between
from sim.economy.nearby import counted_on, days_at_home, paid_days
from sim.economy.needs import subsistence
from sim.facts.months import FEBRUARY, MARCH
from sim.facts.sources import WAGE
from sim.facts.topics import BEEN_AWAY, CALLED, DISPUTE, FAILED_AWAY, KNOWS_JOBS, POST
from sim.money.reasons import LEAVING_COST, LIVING_AWAY, WAGE_AWAY, WAGE_LOCAL
from sim.money.till import receive, spend
from sim.parameters.packed import P

REVIEW = decision("labour.review")
LEAVE = decision("labour.leave")
LOSE_JOB = decision("labour.lose_job")
MONTHS_AWAY = decision("labour.months_away")
SUITED = decision("labour.suited")


@rule
def pay_away(h: Household, v: Village, p: P) -> float:
    """What a worker of this household can count on away, yuan a month (before living costs)."""
    return v.away_wage_yuan * h.ability * (1.0 + p.work_skill_wage * (h.work_skill - p.work_skill_mean))


@rule
def hope(h: Household, p: P) -> float:
    """Chance, as the household sees it, that whoever it sends does well away: until one has gone it cannot know."""
    if not (h.knows >> BEEN_AWAY) & 1:
        return p.suited_away
    return 0.0 if (h.knows >> FAILED_AWAY) & 1 else 1.0


@rule
def find_out(h: Household, p: P, today: Today) -> None:
    """Once somebody has gone the household knows how its people do away; that belongs to the population, drawn once."""
    if not (h.knows >> BEEN_AWAY) & 1:
        h.knows |= 1 << BEEN_AWAY
        if uniform(today.people_seed, SUITED, h.key, 0) >= p.suited_away:
            h.knows |= 1 << FAILED_AWAY


@rule
def dares(h: Household, p: P, today: Today, paid_yuan: float) -> bool:
    """Whether the household takes the gamble of a first journey, `paid_yuan` of the fare being paid for it.

    Who knows how its people do does not gamble. Who does not must be able to bear the loss of what it pays itself: the
    income it counts on in some months leaves as much over bare living.
    """
    if (h.knows >> BEEN_AWAY) & 1 or p.suited_away == 1.0:
        return True
    lost = p.leave_cost_yuan * today.cpi - paid_yuan
    return lost <= 0.0 or p.dare_months * (h.expected_yuan - subsistence(h, p, today)) >= lost


@rule
def can_leave(h: Household, p: P, today: Today, paid_yuan: float) -> bool:
    """Whether it dares, and has the fare, with what is paid of it, and the reserve that is kept for those at home."""
    needed = (p.leave_cost_yuan + p.leave_reserve_yuan) * today.cpi
    return h.cash_yuan + paid_yuan >= needed and dares(h, p, today, paid_yuan)


@rule
def willing(h: Household, v: Village, p: P, today: Today, worker: int, offer: float, chance: float) -> float:
    """Chance that the household's `worker`-th worker (0 = first to go) wants to work away.

    It rises with the gain over staying, with skill, with those already away (contacts) and with a sure place (`offer`,
    log odds), and falls with the old and the small to be cared for and with each worker who has already left. The
    young go first; those who began work before people went away go less readily. `chance` is that of doing well there:
    who does not earns what he lives on, and nobody goes for that.
    """
    if chance == 0.0:
        return 0.0
    away = chance * ((1.0 - p.kept_away) * pay_away(h, v, p) - p.living_away_yuan * today.wage_trend)
    home = counted_on(h, v, p, worker) + p.home_value_yuan * today.farm_trend
    gain = (away - home) / (p.leave_scale_yuan * today.wage_trend)
    told = p.leave_told if (h.knows >> KNOWS_JOBS) & 1 else 0.0
    dependants = float(h.elders + h.children) / h.persons
    pull = p.leave_base + v.leaning + p.leave_gain * gain + p.leave_contacts * v.away_share + told + offer
    if worker >= h.younger:
        pull -= p.leave_older
    return logistic(pull - p.leave_care * dependants - p.leave_order * worker)


@rule
def wants_to_go(h: Household, v: Village, p: P, today: Today, worker: int, offer: float, chance: float) -> bool:
    """Whether the household's `worker`-th worker is that willing; its inclination is drawn once, for good."""
    if worker >= h.workers:
        return False
    return bool(uniform(today.people_seed, LEAVE, h.key, 0, worker) < willing(h, v, p, today, worker, offer, chance))


@rule
def already_away(h: Household, v: Village, p: P, today: Today) -> int:
    """How many workers are away as the opening year begins: all who are willing, of a household that dared once."""
    if dares(h, p, today, 0.0) and wants_to_go(h, v, p, today, 0, 0.0, hope(h, p)):
        find_out(h, p, today)
    away = 0
    while (h.knows >> BEEN_AWAY) & 1 and wants_to_go(h, v, p, today, away, 0.0, hope(h, p)):
        away += 1
    return away


@rule
def decide_to_leave(h: Household, v: Village, p: P, today: Today, till: NDArray[np.float64]) -> None:
    """One worker may leave or come back; leaving costs money up front, which the household must have.

    After the festival (March) every household thinks it over; in other months some do. Each worker's
    inclination belongs to the population and is drawn once, so that a better offer never turns luck round.
    """
    if h.migrants > 0 and uniform(today.seed, LOSE_JOB, h.key, today.month) < p.lose_job_rate * h.migrants:
        h.migrants -= 1
        return
    if today.calendar_month <= FEBRUARY:
        return
    if today.calendar_month != MARCH and uniform(today.seed, REVIEW, h.key, today.month) >= p.leave_review:
        return
    if is_inclined(h, v, p, today):
        if can_leave(h, p, today, 0.0):
            set_out(h, p, today, till)
        return
    if h.migrants > 0:
        inclined = uniform(today.people_seed, LEAVE, h.key, 0, h.migrants - 1)
        chance = hope(h, p)
        if chance == 0.0 or inclined > willing(h, v, p, today, h.migrants - 1, 0.0, chance) + p.leave_inertia:
            h.migrants -= 1


@rule
def is_inclined(h: Household, v: Village, p: P, today: Today) -> bool:
    """Whether the household's next worker wants to leave for work, were the money at hand."""
    return wants_to_go(h, v, p, today, h.migrants, 0.0, hope(h, p))


@rule
def set_out(h: Household, p: P, today: Today, till: NDArray[np.float64]) -> None:
    """Pay the way, go, and find out."""
    spend(h, till, p.leave_cost_yuan * today.cpi, LEAVING_COST)
    h.migrants += 1
    find_out(h, p, today)


@rule
def would_take_place(h: Household, v: Village, p: P, today: Today, offer: float) -> bool:
    """Whether the household's next worker takes a sure place away: the search is taken off, and nothing is a gamble."""
    return wants_to_go(h, v, p, today, h.migrants, offer, 1.0)


@rule
def take_place(h: Household) -> None:
    """Go to a sure place; there its people do well, and know it."""
    h.migrants += 1
    h.knows |= 1 << BEEN_AWAY
    if (h.knows >> FAILED_AWAY) & 1:
        h.knows -= 1 << FAILED_AWAY


@rule
def would_set_out(h: Household, v: Village, p: P, today: Today, paid_yuan: float) -> bool:
    """Whether the household's next worker leaves if so much is paid toward the way, today.

    It makes the months until the next festival worth as much more, and the fare need not be in hand: the reserve that
    is kept for those at home must be. A first journey that is paid for costs nothing if it fails.
    """
    if not can_leave(h, p, today, paid_yuan):
        return False
    months = 0.0
    for m in range(12):
        months += p.away_season[m]
    offer = p.leave_gain * paid_yuan / (months * p.leave_scale_yuan * today.wage_trend) if months > 0.0 else 0.0
    return wants_to_go(h, v, p, today, h.migrants, offer, hope(h, p))


@rule
def month_away(h: Household, v: Village, p: P, today: Today) -> float:
    """Share of this month that those away spend at work: some go for a season, some all year, and work can fail."""
    luck = 1.0 + p.away_luck * (2.0 * uniform(today.seed, MONTHS_AWAY, h.key, today.year) - 1.0)
    return min(1.0, p.away_season[today.calendar_month - 1] * v.away_months * luck)


@rule
def young_days(h: Household, p: P, today: Today) -> float:
    """Working days a year for a mu of the young orchard, more as it bears."""
    share = bearing_share((today.month - h.block_month) / 12.0, p)
    return between(p.block_days_mu, p.orchard_days_mu, share)


@rule
def in_health(h: Household, p: P) -> float:
    """Share of its workers' time that illness leaves: the sick, and who looks after them, may be away or at home."""
    if h.ill_months == 0 or h.workers == 0:
        return 1.0
    return max(0.0, 1.0 - p.ill_worker_share / h.workers)


@rule
def months_at_work(h: Household, v: Village, p: P, today: Today) -> float:
    """Worker-months of this month that its migrants spend at work."""
    return h.migrants * month_away(h, v, p, today) * in_health(h, p) if h.migrants > 0 else 0.0


@rule
def hands_days(h: Household, p: P, months: float) -> float:
    """Working days this month of those at home, the old among them; `months` of the hands' month are worked away."""
    hands = max(0.0, h.workers * in_health(h, p) - months)
    return hands * p.work_days_month + h.elders * p.elder_days_month


@rule
def farm_days(h: Household, p: P, today: Today, m: int, staple_mu: float) -> float:
    """Working days that fields, trees, animals and greenhouses ask for in month `m` (0 = January)."""
    return (
        staple_mu * p.staple_days_mu * p.staple_days_season[m]
        + (h.orchard_mu * p.orchard_days_mu + h.block_mu * young_days(h, p, today)) * p.orchard_days_season[m]
        + h.livestock_head * p.livestock_days_head / 12.0
        + h.greenhouse_mu * p.greenhouse_days_mu * p.greenhouse_season[m]
    )


@rule
def days_needed(h: Household, p: P, today: Today, m: int, staple_mu: float) -> float:
    """Working days that the household's own lines take in month `m` (0 = January), with `staple_mu` under grain."""
    needed = farm_days(h, p, today, m, staple_mu)
    if h.business_yuan > 0.0:
        needed += p.business_days_month
    return needed


@rule
def post_days(h: Household, p: P) -> float:
    """Working days this month that a public-service post takes; who pays for them is its policy's affair."""
    return p.post_days if (h.knows >> POST) & 1 else 0.0


@rule
def days_lost(h: Household, p: P) -> float:
    """Working days this month that meetings and inspectors take, and a dispute that stands."""
    called = p.called_days if (h.knows >> CALLED) & 1 else 0.0
    return called + (p.dispute_days if (h.knows >> DISPUTE) & 1 else 0.0)


@rule
def share_out_labour(h: Household, v: Village, p: P, today: Today, till: NDArray[np.float64]) -> None:
    """Working days go to the household's own lines, then to family and house, then to what work is nearby.

    Those away send home.
    """
    months = months_at_work(h, v, p, today)
    days = max(0.0, hands_days(h, p, months) - days_lost(h, p))
    needed = days_needed(h, p, today, today.calendar_month - 1, staple_land(h, p))
    given = min(1.0, days / needed) if needed > 0.0 else 1.0
    h.labour_met += p.care_rate * (given - h.labour_met)
    free = max(0.0, days - needed - days_at_home(h, p, today) - post_days(h, p))
    v.free_days += free
    wage = paid_days(h, v, p, today, free) * v.local_wage_yuan * h.ability * h.fortune
    receive(h, till, wage, WAGE_LOCAL)
    h.income_year[WAGE] += wage
    if months > 0.0:
        needed_there = months * p.living_away_yuan * today.wage_trend
        paid = months * pay_away(h, v, p) * h.fortune
        if (h.knows >> FAILED_AWAY) & 1:
            paid = min(paid, needed_there)
        # What they live on there, and keep of the rest, never comes home: the books do not count it.
        living = min(paid, p.kept_away * paid + needed_there)
        receive(h, till, paid, WAGE_AWAY)
        spend(h, till, living, LIVING_AWAY)
        h.income_year[WAGE] += paid - living
