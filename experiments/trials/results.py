"""What replicates show together: their mean and how well it is known, beside the published estimate and its rule."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from experiments.measure.statistics import Interval, mean_interval, sign_share
from experiments.published import Figure, Verdict
from experiments.trials.estimate import Estimate
from experiments.trials.file import LEAST_REPLICATES, Trial
from experiments.trials.outcome import TrialOutcome
from experiments.trials.published import figure_of
from experiments.trials.replicate_result import ReplicateResult
from experiments.trials.vectors import Vectors

Floats = NDArray[np.float64]
BOOTSTRAPS = 10_000
WILD = 2.5  # times as wide as the middle half implies: a spread that few trials make


@dataclass(frozen=True)
class OutcomeResult:
    """One outcome over all replicates.

    Attributes:
        outcome: What was estimated.
        figure: What it is held against.
        mean: Mean of the replicates, with its Monte Carlo interval.
        mc_se: Monte Carlo standard error of that mean.
        undefined: Replicates in which the effect was not defined.
        trial_se: Mean of the single trials' own standard errors.
        spread: Standard deviation of the effect between single trials.
        covers_zero: Share of single trials whose 95% interval holds zero.
        covers_published: The same for the published estimate.
        tolerance: Most that `mc_se` may be; None if nothing published asks for a precision.
        needed: About how many replicates would do.
        control_mean: Mean of the outcome among controls, in its own unit, with its interval.
        control_sd: Mean of its standard deviation among controls.
        n: Mean number of households in an estimate.
        sign_share: Share of single trials with the sign of the rule (of the mean, if the rule has none).
        mean_sign_share: Share of bootstrap means over the replicates with that sign.
        median: Median of the replicates.
        middle_spread: The spread that the middle half of the replicates implies.
        quantiles: Quantile, and the mean effect at it with its interval.
        effects: The effect in each replicate, in the order of `TrialResult.seeds`; not-a-number where undefined.
    """

    outcome: TrialOutcome
    figure: Figure
    mean: Interval
    mc_se: float
    undefined: int
    trial_se: float
    spread: float
    covers_zero: float
    covers_published: float
    tolerance: float | None
    needed: int
    control_mean: Interval
    control_sd: float
    n: float
    sign_share: float
    mean_sign_share: float
    median: float = math.nan
    middle_spread: float = math.nan
    quantiles: tuple[tuple[float, Interval], ...] = ()
    effects: tuple[float, ...] = ()

    @property
    def wild(self) -> bool:
        """Whether few trials decide the mean of an effect on takers: it has no mean where take-up hardly moves."""
        return self.outcome.estimator == "late" and self.spread > WILD * self.middle_spread

    @property
    def enough(self) -> bool:
        """Whether the replicates are at least 30 and their mean is known to a fifth of the published error."""
        if self.mean.replicates < LEAST_REPLICATES:
            return False
        return self.tolerance is None or self.mc_se <= self.tolerance

    @property
    def passed(self) -> bool | None:
        """Whether the rule is met; None if there is no rule, or no replicate to judge by."""
        return {"within": True, "outside": False}.get(self.verdict)

    @property
    def verdict(self) -> Verdict:
        """Within or outside where there is a rule and a replicate to judge by, else why there is no verdict."""
        interval = (self.mean.low, self.mean.high)
        return self.figure.verdict(self.mean.value, self.mean_sign_share, self.control_mean.value, interval)


@dataclass(frozen=True)
class TrialResult:
    """One trial over all replicates.

    Attributes:
        trial: The trial.
        folder: Where its runs are stored.
        replicates: How many replicates there are.
        failures: Why a replicate failed, by its number.
        outcomes: In the order of the file.
        takeup: Share of the surveyed who took up what is offered, by arm, with its interval over replicates.
        facts: Mean of what else replicates note about their world.
        seeds: Numbers of the replicates that there are.
        vectors: The parameter vectors they are spread over.
        unfitted: Numbers of vectors under which no world of the place was found.
        code_version: Hash of the program.
    """

    trial: Trial
    folder: Path
    replicates: int
    failures: Mapping[int, str]
    outcomes: tuple[OutcomeResult, ...]
    takeup: Mapping[str, Interval]
    facts: Mapping[str, float]
    seeds: tuple[int, ...] = ()
    vectors: Vectors = field(default_factory=Vectors)
    unfitted: tuple[int, ...] = ()
    code_version: str = ""

    def outcome(self, name: str) -> OutcomeResult:
        """The outcome of this name."""
        return next(one for one in self.outcomes if one.outcome.name == name)


def combine(
    trial: Trial, found: Mapping[int, ReplicateResult], failures: Mapping[int, str], folder: Path
) -> TrialResult:
    """Put replicates together.

    Args:
        trial: The trial.
        found: What each replicate found, by seed.
        failures: Why others failed.
        folder: Where they are stored.
    """
    runs = [found[seed] for seed in sorted(found)]
    return TrialResult(
        trial=trial,
        folder=folder,
        replicates=len(runs),
        failures=dict(failures),
        outcomes=tuple(_outcome(outcome, runs) for outcome in trial.outcomes),
        takeup={arm.name: _mean([run.takeup.get(arm.name, math.nan) for run in runs]) for arm in trial.arms},
        facts={name: _mean([run.facts[name] for run in runs]).value for name in (runs[0].facts if runs else ())},
        seeds=tuple(sorted(found)),
    )


def _outcome(outcome: TrialOutcome, runs: Sequence[ReplicateResult]) -> OutcomeResult:
    against = figure_of(outcome)
    estimates = [run.estimates[outcome.name] for run in runs]
    defined = [one for one in estimates if math.isfinite(one.effect)]
    effects = np.array([one.effect for one in defined])
    n = len(effects)
    spread = float(effects.std(ddof=1)) if n > 1 else math.nan
    mc_se = spread / math.sqrt(n) if n > 1 else math.nan
    tolerance = against.monte_carlo_tolerance
    needed = LEAST_REPLICATES
    if tolerance and math.isfinite(mc_se):
        needed = max(needed, math.ceil(n * (mc_se / tolerance) ** 2))
    mean = _mean(effects)
    sign = -1.0 if (against.rule and against.rule.sign == "negative") else 1.0
    if against.rule is None or against.rule.sign is None:
        sign = -1.0 if mean.value < 0 else 1.0
    quantiles = tuple(
        (q, _mean([run.quantiles.get(outcome.name, ())[i] for run in runs])) for i, q in enumerate(outcome.quantiles)
    )
    return OutcomeResult(
        outcome=outcome,
        figure=against,
        mean=mean,
        mc_se=mc_se,
        undefined=len(estimates) - n,
        trial_se=_mean([one.se for one in defined]).value,
        spread=spread,
        covers_zero=_share(defined, 0.0),
        covers_published=math.nan if against.middle is None else _share(defined, against.middle),
        tolerance=tolerance,
        needed=needed,
        control_mean=_mean([one.control_mean for one in estimates]),
        control_sd=_mean([one.control_sd for one in estimates]).value,
        n=_mean([float(one.n) for one in estimates]).value,
        sign_share=float((sign * effects > 0).mean()) if n else math.nan,
        mean_sign_share=sign_share(effects, sign > 0, BOOTSTRAPS, seed=0),
        median=float(np.median(effects)) if n else math.nan,
        middle_spread=float(np.subtract(*np.quantile(effects, (0.75, 0.25)))) / 1.349 if n >= 8 else math.nan,
        quantiles=quantiles,
        effects=tuple(one.effect for one in estimates),
    )


def _mean(values: Sequence[float] | Floats) -> Interval:
    """Mean of what is defined, with its 95% interval."""
    sample = np.asarray(values, dtype=np.float64)
    sample = sample[np.isfinite(sample)]
    return mean_interval(sample) if len(sample) else Interval(math.nan, math.nan, math.nan, 0)


def _share(estimates: Sequence[Estimate], value: float) -> float:
    return float(np.mean([one.covers(value) for one in estimates])) if estimates else math.nan
