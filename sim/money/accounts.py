"""Every yuan has a payer and a payee.

The audit holds the households' control account against the cash in their rows, and the sum of all balances against
its opening value.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.core.numerics import total
from sim.money.reasons import HOUSEHOLDS, REASONS, Reason


class Accounts:
    """Balances of everybody outside the household rows, and of all households together.

    Outside accounts (market, employers, state, hospitals, schools, relatives, lenders) may go below zero: their
    balance is what they have paid out more than taken in. Purses may not.
    """

    def __init__(self, households: NDArray[np.void]) -> None:
        self._households = households
        self.balances: dict[str, float] = {HOUSEHOLDS: total(households["cash_yuan"])}
        self.moved: dict[tuple[str, str, str], float] = {}
        self.turnover_yuan = abs(self.balances[HOUSEHOLDS])
        self._opening = self.balances[HOUSEHOLDS]

    def open(self, account: str, balance_yuan: float) -> None:
        """Open an account that starts with money (a purse); the money is part of the opening total."""
        self.balances[account] = self.balances.get(account, 0.0) + balance_yuan
        self._opening += balance_yuan
        self.turnover_yuan += abs(balance_yuan)

    def pay(self, payer: str, payee: str, amount_yuan: float, reason: Reason) -> None:
        """Move money; what one pays the other gets.

        To and from households, `pay_households` is the way: it also writes their cash.
        """
        if amount_yuan < 0 or not np.isfinite(amount_yuan):
            raise ValueError(f"{payer} pays {payee} {amount_yuan} yuan for {reason.name}: not an amount")
        self.balances[payer] = self.balances.get(payer, 0.0) - amount_yuan
        self.balances[payee] = self.balances.get(payee, 0.0) + amount_yuan
        self.moved[payer, payee, reason.name] = self.moved.get((payer, payee, reason.name), 0.0) + amount_yuan
        self.turnover_yuan += amount_yuan

    def pay_households(
        self, payer: str, who: NDArray[np.int64], amounts_yuan: NDArray[np.float64], reason: Reason
    ) -> None:
        """Pay each of the households in `who` (row numbers, each at most once) its amount."""
        self._households["cash_yuan"][who] += amounts_yuan
        self.pay(payer, HOUSEHOLDS, total(np.ascontiguousarray(amounts_yuan, dtype=np.float64)), reason)

    def collect_households(
        self, who: NDArray[np.int64], payee: str, amounts_yuan: NDArray[np.float64], reason: Reason
    ) -> None:
        """Let each of the households in `who` (row numbers, each at most once) pay its amount."""
        self._households["cash_yuan"][who] -= amounts_yuan
        self.pay(HOUSEHOLDS, payee, total(np.ascontiguousarray(amounts_yuan, dtype=np.float64)), reason)

    def post(self, tills: NDArray[np.float64]) -> None:
        """Carry the villages' tills (villages x reasons) into the accounts, village by village, and empty them."""
        for i, reason in enumerate(REASONS):
            amount = total(np.ascontiguousarray(tills[:, i]))
            if amount != 0.0:
                self.pay(reason.payer, reason.payee, amount, reason)
        tills[:] = 0.0

    def gap_yuan(self) -> float:
        """By how much all balances together exceed what they were opened with."""
        return total(np.array(list(self.balances.values()))) - self._opening

    def audit(self) -> float:
        """The largest imbalance found, relative to all money that has moved.

        Two sums are held against their books: all balances against the opening total, and the cash in the households'
        rows against their control account. Money conserved means a result of at most 1e-9.
        """
        whole = abs(self.gap_yuan())
        cash = abs(total(self._households["cash_yuan"]) - self.balances[HOUSEHOLDS])
        return max(whole, cash) / max(1.0, self.turnover_yuan)

    def matrix(self) -> dict[tuple[str, str, str], float]:
        """(payer, payee, reason) -> yuan over the whole run, in a fixed order."""
        return dict(sorted(self.moved.items()))
