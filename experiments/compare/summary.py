"""The short answers: summary.csv for a spreadsheet, and the table a terminal shows at the end."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from experiments.compare.report.caveats import caveats, failed_runs
from experiments.compare.report.context import Context
from experiments.compare.report.data import Experiment
from experiments.compare.tables import Comparison
from experiments.designs.vectors import UNFITTED
from experiments.measure.own import Own
from experiments.pages.numbers import Estimate, Numbers, decimals
from experiments.pages.spreadsheet import csv_text
from experiments.pages.words import terms
from experiments.runs.files import write_atomic
from experiments.screen import screen

HEADLINES = ("income_yuan", "income_after_yuan", "headcount", "headcount_after", "poverty_gap")
_HEADER = [
    *("scenario", "title_en", "title_zh", "outcome", "group", "month", "baseline_mean", "mean"),
    *("difference", "low", "high", "replicates", "share_positive", "closure", "interval_covers"),
]
_WORDS: dict[str, tuple[str, str]] = {
    "title": (
        "Difference to “{baseline}”, month {month}, {n} replicates, {closure}; {covers}",
        "与“{baseline}”相比，第{month}个月，重复模拟{n}次，{closure}；{covers}",
    ),
    "title_day": (
        "Difference to “{baseline}”, last campaign day, {n} replicates, {closure}; {covers}",
        "与“{baseline}”相比，活动最后一天，重复模拟{n}次，{closure}；{covers}",
    ),
    "chance": ("± covers chance only", "±只计随机情形"),
    "chance and parameters": ("± covers chance and parameters", "±计入随机情形和参数"),
    "scenario": ("Scenario", "方案"),
    "income_yuan": ("Net income per head, yuan", "人均纯收入（元）"),
    "headcount": ("Headcount, percentage points", "贫困发生率（个百分点）"),
    "cost_yuan": ("Cost, million yuan", "成本（万元）"),
    "enough": ("Replicates", "重复次数"),
    "yes": ("enough", "足够"),
    "no": ("not enough: would need about {n}", "不够：约需{n}次"),
    "tied": (
        "not enough: the same in {same} of {n} runs; up to {share} of runs may differ",
        "不够：{n}次中{same}次相同，至多{share}的模拟可能不同",
    ),
    "unknown": ("not enough to say", "次数太少，无法判断"),
    "failed": ("{n} failed runs are left out; see {where}", "有{n}次模拟失败，未计入；见 {where}"),
    "first": (
        "Ranking on income: “{mix}” comes first in {times} of {n} {draws}; it stays ahead of “{other}”, the nearest to "
        "it, in {ahead}.",
        "按增收排序：{n}{draws}中“{mix}”有{times}次居首，有{ahead}次领先于最接近的“{other}”。",
    ),
    "runs": ("runs (chance only)", "次模拟（仅随机情形不同）"),
    "vectors": ("parameter vectors", "组参数"),
    "unfitted": (
        "{n} of {asked} parameter vectors could not be fitted to the county's books and are left out.",
        "{asked}组参数中有{n}组无法与本县账目吻合，未计入。",
    ),
    "calibrated": (
        "Calibrated in part: {n} parameters were fitted to published figures; see the report, section 8.",
        "部分校准：{n}项参数已按公开数据拟合，见报告第八部分。",
    ),
    "uncalibrated": (
        "Uncalibrated: no recommendation without conditions.",
        "模型尚未校准：结论须附条件使用。",
    ),
}


def write_summary(comparison: Comparison) -> None:
    """Write summary.csv: headline differences by group and mark, and cost; UTF-8 with the mark that Excel looks for."""
    titles = {entry["id"]: (entry["title"]["en"], entry["title"]["zh"]) for entry in comparison.manifest["scenarios"]}
    closures = {entry["id"]: entry["closure"] for entry in comparison.manifest["scenarios"]}
    rows: list[list[Any]] = []
    covers = "chance" if comparison.of == "mean" else "chance and parameters"
    frame = comparison.table("differences")
    shown = (*HEADLINES, *Own.read(comparison.manifest).results)
    for row in frame[frame["name"].isin(shown) & (frame["month"] != 0)].itertuples():
        places = _places(row.low, row.high)
        numbers = [
            _rounded(value, places) for value in (row.baseline_mean, row.mean, row.difference, row.low, row.high)
        ]
        shares = [row.replicates, _rounded(row.share_positive, 3), closures[row.scenario], covers]
        rows.append([row.scenario, *titles[row.scenario], row.name, row.group, _mark(row.month), *numbers, *shares])
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
            "",
        ]
        rows.append(cells)
    write_atomic(comparison.folder / "summary.csv", csv_text(_HEADER, rows, "\r\n", mark=True))


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
    comparison, console = Comparison.load(folder), console or screen()
    manifest = comparison.manifest
    context = Context(Experiment(folder), language)

    def say(word: str, **values: Any) -> str:
        return context.era.says(_WORDS[word][language == "zh"]).format(**values)

    titles = {entry["id"]: entry["title"][language] or entry["id"] for entry in manifest["scenarios"]}
    numbers = Numbers(language)
    verdict = comparison.table("verdict")
    differences = _last_mark(comparison.table("differences"))
    costs = comparison.table("extra").query("kind == 'cost' and group == 'all' and name == 'cost_yuan'")
    costs = costs.set_index("scenario")
    month = int(differences["month"].iloc[0]) if len(differences) else -1
    heading = say(
        "title" if month >= 0 else "title_day",
        baseline=titles[manifest["baseline"]],
        month=month,
        n=manifest["replicates"]["done"],
        closure=terms("closure_short")[manifest["closure"]][language == "zh"],
        covers=say("chance" if comparison.of == "mean" else "chance and parameters"),
    )
    said = caveats(context)
    for one in said:
        if one.first:
            console.print(one.text)
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
        tied = judged.sort_values("may_differ", kind="stable")
        same = int(tied["same"].iloc[-1]) if len(tied) else 0
        enough = "yes" if judged["enough"].all() else "tied" if same else "no" if needed else "unknown"
        table.add_row(
            title,
            numbers.bare(_estimate(of_it, "income_yuan", "difference"), "yuan", signed=True),
            numbers.bare(_estimate(of_it, "headcount", "difference"), "points", signed=True),
            numbers.bare(_estimate(costs, scenario, "difference"), "money", signed=True),
            say(
                enough,
                n=int(tied["replicates"].iloc[-1]) if same else needed,
                same=same,
                share=numbers.share(float(tied["may_differ"].iloc[-1])) if same else "",
            ),
        )
    console.print(table)
    for one in said:
        if not one.first:
            console.print(one.text)
    if found := _first(comparison.table("ranking"), month):
        draws = say("runs" if comparison.of == "mean" else "vectors")
        titled = {"mix": titles[found["mix"]], "other": titles[found["other"]]}
        console.print(say("first", **{**found, **titled}, draws=draws))
    if unfitted := manifest["replicates"].get("unfitted"):
        console.print(say("unfitted", n=unfitted, asked=manifest["replicates"]["tried"]))
    failures = comparison.table("failures")
    failed = int((~failures["error"].str.startswith(UNFITTED)).sum())
    if failed:
        console.print(say("failed", n=failed, where=folder / "tables" / "failures.parquet"))
    known = manifest.get("calibration") if manifest.get("calibrated") else None
    console.print(say("calibrated", n=len(known["parameters"])) if known else say("uncalibrated"))


def said_with(folder: Path) -> dict[str, Any]:
    """For programs: what has to be said with a comparison's answer."""
    experiment = Experiment(folder)
    en, zh = (caveats(Context(experiment, language)) for language in ("en", "zh"))
    return {
        "caveats": [{"kind": one.kind, "en": one.text, "zh": other.text} for one, other in zip(en, zh, strict=True)],
        "assumptions_differ": experiment.manifest.get("assumptions_differ") or [],
        "failed": failed_runs(Context(experiment, "en")),
    }


def _first(frame: pd.DataFrame, month: int) -> dict[str, Any] | None:
    """How often the scenario that is most often first on income is so, and stays ahead of the one nearest to it."""
    here = frame[(frame["month"] == month) & (frame["name"] == "income_yuan")]
    first = here[here["other"] == ""].sort_values(["times", "scenario"], ascending=[False, True], kind="stable")
    if first.empty or first["replicates"].iloc[0] < 2:
        return None
    mix, times, n = first[["scenario", "times", "replicates"]].iloc[0]
    pairs = here[here["other"] != ""]
    strength = pairs.groupby("scenario", observed=True)["times"].sum()
    pairs = pairs[pairs["scenario"] == mix]
    if pairs.empty:  # it is the only scenario beside the baseline
        return None
    pairs = pairs.assign(strength=lambda rows: -rows["other"].map(strength))
    pairs = pairs.sort_values(["times", "strength", "other"], kind="stable")
    other, ahead = pairs[["other", "times"]].iloc[0]
    return {"mix": mix, "times": times, "n": n, "other": other, "ahead": ahead}


def _last_mark(frame: pd.DataFrame) -> pd.DataFrame:
    everyone = frame[frame["group"] == "all"]
    return everyone[everyone["month"] == everyone["month"].max()]


def _estimate(frame: pd.DataFrame, row: str, value: str) -> Estimate:
    if row not in frame.index:
        return Estimate(math.nan)
    found = frame.loc[row]
    return Estimate(float(found[value]), float(found["low"]), float(found["high"]))
