"""What there was to be seen in one replicate, and what its survey makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.trials.arms import Assignment, Offer, held
from experiments.trials.estimate import (
    Estimate,
    Sample,
    Statistic,
    estimate,
    of_statistic,
    over_villages,
    quantile_effects,
    quantile_of,
)
from experiments.trials.file import Trial
from experiments.trials.outcome import Combination, Condition, TrialOutcome
from experiments.trials.replicate_result import ReplicateResult
from experiments.trials.survey_measures import measure
from sim.core.draws import decision, mix, number_of, uniforms
from sim.core.numerics import exp_array, norm_ppf_array
from sim.population.profile import Profile
from sim.scenario import Plan

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
LOST = decision("trial.lost")
ERROR = decision("trial.error")
TOOK_UP = "took_up"


@dataclass(frozen=True)
class TrialJob:
    """A trial with what its replicates share: the fitted world, the offers and the plan."""

    trial: Trial
    profile: Profile
    offers: tuple[Offer, ...]
    plan: Plan
    wages_times: float = 1.0
    """What wages were multiplied by so that there is a world of the trial's income."""


@dataclass(frozen=True)
class Observed:
    """What was there to be seen in one replicate.

    Attributes:
        job: The trial.
        seed: Number of the replicate.
        assignment: What the lot gave each household.
        surveyed: The households of the survey: of those who may take part, and of those who may not.
        keys: The households' keys.
        village: The village of each.
        told: Whether a household was told of all that its arm is offered, by number of the arm.
        noted: Values of every measure that an outcome needs, by month and name, as they really are.
        took_up: Whether a household had taken up what an arm is offered, by month and number of the arm.
        facts: What the report says of the world.
    """

    job: TrialJob
    seed: int
    assignment: Assignment
    surveyed: Mask
    keys: NDArray[np.int64]
    village: NDArray[np.int64]
    told: Mapping[int, Mask]
    noted: Mapping[tuple[int, str], Floats]
    took_up: Mapping[tuple[int, int], Floats]
    facts: Mapping[str, float]

    def sample(self, outcome: TrialOutcome) -> Sample:
        """One arm beside another, as the survey reports them."""
        arm, against = self._number(outcome.arm), self._number(outcome.against)
        among = self._where(outcome.among)
        minus = self._where(outcome.minus) if outcome.minus else None
        meant = among if minus is None else among | minus
        asked = (self._asked(outcome, arm) | self._asked(outcome, against)) & self.surveyed & meant
        rows = np.flatnonzero(asked)
        treated = (self.assignment.arm[rows] == arm).astype(np.float64)
        took = self.took_up[outcome.month, arm]
        y, before = (self._value(outcome, month, rows, treated) for month in (outcome.month, 0))
        return Sample(
            y=np.where(self.lost(outcome.month)[rows], np.nan, y),
            treated=treated,
            cluster=self.assignment.cluster[rows],
            baseline_y=before,
            took_up=(took if outcome.through == TOOK_UP else self.noted[outcome.month, outcome.through])[rows],
            group=None if minus is None else among[rows].astype(np.float64),
            village=self.village[rows] if outcome.villages else None,
        )

    def found(self) -> ReplicateResult:
        """Every estimate that the trial asks for."""
        estimates: dict[str, Estimate] = {}
        quantiles: dict[str, tuple[float, ...]] = {}
        for outcome in self.job.trial.outcomes:
            sample = self.sample(outcome)
            estimates[outcome.name] = estimated(sample, outcome)
            if outcome.quantiles:
                quantiles[outcome.name] = quantile_effects(sample, outcome.quantiles, outcome.unit)
        return ReplicateResult(estimates, self._takeup(), quantiles, self.facts)

    # ---- who is asked ------------------------------------------------------------------------------------------------

    def _number(self, name: str) -> int:
        return [arm.name for arm in self.job.trial.arms].index(name)

    def _asked(self, outcome: TrialOutcome, arm: int) -> Mask:
        """Who of an arm is asked: in an arm with nothing to offer everyone eligible, whoever is asked elsewhere."""
        there: Mask = self.assignment.arm == arm
        if outcome.who == "not_eligible":
            return np.asarray(there & ~self.assignment.eligible)
        there = there & self.assignment.eligible
        if not self.job.trial.arms[arm].policies or outcome.who == "eligible":
            return there
        state = self.told[arm] if outcome.who.endswith("told") else self.took_up[outcome.month, arm] > 0.0
        return np.asarray(there & (~state if outcome.who.startswith("not_") else state))

    def _where(self, conditions: tuple[Condition, ...]) -> Mask:
        return held(conditions, lambda one: self._noted(one.column, one.month), self.keys)

    def _noted(self, name: str, month: int) -> Floats:
        """A measure as it really is; of take-up, that of any arm's offer."""
        if name == TOOK_UP:
            arms = range(len(self.job.trial.arms))
            return np.asarray(np.max([self.took_up[month, number] for number in arms], axis=0))
        return self.noted[month, name]

    def _takeup(self) -> dict[str, float]:
        """Share of each arm's surveyed who took up what their arm (of the control: any arm) was offered."""
        trial, last = self.job.trial, self.job.trial.months
        everything = self._noted(TOOK_UP, last)
        shares = {}
        for number, arm in enumerate(trial.arms):
            rows = self.surveyed & self.assignment.eligible & (self.assignment.arm == number)
            took = self.took_up[last, number] if arm.policies else everything
            shares[arm.name] = float(took[rows].mean()) if rows.any() else float("nan")
        return shares

    # ---- what they say -----------------------------------------------------------------------------------------------

    def _value(self, outcome: TrialOutcome, month: int, rows: NDArray[np.intp], treated: Floats) -> Floats:
        """The outcome of some households, combined of what each of them reports."""
        asked = outcome.measure
        if not isinstance(asked, Combination):
            return np.asarray(self._part(asked, outcome, month)[rows])
        parts = [sign * self._part(name, outcome, month)[rows] for name, sign in asked.signed]
        if asked.kind == "ratio":
            return np.asarray(np.divide(parts[0], parts[1], out=np.full(len(rows), np.nan), where=parts[1] != 0.0))
        if asked.kind == "index":
            parts = [_standardised(part, treated == 0.0) for part in parts]
        whole = parts[0]
        for part in parts[1:]:
            whole = whole + part
        return np.asarray(whole / len(parts) if asked.kind == "index" else whole)

    def _part(self, name: str, outcome: TrialOutcome, month: int) -> Floats:
        if name == TOOK_UP:
            return np.asarray(self.took_up[month, self._number(outcome.arm)] if month else np.zeros(len(self.keys)))
        return self.reported(name, month)

    def reported(self, name: str, month: int) -> Floats:
        """A measure as people report it: amounts with an error of proportion that is right on average."""
        true, sd = self.noted[month, name], self.job.trial.survey.error
        if sd == 0.0 or not measure(name).is_amount:
            return true
        z = norm_ppf_array(uniforms(mix(self.seed, number_of(name)), ERROR, self.keys, month))
        return true * exp_array(sd * z - 0.5 * sd * sd)

    def lost(self, month: int) -> Mask:
        """Households that the survey has lost by a month: evenly over the time to the last follow-up."""
        trial = self.job.trial
        share = np.zeros(len(self.keys))
        for number, arm in enumerate(trial.arms):
            share[self.assignment.arm == number] = trial.survey.lost(arm.name) * month / trial.months
        return np.asarray(uniforms(self.seed, LOST, self.keys, 0) < share)


def estimated(sample: Sample, outcome: TrialOutcome) -> Estimate:
    """The estimate that an outcome asks for."""
    statistic: Statistic | None = None
    which = outcome.estimator if outcome.estimator in ("control", "arm") else "difference"
    if outcome.villages is not None:
        statistic = over_villages(outcome.villages)
    elif outcome.quantile is not None:
        statistic = quantile_of(outcome.quantile)
    if statistic is None:
        return estimate(sample, outcome.estimator, outcome.unit)
    return of_statistic(sample, statistic, outcome.unit, which)


def _standardised(values: Floats, control: Mask) -> Floats:
    """In standard deviations of the control arm about its mean (Kling, Liebman and Katz 2007); as it is where none
    differ."""
    known = values[control & np.isfinite(values)]
    if len(known) < 2:
        return np.full(len(values), np.nan)
    sd = float(known.std(ddof=1))
    return np.asarray((values - known.mean()) / sd if sd > 0 else values - known.mean())
