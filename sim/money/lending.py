"""Loans: one row a loan, one row a lender; any number of either.

A household's loans stand in a chain, in the order of their lenders: `first_loan` of the household, then `next` of each
loan, -1 at the end. A loan repaid leaves the chain; one that was written off stays in it and bars new ones. What rules
ask of a household's loans as a whole (`debt_yuan`, `due_soon_yuan`, `overdue_months`, `borrows`) stands in its own row
and is summed anew by `tally_debts` whenever its loans have changed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.household import Household
from sim.core.numerics import total
from sim.core.records import Record, real, whole
from sim.core.rule import kernel, rule
from sim.money.accounts import Accounts
from sim.money.reasons import HOUSEHOLDS, Reason, reason
from sim.parameters.packed import P

PRINCIPAL_REPAID = reason("principal repaid", "归还本金")
INTEREST_PAID = reason("interest", "利息")
INTEREST_SUBSIDY = reason("interest subsidy", "贴息")
PRINCIPAL, INTEREST, SUBSIDY, WRITTEN_OFF = range(4)
"""Columns of a village's till of loans (lenders by these); no cash moves for what is written off."""
BANK = 0
"""The lender of loans from before the campaign."""


class Loan(Record):
    """A loan of one household."""

    principal_yuan: float = real("yuan", "principal still owed")
    interest_yuan: float = real("yuan", "interest that fell due and was not paid")
    household: int = whole("i4", "row of the household", 0, 2**31 - 1)
    lender: int = whole("i4", "row of the lender", 0, 2**31 - 1)
    next: int = whole("i4", "row of the household's next loan (-1: none)", -1, 2**31 - 1)
    term_months: int = whole("i2", "term left", 0, 600, "months")
    overdue_months: int = whole("i2", "months overdue", 0, 600, "months")


class Lender(Record):
    """Terms that all loans of a lender share."""

    rate: float = real("share/year", "interest")
    subsidy: float = real("share", "share of interest that the state pays while nothing is overdue")
    lump: int = whole("i1", "1 if principal falls due at the end", 0, 1)
    campaign: int = whole("i1", "1 for a lender of the campaign, 0 for one from before", 0, 1)
    pressed: float = real("share", "part of what borrowers keep to live on that they give up before they fall late")


@rule
def tally_debts(h: Household, p: P, loans: Any, lenders: Any) -> None:
    """Sum up what a household owes, in the order of its loans."""
    owed = 0.0
    soon = 0.0
    late = 0
    borrows = 0
    k = h.first_loan
    while k >= 0:
        loan = loans[k]
        lender = lenders[loan.lender]
        owed += loan.principal_yuan + loan.interest_yuan
        late = max(late, loan.overdue_months)
        if loan.principal_yuan > 0.0:
            if lender.campaign > 0:
                borrows = 1
            if lender.lump > 0 and loan.term_months < p.saving_horizon_months:
                # A lump sum is put by for: the nearer it is, the more of it.
                soon += loan.principal_yuan * (1.0 - loan.term_months / p.saving_horizon_months)
        k = loan.next
    h.debt_yuan = owed
    h.due_soon_yuan = soon
    h.overdue_months = late
    h.borrows = borrows


@rule
def chain(h: Household, loans: Any, new: int) -> None:
    """Put a new loan into its household's chain, behind those of lenders before its own."""
    before = -1
    k = h.first_loan
    while k >= 0 and loans[k].lender <= loans[new].lender:
        before = k
        k = loans[k].next
    loans[new].next = k
    if before < 0:
        h.first_loan = new
    else:
        loans[before].next = new


@kernel
def _tally(households: Any, params: Any, loans: Any, lenders: Any, which: Any) -> None:
    """Sum up anew what the households of these loans owe."""
    for i in range(which.shape[0]):
        tally_debts(households[loans[which[i]].household], params[0], loans, lenders)


@kernel
def _enter(households: Any, params: Any, loans: Any, lenders: Any, first: int, last: int) -> None:
    """Chain the loans in rows `first` to `last` (exclusive)."""
    for k in range(first, last):
        h = households[loans[k].household]
        chain(h, loans, k)
        tally_debts(h, params[0], loans, lenders)


class LoanBook:
    """Every loan and every lender.

    Attributes:
        loans: Rows of `Loan`; those beyond `count` are not in use.
        count: How many loans there are, repaid ones among them.
        lenders: Rows of `Lender`.
        accounts: The lenders' accounts, by row.
        till: Payments since the last posting: villages by lenders by (principal, interest, subsidy, written off).
        posted: Sums of the last posting: lenders by the same.
        written_off_yuan: What each lender has written off so far.
    """

    def __init__(self, households: NDArray[np.void], villages: int, params: NDArray[np.void]) -> None:
        self._households, self._villages, self._params = households, villages, params
        self.loans, self.count = Loan.rows(16), 0
        self.lenders = Lender.rows(0)
        self.accounts: list[str] = []
        self.till = np.zeros((villages, 0, 4))
        self.posted = np.zeros((0, 4))
        self.written_off_yuan: list[float] = []

    def add_lender(
        self,
        account: str,
        rate: float,
        subsidy: float = 0.0,
        lump_sum: bool = False,
        campaign: bool = True,
        pressed: float = 0.0,
    ) -> int:
        """Let a lender in, before anything has been posted.

        Args:
            account: Its account in the books.
            rate: Interest, a share a year.
            subsidy: Share of the interest that the state pays.
            lump_sum: Whether principal falls due at the end.
            campaign: Whether it lends for the campaign.
            pressed: Part of what its borrowers keep to live on that they give up before they fall late.

        Returns:
            Its row.
        """
        row = Lender.rows(1)
        row["rate"], row["subsidy"], row["lump"], row["campaign"] = rate, subsidy, lump_sum, campaign
        row["pressed"] = pressed
        self.lenders = np.concatenate([self.lenders, row])
        self.accounts.append(account)
        self.written_off_yuan.append(0.0)
        self.till = np.zeros((self._villages, len(self.lenders), 4))
        self.posted = np.zeros((len(self.lenders), 4))
        return len(self.lenders) - 1

    def lend(self, lender: int, rows: NDArray[np.int64], principal_yuan: NDArray[np.float64], term_months: Any) -> None:
        """Enter new loans, one for each of `rows`; the money is paid by the caller."""
        first, last = self.count, self.count + len(rows)
        if last > len(self.loans):
            more = Loan.rows(max(last, 2 * len(self.loans)))
            more[:first] = self.loans[:first]
            self.loans = more
        new = self.loans[first:last]
        new["household"], new["lender"], new["next"] = rows, lender, -1
        new["principal_yuan"], new["term_months"] = principal_yuan, term_months
        self.count = last
        _enter(self._households, self._params, self.loans, self.lenders, first, last)

    def extend(self, which: NDArray[np.int64], months: int) -> None:
        """Let loans (by row) run so many months longer."""
        self.loans["term_months"][which] += months
        _tally(self._households, self._params, self.loans, self.lenders, which)

    def of(self, lender: int) -> NDArray[np.void]:
        """A lender's loans, repaid and written-off ones among them."""
        loans: NDArray[np.void] = self.loans[: self.count]
        own: NDArray[np.void] = loans[loans["lender"] == lender]
        return own

    def owed(self, lender: int) -> NDArray[np.float64]:
        """Principal that each household owes a lender, in yuan."""
        return self._by_household(self.of(lender), "principal_yuan")

    def overdue(self, lender: int) -> NDArray[np.float64]:
        """Months that each household is late with a lender; beyond writing off, for good."""
        return self._by_household(self.of(lender), "overdue_months")

    def _by_household(self, loans: NDArray[np.void], column: str) -> NDArray[np.float64]:
        weights = loans[column].astype(np.float64)
        return np.bincount(loans["household"], weights=weights, minlength=len(self._households)).astype(np.float64)

    def in_campaign(self) -> NDArray[np.void]:
        """Loans of the campaign's lenders."""
        loans: NDArray[np.void] = self.loans[: self.count]
        ours: NDArray[np.void] = loans[self.lenders["campaign"][loans["lender"]] == 1]
        return ours

    def post(self, accounts: Accounts) -> None:
        """Carry the till of loans into the accounts, lender by lender, and empty it."""
        pairs: tuple[tuple[int, Reason], ...] = ((PRINCIPAL, PRINCIPAL_REPAID), (INTEREST, INTEREST_PAID))
        for lender, account in enumerate(self.accounts):
            sums = [total(np.ascontiguousarray(self.till[:, lender, column])) for column in range(4)]
            self.posted[lender] = sums
            for column, why in pairs:
                if sums[column] != 0.0:
                    accounts.pay(HOUSEHOLDS, account, sums[column], why)
            if sums[SUBSIDY] != 0.0:
                accounts.pay("state", account, sums[SUBSIDY], INTEREST_SUBSIDY)
            self.written_off_yuan[lender] += sums[WRITTEN_OFF]
        self.till[:] = 0.0

    def copy(self, households: NDArray[np.void]) -> LoanBook:
        """A book of its own for a copy of its households."""
        twin = LoanBook(households, self._villages, self._params)
        twin.loans, twin.count, twin.lenders = self.loans.copy(), self.count, self.lenders.copy()
        twin.accounts, twin.written_off_yuan = list(self.accounts), list(self.written_off_yuan)
        twin.till, twin.posted = self.till.copy(), self.posted.copy()
        return twin
