"""Purses: money with permitted uses, an amount and a release date; it never crosses purposes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sim.core.dates import date_of
from sim.core.errors import UserError
from sim.core.numerics import add_up
from sim.money.purse import Purse


@dataclass
class Held:
    """A purse as the run goes on."""

    id: str
    amount_yuan: float
    left_yuan: float
    release: dt.date
    uses: tuple[str, ...]
    refused_yuan: float = 0.0

    @property
    def account(self) -> str:
        """Its account in the books."""
        return f"purse {self.id}"


class PurseBook:
    """All purses of a run."""

    def __init__(self, purses: Iterable[Purse], start: dt.date, share: float = 1.0) -> None:
        """Fill the purses.

        Args:
            purses: As the plan states them.
            start: First campaign day, from which releases given as a day are counted.
            share: The world's villages over the profile's: a part of a county has that part of its money.
        """
        self.share = share
        self.held: list[Held] = [
            Held(p.id, p.amount_yuan * share, p.amount_yuan * share, date_of(p.release, start), p.uses) for p in purses
        ]

    def raise_to(self, name: str, amount_yuan: float) -> tuple[str, float]:
        """Let a purse hold so much in all, stated for the whole county; gives its account and what is put into it."""
        account, more = "", 0.0
        for held in self.held:
            if held.id == name:
                account, more = held.account, max(0.0, amount_yuan * self.share - held.amount_yuan)
                held.amount_yuan += more
                held.left_yuan += more
        return account, more

    def open_to(self, kind: str, named: Sequence[str], day: dt.date) -> Iterator[Held]:
        """The purses a policy may use today, in the order named (or as listed)."""
        for held in self._permitted(kind, named):
            if held.release <= day:
                yield held

    def _permitted(self, kind: str, named: Sequence[str]) -> list[Held]:
        if not named:
            # Money meant for this alone goes before money that could serve something else.
            return sorted((held for held in self.held if kind in held.uses), key=lambda held: len(held.uses))
        known = {held.id: held for held in self.held}
        for name in named:
            if name not in known:
                there_are = ", ".join(known) or "none"
                raise UserError(f"there is no purse '{name}'", field=f"{kind}.purses", allowed=there_are)
            if kind not in known[name].uses:
                uses = ", ".join(known[name].uses)
                raise UserError(f"purse '{name}' may not pay for {kind}", field=f"{kind}.purses", allowed=uses)
        return [known[name] for name in named]

    def available(self, kind: str, named: Sequence[str], day: dt.date) -> float:
        """What the policy's purses hold and have released, in yuan."""
        return add_up(held.left_yuan for held in self.open_to(kind, named, day))

    def draw(self, kind: str, named: Sequence[str], day: dt.date, amount_yuan: float) -> list[tuple[str, float]]:
        """Take an amount from the policy's purses, first named first.

        Returns:
            (account, part) pairs that add to the amount.

        Raises:
            ValueError: If they do not hold so much; policies ask `available` first.
        """
        parts = []
        wanted = amount_yuan
        for held in self.open_to(kind, named, day):
            part = min(wanted, held.left_yuan)
            if part > 0:
                held.left_yuan -= part
                wanted -= part
                parts.append((held.account, part))
        if wanted > 1e-6 * max(1.0, amount_yuan):
            raise ValueError(f"{kind}: the purses lack {wanted:.2f} of {amount_yuan:.2f} yuan")
        return parts

    def refuse(self, kind: str, named: Sequence[str], amount_yuan: float) -> None:
        """Note an amount that was wanted and could not be paid, on the first purse that permits the kind."""
        for held in self._permitted(kind, named)[:1]:
            held.refused_yuan += amount_yuan
