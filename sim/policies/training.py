"""Training: farm skills in the idle season, skills for work away, and school leavers with placement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.core.numerics import add_up
from sim.core.rule import kernel
from sim.economy.labour import would_take_place
from sim.facts.topics import KNOWS_JOBS, KNOWS_TRAINING
from sim.policies.policy import Policy, PolicySettings, TargetedSettings

if TYPE_CHECKING:
    from sim.model import VillageModel

CONTENTS = ("farm", "work", "leavers")  # in the order of the parameter training_cost_yuan


class TrainingSettings(TargetedSettings):
    """Levers of a training programme."""

    content: Literal["farm", "work", "leavers"] = Field(description="farm skills, skills for work, or school leavers")
    places: int = Field(default=0, ge=0, description="places in a county; 0 = as many as the money pays for")
    cost_yuan: float | None = Field(default=None, gt=0, le=20_000, description="cost a trainee (default: as published)")
    hours: float = Field(default=24.0, gt=0, le=400, description="hours of teaching")
    class_size: int = Field(default=40, ge=5, le=400, description="people in a class")
    follow_up: bool = Field(default=False, description="trainers come to the field afterwards (adds half the cost)")
    placement: float | None = Field(
        default=None, ge=0, le=1, description="share of trainees found work (default: as published)"
    )
    round_days: int = Field(default=7, ge=1, le=100, description="days between classes")


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


class Training(Policy):
    """Courses; their quality thins out with scale."""

    kind: ClassVar[str] = "training"
    title_en: ClassVar[str] = "Training"
    title_zh: ClassVar[str] = "技能培训"
    Settings: ClassVar[type[PolicySettings]] = TrainingSettings
    settings: TrainingSettings
    programme: ClassVar[int] = KNOWS_TRAINING

    def begin(self, model: VillageModel) -> None:
        """Price, places and the quality that so many places leave."""
        s, p = self.settings, model.p
        usual = p.training_cost_yuan[CONTENTS.index(s.content)]
        teaching = s.hours / p.course_hours * p.course_class / s.class_size
        each = s.cost_yuan or usual * (1.0 - p.teaching_share + p.teaching_share * teaching)
        self._each = each * (1.0 + p.follow_up_cost) if s.follow_up else each
        places = int(s.places * model.county_share) if s.places else int(self.money_yuan(model) / self._each)
        self.targets["trained"] = float(places)
        self._on = self.households_on(model)
        # Who has been on such a course, whichever policy gave it.
        self._asked = model.common.setdefault(f"asked to {s.content}", np.zeros(len(model.households), dtype=np.bool_))

    def quality(self, model: VillageModel) -> float:
        """How good the courses are: a county's good trainers serve all its courses together, then come the others."""
        s, p = self.settings, model.p
        alike = [q for q in model.policies if isinstance(q, Training) and q.settings.content == s.content]
        places = add_up(q.targets["trained"] for q in alike)
        good = min(1.0, p.good_trainers * model.county_share / max(1.0, places))
        thin = p.course_least + (1.0 - p.course_least) * good
        crowd = 1.0 - p.course_crowding * (1.0 - min(1.0, p.course_class / s.class_size))
        time = min(1.0, p.course_first_hours + (1.0 - p.course_first_hours) * s.hours / p.course_hours)
        return thin * crowd * time

    def days(self, model: VillageModel) -> Iterable[int]:
        """Days on which classes begin."""
        last = min(self.settings.end_day, model.clock.campaign_days)
        return range(self.settings.start_day, last + 1, self.settings.round_days)

    def eligible(self, model: VillageModel) -> NDArray[np.bool_]:
        """Has someone at home to send, has been told or is registered, has not been asked before."""
        h = model.households
        told = ((h["knows"] >> KNOWS_TRAINING) & 1 == 1) | (h["registered"] == 1)
        who = h["leavers"] > 0 if self.settings.content == "leavers" else h["workers"] > h["migrants"]
        return np.asarray(self._on & told & who & ~self._asked)

    def accepts(self, model: VillageModel, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Who comes: the idle season and drive bring people, sowing keeps them away."""
        idle = model.clock.is_idle_season(model.day)
        chance = model.p.attend_idle if idle else model.p.attend_busy
        drive = model.households["drive"][rows]
        return rows[self.luck(model, "attend", rows) < chance * (1.0 - model.p.drive_base + drive)]

    def day(self, model: VillageModel) -> None:
        """A round of classes: about a round's share of the places is filled."""
        if model.today.festival:
            return
        left = self.targets["trained"] - self.delivered["trained"]
        to_come = add_up(day >= model.today.campaign_day for day in self.days(model))
        seats = int(min(left, 1.5 * left / to_come + 1))
        rows = self.in_turn(model, np.flatnonzero(self.eligible(model)).astype(np.int64))
        invited = rows[: 4 * seats]
        keen = self.accepts(model, invited)
        coming = keen[:seats]
        self._asked[np.setdiff1d(invited, keen)] = True
        coming = self.ration(model, coming, np.full(len(coming), self._each))
        coming = self.take_days(model, coming, model.p.training_days, self._each)
        if not len(coming):
            return
        self.buy(model, self._each * len(coming), "grants_yuan", "training")
        self.benefit(model, coming, self._each)
        self._asked[coming] = True
        self.mark_served(model, coming)
        self.count("trained", float(len(coming)))
        if self.settings.effects:
            self._teach(model, coming)

    def _teach(self, model: VillageModel, rows: NDArray[np.int64]) -> None:
        s, h, p = self.settings, model.households, model.p
        if s.content == "farm":
            gain = p.course_gain * self.quality(model) * (1.0 if s.follow_up else p.course_without_follow_up)
            h["farm_skill"][rows] += gain * (1.0 - h["farm_skill"][rows])
            return
        gain = p.work_course_gain * self.quality(model)
        each = 1.0 / np.maximum(1, h["workers"][rows])  # one of the household's workers has been on the course
        h["work_skill"][rows] += gain * (1.0 - h["work_skill"][rows]) * each
        h["knows"][rows] |= 1 << KNOWS_JOBS
        usual = p.places_found if s.content == "leavers" else 0.0
        share = s.placement if s.placement is not None else usual
        offered = rows[self.luck(model, "placed", rows) < share]
        keen = np.zeros(len(offered), dtype=np.bool_)
        model.engine.call(
            takes_place, offered, h, model.villages, model._p_row, model.today_rows, p.placement_pull, keen
        )
        # The programme pays the way, as it does for its school leavers, as far as its money reaches.
        fare = p.leave_cost_yuan * model.today.cpi
        placed = offered[keen][: int(self.left_yuan(model) / fare)]
        self.buy(model, fare * len(placed), "grants_yuan", "travel to the place found")
        h["migrants"][placed] += 1
        if s.content == "leavers":
            h["leavers"][rows] = 0
        self.count("placed", float(len(placed)))
