"""Every household of a replicate as rows, so that others can run estimators of their own on a virtual trial.

One row a household of the trial's world, in the order of their keys, surveyed or not. A measure is a column a month, as
the household reports it (`income_yuan_18`): empty where the survey had lost it by then, or where it is not defined.
With survey error the true value stands beside it (`income_yuan_18_true`), also of a household that was lost.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.pages.spreadsheet import csv_text
from experiments.runs.store import add_files
from experiments.trials.file import Trial
from experiments.trials.observed import TOOK_UP, Observed
from experiments.trials.replicate import observe, prepare
from experiments.trials.results import TrialResult
from experiments.trials.survey_measures import measure
from sim.core.errors import UserError


def check_rows(trials: Sequence[Trial], replicates: int | None, seeds: Sequence[int]) -> None:
    """Refuse replicates that there will not be, before all others are done.

    Raises:
        UserError: A trial has no such replicate.
    """
    for trial in trials:
        last = replicates or trial.design.replicates
        for seed in seeds:
            if not 1 <= seed <= last:
                raise UserError(f"{trial.id} has no replicate {seed}", field="--rows", allowed=f"1 to {last}")


def write_rows(results: Sequence[TrialResult], seeds: Sequence[int]) -> list[str]:
    """Do replicates of trials again, and write every household of them as Parquet and as CSV.

    Args:
        results: Trials over all replicates.
        seeds: Numbers of the replicates.

    Returns:
        The files, in the folder of the experiment, under `tables/`.

    Raises:
        UserError: A replicate failed, so that it has no rows.
    """
    files: dict[str, bytes | str] = {}
    for result in results:
        for seed in seeds:
            if seed not in result.seeds:
                there = ", ".join(map(str, result.seeds))
                raise UserError(f"replicate {seed} of {result.trial.id} failed", field="--rows", allowed=there)
            number = result.vectors.number_of(seed)
            job = prepare(result.vectors.under(result.trial, number))
            table = household_rows(observe(job, seed, everything=True))
            name = f"tables/rows-{result.trial.id}-{seed}"
            files[f"{name}.parquet"] = _parquet(table)
            files[f"{name}.csv"] = csv_text(table.column_names, zip(*map(_plain, table.columns), strict=True))
    return [str(path) for path in add_files(results[0].folder, "trial", files)]


def household_rows(seen: Observed) -> pa.Table:
    """Every household of a replicate: what the lot gave it, what it knows and took up, what it reports."""
    trial, lot = seen.job.trial, seen.assignment
    names = [arm.name for arm in trial.arms]
    columns: dict[str, Any] = {
        "key": seen.keys,
        "village": seen.village,
        "cluster": lot.cluster,
        "arm": [names[k] if k >= 0 else "" for k in lot.arm],
        "gets": [names[k] if k >= 0 else "" for k in lot.gets],
        "eligible": lot.eligible,
        "surveyed": seen.surveyed,
        "told": np.select([lot.arm == k for k in range(len(names))], [seen.told[k] for k in range(len(names))], False),
    }
    months = sorted({0, *trial.survey.follow_ups})
    for month in months[1:]:
        columns[f"lost_{month}"] = seen.lost(month)
        taken = [seen.took_up[month, k] for k in range(len(names))]
        columns[f"{TOOK_UP}_{month}"] = np.select([lot.arm == k for k in range(len(names))], taken, 0.0)
    for month, name in sorted(seen.noted, key=lambda one: (one[1], one[0])):
        lost = seen.lost(month) if month else np.zeros(len(seen.keys), dtype=np.bool_)
        true, reported = seen.noted[month, name], seen.reported(name, month)
        column = f"{name}_{month}"
        columns[column] = pa.array(reported, mask=lost | ~np.isfinite(reported))
        if trial.survey.error > 0 and measure(name).is_amount:
            columns[f"{column}_true"] = pa.array(true, mask=~np.isfinite(true))
    table = pa.table(columns)
    return table.take(pa.array(np.argsort(seen.keys, kind="stable")))


def _parquet(table: pa.Table) -> bytes:
    text = io.BytesIO()
    pq.write_table(table, text)
    return text.getvalue()


def _plain(column: pa.ChunkedArray) -> list[Any]:
    """Cells of a CSV: numbers with all their digits, 1 and 0 for yes and no, nothing for what is not there."""
    return ["" if cell is None else int(cell) if isinstance(cell, bool) else cell for cell in column.to_pylist()]
