"""Loans as the shipped scenarios lend them: how large, for what, how late, and to whose neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.evidence.living import COUNTY_VILLAGES, Bools, Floats, part, plan_of, quiet_plan
from experiments.evidence.nulls import NullWorld
from experiments.evidence.registry import measure, view
from sim import VillageModel
from sim.indicators.credit import at_risk_yuan
from sim.policies.microcredit import Microcredit
from sim.scenario import Plan

START, MONTHS = "2012-12-24", 48
A_YEAR = 365
AMPLE_YUAN = 500_000_000
NO_LATER_THAN = 12  # months after the start at which what a loan was used for is seen


@dataclass
class Book:
    """One lender's book over the run."""

    loans: float
    lent_yuan: float
    applied: float
    late_share: float
    at_risk_share: float


@dataclass
class Channels:
    """All four channels side by side, with their own quotas."""

    villages: int
    books: dict[str, Book]
    loan_to_poor_yuan: float


@dataclass
class Uses:
    """What Shuanglian borrowers have more of than without the loan, as shares of what was lent."""

    crops: float
    livestock: float


@dataclass
class Neighbours:
    """Who took an unrationed microlender's loan within a year, by share of contacts who did."""

    took: Bools
    share: Floats
    book: Book

    def takeup(self, more_than: float, up_to: float) -> float:
        """Take-up among households whose share of adopting contacts lies between."""
        here = (self.share > more_than) & (self.share <= up_to)
        return part(float(self.took[here].sum()), float(here.sum()))


@view(villages=45, quick=20, seeds=8)
def channels(villages: int, seed: int, null: NullWorld | None = None) -> Channels:
    """The shipped scenario of four channels, to the end of all terms."""
    plan = plan_of("scenarios/more/credit_all_channels.toml", villages, seed, START, MONTHS, null=null)
    model = VillageModel(plan, rng=seed)
    books, largest = _lend(model)
    poor = (model.households["poor_at_start"] == 1) & (largest > 0)
    return Channels(villages, books, part(float(largest[poor].sum()), float(poor.sum())))


@view(villages=45, quick=20, seeds=8)
def uses(villages: int, seed: int, null: NullWorld | None = None) -> Uses:
    """Shuanglian loans against nothing, the same households, a year on."""
    with_loans = plan_of("scenarios/more/credit_shuanglian.toml", villages, seed, START, NO_LATER_THAN, null=null)
    without = quiet_plan(villages, seed, START, NO_LATER_THAN, null)
    without = without.model_copy(update={"campaign": with_loans.campaign})
    worth = [_worth(plan, seed) for plan in (without, with_loans)]
    lent = worth[1][2]
    crops, stock = (worth[1][k] - worth[0][k] for k in range(2))
    return Uses(part(crops, lent), part(stock, lent))


@view(villages=30, quick=15, seeds=8)
def neighbours(villages: int, seed: int, null: NullWorld | None = None) -> Neighbours:
    """A microlender who goes on for a year and runs out of nothing; to the end of all terms."""
    ample = ["policy.microcredit.end_day=365", f"purse.microlender.amount_yuan={AMPLE_YUAN}"]
    plan = plan_of("scenarios/more/credit_microlender.toml", villages, seed, START, MONTHS, ample, A_YEAR, null)
    model = VillageModel(plan, rng=seed)
    books, largest = _lend(model)
    took = largest > 0
    ends, ours = model.county.world.indptr, took[model.county.world.indices].astype(np.float64)
    sums = np.concatenate([[0.0], np.cumsum(ours)])
    degree = np.diff(ends)
    some = degree > 0
    share = (sums[ends[1:]] - sums[ends[:-1]])[some] / degree[some]
    return Neighbours(took[some], share, books["microcredit"])


def _lend(model: VillageModel) -> tuple[dict[str, Book], Floats]:
    """Live the run; every lender's book by label, and each household's largest loan of the campaign."""
    lenders = {policy.label: policy.lender for policy in model.policies if isinstance(policy, Microcredit)}
    out = {label: np.zeros(3) for label in lenders}  # yuan-months owed, of them late, of them at risk
    largest = np.zeros(len(model.households))
    for _ in model.months():
        for label, lender in lenders.items():
            loans = model.county.loans
            owed, late = loans.owed(lender), loans.overdue(lender)
            risky = float(at_risk_yuan(owed, late).sum())
            out[label] += (float(owed.sum()), float(owed[late > 0].sum()), risky)
            largest = np.maximum(largest, owed)
    done = {label: book.counts for label, book in model.county.books.items()}
    model.close()
    return {
        label: Book(
            loans=done[label].get("lent", 0.0),
            lent_yuan=done[label].get("lent_yuan", 0.0),
            applied=done[label].get("applied", 0.0),
            late_share=part(late, owed),
            at_risk_share=part(risky, owed),
        )
        for label, (owed, late, risky) in out.items()
    }, largest


def _worth(plan: Plan, seed: int) -> tuple[float, float, float]:
    """What stands in trees and greenhouses, and in stock, at what it costs to set up; and what was lent."""
    model = VillageModel(plan, rng=seed)
    for _ in model.months():
        pass
    h, p = model.households, model.p
    crops = float((h["orchard_mu"] + h["block_mu"]).sum()) * p.orchard_plant_mu_yuan
    crops += float(h["greenhouse_mu"].sum()) * p.greenhouse_build_mu_yuan
    stock = float(h["livestock_head"].sum()) * p.ewe_price_yuan
    lent = float(sum(book.counts.get("lent_yuan", 0.0) for book in model.county.books.values()))
    model.close()
    return crops, stock, lent


def _mean_loan(seen: Channels, label: str) -> float:
    return part(seen.books[label].lent_yuan, seen.books[label].loans)


@measure("channels")
def loan_women_yuan(seen: Channels) -> float:
    """Women's guaranteed loans: amount over number, yuan."""
    return _mean_loan(seen, "women")


@measure("channels")
def loan_shuanglian_yuan(seen: Channels) -> float:
    """Shuanglian loans: amount over number, yuan."""
    return _mean_loan(seen, "shuanglian")


@measure("channels")
def loan_village_fund_yuan(seen: Channels) -> float:
    """Loans of village mutual funds: amount over number, yuan."""
    return _mean_loan(seen, "village_fund")


@measure("channels")
def loan_to_poor_yuan(seen: Channels) -> float:
    """Largest loan of the campaign, mean over borrowers who were poor as it opened, yuan."""
    return seen.loan_to_poor_yuan


@measure("channels")
def overdue_village_fund(seen: Channels) -> float:
    """Village funds: yuan-months owed by borrowers who are late over all yuan-months owed, to the end of the terms."""
    return seen.books["village_fund"].late_share


@measure("channels")
def overdue_women(seen: Channels) -> float:
    """Women's loans: the same."""
    return seen.books["women"].late_share


@measure("channels")
def overdue_shuanglian(seen: Channels) -> float:
    """Shuanglian loans: the same."""
    return seen.books["shuanglian"].late_share


@measure("channels")
def loans_approved(seen: Channels) -> float:
    """Loans of the two bank channels over applications to them."""
    banks = [seen.books[label] for label in ("women", "shuanglian")]
    return part(sum(book.loans for book in banks), sum(book.applied for book in banks))


@measure("channels")
def lent_women_county(seen: Channels) -> float:
    """Women's loans lent in the campaign, for the county's 215 villages, yuan."""
    return seen.books["women"].lent_yuan * COUNTY_VILLAGES / seen.villages


@measure("channels")
def lent_shuanglian_county(seen: Channels) -> float:
    """Shuanglian loans lent in the campaign, for the county's 215 villages, yuan."""
    return seen.books["shuanglian"].lent_yuan * COUNTY_VILLAGES / seen.villages


@measure("uses")
def shuanglian_for_crops(seen: Uses) -> float:
    """What the county has more of in orchards and greenhouses a year after Shuanglian loans, over what was lent."""
    return seen.crops


@measure("uses")
def shuanglian_for_livestock(seen: Uses) -> float:
    """What it has more of in livestock, over what was lent."""
    return seen.livestock


@measure("uses")
def shuanglian_for_other(seen: Uses) -> float:
    """What is left: businesses, leaving for work, consumption, debts, money kept."""
    return 1.0 - seen.crops - seen.livestock


@measure("neighbours")
def at_risk_microlender(seen: Neighbours) -> float:
    """Yuan-months owed on loans more than a month late over all yuan-months owed, over the loans' whole life."""
    return seen.book.at_risk_share


@measure("neighbours")
def takeup_none(seen: Neighbours) -> float:
    """Share of households with a loan among those none of whose contacts has one."""
    return seen.takeup(-1.0, 0.0)


@measure("neighbours")
def takeup_to_10(seen: Neighbours) -> float:
    """The same where up to a tenth of the contacts has one."""
    return seen.takeup(0.0, 0.1)


@measure("neighbours")
def takeup_to_20(seen: Neighbours) -> float:
    """The same where a tenth to a fifth has one."""
    return seen.takeup(0.1, 0.2)


@measure("neighbours")
def takeup_to_30(seen: Neighbours) -> float:
    """The same where a fifth to three tenths have one."""
    return seen.takeup(0.2, 0.3)


@measure("neighbours")
def takeup_to_50(seen: Neighbours) -> float:
    """The same where three tenths to half have one."""
    return seen.takeup(0.3, 0.5)


@measure("neighbours")
def takeup_above_50(seen: Neighbours) -> float:
    """The same where more than half have one."""
    return seen.takeup(0.5, 1.0)


@measure("neighbours")
def takeup_pattern(seen: Neighbours) -> float:
    """Take-up where three tenths to half of the contacts have a loan less that where none has one.

    The group above half is too small to rest a sign on.
    """
    return takeup_to_50(seen) - takeup_none(seen)


@measure("neighbours")
def takeup_all(seen: Neighbours) -> float:
    """Share of all households with a loan of the microlender within the year."""
    return float(seen.took.mean())
