"""Small loans through one of several channels, which differ in size, price, term, papers and who gets them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal, NamedTuple, cast

import numpy as np
from pydantic import Field

from sim.core.numerics import total
from sim.economy.borrowing import loans_wanted, put_loans_to_work
from sim.facts.limits import MOST_COUNT, MOST_YUAN
from sim.facts.topics import HELPED, KNOWS_CREDIT
from sim.money.lending import PRINCIPAL, SUBSIDY, WRITTEN_OFF
from sim.money.reasons import reason
from sim.parameters.packed import P
from sim.policies import bends, guarantee
from sim.policies.mutual_fund import MutualFund
from sim.policies.policy import County, Mask, Names, Policy, PolicySettings, RowsOf, TargetedSettings, Yuan
from sim.policies.settings import TURNS, Lever

CAPITAL = reason("loan capital", "放贷资金")
LOANS = reason("loans", "发放贷款")
RUNNING = reason("loan administration", "贷款经办费")
SUBSIDY_FUND = reason("interest subsidy fund", "贴息资金拨付")


class Channel(NamedTuple):
    """What a channel offers unless a scenario says otherwise."""

    size_yuan: float
    rate: float
    subsidy: float
    term_months: int
    lump_sum: bool
    days_to_decide: int
    guarantee: bool
    least_income_yuan: float
    fee_yuan: float
    papers: float


# In the order of the parameters channel_*, with the purse each lends from when a plan has it.
CHANNELS = {
    "women": "bank_women",
    "shuanglian": "bank_shuanglian",
    "village_fund": "village_funds",
    "microlender": "microlender",
}


FUND = "village_fund"  # the channel whose lenders are the villages' own funds
SUBSIDY_PURSES = {"women": "women_interest"}  # channels whose interest the state pays from a purse of its own


def usual_terms(channel: str, p: P) -> Channel:
    """A channel's own terms."""
    k = list(CHANNELS).index(channel)
    return Channel(
        size_yuan=p.channel_size_yuan[k],
        rate=p.channel_rate[k],
        subsidy=p.channel_subsidy[k],
        term_months=int(p.channel_term_months[k]),
        lump_sum=p.channel_lump_sum[k] > 0.5,
        days_to_decide=int(p.channel_days[k]),
        guarantee=p.channel_guarantee[k] > 0.5,
        least_income_yuan=p.channel_least_income_yuan[k],
        fee_yuan=p.channel_fee_yuan[k],
        papers=p.channel_papers[k],
    )


class MicrocreditSettings(TargetedSettings):
    """Levers of a loan programme; what is left out is the channel's own."""

    no_use: ClassVar[dict[str, str]] = {
        "budget_yuan": "what is lent is capped by quota_yuan, and what lending costs follows from its terms and losses"
    }

    channel: Literal["women", "shuanglian", "village_fund", "microlender"] = Field(description="who lends")
    quota_yuan: float | None = Field(
        default=None, ge=0, le=MOST_YUAN, description="principal for the whole county; left out: what the purse holds"
    )
    size_yuan: float | None = Field(default=None, ge=1, le=500_000, description="largest loan")
    rate: float | None = Field(default=None, ge=0, le=4, description="interest a year")
    subsidy: float | None = Field(default=None, ge=0, le=1, description="share of interest that the state pays")
    term_months: int | None = Field(default=None, ge=1, le=60, description="term")
    lump_sum: bool | None = Field(default=None, description="principal at the end instead of in instalments")
    days_to_decide: int | None = Field(default=None, ge=1, le=365, description="days from application to payment")
    guarantee: bool | None = Field(default=None, description="a guarantee instead of own collateral")
    least_income_yuan: float | None = Field(
        default=None, ge=0, le=1_000_000, description="income a household and year it asks for"
    )
    fee_yuan: float | None = Field(default=None, ge=0, le=100_000, description="administration a loan")
    papers: float | None = Field(
        default=None, ge=0, le=3, description="trouble of the papers for the borrower, against a bank's"
    )
    round_days: int = Field(default=14, ge=1, le=100, description="days between rounds of applications")
    told_share: float = Field(default=0.4, ge=0, le=1, description="share of households that the lender itself reaches")
    loans_a_round: int | None = Field(
        default=None,
        ge=0,
        le=MOST_COUNT,
        description="loans a county's staff can decide in a round; left out: no limit",
    )


class Microcredit(Policy):
    """A loan programme: applications in rounds, decisions after some days, repayment by the household's month."""

    kind: ClassVar[str] = "microcredit"
    title_en: ClassVar[str] = "Microcredit"
    title_zh: ClassVar[str] = "小额信贷"
    moved_as: ClassVar[Literal["", "projects", "credit"]] = "credit"
    may_change: ClassVar[dict[str, Lever]] = {
        "rate": Lever("Interest a year", "年利率", "share"),
        "subsidy": Lever("Interest that the state pays", "财政贴息比例", "share"),
        "size_yuan": Lever("Largest loan", "单笔贷款上限"),
        "term_months": Lever("Term in months", "贷款期限（月）"),
        "guarantee": Lever("A guarantee instead of collateral", "以担保代替抵押"),
        "least_income_yuan": Lever("Household income asked for, a year", "申请户年收入门槛"),
        "fee_yuan": Lever("Administration of a loan", "每笔贷款管理费用"),
        "papers": Lever("Trouble of the papers (a bank's = 1)", "手续繁琐程度（银行为1）"),
        "quota_yuan": Lever("Principal for the whole county", "全县贷款额度"),
        "loans_a_round": Lever("Loans decided in a round", "每轮审批笔数"),
        **TURNS,
    }
    amounts: ClassVar[tuple[str, ...]] = ("quota_yuan",)
    counts: ClassVar[dict[str, Names]] = {
        "lent_yuan": ("Amount lent", "发放贷款金额"),
        "lent": ("Loans paid out", "发放贷款笔数"),
        "applied": ("Applications", "申请户数"),
        "started": ("Households that began production", "投入生产户数"),
        "told": ("Times told of a programme", "政策告知户次"),
    }
    warm: ClassVar[dict[str, object]] = {"channel": "microlender", "told_share": 1.0}
    beside: ClassVar[dict[str, dict[str, object]]] = {
        "guarantee": {"channel": "women", "uncertainties.policies.collateral_need": 2.0}
    }
    Settings: ClassVar[type[PolicySettings]] = MicrocreditSettings
    settings: MicrocreditSettings
    programme: ClassVar[int] = KNOWS_CREDIT

    def open(self, county: County) -> None:
        """Open the lender's books, with its terms and its quota."""
        s = self.settings
        self.terms = t = self._terms(county)
        self._purses = s.purses or self._purse_of(county, *self.own_purses(s))
        self._subsidy_purse = self._purse_of(county, SUBSIDY_PURSES.get(s.channel, ""))
        self.account = f"lender {self.label}"
        county.accounts.open(self.account, 0.0)
        is_fund = s.channel == FUND
        pressed = county.p.fund_pressed if is_fund else 0.0
        self.lender = county.loans.add_lender(self.account, t.rate, t.subsidy, t.lump_sum, pressed=pressed)
        self.fund = MutualFund(county, self.lender, self.account) if is_fund else None
        purse_yuan = county.purses.available(self.kind, self._purses, self.campaign_end(county))
        self.quota_yuan = purse_yuan if s.quota_yuan is None else s.quota_yuan * county.share
        self.book.targets["lent_yuan"] = self.quota_yuan
        households = len(county.households)
        self._on = self.households_on(county)
        self._waiting: dict[int, list[tuple[RowsOf, Yuan]]] = {}
        self._told = np.zeros(households, dtype=np.bool_)
        self._asked_before, self._borrowed = self._told.copy(), self._told.copy()
        self._outstanding = self._committed_yuan = self._drawn_yuan = self._backed_yuan = 0.0

    def _terms(self, county: County) -> Channel:
        """The channel's own terms, but for what the settings say."""
        usual = usual_terms(self.settings.channel, county.p)
        given = {name: value for name in usual._fields if (value := getattr(self.settings, name, None)) is not None}
        return usual._replace(**given)

    def settings_changed(self, county: County) -> None:
        """New terms; interest and subsidy are the lender's and hold for its loans under way too."""
        self.terms = self._terms(county)
        lender = county.loans.lenders[self.lender]
        lender["rate"], lender["subsidy"] = self.terms.rate, self.terms.subsidy
        held = county.purses.available(self.kind, self._purses, self.campaign_end(county))
        asked = self.settings.quota_yuan
        self.quota_yuan = self._drawn_yuan + held if asked is None else asked * county.share

    @classmethod
    def own_purses(cls, settings: PolicySettings) -> tuple[str, ...]:
        """The channel's own."""
        return (CHANNELS[cast(MicrocreditSettings, settings).channel],)

    @classmethod
    def means_yuan(cls, settings: PolicySettings) -> float | None:
        """The quota; None of a village fund, whose members pay in and whose money comes back to be lent again."""
        terms = cast(MicrocreditSettings, settings)
        return None if terms.channel == FUND else terms.quota_yuan

    @staticmethod
    def _purse_of(county: County, name: str) -> tuple[str, ...]:
        """The purse of that name, if the plan has it."""
        return (name,) if any(held.id == name for held in county.purses.held) else ()

    def days(self, county: County) -> Iterable[int]:
        """Rounds of applications, and the days on which they are decided and paid."""
        rounds = self._rounds(county)
        return sorted({*rounds, *(self._paid_on(county, day) for day in rounds)})

    def _rounds(self, county: County) -> range:
        return self.rounds(county, self.settings.round_days)

    def _paid_on(self, county: County, day: int) -> int:
        """The campaign day on which an application of `day` is paid: no bank opens at the festival."""
        first = county.clock.day_index(county.clock.start) - 1
        day += max(1, self.terms.days_to_decide)
        while county.clock.is_festival(first + day):
            day += 1
        return day

    def day(self, county: County) -> None:
        """Pay what was applied for; take new applications on a round's day."""
        today = county.today.campaign_day
        if "told" not in self.book.counts:
            self._announce(county)
        for rows, amounts in self._waiting.pop(today, []):
            self._decide(county, rows, amounts)
        if today in self._rounds(county) and self.in_season(county):
            rows = np.flatnonzero(self.eligible(county)).astype(np.int64)
            wanted = self.accepts(county, rows)
            wanted[self._papers_missing(county, rows)] = 0.0  # sent home: it may come again another day
            rows, wanted = rows[wanted > 0.0], wanted[wanted > 0.0]
            served = bends.not_held_up(county, self.label, rows)
            rows, wanted = served, wanted[np.isin(rows, served)]
            if len(rows):
                self.book.count("applied", float(len(rows)), county.households["village"][rows])
                self._asked_before[rows] = True
                self._waiting.setdefault(self._paid_on(county, today), []).append((rows, wanted))

    def _announce(self, county: County) -> None:
        """The lender tells some households itself."""
        everyone = np.flatnonzero(self._on).astype(np.int64)
        told = everyone[self.luck(county, "told", everyone) < self.settings.told_share]
        self._told[told] = True
        if self.settings.effects:
            county.households["knows"][told] |= 1 << KNOWS_CREDIT
            if self.fund and self.quota_yuan > 0.0:  # nobody founds a fund without the state's part
                self.fund.open_to(county, told[self.luck(county, "join", told) < county.p.fund_members])
        self.book.count("told", float(len(told)), county.households["village"][told])
        self._spend_on_running(county, county.p.telling_yuan * len(told))

    def eligible(self, county: County) -> Mask:
        """Knows of it, has hands, owes nothing here, earns enough, and has not asked before or has repaid since."""
        h, owes = county.households, county.loans.owed(self.lender) > 0
        repaid = self._borrowed & ~owes
        self._asked_before[repaid] = False
        self._borrowed[repaid] = False
        knows = self._told | ((h["knows"] >> KNOWS_CREDIT) & 1 == 1)
        ok = self._on & knows & (h["workers"] > 0) & ~self._asked_before
        ok &= ~owes & (county.loans.overdue(self.lender) == 0)
        return np.asarray(ok & (h["expected_yuan"] * 12.0 >= self.terms.least_income_yuan))

    def accepts(self, county: County, rows: RowsOf) -> Yuan:
        """How much each applies for, in whole hundreds of yuan."""
        t = self.terms
        wanted = np.zeros(len(rows))
        price = t.rate * (1.0 - t.subsidy)
        county.apply(loans_wanted, rows, t.size_yuan, price, t.term_months / 12.0, int(t.lump_sum), t.papers, wanted)
        if not t.guarantee:
            income = county.households["expected_yuan"][rows] * 12.0
            wanted = np.minimum(wanted, income / county.p.collateral_need)
        return np.where(wanted >= county.p.loan_least_yuan, np.floor(wanted / 100.0) * 100.0, 0.0)

    def _papers_missing(self, county: County, rows: RowsOf) -> Mask:
        """Who comes without all the papers: fewer where few are asked for, a cadre has helped or a bank does them."""
        h, p = county.households, county.p
        helped = (h["knows"][rows] >> HELPED) & 1 == 1
        chance = p.papers_missing * self.terms.papers * np.where(helped, p.hassle_helped, 1.0)
        chance = chance * (1.0 - county.villages["papers_done"][h["village"][rows]])
        return np.asarray(self.luck(county, "papers", rows, county.day) < chance)

    def _decide(self, county: County, rows: RowsOf, amounts: Yuan) -> None:
        """Approve in turn, as far as staff, quota and purses reach; who is turned away may ask again."""
        wanted = np.zeros(len(county.households))
        wanted[rows] = amounts
        still = (county.loans.owed(self.lender)[rows] <= 0) & (county.households["overdue_months"][rows] == 0)
        rows = self.in_turn(county, rows[still])
        staff = self.settings.loans_a_round
        if staff is not None and len(rows) > staff * county.share:
            most = max(1, int(staff * county.share)) if staff else 0
            self.book.lost_yuan["staff"] += total(wanted[rows[most:]])
            self._asked_before[rows[most:]] = False
            rows = rows[:most]
        left = min(
            self.quota_yuan - self._drawn_yuan,
            county.purses.available(self.kind, self._purses, county.date),
            self._subsidised(county),
            guarantee.room_yuan(county) if self._is_backed else float("inf"),
        )
        if self.fund:
            asked = wanted[rows]
            wanted[rows] = self.fund.within_trust(county, rows, asked, self.terms.size_yuan)
            self.book.lost_yuan["trust"] = total(asked - wanted[rows])
            self._asked_before[rows[wanted[rows] <= 0.0]] = False
            rows = rows[wanted[rows] > 0.0]
            served = self.fund.reach(county, rows, wanted[rows], left)
        else:
            served = np.cumsum(wanted[rows]) <= left + 1e-6
        self.book.lost_yuan["quota"] = total(wanted[rows[~served]])
        self._asked_before[rows[~served]] = False
        if not self.fund:  # members decide in their own village
            bends.passed_over(county, self.label, rows, rows[served])
        if served.any():
            self._pay_out(county, rows[served], wanted[rows[served]])

    @property
    def _is_backed(self) -> bool:
        """Whether the guarantee company answers for its loans; in a village fund the members do."""
        return self.terms.guarantee and self.fund is None

    def _pay_out(self, county: County, rows: RowsOf, amounts: Yuan) -> None:
        """Capital from the purses, loans to the households, and what they do with them the same day."""
        t, sum_yuan = self.terms, total(amounts)
        capital_yuan = sum_yuan if self.fund is None else self.fund.lend(county, rows, amounts)
        for purse, part in county.purses.draw(self.kind, self._purses, county.date, capital_yuan):
            county.accounts.pay(purse, self.account, part, CAPITAL)
        self._drawn_yuan += capital_yuan
        if self._is_backed:
            guarantee.take_on(county, sum_yuan)
            self._backed_yuan += sum_yuan
        self.book.principal_yuan += sum_yuan
        self.book.met_yuan += sum_yuan
        self._spend_on_running(county, t.fee_yuan * len(rows))
        self._committed_yuan += sum_yuan * self._subsidy_a_yuan
        where = county.households["village"][rows]
        self.book.count("lent", float(len(rows)), where)
        self.book.count("lent_yuan", sum_yuan, where, amounts)
        # What is spent on a borrower: the interest that the state pays over the term, and the lender's trouble.
        self.book.reach(rows, amounts * self._subsidy_a_yuan + t.fee_yuan)
        if not self.settings.effects:
            return
        county.loans.lend(self.lender, rows, amounts, t.term_months)
        asked, amounts = amounts, bends.what_arrives(county, self.label, rows, amounts)
        bends.take(county, self.account, asked, amounts)
        county.accounts.pay_households(self.account, rows, amounts, LOANS)
        bends.charge(county, self.label, rows, asked * self._subsidy_a_yuan + t.fee_yuan)
        if self.fund:  # who borrows joins, with part of the loan
            amounts = amounts - self.fund.admit(county, rows)
        self._borrowed[rows] = True
        self._outstanding += sum_yuan
        started = np.zeros(len(rows), dtype=np.bool_)
        county.apply(put_loans_to_work, rows, amounts, county.tills, t.rate * (1.0 - t.subsidy), started)
        self.book.count("started", float(started.sum()), where[started])

    def _spend_on_running(self, county: County, amount_yuan: float) -> None:
        """The lender's own trouble: telling people, deciding, paying out."""
        self.book.spend("administration_yuan", amount_yuan)
        county.accounts.pay(self.account, "employers", amount_yuan, RUNNING)

    @property
    def _subsidy_a_yuan(self) -> float:
        """Interest that the state will pay on a yuan lent, over the term."""
        return self.terms.rate * self.terms.subsidy * self.terms.term_months / 12.0

    def _subsidised(self, county: County) -> float:
        """Principal that the channel's interest subsidy still reaches, in yuan (without a purse the state pays)."""
        if not self._subsidy_purse or self._subsidy_a_yuan <= 0:
            return float("inf")
        held = county.purses.available("interest_subsidy", self._subsidy_purse, self.campaign_end(county))
        return max(0.0, held - self._committed_yuan) / self._subsidy_a_yuan

    def month_end(self, county: County) -> None:
        """The interest subsidy comes from the channel's own purse, if it has one, else from the state."""
        if self.fund:
            self.fund.month_end(county, self.terms.term_months)
        due = total(np.ascontiguousarray(county.loans.till[:, self.lender, SUBSIDY]))
        self._committed_yuan = max(0.0, self._committed_yuan - due)
        if self._subsidy_purse and due > 0:
            covered = min(due, county.purses.available("interest_subsidy", self._subsidy_purse, county.date))
            for purse, part in county.purses.draw("interest_subsidy", self._subsidy_purse, county.date, covered):
                county.accounts.pay(purse, "state", part, SUBSIDY_FUND)

    def books_closed(self, county: County) -> None:
        """Count what the month cost: subsidy, losses, and the capital tied up."""
        repaid, subsidy, lost = (float(county.loans.posted[self.lender, k]) for k in (PRINCIPAL, SUBSIDY, WRITTEN_OFF))
        self.book.spend("interest_subsidy_yuan", subsidy)
        self.book.spend("loan_losses_yuan", lost)
        ended = min(self._backed_yuan, repaid + lost)
        self._backed_yuan -= ended
        guarantee.take_on(county, -ended)
        if self._is_backed:
            guarantee.call(county, self.account, lost)
        if self.fund:
            self.fund.books_closed(county)
        self.book.costs["capital_cost_yuan"] += self._outstanding * county.p.funds_cost / 12.0
        self._outstanding = max(0.0, self._outstanding - repaid - lost)

    def close(self, county: County) -> None:
        """Principal late for long as the run ends counts as lost, though it is still owed."""
        loans = county.loans.of(self.lender)
        late = loans["principal_yuan"][loans["overdue_months"] > county.p.loan_lost_months]
        self.book.costs["loan_losses_yuan"] += total(np.ascontiguousarray(late))
