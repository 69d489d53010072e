"""What befalls a household: illness and what care costs, school and what it costs; either can be beyond its means."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.household import Household
from sim.agents.village import Village
from sim.calendar.today import Today
from sim.core.draws import decision, uniform
from sim.core.numerics import exp, norm_ppf
from sim.core.rule import rule
from sim.economy.family import settle_counts, start_work
from sim.economy.kin import borrow_from_relatives, informal_room
from sim.economy.needs import subsistence
from sim.facts.causes import ILLNESS
from sim.facts.months import MARCH, SEPTEMBER
from sim.money.reasons import MEDICAL, SCHOOL
from sim.money.till import spend
from sim.parameters.packed import P

FALL_ILL = decision("health.illness")
BILL = decision("health.bill")
RECOVERY = decision("health.recovery")
URGENCY = decision("health.urgency")
DISABLED = decision("health.disabled")
DROP_OUT = decision("school.drop_out")


@rule
def stays_expected(h: Household, p: P) -> float:
    """Stays in hospital that a household of its age and health has in a year, on average."""
    weight = (1.0 + p.elder_illness * h.elders / h.persons) * (p.frail_illness if h.cause == ILLNESS else 1.0)
    return p.hospital_rate * h.persons * weight / p.illness_weight_mean


@rule
def bill_expected(h: Household, v: Village, p: P, today: Today) -> float:
    """Bills that it has to expect in a year, in yuan, before anything is reimbursed."""
    return stays_expected(h, p) * p.hospital_cost_yuan * today.cpi * (1.0 - v.care_near)


@rule
def fall_ill(h: Household, v: Village, p: P, today: Today, till: NDArray[np.float64]) -> float:
    """Someone needs a hospital: a bill, and labour lost for some months, now and then for good.

    The elderly and the registered ill carry more of the risk; the mean of stays over all persons is `hospital_rate`.
    Care that costs more than the household can pay or borrow is forgone: there is no bill, and recovery is slower.
    What is dear to treat also takes longer to get over, and more often leaves a worker disabled.

    Returns:
        The household's own payment in yuan: a shock that consumption will feel in part.
    """
    h.medical_month_yuan = 0.0
    if h.ill_months > 0:
        h.ill_months -= 1
    if uniform(today.seed, FALL_ILL, h.key, today.month) >= stays_expected(h, p) / 12.0 / (1.0 - p.care_forgone):
        return 0.0
    z = norm_ppf(uniform(today.seed, BILL, h.key, today.month))
    dear = exp(p.hospital_cost_sd * z - 0.5 * p.hospital_cost_sd * p.hospital_cost_sd)
    bill = p.hospital_cost_yuan * today.cpi * dear
    severity = 1.0 + p.illness_severity * (dear - 1.0)
    own = bill * (1.0 - p.hospital_reimbursed * h.insured) * (1.0 - v.care_near)
    untreated = 1.0
    at_hand = subsistence(h, p, today) + max(0.0, h.cash_yuan) + max(0.0, informal_room(h, v, p))
    # What can wait does, where it is dear: the more of its means a stay would take, the more of them are put off.
    if uniform(today.seed, URGENCY, h.key, today.month) * own > p.care_reach * at_hand:
        own = 0.0
        untreated = p.untreated
    spend(h, till, own, MEDICAL)
    h.medical_month_yuan = own
    h.burden_year_yuan += own
    months = untreated * (1.0 + 2.0 * severity * p.illness_months * uniform(today.seed, RECOVERY, h.key, today.month))
    h.ill_months = int(min(p.illness_most_months, max(float(h.ill_months), months)))
    if h.workers > 0 and uniform(today.seed, DISABLED, h.key, today.month) < p.disabling * untreated * severity:
        h.workers -= 1
        settle_counts(h, h.persons)
    return own


@rule
def pay_school(h: Household, v: Village, p: P, today: Today, till: NDArray[np.float64]) -> None:
    """Fees of senior school and university, half in September and half in March.

    Who can neither pay nor borrow them takes a pupil out of senior school. Some leave junior school before its end,
    more of them where money is short, fewer where aid for those who attend makes up for part of what attending costs.
    """
    if today.calendar_month not in (MARCH, SEPTEMBER):
        return
    if today.calendar_month == SEPTEMBER and h.children > 0:
        rate = p.drop_out_rate * (p.drop_out_poor if 12.0 * h.expected_yuan < today.line_yuan * h.persons else 1.0)
        rate *= max(0.0, 1.0 - h.pupil_aid_yuan / (p.attending_cost_yuan * today.cpi))
        if uniform(today.seed, DROP_OUT, h.key, today.month) < rate * h.children * p.junior_years / p.childhood_years:
            h.children -= 1
            start_work(h)
    fees = school_fees(h, v, p, today)
    keep = p.guaranteed_share * subsistence(h, p, today)
    if fees > 0.0 and h.cash_yuan - keep < fees:
        borrow_from_relatives(h, v, p, today, till, fees + keep - h.cash_yuan)
    if h.seniors > 0 and max(0.0, h.cash_yuan - keep) < p.fees_reach * fees:
        h.seniors -= 1
        start_work(h)
        fees = school_fees(h, v, p, today)
    if fees > 0.0:
        spend(h, till, fees, SCHOOL)
        h.burden_year_yuan += fees


@rule
def school_fees(h: Household, v: Village, p: P, today: Today) -> float:
    """Half a year's fees of its pupils, in yuan, less what a school has taken over."""
    senior = p.senior_fee_yuan * (1.0 - v.fees_met) * h.seniors
    return 0.5 * today.cpi * (senior + p.university_fee_yuan * h.university)
