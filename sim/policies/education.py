"""The education chain: kindergarten, compulsory school with meals and board, vocational and senior school, university.

What a place does now is that a household has hands free or one hand fewer, pays fees and owes loans. What it brings
later comes by mechanisms alone: a vocational graduate works with more skill; whoever is still at school as the run ends
is counted as enrolled, and no income is entered for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from sim.agents.household import Household
from sim.core.numerics import total
from sim.economy.family import SENIOR_OUT, SUMMER, TO_SENIOR, TO_UNIVERSITY
from sim.economy.schooling import BABES, SENIOR, STAGES, STUDENTS, TRADE, ask, at_board
from sim.facts.limits import MOST_COUNT
from sim.facts.months import AUGUST, FEBRUARY, MARCH, SEPTEMBER
from sim.facts.topics import KINDERGARTEN, KNOWS_JOBS
from sim.money.reasons import reason
from sim.policies import bends
from sim.policies.policy import County, Mask, Names, Policy, RowsOf, Yuan
from sim.policies.settings import BUDGET, TURNS, Lever, TargetedSettings

PLACES = reason("places at school", "学位经费")
MEALS = reason("school meals", "营养餐补助")
BOARD = reason("aid for boarders", "寄宿生生活补助")
FEE_AID = reason("fees of new senior places", "普高新增学位学费减免")
FEES = reason("fees of kindergarten and vocational school", "幼儿园和中职学费")
LOANS = reason("loans", "发放贷款")
LOAN_INTEREST = reason("interest on student loans", "助学贷款贴息")
TERMS = (MARCH, SEPTEMBER)  # months on whose first day a term begins
MOST_AID_YUAN = Household.COLUMNS["pupil_aid_yuan"].high


def _places(what: str, default: float) -> Any:
    return Field(default=default, ge=0, le=MOST_COUNT, description=f"places in the whole county: {what}")


class EducationSettings(TargetedSettings):
    """Levers of the chain."""

    kindergarten_places: float = _places("kindergarten", 2000.0)
    senior_places: float = _places("senior school, beyond those that are there", 300.0)
    vocational_places: float = _places("vocational school, for those who left school young", 600.0)
    university_places: float = _places("university, a year, by quota", 100.0)
    meals_yuan: float = Field(
        default=600.0, ge=0, le=10_000, description="meals of a pupil to the end of junior school"
    )
    boarding_yuan: float = Field(
        default=1000.0, ge=0, le=10_000, description="aid for a boarder of junior school, a year"
    )
    aid_share: float = Field(
        default=0.5, ge=0, le=1, description="part of the fees of its kindergarten, vocational and senior places"
    )
    loan_yuan: float = Field(default=6000.0, ge=0, le=50_000, description="largest loan for a student and year")
    end_day: int | None = Field(
        default=1095, ge=1, le=3650, description="last campaign day on which pupils are taken in, aided or lent to"
    )


class Education(Policy):
    """A term at a time: what has been begun, compulsory school, new places in September, then students' loans.

    Attributes:
        pupils: By stage and household, who has a place of it (kindergarten, vocational, senior, university).
        since: By household, the month in which its pupil of vocational school began.
    """

    kind: ClassVar[str] = "education"
    title_en: ClassVar[str] = "Education chain"
    title_zh: ClassVar[str] = "教育扶贫链"
    may_change: ClassVar[dict[str, Lever]] = {
        "kindergarten_places": Lever("Kindergarten places", "幼儿园学位数"),
        "senior_places": Lever("Senior school places", "普通高中学位数"),
        "vocational_places": Lever("Vocational school places", "中职学位数"),
        "university_places": Lever("University places a year", "每年高校专项招生名额"),
        "meals_yuan": Lever("Meals of a pupil, a year", "每生每年营养餐标准"),
        "boarding_yuan": Lever("Aid for a boarder, a year", "寄宿生每年生活补助"),
        "aid_share": Lever("Part of the fees that is paid", "学费资助比例", "share"),
        "loan_yuan": Lever("Largest loan for a student, a year", "每生每年助学贷款上限"),
        **BUDGET,
        **TURNS,
    }
    any_of: ClassVar[tuple[str, ...]] = (
        "kindergarten_places", "senior_places", "vocational_places", "university_places", "meals_yuan", "boarding_yuan",
        "loan_yuan",
    )  # fmt: skip
    counts: ClassVar[dict[str, Names]] = {
        "enrolled": ("Places taken", "新增入学人次"),
        "kindergarten": ("Kindergarten places taken", "入园人次"),
        "vocational": ("Pupils who began vocational school", "中职入学人数"),
        "senior": ("Pupils who began senior school by these places", "普高新增入学人数"),
        "university": ("Students admitted by quota", "高校专项招生人数"),
        "aided": ("Terms for which a household's pupils were aided", "补助学期户次"),
        "loans": ("Student loans", "助学贷款笔数"),
        "graduated": ("Vocational graduates", "中职毕业人数"),
        "gave_up": ("Pupils who gave up a place", "中途退学人数"),
        "at_school": ("Still in vocational school as the run ends", "期末中职在读人数"),
    }
    beside: ClassVar[dict[str, dict[str, object]]] = {
        "start_day": {"end_day": 3650},
        "university_places": {"meals_yuan": 0.0, "boarding_yuan": 0.0, "horizon_months": 24},
    }
    Settings: ClassVar[type[TargetedSettings]] = EducationSettings
    settings: EducationSettings

    def open(self, county: County) -> None:
        """Nobody has a place yet; a bank is ready to lend to students."""
        n = len(county.households)
        self._on = self.households_on(county)
        self.pupils = np.zeros((len(STAGES), n), dtype=np.int8)
        self.since = np.zeros(n, dtype=np.int16)
        self._promised = np.zeros(n, dtype=np.int16)
        self._look(county)
        self.account = f"lender {self.label}"
        county.accounts.open(self.account, 0.0)
        # Nothing falls due within a run, so that it counts among no campaign's loans, late or not.
        self.lender = county.loans.add_lender(self.account, 0.0, lump_sum=True, campaign=False)

    def _look(self, county: County) -> None:
        """Who is at school before the summer: whoever is not there after it has come out."""
        h = county.households
        self._children, self._seniors = h["children"].copy(), h["seniors"].copy()

    def days(self, county: County) -> Iterable[int]:
        """The first days of terms, to the end of the run: a place that was given is paid for until it ends."""
        clock = county.clock
        opens = clock.day_index(clock.start)
        dates = ((day, clock.date(opens + day - 1)) for day in range(1, clock.last_day_index - opens + 2))
        return [day for day, date in dates if day >= self.settings.start_day and date.month in TERMS and date.day == 1]

    # ---- a term ------------------------------------------------------------------------------------------------

    def day(self, county: County) -> None:
        """A term begins."""
        autumn = county.today.calendar_month == SEPTEMBER
        takes_in = county.today.campaign_day <= self.last_day(county)
        self._short = 0.0
        for stage in (TRADE, SENIOR, BABES):
            self._keep(county, stage)
        if takes_in:
            self._aid_compulsory(county)
        if takes_in and autumn:
            for stage in (STUDENTS, SENIOR, TRADE, BABES):
                self._admit(county, stage)
            self._lend(county)
        self.book.lost_yuan["purse"] = self._short

    def _afford(self, county: County, rows: RowsOf, each_yuan: Yuan) -> RowsOf:
        """Those of `rows`, in turn, whom the purse still reaches."""
        served = self.ration(county, rows, each_yuan)
        bends.passed_over(county, self.label, rows, served)
        self._short += self.book.lost_yuan["purse"]
        return served

    def _asks(self, county: County, stage: int, rows: RowsOf) -> tuple[Mask, Yuan]:
        """Who of `rows` wants a place and can pay its own part, and a term's fee of each, in yuan."""
        wants, fee = np.zeros(len(rows), dtype=np.bool_), np.zeros(len(rows))
        county.apply(ask, rows, stage, self._aid(stage), self.luck(county, "wish", rows, 0, stage), fee, wants)
        return wants, fee

    def _aid(self, stage: int) -> float:
        return 0.0 if stage == STUDENTS else self.settings.aid_share

    def _pay_term(self, county: County, stage: int, rows: RowsOf, fee_yuan: Yuan) -> RowsOf:
        """Pay for a term of places, in turn: the purse for the place and its part of the fee, households the rest.

        What a household pays of senior school and university falls due at the month's end, as for all pupils.

        Returns:
            Those whose places are paid for.
        """
        aid = self._aid(stage) * fee_yuan
        place = 0.5 * county.p.education_place_yuan[stage] * county.today.cpi
        served = self._afford(county, rows, place + aid)
        aid, own = aid[: len(served)], (fee_yuan - aid)[: len(served)]
        to_school = place * len(served)
        if stage == SENIOR:
            self.grant(county, served, aid, FEE_AID, counts_as="relief")
        else:
            to_school += total(np.ascontiguousarray(aid))
        self.buy(county, to_school, "grants_yuan", PLACES)
        self.book.reach(served, place + aid)
        if self.settings.effects:
            if stage in (BABES, TRADE):
                county.accounts.collect_households(served, "schools", own, FEES)
                county.households["burden_year_yuan"][served] += own
            bends.charge(county, self.label, served, place + aid)  # of what the fee has left
        return served

    # ---- places ------------------------------------------------------------------------------------------------

    def _keep(self, county: County, stage: int) -> None:
        """Whoever has a place goes on, if household and purse pay the term; else it gives the place up."""
        if stage == SENIOR:  # who is through, or has left, has none any more
            self.pupils[SENIOR] = np.minimum(self.pupils[SENIOR], county.households["seniors"])
        rows = self.in_turn(county, np.flatnonzero(self.pupils[stage]).astype(np.int64))
        able, fee = self._asks(county, stage, rows)
        kept = self._pay_term(county, stage, rows[able], fee[able])
        self._give_up(county, stage, np.setdiff1d(rows, kept))

    def _admit(self, county: County, stage: int) -> None:
        """Fill the free places of a stage: by marks where marks count, else in turn."""
        rows = np.flatnonzero(self._candidates(county, stage) & self._on & (self.pupils[stage] == 0)).astype(np.int64)
        rows = bends.not_held_up(county, self.label, rows)
        rows = self._by_marks(county, stage, rows) if stage in (SENIOR, STUDENTS) else self.in_turn(county, rows)
        wants, fee = self._asks(county, stage, rows)
        places = int(getattr(self.settings, f"{STAGES[stage]}_places") * county.share)
        free = places if stage == STUDENTS else max(0, places - int(self.pupils[stage].sum()))
        rows = self._pay_term(county, stage, rows[wants][:free], fee[wants][:free])
        where = county.households["village"][rows]
        self.book.count("enrolled", float(len(rows)), where)
        self.book.count(STAGES[stage], float(len(rows)), where)
        if stage != STUDENTS:  # a student is one among others from now on
            self.pupils[stage, rows] = 1
        if stage == TRADE:
            self.since[rows] = county.today.month
        if self.settings.effects:
            self._take_in(county, stage, rows)

    def _candidates(self, county: County, stage: int) -> Mask:
        """Households that have somebody for a place of this stage."""
        h, p, year = county.households, county.p, county.today.year
        everyone = np.arange(len(h), dtype=np.int64)
        if stage == BABES:
            of_age = h["children"] * (p.kindergarten_years / p.childhood_years)
            return np.asarray(self.luck(county, "of_age", everyone, year) < of_age)
        works = (h["leavers"] > 0) & (h["workers"] > h["migrants"])
        if stage == TRADE:
            return np.asarray(works)
        if stage == SENIOR:
            failed = county.luck(SUMMER, everyone, year, TO_SENIOR) >= p.to_senior
            return np.asarray(works & (h["children"] < self._children) & failed)
        through = p.ageing * self._seniors / p.senior_years
        out = county.luck(SUMMER, everyone, year, SENIOR_OUT) < through
        return np.asarray(works & out & (county.luck(SUMMER, everyone, year, TO_UNIVERSITY) >= p.to_university))

    def _by_marks(self, county: County, stage: int, rows: RowsOf) -> RowsOf:
        """Those who came nearest to getting in this summer first: the draw that turned them away is their marks."""
        exam = TO_SENIOR if stage == SENIOR else TO_UNIVERSITY
        return rows[np.lexsort((county.keys[rows], county.luck(SUMMER, rows, county.today.year, exam)))]

    def _take_in(self, county: County, stage: int, rows: RowsOf) -> None:
        """A small child is looked after elsewhere; others go to school instead of work."""
        h = county.households
        if stage == BABES:
            h["knows"][rows] |= 1 << KINDERGARTEN
            return
        h["workers"][rows] -= 1
        h["leavers"][rows] -= 1
        h["younger"][rows] = np.maximum(0, h["younger"][rows] - 1)
        if stage != TRADE:
            h["seniors" if stage == SENIOR else "university"][rows] += 1

    def _give_up(self, county: County, stage: int, rows: RowsOf) -> None:
        """The place is gone: the child is at home again, the pupil of vocational school works, untrained."""
        self.pupils[stage, rows] = 0
        if stage == SENIOR:  # stays on as others do, without aid
            return
        self.book.count("gave_up", float(len(rows)), county.households["village"][rows])
        if self.settings.effects:
            if stage == BABES:
                county.households["knows"][rows] &= ~(1 << KINDERGARTEN)
            else:
                self._to_work(county, rows)
                county.households["leavers"][rows] += 1

    @staticmethod
    def _to_work(county: County, rows: RowsOf) -> None:
        county.households["workers"][rows] += 1
        county.households["younger"][rows] += 1

    # ---- compulsory school, students ---------------------------------------------------------------------------

    def _aid_compulsory(self, county: County) -> None:
        """Meals for all pupils of compulsory school and aid for boarders of junior school, household by household."""
        s, p, h = self.settings, county.p, county.households
        rows = self.in_turn(county, np.flatnonzero(self._on & (h["children"] > 0)).astype(np.int64))
        rows = bends.not_held_up(county, self.label, rows)
        children, share = h["children"][rows] / p.childhood_years, np.zeros(len(rows))
        county.apply(at_board, rows, share)
        boards = self.luck(county, "boards", rows) < share
        meals = 0.5 * s.meals_yuan * p.compulsory_years * children
        board = 0.5 * s.boarding_yuan * p.junior_years * children * boards
        some = meals + board > 0.0
        served = self._afford(county, rows[some], (meals + board)[some])
        meals, board = meals[some][: len(served)], board[some][: len(served)]
        boards = boards[some][: len(served)]
        spared = p.meals_spared * meals
        self.grant(county, served, board, BOARD)
        self.grant(county, served, spared, MEALS, counts_as="relief")
        self.buy(county, total(np.ascontiguousarray(meals - spared)), "grants_yuan", MEALS)
        self.book.reach(served, meals + board)
        self.book.count("aided", float(len(served)), h["village"][served])
        if self.settings.effects:
            bends.charge(county, self.label, served, meals + board)
            promised = np.round(p.meals_spared * s.meals_yuan + s.boarding_yuan * boards)
            promised = np.minimum(promised, MOST_AID_YUAN - h["pupil_aid_yuan"][served])
            self._promised[served] = promised
            h["pupil_aid_yuan"][served] += self._promised[served]

    def _lend(self, county: County) -> None:
        """A bank lends to those who have a student and are short; the purse pays the interest of the years of study."""
        s, p, h = self.settings, county.p, county.households
        rows = np.flatnonzero(self._on & (h["university"] > 0)).astype(np.int64)
        fee = p.university_fee_yuan * county.today.cpi * h["university"][rows]
        short = (h["cash_yuan"][rows] < fee) & (self.luck(county, "borrows", rows) < p.student_loan_wish)
        asked = np.zeros(len(h))
        asked[rows] = np.where(short, np.minimum(s.loan_yuan * h["university"][rows], fee), 0.0)
        rows = bends.not_held_up(county, self.label, rows[asked[rows] > 0.0])
        rows = self.in_turn(county, rows)
        interest = p.student_loan_rate * p.university_years * asked[rows]
        rows = self._afford(county, rows, interest)
        interest, amounts = interest[: len(rows)], asked[rows]
        paid = total(np.ascontiguousarray(interest))
        for purse, part in county.purses.draw(self.kind, self.settings.purses, county.date, paid):
            county.accounts.pay(purse, self.account, part, LOAN_INTEREST)
        self.book.spend("interest_subsidy_yuan", paid)
        self.book.reach(rows, interest)
        self.book.count("loans", float(len(rows)), h["village"][rows])
        self.book.principal_yuan += total(amounts)
        if s.effects:
            county.loans.lend(self.lender, rows, amounts, int(p.student_loan_months))
            county.accounts.pay_households(self.account, rows, amounts, LOANS)

    # ---- as months end -----------------------------------------------------------------------------------------

    def month_end(self, county: County) -> None:
        """Terms end; in August places of kindergarten do, and pupils of vocational school are through."""
        month = county.today.calendar_month
        if month != AUGUST:
            self._look(county)
        if month not in (FEBRUARY, AUGUST):
            return
        county.households["pupil_aid_yuan"] -= self._promised
        self._promised[:] = 0
        if month == AUGUST:
            if self.settings.effects:
                county.households["knows"][self.pupils[BABES] > 0] &= ~(1 << KINDERGARTEN)
            self.pupils[BABES] = 0
            self._graduate(county)

    def _graduate(self, county: County) -> None:
        """Who has been there for the years it takes works with a skill, and knows of jobs."""
        h, p = county.households, county.p
        stayed = county.today.month + 1 - self.since
        rows = np.flatnonzero((self.pupils[TRADE] > 0) & (stayed >= 12 * p.vocational_years)).astype(np.int64)
        self.pupils[TRADE, rows] = 0
        self.book.count("graduated", float(len(rows)), h["village"][rows])
        if not self.settings.effects:
            return
        self._to_work(county, rows)
        h["work_skill"][rows] += p.vocational_gain * (1.0 - h["work_skill"][rows]) / h["workers"][rows]
        h["knows"][rows] |= 1 << KNOWS_JOBS

    def close(self, county: County) -> None:
        """Who is still at school: what that brings comes later than the run."""
        self.book.count("at_school", float(self.pupils[TRADE].sum()))
