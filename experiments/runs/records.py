"""What is stored of a run of the model: its long records, and the households' rows, by far the most, apart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from experiments.runs.request import load_function
from experiments.runs.runfile import Columns, RunFile, Table

RECORDS = Table(
    "records",
    {"table": "text", "month": "int16", "group": "text", "name": "text", "item": "int64", "value": "float64"},
)
HOUSEHOLDS = Table("households", {"month": "int16", "name": "text", "household": "int64", "value": "float64"})
TABLES = (RECORDS, HOUSEHOLDS)
RUN = "experiments.runs.records:stored_run"
_OF_HOUSEHOLDS = "household"


def stored_run(plan: Any, run: str, seed: int) -> dict[str, Columns]:
    """Execute a run and give back what is stored of it.

    Args:
        plan: The scenario.
        run: `module:function`; called with (plan, seed), it returns an object with `records`.
        seed: The seed.
    """
    return split(load_function(run)(plan, seed).records)


def split(records: Columns) -> dict[str, Columns]:
    """A run's long records as the two tables that are stored.

    Raises:
        ValueError: The records lack a column, have one more, or their columns differ in length.
    """
    if set(records) != set(RECORDS.columns) or len({len(column) for column in records.values()}) != 1:
        shapes = {name: len(column) for name, column in records.items()}
        raise ValueError(f"a run's records have the columns {shapes}; expected {list(RECORDS.columns)}, equally long")
    apart = np.asarray(records["table"]) == _OF_HOUSEHOLDS
    rest, households = _where(~apart), _where(apart)
    return {
        RECORDS.name: {name: column[rest] for name, column in records.items()},
        HOUSEHOLDS.name: {
            "month": records["month"][households],
            "name": records["name"][households],
            "household": records["item"][households],
            "value": records["value"][households],
        },
    }


def _where(rows: Any) -> Any:
    """A mask as a slice where its rows stand together, so that nothing is copied."""
    places = np.flatnonzero(rows)
    together = len(places) and places[-1] - places[0] + 1 == len(places)
    return slice(int(places[0]), int(places[-1]) + 1) if together else places


def panel(run: RunFile, names: Sequence[str] | None = None) -> dict[tuple[int, str, str], float]:
    """The state at yearly marks and on the last campaign day: value by (month, group, name).

    Args:
        run: A stored run of the model.
        names: Only these indicators; all by default.
    """
    rows = run.table(RECORDS)
    rows = rows.filter(pa.compute.is_in(rows["table"], pa.array(["panel", "day100"])))
    if names is not None:
        rows = rows.filter(pa.compute.is_in(rows["name"], pa.array(names, pa.string())))
    keys = zip(*(rows[column].to_pylist() for column in ("month", "group", "name")), strict=True)
    return dict(zip(keys, rows["value"].to_pylist(), strict=True))


def household_rows(run: RunFile) -> dict[tuple[int, str], dict[str, Any]]:
    """The households' rows: for each (month, name) the arrays `household` (keys, ascending) and `value`."""
    parts: dict[tuple[int, str], list[tuple[Any, Any]]] = {}
    for rows in run.parts(HOUSEHOLDS):
        name = rows["name"].combine_chunks()
        names, codes = name.dictionary.to_pylist(), name.indices.to_numpy()
        month, household, value = (rows[column].to_numpy() for column in ("month", "household", "value"))
        block = month.astype(np.int64) * len(names) + codes
        if np.count_nonzero(np.diff(block)) > 1000:  # not written block by block
            order = np.argsort(block, kind="stable")
            block, household, value = block[order], household[order], value[order]
        cuts = [0, *(np.flatnonzero(np.diff(block)) + 1), len(block)]
        for start, stop in pairwise(cuts):
            where = (int(block[start] // len(names)), names[block[start] % len(names)])
            parts.setdefault(where, []).append((household[start:stop], value[start:stop]))
    return {where: _in_order(pieces) for where, pieces in parts.items()}


def _in_order(pieces: list[tuple[Any, Any]]) -> dict[str, Any]:
    household, value = pieces[0]
    if len(pieces) > 1:
        household, value = (np.concatenate(column) for column in zip(*pieces, strict=True))
    if (np.diff(household) < 0).any():
        order = np.argsort(household, kind="stable")
        household, value = household[order], value[order]
    return {"household": household, "value": value}
