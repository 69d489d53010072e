"""The panel: what a 12-month mark says of every group, a name and a number each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.county import County
from sim.economy.industries import bearing_share
from sim.facts.causes import CAUSES
from sim.facts.lines import ORCHARD
from sim.facts.sources import SOURCES
from sim.facts.terrains import TERRAINS
from sim.indicators import poverty
from sim.indicators.arrays import group_means, group_totals, ratio
from sim.indicators.credit import at_risk_yuan
from sim.indicators.deprivation import censored_scores
from sim.indicators.movement import transitions
from sim.indicators.poverty import PovertyTable
from sim.population.opening import income

Groups = Mapping[str, NDArray[np.bool_]]
AFTER = ("headcount", "poverty_gap", "severity")
MEASURES = (
    *poverty.MEASURES, "income_after_yuan", *(f"{name}_after" for name in AFTER),
    *("farm_skill", "work_skill", "drive", "awareness", "satisfaction", "deprived_share", "deprivation_m0"),
    *(f"income_{source}_yuan" for source in SOURCES),
    *("consumption_yuan", "debt_formal_yuan", "debt_informal_yuan", "debt_campaign_yuan", "orchard_asset_yuan"),
    *("support_yuan", "business_yuan", "cash_yuan", "overdue_rate", "migrants_per_worker", "registered_headcount"),
)  # fmt: skip
"""What `panel` says of a group at any time; who rose and fell it says between two marks alone."""
SHARES = (
    *("headcount", "headcount_after", "farm_skill", "work_skill", "drive", "awareness", "satisfaction"),
    *("deprived_share", "deprivation_m0", "overdue_rate", "migrants_per_worker", "registered_headcount"),
)
"""Those of them that are from 0 to 1."""
OF_A_YEAR = (
    *(name for name in poverty.MEASURES if name not in ("persons", "households")),
    *("income_after_yuan", "consumption_yuan", *(f"{name}_after" for name in AFTER)),
    *(f"income_{source}_yuan" for source in SOURCES),
)
"""Those of them that are of the last closed year, so that they move as a year closes: months 12, 24, ..."""
GROUPS = (
    *("all", "poor_at_start", "not_poor_at_start", *(f"fifth_{k}" for k in range(1, 6))),
    *(f"cause_{name}" for name in CAUSES),
    *(f"terrain_{name}" for name in TERRAINS),
    *("linked", "registered", "not_registered"),
)
"""Whom `groups_of` tells apart."""


def groups_of(county: County) -> dict[str, NDArray[np.bool_]]:
    """Which households belong to which group; fixed as the run opens."""
    h = county.households
    poor = h["poor_at_start"] == 1
    groups = {"all": np.ones(len(h), dtype=np.bool_), "poor_at_start": poor, "not_poor_at_start": ~poor}
    groups |= {f"fifth_{k}": h["fifth"] == k for k in range(1, 6)}
    groups |= {f"cause_{name}": h["cause"] == k for k, name in enumerate(CAUSES)}
    terrain = county.villages["terrain"][h["village"]]
    groups |= {f"terrain_{name}": terrain == k for k, name in enumerate(TERRAINS)}
    return groups | {
        "linked": h["linked"] == 1,
        "registered": h["registered"] == 1,
        "not_registered": h["registered"] == 0,
    }


def panel(
    county: County, groups: Groups, line_yuan: float, poor: Sequence[NDArray[np.bool_]]
) -> dict[str, dict[str, float]]:
    """Every measure of every group at this mark.

    Args:
        county: The county.
        groups: Masks of households.
        line_yuan: Poverty line of the closed year.
        poor: Who was poor at each mark so far, this one the last; one mark only as the run opens.

    Returns:
        {group: {name: value}}.
    """
    h, floor = county.households, county.p.poverty_floor_yuan
    persons = h["persons"].astype(np.float64)
    whole = income(h)
    before = PovertyTable(whole / persons, persons, line_yuan, floor_yuan=floor).for_groups(groups)
    left = (whole - h["burden_last_yuan"]) / persons
    after = PovertyTable(left, persons, line_yuan, floor_yuan=floor).for_groups(groups)
    shares = group_means(_person_columns(county, poor), groups, persons)
    totals = group_totals(_household_columns(county), groups)
    table = {}
    for group in groups:
        put = dict(before[group])
        put["income_after_yuan"] = after[group]["income_yuan"]
        for name in AFTER:
            put[f"{name}_after"] = after[group][name]
        put |= shares[group]
        t, heads = totals[group], put["persons"]
        put |= {name: ratio(t[name], heads) for name in t if name.endswith("_yuan")}
        put["overdue_rate"] = ratio(t["at_risk"], t["debt_campaign_yuan"])
        put["migrants_per_worker"] = ratio(t["migrants"], t["workers"])
        table[group] = put
    return table


def _person_columns(county: County, poor: Sequence[NDArray[np.bool_]]) -> dict[str, NDArray[Any]]:
    """Columns whose person-weighted means are shares or levels."""
    h = county.households
    columns: dict[str, NDArray[Any]] = {
        name: h[name] for name in ("farm_skill", "work_skill", "drive", "awareness", "satisfaction")
    }
    if len(poor) > 1:
        moves = transitions(*poor)
        columns |= {"entries": moves.entries, "exits": moves.exits, "returns": moves.returns}
    scores = censored_scores(_deprived(county), np.full(6, 1 / 6), county.p.deprived_cutoff)
    columns["deprived_share"] = scores > 0
    columns["deprivation_m0"] = scores
    columns["registered_headcount"] = h["registered"]
    return columns


def _deprived(county: County) -> NDArray[np.bool_]:
    h = county.households
    poor = income(h) / h["persons"] < county.line_now
    unschooled = h["schooling"] < county.p.deprived_schooling_years
    return np.column_stack([poor, h["house"] == 0, h["water"] == 0, h["insured"] == 0, unschooled, h["ill_months"] > 0])


def _household_columns(county: County) -> dict[str, NDArray[Any]]:
    """Columns in yuan or counts, summed and then divided by persons."""
    h, loans = county.households, county.loans.in_campaign()

    def by_household(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(loans["household"], weights=values, minlength=len(h)).astype(np.float64)

    worth = np.zeros(len(h))
    for book in county.books.values():
        worth = worth + book.worth_yuan
    columns = {f"income_{s}_yuan": h["income_last"][:, k] for k, s in enumerate(SOURCES)}
    return columns | {
        "consumption_yuan": h["consumption_last_yuan"],
        "debt_formal_yuan": h["debt_yuan"],
        "debt_informal_yuan": np.maximum(h["informal_yuan"], 0.0),
        "debt_campaign_yuan": by_household(loans["principal_yuan"]),
        "at_risk": by_household(at_risk_yuan(loans["principal_yuan"], loans["overdue_months"])),
        "migrants": h["migrants"],
        "workers": h["workers"],
        "orchard_asset_yuan": _young_orchards(county),
        "support_yuan": worth,
        "business_yuan": h["business_yuan"],
        "cash_yuan": h["cash_yuan"],
    }


def _young_orchards(county: County) -> NDArray[np.float64]:
    """What young orchards are worth today: net returns still to come, at the cost of capital.

    So that a short horizon does not condemn trees planted now.
    """
    h, p = county.households, county.p
    age = np.maximum(0.0, (county.today.month - h["block_month"]) / 12.0)
    price = float(county.villages["expected_price"][:, ORCHARD].mean()) if county.day >= 0 else p.price_yuan[ORCHARD]
    net = (
        p.orchard_yield_kg_mu * price
        - p.orchard_cost_mu_yuan
        - p.orchard_days_mu * p.day_value_share * p.local_wage_yuan
    )
    worth = np.zeros(int(p.orchard_full_years) + 1)
    for years_old in range(len(worth)):
        factor = 1.0
        for ahead in range(int(p.orchard_life_years)):
            factor /= 1.0 + p.required_return
            share = bearing_share(years_old + ahead + 0.5, p)
            worth[years_old] += factor * (net * share - (p.block_cost_mu_yuan if share == 0.0 else 0.0))
    return np.asarray(h["block_mu"] * worth[np.minimum(len(worth) - 1, age.astype(np.int64))] * county.today.farm_trend)
