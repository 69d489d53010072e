"""Whether virtual trials can be trusted at all: what is known beforehand must be found.

    python -m experiments.trials.checks

A policy without effects must give intervals that cover zero in about 95 of 100 trials; treatment dealt out anew after
the fact must give effects around zero; money paid out must be found again, to the yuan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.trials.estimate import permuted
from experiments.trials.file import Arm, ArmPolicy, Design, Survey, Trial, TrialWorld
from experiments.trials.observed import estimated
from experiments.trials.outcome import TrialOutcome
from experiments.trials.replicate import Observed, observe, prepare
from sim.scenario import Title

MONTHLY_YUAN = 100.0
_TITLE = Title(en="a small trial", zh="小试验")
_BOOKS = {"size.households_per_village": 20, "size.village_spread": 0.0}
STILL: dict[str, float] = {
    f"population.{name}": 0.0
    for name in ("birth_rate", "death_rate", "marriage_rate", "to_town_rate", "split_rate", "ageing")
} | {"health.drop_out_rate": 0.0, "health.fees_reach": 0.0, "health.disabling": 0.0}
"""Parameters of a place where nobody comes, goes, grows old, leaves school or is disabled: amounts a head are known."""


def cash(**settings: Any) -> ArmPolicy:
    """Cash for everybody in the arm: the one offer whose effect is known beforehand."""
    whole = {"amount_yuan": MONTHLY_YUAN, "months": 12, "capture": 0.0, **settings}
    return ArmPolicy(kind="cash", label="cash", settings=whole)


def small_trial(
    arms: Sequence[Arm] | None = None,
    outcomes: Sequence[TrialOutcome] | None = None,
    follow_ups: Sequence[int] = (12,),
    design: Mapping[str, Any] | None = None,
    survey: Mapping[str, Any] | None = None,
    books: Mapping[str, Any] | None = None,
    place: Mapping[str, Any] | None = None,
    closure: str = "fixed",
    start: dt.date = dt.date(2012, 1, 1),
) -> Trial:
    """A trial of two dozen small villages; half of them get cash and are asked for their transfer income."""
    arms = arms or (Arm(name="control", share=0.5), Arm(name="offer", share=0.5, policies=(cash(),)))
    outcomes = outcomes or (outcome("transfer_income_yuan"),)
    world: dict[str, Any] = {"profile": "gansu_county", "start": start, "closure": closure}
    world["place"] = {**STILL, **(place or {})}
    return Trial(
        id="small",
        file="small.toml",
        title=_TITLE,
        world=TrialWorld(**world, books={**_BOOKS, **(books or {})}),
        design=Design(**{"clusters": 24, **(design or {})}),
        arms=tuple(arms),
        survey=Survey(follow_ups=tuple(follow_ups), **(survey or {})),
        outcomes=tuple(outcomes),
    )


def outcome(measure: str, month: int = 12, name: str | None = None, **how: Any) -> TrialOutcome:
    """An outcome of the arm "offer" against "control", by ANCOVA unless said otherwise."""
    whole = {"estimator": "ancova", "arm": "offer", "against": "control", **how}
    return TrialOutcome(name=name or measure, measure=measure, month=month, **whole)


@dataclass(frozen=True)
class Check:
    """What many replicates of one trial found for its first outcome.

    Attributes:
        effects: The estimates.
        errors: Their standard errors.
        covered: Replicates whose 95% interval holds the true value.
    """

    effects: np.ndarray
    errors: np.ndarray
    covered: int

    @property
    def mean(self) -> float:
        """Mean of the estimates."""
        return float(self.effects.mean())

    @property
    def error(self) -> float:
        """Its Monte Carlo error."""
        return float(self.effects.std(ddof=1)) / float(np.sqrt(len(self.effects)))


def repeated(trial: Trial, replicates: int, truth: float = 0.0, dealt_anew: bool = False) -> Check:
    """Run a trial many times in this process and hold its first outcome against the truth.

    Args:
        trial: The trial.
        replicates: How often.
        truth: The effect that is known to be there.
        dealt_anew: Deal the treatment out anew after the fact: then nothing can be found but chance.
    """
    job, first = prepare(trial), trial.outcomes[0]

    def one(seen: Observed, seed: int) -> Any:
        sample = seen.sample(first)
        return estimated(permuted(sample, seed) if dealt_anew else sample, first)

    found = [one(observe(job, seed), seed) for seed in range(1, replicates + 1)]
    effects, errors = np.array([one.effect for one in found]), np.array([one.se for one in found])
    return Check(effects, errors, sum(one.covers(truth) for one in found))


def null_trial(unit: str = "village", **how: Any) -> Trial:
    """The small trial with a policy that is delivered and does nothing."""
    design = {"village": {}, "branch": {"clusters": 16, "branch_villages": 2}, "household": {"villages": 8}}[unit]
    if unit == "household":
        design |= {"clusters": 120}
    arms = (Arm(name="control", share=0.5), Arm(name="offer", share=0.5, policies=(cash(effects=False),)))
    return small_trial(arms, (outcome("income_yuan"),), design={"unit": unit, **design}, **how)


def main() -> None:
    """Print every check."""
    for unit in ("village", "branch", "household"):
        check = repeated(null_trial(unit), 100)
        print(f"null policy, unit {unit}: interval covers zero in {check.covered} of 100 (90 to 99 expected)")
    shuffled = repeated(small_trial(), 100, dealt_anew=True)
    mean, error = f"{shuffled.mean:+.1f}", f"{shuffled.error:.1f}"
    print(f"treatment dealt out anew: mean {mean} +/- {error} yuan; interval covers zero in {shuffled.covered} of 100")
    truth = 12 * MONTHLY_YUAN
    by_difference = (outcome("transfer_income_yuan", estimator="difference"),)
    known = repeated(small_trial(outcomes=by_difference), 100, truth)
    mean, error = f"{known.mean:.1f}", f"{known.error:.1f}"
    print(f"{truth:g} yuan paid: found {mean} +/- {error}; interval holds it in {known.covered} of 100")


if __name__ == "__main__":
    main()
