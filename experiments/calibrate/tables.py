"""The tables of a calibration: targets before and after, parameters, starts, vectors, directions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from experiments.calibrate.calibration import Calibration
from experiments.calibrate.search import Space
from experiments.pages.spreadsheet import csv_text
from experiments.pages.words import unit_zh
from sim.parameters import Parameter, load_parameters

Row = dict[str, Any]


def tables(calibration: Calibration) -> Mapping[str, Sequence[Row]]:
    """Every table, by name."""
    return {
        "targets": target_rows(calibration),
        "parameters": parameter_rows(calibration),
        "starts": _start_rows(calibration),
        "vectors": _vector_rows(calibration),
        "directions": _direction_rows(calibration),
    }


def csv_of(rows: Sequence[Row]) -> str:
    """A table as CSV; UTF-8 with the mark that Excel looks for."""
    header = list(rows[0]) if rows else []
    return csv_text(header, ([_short(row[key]) for key in header] for row in rows), "\r\n", mark=True)


def _short(value: Any) -> Any:
    return float(f"{value:.6g}") if isinstance(value, float) else value


def labels(names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """English and Chinese name of parameters; the name itself where a file gives none."""
    known = load_parameters()
    found = {name: known.find(name) for name in names}
    return {name: (one.label_en or one.name, one.label_zh or one.name) for name, one in found.items()}


def target_rows(calibration: Calibration) -> list[Row]:
    """Published beside model, before and after, with the reach of the set."""
    before = calibration.before_answers
    after, low, high = calibration.answers[0], calibration.answers.min(axis=0), calibration.answers.max(axis=0)
    off_before = None if before is None else calibration.off(before)
    off_after = calibration.off(after)
    return [
        {
            "target": target.id,
            "label_en": target.label.en,
            "label_zh": target.label.zh,
            "role": target.role,
            "figure": target.figure,
            "measure": target.measure,
            "unit_en": target.unit.en,
            "unit_zh": target.unit.zh,
            "year": target.year,
            "source": target.source,
            "published": target.value,
            "tolerance": target.tolerance,
            "weight": target.weight,
            "before": "" if before is None else float(before[i]),
            "before_off": "" if off_before is None else float(off_before[i]),
            "after": float(after[i]),
            "after_off": float(off_after[i]),
            "after_error": float(calibration.errors[i]),
            "set_low": float(low[i]),
            "set_high": float(high[i]),
        }
        for i, target in enumerate(calibration.spec.targets)
    ]


def parameter_rows(calibration: Calibration) -> list[Row]:
    """Each parameter: before, the best vector, the set's reach, and what is left of its range."""
    space, found = Space.of(calibration.spec), calibration.set
    units = np.array([space.unit(vector) for vector in found.vectors])
    named = labels(calibration.spec.names)
    known = load_parameters()
    rows: list[Row] = []
    for i, name in enumerate(calibration.spec.names):
        entry: Parameter = known.find(name)
        low, high = found.interval(name)
        row: Row = {
            "parameter": name,
            "label_en": named[name][0],
            "label_zh": named[name][1],
            "unit_en": entry.unit,
            "unit_zh": unit_zh(entry.unit),
            "range_low": found.ranges[name][0],
            "range_high": found.ranges[name][1],
            "before": calibration.before[name],
            "best": found.best[name],
            "set_low": low,
            "set_high": high,
            "left_by_slopes": calibration.identifiability.widths[name],
            "left_in_set": float(units[:, i].std() * np.sqrt(12.0)),
        }
        if calibration.truth is not None:
            row["truth"] = calibration.truth[name]
            row["inside"] = low <= calibration.truth[name] <= high
            row["recovered"] = recovered(calibration, name)
        rows.append(row)
    return rows


RECOVERED = 0.5
"""A parameter counts as recoverable if the targets leave at most this much of its range's width."""


def recovered(calibration: Calibration, name: str) -> str:
    """Of a recovery: "yes", "no" (the targets leave too much of its range), or "missed"."""
    assert calibration.truth is not None
    low, high = calibration.set.interval(name)
    if not low <= calibration.truth[name] <= high:
        return "missed"
    return "yes" if calibration.identifiability.widths[name] <= RECOVERED else "no"


def _start_rows(calibration: Calibration) -> list[Row]:
    space = Space.of(calibration.spec)
    return [
        {
            "start": number,
            "objective_at_start": one.first,
            "objective_at_end": one.objective,
            "evaluations": one.evaluations,
            "finished": one.finished,
            **{f"start {name}": value for name, value in space.vector(one.start).items()},
            **{f"end {name}": value for name, value in space.vector(one.end).items()},
        }
        for number, one in enumerate(calibration.found.descents, 1)
    ]


def _vector_rows(calibration: Calibration) -> list[Row]:
    pairs = zip(calibration.set.objectives, calibration.set.vectors, strict=True)
    return [{"objective": objective, **vector} for objective, vector in pairs]


def _direction_rows(calibration: Calibration) -> list[Row]:
    return [
        {"direction": number, "steepness": one.steepness, "pinned": one.pinned, **one.parts}
        for number, one in enumerate(calibration.identifiability.directions, 1)
    ]
