"""Training: farm skills in the idle season, skills for work away, and school leavers with placement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationInfo, field_validator

from sim.core.numerics import add_up
from sim.core.rule import kernel
from sim.economy.labour import take_place, would_take_place
from sim.facts.limits import MOST_COUNT
from sim.facts.topics import KNOWS_JOBS, KNOWS_TRAINING
from sim.money.reasons import reason
from sim.policies import bends
from sim.policies.gifts import coached_in
from sim.policies.policy import County, Mask, Names, Policy, PolicySettings, RowsOf, TargetedSettings, Yuan
from sim.policies.settings import TURNS, Lever

COURSES = reason("training", "培训")
TRAVEL = reason("travel to the place found", "到岗路费")
CONTENTS = ("farm", "work", "leavers")  # in the order of the parameter training_cost_yuan


class TrainingSettings(TargetedSettings):
    """Levers of a training programme."""

    content: Literal["farm", "work", "leavers"] = Field(description="farm skills, skills for work, or school leavers")
    places: int | None = Field(
        default=None, ge=0, le=MOST_COUNT, description="places in a county; left out: as many as the money pays for"
    )
    cost_yuan: float | None = Field(default=None, ge=1, le=20_000, description="cost a trainee (default: as published)")
    hours: float = Field(default=24.0, gt=0, le=400, description="hours of teaching")
    class_size: int = Field(default=40, ge=5, le=400, description="people in a class")
    follow_up: bool = Field(default=False, description="trainers come to the field afterwards (adds half the cost)")
    placement: float | None = Field(
        default=None, ge=0, le=1, description="share of trainees found work (default: as published)"
    )
    round_days: int = Field(default=7, ge=1, le=100, description="days between classes")

    @field_validator("placement")
    @classmethod
    def _work_only(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is not None and info.data.get("content") == "farm":
            raise ValueError("has no use here: nobody is placed in work by a course in farm skills")
        return value


@kernel
def takes_place(
    rows: NDArray[np.int64],
    households: Any,
    villages: Any,
    params: Any,
    todays: Any,
    offer: float,
    out: NDArray[np.bool_],
) -> None:
    """Which households send a worker to the place found for them."""
    for i in range(rows.shape[0]):
        h = households[rows[i]]
        out[i] = would_take_place(h, villages[h.village], params[0], todays[0], offer)


@kernel
def go_to_places(rows: NDArray[np.int64], households: Any, villages: Any, params: Any, todays: Any) -> None:
    """A worker of each of `rows` goes to the place found."""
    for i in range(rows.shape[0]):
        take_place(households[rows[i]])


class Training(Policy):
    """Courses; the next trainee gets the next trainer, and a county's good ones are taken first."""

    kind: ClassVar[str] = "training"
    title_en: ClassVar[str] = "Training"
    title_zh: ClassVar[str] = "技能培训"
    may_change: ClassVar[dict[str, Lever]] = {
        "cost_yuan": Lever("Cost of a trainee", "人均培训费用"),
        "hours": Lever("Hours of teaching", "培训学时"),
        "class_size": Lever("People in a class", "每班人数"),
        "follow_up": Lever("Trainers come to the field afterwards", "课后田间指导"),
        "placement": Lever("Trainees found work", "推荐就业比例", "share"),
        **TURNS,
    }
    amounts: ClassVar[tuple[str, ...]] = ("places",)
    counts: ClassVar[dict[str, Names]] = {
        "trained": ("Trained", "完成培训人数"),
        "placed": ("Placed in jobs", "就业安置人数"),
    }
    warm: ClassVar[dict[str, object]] = {"content": "leavers", "places": 4000}
    beside: ClassVar[dict[str, dict[str, object]]] = {
        name: {"content": "farm", "places": 30} for name in ("end_day", "round_days", "priority", "capture")
    }
    Settings: ClassVar[type[PolicySettings]] = TrainingSettings
    settings: TrainingSettings
    programme: ClassVar[int] = KNOWS_TRAINING
    untold: ClassVar[str] = "registered"

    def open(self, county: County) -> None:
        """Price and places."""
        s = self.settings
        self.settings_changed(county)
        places = int(self.money_yuan(county) / self._each if s.places is None else s.places * county.share)
        self.book.targets["trained"] = float(places)
        self._on = self.households_on(county)
        # Who has been asked to such a course, and what has been taught of it, whichever policy gives it.
        self._asked = county.shared_mask(f"asked to {s.content}")
        self._taught = county.shared.setdefault(f"taught of {s.content}", np.zeros(1))

    def settings_changed(self, county: County) -> None:
        """What a place costs."""
        s, p = self.settings, county.p
        usual = p.training_cost_yuan[CONTENTS.index(s.content)]
        each = s.cost_yuan or usual * (1.0 - p.teaching_share + p.teaching_share * self._teaching(county))
        self._each = each * (1.0 + p.follow_up_cost) if s.follow_up else each

    def _teaching(self, county: County) -> float:
        """A trainer's time that a trainee takes, against a usual one: longer courses take more, larger classes less."""
        s, p = self.settings, county.p
        return s.hours / p.course_hours * p.course_class / s.class_size

    def quality(self, county: County, trainees: int) -> Yuan:
        """How good the course is for each of the next trainees, as a share of full quality.

        A county's good trainers can teach so many of `good_trainers` a campaign, in all its courses together; they are
        taken first, and whoever comes after them is taught by others. Places that stay empty take nobody's time.
        """
        s, p = self.settings, county.p
        each = self._teaching(county)
        before = float(self._taught[0]) + each * np.arange(trainees)
        self._taught += each * trainees
        good = np.clip((p.good_trainers * county.share - before) / each, 0.0, 1.0)
        crowd = 1.0 - p.course_crowding * (1.0 - min(1.0, p.course_class / s.class_size))
        time = min(1.0, p.course_first_hours + (1.0 - p.course_first_hours) * s.hours / p.course_hours)
        return np.asarray((p.course_least + (1.0 - p.course_least) * good) * crowd * time)

    def days(self, county: County) -> Iterable[int]:
        """Days on which classes begin."""
        return self.rounds(county, self.settings.round_days)

    def eligible(self, county: County) -> Mask:
        """Has someone at home to send, has been told or is registered, has not been asked before."""
        h = county.households
        told = ((h["knows"] >> KNOWS_TRAINING) & 1 == 1) | (h["registered"] == 1)
        who = h["leavers"] > 0 if self.settings.content == "leavers" else h["workers"] > h["migrants"]
        return np.asarray(self._on & told & who & ~self._asked)

    def accepts(self, county: County, rows: RowsOf) -> Yuan:
        """Who comes: the idle season and drive bring people, sowing keeps them away."""
        idle = county.clock.is_idle_season(county.day)
        chance = county.p.attend_idle if idle else county.p.attend_busy
        drive = county.households["drive"][rows]
        keen = self.luck(county, "attend", rows) < chance * (1.0 - county.p.drive_base + drive)
        return np.where(keen, self._each, 0.0)

    def days_each(self, county: County) -> float:
        """Inviting and enrolling."""
        return county.p.training_days

    def day(self, county: County) -> None:
        """A round of classes: about a round's share of the places is filled."""
        if not self.in_season(county):
            return
        left = self.book.targets["trained"] - self.book.counts["trained"]
        to_come = add_up(day >= county.today.campaign_day for day in self.days(county))
        seats = int(min(left, county.p.course_catch_up * left / to_come + 1))
        rows = self.in_turn(county, np.flatnonzero(self.eligible(county)).astype(np.int64))
        invited = rows[: int(county.p.course_invitations) * seats]
        bends.passed_over(county, self.label, rows, invited)
        worth = np.zeros(len(county.households))
        worth[invited] = self.accepts(county, invited)
        keen = worth[invited] > 0.0
        self._asked[invited[~keen]] = True
        self._asked[self.deliver(county, invited[keen][:seats], worth)] = True

    def pay(self, county: County, rows: RowsOf, worth_yuan: Yuan) -> None:
        """Teaching, board and materials."""
        self.buy(county, self._each * len(rows), "grants_yuan", COURSES)

    def hand_over(self, county: County, rows: RowsOf, worth_yuan: Yuan) -> None:
        """Skill; news of jobs and places to go to."""
        s, h, p = self.settings, county.households, county.p
        if s.content == "farm":
            kept = 1.0 if s.follow_up else p.course_without_follow_up
            if s.follow_up:
                coached_in(county)[rows] = county.today.month
            gain = p.course_gain * kept * self.quality(county, len(rows))
            h["farm_skill"][rows] += gain * (1.0 - h["farm_skill"][rows])
            return
        gain = p.work_course_gain * self.quality(county, len(rows))
        each = 1.0 / np.maximum(1, h["workers"][rows])  # one of the household's workers has been on the course
        h["work_skill"][rows] += gain * (1.0 - h["work_skill"][rows]) * each
        h["knows"][rows] |= 1 << KNOWS_JOBS
        self._place(county, rows)
        if s.content == "leavers":
            h["leavers"][rows] = 0

    def _place(self, county: County, rows: RowsOf) -> None:
        """Find places for some of the trainees; the programme pays the way as far as its money reaches."""
        s, p = self.settings, county.p
        usual = p.places_found if s.content == "leavers" else 0.0
        share = s.placement if s.placement is not None else usual
        offered = rows[self.luck(county, "placed", rows) < share]
        keen = np.zeros(len(offered), dtype=np.bool_)
        county.apply(takes_place, offered, p.placement_pull, keen)
        fare = p.leave_cost_yuan * county.today.cpi
        placed = offered[keen][: int(self.left_yuan(county) / fare)]
        self.buy(county, fare * len(placed), "grants_yuan", TRAVEL)
        county.apply(go_to_places, placed)
        self.book.count("placed", float(len(placed)), county.households["village"][placed])
