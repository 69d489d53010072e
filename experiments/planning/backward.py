"""From a target a head back to what each kind of household needs, what it costs, and forward again in the model.

The plan on paper takes everybody's income as it comes of itself (mean over replicates of the scenario as it is), and
closes the gap to the target with what a unit brings in a normal year. The model then lives the same years with exactly
that given on the first day: there prices fall as all plant the same, animals die, people come home, and luck differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.measure.statistics import Interval, mean_interval
from experiments.planning.channels import CHANNELS, WORK, Floats, Room, room_of, within
from experiments.planning.needs import Mix, alone, cheapest
from experiments.runs.progress import Progress
from sim.core.errors import UserError
from sim.core.rule import kernel
from sim.county import County
from sim.economy.investment import put_into
from sim.facts.lines import GREENHOUSE, LIVESTOCK, ORCHARD
from sim.model import VillageModel
from sim.scenario import Plan

MOST_MONTHS = 120
LINES = (ORCHARD, LIVESTOCK, GREENHOUSE)
KINDS = (
    ("no able worker", "无劳动力户"),
    ("one worker", "1个劳动力户"),
    ("two workers", "2个劳动力户"),
    ("three workers or more", "3个及以上劳动力户"),
)
"""Kinds of households, by able workers as the plan is drawn up."""


@dataclass(frozen=True)
class Asked:
    """What is to be planned.

    Attributes:
        plan: The scenario under which it is to happen.
        target_yuan: Net income a head to be reached, yuan of that year.
        year: The year by which.
        channels: The ways that may be used, names of `CHANNELS`.
        seeds: Seeds of the replicates.
    """

    plan: Plan
    target_yuan: float
    year: int
    channels: tuple[str, ...] = tuple(CHANNELS)
    seeds: tuple[int, ...] = (1, 2, 3, 4)


@dataclass(frozen=True)
class Alone:
    """One channel by itself, for the households of a kind that fall short.

    Attributes:
        median_units: What the household in the middle would need (infinite: no amount is enough).
        feasible: Share of them that have the land, hands or fodder for it.
    """

    median_units: float
    feasible: float


@dataclass(frozen=True)
class KindPlan:
    """A kind of household: where it stands, what it would need, what the model gives.

    Attributes:
        households: How many there are in the world.
        persons: Persons in them as the plan is drawn up.
        now_yuan: Net income a head in the year before.
        by_itself_yuan: The same in the target year without the plan.
        short: Share of the households that fall short of the target without it.
        alone: Each channel by itself.
        units: Units that the plan gives, by channel, in all.
        cost_yuan: What that costs in all.
        feasible: Share of those that fall short for whom the plan closes the gap on paper.
        planned_yuan: Income a head that is planned.
        simulated_yuan: What the model gives, mean over replicates.
        gain_yuan: That less what comes of itself, paired by replicate.
        reached_by_itself: Share of the households at or above the target in the model without the plan.
        more_reach: How much that share grows by it, paired by replicate.
        gap_yuan: What those that fall short are wanting on average, yuan a household and year.
    """

    households: int
    persons: float
    now_yuan: float
    by_itself_yuan: float
    short: float
    alone: dict[str, Alone]
    units: dict[str, float]
    cost_yuan: float
    feasible: float
    planned_yuan: float
    simulated_yuan: float
    gain_yuan: Interval
    reached_by_itself: float
    more_reach: Interval
    gap_yuan: float


@dataclass(frozen=True)
class Drawn:
    """A plan drawn up backwards and carried out in the model.

    Attributes:
        asked: What was asked.
        months: Months from the first to the end of the accounting year that counts.
        kinds: Each kind of household in the order of `KINDS`, then all together.
        share: Which part of the profile's county the world is.
    """

    asked: Asked
    months: int
    kinds: tuple[KindPlan, ...]
    share: float


@kernel
def _give(
    rows: NDArray[np.int64],
    households: Any,
    villages: Any,
    params: Any,
    todays: Any,
    line: int,
    amounts_yuan: Floats,
) -> None:
    """Trees, animals or glass worth so much stand with each of `rows` from today, and it knows of the line."""
    for i in range(rows.shape[0]):
        h = households[rows[i]]
        put_into(h, params[0], todays[0], line, amounts_yuan[i])
        h.knows |= 1 << line


def draw_up(asked: Asked, progress: bool = True) -> Drawn:
    """Draw a plan up backwards and let the model live it.

    Args:
        asked: What is to be planned.
        progress: Whether to say how far it has come.

    Raises:
        UserError: The year lies before the scenario begins, or more than 120 months after.
    """
    months = _months(asked)
    plan = asked.plan.model_copy(update={"horizon_months": months})
    with Progress(progress) as said:
        without: list[tuple[Floats, Floats]] = []
        for seed in asked.seeds:
            model = VillageModel(plan, rng=seed, observers=())
            if seed == asked.seeds[0]:
                opening, now = _opened(model), room_of(model.county, _training_yuan(model.county))
            model.run_model()
            if seed == asked.seeds[0]:
                then = room_of(model.county, _training_yuan(model.county))
            without.append(_heads(model))
            said.say(f"{len(without)} of {2 * len(asked.seeds)} runs done")
        income, people = (np.mean([one[k] for one in without], axis=0) for k in range(2))
        gap = np.maximum(0.0, asked.target_yuan * people - income)
        room = within(then, now)
        mix = cheapest(gap, room, tuple(list(CHANNELS).index(name) for name in asked.channels))
        with_it: list[tuple[Floats, Floats]] = []
        for seed in asked.seeds:
            model = VillageModel(plan, rng=seed, observers=())
            _hand_out(model.county, mix, room)
            model.run_model()
            with_it.append(_heads(model))
            said.say(f"{len(asked.seeds) + len(with_it)} of {2 * len(asked.seeds)} runs done")
    seen = _Seen(asked, opening, income, people, gap, room, mix, without, with_it)
    masks = [seen.kind == k for k in range(len(KINDS))] + [np.ones(len(gap), dtype=np.bool_)]
    return Drawn(asked, months, tuple(seen.of(mask) for mask in masks), opening.share)


def _months(asked: Asked) -> int:
    """Months to the end of the last accounting year that ends within the target year."""
    start = asked.plan.campaign.start
    to_december = (asked.year - start.year) * 12 + 12 - start.month + 1
    months = to_december // 12 * 12
    if months < 12 or months > MOST_MONTHS:
        raise UserError(
            f"from {start:%Y-%m} to the end of {asked.year} there are {max(0, to_december)} months",
            field="--year",
            allowed=f"a year from {start.year + (1 if start.month > 1 else 0)} to {start.year + MOST_MONTHS // 12}",
        )
    return months


@dataclass(frozen=True)
class _Opening:
    """How the households stood on the eve of the first day."""

    workers: NDArray[np.int64]
    persons: Floats
    income_yuan: Floats
    share: float


def _opened(model: VillageModel) -> _Opening:
    h = model.households
    return _Opening(
        h["workers"].astype(np.int64), h["persons"].astype(np.float64), h["income_last"].sum(axis=1), model.county.share
    )


def _heads(model: VillageModel) -> tuple[Floats, Floats]:
    """Income of each household in the last closed year, and its persons."""
    found = model.households["income_last"].sum(axis=1), model.households["persons"].astype(np.float64)
    model.close()
    return found


def _training_yuan(county: County) -> float:
    """What teaching a worker a trade costs, as published."""
    return float(county.p.training_cost_yuan[1])


def _hand_out(county: County, mix: Mix, room: Room) -> None:
    """Give every household what is planned for it, on the eve of the first day."""
    h = county.households
    for channel, line in enumerate(LINES):
        rows = np.flatnonzero(mix.units[:, channel] > 0.0)
        county.apply(_give, rows, line, mix.units[rows, channel] * room.cost_unit_yuan[channel])
    going = mix.units[:, WORK].astype(np.int64)
    taught = going > 0
    gain = county.p.work_course_gain * going / np.maximum(1, h["workers"])
    h["work_skill"][taught] += (gain * (1.0 - h["work_skill"]))[taught]
    h["migrants"] += going.astype(h["migrants"].dtype)


@dataclass(frozen=True)
class _Seen:
    """Everything that a kind's line is made from, a row a household."""

    asked: Asked
    opening: _Opening
    income: Floats
    people: Floats
    gap: Floats
    room: Room
    mix: Mix
    without: list[tuple[Floats, Floats]]
    with_it: list[tuple[Floats, Floats]]

    @property
    def kind(self) -> NDArray[np.int64]:
        """The kind of each household."""
        return np.minimum(self.opening.workers, len(KINDS) - 1)

    def of(self, mask: NDArray[np.bool_]) -> KindPlan:
        """The households of a mask together."""
        short = mask & (self.gap > 0.0)
        planned = self.income + self.mix.brings_yuan
        people = float(self.people[mask].sum())
        closed = self.mix.short_yuan[short] < 1.0
        target = self.asked.target_yuan

        def means(runs: list[tuple[Floats, Floats]]) -> Floats:
            return np.array([float(yuan[mask].sum() / heads[mask].sum()) for yuan, heads in runs])

        def reached(runs: list[tuple[Floats, Floats]]) -> Floats:
            return np.array([float((yuan / heads >= target)[mask].mean()) for yuan, heads in runs])

        return KindPlan(
            households=int(mask.sum()),
            persons=float(self.opening.persons[mask].sum()),
            now_yuan=float(self.opening.income_yuan[mask].sum() / self.opening.persons[mask].sum()),
            by_itself_yuan=float(self.income[mask].sum()) / people,
            short=float(short.sum() / mask.sum()),
            alone={name: self._alone(short, list(CHANNELS).index(name)) for name in self.asked.channels},
            units={name: float(self.mix.units[mask, k].sum()) for k, name in enumerate(CHANNELS)},
            cost_yuan=float(self.mix.cost_yuan[mask].sum()),
            feasible=float(closed.mean()) if short.any() else 1.0,
            planned_yuan=float(planned[mask].sum()) / people,
            simulated_yuan=float(means(self.with_it).mean()),
            gain_yuan=mean_interval(means(self.with_it) - means(self.without)),
            reached_by_itself=float(reached(self.without).mean()),
            more_reach=mean_interval(reached(self.with_it) - reached(self.without)),
            gap_yuan=float(self.gap[short].mean()) if short.any() else 0.0,
        )

    def _alone(self, short: NDArray[np.bool_], channel: int) -> Alone:
        units, feasible = alone(self.gap, self.room, channel)
        if not short.any():
            return Alone(0.0, 1.0)
        return Alone(float(np.median(units[short])), float(feasible[short].mean()))
