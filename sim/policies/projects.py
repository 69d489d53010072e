"""What support units do for a village, kind by kind: how far it has it already, and what a finished project brings.

One table holds all kinds. Works are built; services act on what households and villages already have: the cost of care,
fees, the trouble of papers, trust among neighbours, what is known, what is owned.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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
        bring: What it brings when it is finished.
        line: The line that it gives, which has its season; 0 = none.
    """

    level: Callable[[County, int], float]
    bring: Callable[[County, Site], None]
    line: int = STAPLE_ALONE


def _households(county: County, village: int) -> slice:
    v = county.villages
    return slice(int(v["first"][village]), int(v["last"][village]))


def _of_village(column: str) -> Kind:
    """A quality of the village: so much of what is left to win."""

    def bring(county: County, site: Site) -> None:
        v = county.villages
        v[column][site.village] += (1.0 - v[column][site.village]) * site.gain

    return Kind(lambda county, village: float(county.villages[column][village]), bring)


def _flag(column: str) -> Kind:
    """Something that a household has or has not."""

    def bring(county: County, site: Site) -> None:
        county.households[column][site.lucky] = 1

    return Kind(lambda c, village: float(c.households[column][_households(c, village)].mean()), bring)


def _told(*topics: int) -> Kind:
    """Something that a household knows of."""

    def level(county: County, village: int) -> float:
        return float((county.households["knows"][_households(county, village)] >> topics[0] & 1).mean())

    def bring(county: County, site: Site) -> None:
        for topic in topics:
            county.households["knows"][site.lucky] |= 1 << topic

    return Kind(level, bring)


def _irrigate(county: County, site: Site) -> None:
    v = county.villages
    v["irrigation"][site.village] = min(1.0, v["irrigation"][site.village] + site.gain)


def _open_market(county: County, site: Site) -> None:
    v, k = county.villages, site.village
    v["cooperative"][k] += (1.0 - v["cooperative"][k]) * site.gain
    v["contract"][k] += (1.0 - v["contract"][k]) * county.p.contract_of_market * site.gain


def _school(county: County, site: Site) -> None:
    """Fees taken over; school leavers come back for a course of work skills."""
    v, h, p = county.villages, county.households, county.p
    v["fees_met"][site.village] += (1.0 - v["fees_met"][site.village]) * site.gain
    rows = site.lucky[h["leavers"][site.lucky] > 0]
    each = 1.0 / np.maximum(1, h["workers"][rows])
    h["work_skill"][rows] += p.work_course_gain * (1.0 - h["work_skill"][rows]) * each
    h["knows"][rows] |= 1 << KNOWS_JOBS
    h["leavers"][rows] = 0


def _teach(county: County, site: Site) -> None:
    h = county.households
    h["farm_skill"][site.lucky] += county.p.course_gain * (1.0 - h["farm_skill"][site.lucky])


def _give(line: int) -> Kind:
    """Trees or stock for households that would take them, the registered first, as far as the money goes."""

    def level(county: County, village: int) -> float:
        return float((county.households[HOLDING[line]][_households(county, village)] > 0.0).mean())

    def bring(county: County, site: Site) -> None:
        rows, wanted = site.lucky, np.zeros(len(site.lucky))
        county.apply(would_take, rows, line, county.p.project_gift_yuan, 1.0, wanted)
        order = np.lexsort((county.keys[rows], -county.households["registered"][rows].astype(np.int64)))
        rows, wanted = rows[order], wanted[order]
        given = (wanted > 0.0) & (np.cumsum(wanted) <= site.money_yuan)
        rows, wanted = rows[given], wanted[given]
        site.gifts[line].hand_over(county, rows, wanted, np.zeros(len(rows)))
        county.households["knows"][rows] |= (1 << line) | (1 << KNOWS_INDUSTRY)

    return Kind(level, bring, line)


KINDS: dict[str, Kind] = {
    "road": _of_village("road"),
    "water": _flag("water"),
    "irrigation": Kind(lambda county, village: float(county.villages["irrigation"][village]), _irrigate),
    "market": Kind(lambda county, village: float(county.villages["cooperative"][village]), _open_market),
    "house": _flag("house"),
    "clinic": _of_village("care_near"),
    "school": Kind(lambda county, village: float(county.villages["fees_met"][village]), _school),
    "papers": _of_village("papers_done"),
    "disputes": _of_village("cohesion"),
    "trees": _give(ORCHARD),
    "stock": _give(LIVESTOCK),
    "teaching": Kind(lambda c, village: float(c.households["farm_skill"][_households(c, village)].mean()), _teach),
    "news": _told(KNOWS_CREDIT, KNOWS_INDUSTRY, KNOWS_TRAINING),
    "jobs": _told(KNOWS_JOBS),
    "enrolment": _flag("insured"),
}
"""Every kind, in the order of `sim.facts.units.PROJECTS`: what it is called, costs and brings is in the same order."""

LINES_GIVEN = sorted({kind.line for kind in KINDS.values()} - {STAPLE_ALONE})
NAMES = list(PROJECTS)
GENERAL = [NAMES.index(name) for name in WORKS]


def gain_of(p: P, kind: int) -> float:
    """What a project of a kind brings if nothing is lost."""
    return (p.project_road, p.project_water, p.project_irrigation, p.project_market, *p.service_gain)[kind]


def needs(county: County, villages: NDArray[np.int64], kinds: list[int]) -> NDArray[np.float64]:
    """Need of each village (rows) for each of these kinds (columns), 0 to 1."""
    enough = county.p.project_enough
    level = [[enough[k] - KINDS[NAMES[k]].level(county, int(v)) for k in kinds] for v in villages]
    return np.asarray(np.maximum(0.0, np.array(level)))


def can_finish(county: County, kind: int) -> bool:
    """Whether the season allows it: trees are planted and stock bought when there is time for it."""
    line = KINDS[NAMES[kind]].line
    return line == STAPLE_ALONE or in_season(county.today, line)
