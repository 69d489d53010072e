"""Who creates money: whatever may move it is held against the books as soon as it has acted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.core.errors import UserError
from sim.core.numerics import total
from sim.money.accounts import Accounts
from sim.money.lending import INTEREST, PRINCIPAL, LoanBook
from sim.money.purses import PurseBook
from sim.money.reasons import HOUSEHOLDS, REASONS

BALANCED = 1e-9
"""Largest imbalance that rounding explains, relative to all money that has moved."""
_WAYS = np.array([1.0 if reason.payee == HOUSEHOLDS else -1.0 for reason in REASONS])
MEND = "move money through `grant`, `collect`, `buy` and `county.accounts` alone"


class Audit:
    """Compares gaps before and after, so that it says who made one, and a gap that was there already stops nobody.

    Three things are held against their books: the cash in the households' rows, with what tills still hold, against
    their control account; all balances against the opening total; what purses say they hold against their accounts.
    """

    def __init__(
        self,
        households: NDArray[np.void],
        accounts: Accounts,
        purses: PurseBook,
        tills: NDArray[np.float64],
        loans: LoanBook,
    ) -> None:
        self._households, self._accounts, self._purses = households, accounts, purses
        self._tills, self._loans = tills, loans
        self._before = self._gaps()

    def look(self) -> None:
        """Take things as they are: what others did before is not laid at the door of who acts next."""
        self._before = self._gaps()

    def hold(self, who: str, day: object) -> None:
        """Refuse what has opened a gap since the last look.

        Args:
            who: Who has acted since.
            day: When.

        Raises:
            UserError: Money came from nowhere, or went there.
        """
        now = self._gaps()
        for (what, gap), before in zip(now.items(), self._before.values(), strict=True):
            if abs(gap - before) > BALANCED * max(1.0, self._accounts.turnover_yuan):
                more = f"{abs(gap - before):,.2f} yuan {'more' if gap > before else 'less'}"
                raise UserError(f"money does not balance on {day}: {what} {more} than was paid", field=who, mend=MEND)
        self._before = now

    def _gaps(self) -> dict[str, float]:
        lent = self._loans.till
        unposted = float((self._tills.sum(axis=0) * _WAYS).sum()) - float(lent[:, :, [PRINCIPAL, INTEREST]].sum())
        cash = float(self._households["cash_yuan"].sum())
        held = total(np.array([held.left_yuan for held in self._purses.held]))
        booked = total(np.array([self._accounts.balances[held.account] for held in self._purses.held]))
        return {
            "households have": cash - self._accounts.balances[HOUSEHOLDS] - unposted,
            "all accounts together have": self._accounts.gap_yuan(),
            "purses have": held - booked,
        }
