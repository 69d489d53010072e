"""Published trials beside the virtual ones that repeat them: the join of two tables, by row."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from experiments.evidence.judge import Line, unmeasured
from experiments.published import TrialRow, trial_rows
from experiments.published.figure import NAN
from experiments.trials import load_trials, run_trials
from experiments.trials.results import OutcomeResult
from sim.shipped import shipped

TRIALS = shipped("trials")


def trial_lines(
    rows: Collection[str],
    *,
    run: bool,
    name: str,
    results: Path,
    workers: int | None = None,
    progress: bool = True,
    fresh: bool = False,
    replicates: int | None = None,
    inputs: Sequence[Path] = (),
) -> list[Line]:
    """A line for every row, from the shipped trial files that are held against it.

    Args:
        rows: Ids of published rows.
        run: Whether to run the trials; if not, or if no file puts the question, the line says so.
        name: Name of the folder under `results`.
        results: Folder of all experiments.
        workers: Worker processes.
        progress: Whether to say how far it has come.
        fresh: Throw away what the folder holds.
        replicates: How many replicates, instead of what the files say.
        inputs: The files that were given; none of them is written or deleted.

    Raises:
        UserError: A trial file is wrong, or the folder cannot be used.
    """
    found: dict[str, Line] = {}
    files = sorted(TRIALS.glob("*.toml")) if run else []
    if files:
        wanted = [trial for trial in load_trials(files) if any(outcome.row in rows for outcome in trial.outcomes)]
        if wanted:
            for result in run_trials(
                wanted,
                name=name,
                results=results,
                workers=workers,
                progress=progress,
                fresh=fresh,
                replicates=replicates,
                inputs=inputs,
            ):
                for outcome in result.outcomes:
                    row = outcome.outcome.row
                    if row is not None and row in rows and row not in found:
                        found[row] = _line(trial_rows()[row], outcome)
    return [found.get(row) or unmeasured(trial_rows()[row]) for row in rows]


def _line(row: TrialRow, outcome: OutcomeResult) -> Line:
    mean = outcome.mean
    share = outcome.mean_sign_share if row.rule is not None and row.rule.sign is not None else NAN
    return Line(row, mean.value, mean.low, mean.high, mean.replicates, outcome.verdict, share)
