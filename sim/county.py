"""The county as policies, managers of the campaign and observers see it: what they may read, write and pay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.clock import MONTH_DAYS, Clock
from sim.calendar.today import Today
from sim.campaign.cadre_days import CadreDays
from sim.campaign.delivery import Delivery
from sim.core.draws import uniforms
from sim.core.engine import Engine, Kernel
from sim.core.records import Rows
from sim.core.snapshot import Part
from sim.money.accounts import Accounts
from sim.money.purse import Purse
from sim.money.purses import PurseBook
from sim.money.reasons import N_REASONS
from sim.parameters.packed import P
from sim.population.first_year import Opened
from sim.population.opening import per_head
from sim.population.profile import Profile

KNOWN = "known to a cadre, by a visit with substance"
"""The name of a mask that policies share: households of which a cadre knows how they live."""


class County(Part):
    """An opened world with its books, its calendar and its chance.

    Rows are structured arrays, one row an agent; what is written there is what the model lives by. Money moves only
    through `accounts` and `purses`.

    Attributes:
        world: All rows and the contact network.
        households: Rows of `sim.agents.household.Household`; likewise `villages`, `cadres`, `units`.
        keys: Stable keys of the households.
        p: Parameters.
        profile: The profile that the world resembles.
        share: The world's villages over the profile's; amounts stated for the whole county count by it.
        clock: The calendar.
        today: Today's facts: seasons, prices, trends.
        day: Index of the current day; -1 before the first.
        seed: Run seed.
        line_yuan: Poverty line of the closed year before the run, yuan a head.
        income_per_head: Net income of that year, yuan a head.
        accounts: Everybody's balances.
        purses: Money with permitted uses.
        tills: What households paid and were paid since the last posting, villages by reasons.
        loans: The book of loans, with every lender.
        cadre_days: Field days of cadres.
        books: What each policy did, by its label, in the plan's order.
        engine: What runs the rules.
        number: Its number in a nation; None if it is by itself.
        shared: Arrays that policies of one kind share, by name.
        charted: Whether the plan has tasks or goals, so that a run notes how far it comes, place by place.
    """

    def __init__(
        self,
        opened: Opened,
        profile: Profile,
        parameters: tuple[P, Rows],
        clock: Clock,
        todays: Rows,
        engine: Engine,
        purses: Iterable[Purse],
    ) -> None:
        self.world = opened.world
        self.households, self.villages = opened.world.households, opened.world.villages
        self.cadres, self.units = opened.world.cadres, opened.world.units
        self.keys: NDArray[np.int64] = self.households["key"].astype(np.int64)
        self.line_yuan, self.income_per_head = opened.line_yuan, per_head(self.households)
        self.profile, self.share = profile, len(self.villages) / profile.villages
        self.p = parameters[0]
        self.clock, self.day = clock, -1
        self.today: Today = Today.of(todays[0])
        self.seed = self.today.seed
        self.accounts = Accounts(self.households)
        self.purses = PurseBook(purses, clock.start, self.share)
        for held in self.purses.held:
            self.accounts.open(held.account, held.amount_yuan)
        self.tills = np.zeros((len(self.villages), N_REASONS))
        self.loans = opened.world.loans
        a_month = profile.support.field_days_per_month
        days, after = a_month * clock.campaign_days / MONTH_DAYS, a_month * self.p.field_days_after
        self.cadre_days = CadreDays(self.households, self.villages, self.cadres, days, after, clock)
        self.books: dict[str, Delivery] = {}
        self.shared: dict[str, NDArray[Any]] = {}
        self.charted = False
        self.number: int | None = None
        self.engine = engine
        self._facts = (self.households, self.villages, parameters[1], todays)

    # ---- when --------------------------------------------------------------------------------------------------

    @property
    def date(self) -> dt.date:
        """Today's date; the opening one before the first day."""
        return self.clock.date(max(0, self.day))

    @property
    def line_now(self) -> float:
        """Poverty line of this month (of the closed year before the first day), yuan a head and year."""
        return self.today.line_yuan if self.day >= 0 else self.line_yuan

    # ---- rules and chance --------------------------------------------------------------------------------------

    def apply(self, kernel: Kernel, rows: NDArray[np.int64], *args: Any) -> None:
        """Run `kernel(rows, households, villages, params, todays, *args)`, compiled or over agents as the run is.

        Args:
            kernel: A loop over `rows` that calls rules (`sim.core.rule.kernel`).
            rows: Row numbers of households.
            args: Whatever else the kernel takes: numbers, arrays to fill.
        """
        self.engine.call(kernel, rows, *self._facts, *args)

    def everywhere(self, kernel: Kernel, *args: Any) -> None:
        """Run `kernel(households, villages, params, todays, *args, first, last)` over all villages, on all threads.

        It may write each village, that village's households and cadres, and nothing wider.
        """
        self.engine.run(kernel, *self._facts, *args)

    def luck(self, number: int, rows: NDArray[np.int64], day: int = 0, k: int = 0) -> NDArray[np.float64]:
        """One keyed uniform for each household in `rows`; `number` is that of a declared chance event."""
        return uniforms(self.seed, number, self.keys[rows], day, k)

    def village_luck(self, number: int, villages: NDArray[np.int64], day: int = 0) -> NDArray[np.float64]:
        """One keyed uniform for each village in `villages`."""
        return uniforms(self.seed, number, self.villages["key"][villages].astype(np.int64), day)

    @property
    def well_known(self) -> NDArray[np.bool_]:
        """Households that a cadre has visited with substance, so that the ledger errs less about them."""
        return self.shared_mask(KNOWN)

    def shared_mask(self, name: str) -> NDArray[np.bool_]:
        """A mask of households that all policies asking by this name share, all false at first."""
        return self.shared.setdefault(name, np.zeros(len(self.households), dtype=np.bool_))

    @property
    def rows(self) -> tuple[NDArray[Any], ...]:
        """All rows that the model lives by."""
        loans = self.loans
        return self.households, self.villages, self.cadres, self.units, self.tills, loans.loans, loans.lenders
