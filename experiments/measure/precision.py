"""Are there enough replicates? The outcomes a comparison is judged by, and the verdict on each.

Precision is said in one number for all outcomes. For an outcome in yuan (or a count) it is a share of the baseline's
mean: 0.01 asks for the paired difference to within 1% of what the outcome is without the programme (where that is zero,
of the largest effect). For a share (such as the headcount) it is absolute: 0.01 asks for one percentage point. Within
means: half the width of the 95% interval.

Where no precision is asked for, 0.01 would say nothing of effects that are smaller. Each outcome then asks for a fifth
of the largest effect that any scenario has on it, or for 0.01, whichever is less.

Where replicates are added until it is enough, the interval is judged more strictly, since whoever looks again after
every step stops too soon now and then (`experiments.measure.statistics.verdict`). A difference that is the same in
almost every run is never known well enough: the runs to come may differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from experiments.measure.outcome import LAST_DAY, MARKS, SPELLING, Outcome, last_mark, parse_outcome, unknown
from experiments.measure.statistics import Floats, Verdict, verdict
from sim.core.errors import UserError
from sim.recording.own_results import NOTHING, Declared

DEFAULT_PRECISION = 0.01
SHARE_OF_EFFECT = 0.2
DEFAULT_OUTCOMES = ("income_yuan", "headcount")
SHORT_OUTCOMES = ("served_share",)  # all that a run without a yearly mark has to show
TINY = 1e-12  # an amount that is zero with and without the programme still asks for some width


@dataclass(frozen=True)
class Judged:
    """The verdict on one scenario's difference in one outcome; `verdict.asked` is in the outcome's own unit."""

    scenario: str
    outcome: Outcome
    verdict: Verdict


def parse_outcomes(asked: Sequence[str] | None, horizon_months: int, own: Declared = NOTHING) -> tuple[Outcome, ...]:
    """The outcomes that a comparison is judged by; income and headcount by default.

    Args:
        asked: Their texts.
        horizon_months: Months of each run.
        own: Results and groups that the user's own observers declare.

    Raises:
        UserError: One is written otherwise than `experiments.measure.outcome` says, or is of no mark of the run.
    """
    by_default = DEFAULT_OUTCOMES if last_mark(horizon_months) > 0 else SHORT_OUTCOMES
    found = tuple(parse_outcome(text, horizon_months, own) for text in asked or by_default)
    for outcome in found:
        if outcome.table not in MARKS or outcome.item:
            raise UserError(
                f"{outcome} is not an outcome to judge a comparison by",
                field="--outcome",
                allowed=f"{SPELLING} with a month of 0, 12, ... {horizon_months // 12 * 12}"
                f" or {LAST_DAY} for the last campaign day",
            )
    return found


def check_outcomes(outcomes: Iterable[Outcome], cells: Iterable[tuple[int, str, str]]) -> None:
    """Refuse outcomes that runs do not report.

    Args:
        outcomes: What was asked for.
        cells: (month, group, name) of a run's panel rows.

    Raises:
        UserError: One of them is not there; the nearest is named.
    """
    there = set(cells)
    for outcome in outcomes:
        if outcome.cell not in there:
            raise unknown(outcome, {name for _, _, name in there}, {group for _, group, _ in there})


def judge(
    values: Mapping[str, Floats],
    baseline: str,
    outcomes: Sequence[Outcome],
    precision: float | None,
    sequential: bool = False,
) -> list[Judged]:
    """Judge every scenario's paired difference to the baseline, outcome by outcome.

    Args:
        values: For each scenario one row an outcome and one column a seed (the same seeds in the same order).
        baseline: Id of the scenario that the others are compared with.
        outcomes: The rows.
        precision: As in the module's text; None = 0.01 or a fifth of the largest effect.
        sequential: Whether replicates are added until all is enough.
    """
    share = DEFAULT_PRECISION if precision is None else precision
    found = []
    for row, outcome in enumerate(outcomes):
        without = values[baseline][row]
        effects = {name: sample[row] - without for name, sample in values.items() if name != baseline}
        level = abs(float(without.mean()))
        largest = max((abs(float(effect.mean())) for effect in effects.values()), default=0.0)
        asked = share * (level or largest or TINY) if outcome.is_amount else share
        if precision is None and largest > 0:
            asked = min(asked, SHARE_OF_EFFECT * largest) if level else SHARE_OF_EFFECT * largest
        found += [Judged(name, outcome, verdict(effect, asked, sequential)) for name, effect in effects.items()]
    return found
