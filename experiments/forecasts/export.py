"""Forecasts and their scores for programs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from experiments.forecasts.entries import Entry
from experiments.forecasts.page import STANDINGS
from experiments.forecasts.score import score, totals


def as_json(found: Sequence[Entry]) -> dict[str, Any]:
    """Everything as plain values; what is not defined is null."""
    return {
        "forecasts": [_entry(entry) for entry in found],
        "scores": {name: _totals([entry for entry in found if entry.standing == name]) for name in STANDINGS},
    }


def _entry(entry: Entry) -> dict[str, Any]:
    one, found = entry.outcome, score(entry)
    return {
        "number": entry.number,
        "shipped": entry.shipped,
        "sealed": entry.date.isoformat(),
        "digest": entry.digest,
        "trial": entry.trial.trial,
        "code_version": entry.trial.code_version,
        "standing": entry.standing,
        **one.model_dump(mode="json", exclude={"effects", "label", "blind"}),
        "result": None if entry.result is None else entry.result.model_dump(mode="json"),
        "score": None if found is None else _plain(asdict(found)),
    }


def _totals(found: Sequence[Entry]) -> dict[str, Any]:
    whole = totals(found)
    return _plain({**asdict(whole), "skill": whole.skill})


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in values.items()}
