"""What support units do for a village, kind by kind: how far it has it already, and what a finished project brings.

One table holds all kinds, and `bring` what each does. Works are built; services act on what households and villages
already have: the cost of care, fees, the trouble of papers, trust among neighbours, what is known, what is owned.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.core.rule import rule
from sim.county import County
from sim.economy.investment import in_season
from sim.facts.lines import HOLDING, LIVESTOCK, ORCHARD
from sim.facts.topics import KNOWS_CREDIT, KNOWS_INDUSTRY, KNOWS_JOBS, KNOWS_TRAINING
from sim.facts.units import PROJECTS, WORKS
from sim.parameters.packed import P
from sim.policies.gifts import Gifts, would_take

RowsOf = NDArray[np.int64]
STAPLE_ALONE = 0  # a kind that gives no line of livelihood


class Site(NamedTuple):
    """A village for which a project is finished.

    Attributes:
        village: Its row.
        lucky: Those of its households whom the project reaches, by keyed luck.
        gain: What it brings of what is left, less what was lost on the way.
        money_yuan: What has been spent on it and was not lost.
        gifts: What the units have given of each line, by its number.
    """

    village: int
    lucky: RowsOf
    gain: float
    money_yuan: float
    gifts: dict[int, Gifts]


class Kind(NamedTuple):
    """A kind of project.

    Attributes:
        level: How far a village has it: 0 to 1, of which `project_enough` is enough.
        line: The line that it gives, which has its season; 0 = none.
    """

    level: Callable[[County, int], float]
    line: int = STAPLE_ALONE


def _households(county: County, village: int) -> slice:
    v = county.villages
    return slice(int(v["first"][village]), int(v["last"][village]))


def _of_village(column: str) -> Kind:
    """A quality of the village."""
    return Kind(lambda county, village: float(county.villages[column][village]))


def _of_households(column: str) -> Kind:
    """What households have or can, as their mean."""
    return Kind(lambda county, village: float(county.households[column][_households(county, village)].mean()))


def _told(topic: int) -> Kind:
    """Something that households know of."""
    return Kind(lambda c, village: float((c.households["knows"][_households(c, village)] >> topic & 1).mean()))


def _line(line: int) -> Kind:
    """A line that households are in."""

    def level(county: County, village: int) -> float:
        return float((county.households[HOLDING[line]][_households(county, village)] > 0.0).mean())

    return Kind(level, line)


def bring(county: County, kind: str, site: Site) -> None:
    """What a finished project brings, by its kind: of what is left to win, as much as its gain says."""
    v, h, k, rows, gain = county.villages, county.households, site.village, site.lucky, site.gain
    if kind == "road":
        v["road"][k] += (1.0 - v["road"][k]) * gain
    elif kind == "water":
        _supply(county, "water", rows)
    elif kind == "irrigation":
        v["irrigation"][k] = min(1.0, v["irrigation"][k] + gain)
    elif kind == "market":
        v["cooperative"][k] += (1.0 - v["cooperative"][k]) * gain
        v["contract"][k] += (1.0 - v["contract"][k]) * county.p.contract_of_market * gain
    elif kind == "house":
        _supply(county, "house", rows)
    elif kind == "clinic":
        v["care_near"][k] += (1.0 - v["care_near"][k]) * gain
    elif kind == "school":
        v["fees_met"][k] += (1.0 - v["fees_met"][k]) * gain
        _train_leavers(county, rows[h["leavers"][rows] > 0])
    elif kind == "papers":
        v["papers_done"][k] += (1.0 - v["papers_done"][k]) * gain
    elif kind == "disputes":
        v["cohesion"][k] += (1.0 - v["cohesion"][k]) * gain
    elif kind == "teaching":
        h["farm_skill"][rows] += county.p.course_gain * (1.0 - h["farm_skill"][rows])
    elif kind == "news":
        h["knows"][rows] |= (1 << KNOWS_CREDIT) | (1 << KNOWS_INDUSTRY) | (1 << KNOWS_TRAINING)
    elif kind == "jobs":
        h["knows"][rows] |= 1 << KNOWS_JOBS
    elif kind == "enrolment":
        h["insured"][rows] = 1
    else:
        _give(county, KINDS[kind].line, site)


def payers_of(county: County, kind: str) -> NDArray[np.int16]:
    """By how many projects each household has its water or its house; what it had before any is not counted."""
    return county.shared.setdefault(f"projects that brought: {kind}", np.zeros(len(county.households), dtype=np.int16))


def _supply(county: County, kind: str, rows: RowsOf) -> None:
    county.households[kind][rows] = 1
    payers_of(county, kind)[rows] += 1


def cut_off(county: County, kind: str, rows: RowsOf) -> None:
    """What one project brought these households is there no longer; who has it by another too, or paid, keeps it."""
    payers = payers_of(county, kind)
    payers[rows] -= 1
    kept = payers[rows] > 0
    if kind == "house":
        kept |= county.households["home_yuan"][rows] >= county.p.house_cost_yuan
    county.households[kind][rows[~kept]] = 0


def _train_leavers(county: County, rows: RowsOf) -> None:
    """School leavers come back for a course of work skills."""
    h, p = county.households, county.p
    each = 1.0 / np.maximum(1, h["workers"][rows])
    h["work_skill"][rows] += p.work_course_gain * (1.0 - h["work_skill"][rows]) * each
    h["knows"][rows] |= 1 << KNOWS_JOBS
    h["leavers"][rows] = 0


def _give(county: County, line: int, site: Site) -> None:
    """Trees or stock for households that would take them, the registered first, as far as the money goes."""
    rows, wanted = site.lucky, np.zeros(len(site.lucky))
    county.apply(would_take, rows, line, county.p.project_gift_yuan, 1.0, wanted)
    order = np.lexsort((county.keys[rows], -county.households["registered"][rows].astype(np.int64)))
    rows, wanted = rows[order], wanted[order]
    given = (wanted > 0.0) & (np.cumsum(wanted) <= site.money_yuan)
    rows, wanted = rows[given], wanted[given]
    site.gifts[line].hand_over(county, rows, wanted, np.zeros(len(rows)))
    county.households["knows"][rows] |= (1 << line) | (1 << KNOWS_INDUSTRY)


KINDS: dict[str, Kind] = {
    "road": _of_village("road"),
    "water": _of_households("water"),
    "irrigation": _of_village("irrigation"),
    "market": _of_village("cooperative"),
    "house": _of_households("house"),
    "clinic": _of_village("care_near"),
    "school": _of_village("fees_met"),
    "papers": _of_village("papers_done"),
    "disputes": _of_village("cohesion"),
    "trees": _line(ORCHARD),
    "stock": _line(LIVESTOCK),
    "teaching": _of_households("farm_skill"),
    "news": _told(KNOWS_CREDIT),
    "jobs": _told(KNOWS_JOBS),
    "enrolment": _of_households("insured"),
}
"""Every kind, in the order of `sim.facts.units.PROJECTS`: what it is called, costs and brings is in the same order."""

LINES_GIVEN = sorted({kind.line for kind in KINDS.values()} - {STAPLE_ALONE})
NAMES = list(PROJECTS)
GENERAL = [NAMES.index(name) for name in WORKS]


def prices_yuan(county: County) -> NDArray[np.float64]:
    """What a project of each kind costs whoever pays for it: yuan of 2012 at today's consumer prices."""
    return np.asarray(county.p.project_cost_yuan, dtype=np.float64) * county.today.cpi


def gain_of(p: P, kind: int) -> float:
    """What a project of a kind brings if nothing is lost."""
    return (p.project_road, p.project_water, p.project_irrigation, p.project_market, *p.service_gain)[kind]


@rule
def built_in_month(p: P, leadership: float, effort: float) -> float:
    """Part of a project that is built in a month of open ground: faster under a strong committee.

    Args:
        p: Parameters.
        leadership: Strength of the village's committee, 0 to 1.
        effort: How hard those who carry it out work (1 = fully).
    """
    return effort * (1.0 + p.project_leadership * (leadership - 0.5)) / p.project_months


def pay_hands(county: County, village: int, step: float, progress: float, worth_yuan: float) -> None:
    """What is built in a month is paid for in it, in part to hands nearby.

    Args:
        county: The county.
        village: Where it is built.
        step: Part of the project that this month could build.
        progress: Part that was built before.
        worth_yuan: Money that reaches the whole project.
    """
    county.villages["works_yuan"][village] += min(step, max(0.0, 1.0 - progress)) * worth_yuan


def needs(county: County, villages: NDArray[np.int64], kinds: list[int]) -> NDArray[np.float64]:
    """Need of each village (rows) for each of these kinds (columns), 0 to 1."""
    enough = county.p.project_enough
    level = [[enough[k] - KINDS[NAMES[k]].level(county, int(v)) for k in kinds] for v in villages]
    return np.asarray(np.maximum(0.0, np.array(level)))


def can_finish(county: County, kind: int) -> bool:
    """Whether the season allows it: trees are planted and stock bought when there is time for it."""
    line = KINDS[NAMES[kind]].line
    return line == STAPLE_ALONE or in_season(county.today, line)
