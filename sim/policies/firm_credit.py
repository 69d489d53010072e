"""Loans to firms, big growers and co-operatives, who hire hands or buy under contract while the money works."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal, cast

import numpy as np
from pydantic import Field

from sim.core.numerics import add_up, ascending, total
from sim.facts.limits import MOST_YUAN
from sim.money.reasons import reason
from sim.policies import contracts, guarantee
from sim.policies.policy import County, Names, Policy, PolicySettings, RowsOf, Yuan
from sim.policies.settings import Lever

CAPITAL = reason("loan capital", "放贷资金")
LOANS = reason("loans to firms and co-operatives", "发放经营主体贷款")
REPAID = reason("principal repaid by firms and co-operatives", "经营主体归还本金")
INTEREST = reason("interest of firms and co-operatives", "经营主体贷款利息")
INTEREST_SUBSIDY = reason("interest subsidy", "贴息")
RUNNING = reason("loan administration", "贷款经办费")

# In the order of the parameters firm_*.
BORROWERS = ("firm", "grower", "cooperative")
PLEDGES = ("orders", "stock", "forest", "guarantee")


class FirmCreditSettings(PolicySettings):
    """Levers of lending to those who employ or buy."""

    no_use: ClassVar[dict[str, str]] = {
        "budget_yuan": "what is lent is capped by quota_yuan, and what lending costs follows from its terms and losses"
    }

    borrower: Literal["firm", "grower", "cooperative"] = Field(
        default="firm", description="a firm of each township, or a big grower or co-operative of each village"
    )
    collateral: Literal["orders", "stock", "forest", "guarantee"] = Field(
        default="orders", description="what it pledges: signed orders, goods in store, forest rights, or a guarantee"
    )
    quota_yuan: float | None = Field(
        default=None, ge=0, le=MOST_YUAN, description="principal for the whole county; left out: what the purse holds"
    )
    size_yuan: float | None = Field(
        default=None, ge=1, le=MOST_YUAN, description="largest loan; left out: what the pledge is good for"
    )
    rate: float = Field(default=0.072, ge=0, le=1, description="interest a year")
    subsidy: float = Field(default=0.0, ge=0, le=1, description="share of interest that the state pays")
    term_months: int = Field(default=12, ge=1, le=60, description="term; principal falls due at its end")
    round_days: int = Field(default=30, ge=1, le=100, description="days between rounds of decisions")


@dataclass
class FirmLoan:
    """A loan under way.

    Attributes:
        principal_yuan: What is owed.
        months_left: Until it falls due.
        place: Number of the township or village whose borrower has it.
        villages: Rows of the villages it works in.
        jobs: What it has added to the jobs of each of them.
        members: Households that it has given a contract.
        backed: Whether the guarantee company answers for it.
    """

    principal_yuan: float
    months_left: int
    place: int
    villages: RowsOf
    jobs: Yuan
    members: RowsOf
    backed: bool


class FirmCredit(Policy):
    """Lending to those who employ or buy: jobs and contracts last as long as the loan works."""

    kind: ClassVar[str] = "firm_credit"
    title_en: ClassVar[str] = "Loans to firms and co-operatives"
    title_zh: ClassVar[str] = "经营主体贷款"
    moved_as: ClassVar[Literal["", "projects", "credit"]] = "credit"
    may_change: ClassVar[dict[str, Lever]] = {
        "quota_yuan": Lever("Principal for the whole county", "全县贷款额度"),
        "size_yuan": Lever("Largest loan", "单笔贷款上限"),
        "rate": Lever("Interest a year", "年利率", "share"),
        "subsidy": Lever("Interest that the state pays", "财政贴息比例", "share"),
        "term_months": Lever("Term in months", "贷款期限（月）"),
        "collateral": Lever("What is pledged", "抵押担保方式"),
    }
    amounts: ClassVar[tuple[str, ...]] = ("quota_yuan",)
    village_wide: ClassVar[bool] = True
    beside: ClassVar[dict[str, dict[str, object]]] = {
        name: {"term_months": 1, "size_yuan": 50_000.0} for name in ("end_day", "round_days")
    }
    counts: ClassVar[dict[str, Names]] = {
        "lent_yuan": ("Amount lent", "发放贷款金额"),
        "lent": ("Loans paid out", "发放贷款笔数"),
        "worker_years": ("Years of full work created", "新增用工（人年）"),
        "signed": ("Households that got a contract", "新签约户数"),
        "failed": ("Borrowers that failed", "违约主体数"),
    }
    Settings: ClassVar[type[PolicySettings]] = FirmCreditSettings
    settings: FirmCreditSettings

    @classmethod
    def means_yuan(cls, settings: PolicySettings) -> float | None:
        """The quota."""
        return cast(FirmCreditSettings, settings).quota_yuan

    def open(self, county: County) -> None:
        """Open the lender's account, and see who could borrow where."""
        self.account = f"lender {self.label}"
        county.accounts.open(self.account, 0.0)
        self._loans: list[FirmLoan] = []
        self._free = county.villages["free_days_open"].mean(axis=1)
        self._which = BORROWERS.index(self.settings.borrower)
        self.settings_changed(county)
        self.book.targets["lent_yuan"] = self.quota_yuan

    def settings_changed(self, county: County) -> None:
        """The quota, of which what has been lent is gone."""
        asked, held = self.settings.quota_yuan, self._held_yuan(county, self.campaign_end(county))
        self.quota_yuan = self.book.principal_yuan + held if asked is None else asked * county.share

    def _held_yuan(self, county: County, day: object) -> float:
        return county.purses.available(self.kind, self.settings.purses, day)  # type: ignore[arg-type]

    def days(self, county: County) -> Iterable[int]:
        """Rounds of decisions."""
        return self.rounds(county, self.settings.round_days)

    def size_yuan(self, county: County) -> float:
        """What a borrower can have: what it is worth, times what its pledge is good for."""
        p, s = county.p, self.settings
        good_for = p.firm_worth_yuan[self._which] * p.firm_pledge[PLEDGES.index(s.collateral)]
        return good_for if s.size_yuan is None else min(good_for, s.size_yuan)

    def day(self, county: County) -> None:
        """One round: places in turn of a keyed lottery, one loan each, as far as quota, purse and deposit reach."""
        if not self.in_season(county):
            return
        owing = {loan.place for loan in self._loans}
        size, lost = self.size_yuan(county), 0.0
        for villages in self._places(county):
            place = self._place(county, villages)
            if place in owing or size < county.p.loan_least_yuan:
                continue
            left = min(self.quota_yuan - self.book.principal_yuan, self._held_yuan(county, county.date))
            if self.settings.collateral == "guarantee":
                left = min(left, guarantee.room_yuan(county))
            if size > left:
                lost += size
            else:
                self._lend(county, villages, size)
        self.book.lost_yuan["quota"] = lost

    def _places(self, county: County) -> list[RowsOf]:
        """Villages of each borrower, in turn: those of a township for a firm, one for others."""
        turn = self.villages_in_turn(county)
        if self.settings.borrower != "firm":
            return [turn[i : i + 1] for i in range(len(turn))]
        township = county.villages["township"][turn]
        first = np.sort(np.unique(township, return_index=True)[1], kind="stable")
        return [np.sort(turn[township == township[i]], kind="stable") for i in first]

    def _place(self, county: County, villages: RowsOf) -> int:
        column = "township" if self.settings.borrower == "firm" else "key"
        return int(county.villages[column][villages[0]])

    def _lend(self, county: County, villages: RowsOf, size: float) -> None:
        p, s = county.p, self.settings
        for purse, part in county.purses.draw(self.kind, s.purses, county.date, size):
            county.accounts.pay(purse, self.account, part, CAPITAL)
        self.book.spend("administration_yuan", p.firm_fee_yuan)
        county.accounts.pay(self.account, "employers", p.firm_fee_yuan, RUNNING)
        self.book.principal_yuan += size
        self.book.met_yuan += size
        self.book.count("lent", 1.0, villages[:1])
        self.book.count("lent_yuan", size, villages[:1], np.full(1, size))
        county.accounts.pay(self.account, "employers", size, LOANS)
        place, backed = self._place(county, villages), s.collateral == "guarantee"
        loan = FirmLoan(size, s.term_months, place, villages, np.zeros(len(villages)), _NOBODY, backed)
        self._loans.append(loan)
        if backed:
            guarantee.take_on(county, size)
        works = size * p.firm_additional / p.firm_need_yuan[self._which] / county.today.cpi
        if s.borrower == "cooperative":
            rows = self._members(county, int(villages[0]), works)
        else:
            rows = np.concatenate([self.households_of(county, int(village)) for village in villages])
        # What is spent on those reached: the interest that the state pays over the term, and the lender's trouble.
        spent = size * s.rate * s.subsidy * s.term_months / 12.0 + p.firm_fee_yuan
        self.book.reach(rows, spent / max(1, len(rows)))
        if not s.effects:
            return
        if s.borrower == "cooperative":
            loan.members = rows
            contracts.sign(county, rows)
            self.book.count("signed", float(len(rows)), county.households["village"][rows])
        else:
            self._hire(county, loan, works)

    def _hire(self, county: County, loan: FirmLoan, workers: float) -> None:
        """So many workers' days are wanted, in all its villages alike; never more than there are free hands for."""
        v, p = county.villages, county.p
        free = total(np.ascontiguousarray(self._free[loan.villages]))
        if free <= 0.0:
            return
        wanted = workers * p.work_days_month / free
        added = np.minimum(wanted, np.maximum(0.0, p.firm_jobs_most - v["jobs"][loan.villages]))
        v["jobs"][loan.villages] += added
        loan.jobs = added
        days = total(np.ascontiguousarray(added * self._free[loan.villages]))
        years = days / p.work_days_month * loan.months_left / 12.0
        self.book.count("worker_years", years, loan.villages, np.full(len(loan.villages), years / len(loan.villages)))

    def _members(self, county: County, village: int, number: float) -> RowsOf:
        """So many of a village's households with something to sell and no contract, drawn by keyed lottery."""
        h, rows = county.households, self.households_of(county, village)
        its = h[rows[0] : rows[-1] + 1]
        sells = (its["orchard_mu"] > 0.0) | (its["livestock_head"] > 0.0) | (its["greenhouse_mu"] > 0.0)
        rows = rows[(its["contracted"] == 0) & sells]
        order = ascending(self.luck(county, "member", rows), county.keys[rows])
        members: RowsOf = rows[order[: int(number)]]
        return members

    def books_closed(self, county: County) -> None:
        """A month of each loan: interest, and at the end principal; or the borrower fails, and all of it is lost."""
        owed = add_up(loan.principal_yuan for loan in self._loans)
        self.book.costs["capital_cost_yuan"] += owed * county.p.funds_cost / 12.0
        for loan in list(self._loans):
            self._month(county, loan)

    def _month(self, county: County, loan: FirmLoan) -> None:
        s, interest = self.settings, loan.principal_yuan * self.settings.rate / 12.0
        loan.months_left -= 1
        luck = county.village_luck(self.number("fails"), loan.villages[:1], county.today.month)[0]
        if luck < county.p.firm_fails[self._which] / 12.0:
            self._end(county, loan, failed=True)
            return
        county.accounts.pay("employers", self.account, interest * (1.0 - s.subsidy), INTEREST)
        if s.subsidy > 0.0:
            county.accounts.pay("state", self.account, interest * s.subsidy, INTEREST_SUBSIDY)
            self.book.spend("interest_subsidy_yuan", interest * s.subsidy)
        if loan.months_left <= 0:
            county.accounts.pay("employers", self.account, loan.principal_yuan, REPAID)
            self._end(county, loan)

    def _end(self, county: County, loan: FirmLoan, failed: bool = False) -> None:
        """The money works no longer: its jobs and contracts end with it."""
        self._loans.remove(loan)
        if loan.backed:
            guarantee.take_on(county, -loan.principal_yuan)
        if failed:
            self.book.count("failed", 1.0, loan.villages[:1])
            self.book.spend("loan_losses_yuan", loan.principal_yuan)
            if loan.backed:
                guarantee.call(county, self.account, loan.principal_yuan)
        jobs = county.villages["jobs"]
        jobs[loan.villages] = np.maximum(0.0, jobs[loan.villages] - loan.jobs)
        contracts.end(county, loan.members)


_NOBODY = np.zeros(0, dtype=np.int64)
