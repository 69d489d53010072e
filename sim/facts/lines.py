"""Lines of livelihood: the staple crop that everyone grows, and the four that a household can build up."""

from __future__ import annotations

from typing import NamedTuple

STAPLE, ORCHARD, LIVESTOCK, GREENHOUSE, BUSINESS = 0, 1, 2, 3, 4


class Line(NamedTuple):
    """A line's names, the unit in which it is held, and the household's column of it."""

    en: str
    zh: str
    unit: str
    column: str


LINES: dict[str, Line] = {
    "staple": Line("staple crops", "粮食", "mu", "land_mu"),
    "orchard": Line("orchard", "果园", "mu", "orchard_mu"),
    "livestock": Line("livestock", "养殖", "ewe equivalents", "livestock_head"),
    "greenhouse": Line("greenhouse", "大棚", "mu", "greenhouse_mu"),
    "business": Line("small business", "小生意", "yuan", "business_yuan"),
}
"""Every line by its id, in the order of the numbers. Staple crops take what land the other lines leave."""

N_LINES = len(LINES)
HOLDING: tuple[str, ...] = tuple(line.column for line in LINES.values())
"""A line's column of the household, by number."""
