"""Tidy tables of a campaign, as Parquet and CSV, with a dictionary of every column."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.campaign.curves import COUNTY
from experiments.campaign.outcomes import Change, GoalFound
from experiments.campaign.results import BEHIND, RISK, Place, Results
from experiments.campaign.variants import PLAN
from experiments.measure.statistics import Interval, Of, mean_interval
from experiments.pages.spreadsheet import csv_text
from experiments.pages.words import phrases
from sim.scenario.goals import Goal
from sim.scenario.tasks import deadline_of

_WHERE = ("level", "place", "place_en", "place_zh")


TABLES: dict[str, tuple[str, ...]] = {
    "task": (
        "task", *_WHERE, "amount", "unit", "deadline", "earliest_start", "earliest_finish", "latest_start",
        "latest_finish", "slack_days", "done", "done_low", "done_high", "share", "met", "replicates", "chance",
        "chance_low", "chance_high", "at_risk", "finished", "binds", "binds_share",
    ),
    "task_week": (
        "task", *_WHERE, "week", "week_ends", "planned", "done", "done_low", "done_high", "share", "behind_share",
        "at_risk",
    ),
    "task_what_if": (
        "task", *_WHERE, "what_if", "size", "difference", "difference_low", "difference_high", "finished_plan",
        "finished", "chance_plan", "chance", "chance_difference", "chance_difference_low", "chance_difference_high",
    ),
    "goal": (
        "goal", "by", "indicator", "group", "month", *(f"{name}{end}" for name in ("opening", "asked", "value",
        "few", "reached") for end in ("", "_low", "_high")), "chance", "chance_low", "chance_high", "replicates",
    ),
    "what_if": ("what_if", "month", "group", "name", "planned", "difference", "difference_low", "difference_high"),
}  # fmt: skip
"""Columns of every table, in their order."""


def frames(
    results: Results,
    goals: Sequence[tuple[GoalFound, Goal]],
    changed: Sequence[Change],
    sizes: Mapping[str, float],
    of: Of = "mean",
) -> dict[str, pd.DataFrame]:
    """Every table.

    Args:
        results: The campaign carried out.
        goals: The county's targets, each with the goal it is.
        changed: What what-ifs change.
        sizes: How large each what-if is.
        of: What intervals are of.
    """
    rows = {
        "task": list(_tasks(results, of)),
        "task_week": list(_weeks(results, of)),
        "task_what_if": list(_what_ifs(results, sizes, of)),
        "goal": [_goal(found, goal) for found, goal in goals],
        "what_if": [{**vars(one), **_spread("difference", one.difference)} for one in changed],
    }
    return {name: pd.DataFrame(rows[name], columns=list(columns)) for name, columns in TABLES.items()}


def _where(place: Place) -> dict[str, str]:
    return {"level": place.level, "place": place.ident, "place_en": place.en, "place_zh": place.zh}


def _spread(name: str, interval: Interval) -> dict[str, float]:
    return {name: interval.value, f"{name}_low": interval.low, f"{name}_high": interval.high}


def _tasks(results: Results, of: Of) -> Iterator[dict[str, Any]]:
    for name in results.timetable.order:
        task, slot = results.task(name), results.timetable.slots[name]
        dates = {key: value for key, value in slot._asdict().items() if key not in ("waits_for", "decides")}
        fixed = {"task": name, "deadline": deadline_of(task, results.tasks.clock), **dates}
        if not task.followed:
            yield {**fixed, **_where(results.places[0]), "replicates": 0}
            continue
        for place in results.places_of(name):
            done = results.done(name, place.ident, results.due(name))
            chance, amount = results.chance(name, place.ident), results.amount(name, place.ident)
            binds = next(iter(results.binds(name, place.ident).items()), ("", math.nan))
            yield {
                **fixed, **_where(place), "amount": amount, "unit": unit_of_count(str(task.counts)),
                **_spread("done", mean_interval(done, of=of)), "share": float(done.mean()) / amount,
                "met": int(results.met(name, place.ident).sum()), "replicates": len(results.seeds),
                **_spread("chance", chance), "at_risk": chance.value < RISK,
                "finished": date_finished(results, name, place.ident), "binds": binds[0],
                "binds_share": binds[1],
            }  # fmt: skip


def date_finished(results: Results, name: str, place: str = COUNTY, variant: str = PLAN) -> date | None:
    """The day by which a task is done in half of the runs; None if it is not."""
    days = np.sort(np.where(np.isnan(finished := results.finished(name, place, variant)), np.inf, finished))
    middle = days[(len(days) - 1) // 2]
    return results.tasks.clock.start + timedelta(days=int(middle) - 1) if np.isfinite(middle) else None


def _weeks(results: Results, of: Of) -> Iterator[dict[str, Any]]:
    clock = results.tasks.clock
    for name in results.followed:
        for place in results.places_of(name):
            amount, risk = results.amount(name, place.ident), results.chance(name, place.ident).value < RISK
            for week in results.weeks:
                done = results.done(name, place.ident, 7 * week)
                planned = results.planned(name, week)
                behind = done < (planned - BEHIND) * amount
                yield {
                    "task": name, **_where(place), "week": week,
                    "week_ends": clock.start + timedelta(days=7 * week - 1), "planned": planned * amount,
                    **_spread("done", mean_interval(done, of=of)), "share": float(done.mean()) / amount,
                    "behind_share": float(behind.mean()), "at_risk": bool(risk and behind.mean() >= 0.5),
                }  # fmt: skip


def _what_ifs(results: Results, sizes: Mapping[str, float], of: Of) -> Iterator[dict[str, Any]]:
    for name in results.followed:
        for place in results.places_of(name):
            if place.level == "unit":
                continue
            day = results.due(name)
            plan, met_plan = results.done(name, place.ident, day), results.met(name, place.ident)
            for what_if in results.curves:
                if what_if == PLAN:
                    continue
                met = results.met(name, place.ident, what_if)
                change = mean_interval(results.done(name, place.ident, day, what_if) - plan, of=of)
                chance = mean_interval(met.astype(np.float64) - met_plan)
                yield {
                    "task": name, **_where(place), "what_if": what_if, "size": sizes[what_if],
                    **_spread("difference", change), "finished_plan": date_finished(results, name, place.ident),
                    "finished": date_finished(results, name, place.ident, what_if),
                    "chance_plan": float(met_plan.mean()),
                    "chance": float(met.mean()), **_spread("chance_difference", chance),
                }  # fmt: skip


def _goal(found: GoalFound, goal: Goal) -> dict[str, Any]:
    spreads = ("opening", "asked", "value", "few", "reached", "chance")
    row = {key: value for name in spreads for key, value in _spread(name, getattr(found, name)).items()}
    head = {"goal": found.name, "by": found.by, "indicator": goal.indicator, "group": goal.group, "month": goal.month}
    return {**head, **row, "replicates": found.chance.replicates}


def unit_of_count(count: str) -> str:
    """In what a count is counted."""
    return "yuan" if count.endswith("_yuan") else ""


def files(tables: Mapping[str, pd.DataFrame]) -> dict[str, bytes]:
    """Every table as Parquet and CSV, and the dictionary of their columns, by their names in the folder."""
    found: dict[str, bytes] = {}
    for name, frame in tables.items():
        found[f"tables/{name}.parquet"] = _parquet(frame)
        found[f"tables/{name}.csv"] = _csv(frame).encode()
    found["dictionary.csv"] = _dictionary().encode()
    return found


def _parquet(frame: pd.DataFrame) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), sink, compression="zstd", write_statistics=False)
    return sink.getvalue()


def _csv(frame: pd.DataFrame) -> str:
    rows = ([_cell(value) for value in row] for row in frame.itertuples(index=False))
    return csv_text(list(frame.columns), rows, mark=True)


def _cell(value: Any) -> Any:
    if value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NaT:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}" if abs(value) < 1e6 else f"{value:.0f}"
    return value.isoformat() if hasattr(value, "isoformat") else value


def _dictionary() -> str:
    """Every column of every table, with what it means in both languages."""
    said, rows = phrases("campaign"), []
    for table, columns in TABLES.items():
        for column in columns:
            base, _, end = column.rpartition("_")
            if end in ("low", "high"):
                of, limit = said[f"column_{base}"], said[f"column_{end}"]
                rows.append((table, column, f"{of.en}: {limit.en}", f"{of.zh}：{limit.zh}"))
            else:
                rows.append((table, column, *said[f"column_{column}"]))
    return csv_text(("table", "column", "meaning", "含义"), rows, mark=True)


def county_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of the whole county."""
    return frame[frame["place"] == COUNTY]
