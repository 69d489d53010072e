"""One replicate of a trial: a new population, a new lot, a new survey and new luck; what its survey finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from experiments.trials.arms import NOBODY, Assignment, Offer, assign, holds, offers_of, plan_of, told
from experiments.trials.estimate import Estimate, Sample, estimate, quantile_effects
from experiments.trials.file import Trial, TrialOutcome
from experiments.trials.local_conditions import settled, wages_changed
from experiments.trials.replicate_result import ReplicateResult
from experiments.trials.survey_measures import Diary, Reading, measure, read, values
from experiments.trials.world import expected_headcount
from sim.core.draws import decision, mix, number_of, uniforms
from sim.core.numerics import exp_array, norm_ppf_array
from sim.county import County
from sim.facts.sources import TRANSFER, WAGE
from sim.model import Reach, VillageModel
from sim.population import kept
from sim.population.profile import Profile
from sim.scenario import Plan

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
SAMPLE = decision("trial.sample")
LOST = decision("trial.lost")
ERROR = decision("trial.error")
POPULATION = number_of("trial.population")


@dataclass(frozen=True)
class TrialJob:
    """A trial with what its replicates share: the fitted world, the offers and the plan."""

    trial: Trial
    profile: Profile
    offers: tuple[Offer, ...]
    plan: Plan
    wages_times: float = 1.0
    """What wages were multiplied by so that there is a world of the trial's income."""


def prepare(trial: Trial) -> TrialJob:
    """What every replicate of a trial shares; the generator is fitted here, once.

    Raises:
        UserError: The books do not go together, or the arms have more policies than a world can hold.
    """
    asked, (trial, profile) = trial, settled(trial)
    offers = offers_of(trial, profile)
    return TrialJob(trial, profile, offers, plan_of(trial, profile, offers), wages_changed(asked, trial))


def run(job: TrialJob, seed: int) -> ReplicateResult:
    """One replicate.

    Args:
        job: The trial, prepared.
        seed: Number of the replicate; population, lot, survey and luck follow from it.
    """
    return observe(job, seed).found()


@dataclass(frozen=True)
class Observed:
    """What was there to be seen in one replicate.

    Attributes:
        job: The trial.
        seed: Number of the replicate.
        assignment: What the lot gave each household.
        surveyed: The households of the survey.
        keys: The households' keys.
        noted: Values of every measure that an outcome needs, by month and name, as they really are.
        took_up: Whether a household had taken up what an arm is offered, by month and number of the arm.
        groups: The subgroups of each outcome: among and minus.
        facts: What the report says of the world.
    """

    job: TrialJob
    seed: int
    assignment: Assignment
    surveyed: Mask
    keys: NDArray[np.int64]
    noted: Mapping[tuple[int, str], Floats]
    took_up: Mapping[tuple[int, int], Floats]
    groups: Mapping[str, tuple[Mask, Mask | None]]
    facts: Mapping[str, float]

    def sample(self, outcome: TrialOutcome) -> Sample:
        """One arm beside another, as the survey reports them."""
        trial = self.job.trial
        number = [arm.name for arm in trial.arms].index
        arm, against = number(outcome.arm), number(outcome.against)
        among, minus = self.groups[outcome.name]
        meant = among if minus is None else among | minus
        rows = np.flatnonzero(self.surveyed & meant & np.isin(self.assignment.arm, (arm, against)))
        took = self.took_up[outcome.month, arm]
        if outcome.measure == "took_up":
            y, before = took[rows], np.zeros(len(rows))
        else:
            y = self._reported(outcome.measure, outcome.month)[rows]
            before = self._reported(outcome.measure, 0)[rows]
        return Sample(
            y=np.where(self._lost(outcome.month)[rows], np.nan, y),
            treated=(self.assignment.arm[rows] == arm).astype(np.float64),
            cluster=self.assignment.cluster[rows],
            baseline_y=before,
            took_up=(took if outcome.through == "took_up" else self.noted[outcome.month, outcome.through])[rows],
            group=None if minus is None else among[rows].astype(np.float64),
        )

    def found(self) -> ReplicateResult:
        """Every estimate that the trial asks for."""
        estimates: dict[str, Estimate] = {}
        quantiles: dict[str, tuple[float, ...]] = {}
        for outcome in self.job.trial.outcomes:
            sample = self.sample(outcome)
            estimates[outcome.name] = estimate(sample, outcome.estimator, outcome.unit)
            if outcome.quantiles:
                quantiles[outcome.name] = quantile_effects(sample, outcome.quantiles, outcome.unit)
        return ReplicateResult(estimates, self._takeup(), quantiles, self.facts)

    def _takeup(self) -> dict[str, float]:
        """Share of each arm's surveyed who took up what their arm (of the control: any arm) was offered."""
        trial, last = self.job.trial, self.job.trial.months
        everything = np.max([self.took_up[last, number] for number in range(len(trial.arms))], axis=0)
        shares = {}
        for number, arm in enumerate(trial.arms):
            rows = self.surveyed & (self.assignment.arm == number)
            took = self.took_up[last, number] if arm.policies else everything
            shares[arm.name] = float(took[rows].mean()) if rows.any() else float("nan")
        return shares

    def _reported(self, name: str, month: int) -> Floats:
        """A measure as people report it: amounts with an error of proportion that is right on average."""
        true, sd = self.noted[month, name], self.job.trial.survey.error
        if sd == 0.0 or not measure(name).is_amount:
            return true
        z = norm_ppf_array(uniforms(mix(self.seed, number_of(name)), ERROR, self.keys, month))
        return true * exp_array(sd * z - 0.5 * sd * sd)

    def _lost(self, month: int) -> Mask:
        """Households that the survey has lost by a month: evenly over the time to the last follow-up."""
        trial = self.job.trial
        share = np.zeros(len(self.keys))
        for number, arm in enumerate(trial.arms):
            share[self.assignment.arm == number] = trial.survey.lost(arm.name) * month / trial.months
        return np.asarray(uniforms(self.seed, LOST, self.keys, 0) < share)


class _Lot:
    """The assignment, made when the first policy asks whom it reaches: the world is open, and nothing has happened."""

    def __init__(self, job: TrialJob, seed: int) -> None:
        self._job, self._seed = job, seed
        self.assignment: Assignment | None = None

    def of(self, county: County) -> Assignment:
        if self.assignment is None:
            self.assignment = assign(self._job.trial, read(county, Diary(county), 0), self._seed)
        return self.assignment

    def reach(self, offer: Offer) -> Reach:
        return lambda county: self.of(county).offered(offer.arms)


def observe(job: TrialJob, seed: int) -> Observed:
    """Let a replicate live, and note what its survey can ask."""
    lot = _Lot(job, seed)
    people = mix(seed, POPULATION) >> 1
    plan = job.plan.model_copy(update={"world": job.plan.world.model_copy(update={"population_seed": people})})
    reach = {offer.label: lot.reach(offer) for offer in job.offers}
    model = VillageModel(plan, rng=seed, profile=job.profile, reach=reach, observers=())
    try:
        return _live(job, seed, model, lot.of(model.county))
    finally:
        model.close()
        vars(model).clear()  # a model stands in circles, which would keep its rows until the collector comes by
        kept._KEPT.clear()  # nobody will ask for this population again


def _live(job: TrialJob, seed: int, model: VillageModel, assignment: Assignment) -> Observed:
    trial = job.trial
    diary = Diary(model.county)
    start = read(model.county, diary, 0)
    surveyed = _surveyed(trial, start, assignment, seed)
    groups = {
        one.name: (holds(one.among, start), holds(one.minus, start) if one.minus else None) for one in trial.outcomes
    }
    served = _served(model, job)
    noted: dict[tuple[int, str], Floats] = {}
    took_up: dict[tuple[int, int], Floats] = {}
    _note(trial, start, served, noted, took_up)
    telling = _telling(model, job, assignment, seed)
    while model.running:
        for rows, bit in telling.pop(model.day + 1, ()):
            model.households["knows"][rows] |= 1 << bit
        model.step()
        if model.clock.calendar[model.day]["month_end"]:
            month = model.today.month
            diary.note(month)
            if month in trial.survey.follow_ups:
                _note(trial, read(model.county, diary, month), served, noted, took_up)
    facts = {
        "surveyed": float(surveyed.sum()),
        "eligible_share": float(assignment.eligible.mean()),
        "income_per_head_yuan": float(start.income().sum() / model.households["persons"].sum()),
        "poor_share": float(model.households["poor_at_start"].mean()),
        "headcount": job.profile.poverty.headcount,
        "headcount_expected": expected_headcount(trial, job.profile),
        "wage_share": float(start.income(WAGE).sum() / start.income().sum()),
        "wage_share_expected": job.profile.income.sources.wage,
        "wages_times": job.wages_times,
        "transfer_share": float(start.income(TRANSFER).sum() / start.income().sum()),
        "money_audit": model.county.accounts.audit(),
    }
    return Observed(job, seed, assignment, surveyed, model.county.keys, noted, took_up, groups, facts)


def _note(
    trial: Trial,
    reading: Reading,
    served: Sequence[Callable[[], Mask]],
    noted: dict[tuple[int, str], Floats],
    took_up: dict[tuple[int, int], Floats],
) -> None:
    """What outcomes ask of this month, and of month 0 for all of them."""
    for outcome in trial.outcomes:
        for name in {outcome.measure, outcome.through} - {"took_up"}:
            if reading.month in (0, outcome.month):
                noted[reading.month, name] = values(reading, name).copy()
    for number, mine in enumerate(served):
        took_up[reading.month, number] = values(replace(reading, served=mine()), "took_up")


def _served(model: VillageModel, job: TrialJob) -> list[Callable[[], Mask]]:
    """For each arm, who has been served by any of its policies by now."""
    books = model.county.books

    def of(number: int) -> Callable[[], Mask]:
        mine = [books[offer.label] for offer in job.offers if number in offer.arms]
        nobody = np.zeros(len(model.households), dtype=np.bool_)
        return lambda: np.logical_or.reduce([nobody, *(book.served for book in mine)])

    return [of(number) for number in range(len(job.trial.arms))]


def _telling(
    model: VillageModel, job: TrialJob, assignment: Assignment, seed: int
) -> dict[int, list[tuple[NDArray[np.int64], int]]]:
    """On which days who is told of what."""
    telling: dict[int, list[tuple[NDArray[np.int64], int]]] = {}
    first = model.clock.day_index(model.clock.start)
    for offer in job.offers:
        if offer.programme:
            rows = told(job.trial, assignment, offer, model.county.keys, seed)
            telling.setdefault(first + offer.start_day - 1, []).append((rows, offer.programme))
    return telling


def _surveyed(trial: Trial, start: Reading, assignment: Assignment, seed: int) -> Mask:
    """The survey's households: in each village so many of the eligible of the trial, by lot."""
    there: Mask = assignment.eligible & (assignment.arm != NOBODY)
    if not trial.design.sample:
        return there
    keys = start.households["key"].astype(np.int64)
    village = start.households["village"].astype(np.int64)
    order = np.lexsort((keys, uniforms(seed, SAMPLE, keys, 0), village, ~there))[: int(there.sum())]
    where = village[order]
    place = np.arange(len(order)) - np.searchsorted(where, where, side="left")
    surveyed = np.zeros(len(keys), dtype=np.bool_)
    surveyed[order[place < trial.design.sample]] = True
    return surveyed


__all__ = ["Observed", "TrialJob", "observe", "prepare", "run"]
