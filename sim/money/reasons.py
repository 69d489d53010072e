"""Why money moves, and between whom: every reason declared once, with a till slot where a rule pays or is paid."""

from __future__ import annotations

from typing import NamedTuple

LOAN_SLOTS = 5  # slot 0: bank loans from before the campaign; 1-4: a scenario's credit policies
HOUSEHOLDS = "households"


class Reason(NamedTuple):
    """Why money moves, and between whom. `slot` >= 0 marks reasons that belong to one lender."""

    name: str
    payer: str
    payee: str
    slot: int = -1


_PLAIN = (
    Reason("crop sales", "market", HOUSEHOLDS),
    Reason("orchard sales", "market", HOUSEHOLDS),
    Reason("livestock sales", "market", HOUSEHOLDS),
    Reason("greenhouse sales", "market", HOUSEHOLDS),
    Reason("business takings", "market", HOUSEHOLDS),
    Reason("assets sold in need", "market", HOUSEHOLDS),
    Reason("local wages", "employers", HOUSEHOLDS),
    Reason("wages away", "employers", HOUSEHOLDS),
    Reason("rents and dividends", "market", HOUSEHOLDS),
    Reason("farm subsidies", "state", HOUSEHOLDS),
    Reason("minimum living guarantee", "state", HOUSEHOLDS),
    Reason("pensions", "state", HOUSEHOLDS),
    Reason("loans from relatives", "relatives", HOUSEHOLDS),
    Reason("operating costs", HOUSEHOLDS, "market"),
    Reason("living costs away", HOUSEHOLDS, "market"),
    Reason("cost of leaving for work", HOUSEHOLDS, "market"),
    Reason("consumption", HOUSEHOLDS, "market"),
    Reason("medical payments", HOUSEHOLDS, "hospitals"),
    Reason("school payments", HOUSEHOLDS, "schools"),
    Reason("investment", HOUSEHOLDS, "market"),
    Reason("repaid to relatives", HOUSEHOLDS, "relatives"),
)
(
    CROP_SALE,
    ORCHARD_SALE,
    LIVESTOCK_SALE,
    GREENHOUSE_SALE,
    BUSINESS_TAKINGS,
    ASSET_SALE,
    WAGE_LOCAL,
    WAGE_AWAY,
    RENT,
    SUBSIDY,
    DIBAO,
    PENSION,
    INFORMAL_LOAN,
    OPERATING_COST,
    LIVING_AWAY,
    LEAVING_COST,
    CONSUMPTION,
    MEDICAL,
    SCHOOL,
    INVESTMENT,
    INFORMAL_REPAID,
) = range(len(_PLAIN))

PRINCIPAL = len(_PLAIN)
INTEREST = PRINCIPAL + LOAN_SLOTS
INTEREST_SUBSIDY = INTEREST + LOAN_SLOTS
WRITTEN_OFF = INTEREST_SUBSIDY + LOAN_SLOTS  # a loss in the lender's books; no cash moves

REASONS: tuple[Reason, ...] = (
    *_PLAIN,
    *(Reason("principal repaid", HOUSEHOLDS, "lender", s) for s in range(LOAN_SLOTS)),
    *(Reason("interest", HOUSEHOLDS, "lender", s) for s in range(LOAN_SLOTS)),
    *(Reason("interest subsidy", "subsidy", "lender", s) for s in range(LOAN_SLOTS)),
    *(Reason("written off", "", "", s) for s in range(LOAN_SLOTS)),
)
N_REASONS = len(REASONS)
