"""What befalls a household: illness and school fees."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.household import Household
from sim.agents.village import Village
from sim.calendar.today import Today
from sim.core.draws import decision, uniform
from sim.core.numerics import exp, norm_ppf
from sim.core.rule import rule
from sim.facts.causes import ILLNESS
from sim.facts.months import MARCH, SEPTEMBER
from sim.money.reasons import MEDICAL, SCHOOL
from sim.money.till import spend
from sim.parameters.packed import P

FALL_ILL = decision("health.illness")
BILL = decision("health.bill")
RECOVERY = decision("health.recovery")


@rule
def fall_ill(h: Household, v: Village, p: P, today: Today, till: NDArray[np.float64]) -> float:
    """Someone goes to hospital: a bill, and labour lost for some months.

    The elderly and the registered ill carry more of the risk; the mean over all persons is `hospital_rate`.

    Returns:
        The household's own payment in yuan: a shock that consumption will feel in part.
    """
    h.medical_month_yuan = 0.0
    if h.ill_months > 0:
        h.ill_months -= 1
    weight = (1.0 + p.elder_illness * h.elders / h.persons) * (p.frail_illness if h.cause == ILLNESS else 1.0)
    chance = p.hospital_rate * h.persons * weight / p.illness_weight_mean / 12.0
    if uniform(today.seed, FALL_ILL, h.key, today.month) >= chance:
        return 0.0
    z = norm_ppf(uniform(today.seed, BILL, h.key, today.month))
    bill = (
        p.hospital_cost_yuan * today.cpi * exp(p.hospital_cost_sd * z - 0.5 * p.hospital_cost_sd * p.hospital_cost_sd)
    )
    own = bill * (1.0 - p.hospital_reimbursed * h.insured)
    spend(h, till, own, MEDICAL)
    h.medical_month_yuan = own
    h.burden_year_yuan += own
    months = 1.0 + 2.0 * p.illness_months * uniform(today.seed, RECOVERY, h.key, today.month)
    h.ill_months = int(min(p.illness_most_months, max(float(h.ill_months), months)))
    return own


@rule
def pay_school(h: Household, v: Village, p: P, today: Today, till: NDArray[np.float64]) -> None:
    """Fees of senior school and university, half in September and half in March."""
    if today.calendar_month not in (MARCH, SEPTEMBER):
        return
    fees = 0.5 * today.cpi * (p.senior_fee_yuan * h.seniors + p.university_fee_yuan * h.university)
    if fees > 0.0:
        spend(h, till, fees, SCHOOL)
        h.burden_year_yuan += fees
