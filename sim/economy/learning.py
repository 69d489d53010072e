"""What people learn from one another: knowledge spreads, trust follows what was seen, skill grows and fades."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.household import Household
from sim.agents.village import Village
from sim.calendar.today import Today
from sim.core.draws import decision, quarters, uniform
from sim.core.records import Record, real, whole
from sim.core.rule import kernel, rule
from sim.core.tallies import FOUR, count, tally
from sim.economy.transfers import regular_transfers
from sim.facts.lines import BUSINESS, GREENHOUSE, LIVESTOCK, ORCHARD
from sim.facts.sources import OPERATING, PROPERTY, WAGE
from sim.facts.topics import KNOWS_CREDIT, KNOWS_INDUSTRY, KNOWS_JOBS, KNOWS_TRAINING
from sim.parameters.packed import P

HEAR = decision("learning.hear")
FORGET = decision("learning.forget")
LINE_BITS = FOUR << ORCHARD
PROGRAMME_BITS = FOUR << KNOWS_CREDIT


class Seen(Record):
    """What a household shows its contacts: a copy taken when the phase began."""

    knows: int = whole("i4", "what it knows of, as in the household", 0, 2**31 - 1)
    takes_part: int = whole("i4", "lines it is in, and credit of the campaign's, one bit each", 0, 2**31 - 1)
    farm_skill: float = real("share", "its farm skill")
    awareness: float = real("share", "its awareness")
    drive: float = real("share", "its drive")
    fortune: float = real("ratio", "how its year goes")


@rule
def lines_of(h: Household) -> int:
    """Lines the household is in, one bit each."""
    lines = 0
    if h.orchard_mu + h.block_mu > 0.0:
        lines |= 1 << ORCHARD
    if h.livestock_head > 0.5:
        lines |= 1 << LIVESTOCK
    if h.greenhouse_mu > 0.0:
        lines |= 1 << GREENHOUSE
    if h.business_yuan > 0.0:
        lines |= 1 << BUSINESS
    return lines


@rule
def hear(h: Household, p: P, item: int, tellers: float, own_road: float, u: float) -> None:
    """Whether the household hears of `item` this month, given how much it is talked about around it; `u`: its luck."""
    if tellers <= 0.0 or (h.knows >> item) & 1:
        return
    rate = p.tell_rate * tellers * own_road
    if u < rate / (1.0 + rate):
        h.knows |= 1 << item


@rule
def hear_of_lines(h: Household, v: Village, p: P, today: Today, knowing: int, taking_part: int) -> None:
    """News of the four lines: who is in one talks of it more, and a show household makes it travel."""
    if h.knows & LINE_BITS == LINE_BITS or knowing | taking_part == 0:
        return
    u1, u2, u3, u4 = quarters(today.seed, HEAR, h.key, today.month, 0)
    hear_of_line(h, v, p, ORCHARD, knowing, taking_part, u1)
    hear_of_line(h, v, p, LIVESTOCK, knowing, taking_part, u2)
    hear_of_line(h, v, p, GREENHOUSE, knowing, taking_part, u3)
    hear_of_line(h, v, p, BUSINESS, knowing, taking_part, u4)


@rule
def hear_of_line(h: Household, v: Village, p: P, line: int, knowing: int, taking_part: int, u: float) -> None:
    """News of one of them."""
    place = line - ORCHARD
    tellers = count(knowing, place) + (p.tell_participants - 1.0) * count(taking_part, place)
    hear(h, p, line, tellers, 1.0 + p.tell_shown * v.shown[place], u)


@rule
def hear_of_programmes(h: Household, p: P, today: Today, knowing: int, borrowing: int) -> None:
    """News of the campaign's programmes and of work away: borrowers talk of credit more."""
    if h.knows & PROGRAMME_BITS == PROGRAMME_BITS or knowing + borrowing == 0:
        return
    u1, u2, u3, u4 = quarters(today.seed, HEAR, h.key, today.month, 1)
    hear(h, p, KNOWS_CREDIT, count(knowing, 0) + (p.tell_participants - 1.0) * borrowing, 1.0, u1)
    hear(h, p, KNOWS_TRAINING, float(count(knowing, KNOWS_TRAINING - KNOWS_CREDIT)), 1.0, u2)
    hear(h, p, KNOWS_INDUSTRY, float(count(knowing, KNOWS_INDUSTRY - KNOWS_CREDIT)), 1.0, u3)
    hear(h, p, KNOWS_JOBS, float(count(knowing, KNOWS_JOBS - KNOWS_CREDIT)), 1.0, u4)


@rule
def learn(
    h: Household,
    v: Village,
    p: P,
    today: Today,
    seen: Any,
    indices: NDArray[np.int32],
    start: int,
    stop: int,
) -> None:
    """A month of talk with the household's contacts, and of learning by doing.

    Participants pass on what they know `tell_participants` times more often than others (Banerjee et al. 2013); being
    endorsed counts for nothing. Trust in a line moves toward what contacts in it were seen to get.
    """
    degree = stop - start
    skill = 0.0
    aware = 0.0
    drive = 0.0
    r1 = r2 = r3 = r4 = 0.0
    know_lines = know_programmes = lines = borrowing = 0
    for c in range(start, stop):
        other = seen[indices[c]]
        skill += other.farm_skill
        aware += other.awareness
        drive += other.drive
        part = other.takes_part
        know_lines += tally(other.knows >> ORCHARD)
        know_programmes += tally(other.knows >> KNOWS_CREDIT)
        lines += tally(part >> ORCHARD)
        borrowing += (part >> KNOWS_CREDIT) & 1
        r1 += ((part >> ORCHARD) & 1) * other.fortune
        r2 += ((part >> LIVESTOCK) & 1) * other.fortune
        r3 += ((part >> GREENHOUSE) & 1) * other.fortune
        r4 += ((part >> BUSINESS) & 1) * other.fortune
    hear_of_lines(h, v, p, today, know_lines, lines)
    hear_of_programmes(h, p, today, know_programmes, borrowing)
    mine = lines_of(h)
    own = p.trust_own
    if degree > 0:
        watch(h, v, p, ORCHARD - 1, count(lines, ORCHARD - ORCHARD), r1, own * ((mine >> ORCHARD) & 1))
        watch(h, v, p, LIVESTOCK - 1, count(lines, LIVESTOCK - ORCHARD), r2, own * ((mine >> LIVESTOCK) & 1))
        watch(h, v, p, GREENHOUSE - 1, count(lines, GREENHOUSE - ORCHARD), r3, own * ((mine >> GREENHOUSE) & 1))
        watch(h, v, p, BUSINESS - 1, count(lines, BUSINESS - ORCHARD), r4, own * ((mine >> BUSINESS) & 1))
        skill = skill / degree
        if skill > h.farm_skill:
            h.farm_skill += p.skill_neighbours * (skill - h.farm_skill)
        aware = aware / degree
        if aware > h.awareness:
            h.awareness += p.awareness_neighbours * (aware - h.awareness)
        drive = drive / degree
    else:
        drive = h.drive
    base = min(p.skill_base_most, p.farm_skill_mean + p.skill_schooling * (h.schooling - p.schooling_mean))
    h.farm_skill += p.skill_doing * (1.0 - h.farm_skill) * (1.0 if mine > 0 else p.skill_doing_staple)
    if h.contracted > 0:
        # A co-operative's technician comes round: members catch up with what it takes to be bought from.
        base += p.member_skill
        h.farm_skill += p.member_teaching * max(0.0, base - h.farm_skill)
    h.farm_skill -= p.skill_decay * max(0.0, h.farm_skill - base)
    h.awareness -= p.awareness_decay * h.awareness
    if (h.knows >> KNOWS_JOBS) & 1 and uniform(today.seed, FORGET, h.key, today.month) < p.job_news_fades:
        h.knows -= 1 << KNOWS_JOBS
    # Success is what the household brings about: cash from a campaign is left out, on both sides.
    earned = h.income_last[WAGE] + h.income_last[OPERATING] + h.income_last[PROPERTY]
    year = earned + regular_transfers(h, p, today)
    success = 0.0
    if year > 0.0 and earned != 0.0:  # no success or failure before a first year has closed
        success = min(1.0, max(-1.0, 12.0 * h.expected_yuan / year - 1.0))
    goal = p.drive_base + p.drive_success * success + p.drive_neighbours * (drive - p.drive_base)
    h.drive = min(1.0, max(0.0, h.drive + p.drive_rate * (goal - h.drive)))
    h.satisfaction += p.satisfaction_rate * (p.satisfaction_base - h.satisfaction)


@rule
def watch(h: Household, v: Village, p: P, line: int, contacts: int, results: float, own: float) -> None:
    """What it believes of a line moves toward what contacts in it (and it itself) got, faster when more are in it.

    `results` is the sum of the contacts' fortunes, `own` the weight of its own result.
    """
    participants = contacts + own
    if participants > 0.0:
        got = v.seen_result[line] * (results + own * h.fortune) / participants
        weight = min(1.0, participants / p.trust_contacts) * (
            1.0 + p.trust_shown * min(p.trust_shown_most, v.shown[line])
        )
        h.trust[line] += p.trust_rate * weight * (got - h.trust[line])


@kernel
def look_around(households: Any, villages: Any, seen: Any, first: int, last: int) -> None:
    """Copy what households of villages `first` to `last` (exclusive) show, before anyone reads it."""
    for i in range(first, last):
        for j in range(villages[i].first, villages[i].last):
            h = households[j]
            s = seen[j]
            s.knows = h.knows
            s.takes_part = lines_of(h) | (1 << KNOWS_CREDIT if h.borrows > 0 else 0)
            s.farm_skill = h.farm_skill
            s.awareness = h.awareness
            s.drive = h.drive
            s.fortune = h.fortune


@kernel
def learn_from_contacts(
    households: Any,
    villages: Any,
    params: Any,
    todays: Any,
    seen: Any,
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    first: int,
    last: int,
) -> None:
    """A month of learning in villages `first` to `last` (exclusive)."""
    p = params[0]
    today = todays[0]
    for i in range(first, last):
        v = villages[i]
        for j in range(v.first, v.last):
            learn(households[j], v, p, today, seen, indices, indptr[j], indptr[j + 1])
