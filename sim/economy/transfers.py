"""Transfers and property: subsidies in April, the guarantee and pensions every month, rents."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.household import Household
from sim.agents.village import Village
from sim.calendar.today import Today
from sim.core.rule import rule
from sim.facts.months import APRIL, NOVEMBER
from sim.facts.sources import PROPERTY, TRANSFER
from sim.money.reasons import DIBAO, DUES, PENSION, RENT, SUBSIDY
from sim.money.till import receive, spend
from sim.parameters.packed import P


@rule
def regular_transfers(h: Household, p: P, today: Today) -> float:
    """What the state pays the household in a year at today's rates, campaigns apart."""
    monthly = h.dibao * p.dibao_yuan_month + h.elders * p.pension_yuan_month
    return (12.0 * monthly + h.land_mu * p.subsidy_mu_yuan) * today.transfer_trend


@rule
def receive_transfers(h: Household, v: Village, p: P, today: Today, till: NDArray[np.float64]) -> None:
    """What the state and the land bring without work."""
    guarantee = h.dibao * p.dibao_yuan_month * today.transfer_trend
    receive(h, till, guarantee, DIBAO)
    pension = h.elders * p.pension_yuan_month * today.transfer_trend
    receive(h, till, pension, PENSION)
    h.income_year[TRANSFER] += guarantee + pension
    if today.calendar_month == APRIL:
        subsidy = h.land_mu * p.subsidy_mu_yuan * today.transfer_trend
        receive(h, till, subsidy, SUBSIDY)
        h.income_year[TRANSFER] += subsidy
    rent = h.property_yuan / 12.0 * today.farm_trend
    receive(h, till, rent, RENT)
    h.income_year[PROPERTY] += rent
    if today.calendar_month == NOVEMBER:
        pay_dues(h, p, today, till)


@rule
def pay_dues(h: Household, p: P, today: Today, till: NDArray[np.float64]) -> None:
    """Next year's medical insurance, of those in it: disposable income counts without it, net income with it.

    Where income is net income the rate is zero, and dues are part of what living costs.
    """
    if p.medical_dues_yuan > 0.0 and h.insured == 1:
        dues = p.medical_dues_yuan * today.cpi * h.persons
        spend(h, till, dues, DUES)
        h.income_year[TRANSFER] -= dues
