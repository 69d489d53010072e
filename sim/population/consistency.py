"""Figures of a profile that do not sit well together."""

from __future__ import annotations

import math

from sim.core.numerics import log, norm_cdf, norm_ppf
from sim.population.profile import Profile


def lognormal_headcount(mean: float, gini: float, line: float) -> float:
    """Share below a line if incomes are lognormal.

    Args:
        mean: Mean income, in the unit of the line.
        gini: Gini index, between 0 and 1.
        line: Poverty line.
    """
    sd = math.sqrt(2.0) * norm_ppf((1.0 + gini) / 2.0)
    return norm_cdf(log(line / mean) / sd + sd / 2.0)


def consistency(profile: Profile) -> list[str]:
    """What a planner should look at before trusting the profile: figures that do not sit well together.

    Returns:
        One sentence for each; empty if nothing stands out.
    """
    p = profile
    doubts = []
    implied = lognormal_headcount(p.income_yuan, p.income.gini, p.poverty.line_yuan)
    if abs(implied - p.headcount) > 0.02:
        doubts.append(
            f"a mean of {p.income_yuan:,.0f} yuan with a Gini of {p.income.gini:.3f} puts about {implied:.1%} "
            f"below {p.poverty.line_yuan:,.0f} yuan, but poverty.headcount is {p.headcount:.1%}"
        )
    caught = p.registered_share * (1.0 - p.flags.inclusion_error)
    poor = p.headcount * (1.0 - p.flags.exclusion_error)
    if abs(caught - poor) > 0.02:
        doubts.append(
            f"{caught:.1%} of persons are both registered and income-poor by flags.inclusion_error, "
            f"but {poor:.1%} by flags.exclusion_error"
        )
    counted = p.households * p.household.size
    if abs(counted / p.persons - 1.0) > 0.02:
        doubts.append(
            f"{p.households:,} households of {p.household.size:g} are {counted:,.0f} persons, "
            f"but size.persons is {p.persons:,.0f}"
        )
    for purse in p.purses:
        if purse.id == "unit_funds" and abs(purse.amount_yuan - p.unit_money_yuan) > 1.0:
            doubts.append(
                f"the purse unit_funds holds {purse.amount_yuan:,.0f} yuan, "
                f"but support.unit_money_yuan is {p.unit_money_yuan:,.0f}"
            )
    return doubts
