"""Small loans through one of several channels, which differ in size, price, term, papers and who gets them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.core.numerics import total
from sim.core.rule import kernel, rule
from sim.economy.consumption import buffer
from sim.economy.credit import falls_due_soon, formal_debt, is_late
from sim.economy.investment import appeal, best_line, in_season, put_into, room, smallest
from sim.economy.labour import is_inclined, set_out
from sim.facts.topics import HELPED, KNOWS_CREDIT
from sim.money.reasons import INTEREST_SUBSIDY, INVESTMENT, LOAN_SLOTS
from sim.money.till import spend
from sim.policies.policy import Policy, PolicySettings, TargetedSettings

if TYPE_CHECKING:
    from sim.agents.household import Household
    from sim.agents.village import Village
    from sim.calendar.today import Today
    from sim.model import VillageModel
    from sim.parameters.packed import P


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

    channel: Literal["women", "shuanglian", "village_fund", "microlender"] = Field(description="who lends")
    quota_yuan: float = Field(default=0.0, ge=0, description="principal for the whole county; 0 = what the purse holds")
    size_yuan: float | None = Field(default=None, gt=0, le=500_000, description="largest loan")
    rate: float | None = Field(default=None, ge=0, le=0.5, description="interest a year")
    subsidy: float | None = Field(default=None, ge=0, le=1, description="share of interest that the state pays")
    term_months: int | None = Field(default=None, ge=1, le=60, description="term")
    lump_sum: bool | None = Field(default=None, description="principal at the end instead of in instalments")
    days_to_decide: int | None = Field(default=None, ge=0, le=365, description="days from application to payment")
    guarantee: bool | None = Field(default=None, description="a guarantee instead of own collateral")
    least_income_yuan: float | None = Field(default=None, ge=0, description="income a household and year it asks for")
    fee_yuan: float | None = Field(default=None, ge=0, description="administration a loan")
    papers: float | None = Field(
        default=None, ge=0, le=3, description="trouble of the papers for the borrower, against a bank's"
    )
    round_days: int = Field(default=14, ge=1, le=100, description="days between rounds of applications")
    told_share: float = Field(default=0.4, ge=0, le=1, description="share of households that the lender itself reaches")
    loans_a_round: int = Field(
        default=0, ge=0, description="loans a county's staff can decide in a round; 0 = no limit"
    )


@rule
def leaves_on_credit(h: Household, v: Village, p: P, today: Today) -> bool:
    """Whether a worker wants to leave for work and only the fare is wanting."""
    needed = (p.leave_cost_yuan + p.leave_reserve_yuan) * today.cpi
    return h.cash_yuan < needed and is_inclined(h, v, p, today)


@rule
def loan_wanted(
    h: Household, v: Village, p: P, today: Today, size: float, price: float, term_years: float, lump: int, papers: float
) -> float:
    """How much the household would borrow at a yearly price, in yuan (0: it would not).

    It borrows for the line that appeals most if the gain over the price covers the trouble of the papers, or to pay
    for leaving for work if it cannot from its own money; never more than it and a careful lender think can be repaid.
    """
    if is_late(h) or h.workers == 0:
        return 0.0
    income = max(0.0, h.expected_yuan) * 12.0
    most = income * p.repay_burden * (max(1.0, term_years) + (p.lump_sum_ease if lump > 0 else 0.0)) - formal_debt(h)
    size = min(size, most)
    own = max(0.0, h.cash_yuan - buffer(h, p, today) - falls_due_soon(h, p, today))
    trouble = papers * p.hassle_yuan * (p.hassle_helped if (h.knows >> HELPED) & 1 else 1.0)
    wanted = 0.0
    line = best_line(h, v, p, today, own + size, 1, price)
    if line > 0:
        amount = min(size, max(0.0, room(h, v, p, today, line, price) - own))
        # Trees bear long after such a loan falls due: it must be repaid out of other income.
        patient = line != 1 or amount <= p.orchard_of_loan * most
        gain = (appeal(h, v, p, today, line, own + amount) + p.required_return - price) * amount
        if amount + own >= smallest(h, p, today, line) and patient and gain * term_years > trouble:
            wanted = amount / (1.0 - p.loan_diverted)
            if price < p.cheap_money * p.required_return:
                # Money cheaper than it is worth to the household is taken as far as it is given.
                wanted = size
    if wanted == 0.0 and leaves_on_credit(h, v, p, today):
        needed = (p.leave_cost_yuan + p.leave_reserve_yuan) * today.cpi
        if size >= needed and trouble < p.leave_worth * p.leave_cost_yuan * today.cpi:
            wanted = needed
    return min(wanted, size)


@kernel
def loans_wanted(
    rows: NDArray[np.int64],
    households: Any,
    villages: Any,
    params: Any,
    todays: Any,
    size: float,
    price: float,
    term_years: float,
    lump: int,
    papers: float,
    out: NDArray[np.float64],
) -> None:
    """`loan_wanted` of each household in `rows`."""
    for i in range(rows.shape[0]):
        h = households[rows[i]]
        out[i] = loan_wanted(h, villages[h.village], params[0], todays[0], size, price, term_years, lump, papers)


@kernel
def put_loans_to_work(
    rows: NDArray[np.int64],
    amounts: NDArray[np.float64],
    households: Any,
    villages: Any,
    params: Any,
    todays: Any,
    tills: NDArray[np.float64],
    price: float,
    started: NDArray[np.bool_],
) -> None:
    """On the day of payment the borrower buys what the season allows, or sets out; the rest waits, or is diverted."""
    p = params[0]
    today = todays[0]
    for i in range(rows.shape[0]):
        h = households[rows[i]]
        v = villages[h.village]
        h.cash_yuan -= amounts[i]
        leaving = leaves_on_credit(h, v, p, today)
        h.cash_yuan += amounts[i]
        funds = amounts[i] * (1.0 - p.loan_diverted) + max(0.0, h.cash_yuan - amounts[i] - buffer(h, p, today))
        line = best_line(h, v, p, today, funds, 0, price)
        if line > 0 and in_season(today, line):
            amount = min(funds, room(h, v, p, today, line, price))
            spend(h, tills[h.village], amount, INVESTMENT)
            put_into(h, p, today, line, amount)
            started[i] = True
        elif leaving and h.cash_yuan >= p.leave_cost_yuan * today.cpi:
            set_out(h, p, today, tills[h.village])
            started[i] = True


class Microcredit(Policy):
    """A loan programme: applications in rounds, decisions after some days, repayment by the household's month."""

    kind: ClassVar[str] = "microcredit"
    title_en: ClassVar[str] = "Microcredit"
    title_zh: ClassVar[str] = "小额信贷"
    Settings: ClassVar[type[PolicySettings]] = MicrocreditSettings
    settings: MicrocreditSettings
    programme: ClassVar[int] = KNOWS_CREDIT
    most: ClassVar[int] = LOAN_SLOTS - 1  # the first is the bank's, for loans of before

    def begin(self, model: VillageModel) -> None:
        """Take a loan slot, and open the lender's books."""
        s = self.settings
        usual, purse = usual_terms(s.channel, model.p), CHANNELS[s.channel]
        given = {name: value for name in usual._fields if (value := getattr(s, name, None)) is not None}
        self.terms = usual._replace(**given)
        if s.purses:
            self._purses: tuple[str, ...] = s.purses
        else:
            self._purses = (purse,) if any(q.id == purse for q in model.purses.held) else ()
        self.slot = model.loan_slots[self.label]
        model.accounts.lenders[self.slot] = f"lender {self.label}"
        model.accounts.open(f"lender {self.label}", 0.0)
        today = model.today
        today.loan_rate[self.slot] = self.terms.rate
        today.loan_subsidy[self.slot] = self.terms.subsidy
        today.loan_lump[self.slot] = float(self.terms.lump_sum)
        self._on = self.households_on(model)
        self._waiting: dict[int, list[tuple[NDArray[np.int64], NDArray[np.float64]]]] = {}
        self._asked_before = np.zeros(len(model.households), dtype=np.bool_)
        self._borrowed = np.zeros(len(model.households), dtype=np.bool_)
        self._outstanding = 0.0
        quota = s.quota_yuan * model.county_share or model.purses.available(self.kind, self._purses, model.clock.end)
        self.targets["lent_yuan"] = quota
        self._limit = quota
        own = SUBSIDY_PURSES.get(s.channel, "")
        self._subsidy_purse = (own,) if any(q.id == own for q in model.purses.held) else ()
        self._committed_yuan = 0.0
        self._announced = False
        self._told = np.zeros(len(model.households), dtype=np.bool_)

    def days(self, model: VillageModel) -> Iterable[int]:
        """Rounds of applications, and the days on which they are decided and paid."""
        s = self.settings
        rounds = range(s.start_day, min(s.end_day, model.clock.campaign_days) + 1, s.round_days)
        return sorted({*rounds, *(self._paid_on(model, day) for day in rounds)})

    def _paid_on(self, model: VillageModel, day: int) -> int:
        """The campaign day on which an application of `day` is paid: no bank opens at the festival."""
        first = model.clock.day_index(model.clock.start) - 1
        day += max(1, self.terms.days_to_decide)
        while model.clock.is_festival(first + day):
            day += 1
        return day

    def day(self, model: VillageModel) -> None:
        """Pay what was applied for; take new applications on a round's day."""
        today = model.today.campaign_day
        if not self._announced:
            self._announced = True
            everyone = np.flatnonzero(self._on).astype(np.int64)
            told = everyone[self.luck(model, "told", everyone) < self.settings.told_share]
            self._told[told] = True
            if self.settings.effects:
                model.households["knows"][told] |= 1 << KNOWS_CREDIT
            self.count("told", float(len(told)))
            self._spend_on_running(model, model.p.telling_yuan * len(told))
        for rows, amounts in self._waiting.pop(today, []):
            self.pay_out(model, rows, amounts)
        s = self.settings
        last = min(s.end_day, model.clock.campaign_days)
        if today <= last and (today - s.start_day) % s.round_days == 0 and not model.today.festival:
            rows = np.flatnonzero(self.eligible(model)).astype(np.int64)
            rows, amounts = self.accepts(model, rows)
            if len(rows):
                self.count("applied", float(len(rows)))
                self._asked_before[rows] = True
                self._waiting.setdefault(self._paid_on(model, today), []).append((rows, amounts))

    def eligible(self, model: VillageModel) -> NDArray[np.bool_]:
        """Knows of it, has hands, owes nothing here, earns enough, and has not asked before or has repaid since."""
        h = model.households
        repaid = self._borrowed & (h["debt_yuan"][:, self.slot] <= 0)
        self._asked_before[repaid] = False
        self._borrowed[repaid] = False
        knows = self._told | ((h["knows"] >> KNOWS_CREDIT) & 1 == 1)
        ok = self._on & knows & (h["workers"] > 0) & ~self._asked_before
        ok &= (h["debt_yuan"][:, self.slot] <= 0) & (h["overdue_months"][:, self.slot] == 0)
        return np.asarray(ok & (h["expected_yuan"] * 12.0 >= self.terms.least_income_yuan))

    def accepts(self, model: VillageModel, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Who applies, and for how much."""
        t = self.terms
        wanted = np.zeros(len(rows))
        price = t.rate * (1.0 - t.subsidy)
        years = t.term_months / 12.0
        model.engine.call(
            loans_wanted, rows, model.households, model.villages, model._p_row, model.today_rows,
            t.size_yuan, price, years, int(t.lump_sum), t.papers, wanted,
        )  # fmt: skip
        if not t.guarantee:
            income = model.households["expected_yuan"][rows] * 12.0
            wanted = np.minimum(wanted, income / model.p.collateral_need)
        keen = wanted >= 500.0
        return rows[keen], np.floor(wanted[keen] / 100.0) * 100.0

    def pay_out(self, model: VillageModel, rows: NDArray[np.int64], amounts: NDArray[np.float64]) -> None:
        """Approve in turn within quota, purse and staff, and pay."""
        h = model.households
        still = (h["debt_yuan"][rows, self.slot] <= 0) & (h["overdue_months"][rows].max(axis=1) == 0)
        rows, amounts = rows[still], amounts[still]
        order = self.in_turn(model, rows)
        of = dict(zip(rows.tolist(), amounts.tolist(), strict=True))
        rows, amounts = order, np.array([of[r] for r in order.tolist()])
        staff = self.settings.loans_a_round
        if staff and len(rows) > staff * model.county_share:
            most = max(1, int(staff * model.county_share))
            self.lost_yuan["staff"] += total(amounts[most:])
            self._asked_before[rows[most:]] = False  # they may ask again in the next round
            rows, amounts = rows[:most], amounts[:most]
        left = min(self._limit - self.principal_yuan, model.purses.available(self.kind, self._purses, model.today_date))
        left = min(left, self._subsidised(model))
        enough = np.cumsum(amounts) <= left + 1e-6
        n = len(rows) if enough.all() else int(np.argmin(enough))
        # Who is turned away may ask again in the next round.
        self.lost_yuan["quota"] = total(amounts[n:])
        self._asked_before[rows[n:]] = False
        rows, amounts = rows[:n], amounts[:n]
        if not n:
            return
        sum_yuan = total(amounts)
        lender = model.accounts.lenders[self.slot]
        for purse, part in model.purses.draw(self.kind, self._purses, model.today_date, sum_yuan):
            model.accounts.pay(purse, lender, part, "loan capital")
        self.principal_yuan += sum_yuan
        self.met_yuan += sum_yuan
        self._spend_on_running(model, self.terms.fee_yuan * n)
        self._committed_yuan += sum_yuan * self._subsidy_a_yuan
        self.mark_served(model, rows)
        self.count("lent", float(n))
        self.count("lent_yuan", sum_yuan)
        if not self.settings.effects:
            return
        model.accounts.pay_households(lender, rows, amounts, "loans")
        h["debt_yuan"][rows, self.slot] += amounts
        h["term_months"][rows, self.slot] = self.terms.term_months
        self._borrowed[rows] = True
        started = np.zeros(n, dtype=np.bool_)
        model.engine.call(
            put_loans_to_work, rows, amounts, h, model.villages, model._p_row, model.today_rows, model.tills,
            self.terms.rate * (1.0 - self.terms.subsidy), started,
        )  # fmt: skip
        self.count("started", float(started.sum()))
        # What is spent on a borrower: the interest that the state pays over the term, and the lender's trouble.
        self.benefit(model, rows, amounts * self._subsidy_a_yuan + self.terms.fee_yuan)
        self._outstanding += sum_yuan

    def _spend_on_running(self, model: VillageModel, amount_yuan: float) -> None:
        """The lender's own trouble: telling people, deciding, paying out."""
        self.costs["administration_yuan"] += amount_yuan
        self.cash_outlay_yuan += amount_yuan
        model.accounts.pay(model.accounts.lenders[self.slot], "employers", amount_yuan, "loan administration")

    @property
    def _subsidy_a_yuan(self) -> float:
        """Interest that the state will pay on a yuan lent, over the term."""
        return self.terms.rate * self.terms.subsidy * self.terms.term_months / 12.0

    def _subsidised(self, model: VillageModel) -> float:
        """Principal that the channel's interest subsidy still reaches, in yuan (without a purse the state pays)."""
        if not self._subsidy_purse or self._subsidy_a_yuan <= 0:
            return float("inf")
        free = model.purses.available("interest_subsidy", self._subsidy_purse, model.clock.end) - self._committed_yuan
        return max(0.0, free) / self._subsidy_a_yuan

    def month_end(self, model: VillageModel) -> None:
        """The interest subsidy comes from the channel's own purse, if it has one, else from the state."""
        due = total(np.ascontiguousarray(model.tills[:, INTEREST_SUBSIDY + self.slot]))
        self._committed_yuan = max(0.0, self._committed_yuan - due)
        if self._subsidy_purse and due > 0:
            covered = min(due, model.purses.available("interest_subsidy", self._subsidy_purse, model.today_date))
            for purse, part in model.purses.draw("interest_subsidy", self._subsidy_purse, model.today_date, covered):
                model.accounts.pay(purse, "state", part, "interest subsidy fund")

    def books_closed(self, model: VillageModel) -> None:
        """Count what the month cost: subsidy, losses, and the capital tied up."""
        subsidy = float(model.interest_subsidy_yuan[self.slot])
        lost = float(model.written_off_yuan[self.slot])
        self.costs["interest_subsidy_yuan"] += subsidy
        self.costs["loan_losses_yuan"] += lost
        self.cash_outlay_yuan += subsidy + lost
        if self.terms.guarantee and lost > 0:
            called = min(lost, model.purses.available("loan_guarantee", (), model.today_date))
            for purse, part in model.purses.draw("loan_guarantee", (), model.today_date, called):
                model.accounts.pay(purse, model.accounts.lenders[self.slot], part, "guarantee called")
        self.costs["capital_cost_yuan"] += self._outstanding * model.p.funds_cost / 12.0
        self._outstanding = max(0.0, self._outstanding - float(model.repaid_yuan[self.slot]) - lost)

    def final_losses(self, model: VillageModel) -> float:
        """Principal late by more than three months as the run ends, in yuan: counted as lost, though still owed."""
        h = model.households
        late = h["overdue_months"][:, self.slot] > 3
        return total(np.ascontiguousarray(np.where(late, h["debt_yuan"][:, self.slot], 0.0)))
