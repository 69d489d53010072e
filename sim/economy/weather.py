"""Weather: dry years are common to a region, and irrigated land feels them less."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.core.draws import decision, uniform, uniforms
from sim.core.numerics import exp_array, norm_ppf, norm_ppf_array
from sim.parameters.packed import P

DROUGHT = decision("weather.drought")
PRICE_YEAR = decision("market.price_year")
VILLAGE_YEAR = decision("weather.village_year")

NORMAL, MINOR, MAJOR = SEVERITIES = 0, 1, 2


def drought(seed: int, region: int, year: int, p: P) -> int:
    """0 no drought, 1 a minor one, 2 a major one; one draw a region and year."""
    u = uniform(seed, DROUGHT, region, year)
    if u < p.drought_major:
        return MAJOR
    return MINOR if u < p.drought_major + p.drought_minor else NORMAL


def yield_factor(severity: int, irrigation: float, p: P) -> float:
    """What a season's weather leaves of a normal yield; averages to 1 over the years, since published yields do."""
    exposed = 1.0 - p.irrigation_shelter * irrigation
    loss = (0.0, p.drought_minor_loss, p.drought_major_loss)[severity]
    mean_loss = p.drought_minor * p.drought_minor_loss + p.drought_major * p.drought_major_loss
    return (1.0 - loss * exposed) / (1.0 - mean_loss * exposed)


def price_shock(seed: int, region: int, year: int, line: int, p: P) -> float:
    """This year's deviation of a line's log price, in log points; one draw a region, year and line."""
    return p.price_sd[line] * norm_ppf(uniform(seed, PRICE_YEAR, region, year, line))


def village_luck(seed: int, keys: NDArray[np.int64], year: int, p: P) -> NDArray[np.float64]:
    """How a year goes for each village's fields: hail, late frost, a stream that carries water (mean 1)."""
    z = norm_ppf_array(uniforms(seed, VILLAGE_YEAR, keys, year))
    return exp_array(p.village_luck * z - 0.5 * p.village_luck * p.village_luck)
