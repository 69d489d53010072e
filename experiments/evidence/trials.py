"""Published trials beside the virtual ones that repeat them: the join of two tables, by row."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from experiments.evidence.judge import Line, unmeasured
from experiments.evidence.nulls import IN_TRIALS, null_worlds
from experiments.published import TrialRow, trial_rows
from experiments.published.figure import NAN
from experiments.runs.where import Workers
from experiments.trials import load_trials, run_trials
from experiments.trials.file import Trial
from experiments.trials.results import OutcomeResult
from sim.shipped import shipped

TRIALS = shipped("trials")


def trial_lines(
    rows: Collection[str],
    *,
    run: bool,
    name: str,
    results: Path,
    workers: Workers = None,
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
    files = sorted(TRIALS.glob("*.toml")) if run else []
    wanted = [trial for trial in load_trials(files) if any(one.row in rows for one in trial.outcomes)] if files else []

    def put(trials: Sequence[Trial], folder: str) -> dict[str, Line]:
        return _put(
            trials,
            rows,
            name=folder,
            results=results,
            workers=workers,
            progress=progress,
            fresh=fresh,
            replicates=replicates,
            inputs=inputs,
        )

    found = put(wanted, name)
    nulls = {
        null: put([null_worlds()[null].trial(trial) for trial in wanted], f"{name}-{null}") if wanted else {}
        for null in IN_TRIALS
    }
    return [
        replace(found[row], nulls={null: lines[row] for null, lines in nulls.items() if row in lines})
        if row in found
        else unmeasured(trial_rows()[row])
        for row in rows
    ]


def _put(trials: Sequence[Trial], rows: Collection[str], **how: Any) -> dict[str, Line]:
    """The first line of each row that these trials are held against."""
    found: dict[str, Line] = {}
    for result in run_trials(trials, **how) if trials else ():
        for outcome in result.outcomes:
            row = outcome.outcome.row
            if row is not None and row in rows and row not in found:
                found[row] = _line(trial_rows()[row], outcome)
    return found


def _line(row: TrialRow, outcome: OutcomeResult) -> Line:
    mean = outcome.mean
    share = outcome.mean_sign_share if row.rule is not None and row.rule.sign is not None else NAN
    return Line(row, mean.value, mean.low, mean.high, mean.replicates, outcome.verdict, share)
