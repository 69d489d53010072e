"""Villages' mutual funds: members' own money beside the state's, lent in the village as far as it is seen to come back.

Each village's fund is its own: what its members paid in, what was repaid and what interest was paid is lent to its
people again, before it asks for more of the state's money. Part of the interest is paid out to members. Where loans
have fallen late it lends less, and renews none.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.core.numerics import total
from sim.county import County
from sim.economy.borrowing import cash_at_hand
from sim.facts.sources import PROPERTY
from sim.money.lending import INTEREST, PRINCIPAL, SUBSIDY, WRITTEN_OFF
from sim.money.reasons import reason

Rows = NDArray[np.int64]
Yuan = NDArray[np.float64]

PAID_IN = reason("shares in a village fund", "互助资金入股金")
DIVIDEND = reason("dividends of a village fund", "互助资金分红")


class MutualFund:
    """The funds of all villages.

    Attributes:
        held_yuan: Money of each village's fund that is not lent out.
        members: Households that have paid in.
        renewed: How often each household's loan has been renewed.
    """

    def __init__(self, county: County, lender: int, account: str) -> None:
        self._lender, self._account = lender, account
        self._village = county.households["village"].astype(np.int64)
        villages, households = len(county.villages), len(county.households)
        self.held_yuan = np.zeros(villages)
        self._lent_yuan, self._lost_yuan = np.zeros(villages), np.zeros(villages)
        self._interest_yuan = np.zeros(villages)
        self.members = np.zeros(households, dtype=np.bool_)
        self.renewed = np.zeros(households, dtype=np.int64)

    # ---- members -----------------------------------------------------------------------------------------------

    def open_to(self, county: County, rows: Rows) -> None:
        """Those of `rows` who have the share to spare become members."""
        spare = np.zeros(len(rows))
        county.apply(cash_at_hand, rows, spare)
        self.admit(county, rows[spare - county.households["due_soon_yuan"][rows] >= county.p.fund_member_yuan])

    def admit(self, county: County, rows: Rows) -> Yuan:
        """Let households pay in; those who are members already pay nothing.

        Returns:
            What each has paid in, in yuan.
        """
        paid = np.where(self.members[rows], 0.0, county.p.fund_member_yuan)
        if paid.any():
            county.accounts.collect_households(rows, self._account, paid, PAID_IN)
            self.held_yuan += self._by_village(rows, paid)
            self.members[rows] = True
        return paid

    # ---- lending -----------------------------------------------------------------------------------------------

    def trust(self, county: County) -> Yuan:
        """Part of the largest loan that each village's fund still lends: less, the more has not come back."""
        loans = county.loans.of(self._lender)
        late = loans[loans["overdue_months"] > 0]
        missing = self._by_village(late["household"], late["principal_yuan"]) + self._lost_yuan
        return np.maximum(0.0, 1.0 - county.p.fund_arrears * missing / np.maximum(1.0, self._lent_yuan))

    def within_trust(self, county: County, rows: Rows, wanted: Yuan, largest_yuan: float) -> Yuan:
        """What each of `rows` may have of what it wants, in whole hundreds of yuan."""
        most = largest_yuan * self.trust(county)[self._village[rows]]
        fits = np.where(wanted <= most, wanted, np.floor(most / 100.0) * 100.0)
        return np.where(fits >= county.p.loan_least_yuan, fits, 0.0)

    def own_yuan(self, county: County) -> Yuan:
        """What each village's fund could lend of its own today."""
        return county.p.fund_relent * self.held_yuan

    def reach(self, county: County, rows: Rows, wanted: Yuan, state_yuan: float) -> NDArray[np.bool_]:
        """Which of `rows`, in turn, can be lent to: from their village's own money, then from the state's.

        A village's fund stops at the first whom it cannot pay; the state's money stops for all at the first whom it
        cannot.
        """
        own, shut = self.own_yuan(county), np.zeros(len(self.held_yuan), dtype=np.bool_)
        served = np.zeros(len(rows), dtype=np.bool_)
        for i, (village, amount) in enumerate(zip(self._village[rows], wanted, strict=True)):
            if shut[village]:
                continue
            from_state = max(0.0, amount - own[village])
            if from_state > state_yuan:
                shut[village], state_yuan = True, 0.0
                continue
            own[village] = max(0.0, own[village] - amount)
            state_yuan -= from_state
            served[i] = True
        return served

    def lend(self, county: County, rows: Rows, amounts: Yuan) -> float:
        """Lend: the villages' own money first.

        Returns:
            What the state has to give of it, in yuan.
        """
        lent = self._by_village(rows, amounts)
        own = np.minimum(self.own_yuan(county), lent)
        self.held_yuan -= own
        self._lent_yuan += lent
        self.renewed[rows] = 0
        return total(lent - own)

    # ---- month and year ----------------------------------------------------------------------------------------

    def month_end(self, county: County, term_months: int) -> None:
        """What the month brought in and what it lost, and who may keep a loan that falls due next month."""
        till = county.loans.till[:, self._lender]
        self.held_yuan += till[:, PRINCIPAL] + till[:, INTEREST] + till[:, SUBSIDY]
        self._interest_yuan += till[:, INTEREST]
        self._lost_yuan += till[:, WRITTEN_OFF]
        self._renew(county, term_months)

    def _renew(self, county: County, term_months: int) -> None:
        """A loan whose interest is paid runs on for those who ask, where neighbours have paid.

        Who would have to give up more than it has at hand asks.
        """
        book = county.loans
        loans = book.loans[: book.count]
        due = (loans["lender"] == self._lender) & (loans["principal_yuan"] > 0.0) & (loans["term_months"] == 1)
        due &= (loans["overdue_months"] == 0) & (self.renewed[loans["household"]] < county.p.fund_renewals)
        due &= self.trust(county)[self._village[loans["household"]]] > 0.0
        which = np.flatnonzero(due).astype(np.int64)
        rows, at_hand = loans["household"][which].astype(np.int64), np.zeros(len(which))
        county.apply(cash_at_hand, rows, at_hand)
        ask = at_hand < loans["principal_yuan"][which]
        book.extend(which[ask], term_months)
        self.renewed[rows[ask]] += 1

    def books_closed(self, county: County) -> None:
        """As a year of accounts closes, part of its interest goes to members, alike to all of a village."""
        if county.today.month % 12:
            return
        rows = np.flatnonzero(self.members).astype(np.int64)
        shares = np.maximum(1.0, self._by_village(rows, np.ones(len(rows))))
        each = np.minimum(county.p.fund_dividend * self._interest_yuan, self.held_yuan) / shares
        paid = each[self._village[rows]]
        self._interest_yuan[:] = 0.0
        if paid.any():
            county.accounts.pay_households(self._account, rows, paid, DIVIDEND)
            county.households["income_year"][rows, PROPERTY] += paid
            self.held_yuan = np.maximum(0.0, self.held_yuan - self._by_village(rows, paid))

    def _by_village(self, rows: NDArray[np.integer], yuan: Yuan) -> Yuan:
        return np.bincount(self._village[rows], weights=yuan, minlength=len(self.held_yuan)).astype(np.float64)
