"""One replicate of a trial: a new population, a new lot, a new survey and new luck; what its survey finds."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from experiments.trials.arms import NOBODY, Assignment, Offer, assign, offers_of, plan_of, told
from experiments.trials.diary import Diary
from experiments.trials.file import Trial
from experiments.trials.local_conditions import settled, wages_changed
from experiments.trials.observed import TOOK_UP, Observed, TrialJob
from experiments.trials.replicate_result import ReplicateResult
from experiments.trials.survey_measures import MEASURES, Reading, read, values
from experiments.trials.world import expected_headcount
from sim.core.draws import decision, mix, number_of, uniforms
from sim.core.errors import UserError
from sim.county import County
from sim.facts.sources import TRANSFER, WAGE
from sim.model import Reach, VillageModel
from sim.population import kept

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
SAMPLE = decision("trial.sample")
POPULATION = number_of("trial.population")


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


def observe(job: TrialJob, seed: int, everything: bool = False) -> Observed:
    """Let a replicate live, and note what its survey can ask.

    Args:
        job: The trial, prepared.
        seed: Number of the replicate.
        everything: Note every measure in every follow-up, not only what the outcomes need.
    """
    lot = _Lot(job, seed)
    people = mix(seed, POPULATION) >> 1
    plan = job.plan.model_copy(update={"world": job.plan.world.model_copy(update={"population_seed": people})})
    reach = {offer.label: lot.reach(offer) for offer in job.offers}
    model = VillageModel(plan, rng=seed, profile=job.profile, reach=reach, observers=())
    try:
        return _live(job, seed, model, lot.of(model.county), everything)
    except UserError:
        raise
    except Exception as error:
        raise _placed(error, job.trial) from error
    finally:
        model.close()
        vars(model).clear()  # a model stands in circles, which would keep its rows until the collector comes by
        kept._KEPT.clear()  # nobody will ask for this population again


def _placed(error: Exception, trial: Trial) -> Exception:
    """What went wrong, with the line of the policy file of its own in which it did; as it is if in none."""
    code = [policy.code for arm in trial.arms for policy in arm.policies if policy.code]
    own = {str(file) for one in code for file in one.files()}
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in own]
    if not frames:
        return error
    return UserError(f"{type(error).__name__}: {error}", file=frames[-1].filename, line=frames[-1].lineno)


def _live(job: TrialJob, seed: int, model: VillageModel, assignment: Assignment, everything: bool) -> Observed:
    trial = job.trial
    diary = Diary(model.county)
    start = read(model.county, diary, 0)
    served = _served(model, job)
    wanted = _wanted(trial, everything)
    noted: dict[tuple[int, str], Floats] = {}
    took_up: dict[tuple[int, int], Floats] = {}
    _note(wanted, start, served, noted, took_up)
    days, told = _telling(model, job, assignment, start, seed)
    surveyed = _surveyed(trial, start, assignment, seed)
    facts = _facts(job, start, model, assignment, surveyed)
    while model.running:
        for rows, bit in days.pop(model.day + 1, ()):
            model.households["knows"][rows] |= 1 << bit
        model.step()
        if model.clock.calendar[model.day]["month_end"]:
            month = model.today.month
            diary.note(month)
            if month in wanted:
                _note(wanted, read(model.county, diary, month), served, noted, took_up)
    facts["money_audit"] = model.county.accounts.audit()
    return Observed(
        job,
        seed,
        assignment,
        surveyed,
        model.county.keys,
        model.households["village"].astype(np.int64),
        told,
        noted,
        took_up,
        facts,
    )


def _facts(
    job: TrialJob, start: Reading, model: VillageModel, assignment: Assignment, surveyed: Mask
) -> dict[str, float]:
    """What the report says of the world as it opens."""
    h = model.households
    opening = start.income().sum()
    return {
        "surveyed": float((surveyed & assignment.eligible).sum()),
        "eligible_share": float(assignment.eligible.mean()),
        "income_per_head_yuan": float(opening / h["persons"].sum()),
        "poor_share": float(h["poor_at_start"].mean()),
        "headcount": job.profile.poverty.headcount,
        "headcount_expected": expected_headcount(job.trial, job.profile),
        "wage_share": float(start.income(WAGE).sum() / opening),
        "wage_share_expected": job.profile.income.sources.wage,
        "wages_times": job.wages_times,
        "transfer_share": float(start.income(TRANSFER).sum() / opening),
    }


def _wanted(trial: Trial, everything: bool) -> dict[int, set[str]]:
    """Which columns and measures are noted in which month."""
    months = {0, *trial.survey.follow_ups}
    wanted: dict[int, set[str]] = {month: set(MEASURES) if everything else set() for month in months}
    for outcome in trial.outcomes:
        for month in (0, outcome.month):
            wanted[month] |= {*outcome.parts, outcome.through}
        for condition in outcome.conditions:
            wanted.setdefault(condition.month, set()).add(condition.column)
    return wanted


def _note(
    wanted: Mapping[int, set[str]],
    reading: Reading,
    served: Sequence[Callable[[], Mask]],
    noted: dict[tuple[int, str], Floats],
    took_up: dict[tuple[int, int], Floats],
) -> None:
    """What is asked of this month, and who has taken up what by now."""
    for name in wanted[reading.month] - {TOOK_UP}:
        noted[reading.month, name] = values(reading, name).copy()
    for number, mine in enumerate(served):
        took_up[reading.month, number] = values(replace(reading, served=mine()), TOOK_UP)


def _served(model: VillageModel, job: TrialJob) -> list[Callable[[], Mask]]:
    """For each arm, who has been served by any of its policies by now."""
    books = model.county.books

    def of(number: int) -> Callable[[], Mask]:
        mine = [books[offer.label] for offer in job.offers if number in offer.arms]
        nobody = np.zeros(len(model.households), dtype=np.bool_)
        return lambda: np.logical_or.reduce([nobody, *(book.served for book in mine)])

    return [of(number) for number in range(len(job.trial.arms))]


def _telling(
    model: VillageModel, job: TrialJob, assignment: Assignment, start: Reading, seed: int
) -> tuple[dict[int, list[tuple[NDArray[np.int64], int]]], dict[int, Mask]]:
    """On which days who is told of what; and who of each arm is told of all that it is offered.

    Of an offer that nobody needs to be told of, everyone to whom it really comes knows.
    """
    days: dict[int, list[tuple[NDArray[np.int64], int]]] = {}
    arms = range(len(job.trial.arms))
    everybody = {number: assignment.eligible & (assignment.gets == number) for number in arms}
    first = model.clock.day_index(model.clock.start)
    for offer in job.offers:
        if offer.programme:
            rows = told(job.trial, assignment, offer, start, seed)
            days.setdefault(first + offer.start_day - 1, []).append((rows, offer.programme))
            for number in offer.arms:
                everybody[number] = everybody[number] & np.isin(np.arange(len(start.households)), rows)
    return days, everybody


def _surveyed(trial: Trial, start: Reading, assignment: Assignment, seed: int) -> Mask:
    """The survey's households: in each village so many of those who may take part in the trial, by lot, and so many of
    those who may not where an outcome asks for them."""
    there: Mask = assignment.arm != NOBODY
    asked = _by_lot(trial, start, there & assignment.eligible, seed)
    if any(outcome.who == "not_eligible" for outcome in trial.outcomes):
        asked |= _by_lot(trial, start, there & ~assignment.eligible, seed)
    return asked


def _by_lot(trial: Trial, start: Reading, there: Mask, seed: int) -> Mask:
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
