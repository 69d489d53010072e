"""Figures of sensitivity analyses and of virtual trials."""

from __future__ import annotations

import io
import math
import tomllib
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd

from experiments.measure.outcome import parse_outcome
from experiments.measure.statistics import Interval
from experiments.pages.numbers import Estimate
from experiments.pages.svg import OKABE_ITO, Style
from experiments.plots.paper import (
    KEY,
    ONE_COLUMN,
    ROW,
    SMALL,
    Axes,
    Figure,
    Language,
    NotStored,
    Row,
    folded,
    forest,
    forest_height,
    key,
    of_kind,
    page,
    whole,
)
from experiments.runs.files import read_file, read_json
from experiments.sensitivity.conclusion import Analysis, Speaker
from experiments.trials.report import MISSED, MODEL, PUBLISHED, SINGLE
from experiments.trials.results import OutcomeResult
from experiments.trials.wording import Shown
from sim.core.errors import UserError
from sim.scenario import Title

FULL, OPEN = Style(OKABE_ITO[0], "circle"), Style(OKABE_ITO[1], "diamond", hollow=True)

# ---- sensitivity -----------------------------------------------------------------------------------------------------


def _indices(folder: Path | str, outcome: str | None, column: str, first: int) -> tuple[str, pd.DataFrame, bool]:
    """The outcome, its parameters with the largest index (the largest first), and whether it is a difference."""
    manifest = of_kind(folder, "sensitivity")
    file = Path(folder) / "indices.csv"
    try:
        frame = pd.read_csv(io.BytesIO(read_file(Path(folder), file.name, manifest)))
    except ValueError as error:
        raise NotStored("the table is damaged", file=file, mend="repeat the command") from error
    chosen = outcome or str(manifest["outcomes"][0])
    if chosen not in manifest["outcomes"]:
        raise UserError(f"there is no outcome '{chosen}'", file=file, allowed=", ".join(manifest["outcomes"]))
    frame = frame[(frame["outcome"] == chosen) & frame[column].notna() & (frame[column] != 0)]
    if frame.empty:
        raise NotStored(f"the analysis has no '{column}'", file=file, mend="repeat the command with --method both")
    paired = len(manifest["scenarios"]) == 2
    return chosen, frame.sort_values(column, ascending=False, kind="stable").head(first), paired


LONGEST = 120  # months: what was asked is within its own horizon


def _speaker(outcome: str, paired: bool, language: str) -> Speaker:
    """Says what an outcome is; as much of an analysis as its folder states."""
    return Speaker(cast(Analysis, SimpleNamespace(first=parse_outcome(outcome, LONGEST), paired=paired)), language)


def morris(
    folder: Path | str,
    outcome: str | None = None,
    *,
    first: int = 12,
    language: Language = "en",
    width: float = ONE_COLUMN,
    ax: Axes | None = None,
) -> Figure:
    """Screening: mean size of each parameter's effect (mu*, with interval) and its spread (sigma, open).

    Args:
        folder: A sensitivity analysis's folder.
        outcome: As in its table; the first by default.
        first: How many parameters, the most important first.
        language: "en" or "zh".
        width: In inches.
        ax: Where to draw instead of in a figure of its own.

    Raises:
        UserError: The folder is no sensitivity analysis, or holds no screening.
    """
    chosen, frame, paired = _indices(folder, outcome, "mu_star", first)
    speaker = _speaker(chosen, paired, language)
    unit = speaker.num.unit(speaker.unit)
    keys = [speaker.say(word) for word in ("col_mu_star", "col_sigma")]
    columns = [("mu_star", "mu_star_half"), ("sigma", "")]
    return _two(frame, columns, keys, speaker.outcome(), unit.axis, unit.factor, language, width, ax)


def sobol(
    folder: Path | str,
    outcome: str | None = None,
    *,
    first: int = 12,
    language: Language = "en",
    width: float = ONE_COLUMN,
    ax: Axes | None = None,
) -> Figure:
    """Shares of the variance: each parameter's total index, and (open) what it does alone, with intervals.

    Args:
        folder: A sensitivity analysis's folder.
        outcome: As in its table; the first by default.
        first: How many parameters, the most important first.
        language: "en" or "zh".
        width: In inches.
        ax: Where to draw instead of in a figure of its own.

    Raises:
        UserError: The folder is no sensitivity analysis, or holds no Sobol indices.
    """
    chosen, frame, paired = _indices(folder, outcome, "total", first)
    speaker = _speaker(chosen, paired, language)
    keys = [speaker.say(f"sobol_axis_{word}") for word in ("total", "first")]
    columns = [("total", "total_half"), ("first", "first_half")]
    return _two(frame, columns, keys, speaker.outcome(), "%", 100.0, language, width, ax)


def _two(
    frame: pd.DataFrame,
    columns: Sequence[tuple[str, str]],
    keys: Sequence[str],
    title: str,
    axis: str,
    factor: float,
    language: str,
    width: float,
    ax: Axes | None,
) -> Figure:
    """Two numbers a parameter, each with half its interval where it has one, in rows from the most important down."""
    rows: list[Row] = []
    for record in frame.to_dict("records"):
        found = []
        for (value, half), shown in zip(columns, (FULL, OPEN), strict=True):
            middle, arm = float(record[value]), float(record[half]) if half else math.nan
            found.append((Estimate(middle, middle - arm, middle + arm), shown))
        rows.append((str(record[f"label_{language}"]), found))
    room, row = 0.45 * width, 1.4 * ROW
    entries = [(folded(words, width - 0.7, SMALL), shown) for words, shown in zip(keys, (FULL, OPEN), strict=True)]
    with page(language, ax, width, 0.5 + 3 * KEY + forest_height(rows, room, row)) as axes:
        forest(axes, rows, factor, axis, room, width, row)
        key(axes, entries, "over rows", title[:1].upper() + title[1:])
    return whole(axes)


# ---- trials ----------------------------------------------------------------------------------------------------------


def trial(
    folder: Path | str,
    ident: str | None = None,
    *,
    unit: str | None = None,
    language: Language = "en",
    width: float = ONE_COLUMN,
    ax: Axes | None = None,
) -> Figure:
    """What the model finds beside what was published, and what one trial of that size would report, with intervals.

    An effect that misses its rule has a marker of its own.

    Args:
        folder: A folder of virtual trials.
        ident: Which trial; the first by default.
        unit: Outcomes of this unit; that of the trial's first outcome by default.
        language: "en" or "zh".
        width: In inches.
        ax: Where to draw instead of in a figure of its own.

    Raises:
        UserError: The folder holds no such trial, or the trial no outcome of this unit.
    """
    there = trials(folder)
    chosen = next(iter(there)) if ident is None else ident
    if chosen not in there:
        raise UserError(f"there is no trial '{chosen}'", file=folder, allowed=", ".join(there))
    found = there[chosen]
    asked = unit or next(iter(found))
    if asked not in found:
        raise UserError(f"'{chosen}' has no outcome in the unit '{asked}'", file=folder, allowed=", ".join(found))
    shown = Shown(language)
    rows: list[Row] = []
    for one, passed in found[asked]:
        found_look = MISSED if passed is False else MODEL
        three = [(shown.published(one), PUBLISHED), (shown.model(one), found_look), (shown.single(one), SINGLE)]
        rows.append((shown.label(one), [(estimate, look) for estimate, look in three if estimate is not None]))
    runs = max(one.mean.replicates for one, _ in found[asked])
    model = shown.say("model", n=runs)
    keys = [
        (shown.say("published"), PUBLISHED),
        (model, MODEL),
        (f"{model}: {shown.say('missed')}", MISSED),
        (shown.say("single"), SINGLE),
    ]
    drawn = [look for _, three in rows for _, look in three]
    keys = [(words, look) for words, look in keys if look in drawn]
    room, row = 0.4 * width, 2.2 * ROW
    with page(language, ax, width, 0.6 + KEY * len(keys) + forest_height(rows, room, row)) as axes:
        forest(axes, rows, 1.0, shown.unit(found[asked][0][0]), room, width, row)
        key(axes, keys, "over rows")
    return whole(axes)


def trials(folder: Path | str) -> dict[str, dict[str, list[tuple[OutcomeResult, bool | None]]]]:
    """Outcomes of a folder of trials, by trial and unit, each with whether it meets its rule.

    Raises:
        UserError: The folder is of another kind, or damaged.
    """
    manifest = of_kind(folder, "trial")
    result = read_json(Path(folder) / "result.json")
    files = {one["trial"]: f"scenarios/{one['id']}.toml" for one in manifest["scenarios"]}
    found: dict[str, dict[str, list[tuple[OutcomeResult, bool | None]]]] = {}
    for one in result["trials"]:
        stated = tomllib.loads(read_file(Path(folder), files[one["id"]], manifest).decode())
        labels = {outcome["name"]: outcome.get("label") for outcome in stated["outcomes"]}
        for outcome in one["outcomes"]:
            row = _outcome(outcome, labels.get(outcome["name"]) or dict.fromkeys(("en", "zh"), outcome["name"]))
            found.setdefault(one["id"], {}).setdefault(outcome["unit"], []).append((row, outcome["passed"]))
    return found


def _outcome(row: dict[str, Any], label: dict[str, str]) -> OutcomeResult:
    """As much of an outcome's result as its file states and a figure shows."""
    mean, low, high, trial_se = (math.nan if row[k] is None else row[k] for k in ("mean", "low", "high", "trial_se"))
    return cast(
        OutcomeResult,
        SimpleNamespace(
            outcome=SimpleNamespace(unit=row["unit"], label=Title(**label)),
            figure=SimpleNamespace(middle=row["published"]["estimate"], se=row["published"]["se"]),
            mean=Interval(mean, low, high, row["replicates"]),
            trial_se=trial_se,
        ),
    )
