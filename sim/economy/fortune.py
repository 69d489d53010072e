"""A household's fortune: some years go well, some badly, and part of either carries over into the next."""

from __future__ import annotations

from math import sqrt

from sim.agents.household import Household
from sim.calendar.today import Today
from sim.core.draws import decision, uniform
from sim.core.numerics import exp, log, norm_ppf
from sim.core.rule import rule
from sim.facts.months import JANUARY
from sim.parameters.packed import P

FORTUNE = decision("fortune.year")


@rule
def first_fortune(p: P, z: float) -> float:
    """Fortune of the first year, from a normal draw: as spread out as in any later year, mean 1."""
    return exp(p.fortune_sd * z - 0.5 * p.fortune_sd * p.fortune_sd)


@rule
def turn_fortune(h: Household, p: P, today: Today) -> None:
    """With the new year `fortune_lasts` of the old one's fortune (in logarithms) goes on, the rest is drawn anew."""
    if today.calendar_month != JANUARY:
        return
    half = 0.5 * p.fortune_sd * p.fortune_sd
    z = norm_ppf(uniform(today.seed, FORTUNE, h.key, today.year))
    anew = sqrt(1.0 - p.fortune_lasts * p.fortune_lasts) * p.fortune_sd * z
    h.fortune = exp(p.fortune_lasts * (log(h.fortune) + half) + anew - half)
