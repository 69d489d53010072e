"""`village run`: one scenario, one seed, and what came of it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.commands.options import (
    Code,
    Horizon,
    Json,
    Language,
    OneLanguage,
    Quiet,
    Set,
    Villages,
    complete_scenario,
    one_plan,
    print_json,
)

if TYPE_CHECKING:
    from rich.table import Table

    from sim.scenario import Plan

BY_SOURCE = tuple(f"income_{source}_yuan" for source in ("wage", "operating", "property", "transfer"))
SHOWN = (
    *("persons", "income_yuan", *BY_SOURCE, "income_median_yuan", "income_after_yuan"),
    *("headcount", "headcount_after", "poverty_gap", "gini", "debt_formal_yuan", "overdue_rate"),
)
SHARES = ("headcount", "headcount_after", "poverty_gap", "overdue_rate")
PRINTED_TABLES = (
    *("panel", "day100", "delivery", "by_month", "start", "cost"),
    *("purse", "cadre_days", "binding", "spending", "money", "pairing"),
)


class Engine(StrEnum):
    """How rules are carried out; both give the same bytes."""

    compiled = "compiled"
    agents = "agents"


def run(
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="FILE", help="Scenario file, or name of a shipped one.", autocompletion=complete_scenario
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**62, help="Seed of the run's chance events.")] = 1,
    engine: Annotated[
        Engine, typer.Option("--engine", help="compiled is fast; agents are Mesa objects.")
    ] = Engine.compiled,
    days: Annotated[int | None, typer.Option("--days", min=1, help="Stop after so many days.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write all records to this Parquet file.")] = None,
    order: Annotated[
        bool, typer.Option("--order", help="Show what a day and a month do, step by step; FILE may be left out.")
    ] = False,
    time: Annotated[bool, typer.Option("--time/--no-time", help="With --order: measure how long steps take.")] = True,
    overrides: Set = None,
    code: Code = None,
    villages: Villages = None,
    horizon: Horizon = None,
    language: OneLanguage = Language.en,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run one scenario with one seed and show the main indicators."""
    if order:
        from experiments.commands.order import DEFAULT, show_order

        plan = one_plan(file or "baseline", overrides, code, villages, horizon, () if file else DEFAULT)
        show_order(plan, time, language is Language.zh, as_json, quiet)
        return
    if file is None:
        raise typer.BadParameter("a scenario file, or the name of a shipped one, is needed", param_hint="FILE")
    plan = one_plan(file, overrides, code, villages, horizon)
    from experiments.runs.outputs import check_output, is_run
    from experiments.runs.progress import Progress, compile_first
    from sim.running import run as run_plan

    if out:
        check_output(out, is_run)
    if engine is Engine.compiled:
        compile_first(Progress(not quiet).say)
    asked: dict[str, Any] = {"days": days} if days else {}
    records = run_plan(plan, seed, engine=engine.value, **asked).records
    if out:
        _write(records, plan, seed, out)
    from sim.scenario.idle import never_act

    idle = never_act(plan)
    if as_json:
        never = {"never_act": [vars(one) for one in idle]} if idle else {}
        print_json({"scenario": plan.id, "seed": seed, "digest": plan.digest(), **never, "records": _rows(records)})
        return
    from experiments.screen import screen

    screen().print(_table(records, plan, seed, language.value))
    from experiments.pages.schedule import Schedule

    schedule = Schedule(plan.resolved(), language.value)
    started = {str(row["group"]): int(row["value"]) for row in _rows(records)["start"]}
    for label in schedule.waiting:
        typer.echo(schedule.run(label, started.get(label)))
    for one in idle:
        chinese = language is Language.zh
        typer.echo(f"“{one.policy}”不会实施：{one.zh}" if chinese else f"'{one.policy}' never acts: {one.en}")
    if out and not quiet:
        typer.echo(f"{'已写入' if language is Language.zh else 'written to'} {out}")


def _write(records: dict[str, Any], plan: Plan, seed: int, out: Path) -> None:
    from experiments.runs.codeversion import code_version
    from experiments.runs.files import write_atomic
    from experiments.runs.records import TABLES, split
    from experiments.runs.runfile import RunKey, encode_run

    code = plan.code_files()
    key = RunKey(plan.id, seed, plan.digest(), code_version(code))
    write_atomic(out, encode_run(TABLES, split(records), key))


def _rows(records: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The records by table, but for months, percentiles and households, which belong in a file."""
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in PRINTED_TABLES}
    columns = [records[name] for name in ("table", "month", "group", "name", "item", "value")]
    for table, month, group, name, item, value in zip(*columns, strict=True):
        if table in tables:
            number = float(value)
            row = {"month": int(month), "group": str(group), "name": str(name), "item": int(item)}
            tables[str(table)].append({**row, "value": number if number - number == 0 else None})
    return tables


def _table(records: dict[str, Any], plan: Plan, seed: int, language: str) -> Table:
    from rich.table import Table
    from rich.text import Text

    from experiments.measure.outcome import Outcome

    chinese = language == "zh"
    panel = [row for row in _rows(records)["panel"] if row["group"] == "all"]
    values = {(row["name"], row["month"]): row["value"] for row in panel}
    months = sorted({row["month"] for row in panel})
    title = plan.title.zh if chinese else plan.title.en
    seeded = f"随机种子 {seed}，单次运行" if chinese else f"seed {seed}, a single run"
    table = Table(title=Text(f"{title}（{seeded}）" if chinese else f"{title} ({seeded})"))
    table.add_column("指标" if chinese else "Indicator")
    for month in months:
        table.add_column(f"第{month}个月" if chinese else f"Month {month}", justify="right")
    own = plan.own_results().results
    for name in (*SHOWN, *own):
        if any(values.get((name, month)) is not None for month in months):
            label = Text(Outcome(name, 0, own=plan.own_results()).title[chinese])
            indent = "  " if name in BY_SOURCE else ""
            unit = own[name].unit if name in own else ""
            numbers = (_number(name, values.get((name, month)), unit) for month in months)
            table.add_row(Text(indent) + label, *numbers)
    return table


def _number(name: str, value: float | None, unit: str = "") -> str:
    if value is None:
        return "-"
    if name in SHARES or unit == "share":
        return f"{value:.1%}"
    return f"{value:.3f}" if name == "gini" or unit == "index" else f"{value:,.0f}"
