"""What every policy is made of: who is eligible, who accepts, what is handed over, and what it costs.

A policy is one class in one file, and owns what is its own: settings, state, reasons for payments, names of what it
counts. The base does the rest: the queue, the purse, cadre-days, and the book of what was delivered. A policy works on
the rows of the `County` it is given, and moves money only through `grant`, `collect` and `buy`: the model holds every
hook against the books. A policy that is not in the plan costs nothing and draws nothing.

The model calls `open` once, `day` on each of `days`, `month_end` and `books_closed` each month, `close` at the end. Of
one that waits for a condition (`start_when`) it calls nothing until that is met.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from sim.campaign.delivery import Delivery, Mask, RowsOf, Yuan
from sim.core.draws import number_of
from sim.core.numerics import total
from sim.county import County
from sim.facts.sources import PROPERTY, TRANSFER, WAGE
from sim.money.reasons import FUNDS, Reason, reason
from sim.policies import bends, queue
from sim.policies.settings import Lever, PolicySettings, TargetedSettings

__all__ = [
    "HARDEST", "CountsAs", "County", "Mask", "Names", "Policy", "PolicySettings", "RowsOf", "TargetedSettings", "Yuan",
    "reason",
]  # fmt: skip

Names = tuple[str, str]
"""English and Chinese."""
CountsAs = Literal["transfer", "wage", "property", "relief", "capital"]
"""How money given to a household counts: as net income of the year (a transfer, pay for work, or a dividend), as relief
of its medical and school payments, or as no income at all (a grant to build up production, which income leaves out)."""
INCOME = {"transfer": TRANSFER, "wage": WAGE, "property": PROPERTY}
HARDEST = "villages that come first for "
"""With what is moved (`Policy.moved_as`), the name of a mask of villages that all policies share."""
WITHHELD = reason("withheld (null check)", "未发放（空白对照）")


class Policy:
    """One intervention. Subclasses set `kind`, `Settings`, and answer the questions below."""

    kind: ClassVar[str] = ""
    title_en: ClassVar[str] = ""
    title_zh: ClassVar[str] = ""
    Settings: ClassVar[type[PolicySettings]] = PolicySettings
    counts: ClassVar[Mapping[str, Names]] = {}
    """What it counts as delivered, each with its names; the first is what a round of `day` counts, a household each."""
    parameters: ClassVar[Mapping[str, Mapping[str, object]]] = {}
    """Numbers of its own that nobody knows exactly, by name, each with what a table of `sim/parameters/*.toml` holds;
    it reads them as `county.p.NAME`, and they are set, drawn and moved as "KIND.NAME"."""
    programme: ClassVar[int] = 0
    """Topic (`sim.facts.topics`) of those who have been told of it; 0 = nobody needs to be."""
    untold: ClassVar[str] = ""
    """Whom it takes although nobody told them: a column that is 1 for these; "" = nobody."""
    most: ClassVar[int | None] = None
    """How many of the kind a scenario may have; None = any number."""
    may_change: ClassVar[Mapping[str, Lever | Names]] = {}
    """Settings that a plan may change at a date, each with its names; `settings_changed` works out what follows."""
    village_wide: ClassVar[bool] = False
    """Whether it acts on whole villages, so that it cannot be offered to some of a village's households."""
    by_months: ClassVar[bool] = False
    """Whether it acts as months end and on no day of its own."""
    moved_as: ClassVar[Literal["", "projects", "credit"]] = ""
    """As what dynamic management has it go to the hardest places first; "" = never."""
    comparison: ClassVar[bool] = False
    """Whether it is for calculation only: shown beside what is proposed, never proposed itself."""
    from_purses: ClassVar[bool] = True
    """Whether it can do nothing without money from a purse."""
    amounts: ClassVar[tuple[str, ...]] = ("budget_yuan",)
    """Settings of which zero means that it has nothing to give, beside those of its bases."""
    any_of: ClassVar[tuple[str, ...]] = ()
    """Amounts of several kinds: where all of them are zero it has nothing to give."""
    beside: ClassVar[Mapping[str, Mapping[str, object]]] = {}
    """Settings that show only beside others, by name: the others (or addresses of the plan).
    A test moves every setting and sees that it shows."""
    warm: ClassVar[Mapping[str, object] | None] = None
    """Settings under which a small run uses every kernel of its own; None = it has none."""

    @classmethod
    def ways(cls, settings: PolicySettings) -> Mapping[str, tuple[Names, Mapping[str, object]]]:
        """Ways in which it acts that can be shut one at a time: each with both names, and the settings that shut it."""
        return {}

    @classmethod
    def own_purses(cls, settings: PolicySettings) -> tuple[str, ...]:
        """Ids of the purses that it draws on where its settings name none and a plan has them; () = all it may."""
        return ()

    @classmethod
    def means_yuan(cls, settings: PolicySettings) -> float | None:
        """What it means to draw from purses in all, in yuan; None = as far as they go."""
        return settings.budget_yuan

    @classmethod
    def without_ways(cls, settings: PolicySettings) -> Mapping[str, object]:
        """The settings that shut all its ways."""
        return {name: value for _, shut in cls.ways(settings).values() for name, value in shut.items()}

    def __init__(self, settings: PolicySettings, label: str) -> None:
        self.settings = settings
        self.label = label
        self.book = Delivery(label, self.kind, 0)
        self.reach: Mask | None = None  # households that a trial offers it to; None = wherever the settings say
        self.late_days = 0  # by which it starts after the campaign, since it waited for its condition
        self._collected_yuan = 0.0  # paid in by households and not yet paid out again

    # ---- what a subclass answers -------------------------------------------------------------------------------

    def open(self, county: County) -> None:
        """Called once, as the run opens or its condition is met: state of its own, and the most it could deliver
        (`book.targets`)."""

    def days(self, county: County) -> Iterable[int]:
        """Campaign days (1 = first) on which `day` is called: every day from the first to the last by default."""
        return () if self.by_months else self.rounds(county, 1)

    def last_day(self, county: County) -> int:
        """Last campaign day on which it takes anyone in: the campaign's own, unless the settings say another."""
        return county.clock.campaign_days + self.late_days if self.settings.end_day is None else self.settings.end_day

    def campaign_end(self, county: County) -> dt.date:
        """The campaign's last day; of one that starts late, as many days later."""
        return county.clock.end + dt.timedelta(days=self.late_days)

    def count_days_from(self, county: County) -> None:
        """Before it opens: what one that waited for its condition counts from the campaign's first day starts today."""
        if self.settings.start_when is None:
            return
        s, self.late_days = self.settings, max(0, county.day - county.clock.day_index(county.clock.start))
        end_day = None if s.end_day is None else s.end_day + self.late_days
        self.settings = s.model_copy(update={"start_day": s.start_day + self.late_days, "end_day": end_day})
        self.book.waits, self.book.started_day = False, self.late_days + 1
        self.book.targets.clear()  # what it could deliver comes first, as for every other

    def rounds(self, county: County, every_days: int) -> range:
        """Campaign days of rounds, from the first day on to the last."""
        return range(self.settings.start_day, self.last_day(county) + 1, every_days)

    def in_season(self, county: County) -> bool:
        """Whether today allows it; by default nothing happens at a festival."""
        return not county.today.festival

    def eligible(self, county: County) -> Mask:
        """Households that may have it now."""
        return self.households_on(county) & ~self.book.served

    def accepts(self, county: County, rows: RowsOf) -> Yuan:
        """What each of `rows` takes, in yuan or yuan's worth; zero where it declines."""
        raise NotImplementedError(f"{type(self).__name__} has to say in `accepts` which households want how much")

    def cost_yuan(self, county: County, worth_yuan: Yuan) -> Yuan:
        """What serving each household takes from the purse, given what it gets; by default no more than that."""
        return worth_yuan

    def days_each(self, county: County) -> float:
        """Cadre-days that serving a household takes."""
        return 0.0

    def pay(self, county: County, rows: RowsOf, worth_yuan: Yuan) -> None:
        """Pay for a round: `grant` to households (it says how the money counts), or `buy` for them."""
        raise NotImplementedError(f"{type(self).__name__} has to say in `pay` who is paid for a round")

    def hand_over(self, county: County, rows: RowsOf, worth_yuan: Yuan) -> None:
        """What changes for those served; left out where `settings.effects` is false."""

    def month_end(self, county: County) -> None:
        """Called after the households' accounts have closed."""

    def books_closed(self, county: County) -> None:
        """Called when the month's payments have been posted (those on loans are in `county.loans.posted`)."""

    def settings_changed(self, county: County) -> None:
        """Called on days on which the plan changes settings: work out anew what `open` made of them."""

    def close(self, county: County) -> None:
        """Called once, as the run ends: costs still to be booked."""

    # ---- a round -----------------------------------------------------------------------------------------------

    def day(self, county: County) -> None:
        """One round: who is eligible and accepts is served in turn, as far as money and cadre-days reach."""
        if not self.in_season(county):
            return
        rows = np.flatnonzero(self.eligible(county)).astype(np.int64)
        worth = np.zeros(len(county.households))
        worth[rows] = self.accepts(county, rows)
        self.deliver(county, self.in_turn(county, rows[worth[rows] > 0.0]), worth)

    def deliver(self, county: County, rows: RowsOf, worth_yuan: Yuan) -> RowsOf:
        """Serve candidates, pay for them, enter them in the book, and hand over what they get.

        Args:
            county: The county.
            rows: Candidates in their order.
            worth_yuan: What each household of the county would get.

        Returns:
            Those served.
        """
        asked = bends.not_held_up(county, self.label, rows)
        cost = self.cost_yuan(county, worth_yuan[asked])
        rows = self.ration(county, asked, cost)
        bends.passed_over(county, self.label, asked, rows)
        rows = self.take_days(county, rows, self.days_each(county), cost[: len(rows)])
        if not len(rows):
            return rows
        worth = worth_yuan[rows]
        self.pay(county, rows, worth)
        self.book.reach(rows, worth)
        if self.settings.effects:
            bends.charge(county, self.label, rows, worth)
            self.hand_over(county, rows, worth)
        self.book.count(next(iter(self.counts)), float(len(rows)), county.households["village"][rows])
        return rows

    def deliver_villages(
        self, county: County, villages: RowsOf, each_yuan: float, reason: Reason, days_each: float = 0.0
    ) -> RowsOf:
        """Serve whole villages in turn: buy for each, as far as money and their own cadres' days reach.

        Args:
            county: The county.
            villages: Rows of villages in their order (`villages_in_turn`).
            each_yuan: What serving a village costs.
            reason: What is bought for it.
            days_each: Cadre-days that a village takes.

        Returns:
            Those served.
        """
        villages = self.ration(county, villages, np.full(len(villages), each_yuan))
        one_of_each = county.villages["first"][villages].astype(np.int64)
        served = self.take_days(county, one_of_each, days_each, each_yuan)
        villages = county.households["village"][served].astype(np.int64)
        self.buy(county, each_yuan * len(villages), "grants_yuan", reason)
        for village in villages:
            rows = self.households_of(county, int(village))
            self.book.reach(rows, each_yuan / len(rows))
        self.book.count(next(iter(self.counts)), float(len(villages)), villages)
        return villages

    # ---- chance, places, turns ---------------------------------------------------------------------------------

    def number(self, name: str) -> int:
        """The number of one of this policy's chance events; a label of its own counts among them."""
        who = self.kind if self.label == self.kind else f"{self.kind}.{self.label}"
        return number_of(f"policy.{who}.{name}")

    def luck(self, county: County, name: str, rows: RowsOf, day: int = 0, k: int = 0) -> Yuan:
        """One keyed uniform for each of the households in `rows`."""
        return county.luck(self.number(name), rows, day, k)

    def villages_on(self, county: County) -> Mask:
        """Villages that have the policy: all, or a keyed lottery's share; in a trial, those it is offered in."""
        everywhere = np.arange(len(county.villages), dtype=np.int64)
        on = np.ones(len(everywhere), dtype=np.bool_)
        if self.settings.village_share < 1.0:
            on = county.village_luck(self.number("village"), everywhere) < self.settings.village_share
        if self.reach is not None:
            on &= np.bincount(county.households["village"], weights=self.reach, minlength=len(on)) > 0
        return on

    def households_on(self, county: County) -> Mask:
        """Households that the policy is offered to: all of the villages that have it, or those a trial names."""
        on: Mask = self.villages_on(county)[county.households["village"]]
        return on if self.reach is None else on & self.reach

    def villages_in_turn(self, county: County) -> RowsOf:
        """Villages that have the policy, in the order of a keyed lottery: who goes first when money is short."""
        rows = np.flatnonzero(self.villages_on(county)).astype(np.int64)
        keys = county.villages["key"][rows].astype(np.int64)
        rows = rows[np.lexsort((keys, county.village_luck(self.number("village turn"), rows)))]
        return self._hardest_first(county, rows, rows)

    def households_of(self, county: County, village: int) -> RowsOf:
        """Rows of a village's households."""
        return np.arange(county.villages["first"][village], county.villages["last"][village], dtype=np.int64)

    def in_turn(self, county: County, rows: RowsOf) -> RowsOf:
        """Candidates in their order: by need where the settings say how, else by a keyed lottery."""

        def luck(name: str, who: RowsOf) -> NDArray[np.float64]:
            return self.luck(county, name, who)

        if isinstance(self.settings, TargetedSettings):
            rows = queue.by_need(county, rows, self.settings, luck)
        else:
            rows = queue.by_lottery(county, rows, luck)
        rows = self._hardest_first(county, rows, county.households["village"][rows])
        return bends.in_turn(county, self.label, rows, luck)

    def _hardest_first(self, county: County, rows: RowsOf, villages: RowsOf) -> RowsOf:
        """Candidates in the order they had, those of the villages that come first before the others."""
        first = county.shared.get(HARDEST + self.moved_as) if self.moved_as else None
        return rows if first is None else rows[np.argsort(~first[villages], kind="stable")]

    # ---- money and days ----------------------------------------------------------------------------------------

    def money_yuan(self, county: County) -> float:
        """What the policy may pay out in all: its budget, or what its purses release by the campaign's last day.

        Scenario files state amounts for the whole county; a world of fewer villages has its share of them.
        """
        if self.settings.budget_yuan is not None:
            return self.settings.budget_yuan * county.share
        return county.purses.available(self.kind, self.settings.purses, self.campaign_end(county))

    def left_yuan(self, county: County) -> float:
        """What the policy may still pay out today, with what households have paid in."""
        held = county.purses.available(self.kind, self.settings.purses, county.date)
        if self.settings.budget_yuan is not None:
            held = min(held, max(0.0, self.money_yuan(county) - self.book.cash_outlay_yuan))
        return held + self._collected_yuan

    def ration(self, county: County, rows: RowsOf, each_yuan: Yuan) -> RowsOf:
        """The candidates, in turn, who can be paid; it stops at the first who cannot.

        Who goes without asks again in the next round: what the last round could not pay is what the purse lost.

        Args:
            county: The county.
            rows: Candidates in their order.
            each_yuan: What each would cost.
        """
        enough = np.cumsum(each_yuan) <= self.left_yuan(county) + 1e-9
        served = len(rows) if enough.all() else int(np.argmin(enough))
        self.book.met_yuan += total(each_yuan[:served])
        self.book.lost_yuan["purse"] = total(each_yuan[served:])
        return rows[:served]

    def take_days(self, county: County, rows: RowsOf, days_each: float, each_yuan: Yuan | float) -> RowsOf:
        """Those of `rows`, in turn, for whom their village's cadres still have days; serving one costs `each_yuan`."""
        served, used = county.cadre_days.take(rows, days_each)
        self.book.costs["cadre_days_yuan"] += used * county.profile.support.day_cost_yuan
        unserved_yuan = total(np.broadcast_to(each_yuan, len(rows))[~served])
        self.book.met_yuan -= unserved_yuan
        self.book.lost_yuan["cadre_days"] = unserved_yuan
        return rows[served]

    def grant(
        self,
        county: County,
        rows: RowsOf,
        amounts_yuan: Yuan,
        reason: Reason,
        counts_as: CountsAs = "transfer",
    ) -> None:
        """Pay households money from the policy's purses, and enter it once in all books.

        It is money in hand and a cost of the policy, and counts in the household's year as `counts_as` says. What
        households have paid in (`collect`) goes first, and is no cost. Where `settings.effects` is false the market
        gets it.

        Args:
            county: The county.
            rows: Households, each at most once.
            amounts_yuan: What each of them gets.
            reason: Why.
            counts_as: As which income, relief of which payments, or neither.
        """
        amount = total(np.ascontiguousarray(amounts_yuan))
        if not self.settings.effects:
            self.buy(county, amount, "grants_yuan", WITHHELD)
            return
        own = min(amount, self._collected_yuan)
        self._collected_yuan -= own
        for purse, part in county.purses.draw(self.kind, self.settings.purses, county.date, amount - own):
            county.accounts.pay(purse, self._account, part, FUNDS)
        arrives = bends.what_arrives(county, self.label, rows, amounts_yuan)
        bends.take(county, self._account, amounts_yuan, arrives)
        self.pay_out(county, self._account, rows, arrives, reason, counts_as)
        self.book.spend("grants_yuan", amount - own)

    def pay_out(
        self, county: County, account: str, rows: RowsOf, amounts_yuan: Yuan, reason: Reason, counts_as: CountsAs
    ) -> None:
        """Pay households out of an account that is no purse, and enter it as `grant` does, but as no cost."""
        county.accounts.pay_households(account, rows, amounts_yuan, reason)
        if counts_as == "relief":
            county.households["burden_year_yuan"][rows] -= amounts_yuan
        elif counts_as != "capital":
            county.households["income_year"][rows, INCOME[counts_as]] += amounts_yuan

    def collect(self, county: County, rows: RowsOf, amounts_yuan: Yuan, reason: Reason) -> None:
        """Take money from households (premiums, shares) for what this policy pays out; nothing without `effects`.

        It is no income foregone: net income does not count what is paid in. A household may go into debt by it, so
        ask those who have the cash.
        """
        if self.settings.effects:
            county.accounts.collect_households(rows, self._account, amounts_yuan, reason)
            self._collected_yuan += total(np.ascontiguousarray(amounts_yuan))

    @property
    def _account(self) -> str:
        return f"policy {self.label}"

    def buy(self, county: County, amount_yuan: float, item: str, reason: Reason) -> None:
        """Pay the market (goods in kind, classes, meetings) from the policy's purses.

        Args:
            county: The county.
            amount_yuan: How much; nothing happens at zero.
            item: The kind of cost it is, one of `COST_ITEMS`.
            reason: What it is paid for.
        """
        if amount_yuan <= 0:
            return
        for purse, part in county.purses.draw(self.kind, self.settings.purses, county.date, amount_yuan):
            county.accounts.pay(purse, "market", part, reason)
        self.book.spend(item, amount_yuan)
