"""The short answers: summary.csv for a spreadsheet, and the table a terminal shows at the end."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from experiments.report.numbers import Estimate, Numbers
from experiments.report.terms import CLOSURES_SHORT
from experiments.statistics import decimals
from experiments.store import write_atomic
from experiments.tables import Comparison

HEADLINES = ("income_yuan", "income_after_yuan", "headcount", "headcount_after", "poverty_gap")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_HEADER = [
    *("scenario", "title_en", "title_zh", "outcome", "group", "month", "baseline_mean", "mean"),
    *("difference", "low", "high", "replicates", "share_positive", "closure"),
]
_WORDS: dict[str, tuple[str, str]] = {
    "title": (
        "Difference to “{baseline}”, month {month}, {n} replicates, {closure}",
        "与“{baseline}”相比，第{month}个月，重复模拟{n}次，{closure}",
    ),
    "title_day": (
        "Difference to “{baseline}”, last campaign day, {n} replicates, {closure}",
        "与“{baseline}”相比，活动最后一天，重复模拟{n}次，{closure}",
    ),
    "scenario": ("Scenario", "方案"),
    "income_yuan": ("Net income per head, yuan", "人均纯收入（元）"),
    "headcount": ("Headcount, percentage points", "贫困发生率（个百分点）"),
    "cost_yuan": ("Cost, million yuan", "成本（万元）"),
    "enough": ("Replicates", "重复次数"),
    "yes": ("enough", "足够"),
    "no": ("not enough: would need about {n}", "不够：约需{n}次"),
    "unknown": ("not enough to say", "次数太少，无法判断"),
    "failed": ("{n} failed runs are left out; see {where}", "有{n}次模拟失败，未计入；见 {where}"),
    "uncalibrated": (
        "Uncalibrated: no recommendation without conditions.",
        "模型尚未校准：结论须附条件使用。",
    ),
}


def safe_cell(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula gets an apostrophe before it; other values pass."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def write_summary(comparison: Comparison) -> None:
    """Write summary.csv: headline differences by group and mark, and cost; UTF-8 with the mark that Excel looks for."""
    titles = {entry["id"]: (entry["title"]["en"], entry["title"]["zh"]) for entry in comparison.manifest["scenarios"]}
    closures = {entry["id"]: entry["closure"] for entry in comparison.manifest["scenarios"]}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_HEADER)
    frame = comparison.table("differences")
    for row in frame[frame["name"].isin(HEADLINES) & (frame["month"] != 0)].itertuples():
        places = _places(row.low, row.high)
        numbers = [
            _rounded(value, places) for value in (row.baseline_mean, row.mean, row.difference, row.low, row.high)
        ]
        shares = [row.replicates, _rounded(row.share_positive, 3), closures[row.scenario]]
        cells = [row.scenario, *titles[row.scenario], row.name, row.group, _mark(row.month), *numbers, *shares]
        writer.writerow([safe_cell(cell) for cell in cells])
    frame = comparison.table("cost")
    for row in frame[(frame["policy"] == "all") & frame["name"].isin(("cost_yuan", "households_served"))].itertuples():
        cells = [
            row.scenario,
            *titles[row.scenario],
            row.name,
            "all",
            "",
            "",
            _rounded(row.mean, 0),
            *[""] * 5,
            closures[row.scenario],
        ]
        writer.writerow([safe_cell(cell) for cell in cells])
    write_atomic(comparison.folder / "summary.csv", "\ufeff" + text.getvalue())


def _mark(month: int) -> int | str:
    return month if month >= 0 else "campaign end"


def _places(low: float, high: float) -> int:
    half = (high - low) / 2
    return decimals(half) if 0 < half < math.inf else 6


def _rounded(value: float, places: int) -> float | str:
    if not math.isfinite(value):
        return ""
    rounded = round(float(value), places) + 0.0
    return int(rounded) if places <= 0 else rounded


def print_summary(folder: Path, language: str = "en", console: Console | None = None) -> None:
    """Show what a comparison found, one line a scenario.

    Args:
        folder: The experiment's folder.
        language: "en" or "zh".
        console: Where to; the standard output by default.

    Raises:
        UserError: The folder is no finished experiment.
    """
    comparison = Comparison.load(folder)
    manifest = comparison.manifest
    console = console or Console()

    def say(word: str, **values: Any) -> str:
        return _WORDS[word][language == "zh"].format(**values)

    titles = {entry["id"]: entry["title"][language] or entry["id"] for entry in manifest["scenarios"]}
    numbers = Numbers(language)
    verdict = comparison.table("verdict")
    differences = _last_mark(comparison.table("differences"))
    costs = comparison.table("cost").query("policy == 'all' and name == 'cost_yuan'").set_index("scenario")
    month = int(differences["month"].iloc[0]) if len(differences) else -1
    heading = say(
        "title" if month >= 0 else "title_day",
        baseline=titles[manifest["baseline"]],
        month=month,
        n=manifest["replicates"]["done"],
        closure=CLOSURES_SHORT[manifest["closure"]][language == "zh"],
    )
    table = Table(title=heading)
    table.add_column(say("scenario"), overflow="fold")
    for word in ("income_yuan", "headcount", "cost_yuan"):
        table.add_column(say(word), justify="right", overflow="fold")
    table.add_column(say("enough"), overflow="fold")
    for scenario, title in titles.items():
        if scenario == manifest["baseline"] or scenario not in set(differences["scenario"]):
            continue
        of_it = differences[differences["scenario"] == scenario].set_index("name")
        judged = verdict[verdict["scenario"] == scenario]
        needed = int(judged["needed"].max()) if len(judged) else 0
        enough = "yes" if judged["enough"].all() else "no" if needed else "unknown"
        table.add_row(
            title,
            numbers.bare(_estimate(of_it, "income_yuan", "difference"), "yuan", signed=True),
            numbers.bare(_estimate(of_it, "headcount", "difference"), "points", signed=True),
            numbers.bare(_estimate(costs, scenario, "mean"), "money"),
            say(enough, n=needed),
        )
    console.print(table)
    failed = len(comparison.table("failures"))
    if failed:
        console.print(say("failed", n=failed, where=folder / "tables" / "failures.parquet"))
    if not manifest.get("calibrated"):
        console.print(say("uncalibrated"))


def _last_mark(frame: pd.DataFrame) -> pd.DataFrame:
    everyone = frame[frame["group"] == "all"]
    return everyone[everyone["month"] == everyone["month"].max()]


def _estimate(frame: pd.DataFrame, row: str, value: str) -> Estimate:
    if row not in frame.index:
        return Estimate(math.nan)
    found = frame.loc[row]
    return Estimate(float(found[value]), float(found["low"]), float(found["high"]))
