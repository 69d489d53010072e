"""Pairs of poor households with strong neighbours, or with partners from outside: shares in a venture, and dividends.

A pair signs an agreement. Carried out, it puts the household's share into a venture; the household brings a part of it
and the purse gives the rest. Not carried out by its deadline, it lapses. Dividends are what was promised as far as the
venture has it. What a venture earns beyond its capital, and at the end what was given, stays with the partner.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.core.numerics import norm_ppf
from sim.core.rule import rule
from sim.county import County
from sim.economy.borrowing import cash_at_hand
from sim.money.reasons import Reason, reason
from sim.parameters.packed import P
from sim.policies.policy import WITHHELD, CountsAs, Mask, Names, Policy, RowsOf
from sim.policies.settings import BUDGET, Lever, TargetedSettings
from sim.population.registry import earned_a_head

BROUGHT = reason("shares that paired households bring", "结对户入股金")
GIVEN = reason("shares given to paired households", "结对折股资金")
EARNED = reason("returns of paired ventures", "结对经营收益")
LOST = reason("losses of paired ventures", "结对经营亏损")
DIVIDEND = reason("dividends of paired ventures", "结对入股分红")
RETURNED = reason("shares returned to paired households", "退还结对户股金")
KEPT = reason("what partners keep of paired ventures", "结对帮带方所得")

# In the order of the parameters partner_*.
PARTNERS = ("neighbours", "outside")
OUTSIDE = "outside partners"


@rule
def venture_year(p: P, who: int, z: float) -> float:
    """Return of a paired venture in a year, share of its capital: normal, and never more lost than there is.

    Args:
        p: Parameters.
        who: The partner, a place in `PARTNERS`.
        z: Its standard normal luck of the year.
    """
    return max(-1.0, p.partner_return[who] + p.partner_spread[who] * z)


@rule
def dividend_due(share_yuan: float, rate: float, months: float, held_yuan: float) -> float:
    """Dividend for so many months, in yuan: what was promised, as far as the venture has it."""
    return min(share_yuan * rate * months / 12.0, held_yuan)


class PartnersSettings(TargetedSettings):
    """Levers of pairing."""

    who: Literal["neighbours", "outside"] = Field(
        default="neighbours", description="with whom: the best-off of the village, or partners from outside"
    )
    pairs: int = Field(default=200, ge=0, le=1_000_000, description="agreements to be signed in the whole county")
    share_yuan: float = Field(default=5000.0, ge=0, le=1_000_000, description="a household's share in the venture")
    own_share: float = Field(default=0.0, ge=0, le=1, description="part of the share that the household brings itself")
    dividend_rate: float = Field(default=0.1, ge=0, le=10, description="dividend promised a year, part of the share")
    deadline_months: int = Field(default=6, ge=0, le=120, description="months after which an agreement lapses")
    months: int = Field(default=36, ge=1, le=120, description="months for which an agreement carried out lasts")


@dataclass
class Pair:
    """An agreement.

    Attributes:
        household: Row of the household.
        partner: Row of its neighbour; -1 = a partner from outside.
        signed: Month in which it was signed.
        share_yuan: The household's share, once it is carried out.
        brought_yuan: What the household has brought of it.
        rate: Dividend promised a year.
        held_yuan: What the venture has.
        settled: Month up to which returns and dividends are settled.
        until: Month at whose end it is over.
    """

    household: int
    partner: int
    signed: int
    share_yuan: float = 0.0
    brought_yuan: float = 0.0
    rate: float = 0.0
    held_yuan: float = 0.0
    settled: int = 0
    until: int = 0

    def begin(self, share_yuan: float, brought_yuan: float, rate: float, month: int, until: int) -> None:
        """Carry it out: the venture has the share."""
        self.share_yuan = self.held_yuan = share_yuan
        self.brought_yuan, self.rate, self.settled, self.until = brought_yuan, rate, month, until

    def settle(self, month: int) -> int:
        """Months since it was last settled."""
        months, self.settled = month - self.settled, month
        return months

    def take(self, yuan: float) -> float:
        """Pay out of the venture; what is below zero is paid in."""
        self.held_yuan -= yuan
        return yuan

    def fail(self, month: int) -> float:
        """It is over, and all it has is lost."""
        self.until = month
        return -self.held_yuan


class Partners(Policy):
    """One agreement a household: signed at a month's end, carried out or lapsed, settled as a year of accounts ends."""

    kind: ClassVar[str] = "partners"
    title_en: ClassVar[str] = "Pairing with partners"
    title_zh: ClassVar[str] = "结对帮带入股"
    by_months: ClassVar[bool] = True
    may_change: ClassVar[dict[str, Lever]] = {
        "pairs": Lever("Pairs", "结对数"),
        "share_yuan": Lever("A household's share", "每户股金"),
        "own_share": Lever("Part that the household brings", "农户自筹比例", "share"),
        "dividend_rate": Lever("Dividend promised a year", "承诺年分红率", "share"),
        "deadline_months": Lever("Months to carry an agreement out", "协议履行期限（月）"),
        **BUDGET,
    }
    amounts: ClassVar[tuple[str, ...]] = ("budget_yuan", "pairs", "share_yuan")
    counts: ClassVar[dict[str, Names]] = {
        "carried_out": ("Agreements carried out", "履行结对协议数"),
        "agreements_signed": ("Agreements signed", "签订结对协议数"),
        "lapsed": ("Agreements lapsed", "逾期失效协议数"),
        "ventures_failed": ("Ventures that failed", "结对经营失败数"),
        "dividends_yuan": ("Dividends paid", "分红金额"),
    }
    Settings: ClassVar[type[TargetedSettings]] = PartnersSettings
    settings: PartnersSettings

    def open(self, county: County) -> None:
        """Nobody is paired; the ventures' account is empty."""
        self.account = f"ventures {self.label}"
        self._on = self.households_on(county)
        self._paired: Mask = np.zeros(len(county.households), dtype=np.bool_)  # on either side, now or before
        self._signed: list[Pair] = []
        self._at_work: list[Pair] = []
        self.settings_changed(county)

    def settings_changed(self, county: County) -> None:
        """The world's part of the pairs; a keyed draw decides about the last one."""
        pairs = self.settings.pairs * county.share
        luck = county.village_luck(self.number("remainder"), np.zeros(1, dtype=np.int64))[0]
        self._wanted = int(pairs) + int(luck < pairs - int(pairs))
        self.book.targets |= dict.fromkeys(("carried_out", "agreements_signed"), float(self._wanted))

    def eligible(self, county: County) -> Mask:
        """Registered, and never paired."""
        return np.asarray(self._on & (county.households["registered"] == 1) & ~self._paired)

    def month_end(self, county: County) -> None:
        """Ventures are settled, agreements carried out or lapsed, and new ones signed."""
        month = county.today.month
        due = [pair for pair in self._at_work if month % 12 == 0 or month >= pair.until]
        if due:
            self._settle(county, due)
        if self._signed:
            self._carry_out(county)
        if self.settings.start_day <= county.today.campaign_day <= self.last_day(county):
            self._sign(county)

    # ---- agreements --------------------------------------------------------------------------------------------

    def _sign(self, county: County) -> None:
        """As many as are still wanted, by those in turn for whom there is a partner."""
        wanted = self._wanted - int(self.book.counts["agreements_signed"])
        rows = self.in_turn(county, np.flatnonzero(self.eligible(county)).astype(np.int64)) if wanted > 0 else ()
        signed: list[Pair] = []
        for row in map(int, rows):
            if len(signed) == wanted:
                break
            partner = -1 if self.settings.who == "outside" else self._neighbour(county, row)
            if partner >= 0 or self.settings.who == "outside":
                self._paired[[row] if partner < 0 else [row, partner]] = True
                signed.append(Pair(row, partner, county.today.month))
        self._signed += signed
        self._count(county, "agreements_signed", signed)

    def _neighbour(self, county: County, row: int) -> int:
        """The best-off household of the village that is neither registered nor paired; -1 where there is none."""
        h = county.households
        rows = self.households_of(county, int(h["village"][row]))
        its = h[rows[0] : rows[-1] + 1]
        may = (its["registered"] == 0) & ~self._paired[rows]
        return int(rows[np.argmax(np.where(may, earned_a_head(its), -np.inf))]) if may.any() else -1

    def _carry_out(self, county: County) -> None:
        """Whoever gets round to it this month, has its own part at hand and can be given the rest; or time is up."""
        s, month = self.settings, county.today.month
        pairs = [pair for pair in self._signed if month - pair.signed <= s.deadline_months]
        rows = np.array([pair.household for pair in pairs], dtype=np.int64)
        own, at_hand = s.own_share * s.share_yuan, np.zeros(len(rows))
        county.apply(cash_at_hand, rows, at_hand)
        able = at_hand - county.households["due_soon_yuan"][rows] >= own
        acts = self.luck(county, "carries", rows, month) < county.p.partner_carries[PARTNERS.index(s.who)]
        ready = rows[(able | (own <= 0.0)) & acts]
        given = s.share_yuan - own
        ready = self.ration(county, ready, np.full(len(ready), given))
        begins = set(ready.tolist())
        begun = [pair for pair in pairs if pair.household in begins]
        self._begin(county, begun, ready, own, given)
        waiting = [pair for pair in self._signed if pair.household not in begins]
        over = [pair for pair in waiting if month - pair.signed >= s.deadline_months]
        self._signed = [pair for pair in waiting if month - pair.signed < s.deadline_months]
        self._count(county, "carried_out", begun)
        self._count(county, "lapsed", over)

    def _begin(self, county: County, pairs: list[Pair], rows: RowsOf, own_yuan: float, given_yuan: float) -> None:
        """Shares are paid in."""
        s, month = self.settings, county.today.month
        self.book.reach(rows)
        given = given_yuan * len(rows)
        if not s.effects:
            self.buy(county, given, "grants_yuan", WITHHELD)
            return
        if given > 0.0:
            for purse, part in county.purses.draw(self.kind, s.purses, county.date, given):
                county.accounts.pay(purse, self.account, part, GIVEN)
            self.book.spend("grants_yuan", given)
        if own_yuan > 0.0 and len(rows):
            county.accounts.collect_households(rows, self.account, np.full(len(rows), own_yuan), BROUGHT)
        for pair in pairs:
            pair.begin(s.share_yuan, own_yuan, s.dividend_rate, month, month + s.months)
        self._at_work += pairs

    def _count(self, county: County, name: str, pairs: list[Pair]) -> None:
        rows = np.array([pair.household for pair in pairs], dtype=np.int64)
        self.book.count(name, float(len(rows)), county.households["village"][rows])

    # ---- ventures ----------------------------------------------------------------------------------------------

    def _settle(self, county: County, pairs: list[Pair]) -> None:
        """Returns since the last time, dividends out of them or out of capital, and what the partner keeps."""
        who, month, p = PARTNERS.index(self.settings.who), county.today.month, county.p
        rows = np.array([pair.household for pair in pairs], dtype=np.int64)
        luck, fails = (self.luck(county, name, rows, month) for name in ("return", "fails"))
        dividends, returned, kept = np.zeros(len(pairs)), np.zeros(len(pairs)), np.zeros(len(pairs))
        failed: list[Pair] = []
        for i, pair in enumerate(pairs):
            months = pair.settle(month)
            earned = pair.held_yuan * venture_year(p, who, norm_ppf(luck[i])) * months / 12.0
            if fails[i] < p.partner_fails[who] * months / 12.0:
                earned = pair.fail(month)
                failed.append(pair)
            self._earn(county, earned)
            pair.take(-earned)
            dividends[i] = pair.take(dividend_due(pair.share_yuan, pair.rate, months, pair.held_yuan))
            if month >= pair.until:
                returned[i] = pair.take(min(pair.brought_yuan, pair.held_yuan))
            over = pair.held_yuan if month >= pair.until else max(0.0, pair.held_yuan - pair.share_yuan)
            kept[i] = pair.take(over)
        self._pay(county, rows, dividends, DIVIDEND, "property")
        self._pay(county, rows, returned, RETURNED, "capital")
        self._to_partners(county, pairs, kept)
        self.book.worth_yuan[rows] += dividends
        self.book.count("dividends_yuan", float(dividends.sum()), county.households["village"][rows], dividends)
        self._count(county, "ventures_failed", failed)
        self._at_work = [pair for pair in self._at_work if month < pair.until]

    def _earn(self, county: County, earned_yuan: float) -> None:
        """The market pays what a venture earns, and has what it loses."""
        if earned_yuan > 0.0:
            county.accounts.pay("market", self.account, earned_yuan, EARNED)
        elif earned_yuan < 0.0:
            county.accounts.pay(self.account, "market", -earned_yuan, LOST)

    def _to_partners(self, county: County, pairs: list[Pair], kept: np.ndarray) -> None:
        """Neighbours have it as income of their property, but for the capital; what goes outside leaves the county."""
        inside = np.array([pair.partner >= 0 for pair in pairs])
        if outside := float(kept[~inside].sum()):
            county.accounts.pay(self.account, OUTSIDE, outside, KEPT)
        rows = np.array([pair.partner for pair in pairs], dtype=np.int64)[inside]
        over = np.array([county.today.month >= pair.until for pair in pairs])[inside]
        shares = np.array([pair.share_yuan for pair in pairs])[inside]
        capital = np.where(over, np.minimum(kept[inside], shares), 0.0)
        self._pay(county, rows, capital, KEPT, "capital")
        self._pay(county, rows, kept[inside] - capital, KEPT, "property")

    def _pay(self, county: County, rows: RowsOf, amounts: np.ndarray, why: Reason, counts_as: CountsAs) -> None:
        if amounts.any():
            self.pay_out(county, self.account, rows, amounts, why, counts_as)
